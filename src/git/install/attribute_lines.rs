//! Lines of attributes, put into a file and taken out again.
//!
//! A file that has no end of its last line gets none: so it can be told later
//! whether there was a file at all.

/// Which lines of a file are our own: those with these patterns, and no
/// attribute of another value.
#[derive(Clone, Copy, Debug)]
pub struct OwnLines<'a> {
    /// `*.txt`
    pub patterns: &'a [&'a str],
    /// `x` in `diff=x merge=x`
    pub value: &'a str,
}

impl OwnLines<'_> {
    fn has(&self, line: &AttributeLine) -> bool {
        let is_own = |attribute: &String| {
            let value = attribute.split_once('=').map(|(_, value)| value);
            value == Some(self.value)
        };
        self.patterns.contains(&line.pattern.as_str())
            && !line.attributes.is_empty()
            && line.attributes.iter().all(is_own)
    }
}

/// A line that gives attributes to paths.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct AttributeLine {
    /// Which line of the file it is, from one.
    pub number: usize,
    /// The paths, as a pattern.
    pub pattern: String,
    /// `diff=x`, `-text`, `binary`.
    pub attributes: Vec<String>,
}

impl AttributeLine {
    fn of(number: usize, line: &[u8]) -> Option<Self> {
        let line = line.strip_prefix(b"\xef\xbb\xbf").unwrap_or(line);
        let text = String::from_utf8_lossy(line);
        let text = text.trim();
        if text.is_empty() || text.starts_with('#') {
            return None;
        }
        let (pattern, rest) = match text.strip_prefix('"').map(quoted_end) {
            // A pattern in quotes, as of C.
            Some(Some(end)) => text.split_at_checked(end + 2)?,
            _ => text.split_once([' ', '\t']).unwrap_or((text, "")),
        };
        Some(Self {
            number,
            pattern: pattern.to_owned(),
            attributes: rest.split_whitespace().map(str::to_owned).collect(),
        })
    }

    /// Whether the line says something of an attribute.
    pub fn names(&self, attribute: &str) -> bool {
        let name = |word: &String| {
            let word = word.trim_start_matches(['-', '!']);
            word.split('=').next() == Some(attribute)
        };
        self.attributes.iter().any(name)
    }
}

/// Returns where the quotes end, from behind the first.
fn quoted_end(text: &str) -> Option<usize> {
    let mut is_escaped = false;
    text.char_indices().find_map(|(at, c)| {
        let is_end = c == '"' && !is_escaped;
        is_escaped = c == '\\' && !is_escaped;
        is_end.then_some(at)
    })
}

/// Returns the lines of a file that give attributes, or could.
pub fn attribute_lines(text: &[u8]) -> Vec<AttributeLine> {
    let lines = text.split(|&byte| byte == b'\n').enumerate();
    lines
        .filter_map(|(index, line)| AttributeLine::of(index + 1, line))
        .collect()
}

/// Returns a file with these lines as its only ones of our own; `None` is no
/// file.
///
/// They stand at the end, or where they stood before if they hold there.
pub fn with_lines(text: Option<&[u8]>, wanted: &[String], own: &OwnLines<'_>) -> Vec<u8> {
    let Some(text) = text else {
        return wanted
            .iter()
            .flat_map(|line| [line, "\n"].concat().into_bytes())
            .collect();
    };
    let end: &[u8] = match memchr::memchr(b'\n', text) {
        Some(at) if at > 0 && text.get(at - 1) == Some(&b'\r') => b"\r\n",
        _ => b"\n",
    };
    let lines: Vec<_> = text.split_inclusive(|&byte| byte == b'\n').collect();
    let is_own: Vec<_> = lines
        .iter()
        .map(|line| AttributeLine::of(0, line).is_some_and(|line| own.has(&line)))
        .collect();
    let place = is_own.iter().rposition(|&is_own| is_own);
    let place = place.filter(|&place| !is_overridden(&lines[place + 1..], own));
    let mut kept: Vec<Vec<u8>> = Vec::new();
    for (index, line) in lines.iter().enumerate() {
        if !is_own[index] {
            kept.push(line.to_vec());
        }
        if Some(index) == place {
            kept.extend(wanted.iter().map(|line| [line.as_bytes(), end].concat()));
        }
    }
    if place.is_none() {
        kept.extend(wanted.iter().map(|line| [line.as_bytes(), end].concat()));
    }
    joined(kept, end, text.ends_with(b"\n"))
}

/// Whether other lines with one of our patterns come later, and win.
fn is_overridden(later: &[&[u8]], own: &OwnLines<'_>) -> bool {
    let lines = later.iter().filter_map(|line| AttributeLine::of(0, line));
    let mut others = lines.filter(|line| !own.has(line));
    others.any(|line| {
        let ours = ["diff", "merge", "filter"];
        own.patterns.contains(&line.pattern.as_str()) && ours.iter().any(|name| line.names(name))
    })
}

