//! Findings as GitLab's report of code quality.

use std::collections::HashMap;
use std::io::{self, Write};

use serde::Serialize;

use super::{CheckedFile, message_with_cell, write_json};
use crate::check::{Finding, Severity};

/// How many digits tell findings apart.
const FINGERPRINT_DIGITS: usize = 32;

#[derive(Serialize)]
struct Issue<'a> {
    description: String,
    check_name: &'static str,
    fingerprint: String,
    severity: &'static str,
    location: Location<'a>,
}

#[derive(Serialize)]
struct Location<'a> {
    path: &'a str,
    lines: Lines,
}

#[derive(Serialize)]
struct Lines {
    begin: usize,
}

/// Writes an array with an issue for each finding.
pub(super) fn gitlab(files: &[CheckedFile], out: &mut impl Write) -> io::Result<()> {
    let mut issues = Vec::new();
    for file in files {
        let fingerprints = fingerprints(file);
        for (finding, fingerprint) in file.findings.iter().zip(fingerprints) {
            issues.push(Issue {
                description: message_with_cell(finding),
                check_name: finding.rule.code(),
                fingerprint,
                severity: match finding.rule.severity() {
                    Severity::Note => "info",
                    Severity::Warning => "minor",
                    Severity::Error => "major",
                },
                location: Location {
                    path: &file.path,
                    lines: Lines {
                        begin: finding.start.line,
                    },
                },
            });
        }
    }
    write_json(&issues, out)
}

/// Returns a name for each finding of a file that stays while other lines and
/// cells come and go: made of the rule, the path, what it says and the cell, by
/// its id or else its first line. Equal ones are counted.
pub(super) fn fingerprints(file: &CheckedFile) -> Vec<String> {
    let mut n_equal: HashMap<String, usize> = HashMap::new();
    let findings = file.findings.iter();
    findings
        .map(|finding| {
            let name = lasting_name(&file.path, finding);
            let count = n_equal.entry(name.clone()).or_default();
            let digest = blake3::hash(format!("{name}\0{count}").as_bytes()).to_hex();
            *count += 1;
            digest.chars().take(FINGERPRINT_DIGITS).collect()
        })
        .collect()
}

fn lasting_name(path: &str, finding: &Finding) -> String {
    let cell = finding.cell.as_ref();
    let cell = cell.map_or("", |cell| cell.id.as_deref().unwrap_or(&cell.title));
    let line = finding
        .excerpt
        .as_ref()
        .map_or("", |excerpt| excerpt.line.trim());
    let parts = [path, finding.rule.code(), cell, &finding.message, line];
    parts.join("\0")
}
