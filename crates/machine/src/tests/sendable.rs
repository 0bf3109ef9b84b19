//! A domain of plain data: nothing in it stays on its thread.

use std::convert::Infallible;

use crate::{
    Code, Continuation, Domain, Handled, Handler, Input, Key, MachineError, Step, Unhandled, View,
};

pub(crate) struct Plain;
pub(crate) struct Nothing;

impl Code<Plain> for Nothing {
    fn resume(&mut self, _: &mut (), _: Input<Plain>) -> Step<Plain> {
        Step::Return(())
    }
}

impl Handler<Plain> for Nothing {
    fn accepts(&self, _: &mut (), _: &()) -> bool {
        false
    }
    fn handle(&self, _: &mut (), effect: (), k: Continuation<Plain>) -> Handled<Plain> {
        Handled::Pass(effect, k)
    }
}

impl Domain for Plain {
    type Value = ();
    type Error = ();
    type Effect = ();
    type Code = Nothing;
    type Handler = Nothing;
    type Observer = Infallible;
    type Slot = Option<Continuation<Plain>>;
    type Context<'c> = ();

    fn key(_: &mut (), _: &()) -> Option<Key> {
        None
    }
    fn unit(_: &mut ()) {}
    fn machine_error(_: &mut (), _: MachineError, _: Option<()>, _: View<'_, Plain>) {}
    fn unwind_error(_: &mut ()) {}
    fn is_unwind(_: &mut (), _: &()) -> bool {
        true
    }
    fn on_unhandled(_: &mut (), _: &()) -> Unhandled {
        Unhandled::Raise
    }
}
