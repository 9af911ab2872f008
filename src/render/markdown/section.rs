//! A notebook's section of a review, in no more room than there is.
//!
//! It is written to memory, which cannot fail.

use std::fmt::Write as _;

use super::inline::{code, end, fence, length, start};
use super::review::{Block, MarkdownSection, Part};
use super::table::table;
use crate::render::values::counted;

/// How many characters of a piece are shown at most, from the most generous
/// on. What is large is cut first, since what is small fits all along.
const LEVELS: &[usize] = &[
    usize::MAX,
    32_000,
    16_000,
    8_000,
    4_000,
    2_000,
    1_000,
    500,
    250,
];

/// How many characters a line has of which nothing is left out.
const LINE: usize = 120;

/// A section, and how many cells are not in it, if anything is not.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub(super) struct Section {
    pub(super) text: String,
    pub(super) hidden_cells: Option<usize>,
}

/// Returns a section in no more than `room` characters; without text, if even
/// its head does not fit.
pub(super) fn fitted(review: &MarkdownSection, room: usize) -> Section {
    for &level in LEVELS {
        let text = whole(review, level);
        if length(&text) <= room {
            return Section {
                text,
                hidden_cells: None,
            };
        }
    }
    let least = LEVELS.last().copied().unwrap_or(0);
    first_blocks(review, least, room)
}

/// Returns the section with all of its blocks, none of whose pieces are longer
/// than about `level`.
pub(super) fn whole(review: &MarkdownSection, level: usize) -> String {
    let blocks: String = review
        .blocks
        .iter()
        .map(|one| block(review, one, level))
        .collect();
    framed(review, &blocks, None)
}

/// Returns the section with as many of its blocks as there is room for.
fn first_blocks(review: &MarkdownSection, level: usize, room: usize) -> Section {
    let n_cells = |blocks: &[Block]| blocks.iter().map(|block| block.n_cells).sum();
    let mut room = room.saturating_sub(length(&framed(review, "", Some(n_cells(&review.blocks)))));
    let mut text = String::new();
    let mut shown = 0;
    for one in &review.blocks {
        let block = block(review, one, level);
        let Some(rest) = room.checked_sub(length(&block)) else {
            break;
        };
        room = rest;
        text.push_str(&block);
        shown += 1;
    }
    let hidden = review.blocks.get(shown..).unwrap_or_default();
    let hidden_cells = (!hidden.is_empty()).then(|| n_cells(hidden));
    Section {
        text: match shown {
            0 => String::new(),
            _ => framed(review, &text, hidden_cells),
        },
        hidden_cells,
    }
}

/// Returns blocks with what stands around them.
fn framed(review: &MarkdownSection, blocks: &str, hidden_cells: Option<usize>) -> String {
    let mut text = format!("#### {}\n\n", names(review, code));
    if let Some(why) = &review.why {
        write!(text, "Compared as text: {}\n\n", code(why)).ok();
    }
    if review.is_rerun {
        text.push_str(&details("No source changed; what did", blocks));
    } else {
        text.push_str(blocks);
    }
    if let Some(count) = hidden_cells {
        let cells = counted(count, "more cell");
        write!(text, "… {cells}\n\n").ok();
    }
    if let Some(quiet) = &review.quiet {
        write!(text, "Noise: {quiet}\n\n").ok();
    }
    text
}

/// Returns the name of a notebook, or both of them, each by `code`.
pub(super) fn names(review: &MarkdownSection, code: fn(&str) -> String) -> String {
    let name = |path: &str| code(&end(path, 150));
    if review.old == review.new {
        name(&review.new)
    } else {
        format!("{} → {}", name(&review.old), name(&review.new))
    }
}

fn details(summary: &str, text: &str) -> String {
    format!("<details>\n<summary>{summary}</summary>\n\n{text}</details>\n\n")
}

fn block(review: &MarkdownSection, block: &Block, level: usize) -> String {
    let mut text = format!("**{}**", block.title);
    if let Some(line) = &block.first_line {
        write!(text, " · {}", code(line)).ok();
    }
    text.push_str("\n\n");
    for one in &block.parts {
        text.push_str(&part(one, level));
    }
    if block.outputs.is_empty() {
        return text;
    }
    // Sources matter more than what came of them.
    let room = (level / 2).max(250);
    let outputs: String = block.outputs.iter().map(|one| part(one, room)).collect();
    if review.is_rerun {
        text.push_str(&outputs);
    } else {
        text.push_str(&details(&block.outputs_title, &outputs));
    }
    text
}

fn part(part: &Part, level: usize) -> String {
    match part {
        Part::Line(line) => format!("{}\n\n", code(line)),
        Part::Lines(lines, missing) => format!("{}\n", fence(&cut(lines, *missing, level))),
        Part::Table(label, shown) => format!("{}\n\n{}", code(label), table(shown, level)),
    }
}

/// Returns the first lines in about `room` characters, and a line on how many
/// are missing.
fn cut(lines: &[String], missing: usize, room: usize) -> Vec<String> {
    let mut left = room;
    let mut shown = Vec::new();
    for line in lines {
        let line = start(line, room.max(LINE));
        let cost = length(&line) + 1;
        if cost > left && !shown.is_empty() {
            break;
        }
        left = left.saturating_sub(cost);
        shown.push(line);
    }
    let missing = missing + lines.len() - shown.len();
    if missing > 0 {
        shown.push(format!("… {}", counted(missing, "more line")));
    }
    shown
}
