//! The store of objects: allocation, access by kind, accounting, collection.

use super::{
    Object, Ref, Symbols, Type, Value,
    attrs::Attrs,
    dict::Dict,
    object::{
        Class, ClassBox, Exception, Function, Generator, Instance, Iter, Match, Pattern,
        TracebackEntry,
    },
    set::Set,
    sym::Sym,
    text::{self, Buffer, Text},
};
use siphasher::sip::SipHasher13;
use std::cell::{Cell, OnceCell};
use std::collections::BTreeMap;
use std::mem;
use std::sync::OnceLock;

const NO_SLOT: u32 = u32::MAX;

/// What was asked lately of a string as a key.
#[derive(Debug, Clone, Copy)]
struct Recent {
    /// The string.
    slot: u32,
    /// The key that equals it, of the table where it was found last.
    key: u32,
    /// The position there.
    position: u32,
    /// Its hash.
    hash: i64,
}

impl Recent {
    const NONE: Self = Self {
        slot: NO_SLOT,
        key: NO_SLOT,
        position: 0,
        hash: 0,
    };
}

/// How many strings are remembered.
const HASHES: usize = 128;

/// The heap of one run.
///
/// Access goes by kind: `heap.list(r)` is the list at `r`, and panics if the slot holds something else,
/// which is a bug of the interpreter: callers match on [`Heap::get`] first. Loaded snapshots are checked
/// before they get here.
#[derive(Debug, Clone)]
pub struct Heap {
    /// Interned names.
    pub symbols: Symbols,
    slots: Vec<Object>,
    free: u32,
    /// Bytes in use as accounted.
    pub(super) used_bytes: usize,
    /// Bytes allocated since the last collection.
    pub(super) new_bytes: usize,
    /// Live bytes after the last collection.
    live_bytes: usize,
    /// The limit in bytes.
    pub(super) limit_bytes: usize,
    /// The key of string hashes in this run.
    pub hash_key: u64,
    /// Allocated bytes at which a collection may be due.
    collect_at: usize,
    /// The loop looks at what is due when no more steps than this are left: everything, where something is due now.
    pub check_at: u64,
    /// Changes with every change of a class, so that what a loop remembers of classes is forgotten.
    pub class_version: u32,
    /// How often garbage was collected.
    pub collections: u64,
    /// The strings of one ASCII character, as far as there are any: each exists once.
    singles: Box<[u32; 128]>,
    /// What was asked lately of strings as keys. Made when something is to be remembered: many programs that wait never do.
    recent: OnceCell<Box<[Cell<Recent>; HASHES]>>,
}

/// Bytes allocated since the last collection, beside as many as were alive then, that make the next one due.
const COLLECT_BYTES: usize = 1 << 20;

/// The heap's limit would be exceeded.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct OutOfMemory {
    /// What would have been in use, in bytes.
    pub wanted_bytes: usize,
}

macro_rules! access {
    ($($name:ident $name_mut:ident $variant:ident $ty:ty;)*) => {
        $(
            #[doc = concat!("The ", stringify!($variant), " at `r`.")]
            #[track_caller]
            pub fn $name(&self, r: Ref) -> &$ty {
                match &self.slots[r.0 as usize] {
                    Object::$variant(x) => x,
                    other => panic!("slot {} holds {other:?}", r.0),
                }
            }

            #[doc = concat!("The ", stringify!($variant), " at `r`, to change. Growth is charged by the caller.")]
            #[track_caller]
            pub fn $name_mut(&mut self, r: Ref) -> &mut $ty {
                match &mut self.slots[r.0 as usize] {
                    Object::$variant(x) => x,
                    other => panic!("slot {} holds {other:?}", r.0),
                }
            }
        )*
    };
}

impl Heap {
    /// A heap with the built-in classes in its first slots.
    pub fn new(limit_bytes: usize, hash_key: u64) -> Self {
        static CLASSES: OnceLock<(Symbols, Vec<Class>)> = OnceLock::new();
        let (symbols, classes) = CLASSES.get_or_init(|| {
            let mut symbols = Symbols::known();
            let classes = Self::builtin_classes(&mut symbols);
            (symbols.share(), classes)
        });
        Self::with(symbols.clone(), classes, limit_bytes, hash_key)
    }

