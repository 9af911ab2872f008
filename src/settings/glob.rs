//! Patterns for paths, with the meaning they have in `.gitignore`.

use std::fmt;
use std::iter::Peekable;
use std::path::{Component, Path};
use std::str::{Chars, FromStr};

/// A pattern for paths below the directory of a settings file.
///
/// `*`, `?` and `[a-z]` match within a name, `**` any directories. A pattern
/// without a slash, but for one at its end, matches in any directory. What
/// matches a directory matches everything in it; with a slash at its end a
/// pattern matches directories only.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Pattern {
    text: String,
    parts: Vec<Part>,
}

/// What stands between slashes.
#[derive(Clone, Debug, Eq, PartialEq)]
enum Part {
    /// `**`: any number of directories.
    Any,
    /// A name.
    Name(Vec<Token>),
}

/// A piece of a name.
#[derive(Clone, Debug, Eq, PartialEq)]
enum Token {
    /// `*`: any characters.
    Star,
    /// `?`: one character.
    One,
    /// This character.
    Char(char),
    /// One of these, or one that is not: first and last of each range.
    Class(Vec<(char, char)>, bool),
}

/// A pattern that means nothing.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct BadPattern(&'static str);

impl fmt::Display for BadPattern {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0)
    }
}

impl std::error::Error for BadPattern {}

impl fmt::Display for Pattern {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

impl FromStr for Pattern {
    type Err = BadPattern;

