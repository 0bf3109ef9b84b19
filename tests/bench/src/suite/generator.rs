//! generator: the values of a complete tree, in order. Each continuation escapes, and its consumer resumes it.

use machine::{Boundary, Code, Control, Handled, Handler, Input, Machine, Step, Target};

use crate::language::{Kont, Lang, Language, Value, begin, finish};
use crate::meter::Meter;

struct Generator;

struct Yield(i64);

struct Generates;

/// Where a tree is, in the world's list; 0 is the leaf.
type Tree = usize;

enum Frame {
    Iterate(Tree),
    /// The left side is on its way.
    Left(Tree),
    /// The value is on its way.
    Middle(Tree),
    /// Adds up what the generator gives.
    Sum {
        root: Tree,
        sum: i64,
    },
}

struct Node {
    left: Tree,
    value: i64,
    right: Tree,
}

struct World {
    /// The first is never looked at: it is the leaf.
    nodes: Vec<Node>,
    /// The rest of the generator.
    rest: Option<Kont<Generator>>,
}

impl Language for Generator {
    type Effect = Yield;
    type Frame = Frame;
    type Prompt = Generates;
    type World = World;
}

impl Handler<Lang<Generator>> for Generates {
    fn accepts(&self, _: &mut World, _: &Yield) -> bool {
        true
    }

    fn handle(
        &self,
        world: &mut World,
        effect: Yield,
        k: Kont<Generator>,
    ) -> Handled<Lang<Generator>> {
        world.rest = Some(k);
        Handled::Return(Value::Int(effect.0))
    }
}

impl Code<Lang<Generator>> for Frame {
    fn resume(
        &mut self,
        world: &mut World,
        input: Input<Lang<Generator>>,
    ) -> Step<Lang<Generator>> {
        // Looked at first and alone: an input that is moved together with something else is copied.
        let given = match input {
            Input::Error(error) => return Step::Raise(error),
            Input::Start => None,
            Input::Value(value) => Some(value.int()),
        };
        match *self {
            Frame::Iterate(0) => Step::Return(Value::Unit),
            Frame::Iterate(tree) => {
                *self = Frame::Left(tree);
                Step::Call(Frame::Iterate(world.nodes[tree].left))
            }
            Frame::Left(tree) => {
                *self = Frame::Middle(tree);
                Step::Perform(Yield(world.nodes[tree].value))
            }
            Frame::Middle(tree) => Step::TailCall(Frame::Iterate(world.nodes[tree].right)),
            Frame::Sum { root, ref mut sum } => match (given, world.rest.take()) {
                (None, _) => Step::Install {
                    boundary: Boundary::Prompt(Generates),
                    body: Frame::Iterate(root),
                },
                (Some(_), None) => Step::Return(Value::Int(*sum)),
                (Some(value), Some(rest)) => {
                    *sum += value;
                    Step::Control(Control::Resume(Target::Given(rest), Ok(Value::Unit)))
                }
            },
        }
    }
}

/// Adds up the values of a tree of this height. Gives the sum.
pub(crate) fn run(meter: &mut Meter, size: u64) -> i64 {
    let mut machine = Machine::<Lang<Generator>>::new();
    let nodes = (0..=size as usize).map(|height| Node {
        left: height.saturating_sub(1),
        value: height as i64,
        right: height.saturating_sub(1),
    });
    let mut world = World {
        nodes: nodes.collect(),
        rest: None,
    };
    let sum = Frame::Sum {
        root: size as usize,
        sum: 0,
    };
    begin::<Generator>(&mut machine, [], sum);
    meter.time(|| finish::<Generator>(&mut machine, &mut world))
}