    /// The same, of names and classes that were made before: see [`Heap::builtin_classes`]. It costs no more than the copy.
    pub fn with(
        symbols: Symbols,
        classes: &'static [Class],
        limit_bytes: usize,
        hash_key: u64,
    ) -> Self {
        let mut slots = Vec::with_capacity(classes.len() + 64);
        slots.extend(
            classes
                .iter()
                .map(|class| Object::Class(ClassBox::Builtin(class))),
        );
        Self {
            symbols,
            slots,
            free: NO_SLOT,
            used_bytes: 0,
            new_bytes: 0,
            live_bytes: 0,
            limit_bytes,
            hash_key,
            collect_at: COLLECT_BYTES.min(limit_bytes / 16),
            check_at: u64::MAX,
            class_version: 1,
            collections: 1,
            singles: Box::new([NO_SLOT; 128]),
            recent: OnceCell::new(),
        }
    }

    /// The built-in classes in the order of their slots.
    pub fn builtin_classes(symbols: &mut Symbols) -> Vec<Class> {
        let of = |t: &Type| {
            let name = symbols.intern(t.name());
            let mut mro = vec![t.r()];
            let mut at = *t;
            while at != Type::Object {
                at = at.base();
                mro.push(at.r());
            }
            let layout = if mro.contains(&Type::BaseException.r()) {
                Type::Exception
            } else {
                *t
            };
            if *t == Type::ExceptionGroup {
                mro.insert(1, Type::BaseExceptionGroup.r());
            }
            let bases = match t {
                Type::Object => vec![],
                Type::ExceptionGroup => vec![Type::BaseExceptionGroup.r(), t.base().r()],
                t => vec![t.base().r()],
            };
            Class {
                name,
                bases,
                mro,
                attrs: Attrs::default(),
                layout,
                dunders: 0,
            }
        };
        Type::ALL.iter().map(of).collect()
    }

    /// Puts an object in a slot. It must have been charged: see [`Heap::charge`].
    pub fn alloc(&mut self, object: Object) -> Ref {
        if self.free == NO_SLOT {
            let at = u32::try_from(self.slots.len()).expect("fewer than 2^32 slots");
            if self.slots.len() == self.slots.capacity() {
                self.grow_slots();
            }
            self.slots.push(object);
            Ref(at)
        } else {
            let at = self.free;
            let slot = &mut self.slots[at as usize];
            let Object::Free(next) = *slot else {
                panic!("slot {at} is not free")
            };
            self.free = next;
            *slot = object;
            Ref(at)
        }
    }

    /// Makes slots: as many as there are, but never more than a small part of the limit, since slots that are not used are
    /// not accounted.
    #[cold]
    fn grow_slots(&mut self) {
        let most = self.limit_bytes / 32 / size_of::<Object>();
        let more = self.slots.len().min(most).max(64);
        self.slots.reserve_exact(more);
    }

    /// Accounts for bytes about to be used, before they are: the only place where memory runs out.
    ///
    /// # Errors
    /// [`OutOfMemory`] if the limit would be exceeded; then nothing is accounted.
    #[inline]
    pub fn charge(&mut self, bytes: usize) -> Result<(), OutOfMemory> {
        let wanted = self.used_bytes.saturating_add(bytes);
        if wanted > self.limit_bytes {
            return Err(OutOfMemory {
                wanted_bytes: wanted,
            });
        }
        self.used_bytes = wanted;
        self.new_bytes += bytes;
        if self.new_bytes > self.collect_at && self.wants_collection() {
            self.check_at = u64::MAX;
        }
        Ok(())
    }

    /// Whether it is time to collect at the next safe point.
    pub fn wants_collection(&self) -> bool {
        self.new_bytes > COLLECT_BYTES + self.live_bytes
            || (self.used_bytes > self.limit_bytes / 4 * 3
                && self.new_bytes > self.limit_bytes / 16)
    }

