//! What `--format json` writes follows the schema that is published.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use nbweave::diff::{Change, DiffOptions, diff_notebooks};
use nbweave::json::Document;
use nbweave::notebook::Notebook;
use nbweave::render::json;
use serde_json::{Value, json};

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn schema() -> Value {
    let text = fs::read_to_string(root().join("docs/diff.schema.json")).unwrap();
    serde_json::from_str(&text).unwrap()
}

/// Returns the diff of two files, unless one of them is no notebook.
fn diff(old: &[u8], new: &[u8]) -> Option<Value> {
    let (old, new) = (Document::read(old).ok()?, Document::read(new).ok()?);
    let (old, new) = (Notebook::read(&old).ok()?, Notebook::read(&new).ok()?);
    let diff = diff_notebooks(&old, &new, &DiffOptions::default());
    let mut out = Vec::new();
    let names = Change {
        old: "old.ipynb",
        new: "new.ipynb",
    };
    json(&diff, names, &mut out).unwrap();
    let text = String::from_utf8(out).unwrap();
    assert_eq!(text.lines().count(), 1);
    // Lone surrogates are valid JSON; serde_json has no string for them.
    let text = text.replace(r"\ud8", r"\u00").replace(r"\udc", r"\u00");
    let text = text.replace(r"\ud", r"\u0");
    Some(serde_json::from_str(&text).unwrap())
}

/// Checks a value against a schema, by as much of JSON Schema as ours uses.
/// A keyword that is not known here fails.
fn check(value: &Value, schema: &Value, whole: &Value, place: &str) -> Result<(), String> {
    let fail = |what: &str| Err(format!("{place}: {what}: {value}"));
    let Some(keywords) = schema.as_object() else {
        return if schema == &json!(true) {
            Ok(())
        } else {
            fail("not allowed")
        };
    };
    for (keyword, rule) in keywords {
        match keyword.as_str() {
            "$ref" => {
                let pointer = rule.as_str().unwrap().trim_start_matches('#');
                check(value, whole.pointer(pointer).unwrap(), whole, place)?;
            }
            "type" => {
                let is_type = match rule.as_str().unwrap() {
                    "object" => value.is_object(),
                    "array" => value.is_array(),
                    "string" => value.is_string(),
                    "boolean" => value.is_boolean(),
                    "number" => value.is_number(),
                    "integer" => value.is_u64() || value.is_i64(),
                    other => panic!("unknown type {other}"),
                };
                if !is_type {
                    return fail("type");
                }
            }
            "const" if value != rule => return fail("const"),
            "enum" if !rule.as_array().unwrap().contains(value) => return fail("enum"),
            "minimum" if value.as_u64() < rule.as_u64() => return fail("minimum"),
            "minItems" if (value.as_array().unwrap().len() as u64) < rule.as_u64().unwrap() => {
                return fail("minItems");
            }
            "items" => {
                for (index, item) in value.as_array().unwrap().iter().enumerate() {
                    check(item, rule, whole, &format!("{place}/{index}"))?;
                }
            }
            "required" => {
                for key in rule.as_array().unwrap() {
                    if value.get(key.as_str().unwrap()).is_none() {
                        return fail(&format!("no {key}"));
                    }
                }
            }
            "additionalProperties" => {
                for (key, value) in value.as_object().unwrap() {
                    let property = schema["properties"].get(key).unwrap_or(rule);
                    check(value, property, whole, &format!("{place}/{key}"))?;
                }
            }
            "oneOf" => {
                let rules = rule.as_array().unwrap().iter();
                let fitting = rules.filter(|rule| check(value, rule, whole, place).is_ok());
                if fitting.count() != 1 {
                    return fail("oneOf");
                }
            }
            "$schema" | "$defs" | "title" | "description" | "properties" | "const" | "enum"
            | "minimum" | "minItems" => {}
            other => panic!("unknown keyword {other}"),
        }
    }
    Ok(())
}

#[track_caller]
fn check_diff(old: &[u8], new: &[u8]) {
    let schema = schema();
    for (old, new) in [(old, new), (new, old)] {
        if let Some(diff) = diff(old, new) {
            check(&diff, &schema, &schema, "").unwrap();
        }
    }
}

const OLD: &str = r#"{"nbformat":4,"nbformat_minor":5,"metadata":{"a":NaN,"b":{"c":1}},"cells":[
    {"cell_type":"code","id":"x","metadata":{"collapsed":true},"execution_count":1,
     "source":"a = 1\nb = 2\n","outputs":[
      {"output_type":"stream","name":"stdout","text":["1\n"]},
      {"output_type":"stream","name":"stdout","text":["<A at 0x7f0011223344>\n"]},
      {"output_type":"display_data","metadata":{},"data":{"image/png":"aGk=","text/plain":"a"}},
      {"output_type":"error","ename":"E","evalue":"e","traceback":["a","b"]}]},
    {"cell_type":"markdown","id":"y","metadata":{},"source":"gone"}]}"#;

const NEW: &str = r#"{"nbformat":4,"nbformat_minor":5,"metadata":{"b":{"c":"\ud83d"}},"cells":[
    {"cell_type":"code","id":"x","metadata":{"tags":["t"]},"execution_count":2,
     "source":"a = 1\nb = 3\n","outputs":[
      {"output_type":"stream","name":"stdout","text":"1\n<A at 0x7f0011223355>\n"},
      {"output_type":"execute_result","metadata":{"m":1},"execution_count":2,
       "data":{"image/png":"aGl=","text/html":"<b>"}},
      {"output_type":"stream","name":"stderr","text":"new\n"}]}]}"#;

