//! What each report holds, and that nothing in a notebook breaks its form.

use insta::assert_snapshot;
use serde_json::Value;

use super::*;
use crate::check::{CellPlace, Excerpt};
use crate::error::LineColumn;

fn at(line: usize, column: usize) -> LineColumn {
    LineColumn { line, column }
}

/// A finding whose texts hold what the forms give a meaning to.
fn finding() -> Finding {
    Finding {
        rule: Rule::InvalidStructure,
        message: "a <b> & \"c\", 100%: d\u{1b}\ne".to_owned(),
        span: 30..33,
        start: at(3, 5),
        end: at(3, 8),
        cell: Some(CellPlace {
            index: 1,
            id: Some("id-1".to_owned()),
            title: "x = '\u{202e}1'".to_owned(),
            at: Some(at(2, 4)),
        }),
        excerpt: Some(Excerpt {
            line: "\ty = 字 = 2".to_owned(),
            start: 7,
            length: 3,
        }),
        is_mendable: true,
    }
}

fn files() -> Vec<CheckedFile> {
    let bare = Finding {
        rule: Rule::Conflict,
        message: "markers".to_owned(),
        span: 5..5,
        start: at(2, 1),
        end: at(4, 1),
        cell: None,
        excerpt: None,
        is_mendable: false,
    };
    vec![
        CheckedFile {
            name: "a,b.ipynb".to_owned(),
            path: "d/a,b:<c>.ipynb".to_owned(),
            findings: vec![finding(), bare],
        },
        CheckedFile {
            name: "clean.ipynb".to_owned(),
            path: "clean.ipynb".to_owned(),
            findings: Vec::new(),
        },
    ]
}

fn written(format: ReportFormat) -> String {
    let mut out = Vec::new();
    report(&files(), format, &Theme::default(), &mut out).unwrap();
    String::from_utf8(out).unwrap()
}

fn parsed(format: ReportFormat) -> Value {
    serde_json::from_str(&written(format)).unwrap()
}

