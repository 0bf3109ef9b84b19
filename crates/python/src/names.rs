//! The Python names that the extension needs, looked up once per process.

use pyo3::prelude::*;
use pyo3::sync::PyOnceLock;
use pyo3::types::PyType;

/// Classes and functions of the package and of the standard library.
pub(crate) struct Names {
    pub(crate) effect: Py<PyType>,
    pub(crate) awaiting: Py<PyType>,
    /// The classes of the effects that `default_answer` answers, as a tuple, but for `tool_call`.
    pub(crate) answered: Py<PyAny>,
    pub(crate) tool_call: Later,
    pub(crate) sleep: Py<PyType>,
    pub(crate) wait: Py<PyType>,
    pub(crate) enter: Py<PyType>,
    pub(crate) cancelled: Py<PyType>,
    pub(crate) deadlock: Py<PyType>,
    pub(crate) closed: Py<PyType>,
    pub(crate) abandoned: Py<PyType>,
    pub(crate) exception_group: Py<PyType>,
    /// What tells of the failure of a task that nobody asked for.
    pub(crate) tell_unheard: Py<PyAny>,
    pub(crate) approval: Later,
    pub(crate) unwind: Py<PyType>,
    pub(crate) unhandled: Py<PyType>,
    pub(crate) used: Py<PyType>,
    pub(crate) foreign: Py<PyType>,
    pub(crate) usage: Py<PyType>,
    pub(crate) refused: Py<PyType>,
    pub(crate) killed: Py<PyType>,
    pub(crate) warning: Py<PyType>,
    /// The frame that runs. A function of Python: `sys._getframe` itself crashes CPython 3.12 and later when it is called
    /// while the frame of a generator goes away, which is when most things are dropped.
    pub(crate) getframe: Py<PyAny>,
    /// The instruction that throws a value away.
    pub(crate) pop_top: u8,
    /// The instructions that call something.
    pub(crate) calls: Vec<u8>,
    /// What stands for an object whose class is not known here.
    pub(crate) record: Later,
    pub(crate) generator: Py<PyType>,
    pub(crate) coroutine: Py<PyType>,
    /// `def perform_once(operation): return (yield operation)`.
    pub(crate) perform_once: Py<PyAny>,
    /// What `run` answers when no handler does.
    pub(crate) default_answer: Later,
    /// What stands for several handlers.
    pub(crate) several: Later,
    /// `places(codes)`: what `GetTraceback` gives.
    pub(crate) places: Later,
    /// `context(codes, boundaries, effect)`: what `GetExecutionContext` gives.
    pub(crate) execution_context: Later,
    /// `BaseException.__getattribute__` and `__setattr__`, whatever a class of exceptions has made of them.
    pub(crate) get_attribute: Py<PyAny>,
    pub(crate) set_attribute: Py<PyAny>,
    /// `leave(error)`: makes an exception ready for whoever has run the program.
    pub(crate) leave: Later,
    /// `place_of_site(code, instruction)`: that, for people.
    pub(crate) place_of_site: Later,
    /// `place_of_wait(codes)`: where they wait, for people, if that is known.
    pub(crate) place_of_wait: Later,
    /// `return_at(code)`: the instruction of its `return`, if there is one.
    pub(crate) return_at: Later,
    /// `written(seen)`: a `Traceback` of what an exception knows.
    pub(crate) written: Later,
    /// The code objects of the frames that lie between a program and the machine.
    pub(crate) steps: [Py<PyAny>; 3],
    /// `sys.modules`, to know whether asyncio is there at all.
    pub(crate) modules: Py<PyAny>,
}

/// A name that most programs never need: its module is imported when it is first used.
pub(crate) struct Later {
    module: &'static str,
    name: &'static str,
    found: PyOnceLock<Py<PyAny>>,
}

impl Later {
    const fn new(module: &'static str, name: &'static str) -> Self {
        let found = PyOnceLock::new();
        Self {
            module,
            name,
            found,
        }
    }

    /// What has the name.
    pub(crate) fn get<'a, 'py>(&'a self, py: Python<'py>) -> PyResult<&'a Bound<'py, PyAny>> {
        let look = || PyResult::Ok(py.import(self.module)?.getattr(self.name)?.unbind());
        Ok(self.found.get_or_try_init(py, look)?.bind(py))
    }

    /// Whether the name is that of the class of an object. Nobody has one of a class that was never imported.
    pub(crate) fn is_class_of(&self, object: &Bound<'_, PyAny>) -> PyResult<bool> {
        let py = object.py();
        if self.found.get(py).is_none() {
            let modules = py.import(pyo3::intern!(py, "sys"))?.getattr("modules")?;
            if !modules.contains(self.module)? {
                return Ok(false);
            }
        }
        object.is_instance(self.get(py)?)
    }
}

static NAMES: PyOnceLock<Names> = PyOnceLock::new();

