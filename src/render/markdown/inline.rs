//! Text from a notebook in Markdown: in code spans and fences, where nothing
//! of it is markup.
//!
//! Outside of these there are words of our own only. So no notebook can
//! mention anybody, link anywhere, or end what it stands in.

use crate::render::escape::visible;

/// How many characters of a text a code span has at most.
const SPAN: usize = 200;

/// The first line of a comment, by which a program finds the comment that it
/// has to update: `<!-- nbweave -->`, or `<!-- nbweave NAME -->`.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Marker(String);

/// A name that cannot stand in a marker.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
#[error("a marker has up to 100 ASCII letters, digits, and single `-`, `_`, `.`, `:`, `/`")]
pub struct BadMarker;

impl std::str::FromStr for Marker {
    type Err = BadMarker;

    fn from_str(name: &str) -> Result<Self, BadMarker> {
        let is_plain = |c: char| c.is_ascii_alphanumeric() || "-_.:/".contains(c);
        // Two of these would end the comment.
        let is_safe = name.chars().all(is_plain) && !name.contains("--");
        if is_safe && (1..=100).contains(&name.len()) && !name.ends_with('-') {
            Ok(Self(name.to_owned()))
        } else {
            Err(BadMarker)
        }
    }
}

impl std::fmt::Display for Marker {
    fn fmt(&self, to: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let blank = if self.0.is_empty() { "" } else { " " };
        write!(to, "<!-- nbweave{blank}{} -->", self.0)
    }
}

/// Returns how long a text is, as a web browser counts. GitHub counts the same
/// or less.
pub(super) fn length(text: &str) -> usize {
    text.chars().map(char::len_utf16).sum()
}

/// Returns the start of a text, with `…` if something is missing, in no more
/// than `most` characters.
pub(super) fn start(text: &str, most: usize) -> String {
    if text.char_indices().nth(most).is_none() {
        return text.to_owned();
    }
    let start = text.chars().take(most.saturating_sub(1));
    start.chain(['…']).collect()
}

/// Returns the end of a text, likewise.
pub(super) fn end(text: &str, most: usize) -> String {
    let count = text.chars().count();
    if count <= most {
        return text.to_owned();
    }
    let rest = text.chars().skip(count - most.saturating_sub(1));
    std::iter::once('…').chain(rest).collect()
}

/// Returns a text as code in a line.
pub(super) fn code(text: &str) -> String {
    let text = start(&visible(text), SPAN);
    if text.is_empty() {
        return "empty".to_owned();
    }
    let fence = "`".repeat(longest_run(&text, '`') + 1);
    // Of blanks at both ends, one is not part of the text.
    let is_odd = |c: char| matches!(c, '`' | ' ');
    let blank = match (text.starts_with(is_odd), text.ends_with(is_odd)) {
        _ if text.trim().is_empty() => "",
        (false, false) => "",
        _ => " ",
    };
    format!("{fence}{blank}{text}{blank}{fence}")
}

/// Returns a text as code in a cell of a table, where a bar ends even that.
pub(super) fn cell_code(text: &str) -> String {
    // Behind a backslash, what would keep a bar from that is text itself.
    code(text).replace("\\|", "\\¦").replace('|', "\\|")
}

/// Returns lines in a fence that none of them ends.
pub(super) fn fence(lines: &[String]) -> String {
    let longest = |sign: char| lines.iter().map(|line| longest_run(line, sign)).max();
    let (backticks, tildes) = (longest('`').unwrap_or(0), longest('~').unwrap_or(0));
    // The sign of which there is less makes the shorter fence.
    let (sign, run) = if backticks <= tildes.max(2) {
        ("`", backticks)
    } else {
        ("~", tildes)
    };
    let fence = sign.repeat(run.saturating_add(1).max(3));
    format!("{fence}diff\n{}\n{fence}\n", lines.join("\n"))
}

/// Returns the length of the longest run of a character in a line.
fn longest_run(line: &str, sign: char) -> usize {
    let runs = line.split(|c| c != sign).map(str::len);
    runs.max().unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_text_ends_its_code_span() {
        assert_eq!(code("@user #12 <b> *x*"), "`@user #12 <b> *x*`");
        assert_eq!(code("a`b"), "``a`b``");
        assert_eq!(code("``"), "``` `` ```");
        assert_eq!(code(" a"), "`  a `");
        assert_eq!(code("  "), "`  `");
        assert_eq!(code(""), "empty");
    }

    #[test]
    fn no_text_ends_its_cell_of_a_table() {
        assert_eq!(cell_code("a|b"), r"`a\|b`");
        assert_eq!(cell_code(r"a\|b\"), r"`a\¦b\`");
    }

    #[test]
    fn a_line_end_ends_no_span() {
        assert_eq!(code("a\n\n# b"), "`a␊␊# b`");
    }

    #[test]
    fn long_names_are_cut() {
        assert_eq!(code(&"a".repeat(1000)).chars().count(), SPAN + 2);
        assert_eq!(start("abc", 3), "abc");
        assert_eq!(start("abcd", 3), "ab…");
        assert_eq!(end("abcd", 3), "…cd");
    }

    #[test]
    fn a_fence_is_longer_than_what_is_in_it() {
        let fenced = |line: &str| fence(&[line.to_owned()]);
        assert_eq!(fenced("+x"), "```diff\n+x\n```\n");
        assert_eq!(fenced("+~~~~"), "```diff\n+~~~~\n```\n");
        assert_eq!(fenced("+```"), "~~~diff\n+```\n~~~\n");
        assert_eq!(fenced("+``` ~~~"), "````diff\n+``` ~~~\n````\n");
    }

    #[test]
    fn a_marker_cannot_end_its_comment() {
        let marker: Marker = "docs/a.b:c_d-e".parse().unwrap();
        assert_eq!(marker.to_string(), "<!-- nbweave docs/a.b:c_d-e -->");
        assert_eq!(Marker::default().to_string(), "<!-- nbweave -->");
        for bad in ["", "a--", "a>b", "a b", "a-", "ä", "a\nb", &"a".repeat(101)] {
            assert_eq!(bad.parse::<Marker>(), Err(BadMarker), "{bad}");
        }
    }

    #[test]
    fn length_is_that_of_a_browser() {
        assert_eq!(length("aé😀"), 4);
    }
}
