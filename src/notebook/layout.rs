//! Lays a notebook out as Jupyter writes it.

use std::borrow::Cow;

use super::source::{multiline_text, python_lines};
use super::{Cell, Notebook, OutputKind};
use crate::error::{ErrorKind, Result};
use crate::json::{Document, Edit, Edits, Escapes, KeyOrder, Kind, Style, Value, format, string};

/// How deep a notebook may be nested to be laid out. Python, which writes the
/// layout, stops at about 1,000; every line is indented by its depth.
const MOST_DEPTH: usize = 500;

/// Returns a notebook in the layout in which nbformat, and so Jupyter, writes
/// it: one blank per level, keys sorted, text split into lines.
///
/// Nothing is added or removed. Notebooks before nbformat 4 were written
/// escaped to ASCII; their text keeps its lines as they are.
///
/// # Errors
///
/// Fails if the bytes are no notebook, or with [`ErrorKind::Unsupported`] if
/// they are nested so deep that indentation would be most of the file.
pub fn jupyter_layout(bytes: &[u8]) -> Result<Vec<u8>> {
    let document = Document::read(bytes)?;
    if document.depth() > MOST_DEPTH {
        let depth = document.depth();
        let what = format!("nested {depth} deep, Jupyter's layout is for {MOST_DEPTH} at most");
        return Err(ErrorKind::Unsupported { what }.into());
    }
    let notebook = Notebook::read(&document)?;
    if notebook.format.major < 4 {
        let style = Style {
            escapes: Escapes::NonAscii,
            ..Style::JUPYTER
        };
        return Ok(format(&document.root(), &style, KeyOrder::Sorted));
    }
    let mut edits = Vec::new();
    for cell in &notebook.cells {
        split_cell(cell, &notebook, &mut edits);
    }
    let split = Edits::new(edits).apply(bytes);
    let document = Document::read(&split)?;
    Ok(format(&document.root(), &Style::JUPYTER, KeyOrder::Sorted))
}

fn split_cell(cell: &Cell<'_>, notebook: &Notebook<'_>, edits: &mut Vec<Edit>) {
    let split = |value: Option<Value<'_>>| value.and_then(|value| split_text(&value, notebook));
    edits.extend(split(cell.source));
    for output in cell.outputs() {
        if output.kind == OutputKind::Stream {
            edits.extend(split(output.value.get("text")));
        }
        for (mime, value) in output.data() {
            if is_split(&mime) {
                edits.extend(split(Some(value)));
            } else {
                edits.extend(join_text(&mime, &value, notebook));
            }
        }
    }
    for attachment in cell.attachments.iter().flat_map(Value::members) {
        for member in attachment.value.members() {
            let Some(mime) = member.key.as_str() else {
                continue;
            };
            edits.extend(if is_split(&mime) {
                split_text(&member.value, notebook)
            } else {
                join_text(&mime, &member.value, notebook)
            });
        }
    }
}

/// Whether nbformat writes text of this mime type as a list of lines.
pub(super) fn is_split(mime: &str) -> bool {
    mime.starts_with("text/") || matches!(mime, "image/svg+xml" | "application/javascript")
}

/// Whether nbformat leaves a value of this mime type as it is: JSON.
pub(super) fn is_json(mime: &str) -> bool {
    mime == "application/json" || (mime.starts_with("application/") && mime.ends_with("+json"))
}

/// Returns the edit that makes one string of a list of lines, if nbformat
/// joins those of this mime type.
fn join_text(mime: &str, value: &Value<'_>, notebook: &Notebook<'_>) -> Option<Edit> {
    let is_list =
        value.kind() == Kind::Array && value.elements().all(|line| line.kind() == Kind::String);
    if is_json(mime) || !is_list {
        return None;
    }
    let text = multiline_text(value, notebook.format);
    if text.contains(char::REPLACEMENT_CHARACTER) {
        return None;
    }
    Edit::replace(value, Cow::Owned(string(&text, &Style::JUPYTER)))
}

/// Returns the edit that makes a list of lines of a text, if it is not one.
fn split_text(value: &Value<'_>, notebook: &Notebook<'_>) -> Option<Edit> {
    let is_string = |value: &Value<'_>| value.kind() == Kind::String;
    let is_list = value.kind() == Kind::Array && value.elements().all(|line| is_string(&line));
    if !is_string(value) && !is_list {
        return None;
    }
    let text = multiline_text(value, notebook.format);
    // A lone surrogate has no text to split, and stays where it is.
    if text.contains(char::REPLACEMENT_CHARACTER) {
        return None;
    }
    let lines = python_lines(&text);
    if is_list {
        let old: Vec<_> = value.elements().filter_map(|line| line.as_str()).collect();
        if old == lines {
            return None;
        }
    }
    let lines: Vec<_> = lines
        .into_iter()
        .map(|line| string(line, &Style::JUPYTER))
        .collect();
    Edit::replace(value, Cow::Owned(format!("[{}]", lines.join(", "))))
}

