//! JSON that keeps its bytes: a file is read into a [`Document`], which knows
//! where every value stands, and changed by [`Edits`] on those places.
//!
//! Nothing here knows what a notebook is. Two promises hold for every file
//! that can be read:
//!
//! * no edits, no change: whatever nobody edits is copied, byte for byte;
//! * what Python's `json` module reads is read, since Python writes these
//!   files: `NaN`, `Infinity`, lone surrogates, repeated keys, numbers of any
//!   length, any depth. A byte order mark, raw control characters inside a
//!   line and unknown escapes are taken too.

mod edit;
mod format;
mod place;
mod read;
mod scan;
mod splice;
mod style;
mod value;

pub use edit::{Edit, Edits};
pub use format::{KeyOrder, format, format_at, string};

pub use place::raw_length;
pub use read::Document;
pub use splice::{Item, splice};
pub use style::{Escapes, Indent, LineEnd, Style};
pub use value::{Elements, Kind, Leaves, Member, Members, Value};

/// A place in a file: byte offsets, from the first byte to the one after the
/// last.
pub type Span = std::ops::Range<usize>;
