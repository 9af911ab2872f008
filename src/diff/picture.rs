//! Pictures of two notebooks by their pixels.
//!
//! Which pictures are decoded depends on their headers and on their order
//! alone, so that the result does not depend on the machine. What is decoded
//! is decoded in parallel.

use std::borrow::Cow;

use rayon::prelude::*;

use super::meaning::{Meaning, PictureDiff, Pixels, Undecoded};
use super::noise::NoiseClass;
use super::value::{is_base64, is_multiline};
use super::{CellDiff, Change, PartChange, PartDiff};
use crate::json::Value;
use crate::media::binary;
use crate::media::picture::{
    HEADER, Picture, PictureError, PictureLimits, decode, difference, has_same_data, probe,
};
use crate::notebook::{NbFormat, multiline_text};

/// How many bytes of base64 are decoded for a picture.
const TEXT_BYTES: usize = 20 * 1024 * 1024;

/// Two pictures that have to be looked at.
struct Task<'d, 'a> {
    part: &'d mut PartDiff<'a>,
    texts: Change<Cow<'a, str>>,
    pictures: Change<Picture>,
    /// What is known without decoding.
    known: Option<Pixels>,
}

/// Says of all pictures that are on both sides how they differ, and which do
/// not. `budget` is how many pixels are decoded.
pub(super) fn compare_pictures(
    cells: &mut [CellDiff<'_>],
    formats: Change<NbFormat>,
    mut budget: u64,
) {
    let is_asked = budget > 0;
    let outputs = cells.iter_mut().flat_map(|cell| &mut cell.outputs);
    let parts = outputs.flat_map(|output| &mut output.parts);
    let mut tasks: Vec<_> = parts.filter_map(|part| task(part, formats)).collect();
    for task in &mut tasks {
        let Change { old, new } = task.pictures;
        let limits = PictureLimits::default();
        let is_large =
            |picture: &Picture, text: &str| picture.exceeds(&limits) || text.len() > TEXT_BYTES;
        let pixels = old.pixels().saturating_add(new.pixels());
        task.known = if (old.width, old.height) != (new.width, new.height) {
            Some(Pixels::OtherSize)
        } else if !is_asked {
            Some(Pixels::Unknown(Undecoded::NotAsked))
        } else if is_large(&old, &task.texts.old) || is_large(&new, &task.texts.new) {
            Some(Pixels::Unknown(Undecoded::TooLarge))
        } else if pixels > budget {
            Some(Pixels::Unknown(Undecoded::OverBudget))
        } else {
            budget -= pixels;
            None
        };
    }
    tasks.into_par_iter().for_each(|task| {
        let pixels = match task.known {
            // What is written beside the same compressed pixels costs nothing
            // to find out.
            Some(Pixels::Unknown(Undecoded::OverBudget)) if has_equal_data(&task.texts) => {
                Pixels::Same
            }
            Some(pixels) => pixels,
            None => compare(&task.texts),
        };
        if pixels == Pixels::Same {
            task.part.noise = true;
            task.part.noise_class = Some(NoiseClass::Pixels);
        }
        task.part.meaning = Some(Meaning::Picture(PictureDiff {
            old: task.pictures.old,
            new: task.pictures.new,
            pixels,
        }));
    });
}

/// Returns what is to be done for a part of an output; nothing if it is no
/// picture on both sides.
fn task<'d, 'a>(part: &'d mut PartDiff<'a>, formats: Change<NbFormat>) -> Option<Task<'d, 'a>> {
    if !part.name.starts_with("image/") || !is_base64(&part.name) {
        return None;
    }
    let PartChange::Value(change) = &part.change else {
        return None;
    };
    let text = |value: Option<Value<'a>>, format| {
        let value = value.filter(is_multiline)?;
        Some(multiline_text(&value, format))
    };
    let texts = Change {
        old: text(change.old, formats.old)?,
        new: text(change.new, formats.new)?,
    };
    let pictures = Change {
        old: picture(&texts.old)?,
        new: picture(&texts.new)?,
    };
    Some(Task {
        part,
        texts,
        pictures,
        known: None,
    })
}

/// Returns what the header of a picture in base64 says.
pub fn picture(text: &str) -> Option<Picture> {
    let found = probe(&binary::decode_start(text, HEADER)?)?;
    Some(Picture {
        bytes: binary::decoded_len(text),
        ..found
    })
}

fn has_equal_data(texts: &Change<Cow<'_, str>>) -> bool {
    let bytes = |text: &str| binary::decode(text).unwrap_or_default();
    texts.old.len().max(texts.new.len()) <= TEXT_BYTES
        && has_same_data(&bytes(&texts.old), &bytes(&texts.new))
}

fn compare(texts: &Change<Cow<'_, str>>) -> Pixels {
    let limits = PictureLimits::default();
    let (Some(old), Some(new)) = (binary::decode(&texts.old), binary::decode(&texts.new)) else {
        return Pixels::Unknown(Undecoded::Broken);
    };
    if has_same_data(&old, &new) {
        return Pixels::Same;
    }
    match (decode(&old, &limits), decode(&new, &limits)) {
        (Ok(old), Ok(new)) => match difference(&old, &new) {
            Some(by) => Pixels::Differ {
                share: by.share,
                mean: by.mean,
                max: by.max,
            },
            None => Pixels::Same,
        },
        (Err(PictureError::TooLarge), _) | (_, Err(PictureError::TooLarge)) => {
            Pixels::Unknown(Undecoded::TooLarge)
        }
        (Err(PictureError::Broken), _) | (_, Err(PictureError::Broken)) => {
            Pixels::Unknown(Undecoded::Broken)
        }
    }
}
