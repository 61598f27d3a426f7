//! How much reading costs, for the law that it is linear. Nothing is counted outside of tests.

/// So many bytes were looked at, or copied.
#[cfg(not(test))]
pub(super) const fn count(_bytes: usize) {}

#[cfg(test)]
pub(super) use counter::count;

#[cfg(test)]
pub(super) mod counter {
    extern crate std;

    use core::cell::Cell;

    std::thread_local! {
        static BYTES: Cell<u64> = const { Cell::new(0) };
    }

    pub(in crate::tool_text) fn count(bytes: usize) {
        BYTES.with(|all| all.set(all.get() + bytes as u64));
    }

    /// What this thread has counted so far.
    pub(in crate::tool_text) fn counted() -> u64 {
        BYTES.with(Cell::get)
    }
}
