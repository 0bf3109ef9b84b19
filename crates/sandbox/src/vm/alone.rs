//! A program run to its end with no host: for tests, and to try programs.

use super::state::{Settings, Vm};
use super::thread::{Exit, Input, Thread};
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
    let mut vm = Vm::new(&Settings::default());
    let mut ended = Ended::default();
    ended.error = run(&mut vm, source, filename).err();
    ended.stdout = std::mem::take(&mut vm.output[0]);
    ended.stderr = std::mem::take(&mut vm.output[1]);
    ended
}

fn run(vm: &mut Vm, source: &str, filename: &str) -> Result<(), String> {
    let unit = crate::compile::compile(source, filename, "__main__", false)
        .map_err(|e| format!("{e}\n"))?;
    let main = vm
        .load_main(Arc::new(unit))
        .map_err(|e| format!("{e:?}\n"))?;
    let mut t = Thread::new(0);
    vm.start_module(&mut t, main)
        .map_err(|e| format!("{e:?}\n"))?;
    loop {
        match vm.run(&mut t, Input::Continue) {
            Exit::Return(_) => return Ok(()),
            Exit::Raise(e) => return Err(vm.traceback(e)),
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
        let mut roots: Vec<Value> = Vec::new();
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
        }
        out
    }

    /// The line of the program's own code that a thread is at, from 1; 0 if it has none.
    pub fn line(&self, t: &Thread) -> u32 {
        t.frames
            .iter()
            .rev()
            .find(|f| !self.table[f.code.unit.0 as usize].unit.is_library)
            .map_or(0, |f| self.position(f.code, f.pc.saturating_sub(1)).0)
    }

    /// Puts the body of a module on an empty thread.
    ///
    /// # Errors
    /// A limit.
    pub fn start_module(&mut self, t: &mut Thread, module: u32) -> super::raise::Res<()> {
        self.push_module_body(t, module).map(drop)
    }

    /// Puts a call without arguments on an empty thread: a task. `None` if the thread is ready to run, else how the call went at once.
    pub fn start_call(&mut self, t: &mut Thread, function: Value) -> Option<Exit> {
        let called = self.call_value(t, function, Vec::new(), Vec::new(), Vec::new());
        self.carry_on(t, called)
    }
}
