//! Modules: the library's, loaded on first import, and their attributes.

use super::after::After;
use super::call::Called;
use super::raise::{Raise, Res};
use super::state::Vm;
use super::thread::{Exit, Input, Thread};
use crate::compile::code::{CodeRef, Unit, UnitId};
use crate::heap::{Object, Ref, Sym, Type, Value, attrs::Attrs, sym::sym};
use rustc_hash::FxHashMap;
use serde::{Deserialize, Serialize};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

/// A module in a run.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct ModuleState {
    /// Its name.
    pub name: String,
    /// Its unit, whose globals are its attributes; none if it is all natives.
    pub unit: Option<UnitId>,
    /// Other attributes.
    pub extra: Attrs,
    /// The module object.
    pub object: Ref,
    /// Whether its body has run.
    pub loaded: bool,
}

/// Modules of CPython's library that programs often ask for, and that kont does not have.
const NOT_GRANTED: &[&str] = &[
    "abc",
    "argparse",
    "array",
    "ast",
    "base64",
    "bisect",
    "builtins",
    "calendar",
    "cmath",
    "codecs",
    "collections",
    "concurrent",
    "configparser",
    "contextlib",
    "contextvars",
    "copy",
    "csv",
    "ctypes",
    "datetime",
    "decimal",
    "difflib",
    "dis",
    "email",
    "enum",
    "errno",
    "fcntl",
    "fnmatch",
    "fractions",
    "functools",
    "gc",
    "getpass",
    "glob",
    "gzip",
    "hashlib",
    "heapq",
    "hmac",
    "html",
    "http",
    "importlib",
    "inspect",
    "io",
    "ipaddress",
    "itertools",
    "json",
    "keyword",
    "linecache",
    "locale",
    "logging",
    "lzma",
    "marshal",
    "math",
    "mimetypes",
    "multiprocessing",
    "numbers",
    "operator",
    "os",
    "pathlib",
    "pickle",
    "pkgutil",
    "platform",
    "pprint",
    "queue",
    "random",
    "re",
    "reprlib",
    "resource",
    "secrets",
    "select",
    "selectors",
    "shelve",
    "shlex",
    "shutil",
    "signal",
    "site",
    "smtplib",
    "socket",
    "sqlite3",
    "ssl",
    "stat",
    "statistics",
    "string",
    "struct",
    "subprocess",
    "sys",
    "sysconfig",
    "tempfile",
    "textwrap",
    "threading",
    "time",
    "timeit",
    "token",
    "tokenize",
    "traceback",
    "types",
    "typing",
    "unicodedata",
    "unittest",
    "urllib",
    "uuid",
    "venv",
    "warnings",
    "weakref",
    "xml",
    "zipfile",
    "zlib",
    "zoneinfo",
];

/// The compiled unit of a library module: compiled once per process.
pub(crate) fn library_unit(module: &str) -> Res<Option<Arc<Unit>>> {
    static UNITS: OnceLock<Mutex<FxHashMap<String, Arc<Unit>>>> = OnceLock::new();
    let source = if module == CORE {
        Some(include_str!("../library/core.py"))
    } else {
        crate::modules::library::source(module)
    };
    let Some(source) = source else {
        return Ok(None);
    };
    let units = UNITS.get_or_init(Mutex::default);
    let mut units = units.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(unit) = units.get(module) {
        return Ok(Some(unit.clone()));
    }
    let file = format!("<library {module}>");
    let unit = crate::compile::compile(source, &file, module, true)
        .map_err(|e| Raise::Refused(format!("the library does not compile: {e}").into()))?;
    let unit = Arc::new(unit);
    units.insert(module.to_string(), unit.clone());
    Ok(Some(unit))
}

/// The name of the interpreter's own part of the library.
const CORE: &str = "_kont_core";

impl Vm {
    /// The module's number, if it is loaded or being loaded.
    pub fn module(&self, name: &str) -> Option<u32> {
        self.modules
            .iter()
            .position(|m| m.name == name)
            .map(|i| i as u32)
    }

    /// The program's main module, loaded from its unit: its number.
    ///
    /// # Errors
    /// A memory limit.
    pub fn load_main(&mut self, unit: Arc<Unit>) -> Res<u32> {
        let number = self.load_unit(unit)?;
        let text = self.new_str("__main__")?;
        self.set_module_attr(number, sym::NAME, text);
        for (i, capability) in self.capabilities.clone().iter().enumerate() {
            let function = self.alloc(Object::HostFunction(i as u32))?;
            let name = self.sym(&capability.name);
            self.set_module_attr(number, name, Value::Ref(function));
        }
        Ok(number)
    }

    /// Puts the body of a module on a thread.
    pub(crate) fn push_module_body(&mut self, t: &mut Thread, number: u32) -> Res<Called> {
        let Some(unit) = self.modules[number as usize].unit else {
            return Ok(Called::Value(Value::None));
        };
        let code = CodeRef { unit, index: 0 };
        let base = self.top(t);
        self.push_frame(t, code, base, vec![After::Module(number)])?;
        Ok(Called::Ready)
    }

    /// `Op::Import`. A module that is new has its body put on the thread; the instruction runs again after it.
    pub(crate) fn import(&mut self, t: &mut Thread, name: Sym) -> Res<Option<Value>> {
        let name = self.heap.name(name).to_string();
        if let Some(number) = self.module(&name) {
            return Ok(Some(Value::Ref(self.modules[number as usize].object)));
        }
        if let Some(unit) = library_unit(&name)? {
            let number = self.load_unit(unit)?;
            self.merge_natives(number)?;
            self.push_module_body(t, number)?;
            return Ok(None);
        }
        let sym = self.sym(&name);
        if !self.lookup.of_module(sym).is_empty() {
            let number = self.modules.len() as u32;
            let object = self.alloc(Object::Module(number))?;
            self.modules.push(ModuleState {
                name,
                unit: None,
                extra: Attrs::default(),
                object,
                loaded: true,
            });
            self.merge_natives(number)?;
            return Ok(Some(Value::Ref(object)));
        }
        Err(self.no_module(&name))
    }

