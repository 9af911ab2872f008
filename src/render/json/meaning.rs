//! What changes of outputs mean, in a diff as JSON.

use serde::Serialize;

use super::values::{JsonValues, json_values};
use crate::diff::{
    Meaning, NoiseClass, PictureDiff, Pixels, TableCell, TableDiff, TableLine, TableRow, Undecoded,
};
use crate::media::picture::{Picture, PictureFormat};

/// What a change means.
#[derive(Serialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub(super) enum JsonMeaning {
    Picture(JsonPictures),
    Table(JsonTables),
    Json { changes: Vec<JsonPointer> },
}

/// Two pictures.
#[derive(Serialize)]
pub(super) struct JsonPictures {
    old: JsonPicture,
    new: JsonPicture,
    pixels: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    share: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    mean: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    max: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    why: Option<&'static str>,
}

#[derive(Serialize)]
struct JsonPicture {
    format: &'static str,
    width: u32,
    height: u32,
    bytes: usize,
}

/// Two tables: all columns of both, and the rows that changed.
#[derive(Serialize)]
pub(super) struct JsonTables {
    columns: Vec<JsonTableLine>,
    rows: Vec<JsonTableRow>,
    #[serde(skip_serializing_if = "Option::is_none")]
    notes: Option<JsonNotes>,
}

#[derive(Serialize)]
struct JsonTableLine {
    name: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    old_name: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    old: Option<usize>,
    #[serde(skip_serializing_if = "Option::is_none")]
    new: Option<usize>,
}

#[derive(Serialize)]
struct JsonTableRow {
    #[serde(flatten)]
    line: JsonTableLine,
    cells: Vec<JsonTableCell>,
}

/// A cell that changed.
#[derive(Serialize)]
struct JsonTableCell {
    /// An index of the columns.
    column: usize,
    #[serde(skip_serializing_if = "Option::is_none")]
    old: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    new: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    delta: Option<f64>,
}

#[derive(Serialize)]
struct JsonNotes {
    old: String,
    new: String,
}

/// A value of JSON that changed.
#[derive(Serialize)]
pub(super) struct JsonPointer {
    pointer: String,
    #[serde(flatten)]
    values: JsonValues,
}

pub(super) fn json_meaning(meaning: &Meaning<'_>) -> JsonMeaning {
    match meaning {
        Meaning::Picture(diff) => JsonMeaning::Picture(json_pictures(diff)),
        Meaning::Table(diff) => JsonMeaning::Table(json_tables(diff)),
        Meaning::Json(changes) => {
            let changes = changes.iter().map(|change| JsonPointer {
                pointer: change.pointer.clone(),
                values: json_values("", change.change),
            });
            JsonMeaning::Json {
                changes: changes.collect(),
            }
        }
    }
}

fn json_pictures(diff: &PictureDiff) -> JsonPictures {
    let mut pictures = JsonPictures {
        old: json_picture(&diff.old),
        new: json_picture(&diff.new),
        pixels: "same",
        share: None,
        mean: None,
        max: None,
        why: None,
    };
    match diff.pixels {
        Pixels::Same => {}
        Pixels::Differ { share, mean, max } => {
            pictures.pixels = "differ";
            pictures.share = Some(share);
            pictures.mean = Some(mean);
            pictures.max = Some(max);
        }
        Pixels::OtherSize => pictures.pixels = "other_size",
        Pixels::Unknown(why) => {
            pictures.pixels = "unknown";
            pictures.why = Some(match why {
                Undecoded::NotAsked => "not_asked",
                Undecoded::TooLarge => "too_large",
                Undecoded::OverBudget => "over_budget",
                Undecoded::Animated => "animated",
                Undecoded::Broken => "broken",
            });
        }
    }
    pictures
}

fn json_picture(picture: &Picture) -> JsonPicture {
    JsonPicture {
        format: match picture.format {
            PictureFormat::Png => "png",
            PictureFormat::Jpeg => "jpeg",
            PictureFormat::Gif => "gif",
            PictureFormat::WebP => "webp",
        },
        width: picture.width,
        height: picture.height,
        bytes: picture.bytes,
    }
}

fn json_tables(diff: &TableDiff) -> JsonTables {
    let rows = diff.rows.iter().filter(|row| !row.is_unchanged());
    JsonTables {
        columns: diff.columns.iter().map(json_line).collect(),
        rows: rows.map(json_row).collect(),
        notes: diff.notes.clone().map(|notes| JsonNotes {
            old: notes.old,
            new: notes.new,
        }),
    }
}

fn json_line(line: &TableLine) -> JsonTableLine {
    JsonTableLine {
        name: line.name.clone(),
        old_name: line.old_name.clone(),
        old: line.old,
        new: line.new,
    }
}

fn json_row(row: &TableRow) -> JsonTableRow {
    let cells = row.cells.iter().enumerate();
    let cells = cells.filter_map(|(column, cell)| {
        let (old, new, delta) = match cell.clone() {
            TableCell::Absent | TableCell::Same(_) => return None,
            TableCell::Added(new) => (None, Some(new), None),
            TableCell::Removed(old) => (Some(old), None, None),
            TableCell::Changed { old, new, delta } => (Some(old), Some(new), delta),
        };
        Some(JsonTableCell {
            column,
            old,
            new,
            delta,
        })
    });
    JsonTableRow {
        line: json_line(&row.line),
        cells: cells.collect(),
    }
}

/// Returns the word for a class of noise.
pub(super) const fn class_name(class: NoiseClass) -> &'static str {
    match class {
        NoiseClass::Bookkeeping => "bookkeeping",
        NoiseClass::Colors => "colors",
        NoiseClass::Ids => "ids",
        NoiseClass::Addresses => "addresses",
        NoiseClass::TemporaryPaths => "temporary_paths",
        NoiseClass::Places => "places",
        NoiseClass::Markup => "markup",
        NoiseClass::Progress => "progress",
        NoiseClass::Timings => "timings",
        NoiseClass::Pixels => "pixels",
    }
}
