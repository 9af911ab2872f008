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
    HEADER, Picture, PictureError, PictureLimits, decode, difference, has_same_data, is_animated,
    probe,
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
    // Most formats say it in their first bytes.
    let start = |most| probe(&binary::decode_start(text, most)?);
    let found = start(64).or_else(|| start(HEADER))?;
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
    let files = (binary::decode(&texts.old), binary::decode(&texts.new));
    let (Some(old_file), Some(new_file)) = files else {
        return Pixels::Unknown(Undecoded::Broken);
    };
    if old_file == new_file || has_same_data(&old_file, &new_file) {
        return Pixels::Same;
    }
    match (decode(&old_file, &limits), decode(&new_file, &limits)) {
        (Ok(old), Ok(new)) => match difference(&old, &new) {
            Some(by) => Pixels::Differ {
                share: by.share,
                mean: by.mean,
                max: by.max,
            },
            None if is_animated(&old_file, &limits) || is_animated(&new_file, &limits) => {
                Pixels::Unknown(Undecoded::Animated)
            }
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diff::{DiffOptions, diff_notebooks};
    use crate::json::Document;
    use crate::notebook::Notebook;
    use base64::Engine as _;
    use image::{ImageFormat, Rgb, RgbImage};
    use std::io::Cursor;

    /// Returns a picture of ten pixels in base64, in lines or in one.
    fn png(gray: u8, width: u32) -> String {
        let picture = RgbImage::from_pixel(width, 10 / width, Rgb([gray, 0, 0]));
        let mut file = Cursor::new(Vec::new());
        picture.write_to(&mut file, ImageFormat::Png).unwrap();
        base64::engine::general_purpose::STANDARD.encode(file.into_inner())
    }

    /// Returns a PNG file with other bytes and the same compressed pixels.
    fn noted(picture: &str) -> String {
        let mut file = binary::decode(picture).unwrap();
        let note = [&[0, 0, 0, 3][..], b"tEXta\0b", &[0xe4, 0x0e, 0x5b, 0x2c]].concat();
        let header = 8 + 25;
        file.splice(header..header, note);
        base64::engine::general_purpose::STANDARD.encode(file)
    }

    fn notebook(pictures: &[&str]) -> String {
        let outputs = pictures.iter().map(|picture| {
            format!(
                r#"{{"output_type":"display_data","metadata":{{}},"data":{{"image/png":"{picture}"}}}}"#
            )
        });
        let outputs: Vec<_> = outputs.collect();
        format!(
            r#"{{"nbformat":4,"nbformat_minor":5,"metadata":{{}},"cells":[{{"cell_type":"code",
                "id":"a","metadata":{{}},"source":"x","outputs":[{}]}}]}}"#,
            outputs.join(",")
        )
    }

    /// Returns how the pixels of each changed picture differ, `!` behind what
    /// is noise.
    #[track_caller]
    fn check(pixels: u64, pairs: &[(&str, &str)], expected: &[&str]) {
        let (old, new): (Vec<_>, Vec<_>) = pairs.iter().copied().unzip();
        let (old, new) = (notebook(&old), notebook(&new));
        let (old, new) = (
            Document::read(old.as_bytes()).unwrap(),
            Document::read(new.as_bytes()).unwrap(),
        );
        let (old, new) = (Notebook::read(&old).unwrap(), Notebook::read(&new).unwrap());
        let diff = diff_notebooks(&old, &new, &DiffOptions { pixels });
        let parts = diff.cells[0]
            .outputs
            .iter()
            .flat_map(|output| &output.parts);
        let told = parts.map(|part| {
            let noise = if part.noise { "!" } else { "" };
            let what = match &part.meaning {
                Some(Meaning::Picture(picture)) => match picture.pixels {
                    Pixels::Same => "same",
                    Pixels::Differ { .. } => "differ",
                    Pixels::OtherSize => "other size",
                    Pixels::Unknown(Undecoded::NotAsked) => "not asked",
                    Pixels::Unknown(Undecoded::OverBudget) => "over budget",
                    Pixels::Unknown(Undecoded::TooLarge) => "too large",
                    Pixels::Unknown(Undecoded::Animated) => "animated",
                    Pixels::Unknown(Undecoded::Broken) => "broken",
                },
                _ => "unknown",
            };
            format!("{what}{noise}")
        });
        assert_eq!(told.collect::<Vec<_>>(), expected);
    }

    #[test]
    fn pictures_are_decoded_in_order_as_far_as_the_budget_goes() {
        let (old, new) = (png(1, 5), png(2, 5));
        let pair = (&*old, &*new);
        let noted = noted(&old);
        check(0, &[pair], &["not asked"]);
        check(19, &[pair], &["over budget"]);
        check(20, &[pair, pair], &["differ", "over budget"]);
        check(40, &[pair, pair], &["differ", "differ"]);
        check(u64::MAX, &[pair, pair], &["differ", "differ"]);
        // What is written beside the pixels costs no budget.
        check(19, &[(&old, &noted)], &["same!"]);
        check(0, &[(&old, &noted)], &["not asked"]);
    }

    /// Returns an animation of pictures of one gray each.
    fn gif(grays: &[u8]) -> String {
        let mut file = Vec::new();
        let mut encoder = image::codecs::gif::GifEncoder::new(&mut file);
        for &gray in grays {
            let gray = image::Rgba([gray, gray, gray, 255]);
            let picture = image::RgbaImage::from_pixel(5, 2, gray);
            encoder.encode_frame(image::Frame::new(picture)).unwrap();
        }
        drop(encoder);
        base64::engine::general_purpose::STANDARD.encode(file)
    }

    #[test]
    fn animations_that_begin_alike_are_not_the_same() {
        let old = gif(&[10, 20]);
        check(100, &[(&old, &gif(&[10, 30]))], &["animated"]);
        check(100, &[(&old, &gif(&[10]))], &["animated"]);
        check(100, &[(&gif(&[10]), &old)], &["animated"]);
        check(100, &[(&old, &gif(&[40, 20]))], &["differ"]);
        let still = gif(&[10]);
        let mut noted = binary::decode(&still).unwrap();
        noted.push(0);
        let noted = base64::engine::general_purpose::STANDARD.encode(noted);
        check(100, &[(&still, &noted)], &["same!"]);
    }

    #[test]
    fn other_sizes_need_no_pixels() {
        let (old, new) = (png(1, 5), png(1, 2));
        check(0, &[(&old, &new)], &["other size"]);
        check(
            100,
            &[(&old, &new), (&old, &png(2, 5))],
            &["other size", "differ"],
        );
    }

    #[test]
    fn damaged_pictures_are_not_known() {
        let old = png(1, 5);
        let cut = old.get(..64).unwrap();
        check(100, &[(&old, cut)], &["broken"]);
        check(100, &[(&old, "aGVsbG8=")], &["unknown"]);
        check(100, &[(&old, "")], &["unknown"]);
    }
}
