//! Two versions of a file: whether they differ, and how that is written.

use std::io;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;

use nbweave::diff::{Change, DiffOptions, NotebookDiff, diff_notebooks};
use nbweave::error::{Error, ErrorKind};
use nbweave::git::Status;
use nbweave::json::Document;
use nbweave::notebook::{NbFormat, Notebook};
use nbweave::render::{
    Detail, FileNames, FileStat, FileStatus, HtmlSection, Layout, MarkdownSection, RenderOptions,
    Reruns, Theme, WordDiff, html_remark, html_section, html_text, json, markdown_remark,
    markdown_section, markdown_text, stat, text_diff, unified,
};

use super::args::{LinksArg, LookArgs, SyntaxArg, WordDiffArg};
use super::pager;
use super::pairs::{NO_FILE, Naming, Pair, Source, Version};
use super::terminal;

/// The format of a notebook that is not there.
const NEWEST: NbFormat = NbFormat { major: 4, minor: 5 };

/// How differences are written.
#[derive(Clone, Debug)]
pub(crate) struct Look {
    pub(crate) view: View,
    pub(crate) options: RenderOptions,
    pub(crate) theme: Theme,
    /// Whether names of files are links.
    pub(crate) has_hyperlinks: bool,
}

/// What is written.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum View {
    /// What changed.
    Changes,
    /// How much changed.
    Stat,
    /// What changed, for programs.
    Json,
    /// What changed, for a browser: the section of a page with this number,
    /// from one.
    Html(usize),
    /// What changed, as a comment for a review.
    Markdown,
    /// Which files changed.
    List(List),
    /// Nothing: only the exit code counts.
    Nothing,
}

/// A list of files that changed.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) struct List {
    pub(crate) columns: Columns,
    /// What stands behind names and columns.
    pub(crate) ends: Ends,
}

/// What a list says of a file.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Columns {
    Name,
    Status,
    Raw,
}

/// How lines of a list end.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Ends {
    /// With a line feed, and names are quoted where they have to be.
    LineFeed,
    /// With a zero byte, and names are what they are.
    Nul,
}

impl Look {
    pub(crate) fn new(args: &LookArgs, view: View) -> Self {
        let may_have_color = matches!(view, View::Changes | View::Stat);
        let has_color = may_have_color && pager::has_color(args.color);
        Self {
            view,
            options: RenderOptions {
                context: args.unified,
                detail: if args.all { Detail::All } else { Detail::Meant },
                reruns: if args.outputs {
                    Reruns::Full
                } else {
                    Reruns::Brief
                },
                word_diff: match args.word_diff {
                    WordDiffArg::None => WordDiff::None,
                    WordDiffArg::Plain => WordDiff::Plain,
                    WordDiffArg::Color => WordDiff::Color,
                },
                width: pager::width(),
                layout: if args.side_by_side {
                    Layout::SideBySide
                } else {
                    Layout::Unified
                },
                graphics: terminal::graphics(args.pictures).filter(|_| view == View::Changes),
                ..RenderOptions::default()
            },
            theme: match (has_color, args.syntax) {
                (false, _) => Theme::default(),
                (true, SyntaxArg::Auto) => Theme::colored(),
                (true, SyntaxArg::Never) => Theme {
                    syntax: None,
                    ..Theme::colored()
                },
            },
            has_hyperlinks: match args.hyperlinks {
                LinksArg::Auto => has_color && terminal::has_hyperlinks(LinksArg::Auto),
                LinksArg::Always | LinksArg::Never => terminal::has_hyperlinks(args.hyperlinks),
            },
        }
    }

    /// Returns how much is compared: no pixels for a list of files.
    fn diff_options(&self) -> DiffOptions {
        let pixels = match self.view {
            View::Changes | View::Stat | View::Json | View::Html(_) | View::Markdown => {
                DiffOptions::PIXELS
            }
            View::List(_) | View::Nothing => 0,
        };
        DiffOptions { pixels }
    }
}

/// What a comparison gave.
#[derive(Debug, Default)]
pub(crate) struct Shown {
    /// Whether the versions differ.
    pub(crate) differs: bool,
    /// What is written about it.
    pub(crate) text: Vec<u8>,
    /// What is counted of it, for [`View::Stat`].
    pub(crate) stat: Option<FileStat>,
    /// What a page says of it, for [`View::Html`].
    pub(crate) section: Option<HtmlSection>,
    /// What is said of it, for [`View::Markdown`].
    pub(crate) review: Option<MarkdownSection>,
}

