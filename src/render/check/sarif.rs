//! Findings as SARIF 2.1.0, the format that code scanners agree on.

use std::collections::BTreeSet;
use std::io::{self, Write};

use serde_json::{Value, json};

use super::gitlab::fingerprints;
use super::{CheckedFile, level, message_with_cell, write_json};
use crate::check::{Finding, Rule};

/// Writes one run with the rules that were broken.
pub(super) fn sarif(files: &[CheckedFile], out: &mut impl Write) -> io::Result<()> {
    let all = files.iter().flat_map(|file| &file.findings);
    let broken: BTreeSet<Rule> = all.map(|finding| finding.rule).collect();
    let rules: Vec<_> = broken.iter().map(|rule| descriptor(*rule)).collect();
    let mut results = Vec::new();
    for file in files {
        let fingerprints = fingerprints(file);
        for (finding, fingerprint) in file.findings.iter().zip(fingerprints) {
            let index = broken.iter().position(|rule| *rule == finding.rule);
            results.push(result(&file.path, finding, index, &fingerprint));
        }
    }
    let report = json!({
        "$schema": "https://json.schemastore.org/sarif-2.1.0.json",
        "version": "2.1.0",
        "runs": [{
            "tool": {"driver": {
                "name": "nbweave",
                "version": env!("CARGO_PKG_VERSION"),
                "rules": rules,
            }},
            "columnKind": "unicodeCodePoints",
            "results": results,
        }],
    });
    write_json(&report, out)
}

fn descriptor(rule: Rule) -> Value {
    json!({
        "id": rule.code(),
        "name": rule.name(),
        "shortDescription": {"text": rule.summary()},
        "help": {"text": rule.page(), "markdown": rule.page()},
        "defaultConfiguration": {"level": level(rule.severity())},
    })
}

fn result(path: &str, finding: &Finding, index: Option<usize>, fingerprint: &str) -> Value {
    let mut location = json!({
        "physicalLocation": {
            "artifactLocation": {"uri": uri(path)},
            "region": {
                "startLine": finding.start.line,
                "startColumn": finding.start.column,
                "endLine": finding.end.line,
                "endColumn": finding.end.column,
            },
        },
    });
    if let (Some(cell), Some(location)) = (&finding.cell, location.as_object_mut()) {
        let name = match &cell.id {
            Some(id) => {
                json!({"name": id, "fullyQualifiedName": format!("cells[{}]", cell.index), "kind": "object"})
            }
            None => {
                json!({"fullyQualifiedName": format!("cells[{}]", cell.index), "kind": "object"})
            }
        };
        location.insert("logicalLocations".to_owned(), json!([name]));
    }
    json!({
        "ruleId": finding.rule.code(),
        "ruleIndex": index,
        "level": level(finding.rule.severity()),
        "message": {"text": message_with_cell(finding)},
        "locations": [location],
        "partialFingerprints": {"nbweave/v1": fingerprint},
    })
}

/// Returns a path as a relative reference: what cannot stand in one is written
/// as `%20` and the like.
fn uri(path: &str) -> String {
    use std::fmt::Write as _;

    let mut uri = String::with_capacity(path.len());
    for byte in path.bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' | b'/' => {
                uri.push(char::from(byte));
            }
            // Writing to memory cannot fail.
            _ => write!(uri, "%{byte:02X}").unwrap_or_default(),
        }
    }
    uri
}
