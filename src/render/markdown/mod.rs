//! A comment for a review: what changed in all notebooks, as Markdown that
//! forges show, in no more characters than they take.
//!
//! It is composed in two steps, since what one notebook may take depends on
//! all others: a [`MarkdownSection`] for each, then [`markdown`] of all.

mod inline;
mod review;
mod section;
mod table;

use std::fmt::Write as _;

use inline::{cell_code, length};
use section::{Section, fitted, names, whole};

use super::values::counted;

pub use inline::{BadMarker, Marker};
pub use review::{MarkdownSection, markdown_remark, markdown_section, markdown_text};

/// How many characters the end of a comment takes, where it says what is
/// missing.
const END: usize = 120;

/// How a comment is written.
#[derive(Clone, Debug)]
pub struct MarkdownOptions {
    /// Its first line.
    pub marker: Marker,
    /// How many characters it has at most. There are always a heading and the
    /// counts of all notebooks, which take up to 1,000.
    pub max_size: usize,
}

impl Default for MarkdownOptions {
    fn default() -> Self {
        Self {
            marker: Marker::default(),
            max_size: 65_000,
        }
    }
}

/// Returns the comment on some notebooks; one that says so, if nothing
/// changed.
///
/// What a notebook says stands in code spans and fences, where it is no markup
/// and mentions nobody.
pub fn markdown(reviews: &[MarkdownSection], options: &MarkdownOptions) -> String {
    let mut text = format!("{}\n", options.marker);
    if reviews.is_empty() {
        text.push_str("No changes in notebooks.\n");
        return text;
    }
    let count = counted(reviews.len(), "notebook");
    write!(text, "### {count} changed\n\n").ok();
    let room = options.max_size.saturating_sub(length(&text) + END);
    text.push_str(&table(reviews, room / 2));
    let room = options.max_size.saturating_sub(length(&text) + END);
    let sections = sections(reviews, room);
    text.extend(sections.iter().map(|section| section.text.as_str()));
    let hidden: Vec<_> = sections.iter().filter_map(|one| one.hidden_cells).collect();
    if !hidden.is_empty() {
        let cells = counted(hidden.iter().sum(), "more cell");
        let notebooks = counted(hidden.len(), "notebook");
        writeln!(text, "Not shown: {cells} in {notebooks}").ok();
    }
    text.truncate(text.trim_end().len());
    text.push('\n');
    text
}

/// A column of the table over all notebooks: what it counts.
type Column = (&'static str, fn(&MarkdownSection) -> usize);

/// Returns the table over all notebooks. Rows that do not fit are counted, and
/// columns of zeros left out.
fn table(reviews: &[MarkdownSection], room: usize) -> String {
    const COLUMNS: &[Column] = &[
        ("modified", |review| review.summary.modified),
        ("added", |review| review.summary.added),
        ("removed", |review| review.summary.removed),
        ("moved", |review| review.summary.moved),
        ("split", |review| review.summary.split),
        ("joined", |review| review.summary.joined),
        ("outputs", |review| review.summary.outputs),
        ("metadata", |review| review.summary.metadata),
        ("noise", |review| review.n_quiet),
    ];
    let used = |column: &&Column| reviews.iter().any(|review| column.1(review) > 0);
    let columns: Vec<_> = COLUMNS.iter().filter(used).collect();
    let row = |first: &str, status: &str, counts: &[usize]| {
        let mut row = format!("| {first} | {status} |");
        for count in counts {
            match count {
                0 => row.push_str("  |"),
                count => {
                    write!(row, " {count} |").ok();
                }
            }
        }
        row.push('\n');
        row
    };
    let mut text = String::from("| notebook | |");
    text.extend(columns.iter().map(|(name, _)| format!(" {name} |")));
    text.push_str("\n| --- | --- |");
    text.push_str(&" --: |".repeat(columns.len()));
    text.push('\n');
    let counts = |review: &MarkdownSection| -> Vec<usize> {
        columns.iter().map(|(_, count)| count(review)).collect()
    };
    let total = columns
        .iter()
        .map(|(_, count)| reviews.iter().map(count).sum())
        .collect::<Vec<usize>>();
    let total = match reviews.len() {
        1 => String::new(),
        n_reviews => row(&counted(n_reviews, "notebook"), "", &total),
    };
    let mut left = room.saturating_sub(length(&text) + length(&total) + END);
    for (at, review) in reviews.iter().enumerate() {
        let row = row(&names(review, cell_code), review.status, &counts(review));
        let Some(rest) = left.checked_sub(length(&row)) else {
            let more = counted(reviews.len() - at, "more notebook");
            writeln!(text, "| … {more} | |{}", " |".repeat(columns.len())).ok();
            break;
        };
        left = rest;
        text.push_str(&row);
    }
    text.push_str(&total);
    text.push('\n');
    text
}

/// Returns the sections of the notebooks, in their order. Small ones are whole;
/// what they leave is shared by the others.
fn sections(reviews: &[MarkdownSection], room: usize) -> Vec<Section> {
    let with_blocks = reviews.iter().enumerate();
    let mut sizes: Vec<_> = with_blocks
        .filter(|(_, review)| !review.blocks.is_empty())
        .map(|(at, review)| (length(&whole(review, usize::MAX)), at))
        .collect();
    sizes.sort_unstable();
    let mut sections = vec![Section::default(); reviews.len()];
    let mut left = room;
    for (done, &(_, at)) in sizes.iter().enumerate() {
        let share = left / (sizes.len() - done);
        let section = fitted(&reviews[at], share);
        left = left.saturating_sub(length(&section.text));
        sections[at] = section;
    }
    sections
}

#[cfg(test)]
mod tests;
