//! Tests of what the end of a run says.

use super::Say;

fn done(summary: Option<&str>, denied: usize, killed: usize) -> String {
    Say::Done {
        summary,
        denied,
        killed,
        trace: "",
    }
    .text()
}

#[test]
fn the_end_tells_what_the_tools_say_or_else_what_kont_counted() {
    assert_eq!(done(None, 0, 0), "done.\n");
    assert_eq!(done(None, 1, 0), "done. 1 denied\n");
    assert_eq!(done(None, 2, 2), "done. 2 denied, 2 workers killed\n");
    assert_eq!(
        done(Some("ledger: 4 payments"), 1, 1),
        "done. ledger: 4 payments\n"
    );
}