/// Compares two versions; `None` is no file.
///
/// This never fails: what is no notebook is compared as text, and so is one
/// that we stumble over.
pub(crate) fn compare(pair: &Pair, old: Option<&[u8]>, new: Option<&[u8]>, look: &Look) -> Shown {
    if pair.status == Status::Unmerged {
        return unmerged(pair, look);
    }
    let mut named = Named::new(pair);
    // Git writes what is no file of the worktree to one that will be gone.
    if let Source::File(path) = &pair.new.source
        && look.has_hyperlinks
        && path.ends_with(&pair.new.name)
    {
        named.link = terminal::file_url(path);
    }
    let is_link = pair.old.mode.is_link() || pair.new.mode.is_link();
    let is_marked = !named.extended.is_empty();
    let content = if old.is_some() && old == new && !named.wants_all(look) {
        Ok(Shown::default())
    } else if is_link {
        Err("a symbolic link is no notebook".to_owned())
    } else {
        catch_unwind(AssertUnwindSafe(|| notebooks(&named, old, new, look)))
            .unwrap_or_else(|_| Err("comparing the notebooks failed".to_owned()))
    };
    let mut shown = match content {
        Ok(shown) if shown.differs || !is_marked => shown,
        Ok(_) => as_text(&named, b"", b"", "the content is the same", look),
        Err(why) => {
            let (old, new) = (old.unwrap_or_default(), new.unwrap_or_default());
            as_text(&named, old, new, &why, look)
        }
    };
    if shown.differs
        && let View::List(list) = look.view
    {
        shown.text = listed(pair, list).into_bytes();
    }
    shown
}

/// A pair with its names as people know them.
struct Named<'a> {
    pair: &'a Pair,
    old: String,
    new: String,
    /// What became of the file apart from its content, in git's words.
    extended: String,
    /// The address of the file as it is, if its name is to be a link.
    link: Option<String>,
}

impl<'a> Named<'a> {
    fn new(pair: &'a Pair) -> Self {
        let name = |version: &Version| version.name.to_string_lossy().into_owned();
        let extended = match pair.naming {
            Naming::Repository => extended_header(pair),
            Naming::Given => String::new(),
        };
        Self {
            pair,
            old: name(&pair.old),
            new: name(&pair.new),
            extended,
            link: None,
        }
    }

    /// Returns whether all cells are listed even if none changed: programs get
    /// those of notebooks that they named, or that were renamed.
    fn wants_all(&self, look: &Look) -> bool {
        let is_named = self.pair.naming == Naming::Given;
        look.view == View::Json && (is_named || !self.extended.is_empty())
    }

    fn file_names(&self) -> FileNames<'_> {
        let name = |version: &Version, name| (version.source != Source::Nowhere).then_some(name);
        let (old_prefix, new_prefix) = match self.pair.naming {
            Naming::Repository => ("a/", "b/"),
            Naming::Given => ("", ""),
        };
        FileNames {
            old: name(&self.pair.old, self.old.as_str()),
            new: name(&self.pair.new, self.new.as_str()),
            old_prefix,
            new_prefix,
            extended: &self.extended,
            link: self.link.as_deref(),
        }
    }

    fn status(&self) -> FileStatus {
        let percent = self.pair.similarity.unwrap_or(0);
        match self.pair.status {
            Status::Added | Status::Untracked => FileStatus::Added,
            Status::Deleted => FileStatus::Removed,
            Status::Renamed => FileStatus::Renamed(percent),
            Status::Copied => FileStatus::Copied(percent),
            Status::Modified | Status::TypeChanged | Status::Unmerged => FileStatus::Modified,
        }
    }

    /// Returns the names for programs.
    fn json_names(&self) -> Change<&str> {
        let names = self.file_names();
        Change {
            old: names.old.unwrap_or(NO_FILE),
            new: names.new.unwrap_or(NO_FILE),
        }
    }

    /// Returns the names for lists: that of the other side, where there is no
    /// file.
    fn listed_names(&self) -> (&str, &str) {
        let names = self.file_names();
        let old = names.old.or(names.new).unwrap_or_default();
        (old, names.new.unwrap_or(old))
    }
}

