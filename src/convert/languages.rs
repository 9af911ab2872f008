//! The languages that scripts are in: extensions, comments, and the cell
//! magics that are languages.

use super::{Metadata, TextCell};

/// A language as scripts have it.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Script {
    /// The extension, with its dot.
    pub extension: &'static str,
    /// The name, as kernels have it.
    pub language: &'static str,
    /// How comments are written.
    pub comment: Comment,
}

/// How a language writes comments.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Comment {
    /// What stands before one; empty for text that needs no comments.
    pub prefix: &'static str,
    /// What stands behind one, empty in most languages.
    pub suffix: &'static str,
}

impl Comment {
    /// No comments at all, as in Markdown.
    pub const NONE: Self = Self {
        prefix: "",
        suffix: "",
    };

    /// Returns a line as a comment.
    pub fn line(self, _line: &str) -> String {
        todo!()
    }

    /// Returns a comment's line; a line that is no comment as it is.
    pub fn uncommented(self, _line: &str) -> &str {
        todo!()
    }
}

/// Returns the script language of an extension with its dot.
pub fn by_extension(_extension: &str) -> Option<&'static Script> {
    todo!()
}

/// Returns the extension, with its dot, of a notebook's language, for `auto`.
pub fn extension_of(_metadata: &Metadata) -> Option<String> {
    todo!()
}

/// Returns a notebook's language: what its metadata says, or else the
/// extension's.
pub fn main_language(_metadata: &Metadata, _extension: &str) -> Option<String> {
    todo!()
}

/// Returns whether a cell magic of this name is a language (`bash`, `R`).
pub fn is_magic_language(_name: &str) -> bool {
    todo!()
}

/// Returns whether a Markdown fence of this name can be a code cell: the
/// languages of [`is_magic_language`] in their spelling or in upper case.
pub fn is_fence_language(_name: &str) -> bool {
    todo!()
}

/// Splits the language magic off a cell: `%%bash -s x` gives `bash`, `-s x`
/// and the lines behind it.
///
/// `main_language` is the notebook's.
pub fn split_magic<'a>(
    _source: &'a str,
    _main_language: &str,
    _custom: &[String],
) -> Option<(&'a str, &'a str, Option<&'a str>)> {
    todo!()
}

/// Puts the magic back before the source of a cell whose metadata has
/// `language` (and `magic_args`), and takes these out.
pub fn restore_magic(_cell: &mut TextCell, _main_language: &str, _custom: &[String]) {
    todo!()
}