#[cfg(test)]
mod tests {
    use super::jupyter_layout;

    #[track_caller]
    fn check(json: &str, expected: &str) {
        let laid_out = jupyter_layout(json.as_bytes()).unwrap();
        assert_eq!(String::from_utf8(laid_out).unwrap(), expected);
        let again = jupyter_layout(expected.as_bytes()).unwrap();
        assert_eq!(String::from_utf8(again).unwrap(), expected);
    }

    /// The expected text is what nbformat 5.10 writes for this notebook.
    #[test]
    fn a_notebook_is_written_as_jupyter_writes_it() {
        check(
            r#"{"nbformat":4,"nbformat_minor":5,"metadata":{},"cells":[
              {"source":"a\nb\u0085c","id":"x","cell_type":"code","metadata":{},
               "execution_count":1,"outputs":[
                {"output_type":"stream","name":"stdout","text":"1\n2\n"},
                {"output_type":"display_data","metadata":{},
                 "data":{"text/plain":["d","\ne"],"image/png":"aGk=\n","application/json":{"z":1,"y":"f\ng"}}}]}]}"#,
            "{
 \"cells\": [
  {
   \"cell_type\": \"code\",
   \"execution_count\": 1,
   \"id\": \"x\",
   \"metadata\": {},
   \"outputs\": [
    {
     \"name\": \"stdout\",
     \"output_type\": \"stream\",
     \"text\": [
      \"1\\n\",
      \"2\\n\"
     ]
    },
    {
     \"data\": {
      \"application/json\": {
       \"y\": \"f\\ng\",
       \"z\": 1
      },
      \"image/png\": \"aGk=\\n\",
      \"text/plain\": [
       \"d\\n\",
       \"e\"
      ]
     },
     \"metadata\": {},
     \"output_type\": \"display_data\"
    }
   ],
   \"source\": [
    \"a\\n\",
    \"b\u{85}\",
    \"c\"
   ]
  }
 ],
 \"metadata\": {},
 \"nbformat\": 4,
 \"nbformat_minor\": 5
}
",
        );
    }

    #[test]
    fn lists_are_joined_where_nbformat_writes_one_string() {
        let json = r#"{"cells":[{"cell_type":"code","outputs":[{"output_type":"display_data",
            "data":{"image/png":["aGk=\n","aGk="],"application/json":["a","b"]}}]}]}"#;
        let laid_out = String::from_utf8(jupyter_layout(json.as_bytes()).unwrap()).unwrap();
        assert!(
            laid_out.contains(r#""image/png": "aGk=\naGk=""#),
            "{laid_out}"
        );
        assert!(laid_out.contains("\"application/json\": [\n"), "{laid_out}");
    }

    #[test]
    fn what_is_nested_too_deep_is_refused() {
        let deep = |depth: usize| {
            let nested = "[".repeat(depth) + &"]".repeat(depth);
            format!(r#"{{"cells":[],"metadata":{{"a":{nested}}}}}"#)
        };
        assert!(jupyter_layout(deep(400).as_bytes()).is_ok());
        assert!(jupyter_layout(deep(100_000).as_bytes()).is_err());
    }

    #[test]
    fn a_lone_surrogate_is_left_as_it_is() {
        let json = r#"{"cells":[{"source":"\ud800\nb"}]}"#;
        let laid_out = String::from_utf8(jupyter_layout(json.as_bytes()).unwrap()).unwrap();
        assert!(laid_out.contains(r#""source": "\ud800\nb""#), "{laid_out}");
    }

    #[test]
    fn old_formats_are_escaped_and_keep_their_lines() {
        check(
            r#"{"worksheets":[{"cells":[{"input":"ä\nb","cell_type":"code"}]}],"nbformat":3}"#,
            "{
 \"nbformat\": 3,
 \"worksheets\": [
  {
   \"cells\": [
    {
     \"cell_type\": \"code\",
     \"input\": \"\\u00e4\\nb\"
    }
   ]
  }
 ]
}
",
        );
    }
}
