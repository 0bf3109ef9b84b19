//! What a thread of a test takes of the system's memory: at once, and all in all.

#![allow(unreachable_pub, reason = "test binaries have no public names")]

use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::Cell;

thread_local! {
    static HELD_BYTES: Cell<isize> = const { Cell::new(0) };
    static MOST_BYTES: Cell<isize> = const { Cell::new(0) };
    static TAKEN_BYTES: Cell<u64> = const { Cell::new(0) };
}

/// The system's allocator, which counts what each thread takes and gives back.
struct Counting;

#[global_allocator]
static ALLOCATOR: Counting = Counting;

fn count(bytes: isize) {
    // A thread that ends has no counter any more.
    let _ = HELD_BYTES.try_with(|held| {
        held.set(held.get() + bytes);
        let _ = MOST_BYTES.try_with(|most| most.set(most.get().max(held.get())));
    });
    if let Ok(bytes) = u64::try_from(bytes) {
        let _ = TAKEN_BYTES.try_with(|taken| taken.set(taken.get() + bytes));
    }
}

#[allow(unsafe_code, reason = "an allocator is unsafe by its trait")]
// SAFETY: every call goes on to the system's allocator as it came; counting touches no memory that is handed out.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        count(layout.size().cast_signed());
        // SAFETY: the caller's promise is passed on.
        unsafe { System.alloc(layout) }
    }

    unsafe fn alloc_zeroed(&self, layout: Layout) -> *mut u8 {
        count(layout.size().cast_signed());
        // SAFETY: the caller's promise is passed on.
        unsafe { System.alloc_zeroed(layout) }
    }

    unsafe fn dealloc(&self, at: *mut u8, layout: Layout) {
        count(-layout.size().cast_signed());
        // SAFETY: the caller's promise is passed on.
        unsafe { System.dealloc(at, layout) }
    }

    unsafe fn realloc(&self, at: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        count(size.cast_signed() - layout.size().cast_signed());
        // SAFETY: the caller's promise is passed on.
        unsafe { System.realloc(at, layout, size) }
    }
}

/// What this thread has taken of memory so far.
#[derive(Debug, Clone, Copy)]
pub struct Taken {
    /// The most bytes that it held at once.
    pub most_bytes: u64,
    /// All bytes that it ever took, those that it gave back included.
    pub all_bytes: u64,
}

/// What this thread has taken so far.
pub fn taken() -> Taken {
    Taken {
        most_bytes: u64::try_from(MOST_BYTES.get()).unwrap_or_default(),
        all_bytes: TAKEN_BYTES.get(),
    }
}
