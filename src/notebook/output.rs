//! One output of a code cell.

use std::borrow::Cow;

use super::NbFormat;
use super::source::multiline_text;
use crate::json::{Kind, Value};

/// What an output is.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub enum OutputKind {
    /// Text printed to a stream.
    Stream,
    /// Something displayed.
    DisplayData,
    /// The value of the cell; `pyout` before nbformat 4.
    ExecuteResult,
    /// An exception; `pyerr` before nbformat 4.
    Error,
    /// Anything else.
    Unknown,
}

/// An output of a code cell.
#[derive(Clone, Copy, Debug)]
pub struct Output<'a> {
    /// The whole output: an object.
    pub value: Value<'a>,
    /// What the output is.
    pub kind: OutputKind,
    format: NbFormat,
}

impl<'a> Output<'a> {
    /// Views a value as an output; `None` if it is no object.
    pub fn read(value: Value<'a>, format: NbFormat) -> Option<Self> {
        if value.kind() != Kind::Object {
            return None;
        }
        let kind = value.get("output_type");
        let kind = kind.and_then(|kind| kind.as_str()).unwrap_or_default();
        let kind = match &*kind {
            "stream" => OutputKind::Stream,
            "display_data" => OutputKind::DisplayData,
            "execute_result" | "pyout" => OutputKind::ExecuteResult,
            "error" | "pyerr" => OutputKind::Error,
            _ => OutputKind::Unknown,
        };
        Some(Self {
            value,
            kind,
            format,
        })
    }

    /// Returns the name that the type of the output has since nbformat 4, or
    /// what the file says if that is unknown.
    pub fn type_name(&self) -> Cow<'a, str> {
        Cow::Borrowed(match self.kind {
            OutputKind::Stream => "stream",
            OutputKind::DisplayData => "display_data",
            OutputKind::ExecuteResult => "execute_result",
            OutputKind::Error => "error",
            OutputKind::Unknown => {
                let name = self.value.get("output_type").and_then(|name| name.as_str());
                return name.unwrap_or_default();
            }
        })
    }

    /// Returns the name of a stream: `stdout` or `stderr`. Old formats call
    /// it `stream` and leave it out for `stdout`.
    pub fn stream_name(&self) -> Cow<'a, str> {
        let key = if self.format.major >= 4 {
            "name"
        } else {
            "stream"
        };
        let name = self.value.get(key).and_then(|name| name.as_str());
        name.unwrap_or(Cow::Borrowed("stdout"))
    }

    /// Returns the text of a stream.
    pub fn stream_text(&self) -> Cow<'a, str> {
        let text = self.value.get("text");
        text.map_or(Cow::Borrowed(""), |text| multiline_text(&text, self.format))
    }

    /// Returns the exception of an error: its name, its message and its
    /// traceback, a line or more each.
    pub fn error(&self) -> (Cow<'a, str>, Cow<'a, str>, Vec<Cow<'a, str>>) {
        let text = |key| self.value.get(key).and_then(|value| value.as_str());
        let name = text("ename").or_else(|| text("etype"));
        let traceback = self.value.get("traceback");
        let lines = traceback.map(|lines| lines.elements().filter_map(|line| line.as_str()));
        (
            name.unwrap_or_default(),
            text("evalue").unwrap_or_default(),
            lines.into_iter().flatten().collect(),
        )
    }

    /// Returns what is displayed: the same thing in one or more mime types, in
    /// the order of the file.
    ///
    /// Before nbformat 4 the types stood beside the other keys, under short
    /// names.
    pub fn data(&self) -> Vec<(Cow<'a, str>, Value<'a>)> {
        // Before nbformat 4 the text of a stream stood under the name that
        // `text/plain` had.
        if matches!(self.kind, OutputKind::Stream | OutputKind::Error) {
            return Vec::new();
        }
        let bundle = if self.format.major >= 4 {
            match self.value.get("data") {
                Some(data) => data,
                None => return Vec::new(),
            }
        } else {
            self.value
        };
        bundle
            .members()
            .filter_map(|member| {
                let key = member.key.as_str()?;
                let mime = if self.format.major >= 4 {
                    key
                } else {
                    old_mime_type(key)?
                };
                Some((mime, member.value))
            })
            .collect()
    }

    /// Returns the number that a result carries; `prompt_number` before
    /// nbformat 4.
    pub fn execution_count(&self) -> Option<Value<'a>> {
        let value = self.value.get("execution_count");
        value.or_else(|| self.value.get("prompt_number"))
    }
}