    fn from_str(text: &str) -> Result<Self, BadPattern> {
        if text.starts_with('!') {
            return Err(BadPattern(
                "patterns that take back others are not known; `\\!` is the sign",
            ));
        }
        let (inner, is_dir) = match text.strip_suffix('/') {
            Some(inner) => (inner, true),
            None => (text, false),
        };
        if inner.is_empty() {
            return Err(BadPattern("there is nothing in it"));
        }
        let mut parts = Vec::new();
        if !inner.contains('/') {
            parts.push(Part::Any);
        }
        for name in inner.strip_prefix('/').unwrap_or(inner).split('/') {
            match name {
                "" => return Err(BadPattern("there is nothing between two slashes")),
                "." | ".." => {
                    return Err(BadPattern("patterns start at the settings file"));
                }
                "**" => parts.push(Part::Any),
                name => parts.push(Part::Name(tokens(name)?)),
            }
        }
        // Everything in a directory that matches; and what ends in `**` matches
        // what is in a directory, not the directory.
        let is_open = parts.last() == Some(&Part::Any);
        if !is_open {
            parts.push(Part::Any);
        }
        if is_open || is_dir {
            parts.push(Part::Name(vec![Token::Star]));
        }
        Ok(Self {
            text: text.to_owned(),
            parts,
        })
    }
}

fn tokens(name: &str) -> Result<Vec<Token>, BadPattern> {
    let mut tokens = Vec::new();
    let mut chars = name.chars().peekable();
    while let Some(c) = chars.next() {
        tokens.push(match c {
            // Several are as one.
            '*' if tokens.last() == Some(&Token::Star) => continue,
            '*' => Token::Star,
            '?' => Token::One,
            '[' => class(&mut chars)?,
            '\\' => Token::Char(escaped(&mut chars)?),
            c => Token::Char(c),
        });
    }
    Ok(tokens)
}

fn escaped(chars: &mut Peekable<Chars<'_>>) -> Result<char, BadPattern> {
    chars.next().ok_or(BadPattern("it ends in a backslash"))
}

fn class(chars: &mut Peekable<Chars<'_>>) -> Result<Token, BadPattern> {
    const OPEN: BadPattern = BadPattern("a `[` without its `]`");
    let is_negated = chars.next_if(|c| matches!(c, '!' | '^')).is_some();
    let mut ranges = Vec::new();
    loop {
        let first = match chars.next().ok_or(OPEN)? {
            ']' if !ranges.is_empty() => return Ok(Token::Class(ranges, is_negated)),
            '[' if chars.peek() == Some(&':') => {
                return Err(BadPattern("classes with a name are not known"));
            }
            '\\' => escaped(chars)?,
            c => c,
        };
        let mut last = first;
        if chars.peek() == Some(&'-') {
            chars.next();
            match chars.next().ok_or(OPEN)? {
                ']' => {
                    ranges.extend([(first, first), ('-', '-')]);
                    return Ok(Token::Class(ranges, is_negated));
                }
                '\\' => last = escaped(chars)?,
                c => last = c,
            }
        }
        ranges.push((first, last));
    }
}

impl Pattern {
    /// Returns whether it matches a path from the directory of the settings.
    pub fn matches(&self, path: &Path) -> bool {
        let names: Vec<Vec<char>> = path
            .components()
            .filter(|part| *part != Component::CurDir)
            .map(|part| part.as_os_str().to_string_lossy().chars().collect())
            .collect();
        let is_any = |part: &Part| *part == Part::Any;
        covers(&self.parts, &names, is_any, |part, name| match part {
            Part::Any => true,
            Part::Name(tokens) => {
                let is_star = |token: &Token| *token == Token::Star;
                covers(tokens, name, is_star, |token, &c| token.matches(c))
            }
        })
    }
}

impl Token {
    fn matches(&self, c: char) -> bool {
        match self {
            Self::Star | Self::One => true,
            Self::Char(own) => *own == c,
            Self::Class(ranges, is_negated) => {
                let is_in = |&(first, last): &(char, char)| (first..=last).contains(&c);
                ranges.iter().any(is_in) != *is_negated
            }
        }
    }
}

/// Returns whether pieces of a pattern match all of `items`, where one for
/// which `is_open` holds stands for any number of them and each other one for
/// one.
///
/// What the last open one takes is all that has to be tried again: pieces
/// times items steps at most.
fn covers<P, T>(
    pieces: &[P],
    items: &[T],
    is_open: impl Fn(&P) -> bool,
    matches: impl Fn(&P, &T) -> bool,
) -> bool {
    let (mut piece, mut item) = (0, 0);
    // Where to go on if what follows the last open piece does not match.
    let mut again = None;
    while let Some(next) = items.get(item) {
        match pieces.get(piece) {
            Some(open) if is_open(open) => {
                again = Some((piece, item));
                piece += 1;
            }
            Some(one) if matches(one, next) => {
                piece += 1;
                item += 1;
            }
            _ => {
                let Some((open, taken)) = again else {
                    return false;
                };
                again = Some((open, taken + 1));
                piece = open + 1;
                item = taken + 1;
            }
        }
    }
    pieces.iter().skip(piece).all(is_open)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(pattern: &str, matching: &[&str], other: &[&str]) {
        let pattern: Pattern = pattern.parse().unwrap();
        for path in matching {
            assert!(pattern.matches(Path::new(path)), "{pattern} and {path}");
        }
        for path in other {
            assert!(!pattern.matches(Path::new(path)), "{pattern} and {path}");
        }
    }

    #[test]
    fn without_a_slash_it_is_a_name_anywhere() {
        check("a.ipynb", &["a.ipynb", "d/e/a.ipynb"], &["xa.ipynb", "a"]);
        check("old", &["old/a.ipynb", "d/old/e/a.ipynb"], &["older/a"]);
        check("old/", &["old/a.ipynb", "d/old/a"], &["old", "d/old"]);
    }

    #[test]
    fn with_a_slash_it_starts_at_the_settings() {
        check("d/a*", &["d/a.ipynb", "d/ab/c"], &["e/d/a.ipynb", "d/b"]);
        check("/a", &["a", "a/b"], &["d/a"]);
        check(
            "legacy/**",
            &["legacy/a", "legacy/d/a"],
            &["legacy", "x/legacy/a"],
        );
        check("**/d/a", &["d/a", "x/y/d/a"], &["d/b", "xd/a"]);
        check("d/**/a", &["d/a", "d/x/a", "d/x/y/a"], &["d/x/b", "a"]);
        check("**", &["a", "d/a"], &[]);
    }

    #[test]
    fn stars_stay_within_a_name() {
        check("d/*.ipynb", &["d/a.ipynb", "d/.ipynb"], &["d/e/a.ipynb"]);
        check("a*b*c", &["abc", "axbxbxc"], &["ab", "axbx"]);
        check("?.ipynb", &["a.ipynb", "ü.ipynb"], &["ab.ipynb", ".ipynb"]);
    }

    #[test]
    fn classes_are_ranges_of_characters() {
        check("[a-c]", &["a", "c"], &["d", "-"]);
        check("[!a-c]", &["d"], &["a"]);
        check("[]x-]", &["]", "x", "-"], &["a"]);
        check(r"\[a\*", &["[a*"], &["[ab"]);
    }

    #[test]
    fn what_means_nothing_is_refused() {
        for text in [
            "",
            "/",
            "//",
            "!a",
            "a//b",
            "[a",
            "[a-",
            "a\\",
            "../a",
            "./a",
            "[[:alpha:]]",
        ] {
            assert!(text.parse::<Pattern>().is_err(), "{text}");
        }
    }

    #[test]
    fn many_stars_are_no_trouble() {
        let pattern: Pattern = "*a".repeat(2000).parse().unwrap();
        assert!(!pattern.matches(Path::new(&"a".repeat(1999))));
        let pattern: Pattern = "**/a/".repeat(500).parse().unwrap();
        assert!(!pattern.matches(Path::new(&"a/".repeat(499))));
    }
}
