//! What a changed part of an output means, where more is known of it than
//! its bytes or lines: pixels, table cells, values of JSON.

use super::Change;
use crate::json::Value;
use crate::media::picture::Picture;

/// What a change means.
#[derive(Clone, Debug)]
pub enum Meaning<'a> {
    /// Two pictures.
    Picture(PictureDiff),
    /// Two tables of HTML.
    Table(TableDiff),
    /// Two values of JSON, by pointer: few enough changes to be told.
    Json(Vec<PointerChange<'a>>),
}

/// How two pictures differ.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct PictureDiff {
    /// As it was.
    pub old: Picture,
    /// As it is.
    pub new: Picture,
    /// How their pixels differ.
    pub pixels: Pixels,
}

/// How the pixels of two pictures differ.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Pixels {
    /// Not at all, whatever the bytes: no change.
    Same,
    /// In some places of pictures of one size.
    Differ {
        /// The share of pixels that differ, above 0 and up to 1.
        share: f64,
        /// By how much those differ on average over their channels, above 0
        /// and up to 1.
        mean: f64,
        /// By how much the one that differs most does, likewise.
        max: f64,
    },
    /// The pictures are of different sizes.
    OtherSize,
    /// They were not compared.
    Unknown(Undecoded),
}

/// Why pixels were not compared.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Undecoded {
    /// Nobody asked.
    NotAsked,
    /// The picture is larger than what is decoded.
    TooLarge,
    /// So much was decoded for this notebook already.
    OverBudget,
    /// The first pictures are the same, those that follow were not compared.
    Animated,
    /// The data is damaged.
    Broken,
}

/// How two tables differ: the columns and rows of both, each once, in the
/// order in which people would read them.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct TableDiff {
    /// The columns.
    pub columns: Vec<TableLine>,
    /// The rows.
    pub rows: Vec<TableRow>,
    /// What is said around the tables, if that changed: a caption, how many
    /// rows there are.
    pub notes: Option<Change<String>>,
}

/// A column or a row of two tables.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct TableLine {
    /// What its head says now, or said before it was removed: the texts of
    /// all levels, joined by ` / `.
    pub name: String,
    /// Its index in the old table, from zero, names of rows not counted.
    pub old: Option<usize>,
    /// Its index in the new table, likewise.
    pub new: Option<usize>,
    /// What it was called, if it is on both sides and was renamed. Rows that
    /// are called by their places were not.
    pub old_name: Option<String>,
}

/// A row of two tables.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct TableRow {
    /// Which row it is.
    pub line: TableLine,
    /// What became of its cells: one for each of [`TableDiff::columns`].
    pub cells: Vec<TableCell>,
}

/// What became of a cell of a table.
#[derive(Clone, Debug, Default, PartialEq)]
pub enum TableCell {
    /// On neither side.
    #[default]
    Absent,
    /// On both sides, and the same.
    Same(String),
    /// On both sides, with another text.
    Changed {
        /// As it was.
        old: String,
        /// As it is.
        new: String,
        /// By how much it grew, if both are numbers.
        delta: Option<f64>,
    },
    /// On the new side only.
    Added(String),
    /// On the old side only.
    Removed(String),
}

/// A value of JSON that changed.
#[derive(Clone, Debug)]
pub struct PointerChange<'a> {
    /// Where it stands (RFC 6901), from the root of the value.
    pub pointer: String,
    /// As it was and as it is; `None` where it is not there.
    pub change: Change<Option<Value<'a>>>,
}
