//! Workers against the real operating system: shells and Python programs that misbehave in every way we know.

#[path = "it/support.rs"]
mod support;

#[path = "it/calls.rs"]
mod calls;
#[path = "it/ends.rs"]
mod ends;
#[path = "it/host.rs"]
mod host;
#[path = "it/wire.rs"]
mod wire;
