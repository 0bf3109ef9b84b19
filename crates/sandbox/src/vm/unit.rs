//! Loading units: names become symbols, constants become values, global names find their built-ins.

use super::import::ModuleState;
use super::raise::{Raise, Res};
use super::state::Vm;
use crate::compile::code::{self, CodeRef, Const, LinkedCode, Unit, UnitId};
use crate::compile::op::Op;
use crate::heap::Ref;
use crate::heap::{Object, Sym, Value, attrs::Attrs, set::Set, sym::sym};
use rustc_hash::FxHashMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};

/// A unit in a run.
#[derive(Debug, Clone)]
pub struct LoadedUnit {
    /// What was compiled.
    pub unit: Arc<Unit>,
    /// Constants of each code as values. They are data of the run: identity matters.
    pub consts: Vec<Vec<Value>>,
    /// The unit that has its global variables: itself, or the first part of the program of which it is a later one.
    pub home: UnitId,
    /// Global variables by slot.
    pub globals: Vec<Value>,
}

/// What the loop reads, by unit.
pub(crate) type Table = Vec<Arc<TableUnit>>;

/// A unit as the loop reads it.
#[derive(Debug, Clone)]
pub(crate) struct TableUnit {
    pub(crate) unit: Arc<Unit>,
    /// Which unit has the values of its global slots.
    pub(crate) home: usize,
    pub(crate) codes: Vec<Code>,
    /// Names of global slots.
    pub(crate) globals: Vec<Sym>,
    /// The slot of each name.
    pub(crate) slots: FxHashMap<Sym, u32>,
    /// The built-in of each global slot's name, or Unbound.
    pub(crate) builtins: Vec<Value>,
}

/// A code as the loop reads it.
#[derive(Debug, Clone)]
pub(crate) struct Code {
    unit: Arc<Unit>,
    index: usize,
    /// Names as symbols.
    pub(crate) linked: LinkedCode,
    /// Symbols of `name` and `qualname`.
    pub(crate) name: Sym,
    pub(crate) qualname: Sym,
    /// Constants as values.
    pub(crate) consts: Vec<Value>,
    /// Whether a call with exactly this many positional arguments needs no binding: `NOT_EXACT` if none.
    pub(crate) exact: u16,
    /// Instructions, at hand.
    pub(crate) ops: Box<[Op]>,
    /// Registers of a frame.
    pub(crate) frame_registers: u16,
    /// The first register that is a temporary. Those before it are cleared when a frame begins.
    pub(crate) first_temp: u16,
    /// Method calls: `code::CallSite` as the loop reads it.
    pub(crate) sites: Box<[Site]>,
    /// What was learnt at each instruction.
    pub(crate) caches: Box<[Cache]>,
}

/// A method call.
#[derive(Debug, Clone)]
pub(crate) struct Site {
    pub(crate) name: Sym,
    pub(crate) positional: u16,
    pub(crate) has_keywords: bool,
}

/// No number of arguments.
pub(crate) const NOT_EXACT: u16 = u16::MAX;

/// What an instruction found the last time, and for which class.
///
/// Atomic only because code is shared; no order between the two is needed, since one thread runs a run.
#[derive(Debug, Default)]
pub(crate) struct Cache {
    key: AtomicU64,
    found: AtomicU64,
}

impl Clone for Cache {
    fn clone(&self) -> Self {
        Self {
            key: self.key.load(Relaxed).into(),
            found: self.found.load(Relaxed).into(),
        }
    }
}

impl Cache {
    /// What was found for a class in this version of all classes.
    #[inline(always)]
    pub(crate) fn get(&self, class: Ref, version: u32) -> Option<u64> {
        let key = u64::from(class.0) << 32 | u64::from(version);
        (self.key.load(Relaxed) == key).then(|| self.found.load(Relaxed))
    }

    /// Remembers it. The last version never ends, so nothing is remembered in it.
    pub(crate) fn set(&self, class: Ref, version: u32, found: u64) {
        if version != u32::MAX {
            self.found.store(found, Relaxed);
            let key = u64::from(class.0) << 32 | u64::from(version);
            self.key.store(key, Relaxed);
        }
    }
}

impl std::ops::Deref for Code {
    type Target = code::Code;

    fn deref(&self) -> &code::Code {
        &self.unit.codes[self.index]
    }
}

impl Vm {
    /// Loads a unit and gives its module. Its body has not run.
    ///
    /// # Errors
    /// A memory limit.
    pub fn load_unit(&mut self, unit: Arc<Unit>) -> Res<u32> {
        let consts = self.constants(&unit)?;
        let globals = vec![Value::Unbound; unit.globals.len()];
        let id = UnitId(u16::try_from(self.units.len()).expect("fewer than 65,536 units"));
        let name = unit.module.clone();
        self.units.push(LoadedUnit {
            unit,
            consts,
            home: id,
            globals,
        });
        self.link();
        let number = u32::try_from(self.modules.len()).expect("fewer than 2^32 modules");
        let object = self.alloc(Object::Module(number))?;
        self.modules.push(ModuleState {
            name,
            unit: Some(id),
            extra: Attrs::default(),
            object,
            loaded: false,
        });
        Ok(number)
    }

