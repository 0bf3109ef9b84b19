//! Tests of JSON on the command line.

use super::data;
use num_bigint::BigInt;
use sandbox::Data;

#[test]
fn json_is_read_as_python_reads_it() {
    for (text, expected) in [
        ("null", "None"),
        ("[true, false]", "[True, False]"),
        ("{\"b\": 1, \"a\": 2.5, \"b\": 3}", "{'b': 3, 'a': 2.5}"),
        ("-9223372036854775808", "-9223372036854775808"),
        ("18446744073709551615", "18446744073709551615"),
        ("\"\\u00e9\"", "'é'"),
    ] {
        assert_eq!(data(text).unwrap().repr(), expected);
    }
    assert_eq!(
        data("9223372036854775808"),
        Ok(Data::BigInt(BigInt::from(1_u64 << 63)))
    );
}

#[test]
fn what_would_be_wrong_is_refused() {
    for text in [
        "",
        "{",
        "nul",
        "1 2",
        "18446744073709551616",
        &"[".repeat(200),
    ] {
        assert!(data(text).is_err(), "{text}");
    }
}
