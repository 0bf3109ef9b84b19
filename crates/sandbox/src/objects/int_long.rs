//! Arithmetic of long integers in parts, so that the end of a run is seen in between.
//!
//! Each function is the library's own below some thousand words, and splits its work above.

use crate::vm::raise::Res;
use crate::vm::state::Vm;
use num_bigint::{BigInt, BigUint, Sign};
use num_integer::Integer as _;
use num_traits::{One as _, Zero as _};

/// A product of factors of so many bits takes some tenths of a millisecond.
const PRODUCT_BITS: u64 = 1 << 16;

/// So many products of words are done at once.
const WORDS_AT_ONCE: u64 = 1 << 18;

/// `x * y`.
pub(crate) fn product(vm: &Vm, x: &BigInt, y: &BigInt) -> Res<BigInt> {
    let found = multiply(vm, x.magnitude(), y.magnitude())?;
    let sign = if x.sign() == y.sign() {
        Sign::Plus
    } else {
        Sign::Minus
    };
    Ok(BigInt::from_biguint(sign, found))
}

fn multiply(vm: &Vm, x: &BigUint, y: &BigUint) -> Res<BigUint> {
    let (long, short) = if x.bits() < y.bits() { (y, x) } else { (x, y) };
    if short.bits() <= PRODUCT_BITS && long.bits() / 64 * short.bits() / 64 <= WORDS_AT_ONCE * 8
        || short.bits() <= 64
    {
        return Ok(long * short);
    }
    vm.look(0)?;
    let half = (long.bits() / 2).next_multiple_of(64);
    let (high, low) = split(long, half);
    if short.bits() <= half {
        return Ok((multiply(vm, &high, short)? << half) + multiply(vm, &low, short)?);
    }
    // Karatsuba's three products for four.
    let (other_high, other_low) = split(short, half);
    let top = multiply(vm, &high, &other_high)?;
    let bottom = multiply(vm, &low, &other_low)?;
    let middle = multiply(vm, &(high + low), &(other_high + other_low))? - &top - &bottom;
    Ok((((top << half) + middle) << half) + bottom)
}

fn split(x: &BigUint, bits: u64) -> (BigUint, BigUint) {
    let high = x >> bits;
    let low = x - (&high << bits);
    (high, low)
}

/// `x ** y`.
pub(crate) fn power(vm: &Vm, x: &BigInt, y: u32) -> Res<BigInt> {
    if x.bits().saturating_mul(u64::from(y)) <= PRODUCT_BITS {
        return Ok(x.pow(y));
    }
    let mut found = BigInt::one();
    for bit in (0..u32::BITS - y.leading_zeros()).rev() {
        found = product(vm, &found, &found)?;
        if y >> bit & 1 == 1 {
            found = product(vm, &found, x)?;
        }
    }
    Ok(found)
}

/// The quotient and the rest, rounded down as Python does. `y` is not zero.
pub(crate) fn divide(vm: &Vm, x: &BigInt, y: &BigInt) -> Res<(BigInt, BigInt)> {
    let words = y.bits() / 64 + 1;
    if (x.bits().saturating_sub(y.bits()) / 64 + 1) * words <= WORDS_AT_ONCE {
        return Ok(x.div_mod_floor(y));
    }
    let (mut quotient, mut rest) = divide_magnitudes(vm, x.magnitude(), y.magnitude())?;
    if x.sign() != y.sign() && !rest.is_zero() {
        quotient += 1u32;
        rest = y.magnitude() - rest;
    }
    let sign = if x.sign() == y.sign() {
        Sign::Plus
    } else {
        Sign::Minus
    };
    Ok((
        BigInt::from_biguint(sign, quotient),
        BigInt::from_biguint(y.sign(), rest),
    ))
}

/// The school's division, some words of the dividend at a time.
fn divide_magnitudes(vm: &Vm, x: &BigUint, y: &BigUint) -> Res<(BigUint, BigUint)> {
    let at_once = usize::try_from(WORDS_AT_ONCE / (y.bits() / 64 + 1)).unwrap_or(1);
    let at_once = at_once.clamp(4, 1 << 12) * 2;
    let digits = x.to_u32_digits();
    let mut quotient: Vec<u32> = Vec::with_capacity(digits.len());
    let mut rest = BigUint::zero();
    // The highest digits first; the last ones of a part are its lowest.
    for part in digits.rchunks(at_once) {
        vm.look(0)?;
        let bits = 32 * part.len() as u64;
        let (q, r) = ((rest << bits) + BigUint::from_slice(part)).div_rem(y);
        let mut found = q.to_u32_digits();
        found.resize(part.len(), 0);
        quotient.extend(found.iter().rev());
        rest = r;
    }
    quotient.reverse();
    Ok((BigUint::new(quotient), rest))
}

