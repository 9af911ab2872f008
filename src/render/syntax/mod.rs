//! Keywords, strings, numbers and comments of a source, told apart line by
//! line.
//!
//! This is no parser: it takes what it meets from left to right, in time
//! linear in the text, and whatever it does not know is plain. Grammars of
//! editors say more, but compiling those of one language takes longer than
//! all the rest of a diff.

mod languages;

use std::borrow::Cow;
use std::ops::Range;

use languages::{Apostrophe, Case};
pub(crate) use languages::{Language, language};

use crate::notebook::{Cell, CellKind, Notebook};

/// Sources with more lines have no colors.
const MOST_LINES: usize = 2_000;

/// The language of notebooks that name none: those of the time before there
/// were others.
const FIRST: &str = "python";

/// What a part of a source is.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub(super) enum Token {
    #[default]
    Plain,
    Keyword,
    /// The name of what is defined: behind `def`, `class`, …
    Definition,
    String,
    Number,
    Comment,
    /// A command to the kernel or the shell: `%time`, `!ls`, `x?`.
    Magic,
}

/// Parts of a line, in order and without overlap; what is not in it is plain.
pub(super) type Tokens = Vec<(Range<usize>, Token)>;

/// Returns the language that a cell is written in, if it is known.
pub(super) fn language_of(
    notebook: &Notebook<'_>,
    cell: Option<&Cell<'_>>,
) -> Option<&'static Language> {
    let cell = cell.filter(|cell| cell.kind == CellKind::Code)?;
    let metadata = cell.metadata.as_ref();
    let own = metadata.and_then(|it| it.get("vscode")?.get("languageId")?.as_str());
    if let Some(own) = own {
        return language(&own);
    }
    let name = |object: &str, key: &str| {
        let object = notebook.metadata?.get(object)?;
        object.get(key)?.as_str()
    };
    let names = [
        name("kernelspec", "language"),
        name("language_info", "name"),
        name("kernelspec", "name"),
    ];
    let mut names = names.into_iter().flatten().peekable();
    if names.peek().is_none() {
        return language(FIRST);
    }
    names.find_map(|name: Cow<'_, str>| language(&name))
}

