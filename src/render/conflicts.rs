//! Conflicts that stand in a notebook, for people.

use std::io::{self, Write};

use owo_colors::Style;

use super::Theme;
use super::escape::visible;
use super::merge::{dispute, place};
use crate::merge::{Disputed, Form, Stray, StrayKind, WrittenConflict};
use crate::notebook::Notebook;

/// Returns what a conflict is about, in one line: the cell as people know it,
/// and what of it.
pub fn conflict_line(notebook: &Notebook<'_>, written: &WrittenConflict) -> String {
    let conflict = &written.conflict;
    let is_whole_cell = conflict.ours.is_none() || conflict.theirs.is_none();
    let line = match &written.form {
        Form::Source(markers) if !is_whole_cell => format!(", line {}", markers.start + 1),
        Form::Source(_) | Form::Note { .. } => String::new(),
    };
    let place = place(notebook, conflict.cell);
    format!("{place}: {}{line}", dispute(conflict))
}

/// Returns what a merge left that is no whole conflict, in one line.
pub fn stray_line(notebook: &Notebook<'_>, stray: &Stray) -> String {
    let what = match stray.what {
        StrayKind::Marker(line) => format!("a conflict marker without the others, line {line}"),
        StrayKind::Note => "a note on a conflict that cannot be read any more".to_owned(),
        StrayKind::MarkerCell => "the cell is a conflict marker".to_owned(),
        StrayKind::MarkerOutput => "an output is a conflict marker".to_owned(),
        StrayKind::NbdimeMetadata => "conflicts in the metadata `nbdime-conflicts`".to_owned(),
    };
    format!("{}: {what}", place(notebook, stray.cell))
}

/// Writes what each side of a conflict has.
pub fn show_conflict(
    written: &WrittenConflict,
    theme: &Theme,
    out: &mut dyn Write,
) -> io::Result<()> {
    let conflict = &written.conflict;
    let labels = &written.labels;
    let absent = match conflict.what {
        Disputed::Source => "(deleted the cell)",
        Disputed::Kind
        | Disputed::Metadata(_)
        | Disputed::Attachment(_)
        | Disputed::Outputs
        | Disputed::Other(_)
        | Disputed::Inserts => "(nothing)",
    };
    let base = (written.shows_base || conflict.base.is_some()).then_some(&conflict.base);
    let sides = [
        ("ours", &labels.ours, Some(&conflict.ours), theme.added),
        ("base", &labels.base, base, theme.quiet),
        (
            "theirs",
            &labels.theirs,
            Some(&conflict.theirs),
            theme.removed,
        ),
    ];
    for (name, label, text, style) in sides {
        let Some(text) = text else { continue };
        let label = match label.as_str() {
            "" => String::new(),
            label if label == name => String::new(),
            label => format!(" ({})", visible(label)),
        };
        writeln!(out, "{}", theme.header.style(format!("{name}{label}:")))?;
        write_side(text.as_deref(), absent, style, out)?;
    }
    Ok(())
}

fn write_side(
    text: Option<&str>,
    absent: &str,
    style: Style,
    out: &mut dyn Write,
) -> io::Result<()> {
    let Some(text) = text else {
        return writeln!(out, "  {}", style.style(absent));
    };
    if text.is_empty() {
        return writeln!(out, "  {}", style.style("(no lines)"));
    }
    for line in text.lines() {
        writeln!(out, "  {}", style.style(visible(line)))?;
    }
    Ok(())
}