#[test]
fn a_diff_of_everything_follows_the_schema() {
    check_diff(OLD.as_bytes(), NEW.as_bytes());
    check_diff(OLD.as_bytes(), OLD.as_bytes());
}

#[test]
fn the_schema_refuses_what_it_should() {
    let schema = schema();
    let mut wrong = diff(OLD.as_bytes(), NEW.as_bytes()).unwrap();
    wrong["cells"][0]["change"] = json!([]);
    check(&wrong, &schema, &schema, "").unwrap_err();
    wrong["cells"][0]["change"] = json!(["modified"]);
    check(&wrong, &schema, &schema, "").unwrap();
    wrong["cells"][0]["surprise"] = json!(1);
    check(&wrong, &schema, &schema, "").unwrap_err();
}

#[expect(clippy::disallowed_methods, reason = "the files are new")]
#[test]
fn what_cannot_be_compared_follows_the_schema() {
    let dir = tempfile::tempdir().unwrap();
    fs::write(dir.path().join("old.ipynb"), OLD).unwrap();
    fs::write(dir.path().join("new.ipynb"), "no notebook").unwrap();
    let output = Command::new(env!("CARGO_BIN_EXE_nbweave"))
        .args(["diff", "--format", "json", "old.ipynb", "new.ipynb"])
        .current_dir(dir.path())
        .output()
        .unwrap();
    let mut line: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert!(line["error"].is_string(), "{line}");
    assert_eq!(line["new"], json!({"path": "new.ipynb"}));
    let schema = schema();
    check(&line, &schema, &schema, "").unwrap();
    line["cells"] = json!([]);
    check(&line, &schema, &schema, "").unwrap_err();
}

#[test]
fn a_cell_is_told_in_full() {
    let diff = diff(OLD.as_bytes(), NEW.as_bytes()).unwrap();
    let cell = &diff["cells"][0];
    assert_eq!(cell["change"], json!(["modified"]));
    assert_eq!((&cell["old"], &cell["new"]), (&json!([0]), &json!([0])));
    let lines = &cell["source"]["hunks"][0]["lines"];
    assert_eq!(
        lines,
        &json!([
            {"change": "equal", "old": 1, "new": 1, "text": "a = 1\n"},
            {"change": "removed", "old": 2, "text": "b = 2\n"},
            {"change": "added", "new": 2, "text": "b = 3\n"},
        ])
    );
    let stream = &cell["outputs"][0];
    assert_eq!(
        (&stream["old"], &stream["new"]),
        (&json!([0, 1]), &json!([0]))
    );
    assert_eq!(stream["noise"], json!(true));
    let changes = cell["outputs"].as_array().unwrap().iter();
    let changes: Vec<_> = changes
        .map(|output| output["change"].as_str().unwrap())
        .collect();
    assert_eq!(changes, ["modified", "modified", "removed", "added"]);
    let image = &cell["outputs"][1]["parts"][0];
    assert_eq!(image["name"], json!("image/png"));
    assert_eq!(image["old"]["bytes"], json!(2));
    let odd = diff["metadata"].as_array().unwrap();
    assert_eq!(
        odd[0],
        json!({"path": ["a"], "noise": false, "old": {"json": "NaN"}})
    );
    assert_eq!(diff["cells"][1]["change"], json!(["removed"]));
}

#[test]
fn cells_of_one_side_are_told_with_all_their_keys() {
    let plain = r#"{"nbformat":4,"nbformat_minor":5,"metadata":{},"cells":[]}"#;
    let cell = r#"{"cell_type":"markdown","id":"y","metadata":{},"source":"\ud83d","extra":1,
        "attachments":{"a.txt":{"text/plain":"a"}}}"#;
    let full = plain.replace("[]", &format!("[{cell}]"));
    check_diff(plain.as_bytes(), full.as_bytes());
    let attachment = json!({"value": {"text/plain": "a"}});
    for (old, new, side) in [(plain, &*full, "new"), (&*full, plain, "old")] {
        let diff = diff(old.as_bytes(), new.as_bytes()).unwrap();
        let cell = &diff["cells"][0];
        assert_eq!(
            cell["attachments"],
            json!([{"path": ["a.txt"], "noise": false, side: attachment}])
        );
        assert_eq!(
            cell["other"],
            json!([{"path": ["extra"], "noise": false, side: {"value": 1}}])
        );
    }
}

/// Real revisions and odd files, if they are there.
#[test]
fn real_diffs_follow_the_schema() {
    for (folder, names) in [
        ("shared/corpus/diffs", ["before.ipynb", "after.ipynb"]),
        ("shared/cases/diff", ["old.ipynb", "new.ipynb"]),
    ] {
        let Some(dir) = root()
            .ancestors()
            .map(|dir| dir.join(folder))
            .find(|dir| dir.is_dir())
        else {
            println!("skipped: there is no `{folder}`");
            continue;
        };
        let entries = fs::read_dir(dir).unwrap();
        let mut pairs: Vec<PathBuf> = entries.map(|entry| entry.unwrap().path()).collect();
        pairs.sort();
        for pair in &pairs {
            let [Ok(old), Ok(new)] = names.map(|name| fs::read(pair.join(name))) else {
                continue;
            };
            check_diff(&old, &new);
        }
    }
}
