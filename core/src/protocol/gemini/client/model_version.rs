//! Which generation of models a name means.

/// The 3 of `gemini-3.1-pro`.
pub(super) fn model_version(model: &str) -> Option<u32> {
    let (_, rest) = model.split_once("gemini-")?;
    let end = rest.find(|c: char| !c.is_ascii_digit()).unwrap_or(rest.len());
    rest[..end].parse().ok()
}
