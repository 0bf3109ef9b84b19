//! The file as a file: whose it is, who holds it, and how it comes into being whole.

use crate::JournalError;
use crate::error::{io, shown};
use crate::schema::{APPLICATION_ID, VERSION};
use std::fs::{self, File, OpenOptions, TryLockError};
use std::io::{ErrorKind, Read, Seek, SeekFrom};
use std::path::{Path, PathBuf};

const MAGIC: &[u8; 16] = b"SQLite format 3\0";
const HEADER_BYTES: usize = 100;

/// What the first page of an SQLite file says about the file.
struct Header {
    bytes: [u8; HEADER_BYTES],
}

impl Header {
    fn u32_at(&self, offset: usize) -> u32 {
        let field = self.bytes[offset..offset + 4]
            .try_into()
            .expect("four bytes");
        u32::from_be_bytes(field)
    }

    fn size_bytes(&self) -> u64 {
        let page = match u16::from_be_bytes([self.bytes[16], self.bytes[17]]) {
            1 => 65_536,
            size => u64::from(size),
        };
        page * u64::from(self.u32_at(28))
    }
}

/// Refuses a path at which there is nothing.
pub(crate) fn check_present(path: &Path) -> Result<(), JournalError> {
    match fs::metadata(path) {
        Err(err) if err.kind() == ErrorKind::NotFound => {
            Err(JournalError::NotFound { path: shown(path) })
        }
        Err(err) => Err(io("open", path.to_owned())(err)),
        Ok(_) => Ok(()),
    }
}

/// Reads the first bytes of a file and refuses what is not a journal that this crate can read.
///
/// # Errors
/// One of its own for each: no file, a folder, an empty file, not SQLite, of another program, newer, cut off.
pub(crate) fn identify(path: &Path) -> Result<(), JournalError> {
    check_present(path)?;
    let file = File::open(path).map_err(io("open", path.to_owned()))?;
    let found_bytes = file.metadata().map_err(io("open", path.to_owned()))?.len();
    let mut bytes = Vec::with_capacity(HEADER_BYTES);
    file.take(HEADER_BYTES as u64)
        .read_to_end(&mut bytes)
        .map_err(io("read", path.to_owned()))?;
    if bytes.is_empty() {
        return Err(JournalError::Empty { path: shown(path) });
    }
    let Ok(bytes) = <[u8; HEADER_BYTES]>::try_from(bytes.as_slice()) else {
        let known = bytes.len().min(MAGIC.len());
        return Err(if bytes[..known] == MAGIC[..known] {
            JournalError::Truncated {
                path: shown(path),
                expected_bytes: HEADER_BYTES as u64,
                found_bytes,
            }
        } else {
            JournalError::NotSqlite { path: shown(path) }
        });
    };
    let header = Header { bytes };
    if header.bytes[..16] != MAGIC[..] {
        return Err(JournalError::NotSqlite { path: shown(path) });
    }
    let application_id = header.u32_at(68);
    if application_id != APPLICATION_ID {
        return Err(JournalError::Foreign {
            path: shown(path),
            application_id,
        });
    }
    match header.u32_at(60) {
        VERSION => Ok(()),
        0 => Err(JournalError::Damaged {
            path: shown(path),
            what: "it has no journal version".to_owned(),
        }),
        found => Err(JournalError::Newer {
            path: shown(path),
            found,
            known: VERSION,
        }),
    }
}

/// The error for a file that SQLite or the seal found wrong: cut off where that can be seen, damaged otherwise.
///
/// Asked only after the fact: while another process writes, the length and the header differ for moments. And only
/// when the connection is given up: closing the file here takes SQLite's locks on it from this process.
pub(crate) fn diagnose(path: &Path, what: String) -> JournalError {
    match File::open(path).map(|file| check_length(&file, path)) {
        Ok(Err(truncated @ JournalError::Truncated { .. })) => truncated,
        _ => JournalError::Damaged {
            path: shown(path),
            what,
        },
    }
}

