//! Magics in scripts: commented out on writing, and back on reading.

use super::languages::{by_name, usual_name};
use super::quotes::Quotes;

/// Which magics are commented out.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Magics {
    /// All but those that say `# noescape`.
    All,
    /// Only those that say `# escape`.
    Forced,
}

/// Where a line stands.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Place {
    /// In a cell that is known to be code.
    Code,
    /// Anywhere: `word?` may be prose.
    Anywhere,
}

/// Commands of the shell that are magics without a sign.
const COMMANDS: &[&str] = &[
    "cat", "cd", "cp", "mv", "rm", "rmdir", "mkdir", "copy", "ddir", "echo", "ls", "ldir", "ren",
];

/// Comments magics out.
///
/// `language` is the cell's; lines that belong to a string are left alone.
pub fn comment_magics(lines: &mut [String], language: &str, which: Magics) {
    let prefix = comment_of(language);
    let mut quotes = Quotes::of(language);
    let mut continues = false;
    for line in lines {
        let before = quotes.clone();
        quotes.read(line);
        if before.is_quoted() || !(continues || is_magic_of(line, language, Place::Code, which)) {
            continue;
        }
        let was_continued = continues;
        continues = language == "python" && line.trim_end().ends_with('\\');
        let (indent, text) = split_indent(line);
        let commented = format!("{indent}{prefix} {text}");
        // Some magics are not seen behind an indented comment.
        *line = if was_continued || !is_magic_of(&commented, language, Place::Code, which) {
            format!("{prefix} {line}")
        } else {
            commented
        };
    }
}

/// Takes the comments off again that [`comment_magics`] puts before magics.
pub fn uncomment_magics(lines: &mut [String], language: &str) {
    uncomment_magics_at(lines, language, Place::Code);
}

/// Takes the comments off magics in lines that stand here.
pub(super) fn uncomment_magics_at(lines: &mut [String], language: &str, place: Place) {
    let prefix = comment_of(language);
    let mut quotes = Quotes::of(language);
    let mut continues = false;
    for line in lines {
        if !quotes.is_quoted() && (continues || is_magic_of(line, language, place, Magics::All)) {
            continues = language == "python" && line.trim_end().ends_with('\\');
            let (indent, text) = split_indent(line);
            if let Some(text) = text.strip_prefix(prefix) {
                *line = format!("{indent}{}", text.strip_prefix(' ').unwrap_or(text));
            }
        }
        quotes.read(line);
    }
}

/// Returns whether a line is a magic, commented out or not.
pub(super) fn is_magic(line: &str, language: &str, place: Place) -> bool {
    is_magic_of(line, language, place, Magics::All)
}

fn is_magic_of(line: &str, language: &str, place: Place, which: Magics) -> bool {
    let language = &*usual_name(language);
    if matches!(language, "matlab" | "sas" | "jenner" | "logtalk") {
        return false;
    }
    let Some(script) = by_name(language) else {
        return false;
    };
    let prefix = script.comment.prefix;
    let signed = behind_sign(line, language, prefix);
    let says =
        |word: &str, behind: Option<&str>| behind.is_some_and(|text| has_note(text, prefix, word));
    // In these two languages, `noescape` forces, too.
    let (force, hinders) = match language {
        "rust" | "csharp" => ("noescape", behind_percents(line, prefix)),
        _ => ("escape", signed),
    };
    if says(force, signed) {
        return true;
    }
    if which == Magics::Forced || says("noescape", hinders) {
        return false;
    }
    signed.is_some() || (language == "python" && is_python_magic(line, place))
}

/// Returns what stands behind the sign and the first letter of a magic.
fn behind_sign<'a>(line: &'a str, language: &str, prefix: &str) -> Option<&'a str> {
    match language {
        "rust" => letter(without_comments(line, prefix).strip_prefix(':')?),
        "csharp" => letter(without_comments(line, prefix).strip_prefix("#!")?),
        "go" => {
            let text = without_comments(line, prefix);
            match text.strip_prefix('!') {
                Some(text) => letter(text.strip_prefix('*').unwrap_or(text)),
                None => percents(text),
            }
        }
        _ => behind_percents(line, prefix),
    }
}

fn behind_percents<'a>(line: &'a str, prefix: &str) -> Option<&'a str> {
    percents(without_comments(line.trim_start(), prefix))
}

/// Returns what stands behind one to three percent signs and a letter.
fn percents(text: &str) -> Option<&str> {
    let behind = text.trim_start_matches('%');
    let n_signs = text.len() - behind.len();
    letter(behind).filter(|_| (1..=3).contains(&n_signs))
}

fn letter(text: &str) -> Option<&str> {
    text.strip_prefix(|first: char| first.is_ascii_alphabetic())
}

/// Returns whether a comment of this word is in the text.
fn has_note(text: &str, prefix: &str, word: &str) -> bool {
    text.match_indices(prefix).any(|(at, comment)| {
        let behind = text.get(at + comment.len()..).unwrap_or_default();
        behind.trim_start().starts_with(word)
    })
}

/// Returns a line without the comment signs at its start, each with or
/// without a blank.
fn without_comments<'a>(line: &'a str, prefix: &str) -> &'a str {
    let mut text = line;
    while let Some(rest) = text.strip_prefix(prefix) {
        text = rest.strip_prefix(' ').unwrap_or(rest);
    }
    text
}

/// Returns whether IPython understands a line that Python does not, beside
/// those with percent signs.
fn is_python_magic(line: &str, place: Place) -> bool {
    is_help_or_shell(line)
        || is_assignment(line)
        || (place == Place::Code && is_help(line))
        || is_command(line)
}

