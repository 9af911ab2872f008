//! Jupyter notebooks in git, by content: the library behind the `nbweave`
//! command.
//!
//! # Bytes are the owner's
//!
//! A notebook is a file that people own. Reading it gives a
//! [`json::Document`]: the bytes, and where every value stands. What is to be
//! changed is a list of edits on those places ([`json::Edits`]); whatever
//! nobody edits is copied, never printed anew. Indentation, key order,
//! escapes, the spelling of numbers, line ends, unknown keys all survive, and
//! an operation with nothing to do changes nothing.
//!
//! # Pure functions
//!
//! Everything is a function of its arguments: no clock,
//! no environment, no randomness. Equal inputs give equal bytes.

pub mod error;
pub mod json;
pub mod notebook;
pub mod strip;
