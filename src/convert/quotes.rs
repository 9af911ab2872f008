//! Which lines of a program begin inside a string that goes over lines, as
//! far as that can be told without knowing the language.

use super::languages::{by_name, usual_name};

/// Follows the triple quotes of a program, line by line.
#[derive(Clone, Debug)]
pub(super) struct Quotes {
    /// What comments start with, if that is known.
    comment: Option<&'static str>,
    /// Whether there are triple quotes at all: R has none.
    has_triple: bool,
    /// The quote of the string that is open.
    open: Option<u8>,
}

impl Quotes {
    /// Starts outside of strings.
    pub(super) fn of(language: &str) -> Self {
        // Octave and the like are not known by the names that scripts have.
        let script = by_name(language)
            .or_else(|| by_name(&usual_name(language)).filter(|_| language == "r"));
        Self {
            comment: script.map(|script| script.comment.prefix),
            has_triple: !is_r(language),
            open: None,
        }
    }

    /// Returns whether the next line begins inside a string.
    pub(super) fn is_quoted(&self) -> bool {
        self.open.is_some()
    }

    /// Goes on by a line.
    pub(super) fn read(&mut self, line: &str) {
        if !self.has_triple {
            return;
        }
        let is_comment = |comment: &str| line.trim_start().starts_with(comment);
        if self.open.is_none() && self.comment.is_some_and(is_comment) {
            return;
        }
        let bytes = line.as_bytes();
        let mut single = None;
        // The first place at which three quotes can end that are others than
        // those of the last triple.
        let mut next_triple = 2;
        for (at, &byte) in bytes.iter().enumerate() {
            if single.is_none()
                && self.open.is_none()
                && let Some(comment) = self.comment
                && bytes
                    .get(at..)
                    .is_some_and(|rest| rest.starts_with(comment.as_bytes()))
            {
                break;
            }
            let is_escaped = at > 0 && bytes.get(at - 1) == Some(&b'\\');
            if !matches!(byte, b'"' | b'\'') || is_escaped {
                continue;
            }
            if single == Some(byte) {
                single = None;
            } else if single.is_none() {
                let is_triple = at >= next_triple
                    && bytes
                        .get(at - 2..at)
                        .is_some_and(|before| before == [byte, byte]);
                match self.open {
                    Some(open) if is_triple && open == byte => {
                        self.open = None;
                        next_triple = at + 3;
                    }
                    None if is_triple => {
                        self.open = Some(byte);
                        next_triple = at + 3;
                    }
                    Some(_) => {}
                    None => single = Some(byte),
                }
            }
        }
    }

    /// Returns the quotes that end the string that is open.
    pub(super) fn closing(&self) -> Option<&'static str> {
        self.open.map(|quote| match quote {
            b'"' => "\"\"\"",
            _ => "'''",
        })
    }
}

fn is_r(language: &str) -> bool {
    matches!(language, "R" | "r")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(language: &str, lines: &[&str], expected: &[bool]) {
        let mut quotes = Quotes::of(language);
        let found: Vec<bool> = lines
            .iter()
            .map(|line| {
                quotes.read(line);
                quotes.is_quoted()
            })
            .collect();
        assert_eq!(found, expected);
    }

    #[test]
    fn triple_quotes_go_over_lines() {
        check(
            "python",
            &["x = '''", "a", "'''", "b"],
            &[true, true, false, false],
        );
        check(
            "python",
            &["'''a'''", r#""""'''"#, "'", r#"""""#],
            &[false, true, true, false],
        );
    }

    #[test]
    fn single_quotes_and_comments_do_not() {
        check(
            "python",
            &["'a", r#"# """"#, r#"x # """"#, r#"'"""'"#],
            &[false; 4],
        );
        check("R", &["'''"], &[false]);
        check("c++", &["// '''", "# '''"], &[false, true]);
    }
}
