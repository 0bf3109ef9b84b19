//! handler_sieve: one more handler for each prime that is found. A number is prime if none of them divides it.

use machine::{Answer, Boundary, Code, Handled, Handler, Input, Machine, Step};

use crate::language::{Kont, Lang, Language, Value, begin, finish};
use crate::meter::Meter;

struct Sieve;

/// Is this number prime?
struct Prime(i64);

enum Prompt {
    /// Knows the multiples of its prime, and asks further out about the others.
    Divides(i64),
    /// Nobody inside divides it.
    Yes,
}

struct Primes {
    number: i64,
    last: i64,
    sum: i64,
}

const NO: Value = Value::Int(0);
const YES: Value = Value::Int(1);

impl Language for Sieve {
    type Effect = Prime;
    type Frame = Primes;
    type Prompt = Prompt;
    type World = ();
}

impl Handler<Lang<Sieve>> for Prompt {
    fn accepts(&self, _: &mut (), _: &Prime) -> bool {
        true
    }

    fn declines(&self, _: &mut (), effect: &Prime) -> bool {
        matches!(self, Prompt::Divides(prime) if effect.0 % prime != 0)
    }

    fn answer(&self, _: &mut (), _: &Prime) -> Option<Answer<Lang<Sieve>>> {
        Some(Ok(match self {
            Prompt::Divides(_) => NO,
            Prompt::Yes => YES,
        }))
    }

    fn handle(&self, _: &mut (), effect: Prime, k: Kont<Sieve>) -> Handled<Lang<Sieve>> {
        Handled::Pass(effect, k)
    }
}

impl Code<Lang<Sieve>> for Primes {
    fn resume(&mut self, _: &mut (), input: Input<Lang<Sieve>>) -> Step<Lang<Sieve>> {
        match input {
            Input::Error(error) => return Step::Raise(error),
            // What the installation below gave: the sum.
            Input::Value(sum) if self.number > self.last => return Step::Return(sum),
            Input::Value(YES) => {
                let prime = self.number;
                let rest = Primes {
                    number: prime + 1,
                    last: self.last,
                    sum: self.sum + prime,
                };
                self.number = i64::MAX;
                return Step::Install {
                    boundary: Boundary::Prompt(Prompt::Divides(prime)),
                    body: rest,
                };
            }
            Input::Value(_) => self.number += 1,
            Input::Start => {}
        }
        if self.number >= self.last {
            return Step::Return(Value::Int(self.sum));
        }
        Step::Perform(Prime(self.number))
    }
}

/// The same in plain Rust: the documented answer.
pub(crate) fn plain(size: u64) -> i64 {
    let is_prime = |n: &u64| {
        (2..)
            .take_while(|d| d * d <= *n)
            .all(|d| !n.is_multiple_of(d))
    };
    (2..size).filter(is_prime).sum::<u64>() as i64
}

/// Adds up the primes below `size`.
pub(crate) fn run(meter: &mut Meter, size: u64) -> i64 {
    let mut machine = Machine::<Lang<Sieve>>::new();
    let primes = Primes {
        number: 2,
        last: size as i64,
        sum: 0,
    };
    begin::<Sieve>(&mut machine, [Prompt::Yes], primes);
    meter.time(|| finish::<Sieve>(&mut machine, &mut ()))
}
