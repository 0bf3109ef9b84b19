//! Frames: a little-endian `u32` length, then that many bytes. Bounded, and free of any meaning.

use std::io::{self, ErrorKind, Read, Write};

/// The length of a frame's head, in bytes.
pub const FRAME_HEAD_BYTES: usize = 4;

/// The bound on a frame's payload that workers have unless told otherwise, in bytes.
pub const FRAME_BYTES_MAX: usize = 64 << 20;

/// Puts the length in front of a payload.
pub(crate) fn frame(payload: &[u8]) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(FRAME_HEAD_BYTES + payload.len());
    // Callers have compared the length with a bound that fits 32 bits.
    let length = u32::try_from(payload.len()).unwrap_or(u32::MAX);
    bytes.extend_from_slice(&length.to_le_bytes());
    bytes.extend_from_slice(payload);
    bytes
}

/// How far one attempt to move bytes came.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Progress<T> {
    /// Complete.
    Ready(T),
    /// The other side has to do something first.
    Waiting,
    /// The channel is closed or failed.
    Broken(String),
    /// The frame is longer than the bound.
    TooLarge { bytes: usize },
}

/// A frame that is being written to a channel that may not take it at once.
#[derive(Debug, Default)]
pub(crate) struct FrameWriter {
    bytes: Vec<u8>,
    written: usize,
}

impl FrameWriter {
    pub(crate) fn new(payload: &[u8]) -> Self {
        Self {
            bytes: frame(payload),
            written: 0,
        }
    }

    pub(crate) fn is_done(&self) -> bool {
        self.written == self.bytes.len()
    }

    /// Writes as much as the channel takes without waiting.
    pub(crate) fn advance(&mut self, to: &mut impl Write) -> Progress<()> {
        while let Some(rest @ [_, ..]) = self.bytes.get(self.written..) {
            match to.write(rest) {
                Ok(0) => return Progress::Broken("the channel takes no more bytes".into()),
                Ok(n) => self.written += n,
                Err(e) if e.kind() == ErrorKind::Interrupted => {}
                Err(e) if e.kind() == ErrorKind::WouldBlock => return Progress::Waiting,
                Err(e) => return Progress::Broken(e.to_string()),
            }
        }
        Progress::Ready(())
    }
}

/// A frame that is arriving.
#[derive(Debug)]
pub(crate) struct FrameReader {
    limit: usize,
    head: Vec<u8>,
    body: Vec<u8>,
    length: Option<usize>,
}

impl FrameReader {
    pub(crate) fn new(limit: usize) -> Self {
        Self {
            limit,
            head: Vec::with_capacity(FRAME_HEAD_BYTES),
            body: Vec::new(),
            length: None,
        }
    }

    /// Reads as much as has arrived. The body grows with what arrives, never with what is announced.
    pub(crate) fn advance(&mut self, from: &mut impl Read) -> Progress<Vec<u8>> {
        let mut chunk = [0; 64 << 10];
        loop {
            let wanted = match self.length {
                None => FRAME_HEAD_BYTES - self.head.len(),
                Some(length) => length - self.body.len(),
            };
            if wanted == 0 {
                if self.length.is_some() {
                    return Progress::Ready(std::mem::take(&mut self.body));
                }
                let mut head = [0; FRAME_HEAD_BYTES];
                head.copy_from_slice(&self.head);
                let length = u32::from_le_bytes(head) as usize;
                if length > self.limit {
                    return Progress::TooLarge { bytes: length };
                }
                self.length = Some(length);
                continue;
            }
            let room = wanted.min(chunk.len());
            match from.read(&mut chunk[..room]) {
                Ok(0) => return Progress::Broken(self.closed()),
                Ok(n) if self.length.is_some() => self.body.extend_from_slice(&chunk[..n]),
                Ok(n) => self.head.extend_from_slice(&chunk[..n]),
                Err(e) if e.kind() == ErrorKind::Interrupted => {}
                Err(e) if e.kind() == ErrorKind::WouldBlock => return Progress::Waiting,
                Err(e) => return Progress::Broken(broken(&e)),
            }
        }
    }

    fn closed(&self) -> String {
        match self.length {
            None if self.head.is_empty() => "the worker closed its channel".into(),
            None => "the channel ended within the head of a frame".into(),
            Some(length) => format!(
                "the channel ended after {} of {length} bytes of a frame",
                self.body.len()
            ),
        }
    }
}

fn broken(error: &io::Error) -> String {
    match error.kind() {
        ErrorKind::ConnectionReset => "the worker closed its channel".into(),
        _ => error.to_string(),
    }
}

#[cfg(test)]
mod tests;
