//! The tables, and how a file shows whose it is.

/// `kont`, in SQLite's field for the application that owns a file.
pub(crate) const APPLICATION_ID: u32 = 0x6b6f_6e74;

/// The version of the tables. A change of any of them is a new version.
pub(crate) const VERSION: u32 = 1;

/// The tables. No index but the rows' own order: what is looked up is read whole, and an index could disagree with it.
pub(crate) const TABLES: [&str; 6] = [
    "CREATE TABLE run (
  one INTEGER PRIMARY KEY,
  run_id TEXT NOT NULL,
  created_ms INTEGER NOT NULL,
  kont_version TEXT NOT NULL,
  filename TEXT NOT NULL,
  source TEXT NOT NULL,
  tools TEXT,
  policy TEXT,
  capabilities TEXT NOT NULL,
  limits TEXT NOT NULL,
  seed INTEGER NOT NULL,
  forked_from TEXT,
  status TEXT NOT NULL,
  ending BLOB,
  ending_text TEXT,
  trace BLOB NOT NULL,
  seal BLOB NOT NULL
)",
    "CREATE TABLE calls (
  call INTEGER PRIMARY KEY,
  name TEXT NOT NULL,
  request BLOB NOT NULL,
  request_text TEXT NOT NULL,
  place TEXT NOT NULL,
  performed_after INTEGER NOT NULL,
  delivered INTEGER,
  outcome BLOB,
  outcome_text TEXT,
  note TEXT,
  trace BLOB
)",
    "CREATE TABLE steps (
  call INTEGER NOT NULL,
  step INTEGER NOT NULL,
  kind TEXT NOT NULL,
  request BLOB NOT NULL,
  request_text TEXT NOT NULL,
  key TEXT,
  attempts INTEGER NOT NULL,
  state TEXT NOT NULL,
  begun_ms INTEGER NOT NULL,
  result BLOB,
  result_text TEXT,
  ended_ms INTEGER,
  answered_by TEXT,
  PRIMARY KEY (call, step)
) WITHOUT ROWID",
    "CREATE TABLE snapshots (
  delivered INTEGER PRIMARY KEY,
  trace BLOB NOT NULL,
  sha256 BLOB NOT NULL,
  size_bytes INTEGER NOT NULL,
  bytes BLOB NOT NULL
)",
    "CREATE TABLE output (
  seq INTEGER PRIMARY KEY,
  delivered INTEGER NOT NULL,
  stream TEXT NOT NULL,
  bytes BLOB NOT NULL
)",
    "CREATE TABLE holder (
  one INTEGER PRIMARY KEY,
  pid INTEGER NOT NULL
)",
];
