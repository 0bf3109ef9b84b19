//! The end of what a worker printed.

use std::io::{self, Read, Write};

/// Keeps the last bytes of a stream.
#[derive(Debug)]
pub(crate) struct Tail {
    bytes: Vec<u8>,
    keep: usize,
}

impl Tail {
    pub(crate) fn new(keep: usize) -> Self {
        Self {
            bytes: Vec::new(),
            keep,
        }
    }

    pub(crate) fn push(&mut self, more: &[u8]) {
        self.bytes.extend_from_slice(more);
        // Cut only when twice too long: then each byte is moved once.
        if self.bytes.len() > self.keep.saturating_mul(2) {
            self.bytes.drain(..self.bytes.len() - self.keep);
        }
    }

    /// The text, with what is not UTF-8 replaced.
    pub(crate) fn text(&self) -> String {
        let start = self.bytes.len().saturating_sub(self.keep);
        String::from_utf8_lossy(self.bytes.get(start..).unwrap_or_default()).into_owned()
    }

    /// Takes what a non-blocking stream has now. False when the stream has ended.
    pub(crate) fn fill(&mut self, from: &mut impl Read, forward: bool) -> bool {
        let mut chunk = [0; 16 << 10];
        // Bounded, so that a worker that prints without end cannot keep its host here.
        for _ in 0..64 {
            match from.read(&mut chunk) {
                Ok(0) => return false,
                Ok(n) => {
                    self.push(&chunk[..n]);
                    if forward {
                        // Where nobody reads the host's standard error there is nothing to be done about it.
                        let _ = io::stderr().write_all(&chunk[..n]);
                    }
                }
                Err(e) if e.kind() == io::ErrorKind::Interrupted => {}
                Err(e) => return e.kind() == io::ErrorKind::WouldBlock,
            }
        }
        true
    }
}

#[cfg(test)]
mod tests;
