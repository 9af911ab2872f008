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
//! Everything but [`fs`], [`git`] and [`store`] is a function of its arguments:
//! no clock, no environment, no randomness. Equal inputs give equal bytes.
//!
//! # Example
//!
//! ```
//! use nbweave::strip::{StripOptions, strip};
//!
//! let notebook = br#"{"cells": [{"cell_type": "code", "execution_count": 7,
//!     "outputs": [{"output_type": "stream", "name": "stdout", "text": "hi"}],
//!     "source": "print('hi')"}], "nbformat": 4}"#;
//! let stripped = strip(notebook, &StripOptions::default())?;
//! let clean = String::from_utf8_lossy(&stripped.edits.apply(notebook)).into_owned();
//! assert!(clean.contains(r#""execution_count": null"#));
//! assert!(clean.contains(r#""outputs": []"#));
//! # Ok::<(), nbweave::error::Error>(())
//! ```

pub mod check;
pub mod convert;
pub mod diff;
pub mod error;
pub mod fs;
pub mod git;
pub mod json;
pub mod media;
pub mod merge;
pub mod notebook;
pub mod render;
pub mod settings;
pub mod store;
pub mod strip;
