//! What people see of an operation's result: text for a terminal or a file.
//!
//! Renderers are given data and write text. They open no files and ask
//! nothing about the terminal. Whatever comes from a notebook is made
//! harmless on the way: no control character gets through.

mod brief;
mod check;
mod conflicts;
mod escape;
mod html;
mod hunks;
mod json;
mod line;
mod markdown;
mod merge;
mod merge_json;
mod metadata;
mod outputs;
mod patch;
mod pictures;
mod review;
mod rows;
mod show;
mod side_by_side;
mod stat;
mod summary;
mod syntax;
mod text;
mod theme;
mod unified;
mod values;
mod wrap;

pub use check::{CheckedFile, ReportFormat, report, statistics};
pub use conflicts::{conflict_line, show_conflict, stray_line};
pub use html::{HtmlSection, html_page, html_remark, html_section, html_text};
pub use json::json;
pub use markdown::{
    BadMarker, MarkdownOptions, MarkdownSection, Marker, markdown, markdown_remark,
    markdown_section, markdown_text,
};
pub use merge::{cell_name, merge_lines};
pub use merge_json::{MergedBy, merge_json};
pub use patch::patch;
pub use pictures::Graphics;
pub use review::{PictureFile, ReviewForm, extension, pictures, review, textconv};
pub use show::show;
pub use stat::{FileStat, FileStatus, NameEnd, name_only, name_status, stat, write_stat};
pub use summary::{Quiet, quiet};
pub use text::text_diff;
pub use theme::{SyntaxTheme, Theme};
pub use unified::unified;
pub use values::{counted, size};

/// How results are shown.
#[derive(Clone, Copy, Debug)]
pub struct RenderOptions {
    /// How many unchanged lines stand around a change.
    pub context: usize,
    /// Whether noise is shown.
    pub detail: Detail,
    /// How a notebook is shown in which no source changed.
    pub reruns: Reruns,
    /// How changed words are shown.
    pub word_diff: WordDiff,
    /// How many lines of an output are shown at most.
    pub output_lines: usize,
    /// How many columns there are, for what is fitted to them.
    pub width: usize,
    /// Where the old and the new side of a text stand.
    pub layout: Layout,
    /// How the terminal shows pictures, if they are to be shown.
    pub graphics: Option<Graphics>,
}

impl Default for RenderOptions {
    fn default() -> Self {
        Self {
            context: 3,
            detail: Detail::Meant,
            reruns: Reruns::Full,
            word_diff: WordDiff::None,
            output_lines: 20,
            width: 80,
            layout: Layout::Unified,
            graphics: None,
        }
    }
}

/// How much is shown.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub enum Detail {
    /// What people mean; noise is counted.
    #[default]
    Meant,
    /// Noise, too, and outputs in full.
    All,
}

/// How a notebook is shown in which no source changed and no cell came or
/// went.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub enum Reruns {
    /// As any other.
    #[default]
    Full,
    /// In one line that says what changed where, unless all is shown.
    Brief,
}

/// How the words that changed in a line are shown.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub enum WordDiff {
    /// By color in lines that stand below each other, old and new.
    #[default]
    None,
    /// In one line, as `[-old-]{+new+}`.
    Plain,
    /// In one line, by color alone.
    Color,
}

/// Where the old and the new side of a text stand.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub enum Layout {
    /// Below each other.
    #[default]
    Unified,
    /// In two columns, where there is room for them.
    SideBySide,
}

/// What the two versions of a file are called.
#[derive(Clone, Copy, Debug)]
pub struct FileNames<'a> {
    /// The path as it was; `None` if there was no file.
    pub old: Option<&'a str>,
    /// The path as it is; `None` if the file is gone.
    pub new: Option<&'a str>,
    /// What stands before an old path: `a/`, if git was not told otherwise.
    pub old_prefix: &'a str,
    /// What stands before a new path: `b/`, if git was not told otherwise.
    pub new_prefix: &'a str,
    /// Lines on modes, renames and ids, as git writes them below the first.
    pub extended: &'a str,
    /// The address of the file as it is, if its name is to be a link.
    pub link: Option<&'a str>,
}

impl<'a> FileNames<'a> {
    /// Names two versions of one file.
    pub fn of(path: &'a str) -> Self {
        Self::between(path, path)
    }

    /// Names two files.
    pub fn between(old: &'a str, new: &'a str) -> Self {
        Self {
            old: Some(old),
            new: Some(new),
            old_prefix: "a/",
            new_prefix: "b/",
            extended: "",
            link: None,
        }
    }
}
