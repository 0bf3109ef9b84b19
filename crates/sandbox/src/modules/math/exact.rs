//! Sums and norms without loss.

/// A sum and what rounding lost.
fn two_sum(a: f64, b: f64) -> (f64, f64) {
    let sum = a + b;
    let from_b = sum - a;
    (sum, (a - (sum - from_b)) + (b - from_b))
}

/// The correctly rounded sum of finite numbers (Shewchuk's partial sums). `None` if it overflows on the way.
pub(super) fn sum(items: &[f64]) -> Option<f64> {
    let mut partials: Vec<f64> = Vec::new();
    for item in items {
        let mut x = *item;
        let mut kept = 0;
        for i in 0..partials.len() {
            let (high, low) = two_sum(x, partials[i]);
            if low != 0.0 {
                partials[kept] = low;
                kept += 1;
            }
            x = high;
        }
        if !x.is_finite() {
            return None;
        }
        partials.truncate(kept);
        if x != 0.0 {
            partials.push(x);
        }
    }
    let mut high = partials.pop().unwrap_or(0.0);
    let mut low = 0.0;
    while let Some(next) = partials.pop() {
        let before = high;
        high = before + next;
        low = next - (high - before);
        if low != 0.0 {
            break;
        }
    }
    // Half-way cases are decided by the sign of what is below.
    if let Some(next) = partials.last()
        && ((low < 0.0 && *next < 0.0) || (low > 0.0 && *next > 0.0))
    {
        let double = low * 2.0;
        let x = high + double;
        if double == x - high {
            high = x;
        }
    }
    Some(high)
}

/// The length of a vector, with the squares summed in twice the precision.
pub(super) fn norm(coordinates: &[f64]) -> f64 {
    let largest = coordinates.iter().fold(0.0_f64, |m, x| m.max(x.abs()));
    if coordinates.iter().any(|x| x.is_infinite()) {
        return f64::INFINITY;
    }
    if coordinates.iter().any(|x| x.is_nan()) {
        return f64::NAN;
    }
    if largest == 0.0 || coordinates.len() < 2 {
        return largest;
    }
    // A power of two, so that scaling is exact; in two steps, since one could overflow.
    let exponent = exponent_of(largest);
    let half = -exponent / 2;
    let (up, more) = (power(half), power(-exponent - half));
    let (mut high, mut low) = (0.0, 0.0);
    for x in coordinates {
        let x = x * up * more;
        let square = x * x;
        let rest = x.mul_add(x, -square);
        let (sum, lost) = two_sum(high, square);
        high = sum;
        low += lost + rest;
    }
    let (high, low) = two_sum(high, low);
    let root = high.sqrt();
    let error = (-root).mul_add(root, high) + low;
    let root = root + error / (2.0 * root);
    root / up / more
}

fn power(exponent: i32) -> f64 {
    2.0_f64.powi(exponent)
}

fn exponent_of(x: f64) -> i32 {
    let bits = (x.to_bits() >> 52 & 0x7ff) as i32;
    if bits == 0 { -1022 } else { bits - 1023 }
}
