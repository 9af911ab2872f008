//! What is done to cells that would not come back: the words of the option
//! `escaped`, and what they mean for the lines of a cell.

use super::super::languages::Comment;
use super::{kind_of_word, kind_word, marker};
use crate::notebook::CellKind;

/// The option that lists what was done.
pub(super) const OPTION: &str = "escaped";

/// What was done to a cell: any of them, on their own.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
#[expect(clippy::struct_excessive_bools, reason = "each is a word of its own")]
pub(super) struct Escapes {
    /// Lines that would start a cell have a comment sign more, or, in text, a
    /// backslash.
    pub(super) markers: bool,
    /// The last line ends a string that the cell leaves open.
    pub(super) quotes: bool,
    /// Lines end in a carriage return, too.
    pub(super) crlf: bool,
    /// Each line is a comment, behind a bar, with backslash escapes.
    pub(super) lines: bool,
    /// The option `language` is metadata, not a magic.
    pub(super) language: bool,
    /// The kind, whatever the rest of the marker lets guess.
    pub(super) kind: Option<CellKind>,
}

impl Escapes {
    /// Returns the words; `None` if nothing was done.
    pub(super) fn words(self) -> Option<String> {
        let words = [
            (self.markers, "markers"),
            (self.quotes, "quotes"),
            (self.crlf, "crlf"),
            (self.lines, "lines"),
            (self.language, "language"),
            (self.kind.is_some(), self.kind.map_or("", kind_word)),
        ];
        let words: Vec<&str> = words
            .into_iter()
            .filter_map(|(is_there, word)| is_there.then_some(word))
            .collect();
        (!words.is_empty()).then(|| words.join(","))
    }

    /// Reads the words; `None` if one of them is another.
    pub(super) fn of_words(words: &str) -> Option<Self> {
        let mut escapes = Self::default();
        for word in words.split(',') {
            match word {
                "markers" => escapes.markers = true,
                "quotes" => escapes.quotes = true,
                "crlf" => escapes.crlf = true,
                "lines" => escapes.lines = true,
                "language" => escapes.language = true,
                _ => escapes.kind = Some(kind_of_word(word)?),
            }
        }
        Some(escapes)
    }
}

/// Returns a line of code with a comment sign more, if it starts a cell.
pub(super) fn hide_code_marker(line: &str, comment: Comment) -> String {
    if is_like_marker(line, comment) {
        let text = line.trim_start();
        let indent = line.strip_suffix(text).unwrap_or_default();
        format!("{indent}{} {text}", comment.prefix)
    } else {
        line.to_owned()
    }
}

/// Takes the comment sign off again.
pub(super) fn show_code_marker(line: &str, comment: Comment) -> String {
    let text = line.trim_start();
    let inner = text
        .strip_prefix(comment.prefix)
        .and_then(|text| text.strip_prefix(' '));
    match inner.filter(|inner| !inner.starts_with(char::is_whitespace)) {
        Some(inner) if is_like_marker(inner, comment) => {
            let indent = line.strip_suffix(text).unwrap_or_default();
            format!("{indent}{inner}")
        }
        _ => line.to_owned(),
    }
}

/// Returns whether a line starts a cell, or would with some comment signs
/// less.
fn is_like_marker(line: &str, comment: Comment) -> bool {
    let mut text = line.trim_start();
    loop {
        if marker(text, comment).is_some() {
            return true;
        }
        let inner = text
            .strip_prefix(comment.prefix)
            .and_then(|text| text.strip_prefix(' '));
        match inner {
            Some(inner) if !inner.starts_with(char::is_whitespace) => text = inner,
            _ => return false,
        }
    }
}

/// Returns a line of text with a backslash more, if it would start a cell as
/// a comment.
pub(super) fn hide_text_marker(line: &str, comment: Comment) -> String {
    let text = line.trim_start();
    if starts_cell_as_comment(text, comment) {
        let indent = line.strip_suffix(text).unwrap_or_default();
        format!("{indent}\\{text}")
    } else {
        line.to_owned()
    }
}

/// Takes the backslash off again.
pub(super) fn show_text_marker(line: &str, comment: Comment) -> String {
    let text = line.trim_start();
    match text.strip_prefix('\\') {
        Some(inner) if starts_cell_as_comment(inner, comment) => {
            let indent = line.strip_suffix(text).unwrap_or_default();
            format!("{indent}{inner}")
        }
        _ => line.to_owned(),
    }
}

fn starts_cell_as_comment(text: &str, comment: Comment) -> bool {
    let text = text.trim_start_matches('\\');
    marker(&comment.line(text), comment).is_some()
}

/// Returns a line that can stand in any comment.
pub(super) fn hide_line(line: &str) -> String {
    let mut hidden = String::from("|");
    for character in line.chars() {
        match character {
            '\r' => hidden.push_str("\\r"),
            // Triple quotes would begin a string where comments are unknown.
            '\\' | '"' | '\'' => hidden.extend(['\\', character]),
            _ => hidden.push(character),
        }
    }
    hidden
}

/// Returns the line that was hidden.
pub(super) fn show_line(hidden: &str) -> String {
    let mut line = String::new();
    let mut characters = hidden.strip_prefix('|').unwrap_or(hidden).chars();
    while let Some(character) = characters.next() {
        match character {
            '\\' => match characters.next() {
                Some('r') => line.push('\r'),
                Some(escaped) => line.push(escaped),
                None => line.push('\\'),
            },
            _ => line.push(character),
        }
    }
    line
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::super::languages::by_extension;
    use super::*;

    #[test]
    fn words_come_back() {
        let escapes = Escapes {
            markers: true,
            kind: Some(CellKind::Raw),
            ..Escapes::default()
        };
        assert_eq!(escapes.words().as_deref(), Some("markers,raw"));
        assert_eq!(Escapes::of_words("markers,raw"), Some(escapes));
        assert_eq!(Escapes::default().words(), None);
        assert_eq!(Escapes::of_words("anything"), None);
    }

    proptest! {
        #[test]
        fn hidden_lines_start_no_cell_and_come_back(
            line in r"[ \t]{0,2}(# |#|\(\* |% |\\){0,3}(%%|In\[1\]:|<codecell>|x)?( a| \*\)|')?",
            extension in prop::sample::select(vec![".py", ".ml", ".m", ".cpp"]),
        ) {
            let comment = by_extension(extension).unwrap().comment;
            let code = hide_code_marker(&line, comment);
            prop_assert_eq!(marker(&code, comment), None);
            prop_assert_eq!(show_code_marker(&code, comment), &*line);
            let text = hide_text_marker(&line, comment);
            prop_assert!(marker(&comment.line(&text), comment).is_none());
            prop_assert_eq!(show_text_marker(&text, comment), &*line);
            let any = hide_line(&line);
            prop_assert!(marker(&comment.line(&any), comment).is_none());
            prop_assert_eq!(show_line(&any), line);
        }
    }
}
