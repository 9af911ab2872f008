//! Upgrades notebooks of nbformat 1, 2 and 3 to nbformat 4.
//!
//! The rules are those of nbformat, applied in one step. Where nbformat stops
//! with an exception, or writes what its own schema refuses, the upgrade goes
//! on and keeps what was there: what nbformat 4 has no place for goes into
//! the metadata beside it. Notebooks of nbformat 4 written here are of minor
//! version 4, the last one without cell ids.

mod cell;
mod object;
mod output;
mod text;

use std::borrow::Cow;

use super::{Notebook, jupyter_layout};
use crate::error::Result;
use crate::json::Value;
use object::{Object, array, fields};

/// What stands at the top of a notebook or in its metadata and goes: the name,
/// which the file has, and traces of earlier upgrades and of trust.
const GONE: &[&str] = &["name", "orig_nbformat", "orig_nbformat_minor", "signature"];

/// Returns the notebook as nbformat 4 in the layout that Jupyter writes; the
/// bytes of its file if it is of nbformat 4 or later.
///
/// Of repeated keys the last is upgraded, and cells that readers do not see
/// are left out.
///
/// # Errors
///
/// Fails with [`ErrorKind::Unsupported`](crate::error::ErrorKind::Unsupported)
/// if the notebook is nested too deep for that layout.
pub fn upgrade<'a>(notebook: &Notebook<'a>) -> Result<Cow<'a, [u8]>> {
    if notebook.format.major >= 4 {
        return Ok(Cow::Borrowed(notebook.document.bytes()));
    }
    let cells = notebook.cells.iter();
    let cells: Vec<_> = cells
        .map(|cell| cell::upgraded(cell, notebook.format))
        .collect();
    let mut new = Object::default();
    new.set("cells", array(&cells));
    new.set("metadata", metadata(notebook).to_json());
    new.set("nbformat", b"4".as_slice());
    new.set("nbformat_minor", b"4".as_slice());
    jupyter_layout(&new.to_json()).map(Cow::Owned)
}

/// Returns the metadata of the notebook, with what else stood at the top.
fn metadata<'a>(notebook: &Notebook<'a>) -> Object<'a> {
    let mut metadata = match &notebook.metadata {
        Some(metadata) => Object::copy_of(metadata),
        None => Object::default(),
    };
    for key in GONE {
        metadata.remove(key);
    }
    let known = ["cells", "metadata", "nbformat", "nbformat_minor"];
    for (name, member) in fields(&notebook.document.root()) {
        if name == "worksheets" {
            let worksheets = worksheets(notebook, &member.value);
            if worksheets.iter().any(|worksheet| !worksheet.is_empty()) {
                let worksheets: Vec<_> = worksheets.iter().map(Object::to_json).collect();
                metadata.add(&member, array(&worksheets));
            }
        } else if !known.contains(&&*name) && !GONE.contains(&&*name) {
            metadata.add(&member, member.value.raw());
        }
    }
    metadata
}

