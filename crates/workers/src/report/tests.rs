//! Every record survives its own encoding.

use super::*;

#[test]
fn orders_round_trip() {
    for order in [
        Order::Arm {
            deadline_ms: 2000,
            grace_ms: 200,
        },
        Order::Disarm,
        Order::Kill { grace_ms: 0 },
    ] {
        assert_eq!(Order::from_bytes(&order.to_bytes()), Some(order));
    }
    assert_eq!(Order::from_bytes(&[0; RECORD_BYTES]), None);
}

#[test]
fn reports_round_trip() {
    let gone = Gone {
        why: Why::Deadline,
        status: Some(9),
        after_ms: 2001,
        processes: 12,
        left: 2,
        named: [4, 5, 0, 0, 0, 0, 0, 8],
    };
    for report in [
        Report::Started { pid: 77 },
        Report::NotStarted {
            stage: STAGE_EXEC,
            errno: 2,
        },
        Report::Disarmed,
        Report::Gone(gone),
        Report::Gone(Gone {
            status: None,
            why: Why::Exit,
            ..gone
        }),
    ] {
        assert_eq!(Report::from_bytes(&report.to_bytes()), Some(report));
    }
    assert_eq!(Report::from_bytes(&[0; RECORD_BYTES]), None);
}
