//! Conflict markers, as git writes them.

use super::scan::SHORTEST_MARKER;
use super::{ConflictStyle, Labels, MergeOptions};

/// What is written around the sides of a conflict.
#[derive(Clone, Debug)]
pub(super) struct Markers {
    size: usize,
    labels: Labels,
    style: ConflictStyle,
}

/// The label of a side that deleted the cell ends in this.
pub(super) const CELL_DELETED: &str = " (cell deleted)";

impl Markers {
    /// Returns markers that no line of `texts` can be taken for.
    pub(super) fn for_texts<'t>(
        options: &MergeOptions,
        texts: impl IntoIterator<Item = &'t str>,
    ) -> Self {
        let lines = texts.into_iter().flat_map(str::lines);
        let longest = lines.map(marker_length).max().unwrap_or(0);
        // Shorter ones would not be found again.
        let size = options.marker_size.max(SHORTEST_MARKER);
        Self {
            size: size.max(match longest {
                run if run >= size => run + 1,
                _ => 0,
            }),
            labels: options.labels.clone(),
            style: options.style,
        }
    }

    /// Whether the base is written.
    pub(super) fn shows_base(&self) -> bool {
        self.style != ConflictStyle::Merge
    }

    /// Writes a conflict: texts whose lines all have an end. A side that is
    /// `None` deleted the cell.
    pub(super) fn write(
        &self,
        base: Option<&str>,
        ours: Option<&str>,
        theirs: Option<&str>,
        out: &mut String,
    ) {
        let label = |label: &str, side: Option<&str>| match side {
            Some(_) => label.to_owned(),
            None => format!("{label}{CELL_DELETED}").trim_start().to_owned(),
        };
        let labels = (
            label(&self.labels.ours, ours),
            label(&self.labels.theirs, theirs),
        );
        self.write_with((&labels.0, &labels.1), (base, ours, theirs), out);
    }

    /// Writes a conflict about something that sides may just not have.
    pub(super) fn write_present(
        &self,
        base: Option<&str>,
        ours: Option<&str>,
        theirs: Option<&str>,
        out: &mut String,
    ) {
        let labels = (self.labels.ours.as_str(), self.labels.theirs.as_str());
        self.write_with(labels, (base, ours, theirs), out);
    }

    fn write_with(
        &self,
        (our_label, their_label): (&str, &str),
        (base, ours, theirs): (Option<&str>, Option<&str>, Option<&str>),
        out: &mut String,
    ) {
        let mut marker = |character: &str, label: &str, text: &str| {
            *out += &character.repeat(self.size);
            if !label.is_empty() {
                out.push(' ');
                *out += label.replace(['\n', '\r'], " ").trim_end();
            }
            out.push('\n');
            *out += text;
        };
        marker("<", our_label, ours.unwrap_or(""));
        if self.shows_base() {
            marker("|", &self.labels.base, base.unwrap_or(""));
        }
        marker("=", "", theirs.unwrap_or(""));
        marker(">", their_label, "");
    }
}

/// Returns the length of the run at the start of a line that could be part of
/// a conflict marker; 0 if there is none.
fn marker_length(line: &str) -> usize {
    let Some(first @ ('<' | '=' | '>' | '|')) = line.chars().next() else {
        return 0;
    };
    line.chars()
        .take_while(|character| *character == first)
        .count()
}