/// Joins lines so that all but the last have an end, and the last has one if
/// it is to have one.
fn joined(mut lines: Vec<Vec<u8>>, end: &[u8], is_terminated: bool) -> Vec<u8> {
    let n_lines = lines.len();
    for (index, line) in lines.iter_mut().enumerate() {
        let has_end = line.ends_with(b"\n");
        if index + 1 < n_lines && !has_end {
            line.extend(end);
        } else if index + 1 == n_lines && has_end && !is_terminated {
            line.pop();
            line.pop_if(|byte| *byte == b'\r');
        }
    }
    lines.concat()
}

/// Returns a file without our own lines; `None` if nothing but them was ever
/// in it.
pub fn without_lines(text: &[u8], own: &OwnLines<'_>) -> Option<Vec<u8>> {
    let lines = text.split_inclusive(|&byte| byte == b'\n');
    let is_other = |line: &&[u8]| !AttributeLine::of(0, line).is_some_and(|line| own.has(&line));
    let kept: Vec<_> = lines.filter(is_other).map(<[u8]>::to_vec).collect();
    let is_terminated = text.ends_with(b"\n");
    if kept.is_empty() && is_terminated {
        return None;
    }
    Some(joined(kept, b"\n", is_terminated))
}

#[cfg(test)]
mod tests {
    use super::*;

    const OWN: OwnLines<'_> = OwnLines {
        patterns: &["*.a", "*.b"],
        value: "x",
    };

    fn with(text: Option<&str>, wanted: &[&str]) -> String {
        let wanted: Vec<_> = wanted.iter().map(|&line| line.to_owned()).collect();
        let text = with_lines(text.map(str::as_bytes), &wanted, &OWN);
        String::from_utf8(text).unwrap()
    }

    fn without(text: &str) -> Option<String> {
        without_lines(text.as_bytes(), &OWN).map(|text| String::from_utf8(text).unwrap())
    }

    #[test]
    fn what_was_put_in_can_be_taken_out() {
        let texts = [
            None,
            Some(""),
            Some("\n"),
            Some("# c"),
            Some("*.txt text\n"),
            Some("*.txt text\n\n\n"),
            Some("*.txt text"),
            Some("*.txt text\r\n"),
            Some("*.txt text\r\n*.c diff=cpp"),
            Some("*.a diff=y\n*.a merge=y\n"),
            Some("\u{feff}*.txt text\n"),
        ];
        for text in texts {
            for wanted in [&["*.a diff=x merge=x"][..], &["*.a diff=x", "*.b filter=x"]] {
                let changed = with(text, wanted);
                assert_eq!(without(&changed).as_deref(), text, "{changed:?}");
                assert_eq!(with(Some(&changed), wanted), changed);
            }
        }
    }

    #[test]
    fn lines_go_to_the_end_in_the_style_of_the_file() {
        assert_eq!(with(None, &["*.a diff=x"]), "*.a diff=x\n");
        assert_eq!(
            with(Some("b\r\nc\r\n"), &["*.a diff=x"]),
            "b\r\nc\r\n*.a diff=x\r\n"
        );
        assert_eq!(
            with(Some("b\r\nc"), &["*.a diff=x"]),
            "b\r\nc\r\n*.a diff=x"
        );
    }

    #[test]
    fn own_lines_stay_where_they_are_unless_others_win() {
        let later = "*.a diff=x\nd/*.a -diff\n";
        assert_eq!(with(Some(later), &["*.a diff=x"]), later);
        assert_eq!(
            with(Some(later), &["*.a diff=x merge=x"]),
            "*.a diff=x merge=x\nd/*.a -diff\n"
        );
        assert_eq!(
            with(Some("*.a diff=x\n*.a diff=y\n"), &["*.a diff=x"]),
            "*.a diff=y\n*.a diff=x\n"
        );
    }

    #[test]
    fn lines_of_others_are_not_ours() {
        let texts = [
            "*.a diff=x text\n",
            "*.a diff=y\n",
            "*.c diff=x\n",
            "*.a -diff\n",
            "*.a\n",
            "# *.a diff=x\n",
        ];
        for text in texts {
            assert_eq!(without(text).as_deref(), Some(text));
        }
    }

    #[test]
    fn patterns_may_be_in_quotes() {
        let lines = attribute_lines(b"# c\n\n\"a \\\" b.a\" diff=x -text\n*.b !filter\n");
        assert_eq!(lines[0].pattern, "\"a \\\" b.a\"");
        assert_eq!(lines[0].attributes, ["diff=x", "-text"]);
        assert_eq!(lines[0].number, 3);
        assert!(lines[0].names("text") && !lines[0].names("filter"));
        assert!(lines[1].names("filter"));
    }
}
