//! YAML as PyYAML writes and reads it.

mod read;
mod scalar;
mod write;

pub use read::read;
pub use write::write;

/// How YAML is written.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Style {
    /// `safe_dump`'s block style: keys sorted, ASCII only.
    Block,
    /// MyST's: keys in their order, Unicode, lists without objects as
    /// `[a, b]`.
    Compact,
    /// As [`Style::Block`], with keys in their order.
    Ordered,
}