/// Returns what the worksheets have besides cells: names and metadata. None if
/// the cells of the notebook are not in them.
fn worksheets<'a>(notebook: &Notebook<'a>, value: &Value<'a>) -> Vec<Object<'a>> {
    let shadowed = notebook.shadowed_arrays.iter();
    let mut shadowed = shadowed.map(Value::span);
    if shadowed.any(|array| value.span().contains(&array.start)) {
        return Vec::new();
    }
    let worksheets = value.elements().map(|worksheet| {
        let mut rest = Object::default();
        for (name, member) in fields(&worksheet) {
            let is_empty = matches!(&*name, "metadata" | "name") && !member.value.is_truthy();
            if name != "cells" && !is_empty {
                rest.set_like(&member, member.value.raw());
            }
        }
        rest
    });
    worksheets.collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::json::Document;
    use crate::notebook::NbFormat;
    use proptest::prelude::*;

    pub(super) fn json(text: &str) -> serde_json::Value {
        serde_json::from_str(text).unwrap()
    }

    /// Returns the upgraded notebook as Jupyter would see it.
    pub(super) fn upgraded(notebook: &str) -> serde_json::Value {
        json(&upgraded_text(notebook))
    }

    fn upgraded_text(notebook: &str) -> String {
        let document = Document::read(notebook.as_bytes()).unwrap();
        let notebook = Notebook::read(&document).unwrap();
        String::from_utf8(upgrade(&notebook).unwrap().into_owned()).unwrap()
    }

    /// The expected text is what nbformat 5.11 writes for this notebook, but
    /// for ids and the minor version.
    #[test]
    fn a_notebook_is_written_as_jupyter_writes_it() {
        let old = r#"{"metadata": {"name": "x", "language": "Julia", "kernel_info": {"name": "k"}},
            "nbformat": 3, "nbformat_minor": 0, "worksheets": [{"metadata": {}, "cells": [
            {"cell_type": "heading", "level": 2, "metadata": {}, "source": ["Numbers"]},
            {"cell_type": "code", "collapsed": false, "input": ["1 +\\\n", "1 # \u00e4"],
             "language": "python", "metadata": {}, "prompt_number": 1, "outputs": [
              {"output_type": "pyout", "prompt_number": 1, "metadata": {}, "text": ["2"]}]}]}]}"#;
        let new = r###"{
 "cells": [
  {
   "cell_type": "markdown",
   "metadata": {},
   "source": [
    "## Numbers"
   ]
  },
  {
   "cell_type": "code",
   "execution_count": 1,
   "metadata": {
    "collapsed": false
   },
   "outputs": [
    {
     "data": {
      "text/plain": [
       "2"
      ]
     },
     "execution_count": 1,
     "metadata": {},
     "output_type": "execute_result"
    }
   ],
   "source": [
    "1 +\\\n",
    "1 # ä"
   ]
  }
 ],
 "metadata": {
  "kernel_info": {
   "name": "k"
  },
  "language": "Julia"
 },
 "nbformat": 4,
 "nbformat_minor": 4
}
"###;
        assert_eq!(upgraded_text(old), new);
    }

    #[test]
    fn later_formats_come_back_as_they_are() {
        for notebook in [
            r#" {"nbformat": 4, "nbformat_minor":2, "cells": [ ]}"#,
            r#"{"cells":[{"cell_type":"code","source":""}]}"#,
            r#"{"nbformat":5,"worksheets":[]}"#,
        ] {
            assert_eq!(upgraded_text(notebook), notebook);
        }
    }

    /// Diff and merge look at old notebooks without upgrading them.
    #[test]
    fn an_old_notebook_is_seen_as_it_is_upgraded() {
        let old = r#"{"nbformat":3,"worksheets":[{"cells":[
            {"cell_type":"heading","level":3,"source":["a\n","b"]},
            {"cell_type":"html","source":["<b>","c"]},
            {"cell_type":"code","input":["d","e"],"prompt_number":4,"outputs":[
             {"output_type":"stream","stream":"stderr","text":["f","g"]},
             {"output_type":"pyout","prompt_number":4,"text":["h"],"pdf":"i","image/bmp":"j"},
             {"output_type":"pyerr","etype":"k","evalue":"l","traceback":["m"]}]}]}]}"#;
        let seen = |text: &str| {
            let document = Document::read(text.as_bytes()).unwrap();
            let notebook = Notebook::read(&document).unwrap();
            let mut seen = Vec::new();
            for cell in &notebook.cells {
                let count = cell.execution_count.map(|count| count.raw().to_vec());
                seen.push(format!("{:?} {count:?} {:?}", cell.kind, cell.text()));
                for output in cell.outputs() {
                    let mut mimes: Vec<_> =
                        output.data().into_iter().map(|(mime, _)| mime).collect();
                    mimes.sort();
                    let (kind, error) = (output.kind, output.error());
                    let stream = (output.kind == crate::notebook::OutputKind::Stream)
                        .then(|| (output.stream_name(), output.stream_text()));
                    seen.push(format!("{kind:?} {mimes:?} {error:?} {stream:?}"));
                }
            }
            seen
        };
        let upgraded = seen(&upgraded_text(old));
        assert_eq!(upgraded.len(), 6);
        assert_eq!(seen(old), upgraded);
    }

    #[test]
    fn cells_of_all_worksheets_stand_in_a_row() {
        let notebook = upgraded(
            r#"{"nbformat":2,"worksheets":[{"cells":[{"cell_type":"markdown","source":"a"}]},{},
                {"cells":[{"cell_type":"markdown","source":"b"}],"metadata":{}}]}"#,
        );
        assert_eq!(notebook["cells"][0]["source"], json(r#"["a"]"#));
        assert_eq!(notebook["cells"][1]["source"], json(r#"["b"]"#));
        assert_eq!(notebook["metadata"], json("{}"));
    }

    #[track_caller]
    fn check_metadata(notebook: &str, metadata: &str) {
        assert_eq!(upgraded(notebook)["metadata"], json(metadata));
    }

    #[test]
    fn what_worksheets_say_is_kept() {
        check_metadata(
            r#"{"nbformat":3,"worksheets":[{"cells":[],"name":"a","metadata":{"b":1},"c":0},
                {"cells":[],"name":"","metadata":{}}]}"#,
            r#"{"worksheets":[{"name":"a","metadata":{"b":1},"c":0},{}]}"#,
        );
        check_metadata(
            r#"{"nbformat":3,"cells":[],"worksheets":[{"cells":[],"name":"a"}],
                "metadata":{"worksheets":1}}"#,
            r#"{"worksheets":1,"worksheets_":[{"name":"a"}]}"#,
        );
        let unseen = r#"{"nbformat":1,"worksheets":[{"cells":[],"name":"a"}],"cells":[]}"#;
        check_metadata(unseen, "{}");
    }

    #[test]
    fn name_signature_and_traces_of_upgrades_go() {
        check_metadata(
            r#"{"nbformat":3,"worksheets":[],"name":"a","orig_nbformat":2,"metadata":{
                "name":"a","signature":"s","orig_nbformat":2,"orig_nbformat_minor":0}}"#,
            "{}",
        );
    }

    #[test]
    fn unknown_keys_at_the_top_move_into_the_metadata() {
        check_metadata(
            r#"{"nbformat":3,"worksheets":[],"a":[1],"b":2,"title":3,"metadata":{"b":4}}"#,
            r#"{"a":[1],"b":4,"b_":2,"title_":3}"#,
        );
    }

    #[test]
    fn numbers_and_lone_surrogates_are_kept() {
        let text = upgraded_text(
            r#"{"nbformat":3,"\ud802":3,"metadata":{"a":[NaN,-Infinity,1e400,123456789012345678901234567890],
                "\ud800":1,"\ud801":2},"worksheets":[{"cells":[
                {"cell_type":"code","input":["\udc00","b\ufffd"],"outputs":[
                 {"output_type":"stream","stream":"stdout","text":"\ud83d\nc"},
                 {"output_type":"display_data","json":"\"\ud83d\""}]}]}]}"#,
        );
        let compact: String = text.split_whitespace().collect();
        for part in [
            "[NaN,-Infinity,1e400,123456789012345678901234567890]",
            r#""\ud800":1,"\ud801":2,"\ud802":3"#,
            "\"source\":[\"\\udc00\\n\",\"b\u{fffd}\"]",
            r#""text":["\ud83d\n","c"]"#,
            r#""application/json":"\"\ud83d\"""#,
        ] {
            assert!(compact.contains(part), "{part} in {text}");
        }
    }

    #[test]
    fn depth_does_not_use_the_stack() {
        let deep = "[".repeat(200_000) + &"]".repeat(200_000);
        let notebook = format!(r#"{{"nbformat":3,"metadata":{{"a":{deep}}},"worksheets":[]}}"#);
        let document = Document::read(notebook.as_bytes()).unwrap();
        let notebook = Notebook::read(&document).unwrap();
        let error = upgrade(&notebook).unwrap_err();
        assert!(error.to_string().contains("nested"), "{error}");
    }

    /// Returns what is wrong with a value by the schema of nbformat 4.4, as
    /// far as the upgrade answers for it: not for the insides of metadata.
    fn faults(notebook: &serde_json::Value) -> Vec<String> {
        let mut faults = Vec::new();
        let mut keys = |value: &serde_json::Value, expected: &[&str]| {
            let mut found: Vec<_> = value.as_object().unwrap().keys().collect();
            found.retain(|key| *key != "attachments");
            found.sort();
            if found != expected {
                faults.push(format!("{found:?} in {value}"));
            }
        };
        keys(
            notebook,
            &["cells", "metadata", "nbformat", "nbformat_minor"],
        );
        let text = |value: &serde_json::Value| {
            let list = value.as_array();
            value.is_string()
                || list.is_some_and(|list| list.iter().all(serde_json::Value::is_string))
        };
        let mut wrong = Vec::new();
        let mut must = |holds: bool, value: &serde_json::Value| {
            if !holds {
                wrong.push(format!("{value}"));
            }
        };
        for cell in notebook["cells"].as_array().unwrap() {
            must(text(&cell["source"]) && cell["metadata"].is_object(), cell);
            if cell["cell_type"] != "code" {
                keys(cell, &["cell_type", "metadata", "source"]);
                must(
                    ["markdown", "raw"].contains(&cell["cell_type"].as_str().unwrap()),
                    cell,
                );
                continue;
            }
            let code = [
                "cell_type",
                "execution_count",
                "metadata",
                "outputs",
                "source",
            ];
            keys(cell, &code);
            let is_count = |value: &serde_json::Value| value.is_u64() || value.is_null();
            must(is_count(&cell["execution_count"]), cell);
            for output in cell["outputs"].as_array().unwrap() {
                match output["output_type"].as_str().unwrap() {
                    "stream" => {
                        keys(output, &["name", "output_type", "text"]);
                        must(output["name"].is_string() && text(&output["text"]), output);
                        continue;
                    }
                    "error" => {
                        keys(output, &["ename", "evalue", "output_type", "traceback"]);
                        must(
                            output["ename"].is_string() && output["evalue"].is_string(),
                            output,
                        );
                        must(
                            output["traceback"].is_array() && text(&output["traceback"]),
                            output,
                        );
                        continue;
                    }
                    "execute_result" => {
                        keys(
                            output,
                            &["data", "execution_count", "metadata", "output_type"],
                        );
                        must(is_count(&output["execution_count"]), output);
                    }
                    _ => {
                        keys(output, &["data", "metadata", "output_type"]);
                        must(output["output_type"] == "display_data", output);
                    }
                }
                must(output["metadata"].is_object(), output);
                for (mime, value) in output["data"].as_object().unwrap() {
                    must(text(value) || mime.contains("json"), output);
                }
            }
        }
        faults.extend(wrong);
        faults
    }

    /// Values of all sorts, where they belong and where not.
    fn any_value() -> impl Strategy<Value = serde_json::Value> {
        let values = [
            "null",
            "true",
            "0",
            "-1.5",
            "7",
            r#""""#,
            r#""a\nb""#,
            r#""*""#,
            r#"["a","b"]"#,
            r#"["a",1]"#,
            "[]",
            "{}",
            r#"{"text":"a"}"#,
            r#"{"a.png":{"image/png":["a"]}}"#,
            r#""stream""#,
            r#""pyout""#,
            r#""display_data""#,
            r#""pyerr""#,
            r#""error""#,
            r#""code""#,
            r#""text""#,
            r#""heading""#,
            r#""rst""#,
            r#""[1]""#,
        ];
        prop::sample::select(values.map(json).to_vec())
    }

    fn any_members(keys: &'static [&str]) -> impl Strategy<Value = serde_json::Value> {
        let member = (prop::sample::select(keys), any_value());
        prop::collection::vec(member, 0..7).prop_map(|members| {
            let named = members
                .into_iter()
                .map(|(key, value)| (key.to_owned(), value));
            serde_json::Value::Object(named.collect())
        })
    }

    fn any_output() -> impl Strategy<Value = serde_json::Value> {
        let members = any_members(&[
            "output_type",
            "output_type",
            "stream",
            "name",
            "text",
            "html",
            "json",
            "png",
            "data",
            "prompt_number",
            "execution_count",
            "ename",
            "etype",
            "evalue",
            "traceback",
            "x/y",
            "application/json",
            "metadata",
        ]);
        prop_oneof![9 => members, 1 => any_value()]
    }

    fn any_cell() -> impl Strategy<Value = serde_json::Value> {
        let members = any_members(&[
            "cell_type",
            "cell_type",
            "input",
            "code",
            "source",
            "text",
            "level",
            "language",
            "collapsed",
            "prompt_number",
            "execution_count",
            "attachments",
            "rendered",
            "id",
            "tags",
            "name",
            "trusted",
        ]);
        let outputs = prop::collection::vec(any_output(), 0..3);
        (members, prop::option::of(outputs)).prop_map(|(mut cell, outputs)| {
            if let Some(outputs) = outputs {
                cell["outputs"] = outputs.into();
            }
            cell
        })
    }

    proptest! {
        #[test]
        fn every_old_notebook_becomes_one_of_nbformat_4(
            major in 1..4_u64,
            cells in prop::collection::vec(any_cell(), 0..4),
            mut top in any_members(&["name", "title", "signature", "a", "orig_nbformat"]),
        ) {
            let n_cells = cells.len();
            top["nbformat"] = major.into();
            if major == 1 {
                top["cells"] = cells.into();
            } else {
                top["worksheets"] = serde_json::json!([{"cells": cells}]);
            }
            let text = upgraded_text(&top.to_string());
            let new = json(&text);
            prop_assert_eq!(faults(&new), Vec::<String>::new());
            prop_assert_eq!(new["cells"].as_array().unwrap().len(), n_cells);
            let document = Document::read(text.as_bytes()).unwrap();
            let notebook = Notebook::read(&document).unwrap();
            prop_assert_eq!(notebook.format, NbFormat { major: 4, minor: 4 });
            prop_assert_eq!(jupyter_layout(text.as_bytes()).unwrap(), text.as_bytes());
        }
    }
}
