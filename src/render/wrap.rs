//! Lines that are longer than there are columns, without leaving anything out.

use owo_colors::Style;
use unicode_segmentation::UnicodeSegmentation as _;
use unicode_width::UnicodeWidthStr as _;

/// How many columns a tab goes to the next of.
const TAB: usize = 8;

/// A part of a line in one style.
pub(super) type Span = (String, Style);

/// A line that fits, and how many columns it takes.
#[derive(Clone, Debug, Default)]
pub(super) struct Fitted {
    pub(super) spans: Vec<Span>,
    pub(super) columns: usize,
}

/// Returns a line as several that take no more than `columns` each; at least
/// one. What people see as one character is never cut apart. Tabs become
/// spaces.
pub(super) fn wrapped(spans: &[Span], columns: usize) -> Vec<Fitted> {
    let columns = columns.max(1);
    let mut lines = vec![Fitted::default()];
    // How far the line has come, were it not wrapped: tabs go by that.
    let mut at = 0;
    for (text, style) in spans {
        for character in text.graphemes(true) {
            let blanks;
            let (shown, width) = if character == "\t" {
                let width = TAB - at % TAB;
                blanks = " ".repeat(width.min(columns));
                (blanks.as_str(), width.min(columns))
            } else {
                (character, character.width())
            };
            at += width;
            if lines
                .last()
                .is_some_and(|line| line.columns + width > columns && line.columns > 0)
            {
                lines.push(Fitted::default());
            }
            let Some(line) = lines.last_mut() else {
                continue;
            };
            line.columns += width;
            match line.spans.last_mut() {
                Some((text, last)) if last == style => text.push_str(shown),
                _ => line.spans.push((shown.to_owned(), *style)),
            }
        }
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn texts(text: &str, columns: usize) -> Vec<String> {
        let lines = wrapped(&[(text.to_owned(), Style::new())], columns);
        let text = |line: Fitted| line.spans.into_iter().map(|span| span.0).collect();
        lines.into_iter().map(text).collect()
    }

    #[test]
    fn lines_break_where_the_columns_end() {
        assert_eq!(texts("abcdefg", 3), ["abc", "def", "g"]);
        assert_eq!(texts("", 3), [""]);
    }

    #[test]
    fn wide_characters_take_two_columns() {
        assert_eq!(texts("日本語", 5), ["日本", "語"]);
        assert_eq!(texts("日", 1), ["日"]);
    }

    #[test]
    fn what_people_see_as_one_character_stays_whole() {
        assert_eq!(texts("ae\u{301}👩‍👩‍👧", 2), ["ae\u{301}", "👩‍👩‍👧"]);
    }

    #[test]
    fn tabs_go_to_the_next_stop() {
        assert_eq!(texts("a\tb", 20), ["a       b"]);
        assert_eq!(texts("\tb", 4), ["    ", "b"]);
    }

    #[test]
    fn styles_stay_with_their_text() {
        let spans = [
            ("ab".to_owned(), Style::new().red()),
            ("cd".to_owned(), Style::new()),
        ];
        let lines = wrapped(&spans, 3);
        assert_eq!(lines[0].spans[0], ("ab".to_owned(), Style::new().red()));
        assert_eq!(lines[0].spans[1], ("c".to_owned(), Style::new()));
        assert_eq!(lines[1].spans, [("d".to_owned(), Style::new())]);
    }

    proptest! {
        #[test]
        fn nothing_is_left_out(text in "[^\\t]*", columns in 2_usize..30) {
            let lines = texts(&text, columns);
            prop_assert_eq!(lines.concat(), text);
        }
    }
}
