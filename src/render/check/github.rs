//! Findings as commands of GitHub's runners.

use std::io::{self, Write};

use super::{CheckedFile, gathered, message_with_cell};
use crate::check::{Finding, Severity};
use crate::render::escape::visible;

/// Writes a command for each finding that is listed, which the runner shows beside the line.
pub(super) fn github(files: &[CheckedFile], out: &mut impl Write) -> io::Result<()> {
    for file in files {
        for (finding, n_more) in gathered(&file.findings) {
            write_command(&file.path, finding, n_more, out)?;
        }
    }
    Ok(())
}

fn write_command(
    path: &str,
    finding: &Finding,
    n_more: usize,
    out: &mut impl Write,
) -> io::Result<()> {
    let command = match finding.rule.severity() {
        Severity::Note => "notice",
        Severity::Warning => "warning",
        Severity::Error => "error",
    };
    let (start, end) = (finding.start, finding.end);
    write!(
        out,
        "::{command} title={},file={},line={},endLine={}",
        property(&format!("{} {}", finding.rule.code(), finding.rule.name())),
        property(path),
        start.line,
        end.line
    )?;
    // GitHub takes columns only where both are on one line.
    if start.line == end.line {
        write!(out, ",col={},endColumn={}", start.column, end.column)?;
    }
    write!(out, "::{}", data(&message_with_cell(finding)))?;
    if n_more > 0 {
        write!(out, " and {n_more} more")?;
    }
    writeln!(out)
}

/// Returns text as it stands behind the second `::`: on one line.
fn data(text: &str) -> String {
    visible(text).replace('%', "%25")
}

/// Returns text as it stands behind the `=` of a property.
fn property(text: &str) -> String {
    data(text).replace(':', "%3A").replace(',', "%2C")
}
