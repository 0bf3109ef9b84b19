//! A thread of execution: a stack of frames over a stack of registers. It is data, and the machine's unit of code.

use super::frame::PyFrame;
use super::frames::Frames;
use super::raise::LimitExceeded;
use super::request::Request;
use crate::heap::{Value, trace};
use serde::{Deserialize, Serialize};

/// One thread of execution: the main program or a task.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct Thread {
    /// Its number: 0 is the main program.
    pub id: u64,
    /// Frames, the running one last.
    pub frames: Frames,
    /// Registers of all frames.
    pub registers: Vec<Value>,
    /// What it calls when it runs for the first time: a task's function.
    pub entry: Option<Value>,
    /// Whether it performed a request and waits for the answer.
    pub waits: bool,
    /// The heap's collection since which registers above the last frame's were cleared: they may name what is gone.
    #[serde(skip)]
    pub swept: u64,
}

/// Why the interpreter gave back control.
#[derive(Debug, Clone)]
pub enum Exit {
    /// The thread ended with a value.
    Return(Value),
    /// The thread ended with an exception that nobody caught.
    Raise(Value),
    /// The thread waits for an answer: see [`Input::Value`] and [`Input::Error`].
    Perform(Request),
    /// A limit was hit.
    Limit(LimitExceeded),
    /// Something that kont does not do: its name and what to use instead.
    Refused(Box<str>),
    /// A safe point: the heap wants a collection, or the slice of steps is used up. Go on with [`Input::Continue`].
    Pause,
}

/// With what a thread goes on.
#[derive(Debug, Clone, Copy)]
pub enum Input {
    /// For the first time, or after [`Exit::Pause`].
    Continue,
    /// The answer to a request.
    Value(Value),
    /// An exception as the answer.
    Error(Value),
}

impl Thread {
    /// An empty thread with a number.
    pub fn new(id: u64) -> Self {
        Self {
            id,
            ..Self::default()
        }
    }

    /// Calls `see` with every value the thread holds.
    ///
    /// Registers above the last frame's are not looked at: a new frame clears what it takes. `ends` tells
    /// how many registers a frame's code has.
    pub fn roots(&self, ends: impl Fn(&PyFrame) -> usize, see: &mut dyn FnMut(Value)) {
        self.entry.iter().for_each(|v| see(*v));
        for frame in &self.frames {
            trace::frame(frame, see);
        }
        for v in self.registers.iter().take(self.end(ends)) {
            see(*v);
        }
    }

    /// The first register that no frame owns. Cost: O(frames), for the windows of frames overlap.
    pub fn end(&self, ends: impl Fn(&PyFrame) -> usize) -> usize {
        let of_frame = |frame: &PyFrame| frame.base as usize + ends(frame);
        self.frames.iter().map(of_frame).max().unwrap_or(0)
    }
}
