//! The fields of effects: room for some of them in the effect itself, and a constructor that fills them without a
//! call of Python. A frozen dataclass calls a function, and that one `object.__setattr__` for each field.
//!
//! A class gets both from `lay_out`, if it is nothing but a frozen dataclass: CPython then reads its fields at their
//! places in the object, as with `__slots__`, and calls `construct` for `Class(...)`. As soon as anybody changes the
//! class, `construct` sees that and leaves everything to the usual way.
#![expect(
    unsafe_code,
    reason = "CPython reads fields at places in an object, and calls constructors, by pointers that are set here"
)]

use std::cell::{Cell, UnsafeCell};
use std::collections::HashMap;
use std::ffi::CString;
use std::mem::offset_of;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};

use pyo3::ffi;
use pyo3::gc::{PyTraverseError, PyVisit};
use pyo3::prelude::*;
use pyo3::types::{PyString, PyTuple, PyType};

use crate::forgotten::EffectBase;
use crate::request::Asked;

/// How many fields have room in an effect.
const ROOM: usize = 4;
/// How many fields a class may have that is laid out, with those that have a default.
const FIELDS_MAX: usize = 12;

/// The room in an effect.
#[derive(Default)]
#[repr(transparent)]
pub(crate) struct Fields(UnsafeCell<[Option<Py<PyAny>>; ROOM]>);

// SAFETY: what is in it changes by CPython's own descriptors, as with `__slots__`, and while nobody else has the effect
// yet or has it any more.
unsafe impl Sync for Fields {}

impl Fields {
    /// Shows the collector of cycles what is in it.
    pub(crate) fn traverse(&self, visit: PyVisit<'_>) -> Result<(), PyTraverseError> {
        // SAFETY: the collector runs alone.
        let fields = unsafe { &*self.0.get() };
        fields.iter().try_for_each(|field| visit.call(field))
    }

    /// Takes out what is in it: the effect is garbage.
    pub(crate) fn clear(&self) {
        // SAFETY: nobody has the effect any more but the collector.
        let fields = std::mem::take(unsafe { &mut *self.0.get() });
        drop(fields);
    }
}

/// What `construct` has to know of a class. It is kept by the class, as an attribute.
#[pyclass(module = "kont", frozen)]
pub(crate) struct Layout {
    /// The address of the class.
    class: usize,
    fields: Vec<Field>,
    /// How many of them have to be given.
    required: usize,
    /// The `__init__` that does the same.
    init: Py<PyAny>,
    new: Option<ffi::newfunc>,
    /// Where in the object the number of the effect is.
    number: usize,
    /// Where in the object what an effect for the scheduler gathers on its way is; None if it is no such effect.
    asked: Option<usize>,
}

#[pymethods]
impl Layout {
    /// The names of the fields that have a place in the object.
    #[getter]
    fn names(&self, py: Python<'_>) -> Vec<Py<PyString>> {
        let placed = self.fields.iter().take(self.required);
        placed.map(|field| field.name.clone_ref(py)).collect()
    }

    fn __traverse__(&self, visit: PyVisit<'_>) -> Result<(), PyTraverseError> {
        for field in &self.fields {
            visit.call(&field.default)?;
            visit.call(&field.descriptor)?;
        }
        visit.call(&self.init)
    }
}

struct Field {
    name: Py<PyString>,
    default: Option<Py<PyAny>>,
    /// What reads it at its place, if it has no default.
    descriptor: Option<Py<PyAny>>,
    /// Where in the object it is. One that has a default is in its dictionary, unless it is that default, which
    /// everybody finds as an attribute of the class.
    offset: usize,
}

