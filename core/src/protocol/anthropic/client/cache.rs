//! Cache marks: `cache_control` on blocks and tools, four in a request at the most.

use alloc::string::String;

use crate::json::Writer;
use crate::model::{CacheMark, Content, LossAction, Part, Request, Tool};
use crate::protocol::encoding::Encoding;

/// The API refuses a request with more.
const MAX_MARKS: usize = 4;

/// Writes the marks of one request, the last ones if there are too many: a later mark covers more.
pub(super) struct Marks {
    surplus: usize,
}

impl Marks {
    pub(super) fn of(request: &Request) -> Self {
        let tools =
            request.tools.iter().filter(|t| matches!(t, Tool::Function { cache: Some(_), .. })).count();
        let parts: usize = request.messages.iter().flat_map(|m| &m.parts).map(count).sum();
        let all = tools + parts + usize::from(request.cache.is_some());
        Self { surplus: all.saturating_sub(MAX_MARKS) }
    }

    /// The `cache_control` for a mark at `path`; `None` where it is one too many.
    pub(super) fn control(
        &mut self,
        encoding: &mut Encoding<'_>,
        path: &str,
        mark: &CacheMark,
    ) -> Option<String> {
        if self.surplus > 0 {
            self.surplus -= 1;
            let why = alloc::format!("the wire takes {MAX_MARKS} cache marks, the last ones are kept");
            encoding.lose(LossAction::Dropped, alloc::format!("{path}.cache"), why);
            return None;
        }
        Some(control(encoding, &alloc::format!("{path}.cache"), mark))
    }
}

fn count(part: &Part) -> usize {
    let inside = match &part.content {
        Content::ToolResult(result) => result.content.iter().map(count).sum(),
        _ => 0,
    };
    inside + usize::from(part.cache.is_some())
}

/// The `cache_control` for the mark that stands at `path`, whatever their number.
pub(super) fn control(encoding: &mut Encoding<'_>, path: &str, mark: &CacheMark) -> String {
    let ttl = match mark.ttl.as_deref() {
        Some(ttl) if !matches!(ttl, "5m" | "1h") => {
            let why = alloc::format!("{ttl:?} is neither 5m nor 1h; 1h stands in its place");
            encoding.lose(LossAction::Approximated, alloc::format!("{path}.ttl"), why);
            Some("1h")
        }
        ttl => ttl,
    };
    let mut w = Writer::new();
    w.object(|w| {
        w.key("type").string("ephemeral");
        w.opt_string("ttl", ttl);
    });
    w.finish()
}