    /// Loads the next part of the program, which has the variables of the parts before. Its body has not run.
    ///
    /// # Errors
    /// A memory limit; too many parts.
    pub fn load_more(&mut self, unit: Arc<Unit>) -> Res<()> {
        let Ok(id) = u16::try_from(self.units.len()) else {
            return Err(Raise::Refused("a program of more than 65,536 parts".into()));
        };
        let consts = self.constants(&unit)?;
        let more = unit
            .globals
            .len()
            .saturating_sub(self.units[0].globals.len());
        self.heap.charge(more * size_of::<Value>())?;
        self.units[0]
            .globals
            .resize(unit.globals.len(), Value::Unbound);
        self.units.push(LoadedUnit {
            unit,
            consts,
            home: UnitId(0),
            globals: Vec::new(),
        });
        self.link();
        let main = &mut self.modules[0];
        main.unit = Some(UnitId(id));
        // Names that were attributes of the module have a slot from now on.
        let names = &self.table[usize::from(id)].globals;
        for (name, place) in names.iter().zip(&mut self.units[0].globals) {
            if let Some(value) = main.extra.remove(*name) {
                *place = value;
            }
        }
        Ok(())
    }

    fn constants(&mut self, unit: &Unit) -> Res<Vec<Vec<Value>>> {
        let of_code = |code: &code::Code| code.consts.iter().map(|c| self.constant(c)).collect();
        unit.codes.iter().map(of_code).collect()
    }

    /// What the loop reads, apart from that of every other run: what it learns is true of one heap only.
    pub(crate) fn fork_table(&self) -> Arc<Table> {
        let apart = |unit: &Arc<TableUnit>| Arc::new(TableUnit::clone(unit));
        Arc::new(self.table.iter().map(apart).collect())
    }

    /// Makes what the loop reads of units that are new: after a load of a unit or of a snapshot.
    pub fn link(&mut self) {
        let mut table = (*self.table).clone();
        for loaded in &self.units[table.len()..] {
            let unit = &loaded.unit;
            let symbols = &mut self.heap.symbols;
            let codes = unit
                .codes
                .iter()
                .enumerate()
                .map(|(index, code)| {
                    let mut all = |names: &[String]| -> Vec<Sym> {
                        names.iter().map(|n| symbols.intern(n)).collect()
                    };
                    let linked = LinkedCode {
                        names: all(&code.names),
                        call_keywords: code
                            .call_sites
                            .iter()
                            .map(|site| all(&site.keywords).into())
                            .collect(),
                        params: all(&code.params.names),
                    };
                    let sites = code.call_sites.iter().map(|site| Site {
                        name: linked
                            .names
                            .get(usize::from(site.name))
                            .copied()
                            .unwrap_or(sym::EMPTY),
                        positional: site.positional,
                        has_keywords: !site.keywords.is_empty(),
                    });
                    let sites = sites.collect();
                    let p = &code.params;
                    let plain = p.keyword_only == 0 && !p.has_args && !p.has_kwargs;
                    Code {
                        index,
                        unit: unit.clone(),
                        linked,
                        name: symbols.intern(&code.name),
                        qualname: symbols.intern(&code.qualname),
                        consts: loaded.consts[index].clone(),
                        exact: if plain { p.positional } else { NOT_EXACT },
                        sites,
                        ops: code.ops.as_slice().into(),
                        frame_registers: code.registers,
                        first_temp: code.first_temp(),
                        caches: code.ops.iter().map(|_| Cache::default()).collect(),
                    }
                })
                .collect();
            let globals: Vec<Sym> = unit.globals.iter().map(|n| symbols.intern(n)).collect();
            let builtins = globals
                .iter()
                .map(|name| self.lookup.builtin(*name, unit.is_library))
                .collect();
            table.push(Arc::new(TableUnit {
                unit: unit.clone(),
                home: usize::from(loaded.home.0),
                codes,
                slots: globals.iter().copied().zip(0..).collect(),
                globals,
                builtins,
            }));
        }
        self.table = Arc::new(table);
    }

    fn constant(&mut self, c: &Const) -> Res<Value> {
        Ok(match c {
            Const::None => Value::None,
            Const::Bool(b) => Value::Bool(*b),
            Const::Int(i) => Value::Int(*i),
            Const::Float(x) => Value::Float(*x),
            Const::Ellipsis => Value::Ellipsis,
            Const::BigInt(i) => self.new_int(i.clone())?,
            Const::Str(s) => self.new_str(s.clone())?,
            Const::Bytes(b) => Value::Ref(self.alloc(Object::Bytes(b.clone()))?),
            Const::Tuple(items) => {
                let items: Res<Vec<Value>> = items.iter().map(|c| self.constant(c)).collect();
                self.new_tuple(items?)?
            }
            Const::FrozenSet(items) => {
                let mut set = Set::new(true);
                for item in items {
                    let key = self.constant(item)?;
                    let hash = crate::objects::hash::hash(self, key)?;
                    let known = set.candidates(hash);
                    let known: Vec<Value> = known
                        .into_iter()
                        .filter_map(|i| Some(set.key_at(i)?.1))
                        .collect();
                    let mut fresh = true;
                    for other in known {
                        fresh &= !crate::objects::eq::eq(self, other, key)?;
                    }
                    if fresh {
                        set.push(hash, key);
                    }
                }
                Value::Ref(self.alloc(Object::Set(Box::new(set)))?)
            }
        })
    }

    /// The position in the source of an instruction: line and column, from 1.
    pub fn position(&self, code: CodeRef, pc: u32) -> (u32, u32) {
        let c = self.code(code);
        let span = c.spans.get(pc as usize).copied().unwrap_or_default();
        self.table[code.unit.0 as usize].unit.position(span.start)
    }
}