/// Refuses a file that is shorter than its header says.
fn check_length(mut file: &File, path: &Path) -> Result<(), JournalError> {
    let mut read = || {
        let found_bytes = file.metadata()?.len();
        let mut bytes = [0; HEADER_BYTES];
        file.seek(SeekFrom::Start(0))?;
        file.read_exact(&mut bytes)?;
        Ok((found_bytes, Header { bytes }.size_bytes()))
    };
    let (found_bytes, expected_bytes) = read().map_err(io("read", path.to_owned()))?;
    if found_bytes < expected_bytes {
        let path = shown(path);
        return Err(JournalError::Truncated {
            path,
            expected_bytes,
            found_bytes,
        });
    }
    Ok(())
}

/// The right to write a journal; the operating system takes it back when the process ends, however it ends.
///
/// It is an `flock` on the journal itself, which is independent of the locks that SQLite takes on byte ranges.
/// It must outlive the connection: closing any descriptor of the file drops SQLite's own locks.
#[derive(Debug)]
pub(crate) struct Lock(File);

impl Lock {
    /// Refuses a file that is shorter than its header says, without opening it again.
    pub(crate) fn check_length(&self, path: &Path) -> Result<(), JournalError> {
        check_length(&self.0, path)
    }
}

/// Takes the lock, or says that somebody has it.
pub(crate) fn lock(path: &Path) -> Result<Option<Lock>, JournalError> {
    let file = OpenOptions::new()
        .read(true)
        .write(true)
        .open(path)
        .map_err(io("open", path.to_owned()))?;
    match file.try_lock() {
        Ok(()) => Ok(Some(Lock(file))),
        Err(TryLockError::WouldBlock) => Ok(None),
        Err(TryLockError::Error(err)) => Err(io("open", path.to_owned())(err)),
    }
}

/// The name beside `path` under which a new journal is written before it appears.
pub(crate) fn draft_path(path: &Path) -> PathBuf {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    path.with_file_name(format!(".{name}.new-{}", std::process::id()))
}

/// Makes sure that a journal can be created at `path`, before any work is done for it.
///
/// # Errors
/// [`JournalError::Exists`] if there is something of that name, [`JournalError::Io`] if its folder is missing.
pub fn check_vacant(path: &Path) -> Result<(), JournalError> {
    if path.symlink_metadata().is_ok() {
        return Err(JournalError::Exists { path: shown(path) });
    }
    if path.file_name().is_none() {
        return Err(io("create", path.to_owned())(
            ErrorKind::InvalidFilename.into(),
        ));
    }
    let folder = folder_of(path);
    if !folder.is_dir() {
        return Err(JournalError::Io {
            action: "create",
            path: shown(path),
            source: std::io::Error::new(
                ErrorKind::NotFound,
                format!("there is no folder `{}`", folder.display()),
            ),
        });
    }
    Ok(())
}

/// Gives a finished draft its name, unless the name has been taken meanwhile, and makes the name durable.
pub(crate) fn publish(draft: &Path, path: &Path) -> Result<(), JournalError> {
    let linked = match fs::hard_link(draft, path) {
        Err(err) if err.kind() == ErrorKind::AlreadyExists => Err(err),
        Err(_) => OpenOptions::new()
            .write(true)
            .create_new(true)
            .open(path)
            .and_then(|_| fs::rename(draft, path)),
        done => done.and_then(|()| fs::remove_file(draft)),
    };
    match linked {
        Err(err) if err.kind() == ErrorKind::AlreadyExists => {
            Err(JournalError::Exists { path: shown(path) })
        }
        done => done
            .and_then(|()| File::open(folder_of(path))?.sync_all())
            .map_err(io("create", path.to_owned())),
    }
}

fn folder_of(path: &Path) -> &Path {
    match path.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        _ => Path::new("."),
    }
}
