//! A merge that always comes to something: by content, and where that cannot
//! be done, by lines as git does it.

use std::panic::{AssertUnwindSafe, catch_unwind};

use anyhow::{Context as _, Result};
use nbweave::git::{self, LineMerge};
use nbweave::json::Document;
use nbweave::merge::{ConflictStyle, Favor, MergeOptions, Merged, Side, Unmergeable, Versions};
use nbweave::notebook::Notebook;
use nbweave::render::{MergedBy, merge_lines};

use super::ui;

/// A merge.
#[derive(Debug)]
pub(crate) struct Merge {
    /// The result.
    pub(crate) bytes: Vec<u8>,
    /// How it came about.
    pub(crate) how: How,
}

/// How versions were put together.
#[derive(Debug)]
pub(crate) enum How {
    /// By content.
    Content(Merged),
    /// By lines.
    Lines {
        why: String,
        /// What to do about it.
        hint: Option<&'static str>,
        /// Whether it is our fault.
        is_bug: bool,
        has_conflicts: bool,
    },
    /// One version was taken as a whole, since a side has none.
    Version {
        why: &'static str,
        has_conflicts: bool,
    },
}

/// Returns how git is set to write conflicts.
pub(crate) fn configured_style() -> ConflictStyle {
    match git::conflict_style().as_deref() {
        Some("diff3") => ConflictStyle::Diff3,
        Some("zdiff3") => ConflictStyle::Zdiff3,
        _ => ConflictStyle::Merge,
    }
}

impl Merge {
    /// Merges three versions and writes conflicts as git is set to, if the
    /// style is not given. Git is only asked if there are any: that takes
    /// longer than most merges.
    ///
    /// # Errors
    ///
    /// Fails as [`Self::of`] does.
    pub(crate) fn styled(
        versions: Versions<&[u8]>,
        mut options: MergeOptions,
        is_given: bool,
    ) -> Result<Self> {
        let merge = Self::of(versions, &options)?;
        if is_given || !merge.has_conflicts() {
            return Ok(merge);
        }
        let default = std::mem::replace(&mut options.style, configured_style());
        if options.style == default {
            return Ok(merge);
        }
        Self::of(versions, &options)
    }

    /// Merges three versions, one way or another.
    ///
    /// # Errors
    ///
    /// Fails if a merge of lines is needed and git cannot do it.
    pub(crate) fn of(versions: Versions<&[u8]>, options: &MergeOptions) -> Result<Self> {
        if let Some(merge) = without_a_side(versions) {
            return Ok(merge);
        }
        let by_content = || {
            let merged = nbweave::merge::merge(versions, options)?;
            let bytes = merged.bytes(versions.ours, versions.theirs);
            Ok::<_, Unmergeable>((merged, bytes))
        };
        let (why, hint, is_bug) = match catch_unwind(AssertUnwindSafe(by_content)) {
            Ok(Ok((merged, bytes))) => {
                let how = How::Content(merged);
                return Ok(Self { bytes, how });
            }
            Ok(Err(Unmergeable::NotANotebook { side, error })) => {
                let (side, label) = match side {
                    Side::Ours => ("ours", &options.labels.ours),
                    Side::Theirs => ("theirs", &options.labels.theirs),
                };
                let name = match label.as_str() {
                    "" => side.to_owned(),
                    label if label == side => side.to_owned(),
                    label => format!("{side} ({label})"),
                };
                (format!("{name}: {error}"), error.hint(), false)
            }
            Ok(Err(error @ Unmergeable::Formats { .. })) => (error.to_string(), None, false),
            Ok(Err(error)) => (error.to_string(), None, true),
            Err(_) => ("it panicked".to_owned(), None, true),
        };
        let mut merged = by_lines(versions, options).run().context(why.clone())?;
        // Lines can be merged without a conflict to what nobody can read.
        if is_bug && !is_notebook(&merged.text) {
            merged.has_conflicts = true;
        }
        Ok(Self {
            bytes: merged.text,
            how: How::Lines {
                why,
                hint,
                is_bug,
                has_conflicts: merged.has_conflicts,
            },
        })
    }

    /// Returns whether something is left to decide.
    pub(crate) fn has_conflicts(&self) -> bool {
        match &self.how {
            How::Content(merged) => !merged.is_clean(),
            How::Lines { has_conflicts, .. } | How::Version { has_conflicts, .. } => *has_conflicts,
        }
    }