/// Lays out a class of effects: gives it its constructor and its places for fields. Says whether it did.
///
/// * `fields` – names and defaults, in order; those with a default last.
#[pyfunction]
#[pyo3(signature = (class, fields, missing, /))]
pub(crate) fn lay_out(
    class: &Bound<'_, PyType>,
    fields: Vec<(Bound<'_, PyString>, Bound<'_, PyAny>)>,
    missing: &Bound<'_, PyAny>,
) -> PyResult<bool> {
    let py = class.py();
    let required = fields
        .iter()
        .take_while(|field| field.1.is(missing))
        .count();
    let is_plain = !class.is_subclass_of::<Asked>()?;
    let native = match is_plain {
        true => py.get_type::<EffectBase>(),
        false => py.get_type::<Asked>(),
    };
    // SAFETY: a class is alive while it is bound.
    let [new, natively] = [class, &native].map(|class| unsafe { (*class.as_type_ptr()).tp_new });
    if required > ROOM || fields.len() > FIELDS_MAX || !is_same(new, natively) {
        return Ok(false);
    }
    let base = base(py)?;
    let room = base + offset_of!(EffectBase, fields);
    let mut laid = Vec::with_capacity(fields.len());
    for (index, (name, default)) in fields.into_iter().enumerate() {
        let is_required = index < required;
        let offset = room + index * size_of::<Option<Py<PyAny>>>();
        let descriptor = match is_required {
            true => Some(descriptor(class, &name, offset)?),
            false => None,
        };
        if let Some(descriptor) = &descriptor {
            class.setattr(&name, descriptor)?;
        }
        laid.push(Field {
            descriptor: descriptor.map(Bound::unbind),
            // Interned, as the names of arguments are: they can be compared by address.
            name: PyString::intern(py, name.to_str()?).unbind(),
            default: (!is_required).then(|| default.unbind()),
            offset,
        });
    }
    let pointer = class.as_type_ptr();
    let layout = Layout {
        class: class.as_ptr() as usize,
        fields: laid,
        required,
        init: class.getattr("__init__")?.unbind(),
        new,
        number: base + offset_of!(EffectBase, number),
        asked: match is_plain {
            true => None,
            false => Some(asked(py)?),
        },
    };
    class.setattr("__kont_layout__", Bound::new(py, layout)?)?;
    // SAFETY: the class is alive, and was made just now: nobody calls it meanwhile.
    unsafe { (*pointer).tp_vectorcall = Some(construct) };
    Ok(true)
}

/// Whether two functions that make objects are one.
fn is_same(one: Option<ffi::newfunc>, other: Option<ffi::newfunc>) -> bool {
    one.map(|new| new as usize) == other.map(|new| new as usize)
}

/// Where in an effect its native part begins.
fn base(py: Python<'_>) -> PyResult<usize> {
    let effect = Bound::new(py, EffectBase::performed())?;
    Ok(std::ptr::from_ref(effect.get()) as usize - effect.as_ptr() as usize)
}

/// The same of what is native in an effect for the scheduler, besides.
fn asked(py: Python<'_>) -> PyResult<usize> {
    let native = PyClassInitializer::from(EffectBase::performed()).add_subclass(Asked::default());
    let effect = Bound::new(py, native)?;
    Ok(std::ptr::from_ref(effect.get()) as usize - effect.as_ptr() as usize)
}

/// What reads and writes one place in the effects of a class, under a name.
fn descriptor<'py>(
    class: &Bound<'py, PyType>,
    name: &Bound<'py, PyString>,
    offset: usize,
) -> PyResult<Bound<'py, PyAny>> {
    // CPython keeps the address of a definition for as long as the descriptor lives, and does not say when it dies.
    // There is one for each name and place that any class has.
    static DEFINITIONS: Mutex<Option<HashMap<(String, usize), usize>>> = Mutex::new(None);
    let name = name.to_str()?;
    let text = CString::new(name)?;
    let mut definitions = DEFINITIONS.lock().unwrap_or_else(PoisonError::into_inner);
    let address = *definitions
        .get_or_insert_default()
        .entry((name.to_owned(), offset))
        .or_insert_with(|| {
            let definition = ffi::PyMemberDef {
                name: text.into_raw(),
                type_code: ffi::Py_T_OBJECT_EX,
                offset: offset.cast_signed(),
                flags: 0,
                doc: std::ptr::null(),
            };
            Box::into_raw(Box::new(definition)) as usize
        });
    drop(definitions);
    let definition = address as *mut ffi::PyMemberDef;
    // SAFETY: the definition lives for ever, and at its offset every object of the class has a pointer to an object or
    // none, which is what an `Option<Py<PyAny>>` is.
    unsafe {
        let made = ffi::PyDescr_NewMember(class.as_type_ptr(), definition);
        Bound::from_owned_ptr_or_err(class.py(), made)
    }
}

