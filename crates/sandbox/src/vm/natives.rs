//! The table of natives: what is built in, by number, by name, and by class and name.

use super::native::NativeDef;
use super::special::{SPECIAL, Special};
use crate::heap::{NativeId, Ref, Sym, Symbols, Type, Value};
use rustc_hash::FxHashMap;
use std::sync::OnceLock;

/// Every native; its position is its number.
pub(crate) fn natives() -> &'static [NativeDef] {
    static TABLE: OnceLock<Vec<NativeDef>> = OnceLock::new();
    TABLE.get_or_init(|| {
        let special = SPECIAL.iter().map(|(def, _)| *def);
        let objects = crate::objects::NATIVES.iter();
        let modules = crate::modules::NATIVES.iter();
        special
            .chain(objects.chain(modules).flat_map(|list| list.iter().copied()))
            .collect()
    })
}

/// The definition of a native.
pub(crate) fn native(id: NativeId) -> &'static NativeDef {
    &natives()[id.0 as usize]
}

/// What the interpreter itself must do when the native is called.
pub(crate) fn special(id: NativeId) -> Option<Special> {
    SPECIAL.get(id.0 as usize).map(|(_, special)| *special)
}

/// Where natives are found, with the symbols of a run.
#[derive(Debug)]
pub(crate) struct Lookup {
    methods: FxHashMap<(Ref, Sym), NativeId>,
    builtins: FxHashMap<Sym, Value>,
    hidden: FxHashMap<Sym, Value>,
    modules: FxHashMap<Sym, Vec<(Sym, NativeId)>>,
    /// `len`.
    pub(crate) len: Option<NativeId>,
    /// Which natives are nothing but their Rust functions.
    plain: Vec<bool>,
}

/// Built-in classes that have no name in the built-in scope.
const UNNAMED: &[Type] = &[
    Type::NoneType,
    Type::EllipsisType,
    Type::NotImplementedType,
    Type::Function,
    Type::Method,
    Type::NativeFunction,
    Type::Generator,
    Type::Coroutine,
    Type::AsyncGenerator,
    Type::Module,
    Type::Cell,
    Type::DictKeys,
    Type::DictValues,
    Type::DictItems,
    Type::MappingProxy,
    Type::ListIterator,
    Type::TupleIterator,
    Type::StrIterator,
    Type::BytesIterator,
    Type::RangeIterator,
    Type::DictKeyIterator,
    Type::DictValueIterator,
    Type::DictItemIterator,
    Type::SetIterator,
    Type::Pattern,
    Type::Match,
    Type::Union,
    Type::GenericAlias,
    Type::Traceback,
    Type::HostFunction,
    Type::HostCall,
    Type::PatternError,
    Type::JSONDecodeError,
];

impl Lookup {
    /// Finds every native's name a symbol: in the same order in each run.
    pub(crate) fn new(symbols: &mut Symbols) -> Self {
        let mut lookup = Self {
            methods: FxHashMap::default(),
            builtins: FxHashMap::default(),
            hidden: FxHashMap::default(),
            modules: FxHashMap::default(),
            len: natives()
                .iter()
                .zip(0..)
                .find(|(_, id)| special(NativeId(*id)) == Some(Special::Len))
                .map(|(_, id)| NativeId(id)),
            plain: natives()
                .iter()
                .zip(0..)
                .map(|(def, id)| special(NativeId(id)).is_none() && def.drains == 0)
                .collect(),
        };
        for (i, def) in natives().iter().enumerate() {
            let id = NativeId(u16::try_from(i).expect("fewer than 65,536 natives"));
            let name = symbols.intern(def.name);
            match def.owner {
                Some(owner) => {
                    lookup.methods.entry((owner.r(), name)).or_insert(id);
                }
                None if def.name.starts_with("_kont_") => {
                    lookup.hidden.entry(name).or_insert(Value::Native(id));
                }
                None if def.module == "builtins" => {
                    lookup.builtins.entry(name).or_insert(Value::Native(id));
                }
                None => {
                    let module = symbols.intern(def.module);
                    let list = lookup.modules.entry(module).or_default();
                    list.push((name, id));
                }
            }
        }
        for t in Type::ALL {
            let name = symbols.intern(t.name());
            if UNNAMED.contains(t) {
                continue;
            }
            lookup.builtins.insert(name, t.value());
        }
        for (name, same) in [
            ("IOError", Type::OSError),
            ("EnvironmentError", Type::OSError),
        ] {
            lookup.builtins.insert(symbols.intern(name), same.value());
        }
        for (name, value) in [
            ("NotImplemented", Value::NotImplemented),
            ("Ellipsis", Value::Ellipsis),
            ("__debug__", Value::Bool(true)),
        ] {
            lookup.builtins.insert(symbols.intern(name), value);
        }
        lookup
    }

    /// Whether a native is nothing but its Rust function: called with arguments of its own class, it uses up no iterable.
    #[inline]
    pub(crate) fn is_plain(&self, id: NativeId) -> bool {
        self.plain
            .get(usize::from(id.0))
            .is_some_and(|plain| *plain)
    }

    /// The same of one that is nobody's method.
    #[inline]
    pub(crate) fn is_plain_function(&self, id: NativeId) -> bool {
        self.is_plain(id) && native(id).owner.is_none()
    }

    /// The built-in of a name, or Unbound. Libraries see more.
    pub(crate) fn builtin(&self, name: Sym, for_library: bool) -> Value {
        let hidden = if for_library {
            self.hidden.get(&name)
        } else {
            None
        };
        self.builtins
            .get(&name)
            .or(hidden)
            .copied()
            .unwrap_or(Value::Unbound)
    }

    /// The names of all built-ins.
    pub(crate) fn names(&self) -> impl Iterator<Item = Sym> {
        self.builtins.keys().copied()
    }

    /// A method of a built-in class itself, bases not included.
    pub(crate) fn method(&self, class: Ref, name: Sym) -> Option<NativeId> {
        self.methods.get(&(class, name)).copied()
    }

    /// The names of a built-in class's own methods.
    pub(crate) fn methods_of(&self, class: Ref) -> Vec<Sym> {
        let mut names: Vec<Sym> = self
            .methods
            .keys()
            .filter(|(owner, _)| *owner == class)
            .map(|(_, name)| *name)
            .collect();
        names.sort_unstable();
        names
    }

    /// The natives of a library module.
    pub(crate) fn of_module(&self, module: Sym) -> &[(Sym, NativeId)] {
        self.modules.get(&module).map_or(&[], Vec::as_slice)
    }
}
