//! Notebooks as text that people read, review and edit: percent scripts and
//! Markdown, both ways, in the forms of jupytext.
//!
//! Text holds what people wrote: kinds, sources, metadata. Outputs stay in
//! the notebook.

mod blank_lines;
mod direction;
mod ends;
mod fences;
pub mod filter;
pub mod format;
pub mod header;
pub mod ipynb;
pub mod languages;
pub mod light;
mod literal;
pub mod magics;
pub mod markdown;
mod model;
pub mod myst;
pub mod options;
mod pairing;
pub mod percent;
mod placed;
mod quotes;
pub mod settings;
#[cfg(test)]
mod testing;
pub mod text;
mod update;
mod verify;
pub mod yaml;

pub use direction::{Base, Direction, Memory, Paired, direction};
pub use format::{Format, Target};
pub use model::{Extras, Metadata, TextCell, TextNotebook, text_notebook};
pub use pairing::{PairFormat, PairedName, SpecError, pair_formats};
pub use update::update;
pub use verify::{Difference, differences};
