//! A journal that is open: [`View`] reads it, [`Journal`] is the one process that writes it.

use crate::crash::{CrashAt, CrashPoint};
use crate::error::shown;
use crate::file::{self, Lock};
use crate::rows::{Change, Contents, Run};
use crate::seal::{Hash, sha256};
use crate::stage::{Stage, seal_of};
use crate::{JournalError, sql};
use rusqlite::{Connection, ErrorCode, OpenFlags};
use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

/// How long a commit waits for readers that are in its way.
const BUSY_TIMEOUT: Duration = Duration::from_secs(10);

/// A journal as it was when it was opened. It takes no lock: the run may go on meanwhile in another process.
#[derive(Debug)]
pub struct View {
    // ORDER: the connection closes before the lock of a `Journal` goes.
    conn: Connection,
    path: PathBuf,
    contents: Contents,
    seal: Hash,
}

impl View {
    /// Opens a journal for reading, and reads all of it.
    ///
    /// # Errors
    /// Whatever is wrong with the file, each with its own [`JournalError`].
    pub fn open(path: &Path) -> Result<Self, JournalError> {
        file::check_present(path)?;
        // SQLite looks first, and we look at the file only if it finds something wrong: closing a file takes away all
        // locks that this process has on it, also those of a `Journal` that is open.
        Self::open_by_sqlite(path).map_err(|err| file::identify(path).err().unwrap_or(err))
    }

    fn open_by_sqlite(path: &Path) -> Result<Self, JournalError> {
        let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        match Self::with(path, Connection::open_with_flags(path, flags)) {
            // A write-ahead log needs a side file, which a read-only folder refuses. Without a log there is
            // nothing that could change under the reader, as nobody can write there.
            Err(JournalError::Sqlite { source, .. })
                if matches!(
                    source.sqlite_error_code(),
                    Some(ErrorCode::CannotOpen | ErrorCode::ReadOnly)
                ) && !has_log(path) =>
            {
                let uri = format!("file:{}?immutable=1", uri_path(path));
                let flags = flags | OpenFlags::SQLITE_OPEN_URI;
                Self::with(path, Connection::open_with_flags(uri, flags))
            }
            opened => opened,
        }
    }

    fn with(path: &Path, conn: rusqlite::Result<Connection>) -> Result<Self, JournalError> {
        let read = conn.and_then(|conn| {
            conn.busy_timeout(BUSY_TIMEOUT)?;
            conn.execute_batch("PRAGMA trusted_schema = OFF; PRAGMA cell_size_check = ON")?;
            let read = sql::read(&conn)?;
            Ok((conn, read))
        });
        let (conn, read) = read.map_err(|err| explain(path, err))?;
        let (contents, seal) = read.map_err(|what| file::diagnose(path, what))?;
        if seal_of(&contents) != seal {
            let what = "its rows do not agree with its seal".to_owned();
            return Err(file::diagnose(path, what));
        }
        Ok(Self {
            conn,
            path: path.to_owned(),
            contents,
            seal,
        })
    }

    /// What the journal holds.
    pub fn contents(&self) -> &Contents {
        &self.contents
    }

    /// Lets the file grow no further, as a full disk does.
    #[cfg(test)]
    pub(crate) fn limit_pages_for_test(&self) {
        self.conn
            .execute_batch("PRAGMA max_page_count = 1")
            .unwrap();
    }

    /// The bytes of the snapshot that was taken after so many deliveries.
    ///
    /// # Errors
    /// [`JournalError::DamagedSnapshot`] if they are not what was stored, [`JournalError::Misuse`] if there is none.
    pub fn snapshot(&self, delivered: u64) -> Result<Vec<u8>, JournalError> {
        let Some(row) = self.contents.snapshots.get(&delivered) else {
            return Err(JournalError::Misuse(format!(
                "there is no snapshot {delivered}"
            )));
        };
        let damaged = || JournalError::DamagedSnapshot {
            path: shown(&self.path),
            delivered,
        };
        match sql::snapshot_bytes(&self.conn, delivered) {
            Ok(bytes) if sha256(&bytes) == row.sha256 => Ok(bytes),
            Ok(_) => Err(damaged()),
            Err(err) if is_damage(&err) => Err(damaged()),
            Err(err) => Err(explain(&self.path, err)),
        }
    }
}

/// A journal that this process holds and writes.
#[derive(Debug)]
pub struct Journal {
    view: View,
    crash: CrashPoint,
    #[expect(dead_code, reason = "held until the connection is closed")]
    lock: Lock,
}

impl Journal {
    /// Makes a new journal that holds one run, and opens it.
    ///
    /// * `crash_at` – where the process kills itself; `None` outside tests.
    ///
    /// # Errors
    /// [`JournalError::Exists`] if there is something of that name, [`JournalError::Io`] if the folder is missing or
    /// cannot be written. Then nothing was made.
    pub fn create(path: &Path, run: Run, crash_at: Option<CrashAt>) -> Result<Self, JournalError> {
        let mut crash = CrashPoint::new(crash_at);
        crash.pass("before", "create");
        write_whole(path, &Contents::new(run), |_| Ok(Vec::new()))?;
        crash.pass("after", "create");
        Self::hold(path, crash)
    }

