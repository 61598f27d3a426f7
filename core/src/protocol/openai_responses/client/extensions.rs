//! Extensions of what stands inside a request: messages, parts and tools.

use crate::json::Writer;
use crate::model::{Extension, LossAction};
use crate::protocol::encoding::Encoding;
use crate::protocol::openai_responses::names::WIRE;

/// Writes the extensions of this wire into the open object, whose fields `known` are its own.
pub(super) fn write(
    w: &mut Writer,
    extensions: &[Extension],
    known: &[&str],
    path: &str,
    encoding: &mut Encoding<'_>,
) {
    for extension in extensions {
        let name = extension.name.as_str();
        let why = if extension.wire != WIRE {
            alloc::format!("only {} knows this field", extension.wire)
        } else if known.contains(&name) {
            "the request sets this field already".into()
        } else {
            w.key(name).raw(extension.value.as_str());
            continue;
        };
        encoding.lose(LossAction::Dropped, alloc::format!("{path}.extensions.{name}"), why);
    }
}
