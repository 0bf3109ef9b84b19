//! A program run to its end with no host: for tests, and to try programs.

use super::frame::PyFrame;
use super::raise::Res;
use super::state::{Settings, Vm};
use super::thread::{Exit, Input, Thread};
use super::unit::LoadedUnit;
use crate::compile::code::{CodeRef, Unit, UnitId};
use crate::heap::Value;
use std::sync::Arc;

/// How a program ended.
#[derive(Debug, Clone, Default)]
pub struct Ended {
    /// What it printed.
    pub stdout: Vec<u8>,
    /// What it printed to standard error.
    pub stderr: Vec<u8>,
    /// Why it ended, if not by itself: a traceback, a limit, a refusal. Ends with a line feed.
    pub error: Option<String>,
}

/// Compiles and runs a program. A request to the host ends it with an error that names it.
pub fn run_alone(source: &str, filename: &str) -> Ended {
    run_with(source, filename, &Settings::default(), None)
}

/// Runs a program under limits. With a slice, the program is paused after so many steps each time, and garbage
/// is collected then.
pub fn run_with(source: &str, filename: &str, settings: &Settings, slice: Option<u64>) -> Ended {
    let mut vm = Vm::new(settings);
    let error = run(&mut vm, source, filename, slice).err();
    Ended {
        stdout: std::mem::take(&mut vm.output[0]),
        stderr: std::mem::take(&mut vm.output[1]),
        error,
    }
}

fn run(vm: &mut Vm, source: &str, filename: &str, slice: Option<u64>) -> Result<(), String> {
    let unit = crate::compile::compile(source, filename, "__main__", false)
        .map_err(|e| format!("{e}\n"))?;
    let mut t = vm
        .thread_main(Arc::new(unit))
        .map_err(|e| format!("{e:?}\n"))?;
    loop {
        if let Some(slice) = slice {
            vm.pause_at = vm.steps_left.saturating_sub(slice);
        }
        match vm.run(&mut t, Input::Continue) {
            Exit::Return(_) => return Ok(()),
            Exit::Raise(e) => return Err(vm.traceback_text(e)),
            Exit::Limit(limit) => return Err(format!("{limit}\n")),
            Exit::Refused(what) => return Err(format!("refused: {what}\n{}", vm.place(&t))),
            Exit::Perform(request) => {
                return Err(format!("no host: {request:?}\n{}", vm.place(&t)));
            }
            Exit::Pause => vm.collect(&[&t]),
        }
    }
}

impl Vm {
    /// Collects garbage; the threads given are all there are.
    pub fn collect(&mut self, threads: &[&Thread]) {
        self.collect_with(threads, &[]);
    }

    /// Collects garbage; the values given live too.
    pub fn collect_with(&mut self, threads: &[&Thread], values: &[Value]) {
        let mut roots: Vec<Value> = values.to_vec();
        self.roots(&mut |v| roots.push(v));
        for t in threads {
            let registers = |f: &super::frame::PyFrame| usize::from(self.code(f.code).registers);
            t.roots(registers, &mut |v| roots.push(v));
        }
        self.heap.collect(|see| roots.into_iter().for_each(see));
    }

    /// Where a thread is, in the program's own code: `  File "x.py", line 3`, the line and carets.
    pub fn place(&self, t: &Thread) -> String {
        let mut out = String::new();
        let frame = t
            .frames
            .iter()
            .rev()
            .find(|f| !self.table[f.code.unit.0 as usize].unit.is_library);
        if let Some(f) = frame {
            let pc = f.pc.saturating_sub(1);
            self.write_entry(
                &mut out,
                crate::heap::object::TracebackEntry { code: f.code, pc },
            );
            if !out.contains('^')
                && let Some(line) = out.lines().nth(1)
            {
                // A traceback marks no line that is meant as a whole; a refusal marks every one.
                let text = line.trim_start();
                let marks = "^".repeat(text.chars().count());
                let indent = " ".repeat(line.len() - text.len());
                out.push_str(&format!("{indent}{marks}\n"));
            }
        }
        out
    }

    /// The line that a frame is at, from 1; `None` for frames of the library.
    pub fn line_of(&self, frame: &PyFrame) -> Option<u32> {
        let unit = &self.table[frame.code.unit.0 as usize].unit;
        (!unit.is_library).then(|| self.position(frame.code, frame.pc.saturating_sub(1)).0)
    }

    /// The thread of the main program, ready to run.
    ///
    /// # Errors
    /// A memory limit.
    pub fn thread_main(&mut self, unit: Arc<Unit>) -> Res<Thread> {
        let module = self.load_main(unit)?;
        let mut thread = Thread::new(0);
        self.push_module_body(&mut thread, module)?;
        Ok(thread)
    }

    /// The last part of the program.
    pub(crate) fn last_part(&self) -> &Unit {
        let of_program = |unit: &&LoadedUnit| unit.home == UnitId(0);
        let last = self.units.iter().rev().find(of_program);
        &last.unwrap_or(&self.units[0]).unit
    }

    /// A thread that will run the next part of the program, whose first part has run.
    ///
    /// # Errors
    /// A memory limit.
    pub fn thread_more(&mut self, unit: Arc<Unit>) -> Res<Thread> {
        self.load_more(unit)?;
        let mut thread = Thread::new(0);
        self.push_module_body(&mut thread, 0)?;
        Ok(thread)
    }

    /// A thread that calls a function without arguments when it first runs: a task.
    pub fn thread_calling(&mut self, function: Value) -> Thread {
        Thread {
            entry: Some(function),
            ..Thread::default()
        }
    }

    /// Notes where the program caught the exception that the host watches.
    #[cold]
    pub(crate) fn note_caught(&mut self, e: Value, code: CodeRef, pc: usize) {
        let is_library = self.table[code.unit.0 as usize].unit.is_library;
        if e.as_ref() == self.watched && self.caught_at.is_none() && !is_library {
            self.caught_at = Some(self.position(code, pc as u32).0);
        }
    }
}
