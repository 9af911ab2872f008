//! A line as it is shown: harmless, in pieces that look different.

use std::ops::Range;

use owo_colors::Style;

use super::Theme;
use super::escape::{visible, visible_blanks};
use super::rows::{LineEnds, without_end};
use super::syntax::Token;
use super::values::counted;

/// How blanks that look like a space, and are none, are shown.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Blanks {
    /// As they are: in lines that did not change, and in outputs.
    AsTheyAre,
    /// By number: in a changed source they may be what changed.
    Named,
}

/// What a piece of a line is.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub(super) struct Face {
    /// Whether it is on one side only.
    pub(super) is_changed: bool,
    pub(super) token: Token,
}

/// A piece of a line, harmless.
pub(super) type Piece = (String, Face);

impl Face {
    /// Returns the colors of a piece in a line of these, where changed words
    /// have their own.
    pub(super) fn style(self, theme: &Theme, line: Style, word: Style) -> Style {
        let Some(syntax) = theme.syntax else {
            return if self.is_changed { word } else { line };
        };
        match self.token {
            _ if self.is_changed => word,
            Token::Plain => line,
            Token::Keyword => syntax.keyword,
            Token::Definition => line.bold(),
            Token::String | Token::Number => syntax.literal,
            Token::Comment | Token::Magic => line.dimmed(),
        }
    }
}

/// Returns a line in pieces, cut where a changed word or a token begins or
/// ends. Changed and unchanged words take turns.
pub(super) fn pieces(
    line: &str,
    words: &[Range<usize>],
    tokens: &[(Range<usize>, Token)],
    ends: LineEnds,
    blanks: Blanks,
) -> Vec<Piece> {
    let line = without_end(line);
    let mut pieces = Vec::new();
    let mut tokens = tokens.iter().peekable();
    let mut at = 0;
    let mut add = |end: usize, is_changed: bool| {
        while at < end {
            while tokens.next_if(|(range, _)| range.end <= at).is_some() {}
            let (stop, token) = match tokens.peek() {
                Some((range, token)) if range.start <= at => (range.end, *token),
                Some((range, _)) => (range.start, Token::Plain),
                None => (end, Token::Plain),
            };
            let stop = stop.min(end);
            // Ranges that are none of this line would be a fault of the diff.
            let text = line.get(at..stop).unwrap_or_default();
            let ends = if stop == line.len() {
                ends
            } else {
                LineEnds::Shown
            };
            let face = Face { is_changed, token };
            pieces.push((displayed(text, ends, blanks), face));
            at = stop;
        }
    };
    for word in words {
        add(word.start.min(line.len()), false);
        add(word.end.min(line.len()), true);
    }
    add(line.len(), false);
    pieces.retain(|(text, _)| !text.is_empty());
    pieces
}

/// Returns the pieces of a line that has more than `most` characters from a
/// little before the first change on, with marks where something is missing.
pub(super) fn clipped(pieces: Vec<Piece>, most: usize) -> Vec<Piece> {
    let length = |text: &String| text.chars().count();
    let total: usize = pieces.iter().map(|(text, _)| length(text)).sum();
    if total <= most {
        return pieces;
    }
    let same = pieces.iter().take_while(|(_, face)| !face.is_changed);
    let before: usize = same.map(|(text, _)| length(text)).sum();
    let mut skipped = match before {
        _ if before == total => 0,
        _ if before < most / 2 => 0,
        _ => before - most / 8,
    };
    let mut room = most;
    let mut clipped = Vec::new();
    if skipped > 0 {
        clipped.push(("…".to_owned(), Face::default()));
    }
    let mut left_out = total - skipped;
    for (text, face) in pieces {
        let characters = text.chars().skip(skipped).take(room);
        let part: String = characters.collect();
        skipped = skipped.saturating_sub(length(&text));
        room -= length(&part);
        left_out -= length(&part);
        clipped.push((part, face));
    }
    if left_out > 0 {
        let more = format!("… {}", counted(left_out, "more character"));
        clipped.push((more, Face::default()));
    }
    clipped.retain(|(text, _)| !text.is_empty());
    clipped
}

/// Returns a line without its line feed, harmless.
pub(super) fn displayed(line: &str, ends: LineEnds, blanks: Blanks) -> String {
    let line = without_end(line);
    let visible = |text| match blanks {
        Blanks::AsTheyAre => visible(text).into_owned(),
        Blanks::Named => visible_blanks(text).into_owned(),
    };
    let (text, end) = match line.strip_suffix('\r') {
        Some(text) if ends == LineEnds::Hidden => (text, ""),
        Some(text) => (text, "␍"),
        None => (line, ""),
    };
    if ends != LineEnds::Blanks {
        return format!("{}{end}", visible(text));
    }
    let trimmed = text.trim_end();
    let blanks = text.strip_prefix(trimmed).unwrap_or_default();
    let blanks: String = blanks
        .chars()
        .map(|blank| match blank {
            ' ' => '·',
            '\t' => '⇥',
            other => other,
        })
        .collect();
    format!("{}{}{end}", visible(trimmed), visible(&blanks))
}
