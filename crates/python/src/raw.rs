//! What pyo3 does not offer of CPython: the only `unsafe` code of the extension. Each block says why it holds;
//! `tests/python/test_native.py` looks at what they do from outside.
#![expect(
    unsafe_code,
    reason = "resuming a coroutine as fast as a generator, entering a context, counting references and calling without a \
              tuple are calls of CPython that pyo3 does not wrap"
)]

mod calls;
mod guarded;
mod standing;

pub(crate) use calls::{CALL, Call, call_directly, make_directly};
pub(crate) use guarded::Guarded;
pub(crate) use standing::standing;

use pyo3::ffi;
use pyo3::prelude::*;
use pyo3::types::iterator::PySendResult;

use crate::forgotten::EffectBase;

/// The channel with this number, which a process was started with.
pub(crate) fn own_channel(number: std::os::fd::RawFd) -> std::os::unix::net::UnixStream {
    // SAFETY: the number is that of the environment variable, which whoever started this process has set to the
    // descriptor that it made for it; nothing else in the process knows it. A wrong number gives errors when it is used.
    unsafe { std::os::fd::FromRawFd::from_raw_fd(number) }
}

/// The native part of an effect.
///
/// # Panics
/// It is no effect.
#[inline]
pub(crate) fn effect_base<'a>(effect: &'a Bound<'_, PyAny>) -> &'a EffectBase {
    debug_assert!(effect.is_instance_of::<EffectBase>());
    // SAFETY: callers have seen that its class is a subclass of `kont.Effect`, which is one of `EffectBase`; the bases
    // of a class that has instances cannot be changed to ones with another layout.
    unsafe { effect.cast_unchecked::<EffectBase>() }.get()
}

/// Resumes a generator or a coroutine of CPython with a value.
///
/// # Errors
/// What it raises.
#[inline]
pub(crate) fn send<'py>(
    object: &Bound<'py, PyAny>,
    value: &Bound<'py, PyAny>,
) -> PyResult<PySendResult<'py>> {
    let py = object.py();
    let mut result = std::ptr::null_mut();
    // SAFETY: both are live objects of an attached interpreter, and `result` is a place for one pointer. Of an object
    // that cannot be resumed CPython calls the method `send`, or raises.
    let sent = unsafe { ffi::PyIter_Send(object.as_ptr(), value.as_ptr(), &raw mut result) };
    match sent {
        ffi::PySendResult::PYGEN_ERROR => Err(PyErr::fetch(py)),
        ffi::PySendResult::PYGEN_RETURN => {
            // SAFETY: unless it has failed, it has put an object there, which is ours.
            Ok(PySendResult::Return(unsafe {
                Bound::from_owned_ptr(py, result)
            }))
        }
        ffi::PySendResult::PYGEN_NEXT => {
            // SAFETY: as above.
            Ok(PySendResult::Next(unsafe {
                Bound::from_owned_ptr(py, result)
            }))
        }
    }
}

/// A copy of the context of `contextvars` that runs.
///
/// # Errors
/// There is no memory for it.
pub(crate) fn copy_context(py: Python<'_>) -> PyResult<Bound<'_, PyAny>> {
    // SAFETY: the interpreter is attached; what it gives is ours.
    unsafe { Bound::from_owned_ptr_or_err(py, ffi::PyContext_CopyCurrent()) }
}

/// Does something in a context of `contextvars`.
///
/// # Errors
/// The object is no context, or it is entered already.
pub(crate) fn within<T>(context: &Bound<'_, PyAny>, act: impl FnOnce() -> T) -> PyResult<T> {
    /// Leaves the context, also when `act` panics.
    struct Entered<'a, 'py>(&'a Bound<'py, PyAny>);

    impl Drop for Entered<'_, '_> {
        fn drop(&mut self) {
            // SAFETY: it is a live object. That it is the context that was entered last is checked there.
            if unsafe { ffi::PyContext_Exit(self.0.as_ptr()) } != 0 {
                PyErr::fetch(self.0.py()).write_unraisable(self.0.py(), Some(self.0));
            }
        }
    }

    // SAFETY: it is a live object; whether it is a context that can be entered is checked there.
    if unsafe { ffi::PyContext_Enter(context.as_ptr()) } != 0 {
        return Err(PyErr::fetch(context.py()));
    }
    let _entered = Entered(context);
    Ok(act())
}

/// How many references there are to an object.
#[inline]
pub(crate) fn references(object: &Bound<'_, PyAny>) -> isize {
    // SAFETY: it is a live object of an attached interpreter.
    unsafe { ffi::Py_REFCNT(object.as_ptr()) }
}

/// Whether nobody but the caller has an object, not even weakly: nobody can tell it from one that is made anew.
#[inline]
pub(crate) fn is_unshared(object: &Bound<'_, PyAny>) -> bool {
    let pointer = object.as_ptr();
    // SAFETY: as above; where its class says so, there is a pointer to its weak references, or none.
    unsafe {
        #[cfg(Py_3_14)]
        let is_alone = ffi::PyUnstable_Object_IsUniquelyReferenced(pointer) != 0;
        #[cfg(not(Py_3_14))]
        let is_alone = ffi::Py_REFCNT(pointer) == 1;
        let weakly = (*object.get_type_ptr()).tp_weaklistoffset;
        is_alone
            && (weakly <= 0
                || pointer
                    .byte_offset(weakly)
                    .cast::<*mut ffi::PyObject>()
                    .read()
                    .is_null())
    }
}

/// Calls a function with one argument, or with two.
///
/// # Errors
/// What it raises.
#[inline]
pub(crate) fn call<'py>(
    function: &Bound<'py, PyAny>,
    first: &Bound<'py, PyAny>,
    second: Option<&Bound<'py, PyAny>>,
) -> PyResult<Bound<'py, PyAny>> {
    let none = std::ptr::null_mut();
    // CPython may use the place before the arguments.
    let args = [none, first.as_ptr(), second.map_or(none, Bound::as_ptr)];
    let given = 1 + usize::from(second.is_some());
    // SAFETY: these are live objects of an attached interpreter, as many as are given. What comes back is an object
    // that is ours, or none when it raises.
    unsafe {
        let value = ffi::PyObject_Vectorcall(
            function.as_ptr(),
            args.as_ptr().add(1),
            given | ffi::PY_VECTORCALL_ARGUMENTS_OFFSET,
            none,
        );
        Bound::from_owned_ptr_or_err(function.py(), value)
    }
}
