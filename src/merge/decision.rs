//! What a merge decided on its own and people may want to know.

use std::fmt;

use super::Side;

/// One thing that was decided without a conflict.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Decision {
    /// The index of the cell in the merged notebook, from zero; `None` if it
    /// is about the notebook or a cell that is gone.
    pub cell: Option<usize>,
    /// What was decided.
    pub what: Decided,
}

/// What was decided.
#[derive(Clone, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub enum Decided {
    /// Both sides added different cells at one place: this and the next ones
    /// are ours and theirs, in this order.
    BothInserted,
    /// Both sides moved the cell; it is where this side has it.
    BothMoved(Side),
    /// The merged source is neither side's, so the outputs belong to no
    /// source and were dropped.
    OutputsDropped,
    /// Both sides ran the cell; this side's outputs stay.
    OutputsOf(Side),
    /// Both sides ran the cell; its outputs were cleared as asked.
    OutputsCleared,
    /// A side deleted the cell that the other only ran again or relabelled:
    /// it is gone. The first line of its source.
    Deleted(String),
    /// Both sides changed the key of the metadata; this side's value stays.
    KeyOf(String, Side),
    /// The lines that conflicted were taken as asked.
    Favored,
    /// An id was given to two cells, or to none though the format asks for
    /// one; the cell got one made of its content.
    IdGiven,
    /// The base is no notebook that can be read; both sides were merged
    /// without it.
    NoBase,
}

impl fmt::Display for Decided {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::BothInserted => f.write_str("both sides added cells here: all kept, ours first"),
            Self::BothMoved(side) => {
                write!(f, "both sides moved it: it is where {} has it", side.name())
            }
            Self::OutputsDropped => {
                f.write_str("both sides changed the source: outputs dropped, run it again")
            }
            Self::OutputsOf(side) => {
                write!(f, "both sides ran it: outputs of {} kept", side.name())
            }
            Self::OutputsCleared => f.write_str("both sides ran it: outputs cleared"),
            Self::Deleted(line) => write!(
                f,
                "'{line}' deleted: the other side changed nothing in its source"
            ),
            Self::KeyOf(key, side) => {
                write!(f, "both sides changed `{key}`: {} kept", side.name())
            }
            Self::Favored => f.write_str("lines that conflicted were taken as asked"),
            Self::IdGiven => f.write_str("got a new id"),
            Self::NoBase => f.write_str("the base is no notebook: merged without it"),
        }
    }
}
