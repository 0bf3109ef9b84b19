//! Sums and norms against CPython's answers.

use super::exact::{norm, sum};

#[test]
fn sums_are_rounded_once() {
    assert_eq!(sum(&[0.1; 10]), Some(1.0));
    assert_eq!(sum(&[1e16, 1.0, 1e-16]), Some(1e16 + 2.0));
    assert_eq!(sum(&[1e308, 1e308, -1e308]), None);
    assert_eq!(sum(&[1e100, 1.0, -1e100]), Some(1.0));
    assert_eq!(sum(&[]), Some(0.0));
}

#[test]
fn norms_neither_overflow_nor_vanish() {
    assert_eq!(norm(&[3.0, 4.0]), 5.0);
    assert_eq!(norm(&[3e300, 4e300]), 5e300);
    assert_eq!(norm(&[3e-320, 4e-320]), 5e-320);
    assert_eq!(norm(&[1.0, 1.0, 1.0]), 1.7320508075688772);
    assert_eq!(norm(&[f64::NAN, f64::INFINITY]), f64::INFINITY);
}
