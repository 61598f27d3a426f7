//! Standard output and standard error, either of which may be closed before we are done.

use std::io::{IsTerminal, Write};

/// Writes to standard output at once; `false` where nobody reads it any more.
#[must_use]
pub(crate) fn put(text: &str) -> bool {
    let mut stdout = std::io::stdout().lock();
    stdout.write_all(text.as_bytes()).and_then(|()| stdout.flush()).is_ok()
}

/// Writes to standard error, or not: `eprint!` would panic where it is closed.
pub(crate) fn tell(text: &str) {
    let _ = std::io::stderr().lock().write_all(text.as_bytes());
}

/// Writes a line to standard error.
pub(crate) fn tell_line(text: &str) {
    tell(&format!("{text}\n"));
}

/// Whether standard error shows colours: a terminal does, unless it or its person says no.
pub(crate) fn colour() -> bool {
    let says = |name: &str, matches: fn(&str) -> bool| std::env::var(name).is_ok_and(|value| matches(&value));
    std::io::stderr().is_terminal()
        && !says("NO_COLOR", |value| !value.is_empty())
        && !says("TERM", |value| value == "dumb")
}
