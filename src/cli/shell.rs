//! Words as a shell reads them.

use std::process::Command;

/// Returns a word so that a shell reads it as one.
pub(crate) fn quoted_word(word: &str) -> String {
    let is_plain = |c: char| c.is_ascii_alphanumeric() || "_-./:@,+".contains(c);
    if !word.is_empty() && word.chars().all(is_plain) {
        return word.to_owned();
    }
    format!("'{}'", word.replace('\'', r"'\''"))
}

/// Splits a command into its words; `None` if a quote is open. Nothing is
/// expanded.
pub(crate) fn words(command: &str) -> Option<Vec<String>> {
    let mut words = Vec::new();
    let mut word: Option<String> = None;
    let mut chars = command.chars();
    while let Some(c) = chars.next() {
        match c {
            ' ' | '\t' | '\n' => words.extend(word.take()),
            '\'' => {
                let word = word.get_or_insert_default();
                loop {
                    match chars.next()? {
                        '\'' => break,
                        c => word.push(c),
                    }
                }
            }
            '"' => {
                let word = word.get_or_insert_default();
                loop {
                    match chars.next()? {
                        '"' => break,
                        '\\' => match chars.next()? {
                            c @ ('"' | '\\' | '$' | '`') => word.push(c),
                            c => word.extend(['\\', c]),
                        },
                        c => word.push(c),
                    }
                }
            }
            '\\' => word.get_or_insert_default().push(chars.next()?),
            c => word.get_or_insert_default().push(c),
        }
    }
    words.extend(word);
    Some(words)
}

/// Whether a shell, which is what git asks, finds a program.
pub(crate) fn is_command(program: &str) -> bool {
    let mut command = Command::new("sh");
    command.args(["-c", "command -v \"$1\" >/dev/null 2>&1", "sh", program]);
    // Without a shell, nothing can be said.
    command.status().is_ok_and(|status| status.success()) || !has_shell()
}

fn has_shell() -> bool {
    let status = Command::new("sh").args(["-c", ":"]).status();
    status.is_ok_and(|status| status.success())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quoted_words_are_read_as_they_were() {
        for word in [
            "a", "", "a b", "it's", "\"x\"", r"a\b", "é", "$HOME", "a;b", "%f",
        ] {
            assert_eq!(words(&quoted_word(word)), Some(vec![word.to_owned()]));
        }
    }

    #[test]
    fn commands_are_split_at_blanks() {
        assert_eq!(
            words("\"/a b/python\" -m x  --keys='a b' c\\ d").unwrap(),
            ["/a b/python", "-m", "x", "--keys=a b", "c d"]
        );
        assert_eq!(words("a 'b"), None);
        assert_eq!(words("a \"b"), None);
    }
}
