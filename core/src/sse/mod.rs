//! Framing: bytes cut anywhere to whole events, and back.

mod decoder;
mod encoder;
mod json_values;

pub use decoder::{Decoder, Frame, FrameError, Frames};
pub use encoder::encode;
pub use json_values::{JsonValues, Values};