/// What goes on at the end of a line.
#[derive(Clone, Copy, Debug)]
enum State {
    Code,
    /// A string over several lines, up to this quote.
    String(&'static str),
    /// A comment over several lines, up to this.
    Comment(&'static str),
    /// Nothing that we know: the rest of a cell in another language.
    Unknown,
}

/// Returns what is in each line. At `starts`, by index from zero, other cells
/// begin.
pub(super) fn tokens(
    lines: &[Cow<'_, str>],
    starts: impl IntoIterator<Item = usize>,
    language: &'static Language,
) -> Vec<Tokens> {
    if lines.len() > MOST_LINES {
        return Vec::new();
    }
    let mut starts = starts.into_iter().peekable();
    let (mut now, mut state) = (Some(language), State::Code);
    let mut is_first = true;
    let mut all = Vec::with_capacity(lines.len());
    for (at, line) in lines.iter().enumerate() {
        if starts.next_if(|&start| start <= at).is_some() {
            (now, state, is_first) = (Some(language), State::Code, true);
        }
        let line = line.trim_end_matches(['\n', '\r']);
        if is_first && !line.trim().is_empty() {
            is_first = false;
            if let Some(name) = cell_magic(line) {
                now = language_of_magic(name, language);
                all.push(vec![(0..line.len(), Token::Magic)]);
                continue;
            }
        }
        let mut scanner = Scanner {
            language: now.unwrap_or(language),
            line,
            at: 0,
            unclosed: Vec::new(),
            tokens: Vec::new(),
        };
        if now.is_none() {
            state = State::Unknown;
        }
        state = scanner.scan(state);
        all.push(scanner.tokens);
    }
    all
}

/// Returns the name of the magic that a cell begins with: `%%bash`.
fn cell_magic(line: &str) -> Option<&str> {
    let name = line.trim_start().strip_prefix("%%")?;
    let name = name.split_whitespace().next()?;
    name.starts_with(|c: char| c.is_ascii_alphabetic() || c == '!')
        .then_some(name)
}

/// Returns the language of the rest of a cell behind a magic.
fn language_of_magic(name: &str, own: &'static Language) -> Option<&'static Language> {
    match name {
        "time" | "timeit" | "capture" | "prun" | "memit" | "mprun" | "cython" | "px" => Some(own),
        "!" => language("bash"),
        _ => language(name),
    }
}

struct Scanner<'l> {
    language: &'static Language,
    line: &'l str,
    at: usize,
    /// Quotes that nothing closes in the rest of the line.
    unclosed: Vec<char>,
    tokens: Tokens,
}

impl<'l> Scanner<'l> {
    fn rest(&self) -> &'l str {
        self.line.get(self.at..).unwrap_or_default()
    }

    /// Takes so many bytes as a token.
    fn take(&mut self, length: usize, token: Token) {
        let end = (self.at + length).min(self.line.len());
        if token != Token::Plain && end > self.at {
            self.tokens.push((self.at..end, token));
        }
        self.at = end;
    }

    /// Goes through the line, and returns what goes on behind it.
    fn scan(&mut self, mut state: State) -> State {
        if matches!(state, State::Code) && self.takes_magic() {
            return state;
        }
        loop {
            state = match state {
                State::Unknown => return state,
                State::String(quote) => {
                    let Some(end) = closing(self.rest(), quote) else {
                        self.take(self.rest().len(), Token::String);
                        return state;
                    };
                    self.take(end, Token::String);
                    State::Code
                }
                State::Comment(end) => {
                    let Some(at) = self.rest().find(end) else {
                        self.take(self.rest().len(), Token::Comment);
                        return state;
                    };
                    self.take(at + end.len(), Token::Comment);
                    State::Code
                }
                State::Code if self.rest().is_empty() => return state,
                State::Code => self.code(),
            };
        }
    }

    /// Takes a command to the kernel or the shell, and whether it is all of
    /// the line.
    fn takes_magic(&mut self) -> bool {
        let text = self.line.trim_start();
        let indent = self.line.len() - text.len();
        let is_help = {
            let text = text.trim_end();
            let name = text.trim_matches('?');
            name.len() < text.len()
                && !name.is_empty()
                && name
                    .chars()
                    .all(|c| c.is_alphanumeric() || "._%*".contains(c))
        };
        if text.starts_with('!') && !self.language.in_names.contains(&'!') || is_help {
            self.at = indent;
            self.take(text.len(), Token::Magic);
            return true;
        }
        let name = text.strip_prefix('%').filter(|name| {
            name.starts_with(|c: char| c.is_ascii_alphabetic())
                && !self.language.comments.contains(&"%")
        });
        if let Some(name) = name {
            let end = name.find(char::is_whitespace).unwrap_or(name.len());
            self.at = indent;
            self.take(end + 1, Token::Magic);
        }
        false
    }

    /// Takes what comes next of code.
    fn code(&mut self) -> State {
        let rest = self.rest();
        let language = self.language;
        // A block first: in Julia it begins as other comments do.
        if let Some((open, close)) = language.block_comment
            && rest.starts_with(open)
        {
            self.take(open.len(), Token::Comment);
            return State::Comment(close);
        }
        if language.comments.iter().any(|open| rest.starts_with(open)) {
            self.take(rest.len(), Token::Comment);
            return State::Code;
        }
        if let Some(length) = string_prefix(rest) {
            self.take(length, Token::String);
            return State::Code;
        }
        let mut quotes = language.long_quotes.iter();
        if let Some(quote) = quotes.find(|quote| rest.starts_with(**quote)) {
            self.take(quote.len(), Token::String);
            return State::String(quote);
        }
        let Some(first) = rest.chars().next() else {
            return State::Code;
        };
        if first == '\'' && language.apostrophe == Apostrophe::Character {
            let length = character(rest);
            self.take(
                length.unwrap_or(1),
                length.map_or(Token::Plain, |_| Token::String),
            );
        } else if language.quotes.contains(&first) && !(first == '\'' && self.is_behind_name()) {
            self.string(first);
        } else if first.is_ascii_digit() {
            self.take(number(rest), Token::Number);
        } else if is_in_name(first, language) {
            self.name();
        } else {
            self.take(first.len_utf8(), Token::Plain);
        }
        State::Code
    }

    /// Takes a string that ends in this line; the quote alone, if none does.
    fn string(&mut self, quote: char) {
        let inside = self.rest().get(1..).unwrap_or_default();
        let end = if self.unclosed.contains(&quote) {
            None
        } else {
            closing(inside, if quote == '"' { "\"" } else { "'" })
        };
        if let Some(length) = end {
            self.take(length + 1, Token::String);
        } else {
            self.unclosed.push(quote);
            self.take(1, Token::Plain);
        }
    }

    /// Whether a name, or what is like one, ends here: what follows begins no
    /// string.
    fn is_behind_name(&self) -> bool {
        let before = self.line.get(..self.at).unwrap_or_default();
        let is_end = |c: char| c.is_alphanumeric() || matches!(c, '_' | ')' | ']' | '}');
        let is_string = self
            .tokens
            .last()
            .is_some_and(|(range, token)| range.end == self.at && *token == Token::String);
        before.ends_with(is_end) && !is_string
    }

    fn name(&mut self) {
        const DEFINING: &[&str] = &["def", "class", "function", "fn", "func", "fun", "struct"];
        let rest = self.rest();
        let end = rest.find(|c| !is_in_name(c, self.language));
        let name = rest.get(..end.unwrap_or(rest.len())).unwrap_or_default();
        let before = self.line.get(..self.at).unwrap_or_default();
        let previous = before.trim_end();
        let is_defined = previous.len() < before.len()
            && DEFINING.iter().any(|word| {
                let ahead = previous.strip_suffix(word);
                ahead.is_some_and(|ahead| !ahead.ends_with(|c| is_in_name(c, self.language)))
            });
        let is_same = |word: &str| match self.language.case {
            Case::Matters => word == name,
            Case::Ignored => word.eq_ignore_ascii_case(name),
        };
        let is_keyword = !previous.ends_with('.')
            && self.language.keywords.split_ascii_whitespace().any(is_same);
        let token = match () {
            () if is_keyword => Token::Keyword,
            () if is_defined => Token::Definition,
            () => Token::Plain,
        };
        self.take(name.len(), token);
    }
}

fn is_in_name(c: char, language: &Language) -> bool {
    c.is_alphanumeric() || c == '_' || language.in_names.contains(&c)
}

/// Returns the length of letters before a quote that say what a string is:
/// `rb"…"`, `f'…'`.
fn string_prefix(rest: &str) -> Option<usize> {
    let length = rest
        .bytes()
        .take_while(|byte| b"rRbBfFuU".contains(byte))
        .count();
    let is_quote = |byte: &u8| matches!(byte, b'"' | b'\'');
    let is_prefix = (1..=2).contains(&length) && rest.as_bytes().get(length).is_some_and(is_quote);
    is_prefix.then_some(length)
}

/// Returns where behind a quote its string ends, if it does in this line.
fn closing(text: &str, quote: &str) -> Option<usize> {
    let mut at = 0;
    loop {
        let rest = text.get(at..)?;
        if rest.starts_with(quote) {
            return Some(at + quote.len());
        }
        let mut characters = rest.chars();
        at += match characters.next()? {
            '\\' => 1 + characters.next()?.len_utf8(),
            other => other.len_utf8(),
        };
    }
}

/// Returns the length of a single character in apostrophes.
fn character(rest: &str) -> Option<usize> {
    let is_escaped = rest.starts_with("'\\");
    let skipped = if is_escaped { 3 } else { 2 };
    let mut ends = rest.char_indices().skip(skipped).take(9);
    let (end, _) = ends.find(|(_, c)| *c == '\'')?;
    let inside = rest.get(1..end)?;
    (is_escaped || inside.chars().count() == 1).then_some(end + 1)
}

/// Returns the length of a number, with what belongs to it: `1_000.5e-3`,
/// `0xFF`, `10L`.
fn number(rest: &str) -> usize {
    let mut end = 0;
    let mut previous = '0';
    for (at, c) in rest.char_indices() {
        let is_exponent = matches!(previous, 'e' | 'E') && !rest.starts_with("0x");
        let belongs = c.is_ascii_alphanumeric()
            || matches!(c, '_' | '.')
            || (is_exponent && matches!(c, '+' | '-'));
        if !belongs {
            break;
        }
        (end, previous) = (at + c.len_utf8(), c);
    }
    end
}

#[cfg(test)]
mod tests;