/// Returns the mime type that a key of an output of nbformat 2 or 3 stands
/// for, by the table of nbformat's `v4/convert.py`; `None` for keys that are
/// no types.
pub(super) fn old_mime_type(key: Cow<'_, str>) -> Option<Cow<'_, str>> {
    let mime = match &*key {
        "text" => "text/plain",
        "html" => "text/html",
        "svg" => "image/svg+xml",
        "png" => "image/png",
        "jpeg" => "image/jpeg",
        "latex" => "text/latex",
        "json" => "application/json",
        "javascript" => "application/javascript",
        "pdf" => "application/pdf",
        _ => return key.contains('/').then_some(key),
    };
    Some(Cow::Borrowed(mime))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::json::Document;

    #[track_caller]
    fn with<T>(json: &str, major: u64, look: impl FnOnce(Output<'_>) -> T) -> T {
        let document = Document::read(json.as_bytes()).unwrap();
        let format = NbFormat { major, minor: 0 };
        look(Output::read(document.root(), format).unwrap())
    }

    fn mime_types(output: &Output<'_>) -> Vec<String> {
        let data = output.data();
        data.into_iter()
            .map(|(mime, _)| mime.into_owned())
            .collect()
    }

    #[test]
    fn streams_have_a_name_and_text() {
        let new = r#"{"output_type":"stream","name":"stderr","text":["a\n","b"]}"#;
        with(new, 4, |output| {
            assert_eq!(output.kind, OutputKind::Stream);
            assert_eq!(output.stream_name(), "stderr");
            assert_eq!(output.stream_text(), "a\nb");
        });
        let old = r#"{"output_type":"stream","text":"a"}"#;
        with(old, 3, |output| assert_eq!(output.stream_name(), "stdout"));
    }

    #[test]
    fn data_of_old_formats_has_the_mime_types_of_new_ones() {
        let json = r#"{"output_type":"pyout","metadata":{},"prompt_number":1,
                       "text":"a","png":"b","image/bmp":"c"}"#;
        with(json, 3, |output| {
            assert_eq!(output.kind, OutputKind::ExecuteResult);
            assert_eq!(
                mime_types(&output),
                ["text/plain", "image/png", "image/bmp"]
            );
            assert_eq!(output.execution_count().unwrap().raw(), b"1");
        });
    }

    #[test]
    fn data_is_listed_in_the_order_of_the_file() {
        let json = r#"{"output_type":"display_data","data":{"text/html":"","image/png":""}}"#;
        with(json, 4, |output| {
            assert_eq!(mime_types(&output), ["text/html", "image/png"]);
        });
        with(r#"{"output_type":"new_kind"}"#, 4, |output| {
            assert_eq!(output.kind, OutputKind::Unknown);
            assert!(output.data().is_empty());
        });
    }

    #[test]
    fn errors_have_a_name_in_every_format() {
        let new = r#"{"output_type":"error","ename":"E","evalue":"v","traceback":["x","y"]}"#;
        with(new, 4, |output| {
            assert_eq!(
                output.error(),
                ("E".into(), "v".into(), vec!["x".into(), "y".into()])
            );
        });
        let old = r#"{"output_type":"pyerr","etype":"E"}"#;
        with(old, 2, |output| assert_eq!(output.error().0, "E"));
    }
}
