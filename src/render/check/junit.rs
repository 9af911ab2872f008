//! Findings as `JUnit`'s report: a test for each notebook.

use std::borrow::Cow;
use std::io::{self, Write};

use super::{CheckedFile, cell_place};
use crate::check::Finding;

/// Writes a suite with a test for each finding, and one that is passed for
/// each notebook without any.
pub(super) fn junit(files: &[CheckedFile], out: &mut impl Write) -> io::Result<()> {
    let failures: usize = files.iter().map(|file| file.findings.len()).sum();
    let passed = files.iter().filter(|file| file.findings.is_empty()).count();
    let counts = format!(
        "tests=\"{}\" failures=\"{failures}\" errors=\"0\"",
        failures + passed
    );
    writeln!(out, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>")?;
    writeln!(out, "<testsuites name=\"nbweave check\" {counts}>")?;
    writeln!(out, "  <testsuite name=\"nbweave check\" {counts}>")?;
    for file in files {
        let path = escaped(&file.path);
        if file.findings.is_empty() {
            writeln!(
                out,
                "    <testcase name=\"{path}\" classname=\"{path}\" file=\"{path}\"/>"
            )?;
        }
        for finding in &file.findings {
            write_test(&path, finding, out)?;
        }
    }
    writeln!(out, "  </testsuite>")?;
    writeln!(out, "</testsuites>")
}

fn write_test(path: &str, finding: &Finding, out: &mut impl Write) -> io::Result<()> {
    let at = finding.start;
    let code = finding.rule.code();
    let name = escaped(finding.rule.name());
    let message = escaped(&finding.message).into_owned();
    let place = cell_place(finding).map_or(String::new(), |place| format!(", {place}"));
    writeln!(
        out,
        "    <testcase name=\"{code} {name}: line {}, column {}\" classname=\"{path}\" file=\"{path}\" line=\"{}\">",
        at.line, at.column, at.line
    )?;
    writeln!(
        out,
        "      <failure message=\"{message}\" type=\"{code}\">{path}:{}:{}{place}: {message}</failure>",
        at.line, at.column
    )?;
    writeln!(out, "    </testcase>")
}

/// Returns text as it may stand in XML, in quotes too. Characters that XML has
/// no way to write are replaced.
fn escaped(text: &str) -> Cow<'_, str> {
    let needs = |c: char| {
        matches!(c, '&' | '<' | '>' | '"' | '\'' | '\u{fffe}' | '\u{ffff}') || c.is_control()
    };
    if !text.contains(needs) {
        return Cow::Borrowed(text);
    }
    let mut escaped = String::with_capacity(text.len() + 16);
    for character in text.chars() {
        match character {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\'' => escaped.push_str("&#39;"),
            '\n' => escaped.push_str("&#10;"),
            '\t' => escaped.push_str("&#9;"),
            '\u{85}' | '\u{80}'..='\u{9f}' | '\u{fffe}' | '\u{ffff}' => {
                escaped.push(char::REPLACEMENT_CHARACTER);
            }
            _ if character.is_control() => escaped.push(char::REPLACEMENT_CHARACTER),
            _ => escaped.push(character),
        }
    }
    Cow::Owned(escaped)
}
