//! One operation of the machine at a time.

pub(crate) mod fibers;
pub(crate) mod install;
pub(crate) mod perform;
