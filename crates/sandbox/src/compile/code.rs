//! Code objects: what the compiler makes and the interpreter runs. Immutable, shared, never in a snapshot.

use super::op::Op;
use crate::heap::sym::Sym;
use num_bigint::BigInt;
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};
use std::hash::{Hash as _, Hasher};
use std::sync::{Arc, OnceLock};

/// The number of a compilation unit in a run: 0 is the program, others are library modules.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct UnitId(pub u16);

/// A code object in a run.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct CodeRef {
    /// The unit.
    pub unit: UnitId,
    /// The position in `Unit::codes`. 0 is the module's body.
    pub index: u16,
}

/// One compiled source file.
///
/// Names are strings here; a run interns them when it loads the unit (see `vm::unit`).
#[derive(Debug)]
pub struct Unit {
    /// `__name__` of the module: `__main__` for the program.
    pub module: String,
    /// What tracebacks call the file.
    pub filename: String,
    /// The text, for tracebacks. Shared.
    pub source: Arc<str>,
    /// Byte offsets at which lines start.
    pub line_starts: Vec<u32>,
    /// Code objects; the module's body first.
    pub codes: Vec<Code>,
    /// Names of global slots: `LoadGlobal`'s table.
    pub globals: Vec<String>,
    /// Whether it is part of the interpreter: its frames are hidden from tracebacks, and names that begin with
    /// `_kont_` are natives.
    pub is_library: bool,
    /// See [`Unit::digest`].
    pub(crate) digest: OnceLock<[u8; 32]>,
}

/// A compiled function, class body, comprehension or module body.
#[derive(Debug, Default)]
pub struct Code {
    /// `__name__`.
    pub name: String,
    /// `__qualname__`.
    pub qualname: String,
    /// Its parameters.
    pub params: Params,
    /// Names of registers that are variables (for messages and `locals`-like looks), in order from register 0.
    pub variables: Vec<String>,
    /// Number of registers a frame needs, `first_free` cells included.
    pub registers: u16,
    /// The register of the first free variable's cell; `free.len()` of them.
    pub first_free: u16,
    /// Names of free variables, in the order of `Function::closure`.
    pub free: Vec<String>,
    /// Instructions. The last one does not fall through.
    pub ops: Vec<Op>,
    /// Constants.
    pub consts: Vec<Const>,
    /// Names of attributes, class-body variables and modules.
    pub names: Vec<String>,
    /// Calls with keywords and method calls.
    pub call_sites: Vec<CallSite>,
    /// Functions made here.
    pub functions: Vec<FunctionSpec>,
    /// Classes made here.
    pub classes: Vec<ClassSpec>,
    /// Class patterns.
    pub class_patterns: Vec<ClassPattern>,
    /// Exception handlers, innermost first where they nest.
    pub handlers: Vec<Handler>,
    /// Source span of each instruction, same length as `ops`.
    pub spans: Vec<Span>,
    /// What kind of code it is.
    pub kind: CodeKind,
    /// `__doc__`.
    pub doc: Option<String>,
    /// Line of `def` or `class`, from 1.
    pub first_line: u32,
}

/// What kind of code a [`Code`] is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum CodeKind {
    /// A module's body.
    #[default]
    Module,
    /// A class's body: register 0 is its namespace.
    Class,
    /// A function or lambda.
    Function,
    /// A function with `yield`.
    Generator,
    /// `async def`.
    Coroutine,
    /// `async def` with `yield`.
    AsyncGenerator,
}

/// Parameters in the order of registers: positional-only, positional-or-keyword, keyword-only, `*args`, `**kwargs`.
#[derive(Debug, Clone, Default)]
pub struct Params {
    /// Names, in the order of registers.
    pub names: Vec<String>,
    /// How many are positional-only.
    pub positional_only: u16,
    /// How many are positional at all, the positional-only ones included.
    pub positional: u16,
    /// How many are keyword-only.
    pub keyword_only: u16,
    /// Whether there is `*args` (its register follows the keyword-only ones).
    pub has_args: bool,
    /// Whether there is `**kwargs` (the last register of the parameters).
    pub has_kwargs: bool,
}

/// A constant.
#[derive(Debug, Clone, PartialEq)]
#[expect(missing_docs, reason = "each is named after its Python type")]
pub enum Const {
    None,
    Bool(bool),
    Int(i64),
    BigInt(BigInt),
    Float(f64),
    Str(Box<str>),
    Bytes(Box<[u8]>),
    Tuple(Vec<Const>),
    FrozenSet(Vec<Const>),
    Ellipsis,
}

/// How a call passes its arguments.
#[derive(Debug, Clone)]
pub struct CallSite {
    /// The method's name (index of `Code::names`) for `CallMethod`; 0 else.
    pub name: u16,
    /// Number of positional arguments.
    pub positional: u16,
    /// Keyword names; their values follow the positional ones.
    pub keywords: Vec<String>,
}

