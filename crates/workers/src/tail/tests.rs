//! The tail keeps the end, and no more.

use super::*;

#[test]
fn keeps_the_end() {
    let mut tail = Tail::new(4);
    for i in 0..100u8 {
        tail.push(&[b'a' + i % 26]);
        assert!(tail.bytes.len() <= 8);
    }
    assert_eq!(tail.text(), "stuv");
    tail.push(b"a long line at once");
    assert_eq!(tail.text(), "once");
}

#[test]
fn what_is_not_text_is_replaced() {
    let mut tail = Tail::new(10);
    tail.push(b"a\xff");
    assert_eq!(tail.text(), "a\u{fffd}");
}

#[test]
fn a_stream_without_end_is_read_in_parts() {
    let mut tail = Tail::new(4);
    assert!(tail.fill(&mut io::repeat(b'x'), false));
    assert!(!tail.fill(&mut io::empty(), false));
    assert_eq!(tail.text(), "xxxx");
}
