//! Text from a notebook, made harmless for a terminal.
//!
//! A notebook is written by anyone. What it holds may move the cursor, set the
//! clipboard, name a link that leads elsewhere, or turn the order of letters
//! around so that code reads as something it is not. Nothing of that gets
//! through: it is shown as what it is, or dropped.

use std::borrow::Cow;
use std::fmt::Write as _;

use unicode_width::UnicodeWidthChar as _;

use crate::diff::terminal_text;

/// Returns one line of text with everything that a terminal would obey, or
/// nobody could see, as a visible character or its number. Tabs are kept.
pub(super) fn visible(text: &str) -> Cow<'_, str> {
    if text.bytes().all(|byte| matches!(byte, b'\t' | b' '..=b'~')) {
        return Cow::Borrowed(text);
    }
    let mut shown = String::with_capacity(text.len() + 8);
    let mut previous = '\0';
    for character in text.chars() {
        match character {
            '\t' => shown.push('\t'),
            // The control pictures have the order of the controls.
            '\0'..='\x1f' => shown.extend(char::from_u32(0x2400 + u32::from(character))),
            '\x7f' => shown.push('␡'),
            _ if is_hidden(character, previous) => {
                // Writing to memory cannot fail.
                write!(shown, "<U+{:04X}>", u32::from(character)).ok();
            }
            _ => shown.push(character),
        }
        previous = character;
    }
    Cow::Owned(shown)
}

/// Returns one line of text like [`visible`], with the number of each blank
/// that looks like a space, and is none.
pub(super) fn visible_blanks(text: &str) -> Cow<'_, str> {
    let is_odd = |c: char| {
        matches!(
            c,
            '\u{a0}' | '\u{1680}' | '\u{2000}'..='\u{200a}' | '\u{202f}' | '\u{205f}' | '\u{3000}'
        )
    };
    if !text.contains(is_odd) {
        return visible(text);
    }
    let mut named = String::with_capacity(text.len() + 8);
    for character in text.chars() {
        if is_odd(character) {
            // Writing to memory cannot fail.
            write!(named, "<U+{:04X}>", u32::from(character)).ok();
        } else {
            named.push(character);
        }
    }
    Cow::Owned(visible(&named).into_owned())
}

/// Whether a character beyond ASCII controls the terminal or cannot be seen
/// where it stands.
fn is_hidden(character: char, previous: char) -> bool {
    match character {
        // C1 controls; soft hyphen; marks of the direction of text; blanks of
        // no width and fillers; line and paragraph separator; tags.
        '\u{80}'..='\u{9f}'
        | '\u{ad}'
        | '\u{61c}'
        | '\u{115f}'
        | '\u{1160}'
        | '\u{17b4}'
        | '\u{17b5}'
        | '\u{180e}'
        | '\u{200b}'
        | '\u{200e}'
        | '\u{200f}'
        | '\u{2028}'..='\u{202e}'
        | '\u{2060}'..='\u{206f}'
        | '\u{3164}'
        | '\u{feff}'
        | '\u{ffa0}'
        | '\u{fff0}'..='\u{fffb}'
        | '\u{e0000}'..='\u{e00ff}' => true,
        // Joiners have a meaning inside scripts and emoji, not in code.
        '\u{200c}' | '\u{200d}' => previous.is_ascii(),
        // So has one selector behind a character; several carry a message.
        '\u{fe00}'..='\u{fe0f}' | '\u{e0100}'..='\u{e01ef}' => {
            matches!(previous, '\u{fe00}'..='\u{fe0f}' | '\u{e0100}'..='\u{e01ef}')
        }
        _ => false,
    }
}

/// Returns a line of an output as a terminal would show it, without colors:
/// escape sequences are dropped, and of text written over text the last stays.
pub(super) fn printed(line: &str) -> Cow<'_, str> {
    if !line.contains(['\x1b', '\u{9b}', '\r', '\x08']) {
        return Cow::Borrowed(line);
    }
    let seen = terminal_text(line);
    let mut text = String::with_capacity(seen.len());
    let mut rest = seen.chars();
    while let Some(character) = rest.next() {
        match character {
            '\x1b' => skip_escape(&mut rest),
            '\u{9b}' => skip_control(&mut rest),
            _ => text.push(character),
        }
    }
    Cow::Owned(text)
}

/// Goes behind an escape sequence; the escape itself is behind.
fn skip_escape(rest: &mut std::str::Chars<'_>) {
    let mut ahead = rest.clone();
    match ahead.next() {
        Some('[') => {
            *rest = ahead;
            skip_control(rest);
        }
        // A command to the system, with its text, up to BEL or ESC \.
        Some(']' | 'P' | 'X' | '^' | '_') => loop {
            match ahead.next() {
                Some('\x1b') => {
                    if ahead.clone().next() == Some('\\') {
                        ahead.next();
                        *rest = ahead;
                        return;
                    }
                }
                Some('\x07' | '\u{9c}') => {
                    *rest = ahead;
                    return;
                }
                Some(_) => {}
                // It has no end: what follows is text, and harmless.
                None => return,
            }
        },
        Some('(' | ')' | '*' | '+' | '#' | ' ' | '%') => {
            ahead.next();
            *rest = ahead;
        }
        Some('0'..='~') => *rest = ahead,
        _ => {}
    }
}

