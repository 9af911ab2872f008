//! Magics in scripts: commented out on writing, and back on reading.

/// Where a line stands.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Place {
    /// In a cell that is known to be code.
    Code,
    /// Anywhere.
    Anywhere,
}

/// Comments magics out.
///
/// `language` is the cell's; lines that belong to a string are left alone.
pub fn comment_magics(_lines: Vec<String>, _language: &str) -> Vec<String> {
    todo!()
}

/// Takes the comments off again that [`comment_magics`] puts before magics.
pub fn uncomment_magics(_lines: Vec<String>, _language: &str) -> Vec<String> {
    todo!()
}

pub(super) fn is_magic(_line: &str, _language: &str, _place: Place) -> bool {
    false
}
