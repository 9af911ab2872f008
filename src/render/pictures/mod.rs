//! Pictures in terminals that can show them: the old and the new one beside
//! each other, as one.

mod draw;
mod sixel;

use std::io;

use super::hunks::Pen;
use super::outputs::units;
use crate::diff::{CellDiff, NotebookDiff, OutputDiff, OutputUnit, PartContent};
use crate::json::Value;
use crate::media::binary;
use crate::media::picture::{PictureLimits, Raster, decode};
use crate::notebook::{NbFormat, multiline_text};
use draw::drawn;

/// How a terminal shows pictures.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Graphics {
    /// By the protocol of kitty.
    Kitty,
    /// By that of iTerm2.
    Iterm,
    /// As DEC's terminals did, with 216 colors.
    Sixel,
    /// As half blocks of 16 million colors.
    Blocks,
    /// As half blocks of 256 colors.
    Blocks256,
}

/// The types that are shown, the richest first.
const TYPES: &[&str] = &["image/png", "image/jpeg", "image/webp", "image/gif"];

/// How many bytes of base64 are decoded for a picture.
const TEXT_BYTES: usize = 20 * 1024 * 1024;

/// What is decoded at most.
const LIMITS: PictureLimits = PictureLimits {
    side: 8_192,
    bytes: 64 * 1024 * 1024,
};

/// Draws what was and what is of an output that changed, if it is a picture
/// and the terminal shows those.
pub(super) fn write_pictures(
    pen: &mut Pen<'_>,
    diff: &NotebookDiff<'_>,
    cell: &CellDiff<'_>,
    output: &OutputDiff<'_>,
) -> io::Result<()> {
    let Some(graphics) = pen.options.graphics else {
        return Ok(());
    };
    let is_picture = |name: &str| TYPES.contains(&name);
    let is_on_both_sides = !output.old.is_empty() && !output.new.is_empty();
    let mut parts = output.parts.iter().filter(|part| !part.noise);
    if is_on_both_sides && !parts.any(|part| is_picture(&part.name)) {
        return Ok(());
    }
    let find = |notebook, cells: &[usize], range: &std::ops::Range<usize>| {
        let units = units(notebook, cells);
        let found = units.iter().find(|unit| unit.range.start == range.start);
        found.filter(|_| !range.is_empty()).and_then(picture)
    };
    let old = find(diff.old, &cell.old, &output.old);
    let new = find(diff.new, &cell.new, &output.new);
    write!(
        pen.out,
        "{}",
        drawn(old.as_ref(), new.as_ref(), graphics, pen.options.width)
    )
}

/// Draws an output that is new, if it is a picture and the terminal shows
/// those.
pub(super) fn write_picture(pen: &mut Pen<'_>, unit: &OutputUnit<'_>) -> io::Result<()> {
    let Some(graphics) = pen.options.graphics else {
        return Ok(());
    };
    let new = picture(unit);
    let width = pen.options.width;
    write!(pen.out, "{}", drawn(None, new.as_ref(), graphics, width))
}

/// Returns the pixels of an output, if it is a picture.
fn picture(unit: &OutputUnit<'_>) -> Option<Raster> {
    let parts = unit.parts();
    let of_type = |mime: &&str| {
        parts.iter().find_map(|part| match &part.content {
            PartContent::Value(value) if part.name == **mime => Some(*value),
            PartContent::Value(_) | PartContent::Text(_) => None,
        })
    };
    let value: Value<'_> = TYPES.iter().find_map(of_type)?;
    // Line ends, which depend on the format, do not count in base64.
    let text = multiline_text(&value, NbFormat { major: 4, minor: 0 });
    if text.len() > TEXT_BYTES {
        return None;
    }
    decode(&binary::decode(&text)?, &LIMITS).ok()
}