    fn no_module(&mut self, name: &str) -> Raise {
        let first = name.split('.').next().unwrap_or(name);
        if NOT_GRANTED.contains(&first) {
            let mut known: Vec<&str> = crate::modules::library::names()
                .chain(super::natives::natives().iter().map(|n| n.module))
                .filter(|n| *n != "builtins" && !n.starts_with('_'))
                .collect();
            known.sort_unstable();
            known.dedup();
            return Raise::Refused(
                format!(
                    "module `{name}` is not part of the sandbox\nhelp: it has {}; other powers are tools of the host",
                    known.join(", ")
                )
                .into(),
            );
        }
        let raise = self.exception(
            Type::ModuleNotFoundError,
            format!("No module named '{name}'"),
        );
        self.set_exception_attr(raise, "name", name)
    }

    fn merge_natives(&mut self, number: u32) -> Res<()> {
        let name = self.modules[number as usize].name.clone();
        let text = self.new_str(name.as_str())?;
        self.set_module_attr(number, sym::NAME, text);
        let name = self.sym(&name);
        for (name, id) in self.lookup.clone().of_module(name) {
            self.set_module_attr(number, *name, Value::Native(*id));
        }
        Ok(())
    }

    /// An attribute of a module that is there.
    pub fn module_attr(&self, number: u32, name: Sym) -> Option<Value> {
        let module = &self.modules[number as usize];
        if let Some(unit) = module.unit {
            let unit = &self.table[unit.0 as usize];
            if let Some(slot) = unit.slots.get(&name) {
                let v = self.units[unit.home].globals[*slot as usize];
                if !v.is_unbound() {
                    return Some(v);
                }
            }
        }
        module.extra.get(name)
    }

    /// Sets an attribute of a module.
    pub fn set_module_attr(&mut self, number: u32, name: Sym, value: Value) {
        let unit = self.modules[number as usize].unit;
        if let Some(unit) = unit {
            let unit = &self.table[unit.0 as usize];
            if let Some(slot) = unit.slots.get(&name) {
                self.units[unit.home].globals[*slot as usize] = value;
                return;
            }
        }
        self.modules[number as usize].extra.set(name, value);
    }

    /// Names and values of a module.
    pub(crate) fn module_dict(&self, number: u32) -> Vec<(Sym, Value)> {
        let module = &self.modules[number as usize];
        let mut all: Vec<(Sym, Value)> = module.extra.iter().collect();
        if let Some(unit) = module.unit {
            let slots = &self.table[unit.0 as usize].globals;
            let values = &self.units[self.table[unit.0 as usize].home].globals;
            all.extend(
                slots
                    .iter()
                    .copied()
                    .zip(values.iter().copied())
                    .filter(|(_, v)| !v.is_unbound()),
            );
        }
        all
    }

    /// A function of the library that the interpreter calls, loaded on first use.
    pub(crate) fn library(&mut self, name: &str) -> Res<Value> {
        let sym = self.sym(name);
        for module in [CORE, "builtins"] {
            let number = match self.module(module) {
                Some(number) => number,
                None => match library_unit(module)? {
                    Some(unit) => {
                        let number = self.load_unit(unit)?;
                        self.merge_natives(number)?;
                        let mut thread = Thread::new(u64::MAX);
                        self.push_module_body(&mut thread, number)?;
                        self.run_nested(&mut thread)?;
                        number
                    }
                    None => continue,
                },
            };
            if let Some(v) = self.module_attr(number, sym) {
                return Ok(v);
            }
        }
        Err(Raise::Refused(
            format!("the library has no `{name}`").into(),
        ))
    }

    /// The names that the library adds to the built-in scope.
    pub(crate) fn library_builtin(&mut self, name: Sym) -> Res<Option<Value>> {
        const FROM_LIBRARY: &[&str] = &["map", "filter", "aiter", "anext"];
        let text = self.heap.name(name).to_string();
        if FROM_LIBRARY.contains(&text.as_str()) {
            return self.library(&text).map(Some);
        }
        Ok(None)
    }

    /// Runs library code to its end, on a thread of its own: bodies of modules, and texts of exceptions that
    /// ended a program. It cannot suspend.
    pub(crate) fn run_nested(&mut self, thread: &mut Thread) -> Res<Value> {
        if self.nested > 2 {
            return Err(Raise::Refused("library code within library code".into()));
        }
        self.nested += 1;
        let exit = self.run(thread, Input::Continue);
        self.nested -= 1;
        match exit {
            Exit::Return(v) => Ok(v),
            Exit::Raise(e) => Err(Raise::Exception(e)),
            Exit::Limit(limit) => Err(Raise::Limit(limit)),
            Exit::Refused(what) => Err(Raise::Refused(what)),
            Exit::Perform(_) | Exit::Pause => Err(Raise::Refused(
                "a request of library code that cannot wait".into(),
            )),
        }
    }

    /// Calls a function of the library at once, where no thread is at hand.
    ///
    /// # Errors
    /// What the function raises.
    pub fn call_library_now(&mut self, name: &str, args: &[Value]) -> Res<Value> {
        let function = self.library(name)?;
        let mut thread = Thread::new(u64::MAX);
        match self.call_value(&mut thread, function, args.to_vec(), Vec::new(), Vec::new())? {
            Called::Value(v) => Ok(v),
            _ => self.run_nested(&mut thread),
        }
    }
}
