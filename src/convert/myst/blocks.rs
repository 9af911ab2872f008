//! Finds the blocks of a `MyST` text that make cells: fences and block breaks
//! (`+++`) that stand in no list, quote, HTML, or other block.

use pulldown_cmark::{CodeBlockKind, Event, Options, Parser, Tag};

use crate::convert::fences;

/// A block that ends the Markdown before it.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) struct Block {
    /// Its first line, from zero.
    pub(super) start: usize,
    /// The line behind it.
    pub(super) end: usize,
    /// What it is.
    pub(super) kind: BlockKind,
}

/// What a block is.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum BlockKind {
    /// A fence.
    Fence,
    /// A `+++` line.
    Break,
}

/// Returns the blocks at the top level of a text, in order.
pub(super) fn blocks(lines: &[&str]) -> Vec<Block> {
    let mut structure = String::new();
    let mut starts = Vec::with_capacity(lines.len());
    for line in lines {
        starts.push(structure.len());
        push_common(&mut structure, line);
        structure.push('\n');
    }
    let line_at = |offset: usize| starts.partition_point(|start| *start <= offset) - 1;
    let mut blocks = Vec::new();
    let mut depth = 0_usize;
    for (event, range) in Parser::new_ext(&structure, Options::empty()).into_offset_iter() {
        let start = line_at(range.start);
        #[expect(
            clippy::wildcard_enum_match_arm,
            reason = "all other events are inside of blocks"
        )]
        match event {
            Event::Start(tag) => {
                if depth == 0 && matches!(tag, Tag::CodeBlock(CodeBlockKind::Fenced(_))) {
                    blocks.push(Block {
                        start,
                        end: line_at(range.end.saturating_sub(1).max(range.start)) + 1,
                        kind: BlockKind::Fence,
                    });
                }
                depth += 1;
            }
            Event::End(_) => depth = depth.saturating_sub(1),
            Event::Rule if depth == 0 && block_break(lines[start]).is_some() => {
                blocks.push(Block {
                    start,
                    end: start + 1,
                    kind: BlockKind::Break,
                });
            }
            _ => {}
        }
    }
    blocks
}

/// Returns what stands behind the `+` of a block break.
pub(super) fn block_break(line: &str) -> Option<&str> {
    let text = unindented(line);
    let rest = text.trim_start_matches(['+', ' ', '\t']);
    let n_marks = text.strip_suffix(rest)?.matches('+').count();
    (text.starts_with('+') && n_marks >= 3).then(|| rest.trim())
}

/// Adds a line in the terms of `CommonMark`: what only `MyST` knows as a
/// block of one line becomes a thematic break, which ends and is ended by the
/// same blocks.
fn push_common(structure: &mut String, line: &str) {
    let text = unindented(line);
    let is_target = || {
        let inner = text.trim().strip_prefix('(');
        inner.is_some_and(|inner| {
            inner
                .strip_suffix(")=")
                .is_some_and(|name| !name.is_empty())
        })
    };
    if text.starts_with('%') || block_break(line).is_some() || is_target() {
        let indent = line.len() - text.len();
        structure.extend(line.chars().take(indent));
        if text.starts_with('%') && text.contains('>') {
            // It may end HTML that it is inside of.
            structure.push_str("<!---->");
            structure.extend(text.chars().filter(|char| *char != '\r'));
        } else {
            structure.push_str("***");
        }
        return;
    }
    structure.extend(
        line.chars()
            .map(|char| if char == '\r' { ' ' } else { char }),
    );
}

/// Returns a line without the blanks it starts with.
fn unindented(line: &str) -> &str {
    line.trim_start_matches([' ', '\t'])
}

/// The parts of a fenced block.
#[derive(Debug)]
pub(super) struct Fenced<'a> {
    /// What stands behind the opening fence.
    pub(super) info: &'a str,
    /// The lines inside, without the fence's own indentation.
    pub(super) content: Vec<&'a str>,
}

/// Takes a fenced block apart.
pub(super) fn fenced<'a>(lines: &[&'a str]) -> Fenced<'a> {
    let Some((first, rest)) = lines.split_first() else {
        return Fenced {
            info: "",
            content: Vec::new(),
        };
    };
    let text = first.trim_start_matches(' ');
    let indent = first.len() - text.len();
    let marker = text.chars().next().unwrap_or('`');
    let length = fences::run(text, marker);
    let is_closed = rest
        .last()
        .is_some_and(|line| fences::ends_block(line, marker, length));
    let content = rest.split_at(rest.len() - usize::from(is_closed)).0;
    let content = content.iter().map(|line| {
        let blanks = fences::run(line, ' ').min(indent);
        line.split_at(blanks).1
    });
    Fenced {
        info: text.trim_start_matches(marker),
        content: content.collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, expected: &[(usize, usize)]) {
        let lines: Vec<_> = text.split('\n').collect();
        let found: Vec<_> = blocks(&lines)
            .into_iter()
            .map(|block| (block.start, block.end))
            .collect();
        assert_eq!(found, expected, "{text}");
    }

    #[test]
    fn fences_and_breaks_part_text() {
        check("a\n```x\nb\n```\n+++\nc", &[(1, 4), (4, 5)]);
        check("~~~\n```\n~~~\n + + + {}", &[(0, 3), (3, 4)]);
        check("```\nopen", &[(0, 2)]);
        check("``` a`b\n+++", &[(1, 2)]);
        check("++\n++++", &[(1, 2)]);
    }

    #[test]
    fn what_is_inside_of_other_blocks_is_left_alone() {
        check("- a\n  ```\n  b\n  ```\n  +++\n+++", &[(5, 6)]);
        check("> ```\n> a\n> ```", &[]);
        check("````\n```\n+++\n````", &[(0, 4)]);
        check("<!--\n+++\n-->\n+++", &[(3, 4)]);
        check("<!--\n% -->\n+++", &[(2, 3)]);
        check("    +++\n\n    ```", &[]);
        check("a\n    +++", &[]);
        check("<pre>\n\n```\n+++\n</pre>\n+++", &[(5, 6)]);
    }

    #[test]
    fn lines_that_only_myst_knows_end_paragraphs() {
        check("- a\n% note\n    ```", &[]);
        check("- a\n(target)=\n+++", &[(2, 3)]);
        check("a\n+++ {\"b\": 1}\nc", &[(1, 2)]);
    }

    #[test]
    fn fences_come_apart() {
        let parts = fenced(&["  ```{code-cell} a", "  x", " y", "   z", "  ```"]);
        assert_eq!(parts.info, "{code-cell} a");
        assert_eq!(parts.content, ["x", "y", " z"]);
        assert_eq!(fenced(&["~~~~", "~~~"]).content, ["~~~"]);
    }

    #[test]
    fn breaks_have_three_marks_and_may_say_something() {
        assert_eq!(block_break("+++ {\"a\": 1} "), Some("{\"a\": 1}"));
        assert_eq!(block_break(" + ++"), Some(""));
        assert_eq!(block_break("++ {}"), None);
        assert_eq!(block_break("a +++"), None);
    }
}
