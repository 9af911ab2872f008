//! Tables of HTML, as data frames print them.

/// A table: every row has a text for each column.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Table {
    /// Rows of the head, from the top: several for a column index of several
    /// levels.
    pub head: Vec<Vec<String>>,
    /// Rows of the body.
    pub body: Vec<Vec<String>>,
    /// How many columns at the left are names of rows: `th` in the body.
    pub row_names: usize,
}