/// Goes behind the parameters and the final letter of a control sequence.
fn skip_control(rest: &mut std::str::Chars<'_>) {
    loop {
        let mut ahead = rest.clone();
        match ahead.next() {
            Some(' '..='?') => *rest = ahead,
            Some('@'..='~') => {
                *rest = ahead;
                return;
            }
            _ => return,
        }
    }
}

/// Returns a file's name as git writes it: in quotes and with escapes if it
/// holds something that is not to be printed.
pub(super) fn file_name(name: &str) -> Cow<'_, str> {
    let shown = visible(name);
    if matches!(shown, Cow::Borrowed(_)) && !name.contains(['"', '\\', '\t']) {
        return shown;
    }
    let is_plain = |c: char| !c.is_control() && !matches!(c, '"' | '\\');
    if name.chars().all(is_plain) {
        return shown;
    }
    let mut quoted = String::from("\"");
    for character in name.chars() {
        match character {
            '"' | '\\' => quoted.extend(['\\', character]),
            '\n' => quoted.push_str("\\n"),
            '\t' => quoted.push_str("\\t"),
            '\r' => quoted.push_str("\\r"),
            _ if character.is_control() => {
                let mut bytes = [0; 4];
                for byte in character.encode_utf8(&mut bytes).bytes() {
                    write!(quoted, "\\{byte:03o}").ok();
                }
            }
            _ => quoted.push_str(&visible(character.encode_utf8(&mut [0; 4]))),
        }
    }
    quoted.push('"');
    Cow::Owned(quoted)
}

/// Returns how many columns of a terminal a text takes.
pub(super) fn width(text: &str) -> usize {
    text.chars().map(|c| c.width().unwrap_or(0)).sum()
}

/// Returns the start of a text, with `…` at the end if something is missing,
/// in no more than `columns`.
pub(super) fn cut(text: &str, columns: usize) -> Cow<'_, str> {
    // Most characters are one column wide; none of them is more than two.
    if text.len() <= columns || width(text) <= columns {
        return Cow::Borrowed(text);
    }
    let mut used = 1;
    let mut start = String::new();
    for character in text.chars() {
        used += character.width().unwrap_or(0);
        if used > columns {
            break;
        }
        start.push(character);
    }
    start.push('…');
    Cow::Owned(start)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn plain_text_and_tabs_stay() {
        assert_eq!(visible("a\tb ~"), "a\tb ~");
        assert_eq!(visible("naïve 日本 👩‍👩‍👧 ❤️"), "naïve 日本 👩‍👩‍👧 ❤️");
    }

    #[test]
    fn controls_are_shown() {
        assert_eq!(visible("a\x1b[31mb\r\0\x7f"), "a␛[31mb␍␀␡");
        assert_eq!(visible("\u{9b}31m"), "<U+009B>31m");
    }

    #[test]
    fn what_turns_text_around_or_hides_it_is_shown() {
        assert_eq!(visible("a\u{202e}b\u{2066}"), "a<U+202E>b<U+2066>");
        assert_eq!(visible("x\u{200b}y\u{200d}z"), "x<U+200B>y<U+200D>z");
        assert_eq!(visible("é\u{fe01}\u{fe02}"), "é\u{fe01}<U+FE02>");
        assert_eq!(visible("a\u{2028}b"), "a<U+2028>b");
    }

    #[test]
    fn blanks_that_are_no_space_have_a_number() {
        assert_eq!(visible("a\u{a0}b"), "a\u{a0}b");
        assert_eq!(
            visible_blanks("a\u{a0}b\u{3000} c\t"),
            "a<U+00A0>b<U+3000> c\t"
        );
        assert_eq!(
            visible_blanks("\u{2000}\u{200a}\u{202f}\u{205f}\x1b"),
            "<U+2000><U+200A><U+202F><U+205F>␛"
        );
    }

    #[test]
    fn outputs_are_what_a_terminal_would_show() {
        assert_eq!(printed("\x1b[0;31mNameError\x1b[0m: x"), "NameError: x");
        assert_eq!(printed("\x1b]8;;http://a\x07link\x1b]8;;\x1b\\"), "link");
        assert_eq!(printed("10%\r50%\r100%\r"), "100%");
        assert_eq!(printed("ab\x08c"), "ac");
        assert_eq!(printed("\x1b(B\x1bMx"), "x");
    }

    #[test]
    fn a_sequence_without_an_end_hides_nothing() {
        assert_eq!(printed("\x1b]0;all of this stays"), "]0;all of this stays");
    }

    #[test]
    fn names_of_files_are_quoted_as_git_does() {
        assert_eq!(file_name("a b/ä.ipynb"), "a b/ä.ipynb");
        assert_eq!(file_name("a\n\"\x1b"), r#""a\n\"\033""#);
    }

    #[test]
    fn text_is_cut_by_columns() {
        assert_eq!(cut("abc", 3), "abc");
        assert_eq!(cut("abcd", 3), "ab…");
        assert_eq!(cut("日本語", 4), "日…");
        assert_eq!(width("日本"), 4);
    }

    proptest! {
        #[test]
        fn nothing_that_a_terminal_obeys_gets_through(text: String) {
            let obeyed = |c: char| c != '\t' && c.is_control();
            prop_assert!(!visible(&text).contains(obeyed));
            prop_assert!(!visible(&printed(&text)).contains(obeyed));
            prop_assert!(!file_name(&text).contains(|c: char| c.is_control()));
        }
    }
}
