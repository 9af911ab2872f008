//! Notebooks as text that people read, review and edit: percent scripts and
//! Markdown, both ways, in the forms of jupytext.
//!
//! Text holds what people wrote: kinds, sources, metadata. Outputs stay in
//! the notebook.

mod blank_lines;
pub mod filter;
pub mod format;
pub mod header;
pub mod languages;
pub mod light;
mod literal;
pub mod magics;
mod model;
pub mod options;
pub mod percent;
mod quotes;
pub mod settings;
pub mod yaml;

pub use format::{Format, Target};
pub use model::{Extras, Metadata, TextCell, TextNotebook, text_notebook};