/// A class that was looked at, and its layout.
#[derive(Clone, Copy)]
struct Seen {
    class: usize,
    /// CPython gives a class another version when anything of it changes, and never the same one twice.
    version: u32,
    layout: *const Layout,
    /// The object that the layout is in.
    object: *mut ffi::PyObject,
    /// Whether the attributes of the class are still what reads the fields at their places.
    reads: bool,
}

const PLACES: usize = 64;

/// The classes that were seen of late, each at a place of its own.
struct Places([Cell<Seen>; PLACES]);

impl Places {
    const NONE: Seen = Seen {
        class: 0,
        version: 0,
        layout: std::ptr::null(),
        object: std::ptr::null_mut(),
        reads: false,
    };

    const fn new() -> Self {
        Places([const { Cell::new(Self::NONE) }; PLACES])
    }
}

// Without the interpreter's lock each thread has its own.
#[cfg(Py_GIL_DISABLED)]
thread_local! {
    static SEEN: Places = const { Places::new() };
}

// SAFETY: who looks at a class holds the interpreter's lock, which only one thread does, and nothing runs meanwhile.
#[cfg(not(Py_GIL_DISABLED))]
unsafe impl Sync for Places {}

#[cfg(not(Py_GIL_DISABLED))]
static SEEN: Places = Places::new();

/// The place of a class.
///
/// # Safety
/// The interpreter is attached.
#[inline]
unsafe fn at_place<R>(class: usize, look: impl FnOnce(&Cell<Seen>) -> R) -> R {
    let place = (class as u64).wrapping_mul(0x9E37_79B9_7F4A_7C15) >> (64 - PLACES.ilog2());
    #[cfg(Py_GIL_DISABLED)]
    return SEEN.with(|places| look(&places.0[place as usize]));
    #[cfg(not(Py_GIL_DISABLED))]
    look(&SEEN.0[place as usize])
}

/// The layout of a class, if the class is as it was when it was laid out.
///
/// # Safety
/// `class` is a class whose constructor is `construct`, and the interpreter is attached.
#[inline]
unsafe fn layout_of(class: *mut ffi::PyObject) -> Option<Seen> {
    let address = class as usize;
    // SAFETY: it is a class, and the interpreter is attached.
    let (version, seen) = unsafe {
        let version = (*class.cast::<ffi::PyTypeObject>()).tp_version_tag;
        (version, at_place(address, Cell::get))
    };
    if seen.class == address && seen.version == version && version != 0 {
        return Some(seen);
    }
    // SAFETY: as here.
    unsafe {
        let seen = look(class)?;
        at_place(address, |place| place.set(seen));
        Some(seen)
    }
}

/// Looks at a class. The layout that it gives lives as long as the class has this version.
///
/// # Safety
/// As for `layout_of`.
#[cold]
unsafe fn look(class: *mut ffi::PyObject) -> Option<Seen> {
    // SAFETY: whoever calls a constructor is attached.
    Python::attach(|py| {
        // SAFETY: it is a class.
        let class = unsafe { Bound::from_borrowed_ptr(py, class) };
        let class = class.cast_into::<PyType>().ok()?;
        let found = class.getattr("__kont_layout__").ok()?;
        let layout = found.cast::<Layout>().ok()?.get();
        // SAFETY: it is a class.
        let new = unsafe { (*class.as_type_ptr()).tp_new };
        let is_same = layout.class == class.as_ptr() as usize
            && class.getattr("__init__").ok()?.is(&layout.init)
            && self::is_same(new, layout.new);
        if !is_same {
            return None;
        }
        let is_own = |field: &Field| {
            let own = class.getattr(&field.name);
            let descriptor = field.descriptor.as_ref();
            descriptor.is_none_or(|descriptor| own.is_ok_and(|own| own.is(descriptor)))
        };
        // SAFETY: it is a class.
        let getattro = unsafe { (*class.as_type_ptr()).tp_getattro };
        let usual = ffi::PyObject_GenericGetAttr as *const () as usize;
        let reads = layout.fields.iter().all(is_own)
            && getattro.is_some_and(|getattro| getattro as usize == usual);
        Some(Seen {
            class: class.as_ptr() as usize,
            // SAFETY: it is a class. To look at its attributes has given it a version.
            version: unsafe { (*class.as_type_ptr()).tp_version_tag },
            layout: std::ptr::from_ref(layout),
            object: found.as_ptr(),
            reads,
        })
    })
}

