//! Rows to SQL and back. Every statement of the crate is here.

use crate::rows::{
    Blob, Call, Contents, Delivered, Output, Run, Snapshot, Status, Step, StepKind, StepState,
};
use crate::schema::{APPLICATION_ID, TABLES, VERSION};
use crate::seal::Hash;
use crate::stage::Stage;
use rusqlite::{Connection, Row, params};

/// What SQLite gave, or in words what cannot be a journal's.
type Checked<T> = rusqlite::Result<Result<T, String>>;

/// Makes the tables of a new journal, and its run row.
pub(crate) fn make_tables(conn: &Connection, run: &Run, seal: Hash) -> rusqlite::Result<()> {
    conn.execute_batch("PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL")?;
    conn.execute_batch("BEGIN")?;
    for table in TABLES {
        conn.execute_batch(table)?;
    }
    put_run(conn, run, seal)?;
    conn.pragma_update(None, "application_id", APPLICATION_ID)?;
    conn.pragma_update(None, "user_version", VERSION)?;
    conn.execute_batch("COMMIT")
}

/// Sets a connection up for commits that survive a power cut, and that are in the file itself when they return.
///
/// The checkpoint after every commit costs two syncs more. It buys that a damaged or lost write-ahead log loses
/// nothing: a log that is cut short is indistinguishable from one that never had its last commits.
pub(crate) fn set_up_writer(conn: &Connection) -> rusqlite::Result<()> {
    conn.execute_batch(
        "PRAGMA synchronous = FULL; PRAGMA wal_autocheckpoint = 1; PRAGMA fullfsync = ON; \
         PRAGMA checkpoint_fullfsync = ON",
    )?;
    // What a crash left in the log goes into the file, whose length can then be judged.
    conn.query_row("PRAGMA wal_checkpoint(PASSIVE)", [], |_| Ok(()))
}

/// Whether SQLite finds its own structures sound; damage in free pages would harm the next commit.
pub(crate) fn integrity(conn: &Connection) -> Checked<()> {
    let word: String = conn.query_row("PRAGMA integrity_check(1)", [], |row| row.get(0))?;
    Ok(if word == "ok" { Ok(()) } else { Err(word) })
}

/// Writes down who holds the journal. It is not under the seal: it says nothing about the run.
pub(crate) fn set_holder(conn: &Connection, pid: u32) -> rusqlite::Result<()> {
    conn.execute("REPLACE INTO holder (one, pid) VALUES (1, ?1)", [pid])?;
    Ok(())
}

/// Who has written down that he holds it.
pub(crate) fn holder(conn: &Connection) -> rusqlite::Result<u32> {
    conn.query_row("SELECT pid FROM holder", [], |row| row.get(0))
}

/// Reads all rows in one transaction.
pub(crate) fn read(conn: &Connection) -> Checked<(Contents, Hash)> {
    conn.execute_batch("BEGIN")?;
    let read = read_rows(conn);
    conn.execute_batch("COMMIT")?;
    read
}

fn read_rows(conn: &Connection) -> Checked<(Contents, Hash)> {
    let pragma = |name: &str| conn.pragma_query_value(None, name, |row| row.get::<_, u32>(0));
    if (pragma("application_id")?, pragma("user_version")?) != (APPLICATION_ID, VERSION) {
        return Ok(Err("it is not marked as a journal".to_owned()));
    }
    let tables: Vec<String> = rows(
        conn,
        "SELECT sql FROM sqlite_schema ORDER BY rowid",
        |row| row.get(0),
    )?;
    if tables != TABLES {
        return Ok(Err("its tables are not a journal's".to_owned()));
    }
    let mut runs = rows(conn, "SELECT * FROM run", read_run)?;
    let (Some(run), true) = (runs.pop(), runs.is_empty()) else {
        return Ok(Err("it does not hold one run".to_owned()));
    };
    let Some((run, seal)) = run else {
        return Ok(Err("its run is in no state that exists".to_owned()));
    };
    let mut contents = Contents::new(run);
    for call in rows(conn, "SELECT * FROM calls", read_call)? {
        let seq = call.delivered.as_ref().map_or(0, |delivered| delivered.seq);
        contents.delivered = contents.delivered.max(seq);
        contents.calls.insert(call.id, call);
    }
    for step in rows(conn, "SELECT * FROM steps", read_step)? {
        let Some(step) = step else {
            return Ok(Err("a step is in no state that exists".to_owned()));
        };
        contents.steps.insert((step.call, step.step), step);
    }
    let query = "SELECT delivered, trace, sha256, size_bytes FROM snapshots";
    for snapshot in rows(conn, query, read_snapshot)? {
        contents.snapshots.insert(snapshot.delivered, snapshot);
    }
    let query = "SELECT delivered, stream, bytes FROM output ORDER BY seq";
    contents.output = rows(conn, query, read_output)?;
    Ok(Ok((contents, seal)))
}

