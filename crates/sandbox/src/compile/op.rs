//! The instructions. This table is the specification: `R[x]` is a register of the running frame.
//!
//! Every instruction is 8 bytes. Registers are numbered per frame: parameters first (in the order of
//! `Code::params`), then other locals, then cells of free variables, then temporaries. Temporaries are
//! used as a stack: when an instruction calls, no temporary above its last argument is live, because
//! the callee's frame begins there. ORDER: instructions; see `compile/` (makes them) and `vm/run.rs` (runs them).

/// A register of the running frame.
pub type Reg = u16;

/// "No register" where an operand is optional.
pub const NO_REG: Reg = u16::MAX;

/// A binary operator.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize)]
#[expect(missing_docs, reason = "each is named after its Python method")]
pub enum BinOp {
    Add,
    Sub,
    Mul,
    TrueDiv,
    FloorDiv,
    Mod,
    Pow,
    LShift,
    RShift,
    And,
    Or,
    Xor,
    MatMul,
}

/// A comparison.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize)]
#[expect(missing_docs, reason = "each is named after its Python method")]
pub enum CmpOp {
    Eq,
    Ne,
    Lt,
    Le,
    Gt,
    Ge,
    Is,
    IsNot,
    In,
    NotIn,
}

/// A unary operator. `not` is `Op::Not`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize)]
#[expect(missing_docs, reason = "each is named after its Python method")]
pub enum UnaryOp {
    Neg,
    Pos,
    Invert,
}

/// An instruction.
#[derive(Debug, Clone, Copy, PartialEq, Hash)]
#[expect(missing_docs, reason = "each variant's line tells what its operands are")]
#[rustfmt::skip]
pub enum Op {
    /// `R[dst] := R[src]`
    Move { dst: Reg, src: Reg },
    /// `R[dst] := K[k]` (`Code::consts`)
    Const { dst: Reg, k: u32 },
    /// `R[dst] := i`
    Int { dst: Reg, i: i32 },
    /// `R[dst] := None`
    None { dst: Reg },
    /// `R[dst] := True or False`
    Bool { dst: Reg, b: bool },
    /// `R[dst] := Unbound` (`del` of a local; also clears what must not stay alive)
    Clear { dst: Reg },
    /// If `R[src]` is Unbound: raise `UnboundLocalError` for the name `N[name]` (`Code::names`)
    CheckBound { src: Reg, name: u16 },

    /// `R[reg] := Cell(R[reg])`: turns a local (or parameter) into a cell, at the start of the code
    MakeCell { reg: Reg },
    /// `R[dst] := content of cell R[cell]`; Unbound raises `NameError`/`UnboundLocalError` for `N[name]`
    LoadCell { dst: Reg, cell: Reg, name: u16 },
    /// `content of cell R[cell] := R[src]`
    StoreCell { cell: Reg, src: Reg },
    /// Makes the cell's content Unbound; raises if it is already
    DelCell { cell: Reg, name: u16 },

    /// `R[dst] := G[slot]` of the code's module; if Unbound the built-in of that name; else `NameError`
    LoadGlobal { dst: Reg, slot: u32 },
    /// `G[slot] := R[src]`
    StoreGlobal { src: Reg, slot: u32 },
    /// `G[slot] := Unbound`; `NameError` if it is already
    DelGlobal { slot: u32 },

    /// In a class body: `R[dst] := namespace[N[name]]` or Unbound. The namespace is `R[0]`.
    /// The compiler follows it with `JumpIfBound` and the load from outside.
    LoadName { dst: Reg, name: u16 },
    /// In a class body: `namespace[N[name]] := R[src]`
    StoreName { src: Reg, name: u16 },
    /// In a class body: removes the name; `NameError` if it is not there
    DelName { name: u16 },
    /// If `R[src]` is not Unbound jump
    JumpIfBound { src: Reg, to: u32 },

