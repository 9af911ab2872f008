//! Notebooks as text that people read, review and edit: percent scripts and
//! Markdown, both ways, in the forms of jupytext.
//!
//! Text holds what people wrote: kinds, sources, metadata. Outputs stay in
//! the notebook.

pub mod ipynb;
mod model;
mod update;

pub use model::{Metadata, TextCell, TextNotebook};
pub use update::update;