fn rows<T>(
    conn: &Connection,
    query: &str,
    read: fn(&Row<'_>) -> rusqlite::Result<T>,
) -> rusqlite::Result<Vec<T>> {
    conn.prepare(query)?.query_map([], read)?.collect()
}

fn read_run(row: &Row<'_>) -> rusqlite::Result<Option<(Run, Hash)>> {
    let status: String = row.get("status")?;
    let Some(status) = Status::named(&status) else {
        return Ok(None);
    };
    let run = Run {
        run_id: row.get("run_id")?,
        created_ms: row.get("created_ms")?,
        kont_version: row.get("kont_version")?,
        filename: row.get("filename")?,
        source: row.get("source")?,
        tools: row.get("tools")?,
        policy: row.get("policy")?,
        capabilities: row.get("capabilities")?,
        limits: row.get("limits")?,
        seed: row.get::<_, i64>("seed")?.cast_unsigned(),
        forked_from: row.get("forked_from")?,
        status,
        ending: read_blob(row, "ending", "ending_text")?,
        trace: row.get("trace")?,
    };
    Ok(Some((run, row.get("seal")?)))
}

fn read_blob(row: &Row<'_>, bytes: &str, text: &str) -> rusqlite::Result<Option<Blob>> {
    let bytes: Option<Vec<u8>> = row.get(bytes)?;
    let text: Option<String> = row.get(text)?;
    Ok(bytes.map(|bytes| Blob {
        bytes,
        text: text.unwrap_or_default(),
    }))
}

fn read_call(row: &Row<'_>) -> rusqlite::Result<Call> {
    let seq: Option<u64> = row.get("delivered")?;
    let outcome = read_blob(row, "outcome", "outcome_text")?;
    let note = row.get("note")?;
    let trace: Option<Hash> = row.get("trace")?;
    Ok(Call {
        id: row.get("call")?,
        name: row.get("name")?,
        request: read_blob(row, "request", "request_text")?.unwrap_or_default(),
        place: row.get("place")?,
        performed_after: row.get("performed_after")?,
        delivered: seq.map(|seq| Delivered {
            seq,
            outcome: outcome.unwrap_or_default(),
            note,
            trace: trace.unwrap_or_default(),
        }),
    })
}

fn read_step(row: &Row<'_>) -> rusqlite::Result<Option<Step>> {
    let kind: String = row.get("kind")?;
    let state: String = row.get("state")?;
    let (Some(kind), Some(state)) = (StepKind::named(&kind), StepState::named(&state)) else {
        return Ok(None);
    };
    Ok(Some(Step {
        call: row.get("call")?,
        step: row.get("step")?,
        kind,
        request: read_blob(row, "request", "request_text")?.unwrap_or_default(),
        key: row.get("key")?,
        attempts: row.get("attempts")?,
        state,
        begun_ms: row.get("begun_ms")?,
        result: read_blob(row, "result", "result_text")?,
        ended_ms: row.get("ended_ms")?,
        answered_by: row.get("answered_by")?,
    }))
}

fn read_snapshot(row: &Row<'_>) -> rusqlite::Result<Snapshot> {
    Ok(Snapshot {
        delivered: row.get(0)?,
        trace: row.get(1)?,
        sha256: row.get(2)?,
        size_bytes: row.get(3)?,
    })
}

fn read_output(row: &Row<'_>) -> rusqlite::Result<Output> {
    Ok(Output {
        delivered: row.get(0)?,
        stream: row.get(1)?,
        bytes: row.get(2)?,
    })
}

/// The bytes of one snapshot.
pub(crate) fn snapshot_bytes(conn: &Connection, delivered: u64) -> rusqlite::Result<Vec<u8>> {
    let query = "SELECT bytes FROM snapshots WHERE delivered = ?1";
    conn.query_row(query, [delivered], |row| row.get(0))
}

/// Writes a staged commit in one transaction.
pub(crate) fn write(conn: &mut Connection, stage: &Stage<'_>, seal: Hash) -> rusqlite::Result<()> {
    let transaction = conn.transaction()?;
    put_run(&transaction, &stage.run, seal)?;
    stage
        .calls
        .values()
        .try_for_each(|call| put_call(&transaction, call))?;
    stage
        .steps
        .values()
        .try_for_each(|step| put_step(&transaction, step))?;
    for (row, bytes) in stage.snapshots.values() {
        put_snapshot(&transaction, row, bytes)?;
    }
    for (output, seq) in stage.output.iter().zip(stage.first_output()..) {
        put_output(&transaction, seq, output)?;
    }
    transaction.commit()
}

/// Writes all rows of some contents but the run and the snapshots.
pub(crate) fn insert_rows(conn: &Connection, contents: &Contents) -> rusqlite::Result<()> {
    contents
        .calls
        .values()
        .try_for_each(|call| put_call(conn, call))?;
    contents
        .steps
        .values()
        .try_for_each(|step| put_step(conn, step))?;
    for (output, seq) in contents.output.iter().zip(0..) {
        put_output(conn, seq, output)?;
    }
    Ok(())
}

fn put_run(conn: &Connection, run: &Run, seal: Hash) -> rusqlite::Result<()> {
    conn.prepare_cached(
        "REPLACE INTO run VALUES (1, ?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, \
         ?15, ?16)",
    )?
    .execute(params![
        run.run_id,
        run.created_ms,
        run.kont_version,
        run.filename,
        run.source,
        run.tools,
        run.policy,
        run.capabilities,
        run.limits,
        run.seed.cast_signed(),
        run.forked_from,
        run.status.name(),
        run.ending.as_ref().map(|ending| &ending.bytes),
        run.ending.as_ref().map(|ending| &ending.text),
        run.trace,
        seal,
    ])?;
    Ok(())
}

fn put_call(conn: &Connection, call: &Call) -> rusqlite::Result<()> {
    let delivered = call.delivered.as_ref();
    conn.prepare_cached(
        "REPLACE INTO calls VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)",
    )?
    .execute(params![
        call.id,
        call.name,
        call.request.bytes,
        call.request.text,
        call.place,
        call.performed_after,
        delivered.map(|delivered| delivered.seq),
        delivered.map(|delivered| &delivered.outcome.bytes),
        delivered.map(|delivered| &delivered.outcome.text),
        delivered.and_then(|delivered| delivered.note.as_ref()),
        delivered.map(|delivered| delivered.trace),
    ])?;
    Ok(())
}

fn put_step(conn: &Connection, step: &Step) -> rusqlite::Result<()> {
    conn.prepare_cached(
        "REPLACE INTO steps VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13)",
    )?
    .execute(params![
        step.call,
        step.step,
        step.kind.name(),
        step.request.bytes,
        step.request.text,
        step.key,
        step.attempts,
        step.state.name(),
        step.begun_ms,
        step.result.as_ref().map(|result| &result.bytes),
        step.result.as_ref().map(|result| &result.text),
        step.ended_ms,
        step.answered_by,
    ])?;
    Ok(())
}

/// Writes one snapshot.
pub(crate) fn put_snapshot(
    conn: &Connection,
    row: &Snapshot,
    bytes: &[u8],
) -> rusqlite::Result<()> {
    conn.prepare_cached("REPLACE INTO snapshots VALUES (?1, ?2, ?3, ?4, ?5)")?
        .execute(params![
            row.delivered,
            row.trace,
            row.sha256,
            row.size_bytes,
            bytes
        ])?;
    Ok(())
}

fn put_output(conn: &Connection, seq: u64, output: &Output) -> rusqlite::Result<()> {
    conn.prepare_cached("INSERT INTO output VALUES (?1, ?2, ?3, ?4)")?
        .execute(params![seq, output.delivered, output.stream, output.bytes])?;
    Ok(())
}
