//! Notebooks as text that people read, review and edit: percent scripts and
//! Markdown, both ways, in the forms of jupytext.
//!
//! Text holds what people wrote: kinds, sources, metadata. Outputs stay in
//! the notebook.

mod model;
mod pairing;

pub use model::{Metadata, TextCell, TextNotebook};
pub use pairing::{PairFormat, PairedName, SpecError, pair_formats};