    /// `R[dst] := R[a] + R[b]`, or `+=`: see `Binary` and `InPlace`
    Add { in_place: bool, dst: Reg, a: Reg, b: Reg },
    /// The same with `-`
    Sub { in_place: bool, dst: Reg, a: Reg, b: Reg },
    /// The same with `*`
    Mul { in_place: bool, dst: Reg, a: Reg, b: Reg },
    /// `R[dst] := R[a] + i`, or `+=`
    AddInt { in_place: bool, dst: Reg, a: Reg, i: i16 },
    /// The same with `-`
    SubInt { in_place: bool, dst: Reg, a: Reg, i: i16 },
    /// `R[dst] := R[a] op i`
    BinaryInt { op: BinOp, dst: Reg, a: Reg, i: i16 },
    /// `R[dst] := R[a] op R[b]`, of all other operators
    Binary { op: BinOp, dst: Reg, a: Reg, b: Reg },
    /// `R[dst] := R[a] op= R[b]`; the compiler stores dst back
    InPlace { op: BinOp, dst: Reg, a: Reg, b: Reg },
    /// `R[dst] := op R[a]`
    Unary { op: UnaryOp, dst: Reg, a: Reg },
    /// `R[dst] := R[a] op R[b]`; rich comparisons may give any object; `In`/`NotIn`/`Is` a bool. `a in b`: a is the item
    Compare { op: CmpOp, dst: Reg, a: Reg, b: Reg },
    /// `R[dst] := R[a] op i`
    CompareInt { op: CmpOp, dst: Reg, a: Reg, i: i16 },
    /// `R[dst] := not R[a]`
    Not { dst: Reg, a: Reg },

    /// Jump. A jump backwards costs a step
    Jump { to: u32 },
    /// Jump if `R[cond]` is true
    JumpIf { cond: Reg, to: u32 },
    /// Jump if `R[cond]` is false
    JumpIfNot { cond: Reg, to: u32 },
    /// Jump if `R[src]` is None
    JumpIfNone { src: Reg, to: u32 },

    /// `R[dst] := R[obj].N[name]`
    GetAttr { dst: Reg, obj: Reg, name: u16 },
    /// `R[obj].N[name] := R[src]`
    SetAttr { obj: Reg, src: Reg, name: u16 },
    /// `del R[obj].N[name]`
    DelAttr { obj: Reg, name: u16 },
    /// `R[dst] := R[obj][R[key]]`
    GetItem { dst: Reg, obj: Reg, key: Reg },
    /// `R[obj][R[key]] := R[src]`
    SetItem { obj: Reg, key: Reg, src: Reg },
    /// `del R[obj][R[key]]`
    DelItem { obj: Reg, key: Reg },
    /// `R[dst] := slice(R[first], R[first+1], R[first+2])`
    Slice { dst: Reg, first: Reg },
    /// `R[dst] := R[obj][R[first]:R[first+1]]`
    GetSlice { dst: Reg, obj: Reg, first: Reg },