    /// Opens a journal to go on with its run.
    ///
    /// # Errors
    /// [`JournalError::Locked`] if another live process has it, else whatever is wrong with the file.
    pub fn open(path: &Path, crash_at: Option<CrashAt>) -> Result<Self, JournalError> {
        Self::hold(path, CrashPoint::new(crash_at))
    }

    fn hold(path: &Path, crash: CrashPoint) -> Result<Self, JournalError> {
        file::identify(path)?;
        let Some(lock) = file::lock(path)? else {
            return Err(JournalError::Locked {
                path: shown(path),
                pid: holder_of(path),
            });
        };
        let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let view = View::with(path, Connection::open_with_flags(path, flags))?;
        let conn = &view.conn;
        sql::set_up_writer(conn)
            .and_then(|()| sql::integrity(conn))
            .map_err(|err| explain(path, err))?
            .map_err(|what| file::diagnose(path, what))?;
        lock.check_length(path)?;
        sql::set_holder(conn, std::process::id()).map_err(|err| explain(path, err))?;
        Ok(Self { view, crash, lock })
    }

    /// The journal as it is now.
    pub fn view(&self) -> &View {
        &self.view
    }

    /// What the journal holds now.
    pub fn contents(&self) -> &Contents {
        &self.view.contents
    }

    /// Makes some changes, all or none; when it returns they are on disk.
    ///
    /// * `label` – what the commit is, for tests that crash before or after it.
    ///
    /// # Errors
    /// [`JournalError::Misuse`] if a change contradicts what is recorded, [`JournalError::Sqlite`] if the disk refuses.
    /// Then nothing was changed.
    ///
    /// # Cost
    /// Three syncs to disk, and the bytes of the changed rows.
    pub fn commit(&mut self, label: &str, changes: Vec<Change>) -> Result<(), JournalError> {
        let mut stage = Stage::new(&self.view.contents);
        for change in changes {
            stage.apply(change)?;
        }
        let seal = stage.seal(self.view.seal);
        self.crash.pass("before", label);
        sql::write(&mut self.view.conn, &stage, seal)
            .map_err(|source| explain(&self.view.path, source))?;
        let rows = stage.into_rows();
        rows.merge_into(&mut self.view.contents);
        self.view.seal = seal;
        self.crash.pass("after", label);
        Ok(())
    }
}

/// Writes a journal with some contents; it appears under its name when it is complete.
pub(crate) fn write_whole(
    path: &Path,
    contents: &Contents,
    snapshot: impl FnMut(u64) -> Result<Vec<u8>, JournalError>,
) -> Result<(), JournalError> {
    file::check_vacant(path)?;
    let draft = file::draft_path(path);
    let written =
        write_draft(path, &draft, contents, snapshot).and_then(|()| file::publish(&draft, path));
    if written.is_err() {
        // The first error is the one to report; what cannot be removed is only clutter.
        let _ = fs::remove_file(&draft);
    }
    written
}

fn write_draft(
    path: &Path,
    draft: &Path,
    contents: &Contents,
    mut snapshot: impl FnMut(u64) -> Result<Vec<u8>, JournalError>,
) -> Result<(), JournalError> {
    let explain = |err| explain(path, err);
    // Opened by us first, as the operating system says more about a refusal than SQLite does.
    fs::File::create(draft).map_err(crate::error::io("create", path.to_owned()))?;
    let mut conn = Connection::open(draft).map_err(explain)?;
    sql::make_tables(&conn, &contents.run, seal_of(contents)).map_err(explain)?;
    let transaction = conn.transaction().map_err(explain)?;
    sql::insert_rows(&transaction, contents).map_err(explain)?;
    for row in contents.snapshots.values() {
        let bytes = snapshot(row.delivered)?;
        sql::put_snapshot(&transaction, row, &bytes).map_err(explain)?;
    }
    transaction.commit().map_err(explain)?;
    conn.close().map_err(|(_, err)| explain(err))
}

/// Who has written down that he holds the journal.
fn holder_of(path: &Path) -> Option<u32> {
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let conn = Connection::open_with_flags(path, flags).ok()?;
    sql::holder(&conn).ok()
}

fn has_log(path: &Path) -> bool {
    let mut log = path.as_os_str().to_owned();
    log.push("-wal");
    fs::metadata(log).is_ok_and(|meta| meta.len() > 0)
}

fn uri_path(path: &Path) -> String {
    let text = path.to_string_lossy();
    text.replace('%', "%25")
        .replace('?', "%3f")
        .replace('#', "%23")
}

fn is_damage(err: &rusqlite::Error) -> bool {
    match err.sqlite_error_code() {
        Some(ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase) => true,
        Some(_) => false,
        // Columns of the wrong type, a table that is not there, text that is not UTF-8.
        None => true,
    }
}

fn explain(path: &Path, err: rusqlite::Error) -> JournalError {
    let unknown = matches!(err.sqlite_error_code(), Some(ErrorCode::Unknown));
    if is_damage(&err) || unknown {
        file::diagnose(path, err.to_string())
    } else {
        JournalError::Sqlite {
            path: shown(path),
            source: err,
        }
    }
}