#[test]
fn text_points_at_what_is_meant_whatever_its_width() {
    assert_snapshot!(written(ReportFormat::Text), @r#"
    a,b.ipynb:3:5: NB301 a <b> & "c", 100%: d␛␊e (cell 2 'x = '<U+202E>1'', line 2)
        |     y = 字 = 2
        |            ^^^
    a,b.ipynb:2:1: NB302 markers
    "#);
    assert_snapshot!(written(ReportFormat::Concise), @r#"
    a,b.ipynb:3:5: NB301 a <b> & "c", 100%: d␛␊e (cell 2 'x = '<U+202E>1'', line 2)
    a,b.ipynb:2:1: NB302 markers
    "#);
}

#[test]
fn of_many_that_strip_takes_out_the_first_is_listed_and_the_others_are_counted() {
    let run = |rule, n: usize| {
        let line = |line| Finding {
            rule,
            start: at(line, 1),
            message: "m".to_owned(),
            cell: None,
            excerpt: None,
            ..finding()
        };
        (1..=n).map(line).collect::<Vec<_>>()
    };
    let all = [
        run(Rule::Outputs, 4),
        run(Rule::ExecutionCount, 3),
        run(Rule::SyntaxError, 4),
    ];
    let findings = all.concat();
    let listed: Vec<_> = gathered(&findings)
        .into_iter()
        .map(|(finding, n_more)| (finding.rule, n_more))
        .collect();
    let expected = [
        &[(Rule::Outputs, 3)][..],
        &[(Rule::ExecutionCount, 0); 3],
        &[(Rule::SyntaxError, 0); 4],
    ];
    assert_eq!(listed, expected.concat());
    let mut file = files().remove(0);
    file.findings = run(Rule::Outputs, 4);
    let shown = |format| {
        let mut out = Vec::new();
        report(&[file.clone()], format, &Theme::default(), &mut out).unwrap();
        String::from_utf8(out).unwrap()
    };
    let text = shown(ReportFormat::Text);
    assert_eq!(text, "a,b.ipynb:1:1: NB101 m and 3 more\n");
    assert!(shown(ReportFormat::Github).ends_with("::m and 3 more\n"));
    assert_eq!(shown(ReportFormat::Concise).lines().count(), 4);
}

#[test]
fn commands_of_github_hold_one_line_each() {
    assert_snapshot!(written(ReportFormat::Github), @r#"
    ::error title=NB301 invalid-structure,file=d/a%2Cb%3A<c>.ipynb,line=3,endLine=3,col=5,endColumn=8::cell 2, line 2: a <b> & "c", 100%25: d␛␊e
    ::error title=NB302 conflict,file=d/a%2Cb%3A<c>.ipynb,line=2,endLine=4::markers
    "#);
}

#[test]
fn json_has_all_that_is_known() {
    let report = parsed(ReportFormat::Json);
    assert_eq!(report["nbweave"], 1);
    let finding = &report["files"][0]["findings"][0];
    assert_eq!(finding["code"], "NB301");
    assert_eq!(finding["message"], self::finding().message);
    assert_eq!(finding["cell"]["at"]["line"], 2);
    assert_eq!(finding["span"], serde_json::json!([30, 33]));
    assert_eq!(report["files"][0]["findings"][1]["cell"], Value::Null);
    assert_eq!(report["summary"]["files_with_findings"], 1);
    assert_eq!(report["summary"]["rules"]["NB302"], 1);
}

#[test]
fn issues_of_gitlab_have_names_that_last() {
    let names = |files: &[CheckedFile]| gitlab::fingerprints(&files[0]);
    let before = names(&files());
    let mut after = files();
    after[0].findings[0].start = at(40, 1);
    if let Some(cell) = &mut after[0].findings[0].cell {
        cell.index = 9;
        cell.title = "other".to_owned();
    }
    assert_eq!(names(&after), before);
    after[0].findings[0].message = "x".to_owned();
    assert_ne!(names(&after)[0], before[0]);
    // Two of the same are two.
    after[0].findings = vec![finding(), finding()];
    let equal = names(&after);
    assert_ne!(equal[0], equal[1]);
    let issue = &parsed(ReportFormat::Gitlab)[0];
    assert_eq!(issue["fingerprint"], before[0]);
    assert_eq!(issue["severity"], "major");
}

/// What SARIF's schema asks for of the parts that are written, by hand: the
/// schema itself is not ours to keep.
#[test]
fn sarif_has_the_parts_that_its_schema_asks_for() {
    let report = parsed(ReportFormat::Sarif);
    assert_eq!(report["version"], "2.1.0");
    let run = &report["runs"][0];
    let rules = run["tool"]["driver"]["rules"].as_array().unwrap();
    assert_eq!(run["tool"]["driver"]["name"], "nbweave");
    for result in run["results"].as_array().unwrap() {
        let index = usize::try_from(result["ruleIndex"].as_u64().unwrap()).unwrap();
        assert_eq!(rules[index]["id"], result["ruleId"]);
        assert!(["note", "warning", "error"].contains(&result["level"].as_str().unwrap()));
        assert!(result["message"]["text"].is_string());
        let place = &result["locations"][0]["physicalLocation"];
        assert_eq!(place["artifactLocation"]["uri"], "d/a%2Cb%3A%3Cc%3E.ipynb");
        let region = &place["region"];
        for key in ["startLine", "startColumn", "endLine", "endColumn"] {
            assert!(region[key].as_u64().unwrap() >= 1, "{key}");
        }
    }
    for rule in rules {
        assert!(rule["shortDescription"]["text"].is_string());
        assert!(rule["help"]["markdown"].is_string());
    }
}

#[test]
fn junit_is_xml_whatever_is_said() {
    assert_snapshot!(written(ReportFormat::Junit), @r#"
    <?xml version="1.0" encoding="UTF-8"?>
    <testsuites name="nbweave check" tests="3" failures="2" errors="0">
      <testsuite name="nbweave check" tests="3" failures="2" errors="0">
        <testcase name="NB301 invalid-structure: line 3, column 5" classname="d/a,b:&lt;c&gt;.ipynb" file="d/a,b:&lt;c&gt;.ipynb" line="3">
          <failure message="a &lt;b&gt; &amp; &quot;c&quot;, 100%: d�&#10;e" type="NB301">d/a,b:&lt;c&gt;.ipynb:3:5, cell 2, line 2: a &lt;b&gt; &amp; &quot;c&quot;, 100%: d�&#10;e</failure>
        </testcase>
        <testcase name="NB302 conflict: line 2, column 1" classname="d/a,b:&lt;c&gt;.ipynb" file="d/a,b:&lt;c&gt;.ipynb" line="2">
          <failure message="markers" type="NB302">d/a,b:&lt;c&gt;.ipynb:2:1: markers</failure>
        </testcase>
        <testcase name="clean.ipynb" classname="clean.ipynb" file="clean.ipynb"/>
      </testsuite>
    </testsuites>
    "#);
}

#[test]
fn statistics_count_by_rule() {
    let mut out = Vec::new();
    let mut files = files();
    files[1].findings.push(finding());
    statistics(&files, &mut out).unwrap();
    assert_snapshot!(String::from_utf8(out).unwrap(), @"
    2 NB301 invalid-structure, 2 can be mended
    1 NB302 conflict
    ");
}
