//! What check found, as reports for people and for programs.

mod github;
mod gitlab;
mod json;
mod junit;
mod sarif;
mod text;

use std::collections::BTreeMap;
use std::io::{self, Write};
use std::mem;

use serde::Serialize;

use super::theme::Theme;
use crate::check::{Finding, Rule, Severity};

/// A notebook that was checked.
#[derive(Clone, Debug)]
pub struct CheckedFile {
    /// The path as people gave it.
    pub name: String,
    /// The path from the top of the repository with `/` between its parts, for
    /// programs that show it there.
    pub path: String,
    /// What was found.
    pub findings: Vec<Finding>,
}

/// What a report looks like.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum ReportFormat {
    /// For people: with the lines that findings are about.
    Text,
    /// For people: one line each.
    Concise,
    /// Everything that is known, see `docs/check.md`.
    Json,
    /// Commands that GitHub's runners show beside the lines of a change.
    Github,
    /// GitLab's report of code quality.
    Gitlab,
    /// SARIF 2.1.0.
    Sarif,
    /// `JUnit`'s report: a test for each notebook.
    Junit,
}

/// So many findings of one rule about what strip takes out are listed for a
/// notebook; of more, the first, with their number.
const LISTED: usize = 3;

/// Returns the findings that are listed, each with how many more like it there
/// are. A notebook that was run has dozens that strip mends at once, between
/// which nobody would see the others.
fn gathered(findings: &[Finding]) -> Vec<(&Finding, usize)> {
    let mut counts: BTreeMap<Rule, usize> = BTreeMap::new();
    for finding in findings {
        *counts.entry(finding.rule).or_default() += 1;
    }
    let mut listed = Vec::new();
    for finding in findings {
        let n_more = match counts.get_mut(&finding.rule) {
            // The first one stands for all.
            Some(0) => continue,
            Some(count) if finding.rule.is_of_strip() && *count > LISTED => mem::take(count) - 1,
            _ => 0,
        };
        listed.push((finding, n_more));
    }
    listed
}

/// Writes a report on notebooks that were checked, in their order.
pub fn report(
    files: &[CheckedFile],
    format: ReportFormat,
    theme: &Theme,
    out: &mut impl Write,
) -> io::Result<()> {
    match format {
        ReportFormat::Text => text::text(files, theme, out),
        ReportFormat::Concise => text::concise(files, theme, out),
        ReportFormat::Json => json::json(files, out),
        ReportFormat::Github => github::github(files, out),
        ReportFormat::Gitlab => gitlab::gitlab(files, out),
        ReportFormat::Sarif => sarif::sarif(files, out),
        ReportFormat::Junit => junit::junit(files, out),
    }
}

/// Writes how often each rule is broken, the most broken first.
pub fn statistics(files: &[CheckedFile], out: &mut impl Write) -> io::Result<()> {
    let mut counts: BTreeMap<Rule, (usize, usize)> = BTreeMap::new();
    for finding in files.iter().flat_map(|file| &file.findings) {
        let (all, mendable) = counts.entry(finding.rule).or_default();
        *all += 1;
        *mendable += usize::from(finding.is_mendable);
    }
    let mut counts: Vec<_> = counts.into_iter().collect();
    counts.sort_by_key(|(rule, (all, _))| (usize::MAX - all, *rule));
    for (rule, (all, mendable)) in counts {
        let mended = match mendable {
            0 => String::new(),
            _ => format!(", {mendable} can be mended"),
        };
        writeln!(out, "{all:>6} {} {}{mended}", rule.code(), rule.name())?;
    }
    Ok(())
}

/// Writes a value as one line of JSON.
fn write_json(value: &impl Serialize, out: &mut impl Write) -> io::Result<()> {
    serde_json::to_writer(&mut *out, value)?;
    out.write_all(b"\n")
}

/// Returns the name of a severity in SARIF.
fn level(severity: Severity) -> &'static str {
    match severity {
        Severity::Note => "note",
        Severity::Warning => "warning",
        Severity::Error => "error",
    }
}

/// Returns where in which cell a finding is, counted from one: `cell 3, line
/// 2`.
fn cell_place(finding: &Finding) -> Option<String> {
    let cell = finding.cell.as_ref()?;
    let number = cell.index + 1;
    Some(match cell.at {
        Some(at) => format!("cell {number}, line {}", at.line),
        None => format!("cell {number}"),
    })
}

/// Returns what is wrong and in which cell, for those who see the line of the
/// file at best.
fn message_with_cell(finding: &Finding) -> String {
    match cell_place(finding) {
        Some(place) => format!("{place}: {}", finding.message),
        None => finding.message.clone(),
    }
}

#[cfg(test)]
mod tests;
