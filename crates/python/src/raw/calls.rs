//! Calls that CPython makes without a tuple of the arguments.

use pyo3::PyTypeInfo;
use pyo3::ffi;
use pyo3::prelude::*;

use crate::fields::usually;
use crate::k::K;
use crate::operation::{Resume, Transfer, going_on};

/// What CPython calls for `k(value)`, kept in each `K`.
pub(crate) type Call = unsafe extern "C" fn(
    *mut ffi::PyObject,
    *const *mut ffi::PyObject,
    usize,
    *mut ffi::PyObject,
) -> *mut ffi::PyObject;

/// The only one that there is.
pub(crate) const CALL: Call = call_k;

/// Has CPython make `Resume(k, value)` and `Transfer(k, value)` by `make`.
pub(crate) fn make_directly(py: Python<'_>) {
    // SAFETY: the classes were made just now by this thread, and nobody else has them yet.
    unsafe {
        (*Resume::type_object_raw(py)).tp_vectorcall = Some(make::<true>);
        (*Transfer::type_object_raw(py)).tp_vectorcall = Some(make::<false>);
    }
}

/// `Resume(k, value)` or `Transfer(k, value)`.
///
/// # Safety
/// Called by CPython, which says what the arguments are.
unsafe extern "C" fn make<const WAITS: bool>(
    class: *mut ffi::PyObject,
    args: *const *mut ffi::PyObject,
    flags: usize,
    names: *mut ffi::PyObject,
) -> *mut ffi::PyObject {
    // SAFETY: by CPython's protocol the interpreter is attached, and `args` holds so many positional arguments, and then
    // one for each of `names`.
    unsafe {
        let given = ffi::PyVectorcall_NARGS(flags as _).cast_unsigned();
        if given == 2 && names.is_null() {
            let py = Python::assume_attached();
            let k = Bound::from_borrowed_ptr(py, *args);
            let value = Bound::from_borrowed_ptr(py, *args.add(1));
            if let Ok(k) = k.cast_exact::<K>() {
                return match going_on(k, &value, WAITS) {
                    Ok(made) => made.into_ptr(),
                    Err(error) => {
                        error.restore(py);
                        std::ptr::null_mut()
                    }
                };
            }
        }
        usually(ffi::PyType_Type.tp_call, class, args, given, names)
    }
}

/// Has CPython find what it is to call in the objects of the class `K`: at `field`, which is a part of `k`.
pub(crate) fn call_directly(k: &Bound<'_, K>, field: &Call) {
    let offset = std::ptr::from_ref(field) as usize - k.as_ptr() as usize;
    let class = k.get_type_ptr();
    // SAFETY: the class was made just now by this thread, and nobody else has it yet. At this offset each of its
    // objects has such a function.
    unsafe {
        (*class).tp_vectorcall_offset = offset.cast_signed();
        #[cfg(not(Py_GIL_DISABLED))]
        {
            (*class).tp_flags |= ffi::Py_TPFLAGS_HAVE_VECTORCALL;
        }
        #[cfg(Py_GIL_DISABLED)]
        (*class).tp_flags.fetch_or(
            ffi::Py_TPFLAGS_HAVE_VECTORCALL,
            std::sync::atomic::Ordering::Relaxed,
        );
    }
}

/// `k(value)`.
///
/// # Safety
/// Called by CPython, which says what the arguments are.
unsafe extern "C" fn call_k(
    k: *mut ffi::PyObject,
    args: *const *mut ffi::PyObject,
    flags: usize,
    names: *mut ffi::PyObject,
) -> *mut ffi::PyObject {
    // SAFETY: by CPython's protocol the interpreter is attached, `k` is an object of the class that has this function,
    // and `args` holds so many positional arguments, and then one for each of `names`.
    unsafe {
        let given = ffi::PyVectorcall_NARGS(flags as _).cast_unsigned();
        if given == 1 && names.is_null() {
            let py = Python::assume_attached();
            let object = Bound::from_borrowed_ptr(py, k);
            let value = Bound::from_borrowed_ptr(py, *args);
            if object.cast_unchecked::<K>().get().accept(&value) {
                return object.into_ptr();
            }
        }
        usually((*ffi::Py_TYPE(k)).tp_call, k, args, given, names)
    }
}