/// What `Op::Function` needs.
#[derive(Debug, Clone)]
pub struct FunctionSpec {
    /// Position in `Unit::codes`.
    pub code: u16,
    /// How many positional defaults lie in the registers.
    pub defaults: u16,
    /// Which keyword-only parameters (by number among these) have a default in the registers.
    pub kw_defaults: Vec<u16>,
    /// How many cells follow.
    pub cells: u16,
}

/// What `Op::Class` needs.
#[derive(Debug, Clone)]
pub struct ClassSpec {
    /// The class's name.
    pub name: String,
    /// Number of bases.
    pub bases: u16,
    /// Names of keyword arguments.
    pub keywords: Vec<String>,
    /// Whether bases and keywords come as a list and a dict.
    pub spread: bool,
}

/// A class pattern: `Point(x, y=0)`.
#[derive(Debug, Clone)]
pub struct ClassPattern {
    /// Number of positional sub-patterns.
    pub positional: u16,
    /// Names of the keyword ones.
    pub keywords: Vec<String>,
}

/// An exception handler: an exception raised in `start..end` lands at `target`.
#[derive(Debug, Clone, Copy)]
pub struct Handler {
    /// First instruction covered.
    pub start: u32,
    /// First instruction no more covered.
    pub end: u32,
    /// Where execution goes on.
    pub target: u32,
    /// Where the exception is put.
    pub exc: u16,
    /// How many exceptions of this frame are being handled there: deeper ones are forgotten.
    pub depth: u16,
}

/// A range of the source in bytes.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Span {
    /// First byte.
    pub start: u32,
    /// First byte after.
    pub end: u32,
}

/// Hashes alike on every machine.
struct Words(Sha256);

impl Hasher for Words {
    fn finish(&self) -> u64 {
        0
    }

    fn write(&mut self, bytes: &[u8]) {
        self.0.update(bytes);
    }

    fn write_u16(&mut self, n: u16) {
        self.0.update(n.to_le_bytes());
    }

    fn write_u32(&mut self, n: u32) {
        self.0.update(n.to_le_bytes());
    }

    fn write_usize(&mut self, n: usize) {
        self.0.update((n as u64).to_le_bytes());
    }

    fn write_isize(&mut self, n: isize) {
        self.0.update((n as i64).to_le_bytes());
    }
}

impl Unit {
    /// SHA-256 of the text and of what was made of it, computed once: places in the code mean the same where it is the same.
    pub fn digest(&self) -> &[u8; 32] {
        self.digest.get_or_init(|| {
            let mut hash = Words(Sha256::new());
            hash.0.update(self.source.as_bytes());
            self.globals.hash(&mut hash);
            for code in &self.codes {
                code.ops.hash(&mut hash);
                code.variables.hash(&mut hash);
                code.names.hash(&mut hash);
                (code.registers, code.first_free, code.consts.len()).hash(&mut hash);
                for handler in &code.handlers {
                    (handler.start, handler.end, handler.target).hash(&mut hash);
                    (handler.exc, handler.depth).hash(&mut hash);
                }
            }
            hash.0.finalize().into()
        })
    }

    /// Line (from 1) and column (characters, from 1) of a byte offset.
    pub fn position(&self, offset: u32) -> (u32, u32) {
        let line = self
            .line_starts
            .partition_point(|start| *start <= offset)
            .max(1);
        let start = self.line_starts.get(line - 1).copied().unwrap_or(0) as usize;
        let text = self.source.get(start..offset as usize).unwrap_or("");
        (line as u32, text.chars().count() as u32 + 1)
    }

    /// The text of a line (from 1), without its end.
    pub fn line_text(&self, line: u32) -> &str {
        let i = line.saturating_sub(1) as usize;
        let start = self.line_starts.get(i).copied().unwrap_or(0) as usize;
        let end = self
            .line_starts
            .get(i + 1)
            .map_or(self.source.len(), |e| *e as usize);
        self.source
            .get(start..end)
            .unwrap_or("")
            .trim_end_matches(['\n', '\r'])
    }
}

impl Code {
    /// The first register that is a temporary: behind variables and the cells of free variables.
    pub fn first_temp(&self) -> u16 {
        let variables = self.variables.len() as u16;
        variables.max(self.first_free + self.free.len() as u16)
    }
}

impl Params {
    /// Number of registers that parameters take.
    pub fn registers(&self) -> u16 {
        self.positional + self.keyword_only + u16::from(self.has_args) + u16::from(self.has_kwargs)
    }
}

/// A name of the unit as the run knows it: filled when a unit is loaded.
#[derive(Debug, Clone, Default)]
pub struct LinkedCode {
    /// `Code::names` as symbols.
    pub names: Vec<Sym>,
    /// Keyword names of each call site as symbols.
    pub call_keywords: Vec<Box<[Sym]>>,
    /// `Params::names` as symbols.
    pub params: Vec<Sym>,
}
