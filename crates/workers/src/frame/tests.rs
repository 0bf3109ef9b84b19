//! Frames in pieces, frames cut short, frames that are too long.

use super::*;

/// A channel that gives at most `step` bytes at a time, and would block before each.
struct Drip<'a> {
    bytes: &'a [u8],
    step: usize,
    ready: bool,
}

impl Read for Drip<'_> {
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        self.ready = !self.ready;
        if !self.ready && !self.bytes.is_empty() {
            return Err(ErrorKind::WouldBlock.into());
        }
        let n = self.step.min(buf.len()).min(self.bytes.len());
        buf[..n].copy_from_slice(&self.bytes[..n]);
        self.bytes = &self.bytes[n..];
        Ok(n)
    }
}

fn read_all(bytes: &[u8], step: usize, limit: usize) -> Progress<Vec<u8>> {
    let mut drip = Drip {
        bytes,
        step,
        ready: false,
    };
    let mut reader = FrameReader::new(limit);
    loop {
        match reader.advance(&mut drip) {
            Progress::Waiting => {}
            other => return other,
        }
    }
}

#[test]
fn arrives_in_any_pieces() {
    let payload: Vec<u8> = (0..200_000u32).map(|i| (i % 251) as u8).collect();
    for step in [1, 3, 4096, usize::MAX] {
        let short = &payload[..if step == 1 { 900 } else { payload.len() }];
        assert_eq!(
            read_all(&frame(short), step, payload.len()),
            Progress::Ready(short.to_vec())
        );
    }
    assert_eq!(read_all(&frame(b""), 1, 0), Progress::Ready(Vec::new()));
}

#[test]
fn cut_short_is_broken() {
    let bytes = frame(b"hello");
    for end in 0..bytes.len() {
        assert!(
            matches!(read_all(&bytes[..end], 2, 10), Progress::Broken(_)),
            "{end}"
        );
    }
}

#[test]
fn too_long_is_refused_before_the_body() {
    assert_eq!(
        read_all(&[0xff; 4], 4, 10),
        Progress::TooLarge { bytes: 0xffff_ffff }
    );
    assert_eq!(
        read_all(&frame(&[7; 11]), 4, 10),
        Progress::TooLarge { bytes: 11 }
    );
}

#[test]
fn writes_what_the_channel_takes() {
    struct Narrow(Vec<u8>, bool);
    impl Write for Narrow {
        fn write(&mut self, buf: &[u8]) -> io::Result<usize> {
            self.1 = !self.1;
            if self.1 {
                return Err(ErrorKind::WouldBlock.into());
            }
            self.0.extend_from_slice(&buf[..buf.len().min(2)]);
            Ok(buf.len().min(2))
        }
        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }
    let mut out = Narrow(Vec::new(), false);
    let mut writer = FrameWriter::new(b"hello");
    let mut waits = 0;
    while writer.advance(&mut out) == Progress::Waiting {
        waits += 1;
    }
    assert!(writer.is_done());
    assert_eq!(out.0, frame(b"hello"));
    assert!(waits > 1);
}
