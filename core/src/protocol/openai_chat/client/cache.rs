//! Cache marks, in the words of the dialect.

use alloc::format;
use alloc::string::String;

use crate::model::{CacheMark, LossAction};
use crate::protocol::dialect::CacheMarks;
use crate::protocol::encoding::Encoding;
use crate::protocol::openai_chat::fields::{Fields, quoted};
use crate::protocol::openai_request;

/// Writes the mark and the key of the whole request.
pub(super) fn encode(encoding: &mut Encoding<'_>, body: &mut Fields) {
    let request = encoding.request;
    if let Some(mark) = &request.cache {
        match encoding.target.dialect.cache {
            CacheMarks::Breakpoint if openai_request::keeps_mark(encoding, "cache") => {
                let mut options = Fields::new().with("mode", quoted("implicit"));
                options.opt_string("ttl", known_ttl(encoding, mark, &["30m"], "cache"));
                body.set("prompt_cache_options", options.write());
            }
            CacheMarks::Breakpoint => {}
            CacheMarks::CacheControl => {
                body.set("cache_control", cache_control(encoding, mark, "cache"));
            }
            CacheMarks::None => {
                encoding.lose(LossAction::Dropped, "cache", "the dialect knows no cache marks");
            }
        }
    }
    match &request.cache_key {
        Some(key) if encoding.target.dialect.is_native => body.string("prompt_cache_key", key),
        Some(_) => encoding.lose(LossAction::Dropped, "cache_key", "the dialect has no such field"),
        None => {}
    }
}

/// Whether parts take marks.
pub(super) fn takes_marks(encoding: &Encoding<'_>) -> bool {
    match encoding.target.dialect.cache {
        CacheMarks::Breakpoint => openai_request::takes_cache_marks(&encoding.request.model),
        CacheMarks::CacheControl => true,
        CacheMarks::None => false,
    }
}

/// Writes the mark of one part.
pub(super) fn encode_part(encoding: &mut Encoding<'_>, mark: &CacheMark, part: &mut Fields, path: &str) {
    let path = &format!("{path}.cache");
    match encoding.target.dialect.cache {
        CacheMarks::Breakpoint if openai_request::keeps_mark(encoding, path) => {
            let mut breakpoint = Fields::new().with("mode", quoted("explicit"));
            breakpoint.opt_string("ttl", known_ttl(encoding, mark, &["30m", "12h"], path));
            part.set("prompt_cache_breakpoint", breakpoint.write());
        }
        CacheMarks::Breakpoint => {}
        CacheMarks::CacheControl => {
            let control = cache_control(encoding, mark, path);
            part.set("cache_control", control);
        }
        CacheMarks::None => {
            encoding.lose(LossAction::Dropped, &**path, "the dialect knows no cache marks");
        }
    }
}

fn cache_control(encoding: &mut Encoding<'_>, mark: &CacheMark, path: &str) -> String {
    let mut control = Fields::of_type("ephemeral");
    control.opt_string("ttl", known_ttl(encoding, mark, &["5m", "1h"], path));
    control.write()
}

/// The mark's time if the dialect knows it; its default stands in place of any other.
fn known_ttl<'m>(
    encoding: &mut Encoding<'_>,
    mark: &'m CacheMark,
    known: &[&str],
    path: &str,
) -> Option<&'m str> {
    let ttl = mark.ttl.as_deref()?;
    if known.contains(&ttl) {
        return Some(ttl);
    }
    let why = format!("the dialect's default time stands in place of {ttl}");
    encoding.lose(LossAction::Approximated, format!("{path}.ttl"), why);
    None
}