    /// Says what came of it; `name` is the path of the notebook. With `quiet`,
    /// nothing is said of conflicts and decisions.
    pub(crate) fn tell(&self, name: &str, quiet: bool) {
        match &self.how {
            How::Content(merged) => {
                if !quiet {
                    self.tell_content(merged, name);
                }
            }
            How::Version { why, has_conflicts } => {
                if !quiet {
                    let what = if *has_conflicts { "conflict: " } else { "" };
                    ui::say(&format!("{name}: {what}{why}"));
                }
            }
            How::Lines {
                why,
                hint,
                is_bug,
                has_conflicts,
            } => {
                let with = if *has_conflicts {
                    ", with conflicts"
                } else {
                    ""
                };
                ui::say(&format!(
                    "nbweave: '{name}' was merged by lines{with}: {why}"
                ));
                if let Some(hint) = hint {
                    ui::say(&format!("hint: {hint}"));
                }
                if *is_bug {
                    ui::say(
                        "hint: this is a bug in nbweave; please report it with the three \
                         versions: base, ours and theirs",
                    );
                }
            }
        }
    }

    fn tell_content(&self, merged: &Merged, name: &str) {
        if merged.is_clean() && merged.decisions.is_empty() {
            return;
        }
        self.with_notebook(|notebook| {
            for line in merge_lines(merged, notebook) {
                ui::say(&format!("{name}: {line}"));
            }
        });
        let left = match merged.conflicts.len() {
            0 => return,
            1 => "1 conflict is left".to_owned(),
            count => format!("{count} conflicts are left"),
        };
        ui::say(&format!("nbweave: {left} in '{name}'"));
        ui::say("hint: `nbweave resolve` lists conflicts and settles them");
    }

    /// Gives what came of it in the renderer's terms.
    pub(crate) fn with_result<T>(&self, look: impl FnOnce(MergedBy<'_>) -> T) -> Option<T> {
        match &self.how {
            How::Content(merged) => {
                self.with_notebook(|notebook| look(MergedBy::Content(merged, notebook)))
            }
            How::Lines {
                why, has_conflicts, ..
            } => Some(look(MergedBy::Lines(why, *has_conflicts))),
            How::Version { why, has_conflicts } => {
                Some(look(MergedBy::Version(why, *has_conflicts)))
            }
        }
    }

    /// Reads the merged notebook: `None` never, since every result was checked.
    fn with_notebook<T>(&self, look: impl FnOnce(&Notebook<'_>) -> T) -> Option<T> {
        let document = Document::read(&self.bytes).ok()?;
        Some(look(&Notebook::read(&document).ok()?))
    }
}

/// Returns whether these are the bytes of a notebook.
pub(crate) fn is_notebook(bytes: &[u8]) -> bool {
    Document::read(bytes).is_ok_and(|document| Notebook::read(&document).is_ok())
}

/// Returns a name as it can stand behind a conflict marker: on one line.
pub(crate) fn label(name: &str) -> String {
    name.replace(char::is_control, " ").trim().to_owned()
}

/// Merges versions of which a side has none, as where it deleted the file;
/// `None` if both have one.
fn without_a_side(versions: Versions<&[u8]>) -> Option<Merge> {
    let Versions { base, ours, theirs } = versions;
    let is_none = |bytes: &[u8]| bytes.trim_ascii().is_empty();
    let (bytes, why, has_conflicts) = match (is_none(ours), is_none(theirs)) {
        (false, false) => return None,
        (true, true) => (ours, "neither side has a notebook", false),
        (true, false) if is_none(base) => (theirs, "only theirs has a notebook", false),
        (false, true) if is_none(base) => (ours, "only ours has a notebook", false),
        (true, false) if base == theirs => (
            ours,
            "ours is empty, as one that is deleted; theirs changed nothing",
            false,
        ),
        (false, true) if base == ours => (
            theirs,
            "theirs is empty, as one that is deleted; ours changed nothing",
            false,
        ),
        (true, false) => (
            theirs,
            "ours is empty, as one that is deleted; theirs was changed and is kept",
            true,
        ),
        (false, true) => (
            ours,
            "theirs is empty, as one that is deleted; ours was changed and is kept",
            true,
        ),
    };
    Some(Merge {
        bytes: bytes.to_owned(),
        how: How::Version { why, has_conflicts },
    })
}

fn by_lines<'a>(versions: Versions<&'a [u8]>, options: &'a MergeOptions) -> LineMerge<'a> {
    let Versions { base, ours, theirs } = versions;
    let labels = &options.labels;
    LineMerge {
        base,
        ours,
        theirs,
        labels: [&labels.base, &labels.ours, &labels.theirs],
        marker_size: options.marker_size,
        style: match options.style {
            ConflictStyle::Merge => "merge",
            ConflictStyle::Diff3 => "diff3",
            ConflictStyle::Zdiff3 => "zdiff3",
        },
        favor: options.favor.map(|favor| match favor {
            Favor::Ours => "ours",
            Favor::Theirs => "theirs",
            Favor::Union => "union",
        }),
    }
}
