//! Where a generator or a coroutine stands. CPython tells it by a frame object, which it makes for that and keeps for as
//! long as the generator lives: that is more memory than the generator itself. Here is read what that object reads.

#[cfg(not(Py_3_14))]
use pyo3::ffi;
#[cfg(any(Py_3_14, not(Py_3_12)))]
use pyo3::intern;
use pyo3::prelude::*;

/// The code object and the offset of the instruction that it waits at, of a generator or coroutine that waits.
///
/// # Panics
/// It is neither.
#[cfg(not(Py_3_14))]
pub(crate) fn standing<'py>(object: &Bound<'py, PyAny>) -> Option<(Bound<'py, PyAny>, i32)> {
    let class = object.get_type_ptr();
    assert!(
        [&raw mut ffi::PyGen_Type, &raw mut ffi::PyCoro_Type].contains(&class),
        "a generator or a coroutine"
    );
    let generator = object.as_ptr().cast::<ffi::PyGenObject>();
    // SAFETY: it is a generator or a coroutine of CPython, which are laid out alike; until 3.14 that is public. One that
    // waits has its frame at its end.
    unsafe {
        if (*generator).gi_frame_state >= 0 {
            return None;
        }
        of_frame(object, (&raw mut (*generator).gi_iframe).cast())
    }
}

#[cfg(Py_3_14)]
pub(crate) use slowly as standing;

/// # Safety
/// It is the frame of this object, which waits.
#[cfg(all(Py_3_12, not(Py_3_14)))]
#[inline]
unsafe fn of_frame<'py>(
    object: &Bound<'py, PyAny>,
    frame: *mut std::ffi::c_void,
) -> Option<(Bound<'py, PyAny>, i32)> {
    // SAFETY: CPython takes the frame, and gives a code object that is ours.
    unsafe {
        let code = ffi::PyUnstable_InterpreterFrame_GetCode(frame.cast());
        let code = Bound::from_owned_ptr_or_opt(object.py(), code)?;
        let instruction = ffi::PyUnstable_InterpreterFrame_GetLasti(frame.cast());
        Some((code, instruction))
    }
}

/// # Safety
/// It is the frame of this object, which waits.
#[cfg(not(Py_3_12))]
#[inline]
unsafe fn of_frame<'py>(
    object: &Bound<'py, PyAny>,
    frame: *mut std::ffi::c_void,
) -> Option<(Bound<'py, PyAny>, i32)> {
    use std::sync::atomic::{AtomicUsize, Ordering};

    /// How far behind the beginning of a code object its instructions begin; 0 until it is known.
    static INSTRUCTIONS: AtomicUsize = AtomicUsize::new(0);

    // SAFETY: a frame of CPython 3.11, which does not change any more, is made of words. The fifth is its code object,
    // the eighth the address of the instruction.
    let (code, at) = unsafe {
        let words = frame.cast::<usize>();
        (words.add(4).read(), words.add(7).read())
    };
    let begin = INSTRUCTIONS.load(Ordering::Relaxed);
    if begin == 0 {
        // Once it is asked in CPython's own way, and that tells where the instructions are.
        let (own, instruction) = slowly(object)?;
        let begin = at.checked_sub(code + usize::try_from(instruction).ok()?)?;
        INSTRUCTIONS.store(begin, Ordering::Relaxed);
        return Some((own, instruction));
    }
    // SAFETY: the frame holds the code object.
    let code = unsafe { Bound::from_borrowed_ptr(object.py(), code as *mut ffi::PyObject) };
    let instruction = at.checked_sub(code.as_ptr() as usize + begin)?;
    Some((code, i32::try_from(instruction).ok()?))
}

/// The same, by a frame object.
#[cfg(any(Py_3_14, not(Py_3_12)))]
pub(crate) fn slowly<'py>(object: &Bound<'py, PyAny>) -> Option<(Bound<'py, PyAny>, i32)> {
    let py = object.py();
    let frame = object
        .getattr(intern!(py, "gi_frame"))
        .or_else(|_| object.getattr(intern!(py, "cr_frame")))
        .ok()
        .filter(|frame| !frame.is_none())?;
    let code = frame.getattr(intern!(py, "f_code")).ok()?;
    let instruction = frame.getattr(intern!(py, "f_lasti")).ok()?;
    Some((code, instruction.extract().ok()?))
}
