//! Notebooks as text that people read, review and edit: percent scripts and
//! Markdown, both ways, in the forms of jupytext.
//!
//! Text holds what people wrote: kinds, sources, metadata. Outputs stay in
//! the notebook.

mod direction;
mod model;
mod pairing;

pub use direction::{Direction, Paired, direction};
pub use model::{Metadata, TextCell, TextNotebook};
pub use pairing::{PairFormat, PairedName, SpecError, pair_formats};
