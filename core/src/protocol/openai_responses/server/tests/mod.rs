//! What the tests of this folder share.

extern crate std;

mod corpus;
mod json;
mod request;