    /// Bytes in use, garbage not yet collected included.
    pub fn used_bytes(&self) -> usize {
        self.used_bytes
    }

    /// The limit in bytes.
    pub fn limit_bytes(&self) -> usize {
        self.limit_bytes
    }

    /// Sets the limit in bytes.
    pub fn set_limit_bytes(&mut self, bytes: usize) {
        self.limit_bytes = bytes;
        self.schedule_collection();
    }

    fn schedule_collection(&mut self) {
        self.collect_at = (COLLECT_BYTES + self.live_bytes).min(self.limit_bytes / 16);
    }

    /// What is remembered of classes is no longer so.
    pub fn forget_classes(&mut self) {
        // After 2^32 changes nothing is remembered any more: see `Cache`.
        self.class_version = self.class_version.saturating_add(1);
    }

    /// The object in a slot.
    pub fn get(&self, r: Ref) -> &Object {
        &self.slots[r.0 as usize]
    }

    /// The object in a slot, to change.
    pub fn get_mut(&mut self, r: Ref) -> &mut Object {
        &mut self.slots[r.0 as usize]
    }

    /// Number of slots, free ones included.
    pub fn len(&self) -> usize {
        self.slots.len()
    }

    /// Whether there are no slots: never.
    pub fn is_empty(&self) -> bool {
        self.slots.is_empty()
    }

    /// All slots in order: what a snapshot stores.
    pub fn slots(&self) -> &[Object] {
        &self.slots
    }

    /// All slots, to repair what a load leaves out (indexes of dicts).
    pub fn slots_mut(&mut self) -> &mut [Object] {
        &mut self.slots
    }

    /// Replaces all slots after the built-in classes: what a load does. Free list and accounting are made anew.
    pub fn restore(&mut self, objects: Vec<Object>) {
        self.slots.truncate(Type::ALL.len());
        self.slots.extend(objects);
        self.rebuild_free_list();
        self.forget_recent();
        self.find_singles();
        let objects: usize = self.slots.iter().map(object_bytes).sum();
        self.used_bytes = objects + self.symbols.own_bytes();
        self.live_bytes = self.used_bytes;
        self.new_bytes = 0;
        self.schedule_collection();
        self.forget_classes();
    }

    fn rebuild_free_list(&mut self) {
        self.free = NO_SLOT;
        for i in (0..self.slots.len()).rev() {
            if let Object::Free(next) = &mut self.slots[i] {
                *next = self.free;
                self.free = i as u32;
            }
        }
    }

    access! {
        list list_mut List Vec<Value>;
        tuple tuple_mut Tuple Box<[Value]>;
        dict dict_mut Dict Dict;
        set set_mut Set Set;
        instance instance_mut Instance Instance;
        function function_mut Function Function;
        exception exception_mut Exception Exception;
        generator generator_mut Generator Generator;
        iter iter_mut Iter Iter;
        cell cell_mut Cell Value;
        namespace namespace_mut Namespace Attrs;
    }

    /// The class at `r`.
    #[track_caller]
    pub fn class(&self, r: Ref) -> &Class {
        match &self.slots[r.0 as usize] {
            Object::Class(x) => x,
            other => panic!("slot {} holds {other:?}", r.0),
        }
    }

    /// The class at `r`, to change. What loops remember of classes is forgotten.
    #[track_caller]
    pub fn class_mut(&mut self, r: Ref) -> &mut Class {
        self.forget_classes();
        match &mut self.slots[r.0 as usize] {
            Object::Class(x) => x.to_mut(),
            other => panic!("slot {} holds {other:?}", r.0),
        }
    }

    /// The text of a string object.
    #[track_caller]
    #[inline]
    pub fn text(&self, r: Ref) -> &str {
        self.text_of(self.str(r))
    }

    /// The string at `r`, as it is kept.
    #[track_caller]
    #[inline]
    pub fn str(&self, r: Ref) -> &Text {
        match self.get(r) {
            Object::Str(text) => text,
            other => panic!("slot {} holds {other:?}", r.0),
        }
    }