/// A field of an effect: what `effect.name` gives. The name is interned.
///
/// # Errors
/// As of `effect.name`.
#[inline]
pub(crate) fn read<'py>(
    effect: &Bound<'py, PyAny>,
    name: &Bound<'py, PyString>,
) -> PyResult<Bound<'py, PyAny>> {
    match placed(effect, name) {
        Some(value) => Ok(value),
        None => effect.getattr(name),
    }
}

/// What is at the place of a field, if that is what the field's descriptor would look at.
#[inline]
fn placed<'py>(
    effect: &Bound<'py, PyAny>,
    name: &Bound<'py, PyString>,
) -> Option<Bound<'py, PyAny>> {
    // Without the lock another thread could take the value away while it is read.
    if cfg!(Py_GIL_DISABLED) {
        return None;
    }
    let class = effect.get_type_ptr();
    // SAFETY: the class of an object is alive.
    let call = unsafe { (*class).tp_vectorcall }.map(|call| call as usize);
    if call != Some(construct as *const () as usize) {
        return None;
    }
    // SAFETY: its constructor is `construct`. The layout lives while the class does not change, and nothing runs here. At
    // its offset the effect has a pointer to an object or none, and the effect is alive.
    unsafe {
        let seen = layout_of(class.cast()).filter(|seen| seen.reads)?;
        let fields = (*seen.layout).fields.iter();
        let field = fields
            .take((*seen.layout).required)
            .find(|field| field.name.as_ptr() == name.as_ptr())?;
        let place = effect.as_ptr().byte_add(field.offset);
        let value = place.cast::<*mut ffi::PyObject>().read();
        Bound::from_borrowed_ptr_or_opt(effect.py(), value)
    }
}

/// Makes an effect: what CPython calls for `Class(...)`.
///
/// # Safety
/// Called by CPython, which says what the arguments are.
unsafe extern "C" fn construct(
    class: *mut ffi::PyObject,
    args: *const *mut ffi::PyObject,
    flags: usize,
    names: *mut ffi::PyObject,
) -> *mut ffi::PyObject {
    // SAFETY: by CPython's protocol `args` holds so many positional arguments, and then one for each of `names`. The
    // layout lives while the class does not change; it is held while attributes are set, which may run anything.
    unsafe {
        let given = ffi::PyVectorcall_NARGS(flags as _).cast_unsigned();
        let Some(seen) = layout_of(class) else {
            return usually(ffi::PyType_Type.tp_call, class, args, given, names);
        };
        let layout = &*seen.layout;
        // The usual way to write it: all that is needed in its order, and nothing else.
        if given == layout.required && names.is_null() {
            let effect = allocate(class.cast(), layout);
            if !effect.is_null() {
                for (index, field) in layout.fields.iter().take(given).enumerate() {
                    let value = *args.add(index);
                    ffi::Py_INCREF(value);
                    let place = effect.byte_add(field.offset);
                    place.cast::<*mut ffi::PyObject>().write(value);
                }
            }
            return effect;
        }
        let mut values = [std::ptr::null_mut::<ffi::PyObject>(); FIELDS_MAX];
        let count = layout.fields.len();
        if given > count {
            return usually(ffi::PyType_Type.tp_call, class, args, given, names);
        }
        for (index, value) in values.iter_mut().enumerate().take(given) {
            *value = *args.add(index);
        }
        if !names.is_null() {
            for index in 0..ffi::PyTuple_GET_SIZE(names) {
                let name = ffi::PyTuple_GET_ITEM(names, index);
                let found = layout
                    .fields
                    .iter()
                    .position(|field| field.name.as_ptr() == name);
                match found {
                    Some(place) if values[place].is_null() => {
                        values[place] = *args.add(given + index.cast_unsigned());
                    }
                    // One that is not known, or given twice: the usual way says so.
                    _ => return usually(ffi::PyType_Type.tp_call, class, args, given, names),
                }
            }
        }
        if values[..layout.required]
            .iter()
            .any(|value| value.is_null())
        {
            return usually(ffi::PyType_Type.tp_call, class, args, given, names);
        }
        let effect = allocate(class.cast(), layout);
        if effect.is_null() {
            return effect;
        }
        for (field, value) in layout.fields.iter().zip(values).take(layout.required) {
            ffi::Py_INCREF(value);
            effect
                .byte_add(field.offset)
                .cast::<*mut ffi::PyObject>()
                .write(value);
        }
        if count == layout.required {
            return effect;
        }
        ffi::Py_INCREF(seen.object);
        let mut done = 0;
        for (field, value) in layout.fields.iter().zip(values).skip(layout.required) {
            let is_default = field
                .default
                .as_ref()
                .is_some_and(|one| value == one.as_ptr());
            if done == 0 && !value.is_null() && !is_default {
                done = ffi::PyObject_GenericSetAttr(effect, field.name.as_ptr(), value);
            }
        }
        ffi::Py_DECREF(seen.object);
        if done == 0 {
            return effect;
        }
        ffi::Py_DECREF(effect);
        std::ptr::null_mut()
    }
}