/// Returns what git says of a file apart from its content.
fn extended_header(pair: &Pair) -> String {
    let (old, new) = (&pair.old, &pair.new);
    let mut lines = match (old.mode.is_some(), new.mode.is_some()) {
        (false, true) => format!("new file mode {}\n", new.mode),
        (true, false) => format!("deleted file mode {}\n", old.mode),
        _ if old.mode != new.mode => format!("old mode {}\nnew mode {}\n", old.mode, new.mode),
        _ => String::new(),
    };
    let verb = match pair.status {
        Status::Renamed => "rename",
        Status::Copied => "copy",
        Status::Added
        | Status::Deleted
        | Status::Modified
        | Status::TypeChanged
        | Status::Unmerged
        | Status::Untracked => return lines,
    };
    if let Some(similarity) = pair.similarity {
        lines = format!("{lines}similarity index {similarity}%\n");
    }
    let (old, new) = (quoted(&old.name), quoted(&new.name));
    format!("{lines}{verb} from {old}\n{verb} to {new}\n")
}

/// Returns a path as git prints it with `core.quotePath=false`: in quotes, if
/// it has any or controls in it.
pub(crate) fn quoted(path: &Path) -> String {
    let path = path.to_string_lossy();
    if !path.contains(|c: char| c.is_control() || c == '"' || c == '\\') || cfg!(windows) {
        return path.into_owned();
    }
    let mut text = String::from("\"");
    for c in path.chars() {
        match c {
            '"' | '\\' => text.extend(['\\', c]),
            '\n' => text.push_str("\\n"),
            '\t' => text.push_str("\\t"),
            '\r' => text.push_str("\\r"),
            c if c.is_ascii_control() => text.extend(format!("\\{:03o}", u32::from(c)).chars()),
            c => text.push(c),
        }
    }
    text.push('"');
    text
}

/// Compares two notebooks, or says why they are not two notebooks.
fn notebooks(
    named: &Named<'_>,
    old: Option<&[u8]>,
    new: Option<&[u8]>,
    look: &Look,
) -> Result<Shown, String> {
    // A file that is not there, or that somebody has just made, is a notebook
    // without cells of the other's format.
    let is_there = |bytes: &&[u8]| !bytes.trim_ascii().is_empty();
    let (old, new) = (old.filter(is_there), new.filter(is_there));
    let format = match (old, new) {
        (Some(one), None) | (None, Some(one)) => format_of(one),
        (Some(_), Some(_)) | (None, None) => NEWEST,
    };
    let empty = format!(
        r#"{{"cells": [], "metadata": {{}}, "nbformat": {}, "nbformat_minor": {}}}"#,
        format.major, format.minor
    );
    let (old, new) = (
        old.unwrap_or(empty.as_bytes()),
        new.unwrap_or(empty.as_bytes()),
    );
    let old = Document::read(old).map_err(|error| reason("old", &error))?;
    let old = Notebook::read(&old).map_err(|error| reason("old", &error))?;
    let new = Document::read(new).map_err(|error| reason("new", &error))?;
    let new = Notebook::read(&new).map_err(|error| reason("new", &error))?;
    let diff = diff_notebooks(&old, &new, &look.diff_options());
    if diff.is_unchanged() && !named.wants_all(look) {
        return Ok(Shown::default());
    }
    let shown = Shown {
        differs: !diff.is_unchanged() || !named.extended.is_empty(),
        ..Shown::default()
    };
    // Writing to memory cannot fail.
    render(&diff, named, look, shown).map_err(|error| error.to_string())
}

fn render(
    diff: &NotebookDiff<'_>,
    named: &Named<'_>,
    look: &Look,
    mut shown: Shown,
) -> io::Result<Shown> {
    match look.view {
        View::Changes => unified(
            diff,
            &named.file_names(),
            &look.options,
            &look.theme,
            &mut shown.text,
        )?,
        View::Stat => {
            let (old, new) = named.listed_names();
            shown.stat = Some(stat(diff, named.status(), old, new));
        }
        View::Json => json(diff, named.json_names(), &mut shown.text)?,
        View::Html(number) => {
            let names = named.file_names();
            shown.section = Some(html_section(diff, &names, number, &look.options));
        }
        View::Markdown => {
            let (old, new) = named.listed_names();
            shown.review = Some(markdown_section(
                diff,
                named.status(),
                old,
                new,
                &look.options,
            ));
        }
        View::List(_) | View::Nothing => {}
    }
    Ok(shown)
}

fn format_of(bytes: &[u8]) -> NbFormat {
    let document = Document::read(bytes);
    let format = |document: &Document<'_>| Ok(Notebook::read(document)?.format);
    document
        .and_then(|document| format(&document))
        .unwrap_or(NEWEST)
}

