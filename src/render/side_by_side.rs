//! Two texts in two columns, old and new, with the numbers of their lines.
//!
//! Lines that are too long go on below; nothing of them is left out.

use std::io;
use std::ops::Range;

use super::hunks::{Manner, Pen, Side, write_remark};
use super::line::{Blanks, Piece, clipped, pieces};
use super::rows::{Change, LineEnds, Lines, Row};
use super::syntax::Token;
use super::wrap::{Fitted, Span, wrapped};

/// Stands between the columns, and how wide it is.
const BETWEEN: &str = " │ ";
const BETWEEN_COLUMNS: usize = 3;

/// A line of one side.
struct Half {
    /// Its index, from zero.
    line: usize,
    sign: char,
    spans: Vec<Span>,
}

/// How wide things are, in columns.
#[derive(Clone, Copy, Debug)]
struct Widths {
    /// Numbers of lines.
    number: usize,
    /// The text of one side.
    text: usize,
}

/// Writes rows in two columns.
pub(super) fn write_beside(
    pen: &mut Pen<'_>,
    rows: &[Row<'_>],
    lines: &Lines<'_>,
    manner: Manner,
) -> io::Result<()> {
    let widths = widths(pen, lines);
    let (mut old, mut new) = (Vec::new(), Vec::new());
    for row in rows {
        match row {
            Row::Removed(at, change) => {
                old.push(half(pen, lines, (*at, Side::Old), change, manner));
                continue;
            }
            Row::Added(at, change) => {
                new.push(half(pen, lines, (*at, Side::New), change, manner));
                continue;
            }
            Row::Context(..) | Row::Changed(_) | Row::Border(_) | Row::LeftOut(..) => {}
        }
        write_block(pen, &mut old, &mut new, widths)?;
        match row {
            Row::Context(old, new) => {
                let tokens = lines.tokens(*new);
                let old = unchanged(pen, (*old, &lines.old[*old]), tokens, manner);
                let new = unchanged(pen, (*new, &lines.new[*new]), tokens, manner);
                write_row(pen, Some(&old), Some(&new), widths)?;
            }
            Row::Changed(pair) => {
                let change = |words: &Vec<_>| Change {
                    words: words.clone(),
                    ends: pair.ends,
                };
                let (old_change, new_change) = (change(&pair.old_words), change(&pair.new_words));
                let old = half(pen, lines, (pair.old, Side::Old), &old_change, manner);
                let new = half(pen, lines, (pair.new, Side::New), &new_change, manner);
                write_row(pen, Some(&old), Some(&new), widths)?;
            }
            Row::Border(_) | Row::LeftOut(..) => write_remark(pen, row)?,
            Row::Removed(..) | Row::Added(..) => {}
        }
    }
    write_block(pen, &mut old, &mut new, widths)
}

fn widths(pen: &Pen<'_>, lines: &Lines<'_>) -> Widths {
    let most = lines.old.len().max(lines.new.len());
    let number = most.to_string().len();
    let half = pen.options.width.saturating_sub(BETWEEN_COLUMNS) / 2;
    // A blank and a sign stand between number and text.
    let text = half.saturating_sub(number + 2).max(1);
    Widths { number, text }
}

/// Returns a line that is only on its side.
fn half(
    pen: &Pen<'_>,
    lines: &Lines<'_>,
    (line, side): (usize, Side),
    change: &Change,
    manner: Manner,
) -> Half {
    let (sign, style, word) = match side {
        Side::Old => ('-', pen.theme.removed, pen.theme.removed_word),
        Side::New => ('+', pen.theme.added, pen.theme.added_word),
    };
    let (text, tokens) = match side {
        Side::Old => (&lines.old[line], [].as_slice()),
        Side::New => (&lines.new[line], lines.tokens(line)),
    };
    let pieces = pieces(text, &change.words, tokens, change.ends, manner.blanks);
    let span = |(text, face): Piece| (text, face.style(pen.theme, style, word));
    Half {
        line,
        sign,
        spans: clipped(pieces, manner.columns)
            .into_iter()
            .map(span)
            .collect(),
    }
}

/// Returns a line that is on both sides, from its index and text.
fn unchanged(
    pen: &Pen<'_>,
    (line, text): (usize, &str),
    tokens: &[(Range<usize>, Token)],
    manner: Manner,
) -> Half {
    let ends = LineEnds::Hidden;
    let pieces = pieces(text, &Vec::new(), tokens, ends, Blanks::AsTheyAre);
    let plain = owo_colors::Style::new();
    let span = |(text, face): Piece| (text, face.style(pen.theme, plain, plain));
    Half {
        line,
        sign: ' ',
        spans: clipped(pieces, manner.columns)
            .into_iter()
            .map(span)
            .collect(),
    }
}

/// Writes lines that have no counterpart beside each other.
fn write_block(
    pen: &mut Pen<'_>,
    old: &mut Vec<Half>,
    new: &mut Vec<Half>,
    widths: Widths,
) -> io::Result<()> {
    for at in 0..old.len().max(new.len()) {
        write_row(pen, old.get(at), new.get(at), widths)?;
    }
    old.clear();
    new.clear();
    Ok(())
}

fn write_row(
    pen: &mut Pen<'_>,
    old: Option<&Half>,
    new: Option<&Half>,
    widths: Widths,
) -> io::Result<()> {
    let fit =
        |half: Option<&Half>| half.map_or_else(Vec::new, |it| wrapped(&it.spans, widths.text));
    let (old_lines, new_lines) = (fit(old), fit(new));
    for at in 0..old_lines.len().max(new_lines.len()) {
        let line = old_lines.get(at);
        write_half(pen, old.filter(|_| at == 0), line, Side::Old, widths)?;
        let used = line.map_or(0, |line| line.columns);
        let blanks = " ".repeat(widths.text.saturating_sub(used));
        let line = new_lines.get(at);
        let between = if line.is_some() {
            BETWEEN
        } else {
            BETWEEN.trim_end()
        };
        write!(pen.out, "{blanks}{}", pen.theme.quiet.style(between))?;
        if line.is_some() {
            write_half(pen, new.filter(|_| at == 0), line, Side::New, widths)?;
        }
        writeln!(pen.out)?;
    }
    Ok(())
}

/// Writes a line of one side, with its number and sign if it is the first of
/// those that it was wrapped to.
fn write_half(
    pen: &mut Pen<'_>,
    half: Option<&Half>,
    line: Option<&Fitted>,
    side: Side,
    widths: Widths,
) -> io::Result<()> {
    let digits = widths.number;
    match half {
        Some(half) => {
            let number = format!("{:>digits$}", half.line + 1);
            let style = match (half.sign, side) {
                (' ', _) => pen.theme.quiet,
                (_, Side::Old) => pen.theme.removed,
                (_, Side::New) => pen.theme.added,
            };
            let (number, sign) = (pen.theme.quiet.style(number), style.style(half.sign));
            write!(pen.out, "{number} {sign}")?;
        }
        None => write!(pen.out, "{:digits$}  ", "")?,
    }
    for (text, style) in line.iter().flat_map(|line| &line.spans) {
        write!(pen.out, "{}", style.style(text))?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diff::TextDiff;
    use crate::render::escape::width;
    use crate::render::hunks::{Origin, write_hunks};
    use crate::render::{Layout, RenderOptions, Theme};
    use proptest::prelude::*;

    /// Returns what is written of two sources in so many columns.
    fn beside(old: &str, new: &str, columns: usize) -> String {
        let mut out = Vec::new();
        let options = RenderOptions {
            width: columns,
            context: 100,
            layout: Layout::SideBySide,
            ..RenderOptions::default()
        };
        let mut pen = Pen {
            out: &mut out,
            options: &options,
            theme: &Theme::default(),
        };
        let text = TextDiff::new(old, new);
        write_hunks(&mut pen, &text, &Origin::source(None)).unwrap();
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn versions_of_a_line_stand_beside_each_other() {
        let (old, new) = (
            "import a\nx = load('one')\nsame()\ngone()\n",
            "import a\nx = load('two')\nnew()\nsame()\n",
        );
        insta::assert_snapshot!(beside(old, new, 60), @r"
        @@ -1,4 +1,4 @@
        1  import a                  │ 1  import a
        2 -x = load('one')           │ 2 +x = load('two')
                                     │ 3 +new()
        3  same()                    │ 4  same()
        4 -gone()                    │
        ");
    }

    #[test]
    fn long_lines_go_on_below() {
        let (old, new) = ("short", "a_name_that_is_longer_than(there_is_room)");
        insta::assert_snapshot!(beside(old, new, 60), @r"
        @@ -1 +1 @@
        1 -short                     │ 1 +a_name_that_is_longer_tha
                                     │    n(there_is_room)
        ");
    }

    #[test]
    fn wide_characters_and_tabs_keep_the_columns() {
        let (old, new) = ("print('日本語')\n\tx\ty", "print('中国語')\n\tx\tz");
        insta::assert_snapshot!(beside(old, new, 60), @r"
        @@ -1,2 +1,2 @@
        1 -print('日本語')           │ 1 +print('中国語')
        2 -        x       y         │ 2 +        x       z
        ");
    }

    #[test]
    fn where_there_is_no_room_they_stand_below_each_other() {
        assert_eq!(beside("a", "b", 59), "@@ -1 +1 @@\n-a\n+b\n");
    }

    /// Returns what stands on one side, of which there are no blanks.
    fn side(text: &str, which: usize) -> String {
        let rows = text.lines().filter(|line| !line.starts_with("@@"));
        let halves = rows.map(|row| {
            let half = row.split('│').nth(which).unwrap().trim();
            let half = half.trim_start_matches(|c: char| c.is_ascii_digit());
            half.trim_start_matches([' ', '+', '-'])
        });
        halves.collect()
    }

    proptest! {
        /// All of both texts is shown, and no row is wider than there is room.
        #[test]
        fn nothing_is_left_out(
            old in "([a-c日é_]{0,40}\n){0,6}",
            new in "([a-c日é_]{0,40}\n){0,6}",
            columns in 60_usize..100,
        ) {
            prop_assume!(old != new);
            let text = beside(&old, &new, columns);
            prop_assert!(text.lines().all(|line| width(line) <= columns), "{}", text);
            prop_assert_eq!(side(&text, 0), old.replace('\n', ""));
            prop_assert_eq!(side(&text, 1), new.replace('\n', ""));
        }
    }
}