    /// `R[dst] := [R[first] .. R[first+n-1]]`
    List { dst: Reg, first: Reg, n: u16 },
    /// `R[dst] := (R[first] .. R[first+n-1])`
    Tuple { dst: Reg, first: Reg, n: u16 },
    /// `R[dst] := {R[first] .. R[first+n-1]}`
    Set { dst: Reg, first: Reg, n: u16 },
    /// `R[dst] := {R[first]: R[first+1], ..}` with n pairs
    Dict { dst: Reg, first: Reg, n: u16 },
    /// Appends `R[src]` to the list `R[list]` (displays with `*`, comprehensions)
    ListAppend { list: Reg, src: Reg },
    /// Adds `R[src]` to the set `R[set]`
    SetAdd { set: Reg, src: Reg },
    /// `R[dict][R[key]] := R[src]` (displays, comprehensions)
    DictInsert { dict: Reg, key: Reg, src: Reg },
    /// Extends the list `R[list]` by the iterable `R[src]`; with `call` it is `f(*src)` and `f` is in the register before the list
    ListExtend { call: bool, list: Reg, src: Reg },
    /// Adds all of the iterable `R[src]` to the set `R[set]`
    SetUpdate { set: Reg, src: Reg },
    /// Merges the mapping `R[src]` into the dict `R[dict]`; with `call`, a repeated key is the `TypeError` of
    /// `f(**a, **b)` and keys must be strings
    DictMerge { dict: Reg, src: Reg, call: bool },
    /// `R[dst] := tuple(R[src])` of a list that nobody else holds
    ListToTuple { dst: Reg, src: Reg },
    /// `R[dst] := "".join(R[first] .. R[first+n-1])`, all strings
    Concat { dst: Reg, first: Reg, n: u16 },
    /// `R[dst] := format(conv(R[src]), R[spec])`; conv: 0 none, `b's'`, `b'r'`, `b'a'`; spec may be NO_REG
    Format { conv: u8, dst: Reg, src: Reg, spec: Reg },
    /// `R[first] .. R[first+n-1] := R[src]`, exactly n
    Unpack { first: Reg, src: Reg, n: u16 },
    /// Same with a star: `before` values, the list of the rest, `after` values
    UnpackStar { before: u8, first: Reg, src: Reg, after: u16 },

    /// `R[dst] := R[func](R[func+1] .. R[func+argc])`
    Call { dst: Reg, func: Reg, argc: u16 },
    /// Call with keywords: `S[site]` (`Code::call_sites`) tells; positional arguments from `R[func+1]`, then the keywords' values
    CallKw { dst: Reg, func: Reg, site: u16 },
    /// `R[dst] := R[obj].name(R[obj+1] ..)`; `S[site]` has the name; positional, then keywords' values
    CallMethod { dst: Reg, obj: Reg, site: u16 },
    /// Call with `*` or `**`: `R[func+1]` is a list or tuple of all positional arguments, `R[func+2]` a dict or Unbound.
    /// While the dict is built by `DictMerge` with `call`, the function is in the second register before it (for messages)
    CallSpread { dst: Reg, func: Reg },
    /// `R[dst] := function F[spec]` (`Code::functions`): from `R[first]`: defaults, keyword-only defaults (those it names), then cells
    Function { dst: Reg, first: Reg, spec: u16 },
    /// `R[dst] := class C[spec]` (`Code::classes`): `R[first]` the body's function, then bases, then keyword values.
    /// With `spread` in the spec: `R[first+1]` a list of bases, `R[first+2]` a dict of keywords or Unbound.
    /// The VM puts `__module__`, `__qualname__` and `__doc__` into the namespace before the body runs. A body whose methods
    /// use `super()` or `__class__` leaves their cell in the namespace as `__classcell__`: the VM removes it and
    /// stores the class in it
    Class { dst: Reg, first: Reg, spec: u16 },
    /// `R[dst] := super(__class__, first parameter)`: `R[cell]` is the `__class__` cell, the first parameter is `R[this]` (a cell if `this_is_cell`)
    Super { this_is_cell: bool, dst: Reg, cell: Reg, this: Reg },

    /// Returns `R[src]` to the caller; ends a generator with it
    Return { src: Reg },
    /// Suspends the generator with `R[src]`; what is sent in arrives in `R[dst]`
    Yield { dst: Reg, src: Reg },
    /// `yield from R[iter]` (already an iterator, by `GetYieldFromIter`): one turn. Yields a value and stays at this
    /// instruction, or ends with the iterator's return value in `R[dst]`. What is sent in arrives in `R[dst]` too
    YieldFrom { dst: Reg, iter: Reg },
    /// `R[dst] := iterator of R[src]` for `yield from` (generators as they are)
    GetYieldFromIter { dst: Reg, src: Reg },
    /// `R[dst] := await R[src]`
    Await { dst: Reg, src: Reg },
    /// Marks the start of a generator's body: makes the generator, returns it to the caller, goes on here when first resumed
    MakeGenerator,