    /// A text, wherever it is kept.
    #[inline]
    pub fn text_of<'h>(&'h self, text: &'h Text) -> &'h str {
        match text {
            Text::Short(s) => s,
            Text::Ascii(s) => s,
            text => self.long_text(text),
        }
    }

    fn long_text<'h>(&'h self, text: &'h Text) -> &'h str {
        match text {
            Text::Start { buffer, bytes, .. } => match self.get(*buffer) {
                Object::Buffer(b) => &b.text[..*bytes as usize],
                other => panic!("slot {} holds {other:?}", buffer.0),
            },
            own => own.own().unwrap_or_default(),
        }
    }

    /// The byte offset of a character of a string; its length for those past the end.
    pub fn byte_of(&self, r: Ref, char_index: usize) -> usize {
        let kept = self.str(r);
        let whole = self.text_of(kept);
        if kept.is_ascii() {
            return char_index.min(whole.len());
        }
        let (from, passed) = match kept {
            Text::Wide(w) => text::near(w.index(), char_index),
            Text::Start { buffer, .. } => self.buffer(*buffer).near(char_index),
            _ => (0, 0),
        };
        let rest = whole.get(from..).unwrap_or_default();
        rest.char_indices()
            .nth(char_index - passed)
            .map_or(whole.len(), |(at, _)| from + at)
    }

    /// The number of the character at a byte offset of a string.
    pub fn char_of(&self, r: Ref, byte: usize) -> usize {
        let kept = self.str(r);
        if kept.is_ascii() {
            return byte;
        }
        let (from, passed) = match kept {
            Text::Wide(w) => text::before(w.index(), byte),
            Text::Start { buffer, .. } => self.buffer(*buffer).before(byte),
            _ => (0, 0),
        };
        passed + self.text(r)[from..byte].chars().count()
    }

    /// The keyed hash of a string.
    pub fn str_hash(&self, r: Ref) -> i64 {
        let place = self.recent_place(r);
        let recent = place.get();
        if recent.slot == r.0 {
            return recent.hash;
        }
        let hash = self.bytes_hash(self.text(r).as_bytes());
        place.set(Recent {
            slot: r.0,
            hash,
            ..Recent::NONE
        });
        hash
    }

    /// The hash of a string and where it was found last, if the same key is there in this table, too.
    #[inline]
    pub(crate) fn found_again(&self, r: Ref, table: &Dict) -> Option<(i64, usize)> {
        let recent = self.recent.get()?[r.0 as usize % HASHES].get();
        if recent.slot != r.0 {
            return None;
        }
        let position = recent.position as usize;
        match table.entry(position)?.key {
            // Both strings are what they were: nothing changes a string, and a collection forgets all.
            Value::Ref(key) if key.0 == recent.key => Some((recent.hash, position)),
            _ => None,
        }
    }

    /// Remembers where a string was found in a table, and with which key.
    #[inline]
    pub(crate) fn found(&self, r: Ref, hash: i64, key: Value, position: usize) {
        if let (Value::Ref(key), Ok(position)) = (key, u32::try_from(position)) {
            self.recent_place(r).set(Recent {
                slot: r.0,
                hash,
                key: key.0,
                position,
            });
        }
    }

    /// The keyed hash of bytes. -1 is CPython's sign of an error, so no hash is -1.
    pub fn bytes_hash(&self, bytes: &[u8]) -> i64 {
        if bytes.is_empty() {
            return 0;
        }
        let hasher = SipHasher13::new_with_keys(self.hash_key, !self.hash_key);
        match hasher.hash(bytes) as i64 {
            -1 => -2,
            hash => hash,
        }
    }

    #[inline]
    fn recent_place(&self, r: Ref) -> &Cell<Recent> {
        let made = || Box::new([const { Cell::new(Recent::NONE) }; HASHES]);
        &self.recent.get_or_init(made)[r.0 as usize % HASHES]
    }

    fn forget_recent(&self) {
        for place in self.recent.get().into_iter().flat_map(|all| all.iter()) {
            place.set(Recent::NONE);
        }
    }

