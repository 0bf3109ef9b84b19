//! The laws of the machine, one file for each group of rules, over a tiny language.

mod compose;
mod dispatch;
mod endings;
mod forward;
mod guards;
mod language;
mod ownership;
mod parking;
mod random;
mod reference;
mod scale;
mod unwinding;
