//! product_early: the product of a list that ends in 0. A thousand frames wait when the 0 is found, and are dropped.

use machine::{Boundary, Code, Handled, Handler, Input, Machine, Step};

use crate::language::{Kont, Lang, Language, Value, begin, finish};
use crate::meter::Meter;

struct Product;

/// The product is known already.
struct Abort(i64);

struct Catch;

enum Frame {
    /// The product of the list from this place on.
    From(usize),
    /// This one's product with what the rest gives.
    Times(i64),
    /// The sum of so many products.
    Runs { left: u64, sum: i64 },
}

impl Language for Product {
    type Effect = Abort;
    type Frame = Frame;
    type Prompt = Catch;
    type World = Vec<i64>;
}

impl Handler<Lang<Product>> for Catch {
    fn accepts(&self, _: &mut Vec<i64>, _: &Abort) -> bool {
        true
    }

    fn handle(&self, _: &mut Vec<i64>, effect: Abort, k: Kont<Product>) -> Handled<Lang<Product>> {
        drop(k);
        Handled::Return(Value::Int(effect.0))
    }
}

impl Code<Lang<Product>> for Frame {
    fn resume(&mut self, list: &mut Vec<i64>, input: Input<Lang<Product>>) -> Step<Lang<Product>> {
        let value = match input {
            Input::Error(error) => return Step::Raise(error),
            Input::Start => None,
            Input::Value(value) => Some(value.int()),
        };
        match self {
            Frame::From(place) => match list.get(*place) {
                None => Step::Return(Value::Int(0)),
                Some(0) => Step::Perform(Abort(0)),
                Some(number) => {
                    let rest = *place + 1;
                    *self = Frame::Times(*number);
                    Step::Call(Frame::From(rest))
                }
            },
            Frame::Times(number) => {
                Step::Return(Value::Int(number.wrapping_mul(value.unwrap_or(0))))
            }
            Frame::Runs { left, sum } => {
                *sum += value.unwrap_or(0);
                if *left == 0 {
                    return Step::Return(Value::Int(*sum));
                }
                *left -= 1;
                Step::Install {
                    boundary: Boundary::Prompt(Catch),
                    body: Frame::From(0),
                }
            }
        }
    }
}

/// Computes the product `size` times. Gives 0.
pub(crate) fn run(meter: &mut Meter, size: u64) -> i64 {
    let mut machine = Machine::<Lang<Product>>::new();
    let mut list = (0..=1000).rev().collect();
    begin::<Product>(&mut machine, [], Frame::Runs { left: size, sum: 0 });
    meter.time(|| finish::<Product>(&mut machine, &mut list))
}
