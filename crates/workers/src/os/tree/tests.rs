//! The text of `/proc/<pid>/stat`, and the tree below this test.

use super::*;

#[test]
fn stat_with_parentheses_in_the_name() {
    let text = b"17 (a) R (b)) S 4 17 17 0 -1 4194560 1 2 3 4 5 6 7 8 20 0 1 0 99 100";
    assert_eq!(parse_stat(text), Some((4, true)));
}

#[test]
fn zombies_are_not_alive_unless_threads_run() {
    let zombie = b"17 (x) Z 4 17 17 0 -1 4194560 1 2 3 4 5 6 7 8 20 0 1 0 99 100";
    assert_eq!(parse_stat(zombie), Some((4, false)));
    let leaderless = b"17 (x) Z 4 17 17 0 -1 4194560 1 2 3 4 5 6 7 8 20 0 3 0 99 100";
    assert_eq!(parse_stat(leaderless), Some((4, true)));
}

#[test]
fn nonsense_is_no_process() {
    for text in [&b""[..], b"17", b"17 (x", b"17 (x) S", b"17 (x) S a b c"] {
        assert_eq!(parse_stat(text), None);
    }
}

#[test]
fn each_process_counts_once() {
    let mut tree = Tree::new();
    assert!(tree.note(5));
    assert!(!tree.note(5));
    assert!(tree.note(5 + SEEN_MAX as pid_t));
    assert_eq!(tree.count(), 2);
}
