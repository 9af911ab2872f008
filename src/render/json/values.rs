//! Values in a diff as JSON.

use serde::Serialize;
use serde_json::value::RawValue;

use crate::diff::{Change, digest, is_base64};
use crate::json::{Escapes, Indent, KeyOrder, LineEnd, Style, Value, format as write_value};

/// Values of more bytes are given by size and hash alone.
pub(super) const VALUE_BYTES: usize = 4096;

/// A value as it was and as it is; what was not or is not there is left out.
#[derive(Default, Serialize)]
pub(super) struct JsonValues {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) old: Option<JsonValue>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) new: Option<JsonValue>,
}

/// A value: as such if it is small and no base64, or else by its digest; as
/// the text in the file if it is no JSON by the standard.
#[derive(Serialize)]
#[serde(untagged)]
pub(super) enum JsonValue {
    Whole { value: Box<RawValue> },
    Text { value: String },
    Odd { json: String },
    Digest { bytes: usize, hash: String },
}

pub(super) fn json_values(mime: &str, change: Change<Option<Value<'_>>>) -> JsonValues {
    JsonValues {
        old: change.old.map(|value| json_value(mime, &value)),
        new: change.new.map(|value| json_value(mime, &value)),
    }
}

pub(super) fn json_value(mime: &str, value: &Value<'_>) -> JsonValue {
    const STYLE: Style = Style {
        indent: Indent::None,
        space_after_colon: false,
        space_after_comma: false,
        escapes: Escapes::Needed,
        line_end: LineEnd::Lf,
        final_newline: false,
    };
    if is_base64(mime) || value.raw().len() > VALUE_BYTES {
        let digest = digest(mime, value);
        return JsonValue::Digest {
            bytes: digest.bytes,
            hash: digest.hash,
        };
    }
    let text = write_value(value, &STYLE, KeyOrder::Kept);
    let text = String::from_utf8_lossy(&text).into_owned();
    // `NaN`, unknown escapes: what a strict reader would choke on is told as
    // the text that stands in the file.
    match RawValue::from_string(text.clone()) {
        Ok(value) => JsonValue::Whole { value },
        Err(_) => JsonValue::Odd { json: text },
    }
}
