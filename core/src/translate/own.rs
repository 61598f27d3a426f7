//! What stands in a request without a name of its vendor, on the wire of another one.

use alloc::string::String;

use crate::model::{Content, Media, Part, Request, Source, Wire};
use crate::protocol::Dialect;

/// Gives what only its vendor knows (parts, ids of files) to the vendor that answers on the application's own
/// wire: an application writes it for whom it talks to, and the wire's first vendor is but a guess.
pub(super) fn take(request: &mut Request, wire: Wire, vendor: &str) {
    let guessed = Dialect::of_wire(wire).vendor;
    if guessed == vendor {
        return;
    }
    for part in request.messages.iter_mut().flat_map(|message| &mut message.parts) {
        rename(part, wire, guessed, vendor);
        if let Content::ToolResult(result) = &mut part.content {
            result.content.iter_mut().for_each(|part| rename(part, wire, guessed, vendor));
        }
    }
}

fn rename(part: &mut Part, of: Wire, guessed: &str, known: &str) {
    let name: Option<&mut String> = match &mut part.content {
        Content::Vendor { vendor, wire, .. } if *wire == of => Some(vendor),
        Content::Media(Media { source: Source::Id { vendor, .. }, .. }) => Some(vendor),
        _ => None,
    };
    if let Some(name) = name.filter(|name| *name == guessed) {
        *name = known.into();
    }
}
