//! Findings as JSON, for programs. What is written is documented in
//! `docs/check.md`; it changes only together with the number under `nbweave`,
//! but for keys that are added.

use std::collections::BTreeMap;
use std::io::{self, Write};

use serde::Serialize;

use super::{CheckedFile, level, write_json};
use crate::check::Finding;
use crate::error::LineColumn;

/// The version of what is written.
const VERSION: u32 = 1;

#[derive(Serialize)]
struct JsonReport<'a> {
    nbweave: u32,
    files: Vec<JsonFile<'a>>,
    summary: JsonSummary,
}

#[derive(Serialize)]
struct JsonFile<'a> {
    path: &'a str,
    findings: Vec<JsonFinding<'a>>,
}

#[derive(Serialize)]
struct JsonFinding<'a> {
    code: &'static str,
    name: &'static str,
    severity: &'static str,
    message: &'a str,
    start: JsonPlace,
    end: JsonPlace,
    /// Bytes of the file.
    span: [usize; 2],
    cell: Option<JsonCell<'a>>,
    excerpt: Option<JsonExcerpt<'a>>,
    mendable: bool,
}

#[derive(Serialize)]
struct JsonPlace {
    line: usize,
    column: usize,
}

#[derive(Serialize)]
struct JsonCell<'a> {
    /// From zero.
    index: usize,
    id: Option<&'a str>,
    title: &'a str,
    /// Where in the source.
    at: Option<JsonPlace>,
}

#[derive(Serialize)]
struct JsonExcerpt<'a> {
    line: &'a str,
    start: usize,
    length: usize,
}

#[derive(Serialize)]
struct JsonSummary {
    files: usize,
    files_with_findings: usize,
    findings: usize,
    mendable: usize,
    rules: BTreeMap<&'static str, usize>,
}

/// Writes all that is known.
pub(super) fn json(files: &[CheckedFile], out: &mut impl Write) -> io::Result<()> {
    let all = || files.iter().flat_map(|file| &file.findings);
    let mut rules = BTreeMap::new();
    for finding in all() {
        *rules.entry(finding.rule.code()).or_insert(0) += 1;
    }
    let whole = JsonReport {
        nbweave: VERSION,
        files: files.iter().map(json_file).collect(),
        summary: JsonSummary {
            files: files.len(),
            files_with_findings: files
                .iter()
                .filter(|file| !file.findings.is_empty())
                .count(),
            findings: all().count(),
            mendable: all().filter(|finding| finding.is_mendable).count(),
            rules,
        },
    };
    write_json(&whole, out)
}

fn json_file(file: &CheckedFile) -> JsonFile<'_> {
    JsonFile {
        path: &file.path,
        findings: file.findings.iter().map(json_finding).collect(),
    }
}

fn json_finding(finding: &Finding) -> JsonFinding<'_> {
    JsonFinding {
        code: finding.rule.code(),
        name: finding.rule.name(),
        severity: level(finding.rule.severity()),
        message: &finding.message,
        start: json_place(finding.start),
        end: json_place(finding.end),
        span: [finding.span.start, finding.span.end],
        cell: finding.cell.as_ref().map(|cell| JsonCell {
            index: cell.index,
            id: cell.id.as_deref(),
            title: &cell.title,
            at: cell.at.map(json_place),
        }),
        excerpt: finding.excerpt.as_ref().map(|excerpt| JsonExcerpt {
            line: &excerpt.line,
            start: excerpt.start,
            length: excerpt.length,
        }),
        mendable: finding.is_mendable,
    }
}

fn json_place(at: LineColumn) -> JsonPlace {
    JsonPlace {
        line: at.line,
        column: at.column,
    }
}