fn reason(side: &str, error: &Error) -> String {
    if matches!(error.kind(), ErrorKind::LfsPointer) {
        return format!("the {side} version is a Git LFS pointer");
    }
    format!("the {side} version cannot be read as a notebook: {error}")
}

/// Compares two versions as text, for the reason `why`.
fn as_text(named: &Named<'_>, old: &[u8], new: &[u8], why: &str, look: &Look) -> Shown {
    let mut shown = Shown {
        differs: true,
        ..Shown::default()
    };
    match look.view {
        View::Changes => {
            let names = named.file_names();
            let (options, theme) = (&look.options, &look.theme);
            let written = text_diff(old, new, why, &names, options, theme, &mut shown.text);
            written.expect("writing to memory cannot fail");
        }
        View::Stat => {
            let (old_name, new_name) = named.listed_names();
            shown.stat = Some(FileStat {
                status: if old == new {
                    named.status()
                } else {
                    FileStatus::Broken
                },
                old: old_name.to_owned(),
                new: new_name.to_owned(),
                cells: 0,
                output_cells: 0,
                metadata: false,
                added: 0,
                removed: 0,
            });
        }
        View::Json => shown.text = json_error(named, why),
        View::Html(number) => {
            let names = named.file_names();
            let options = &look.options;
            shown.section = Some(html_text(old, new, why, &names, number, options));
        }
        View::Markdown => {
            let (old_name, new_name) = named.listed_names();
            let (versions, status) = ((old, new), named.status());
            let review = markdown_text(versions, why, status, old_name, new_name, &look.options);
            shown.review = Some(review);
        }
        View::List(_) | View::Nothing => {}
    }
    shown
}

/// Says that a merge left a file in conflict.
fn unmerged(pair: &Pair, look: &Look) -> Shown {
    let name = quoted(pair.name());
    let why = "a merge left it in conflict";
    let mut shown = Shown {
        differs: true,
        ..Shown::default()
    };
    shown.text = match look.view {
        View::Changes => format!("* Unmerged path {name}\n").into_bytes(),
        View::Stat => format!(" {name} | unmerged\n").into_bytes(),
        View::Json => json_error(&Named::new(pair), why),
        View::Html(number) => {
            shown.section = Some(html_remark(why, &Named::new(pair).file_names(), number));
            Vec::new()
        }
        View::List(list) => listed(pair, list).into_bytes(),
        View::Markdown => {
            shown.review = Some(markdown_remark(&pair.name().to_string_lossy()));
            Vec::new()
        }
        View::Nothing => Vec::new(),
    };
    shown
}

/// Returns a line of a list of changed files.
fn listed(pair: &Pair, list: List) -> String {
    let (tab, end) = match list.ends {
        Ends::LineFeed => ('\t', '\n'),
        Ends::Nul => ('\0', '\0'),
    };
    let name = |path: &Path| match list.ends {
        Ends::LineFeed => quoted(path),
        Ends::Nul => path.to_string_lossy().into_owned(),
    };
    let mut names = name(pair.name());
    if matches!(pair.status, Status::Renamed | Status::Copied) {
        names = format!("{}{tab}{names}", name(&pair.old.name));
    }
    let status = match pair.similarity {
        Some(similarity) => format!("{}{similarity:03}", pair.status),
        None => pair.status.to_string(),
    };
    let (old, new) = (&pair.old, &pair.new);
    match list.columns {
        Columns::Name => format!("{}{end}", name(pair.name())),
        Columns::Status => format!("{status}{tab}{names}{end}"),
        Columns::Raw => format!(
            ":{} {} {} {} {status}{tab}{names}{end}",
            old.mode,
            new.mode,
            short_id(old),
            short_id(new)
        ),
    }
}

/// Returns an id as short as git prints it, mostly.
fn short_id(version: &Version) -> &str {
    let id = match &version.source {
        Source::Blob(id) => id.as_str(),
        Source::Nowhere | Source::File(_) | Source::Stdin => "0000000",
    };
    id.get(..7).unwrap_or(id)
}

/// Returns a line of JSON about a pair that is not compared as notebooks.
fn json_error(named: &Named<'_>, why: &str) -> Vec<u8> {
    let names = named.json_names();
    let value = serde_json::json!({
        "nbweave": 1,
        "old": { "path": names.old },
        "new": { "path": names.new },
        "error": why,
    });
    format!("{value}\n").into_bytes()
}