/// A new object of a class, its fields empty.
///
/// # Safety
/// The layout is the one of the class.
#[inline]
unsafe fn allocate(class: *mut ffi::PyTypeObject, layout: &Layout) -> *mut ffi::PyObject {
    // SAFETY: the class is alive, and has these functions, as every class has.
    unsafe {
        let Some(alloc) = (*class).tp_alloc else {
            return std::ptr::null_mut();
        };
        let effect = alloc(class, 0);
        if effect.is_null() {
            return effect;
        }
        // It is zeroed: an `EffectBase` without a number and with empty fields.
        let number = effect.byte_add(layout.number).cast::<AtomicU64>();
        (*number).store(EffectBase::next_number(), Ordering::Relaxed);
        if let Some(place) = layout.asked {
            effect
                .byte_add(place)
                .cast::<Asked>()
                .write(Asked::default());
        }
        effect
    }
}

/// Does what is called without a tuple of arguments by the usual way, which takes one: says what is wrong with them.
///
/// # Safety
/// As for `construct`, with the number of positional arguments. `call` is what the class of `callee` is called by.
#[cold]
pub(crate) unsafe fn usually(
    call: Option<ffi::ternaryfunc>,
    callee: *mut ffi::PyObject,
    args: *const *mut ffi::PyObject,
    given: usize,
    names: *mut ffi::PyObject,
) -> *mut ffi::PyObject {
    Python::attach(|py| {
        let all = || -> PyResult<_> {
            let mut positional = Vec::with_capacity(given);
            for index in 0..given {
                // SAFETY: there are so many.
                positional.push(unsafe { Bound::from_borrowed_ptr(py, *args.add(index)) });
            }
            let keywords = pyo3::types::PyDict::new(py);
            // SAFETY: the names are a tuple, or there are none.
            if let Some(names) = unsafe { Bound::from_borrowed_ptr_or_opt(py, names) } {
                for (index, name) in names.cast::<PyTuple>()?.iter().enumerate() {
                    // SAFETY: there is one for each name.
                    let value = unsafe { Bound::from_borrowed_ptr(py, *args.add(given + index)) };
                    keywords.set_item(name, value)?;
                }
            }
            Ok((PyTuple::new(py, positional)?, keywords))
        };
        match all() {
            Ok((positional, keywords)) => {
                match call {
                    // SAFETY: it takes what is called, a tuple and a dictionary.
                    Some(call) => unsafe { call(callee, positional.as_ptr(), keywords.as_ptr()) },
                    None => std::ptr::null_mut(),
                }
            }
            Err(error) => {
                error.restore(py);
                std::ptr::null_mut()
            }
        }
    })
}
