//! The laws of the machine, one file for each group of rules, over a tiny language.

mod authority;
mod compose;
mod dispatch;
mod endings;
mod expr;
mod forward;
mod generate;
mod guards;
mod host;
mod language;
mod mirror;
mod ownership;
mod parking;
mod program;
mod random;
mod reference;
mod scale;
mod sendable;
mod snapshot;
mod stepping;
mod stores;
mod threads;
mod trace;
mod unwinding;