/// The names. They can be had when the package `kont` has been imported.
pub(crate) fn names(py: Python<'_>) -> PyResult<&'static Names> {
    // A place that lives as long as the process; PyOnceLock hands out `&'static` from a static.
    static PLACE: &PyOnceLock<Names> = &NAMES;
    PLACE.get_or_try_init(py, || load(py))
}

fn load(py: Python<'_>) -> PyResult<Names> {
    let class = |module: &str, name: &str| -> PyResult<Py<PyType>> {
        Ok(py
            .import(module)?
            .getattr(name)?
            .cast_into::<PyType>()?
            .unbind())
    };
    let object = |module: &str, name: &str| -> PyResult<Py<PyAny>> {
        Ok(py.import(module)?.getattr(name)?.unbind())
    };
    let opcodes = py.import("opcode")?.getattr("opmap")?;
    let mut calls = Vec::new();
    for name in ["CALL", "CALL_KW", "CALL_FUNCTION_EX"] {
        // Not every version of CPython has each of them.
        if opcodes.contains(name)? {
            calls.push(opcodes.get_item(name)?.extract()?);
        }
    }
    Ok(Names {
        effect: class("kont.effects", "Effect")?,
        awaiting: class("kont.effects", "Await")?,
        answered: object("kont.effects", "ANSWERED")?,
        tool_call: Later::new("kont.tools", "ToolCall"),
        sleep: class("kont.effects", "Sleep")?,
        wait: class("kont.tasks", "Wait")?,
        enter: class("kont.scopes", "Enter")?,
        cancelled: class("kont.errors", "Cancelled")?,
        deadlock: class("kont.errors", "Deadlock")?,
        closed: class("kont.errors", "ChannelClosed")?,
        abandoned: class("kont.errors", "PromiseAbandoned")?,
        exception_group: class("builtins", "BaseExceptionGroup")?,
        tell_unheard: object("kont.tasks", "tell_unheard")?,
        approval: Later::new("kont.tools", "Approval"),
        unwind: class("kont.errors", "Unwind")?,
        unhandled: class("kont.errors", "UnhandledEffect")?,
        used: class("kont.errors", "ContinuationUsedError")?,
        foreign: class("kont.errors", "ForeignContinuationError")?,
        usage: class("kont.errors", "UsageError")?,
        refused: class("kont.errors", "RefusedError")?,
        killed: class("kont.errors", "WorkerKilled")?,
        warning: class("kont.errors", "KontWarning")?,
        getframe: object("kont.programs", "running_frame")?,
        pop_top: opcodes.get_item("POP_TOP")?.extract()?,
        calls,
        record: Later::new("kont._wire", "Record"),
        generator: class("types", "GeneratorType")?,
        coroutine: class("types", "CoroutineType")?,
        perform_once: object("kont.programs", "perform_once")?,
        default_answer: Later::new("kont.defaults", "answer"),
        several: Later::new("kont.handling", "Several"),
        places: Later::new("kont.reflection", "places"),
        execution_context: Later::new("kont.reflection", "context"),
        get_attribute: object("builtins", "BaseException")?.getattr(py, "__getattribute__")?,
        set_attribute: object("builtins", "BaseException")?.getattr(py, "__setattr__")?,
        leave: Later::new("kont.tracebacks", "leave"),
        place_of_site: Later::new("kont.tracebacks", "place_of_site"),
        place_of_wait: Later::new("kont.tracebacks", "place_of_wait"),
        return_at: Later::new("kont.tracebacks", "return_at"),
        written: Later::new("kont.tracebacks", "written"),
        steps: [
            object("kont.programs", "perform_once")?.getattr(py, "__code__")?,
            object("kont.effects", "Effect")?
                .getattr(py, "__iter__")?
                .getattr(py, "__code__")?,
            object("kont.effects", "Effect")?
                .getattr(py, "__await__")?
                .getattr(py, "__code__")?,
        ],
        modules: object("sys", "modules")?,
    })
}

impl Names {
    /// A `UsageError` with a message.
    pub(crate) fn usage(&self, py: Python<'_>, message: impl Into<String>) -> PyErr {
        PyErr::from_type(self.usage.bind(py).clone(), (message.into(),))
    }

    /// Whether an object is an effect.
    pub(crate) fn is_effect(&self, object: &Bound<'_, PyAny>) -> bool {
        object
            .is_instance(self.effect.bind(object.py()))
            .unwrap_or(false)
    }

    /// Whether an object is a class of effects.
    pub(crate) fn is_class_of_effects(&self, object: &Bound<'_, PyAny>) -> bool {
        let class = object.cast::<PyType>();
        class.is_ok_and(|class| {
            class
                .is_subclass(self.effect.bind(object.py()))
                .unwrap_or(false)
        })
    }

    /// Whether an object is a generator or coroutine that is a part of a program, and not a step of kont itself.
    pub(crate) fn is_program(&self, object: &Bound<'_, PyAny>) -> bool {
        let py = object.py();
        let class = object.get_type();
        let code = if class.is(&self.generator) {
            pyo3::intern!(py, "gi_code")
        } else if class.is(&self.coroutine) {
            pyo3::intern!(py, "cr_code")
        } else {
            return false;
        };
        object
            .getattr(code)
            .is_ok_and(|code| !self.steps.iter().any(|own| code.is(own)))
    }
}
