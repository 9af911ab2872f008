//! Settings taken out of the text of a settings file.
//!
//! `git config --unset` would also take blank lines before a section, or leave
//! its header if a comment stands before it.

use super::config_file::same_key;

/// Returns the text without the lines of some settings, and without the
/// headers of sections that nothing is left of.
///
/// It knows the form in which git writes settings, one to a line; the caller
/// makes sure that the others have not changed. A comment that is indented
/// belongs to its section and keeps the header; any other may be about what
/// comes next.
pub(super) fn without(text: &[u8], keys: &[&str]) -> Vec<u8> {
    let mut kept: Vec<&[u8]> = Vec::new();
    let mut section = Section::default();
    for line in text.split_inclusive(|&byte| byte == b'\n') {
        match Line::of(line) {
            Line::Header(name) => {
                section.close(&mut kept);
                section = Section {
                    name,
                    header: Some(kept.len()),
                    ..Section::default()
                };
                kept.push(line);
            }
            Line::Setting(name) if section.has(&name, keys) => section.lost_some = true,
            Line::Setting(_) => {
                section.keeps_some = true;
                kept.push(line);
            }
            Line::Comment { indented } => {
                section.keeps_some |= indented;
                kept.push(line);
            }
            Line::Blank => kept.push(line),
        }
    }
    section.close(&mut kept);
    kept.concat()
}

#[derive(Default)]
struct Section {
    /// As in `diff.nbweave`; nothing if the header is of a form that git does
    /// not write.
    name: Option<String>,
    /// Its header in the lines that were kept.
    header: Option<usize>,
    lost_some: bool,
    keeps_some: bool,
}

impl Section {
    fn has(&self, name: &str, keys: &[&str]) -> bool {
        let Some(section) = &self.name else {
            return false;
        };
        let key = format!("{section}.{name}");
        keys.iter().any(|wanted| same_key(wanted, &key))
    }

    fn close(&self, kept: &mut Vec<&[u8]>) {
        if self.lost_some && !self.keeps_some {
            self.header.map(|header| kept.remove(header));
        }
    }
}

enum Line {
    Header(Option<String>),
    Setting(String),
    Comment { indented: bool },
    Blank,
}

impl Line {
    fn of(line: &[u8]) -> Self {
        let text = String::from_utf8_lossy(line);
        let words = text.trim();
        if words.is_empty() {
            Self::Blank
        } else if words.starts_with(['#', ';']) {
            let indented = text.starts_with([' ', '\t']);
            Self::Comment { indented }
        } else if words.starts_with('[') {
            Self::Header(section_name(words))
        } else {
            let name = words.split(|c: char| c == '=' || c.is_whitespace()).next();
            Self::Setting(name.unwrap_or_default().to_owned())
        }
    }
}

/// Parses `[diff "nbweave"]` or `[merge]`.
fn section_name(header: &str) -> Option<String> {
    let inside = header.strip_prefix('[')?.strip_suffix(']')?;
    let is_name = |name: &str| {
        let allowed = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '.';
        !name.is_empty() && name.chars().all(allowed)
    };
    match inside.split_once(' ') {
        None => is_name(inside).then(|| inside.to_owned()),
        Some((section, quoted)) => {
            let name = quoted.strip_prefix('"')?.strip_suffix('"')?;
            let is_plain = !name.contains(['"', '\\']);
            (is_name(section) && is_plain).then(|| format!("{section}.{name}"))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::without;

    const KEYS: &[&str] = &["diff.nbweave.command", "merge.renormalize"];

    #[track_caller]
    fn check(text: &str, expected: &str) {
        let left = without(text.as_bytes(), KEYS);
        assert_eq!(String::from_utf8(left).unwrap(), expected);
    }

    #[test]
    fn a_section_with_nothing_left_goes() {
        check("[diff \"nbweave\"]\n\tcommand = x\n", "");
        check(
            "[a]\n\tb = c\n\n\n[diff \"nbweave\"]\n\tcommand = x\n[d]\n",
            "[a]\n\tb = c\n\n\n[d]\n",
        );
    }

    #[test]
    fn names_of_sections_and_settings_have_no_case_but_those_in_quotes() {
        check("[MERGE]\n\tReNormalize = true\n", "");
        let other = "[diff \"NBweave\"]\n\tcommand = x\n";
        check(other, other);
    }

    #[test]
    fn other_settings_keep_their_section() {
        check(
            "[merge]\n\ttool = vimdiff\n\trenormalize = true\n# end\n",
            "[merge]\n\ttool = vimdiff\n# end\n",
        );
        let other = "[diff \"other\"]\n\tcommand = x\n";
        check(other, other);
    }

    #[test]
    fn comments_stay_and_keep_a_section_that_they_are_in() {
        check(
            "# last\n[diff \"nbweave\"]\n\tcommand = x\n# about a\n[a]\n\tb = c\n",
            "# last\n# about a\n[a]\n\tb = c\n",
        );
        check(
            "[diff \"nbweave\"]\n\tcommand = x\n\t# mine\n",
            "[diff \"nbweave\"]\n\t# mine\n",
        );
    }

    #[test]
    fn line_ends_and_bytes_stay() {
        check(
            "[a]\r\n\tb = c\r\n[merge]\n\trenormalize = true\n",
            "[a]\r\n\tb = c\r\n",
        );
        let odd = b"[a]\n\tb = \xff\n[merge]\n\trenormalize = true\n";
        assert_eq!(without(odd, KEYS), b"[a]\n\tb = \xff\n");
    }

    #[test]
    fn a_setting_on_the_line_of_its_header_is_not_understood() {
        let odd = "[merge] renormalize = true\n";
        check(odd, odd);
    }
}