/// `?name`, `!command`.
fn is_help_or_shell(line: &str) -> bool {
    let text = line.trim_start();
    let text = match text.strip_prefix('#') {
        Some(_) => without_comments(text, "#").trim_start(),
        None => text,
    };
    let starts_name = |c: char| c.is_ascii_alphabetic() || r".~$\/{}".contains(c);
    text.strip_prefix(['?', '!'])
        .is_some_and(|name| name.trim_start().starts_with(starts_name))
}

/// `name = %magic`, `name = !command`.
fn is_assignment(line: &str) -> bool {
    let text = without_comments(line, "#").trim_start();
    let is_inner = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '$');
    let behind = text.trim_start_matches(is_inner);
    if behind.len() == text.len() || text.starts_with(|c: char| c.is_ascii_digit() || c == '$') {
        return false;
    }
    let Some(value) = behind.trim_start().strip_prefix('=') else {
        return false;
    };
    let value = value.trim_start();
    match value.strip_prefix('!') {
        Some(command) => letter(command).is_some(),
        None => percents(value).is_some(),
    }
}

/// `name?`
fn is_help(line: &str) -> bool {
    let mut text = line.trim();
    while let Some(rest) = text.strip_prefix("# ") {
        text = rest;
    }
    text.ends_with('?') && !text.contains(char::is_whitespace)
}

/// `ls directory`
fn is_command(line: &str) -> bool {
    let text = without_comments(line, "#");
    COMMANDS.iter().any(|command| {
        text.strip_prefix(command).is_some_and(|behind| {
            let mut characters = behind.chars();
            match (characters.next(), characters.next()) {
                (None, _) => true,
                (Some(blank), None) => blank.is_whitespace(),
                (Some(blank), Some(next)) => blank.is_whitespace() && !matches!(next, '=' | ','),
            }
        })
    })
}

/// Returns what comments of a language start with.
fn comment_of(language: &str) -> &'static str {
    by_name(&usual_name(language)).map_or("#", |script| script.comment.prefix)
}

fn split_indent(line: &str) -> (&str, &str) {
    let text = line.trim_start();
    line.split_at_checked(line.len() - text.len())
        .unwrap_or(("", line))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[track_caller]
    fn check(language: &str, source: &str, expected: &str) {
        let mut lines: Vec<String> = source.split('\n').map(str::to_owned).collect();
        comment_magics(&mut lines, language, Magics::All);
        assert_eq!(lines.join("\n"), expected);
        uncomment_magics(&mut lines, language);
        assert_eq!(lines.join("\n"), source);
    }

    #[test]
    fn magics_are_commented_out_and_come_back() {
        check(
            "python",
            "%time x\n  %%y\n%%%%z",
            "# %time x\n  # %%y\n%%%%z",
        );
        check("python", "!ls\n?x\nx?\n? 1", "# !ls\n# ?x\n# x?\n? 1");
        check(
            "python",
            "cat a\ncat = 1\ncat\ncats",
            "# cat a\ncat = 1\n# cat\ncats",
        );
        check("python", "x = !ls\nx = 5 % b", "# x = !ls\nx = 5 % b");
        check("R", "%x\n!y", "# %x\n!y");
        check("rust", ":dep x\n%x", "// :dep x\n%x");
        check("csharp", "#!x\n%x", "// #!x\n%x");
        check("go", "!*x\n%x\n:x", "// !*x\n// %x\n:x");
        check("matlab", "%x", "%x");
        check("unknown", "%x", "%x");
    }

    #[test]
    fn what_looks_like_a_commented_magic_gets_another_comment() {
        check(
            "python",
            "# %time\n#%x\n# # !ls",
            "# # %time\n# #%x\n# # # !ls",
        );
    }

    #[test]
    fn an_indented_assignment_is_commented_out_at_the_margin() {
        check("python", "if a:\n    x = !ls", "if a:\n#     x = !ls");
    }

    #[test]
    fn notes_decide() {
        check(
            "python",
            "%x # noescape\n%y # escape",
            "%x # noescape\n# %y # escape",
        );
        let mut lines = vec!["%x".to_owned(), "%y # escape".to_owned()];
        comment_magics(&mut lines, "python", Magics::Forced);
        assert_eq!(lines, ["%x", "# %y # escape"]);
    }

    #[test]
    fn continued_lines_belong_to_their_magic() {
        check("python", "!a \\\n  b \\\n\nc", "# !a \\\n#   b \\\n# \nc");
    }

    #[test]
    fn strings_are_left_alone() {
        check("python", "x = '''\n%y\n'''\n%z", "x = '''\n%y\n'''\n# %z");
        check("python", "!echo '''\n# %y\n%z", "# !echo '''\n# %y\n%z");
    }

    #[test]
    fn prose_may_ask() {
        assert!(!is_magic("why?", "python", Place::Anywhere));
        assert!(is_magic("why?", "python", Place::Code));
    }

    proptest! {
        #[test]
        fn what_is_commented_out_comes_back(
            lines in prop::collection::vec("(  )?(# |#|// ){0,2}(%|%%|!|\\?|:|#!|x = !|x = %|ls |cat)?[a-b=? ]{0,3}('''|\"\"\")?(\\\\| # noescape)?", 0..8),
            language in prop::sample::select(vec!["python", "R", "go", "rust", "csharp", "julia", "ocaml"]),
        ) {
            let mut text = lines.clone();
            comment_magics(&mut text, language, Magics::All);
            let written = text.clone();
            uncomment_magics(&mut text, language);
            prop_assert_eq!(&text, &lines, "{:?}", written);
        }
    }
}
