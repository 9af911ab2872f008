//! What the two sides did that only people can decide, as plain data.

/// Something that both sides changed, each in its own way.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Conflict {
    /// The index of the cell in the merged notebook, from zero; `None` if it
    /// is about the notebook.
    pub cell: Option<usize>,
    /// What of it.
    pub what: Disputed,
    /// What stood there: lines of a source, or JSON; the last line has an end,
    /// too. `None` if nothing did, or if the style of the markers does not show
    /// it.
    pub base: Option<String>,
    /// What ours has there; `None` if nothing.
    pub ours: Option<String>,
    /// What theirs has there; `None` if nothing.
    pub theirs: Option<String>,
}

/// What a conflict is about.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Disputed {
    /// Lines of the source. A side without lines (`None`, not an empty text)
    /// deleted the whole cell.
    Source,
    /// What the cell is: JSON strings.
    Kind,
    /// A key of the metadata, behind those of the objects it lies in: JSON.
    Metadata(Vec<String>),
    /// The attachment of this name: JSON strings with the names under which
    /// the versions are kept in the cell.
    Attachment(String),
    /// The outputs: JSON arrays with the indices of the outputs of each side
    /// in the merged cell.
    Outputs,
    /// Another key of the cell or the notebook: JSON.
    Other(String),
    /// Different new cells at one place, ours first and theirs behind them:
    /// JSON arrays with the first lines of the cells. The cells follow the
    /// note about them.
    Inserts,
}