/// `x ** y % modulus`, of numbers that are not negative and an `x` below the modulus.
pub(crate) fn power_modulo(vm: &Vm, x: &BigInt, y: &BigInt, modulus: &BigInt) -> Res<BigInt> {
    let words = modulus.bits() / 64 + 1;
    let bits_at_once = (WORDS_AT_ONCE / words.saturating_mul(words)).max(1);
    if y.bits() <= bits_at_once.saturating_mul(16) {
        return Ok(x.modpow(y, modulus));
    }
    let mut found = BigInt::one();
    for bit in (0..y.bits()).rev() {
        vm.look(0)?;
        found = divide(vm, &product(vm, &found, &found)?, modulus)?.1;
        if y.bit(bit) {
            found = divide(vm, &product(vm, &found, x)?, modulus)?.1;
        }
    }
    Ok(found)
}

/// The greatest common divisor.
pub(crate) fn divisor(vm: &Vm, x: &BigInt, y: &BigInt) -> Res<BigInt> {
    let (mut x, mut y) = (x.clone(), y.clone());
    let mut turns = 0u64;
    while !y.is_zero() && x.bits().max(y.bits()) > 1 << 14 {
        turns += 1;
        if turns.is_multiple_of(16) {
            vm.look(0)?;
        }
        let rest = divide(vm, &x, &y)?.1;
        x = std::mem::replace(&mut y, rest);
    }
    Ok(x.gcd(&y))
}

/// The square root of a number that is not negative, rounded down.
pub(crate) fn root(vm: &Vm, n: &BigInt) -> Res<BigInt> {
    if n.bits() <= 1 << 14 {
        return Ok(n.sqrt());
    }
    // Each turn doubles the bits that are right; what is found is at most one too large.
    let half = (n.bits() - 1) / 2;
    let mut found = BigInt::one();
    let mut have = 0;
    for shift in (0..u64::BITS - half.leading_zeros()).rev() {
        let before = have;
        have = half >> shift;
        let part = n >> (2 * half - before - have + 1);
        let next = divide(vm, &part, &found)?.0;
        found = (found << (have - before).saturating_sub(1)) + next;
    }
    if product(vm, &found, &found)? > *n {
        found -= 1;
    }
    Ok(found)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::vm::state::Settings;
    use num_traits::Signed as _;

    fn long(bits: u64, seed: u64) -> BigInt {
        let mut state = seed;
        let digits = (0..bits / 32).map(|_| {
            state = state
                .wrapping_mul(6_364_136_223_846_793_005)
                .wrapping_add(1_442_695_040_888_963_407);
            (state >> 32) as u32
        });
        BigInt::from_biguint(Sign::Plus, BigUint::new(digits.collect()))
    }

    fn vm() -> Vm {
        Vm::new(&Settings::default())
    }

    #[test]
    fn long_numbers_give_what_the_library_gives() {
        let vm = vm();
        let done = |found: Res<BigInt>| found.expect("nothing ends it");
        for (n, m) in [
            (700_000, 600_000),
            (900_000, 150_000),
            (500_000, 640),
            (300_000, 300_000),
        ] {
            let (x, y) = (long(n, 1), long(m, 2));
            for (x, y) in [
                (x.clone(), y.clone()),
                (-&x, y.clone()),
                (x.clone(), -&y),
                (-x, -y),
            ] {
                assert_eq!(done(product(&vm, &x, &y)), &x * &y);
                let found = divide(&vm, &x, &y).expect("nothing ends it");
                assert_eq!(found, x.div_mod_floor(&y));
            }
        }
        let shifted = BigInt::one() << 400_000;
        for d in [-1, 0, 1] {
            let n = &shifted + d;
            assert_eq!(done(root(&vm, &n)), n.sqrt());
            assert_eq!(done(product(&vm, &n, &n)), &n * &n);
        }
        let n = long(100_000, 5);
        assert_eq!(done(root(&vm, &n)), n.sqrt());
        assert_eq!(
            done(power(&vm, &(-long(640, 3)), 301)),
            (-long(640, 3)).pow(301)
        );
        let (x, y, m) = (long(3_000, 1), long(3_200, 2), long(3_200, 3));
        assert_eq!(done(power_modulo(&vm, &x, &y, &m)), x.modpow(&y, &m));
        let common = long(20_000, 9);
        let (x, y) = (long(30_000, 4) * &common, long(25_000, 6) * &common);
        assert_eq!(done(divisor(&vm, &x, &-&y)).abs(), x.gcd(&y));
    }

    #[test]
    fn they_end_when_the_run_is_to_end() {
        let vm = vm();
        vm.watch
            .interrupted
            .store(true, std::sync::atomic::Ordering::Relaxed);
        let (x, y) = (long(700_000, 1), long(300_000, 2));
        assert!(product(&vm, &x, &y).is_err());
        assert!(divide(&vm, &x, &y).is_err());
        assert!(power(&vm, &x, 9).is_err());
        assert!(power_modulo(&vm, &y, &y, &y).is_err());
        assert!(divisor(&vm, &x, &y).is_err());
        assert!(root(&vm, &x).is_err());
    }
}
