//! What a merge may decide on its own, and how it writes down what it may not.

/// One of the two versions that are merged, in git's terms.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub enum Side {
    /// The version that is merged into.
    Ours,
    /// The version that is merged.
    Theirs,
}

impl Side {
    /// Returns the other one.
    #[must_use]
    pub fn other(self) -> Self {
        match self {
            Self::Ours => Self::Theirs,
            Self::Theirs => Self::Ours,
        }
    }

    /// Returns git's word for it: `ours`.
    pub fn name(self) -> &'static str {
        match self {
            Self::Ours => "ours",
            Self::Theirs => "theirs",
        }
    }
}

/// How [`merge`](super::merge) decides and writes.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct MergeOptions {
    /// Whose outputs stay if both sides ran a cell and its source is the same
    /// on both.
    pub outputs: OutputChoice,
    /// How a conflict in a source is written.
    pub style: ConflictStyle,
    /// What is taken where lines conflict; `None` leaves conflicts to people.
    pub favor: Option<Favor>,
    /// What becomes of different new cells at one place.
    pub inserts: Inserts,
    /// What becomes of changed lines that touch but do not overlap.
    pub adjacent: Adjacent,
    /// The names of the versions behind conflict markers.
    pub labels: Labels,
    /// How long conflict markers are, in characters; more where the text holds
    /// such a run itself, and never less than 4. Git's default is 7.
    pub marker_size: usize,
}

impl Default for MergeOptions {
    fn default() -> Self {
        Self {
            outputs: OutputChoice::Ours,
            style: ConflictStyle::Merge,
            favor: None,
            inserts: Inserts::Both,
            adjacent: Adjacent::Conflict,
            labels: Labels::default(),
            marker_size: 7,
        }
    }
}

/// Whose outputs stay if both sides ran a cell.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum OutputChoice {
    /// Those of ours.
    Ours,
    /// Those of theirs.
    Theirs,
    /// None: the cell is to be run again.
    Clear,
    /// Both, and a conflict.
    Conflict,
}

/// How a conflict in a source is written: git's `merge.conflictStyle`.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum ConflictStyle {
    /// Both sides.
    Merge,
    /// Both sides and the base between them.
    Diff3,
    /// As [`Self::Diff3`], with lines that both sides have at the start or end
    /// put outside.
    Zdiff3,
}

/// What is taken where both sides changed the same: `git merge-file`'s
/// `--ours`, `--theirs`, `--union`.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Favor {
    /// What ours has.
    Ours,
    /// What theirs has.
    Theirs,
    /// The lines of both, ours first. What cannot be both is ours.
    Union,
}

/// What becomes of different new cells at one place.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Inserts {
    /// Both stay, ours first, without a conflict.
    Both,
    /// Both stay, and it is a conflict.
    Conflict,
}

/// What becomes of changed lines that touch but do not overlap.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Adjacent {
    /// They conflict, as in git.
    Conflict,
    /// They are merged.
    Merge,
}

/// The names of the versions behind conflict markers; empty for none.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Labels {
    /// The name of the base.
    pub base: String,
    /// The name of ours.
    pub ours: String,
    /// The name of theirs.
    pub theirs: String,
}

impl Default for Labels {
    fn default() -> Self {
        Self {
            base: "base".to_owned(),
            ours: "ours".to_owned(),
            theirs: "theirs".to_owned(),
        }
    }
}
