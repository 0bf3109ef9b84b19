//! Tests of the short texts that lines show, and of blobs.

use super::{blob, execute, outcome, request, short_outcome, short_request, value};
use crate::host::Execute;
use journal::Blob;
use num_bigint::BigInt;
use sandbox::vm::request::{HostRequest, PendingRequest};
use sandbox::{Data, Failure, Outcome};

fn text(text: &str) -> Data {
    Data::Str(text.to_owned())
}

fn call(args: Vec<Data>, kwargs: Vec<(String, Data)>) -> PendingRequest {
    PendingRequest::Call {
        name: "send".to_owned(),
        args,
        kwargs,
    }
}

#[test]
fn a_line_shows_a_call_as_python_writes_it_and_cuts_what_is_long() {
    let iban = text("DE89370400440532013000123");
    let kwargs = vec![("note".to_owned(), text("it's due"))];
    let long = call(
        vec![iban, Data::Float(410.0), Data::List(vec![Data::Int(7); 20])],
        kwargs,
    );
    assert_eq!(
        short_request(&long),
        "send('DE8937040044...', 410.0, [7, 7, 7, 7,..., note=\"it's due\")"
    );
    assert!(
        request(&long)
            .text
            .starts_with("send('DE89370400440532013000123', 410.0, [7, 7,")
    );
    assert_eq!(
        short_request(&call(vec![text("invoices/1.txt")], vec![])),
        "send('invoices/1.txt')"
    );
    let sleep = PendingRequest::Host(HostRequest::Sleep(0.5));
    assert_eq!(short_request(&sleep), "sleep(0.5)");
}

#[test]
fn a_line_shows_an_outcome_in_a_word_or_two() {
    assert_eq!(short_outcome(&Ok(Data::Int(7))), "ok");
    let failed = |name: &str, message: &str| short_outcome(&Err(Failure::new(name, message)));
    assert_eq!(failed("ValueError", "no"), "ValueError: no");
    assert_eq!(
        failed("WorkerKilled", "killed after 2.0 s, 2 processes, 0 left"),
        "KILLED after 2.0 s, 2 processes, 0 left"
    );
    assert_eq!(
        failed("WorkerKilled", "it broke its channel"),
        "KILLED it broke its channel"
    );
}

#[test]
fn what_is_stored_comes_back() {
    let data = Data::Dict(vec![
        (text("n"), Data::BigInt(BigInt::from(2).pow(200))),
        (
            Data::Tuple(vec![]),
            Data::Set(vec![Data::Float(-0.0), Data::Bytes(vec![0, 255])]),
        ),
        (
            Data::None,
            Data::Object {
                class: "Point".to_owned(),
                fields: vec![("x".to_owned(), Data::Bool(true))],
            },
        ),
    ]);
    for outcome_in in [
        Ok(data.clone()),
        Err(Failure {
            data: Some(data.clone()),
            ..Failure::new("E", "m")
        }),
    ] {
        let back: Outcome = value(&outcome(&outcome_in)).unwrap();
        assert_eq!(back, outcome_in);
    }
    let wanted = Execute {
        tool: "pay".to_owned(),
        args: vec![data],
        kwargs: vec![],
        place: None,
    };
    assert_eq!(value::<Execute>(&execute(&wanted)).unwrap(), wanted);
}

#[test]
fn what_cannot_be_read_is_named() {
    let foreign = Blob {
        bytes: vec![200, 1, 2],
        text: "pay(7)".to_owned(),
    };
    let err = value::<Outcome>(&foreign).unwrap_err();
    assert!(err.starts_with("`pay(7)`: "), "{err}");
    assert_eq!(blob(&7_u8, "7".to_owned()).bytes, [7]);
}