    /// `R[dst] := iter(R[src])`
    GetIter { dst: Reg, src: Reg },
    /// Begins a loop over `R[src]`: `R[dst]` and the two registers behind it are the loop's alone, and `ForIter` knows what is
    /// in them. A range is two or three numbers there (the next, how many are left, the step), a list or a tuple is
    /// itself with the next position; everything else is its iterator
    ForPrep { dst: Reg, src: Reg },
    /// `R[dst] := next(R[iter])` and skip the next instruction; at the end go on to it (it is a `Jump` out of the loop)
    ForIter { dst: Reg, iter: Reg },
    /// `R[dst] := aiter(R[src])`
    GetAsyncIter { dst: Reg, src: Reg },
    /// Like `ForIter` with `await anext(R[iter])`
    AsyncForIter { dst: Reg, iter: Reg },

    /// `raise R[exc] from R[cause]`; cause may be NO_REG
    Raise { exc: Reg, cause: Reg },
    /// Raises `R[exc]` again, traceback kept (end of `finally`, no clause matched)
    Reraise { exc: Reg },
    /// `raise` alone: the exception that is being handled, or `RuntimeError`
    RaiseAgain,
    /// `R[exc]` is now being handled (context of new exceptions, `raise` alone)
    EnterHandler { exc: Reg },
    /// The innermost handled exception of this frame is done with
    LeaveHandler,
    /// `R[dst] := isinstance(R[exc], R[types])` by the rules of `except` (`TypeError` if types are none)
    MatchExc { dst: Reg, exc: Reg, types: Reg },
    /// `except*`: splits `R[exc]` by `R[types]`: `R[dst]` the matching group or None, `R[dst+1]` the rest or None
    MatchExcStar { dst: Reg, exc: Reg, types: Reg },
    /// Raises `AssertionError(R[msg])`; msg may be NO_REG
    AssertFail { msg: Reg },

    /// Enters a context manager: `R[exit] := bound __exit__ of R[mgr]`, `R[dst] := R[mgr].__enter__()`
    WithEnter { dst: Reg, mgr: Reg, exit: Reg },
    /// `R[dst] := R[exit](type, exc, traceback)` of `R[exc]`, or of three None if exc is NO_REG
    WithExit { dst: Reg, exit: Reg, exc: Reg },
    /// As `WithEnter` with `__aenter__`/`__aexit__`; the result is awaited by the next instruction
    AsyncWithEnter { dst: Reg, mgr: Reg, exit: Reg },

    /// `R[dst] := whether R[src] is a sequence for match` (list, tuple, range; not str, bytes)
    MatchSequence { dst: Reg, src: Reg },
    /// `R[dst] := whether R[src] is a mapping for match`
    MatchMapping { dst: Reg, src: Reg },
    /// `R[dst] := len(R[src])`
    Len { dst: Reg, src: Reg },
    /// Keys of a mapping pattern: `R[keys]` is a tuple. `R[dst] := tuple of values`, or None if one is missing
    MatchKeys { dst: Reg, src: Reg, keys: Reg },
    /// Class pattern `P[spec]` (`Code::class_patterns`): `R[dst] := tuple of attribute values`, or None if it does not match.
    /// The class is `R[dst]` before
    MatchClass { dst: Reg, src: Reg, spec: u16 },
    /// `R[dst] := dict(R[src]) without the keys of the tuple R[keys]` (`**rest`)
    MatchRest { dst: Reg, src: Reg, keys: Reg },

    /// `R[dst] := the module N[name]` (dotted), loaded on first sight. With `root`, the first part of the dotted name
    Import { root: bool, dst: Reg, name: u16 },
    /// `R[dst] := N[name]` of the module `R[module]`, by the rules of `from .. import`
    ImportFrom { dst: Reg, module: Reg, name: u16 },

    /// The value of an expression statement of the main module: the run's result is the last one
    Result { src: Reg },
    /// Does nothing. Stands where a jump must have a target
    Nop,
}
