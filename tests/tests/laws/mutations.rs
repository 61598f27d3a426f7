//! With which mutation of the machine each law was seen to fail.
//!
//! Noted so that whoever changes a law can check again that it still bites. Each line was tried by
//! hand: make the change, run the test, see it fail, take the change back.