    /// The string of one ASCII character, if there is one.
    #[inline]
    pub fn single(&self, byte: u8) -> Option<Ref> {
        match self.singles.get(usize::from(byte)) {
            Some(at) if *at != NO_SLOT => Some(Ref(*at)),
            _ => None,
        }
    }

    /// Remembers the string of one ASCII character: it stays.
    pub fn keep_single(&mut self, byte: u8, r: Ref) {
        if let Some(place) = self.singles.get_mut(usize::from(byte)) {
            *place = r.0;
        }
    }

    /// Finds the strings of one character after a load.
    fn find_singles(&mut self) {
        *self.singles = [NO_SLOT; 128];
        for (i, slot) in self.slots.iter().enumerate() {
            if let Object::Str(Text::Short(s)) = slot
                && let [byte @ 0..128] = *s.as_bytes()
                && self.singles[usize::from(byte)] == NO_SLOT
            {
                self.singles[usize::from(byte)] = i as u32;
            }
        }
    }

    #[track_caller]
    fn buffer(&self, r: Ref) -> &Buffer {
        match self.get(r) {
            Object::Buffer(b) => b,
            other => panic!("slot {} holds {other:?}", r.0),
        }
    }

    /// Appends `more` to the buffer that `to` is the start of, if `to` ends where it ends; the new string.
    ///
    /// # Errors
    /// [`OutOfMemory`]; then nothing has changed.
    pub fn append(&mut self, to: Ref, more: Ref) -> Result<Option<Ref>, OutOfMemory> {
        let (
            &Text::Start {
                buffer,
                bytes,
                chars,
            },
            added,
        ) = (self.str(to), self.str(more))
        else {
            return Ok(None);
        };
        let (text, added_bytes, added_chars) = (
            &self.buffer(buffer).text,
            self.text_of(added).len(),
            added.chars(),
        );
        let own = match added {
            Text::Start { buffer: b, .. } => *b == buffer,
            _ => false,
        };
        let wanted = text.len() + added_bytes;
        if text.len() != bytes as usize || u32::try_from(wanted).is_err() {
            return Ok(None);
        }
        let before = text.capacity();
        let mut capacity = before;
        if wanted > before {
            capacity = wanted.max(before + before / 2);
        }
        let cost =
            |to: usize| size_of::<Object>() + Buffer::bytes_of(to) - Buffer::bytes_of(before);
        if self.charge(cost(capacity)).is_err() {
            capacity = wanted.max(before);
            self.charge(cost(capacity))?;
        }
        let Object::Buffer(place) = self.get_mut(buffer) else {
            return Ok(None);
        };
        let mut text = mem::take(&mut place.text);
        text.reserve_exact(capacity - text.len());
        if own {
            text.extend_from_within(..added_bytes);
        } else {
            text.push_str(self.text(more));
        }
        if let Object::Buffer(place) = self.get_mut(buffer) {
            place.text = text;
        }
        Ok(Some(self.alloc(Object::Str(Text::Start {
            buffer,
            bytes: wanted as u32,
            chars: chars + added_chars as u32,
        }))))
    }

    /// The text of a value that is a `str` (not of a subclass).
    pub fn as_str(&self, v: Value) -> Option<&str> {
        match v {
            Value::Ref(r) => match self.get(r) {
                Object::Str(text) => Some(self.text_of(text)),
                _ => None,
            },
            _ => None,
        }
    }

    /// The name of a symbol.
    pub fn name(&self, sym: Sym) -> &str {
        self.symbols.name(sym)
    }

