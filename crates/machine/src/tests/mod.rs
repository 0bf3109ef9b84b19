//! The laws of the machine, one file for each group of rules, over a tiny language.

mod compose;
mod dispatch;
mod endings;
mod expr;
mod forward;
mod generate;
mod guards;
mod host;
mod language;
mod ownership;
mod parking;
mod program;
mod random;
mod reference;
mod scale;
mod sendable;
mod snapshot;
mod trace;
mod unwinding;