    /// Frees what the roots do not reach. Cost: O(slots). Iterative: depth of nesting does not matter.
    ///
    /// * `roots` calls its argument with every value that is alive from outside.
    pub fn collect(&mut self, roots: impl FnOnce(&mut dyn FnMut(Value))) {
        let mut marks = vec![false; self.slots.len()];
        let mut stack: Vec<Ref> = Vec::new();
        for mark in &mut marks[..Type::ALL.len()] {
            *mark = true;
        }
        for at in self.singles.iter().filter(|at| **at != NO_SLOT) {
            marks[*at as usize] = true;
        }
        self.forget_recent();
        roots(&mut |v| {
            if let Value::Ref(r) = v
                && !mem::replace(&mut marks[r.0 as usize], true)
            {
                stack.push(r);
            }
        });
        while let Some(r) = stack.pop() {
            super::trace::children(&self.slots[r.0 as usize], &mut |v| {
                if let Value::Ref(r) = v
                    && !mem::replace(&mut marks[r.0 as usize], true)
                    && !is_leaf(&self.slots[r.0 as usize])
                {
                    stack.push(r);
                }
            });
        }
        let mut used = self.symbols.own_bytes();
        // The buffers, and how much of each is the start of a living string.
        let mut needed: BTreeMap<u32, u32> = BTreeMap::new();
        self.free = NO_SLOT;
        for i in (0..self.slots.len()).rev() {
            if marks[i] {
                match &self.slots[i] {
                    Object::Str(Text::Start { buffer, bytes, .. }) => {
                        let most = needed.entry(buffer.0).or_default();
                        *most = (*most).max(*bytes);
                    }
                    Object::Buffer(_) => continue,
                    _ => {}
                }
                used += object_bytes(&self.slots[i]);
            } else {
                self.slots[i] = Object::Free(self.free);
                self.free = i as u32;
            }
        }
        for (at, bytes) in needed {
            if let Object::Buffer(buffer) = &mut self.slots[at as usize] {
                buffer.cut(bytes as usize);
            }
            used += object_bytes(&self.slots[at as usize]);
        }
        self.used_bytes = used;
        self.live_bytes = used;
        self.new_bytes = 0;
        self.collections += 1;
        self.schedule_collection();
    }
}

/// Whether an object refers to nothing: the common ones.
fn is_leaf(object: &Object) -> bool {
    matches!(
        object,
        Object::Str(Text::Short(_) | Text::Ascii(_) | Text::Wide(_))
            | Object::Bytes(_)
            | Object::BigInt(_)
    )
}

/// About how many bytes an object takes, its slot included.
pub fn object_bytes(object: &Object) -> usize {
    let value = size_of::<Value>();
    size_of::<Object>()
        + match object {
            Object::Free(_) => 0,
            Object::Str(text) => text.bytes(),
            Object::Buffer(b) => b.bytes(),
            Object::Bytes(b) => b.len(),
            Object::BigInt(i) => i.bits() as usize / 8 + 32,
            Object::List(items) => items.capacity() * value,
            Object::Tuple(items) => items.len() * value,
            Object::Dict(d) => size_of::<Dict>() + d.bytes(),
            Object::Set(s) => size_of::<Set>() + s.bytes(),
            Object::Instance(i) => size_of::<Instance>() + i.attrs.bytes(),
            Object::Function(f) => {
                size_of::<Function>()
                    + (f.defaults.len() + f.kw_defaults.len()) * value
                    + f.closure.len() * size_of::<Ref>()
                    + f.attrs.bytes()
            }
            Object::Class(c) => {
                size_of::<Class>() + c.attrs.bytes() + (c.mro.len() + c.bases.len()) * 4
            }
            Object::Exception(e) => {
                size_of::<Exception>()
                    + e.attrs.bytes()
                    + e.traceback.capacity() * size_of::<TracebackEntry>()
            }
            Object::Generator(_) => size_of::<Generator>() + 256,
            Object::Iter(i) => {
                size_of::<Iter>()
                    + match &**i {
                        Iter::Values(values, _) => values.len() * value,
                        Iter::Zip(parts, _) => parts.len() * size_of::<Ref>(),
                        _ => 0,
                    }
            }
            Object::Match(m) => {
                size_of::<Match>() + m.spans.len() * size_of::<Option<(u32, u32)>>()
            }
            Object::Pattern(p) => {
                size_of::<Pattern>() + p.program.get().map_or(0, |program| program.bytes())
            }
            Object::Namespace(attrs) => size_of::<Attrs>() + attrs.bytes(),
            _ => 64,
        }
}
