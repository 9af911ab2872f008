//! Small versions of pictures, on white, to be looked at in a terminal.

use std::io::Cursor;

use image::{ExtendedColorType, ImageEncoder as _, codecs::png::PngEncoder};

use super::picture::{Raster, Samples};

/// A small picture without transparency.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Thumbnail {
    /// Columns of pixels.
    pub width: usize,
    /// Rows of pixels.
    pub height: usize,
    /// Red, green and blue of one pixel after the other, row by row.
    pub rgb: Vec<[u8; 3]>,
}

/// What stands where a picture is transparent, and beside a smaller one.
const WHITE: [u8; 3] = [255; 3];

/// Returns a picture in no more than so many columns and rows of pixels. A
/// smaller one stays as it is.
pub fn thumbnail(raster: &Raster, most_columns: usize, most_rows: usize) -> Thumbnail {
    let size = |length: u32| usize::try_from(length).unwrap_or(usize::MAX);
    let (columns, rows) = (size(raster.width), size(raster.height));
    if columns == 0 || rows == 0 {
        return Thumbnail::default();
    }
    let mut width = columns.min(most_columns.max(1));
    let mut height = (rows.saturating_mul(width) / columns).max(1);
    if height > most_rows.max(1) {
        height = most_rows.max(1);
        width = (columns.saturating_mul(height) / rows).clamp(1, width);
    }
    let mut rgb = Vec::with_capacity(width * height);
    for y in 0..height {
        let from_rows = y * rows / height..((y + 1) * rows / height).min(rows);
        for x in 0..width {
            let from_columns = x * columns / width..((x + 1) * columns / width).min(columns);
            rgb.push(average(raster, columns, from_columns, from_rows.clone()));
        }
    }
    Thumbnail { width, height, rgb }
}

/// Returns the average color of a part of a picture, on white.
fn average(
    raster: &Raster,
    width: usize,
    columns: std::ops::Range<usize>,
    rows: std::ops::Range<usize>,
) -> [u8; 3] {
    let mut sums = [0_u64; 3];
    let mut count = 0_u64;
    for y in rows {
        for x in columns.clone() {
            let color = on_white(pixel(&raster.samples, y * width + x));
            for (sum, channel) in sums.iter_mut().zip(color) {
                *sum += u64::from(channel);
            }
            count += 1;
        }
    }
    sums.map(|sum| u8::try_from((sum + count / 2) / count.max(1)).unwrap_or(u8::MAX))
}

/// Returns a pixel by its index; what is missing is transparent.
fn pixel(samples: &Samples, index: usize) -> [u8; 4] {
    let at = index * 4..index * 4 + 4;
    match samples {
        Samples::Eight(all) => all.get(at).and_then(|four| four.try_into().ok()),
        Samples::Sixteen(all) => all.get(at).and_then(|four| {
            let four: [u16; 4] = four.try_into().ok()?;
            Some(four.map(|sample| sample.to_be_bytes()[0]))
        }),
    }
    .unwrap_or_default()
}

fn on_white([red, green, blue, alpha]: [u8; 4]) -> [u8; 3] {
    let mix = |channel: u8| {
        let (channel, alpha) = (u32::from(channel), u32::from(alpha));
        let mixed = (channel * alpha + 255 * (255 - alpha) + 127) / 255;
        u8::try_from(mixed).unwrap_or(u8::MAX)
    };
    [mix(red), mix(green), mix(blue)]
}

impl Thumbnail {
    /// Returns a pixel; white beyond the edges.
    pub fn at(&self, x: usize, y: usize) -> [u8; 3] {
        let inside = x < self.width && y < self.height;
        let pixel = self.rgb.get(y.saturating_mul(self.width).saturating_add(x));
        pixel.copied().filter(|_| inside).unwrap_or(WHITE)
    }

    /// Returns two pictures as one, with so many columns of white between
    /// them.
    #[must_use]
    pub fn beside(&self, other: &Self, gap: usize) -> Self {
        let start = self.width + gap;
        let (width, height) = (start + other.width, self.height.max(other.height));
        let pixel = |y: usize, x: usize| match x.checked_sub(start) {
            Some(x) => other.at(x, y),
            None => self.at(x, y),
        };
        let rows = (0..height).flat_map(|y| (0..width).map(move |x| pixel(y, x)));
        Self {
            width,
            height,
            rgb: rows.collect(),
        }
    }

    /// Returns the picture as PNG; `None` if it has no pixels.
    pub fn png(&self) -> Option<Vec<u8>> {
        let mut bytes = Cursor::new(Vec::new());
        let (width, height) = (self.width.try_into().ok()?, self.height.try_into().ok()?);
        let pixels = self.rgb.as_flattened();
        PngEncoder::new(&mut bytes)
            .write_image(pixels, width, height, ExtendedColorType::Rgb8)
            .ok()?;
        Some(bytes.into_inner())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::media::picture::{PictureLimits, decode};

    const BLACK: [u8; 3] = [0; 3];

    /// A picture in black and white: `#` and anything else.
    fn raster(rows: &[&str]) -> Raster {
        let samples = rows.iter().flat_map(|row| row.chars());
        let samples = samples.flat_map(|c| match c {
            '#' => [0, 0, 0, 255],
            '+' => [0, 0, 0, 0],
            _ => [255; 4],
        });
        Raster {
            width: u32::try_from(rows[0].len()).unwrap(),
            height: u32::try_from(rows.len()).unwrap(),
            samples: Samples::Eight(samples.collect()),
        }
    }

    #[test]
    fn small_pictures_stay() {
        let small = thumbnail(&raster(&["#.", ".#"]), 10, 10);
        assert_eq!(small.rgb, [BLACK, WHITE, WHITE, BLACK]);
    }

    #[test]
    fn large_ones_keep_their_shape() {
        let large = raster(&["########"; 4]);
        let size = |columns, rows| {
            let small = thumbnail(&large, columns, rows);
            (small.width, small.height, small.rgb.len())
        };
        assert_eq!(size(4, 10), (4, 2, 8));
        assert_eq!(size(10, 1), (2, 1, 2));
    }

    #[test]
    fn pixels_are_mixed_on_white() {
        let mixed = thumbnail(&raster(&["#.", ".."]), 1, 1);
        assert_eq!(mixed.rgb, [[191; 3]]);
        assert_eq!(thumbnail(&raster(&["+"]), 1, 1).rgb, [WHITE]);
    }

    #[test]
    fn sixteen_bits_become_eight() {
        let raster = Raster {
            width: 1,
            height: 1,
            samples: Samples::Sixteen(vec![0xFFFF, 0x8000, 0x00FF, 0xFFFF]),
        };
        assert_eq!(thumbnail(&raster, 1, 1).rgb, [[255, 128, 0]]);
    }

    #[test]
    fn two_pictures_stand_beside_each_other() {
        let tall = thumbnail(&raster(&["#", "#"]), 9, 9);
        let flat = thumbnail(&raster(&["##"]), 9, 9);
        let both = tall.beside(&flat, 1);
        let expected = [BLACK, WHITE, BLACK, BLACK, BLACK, WHITE, WHITE, WHITE];
        assert_eq!((both.width, both.height), (4, 2));
        assert_eq!(both.rgb, expected);
    }

    #[test]
    fn png_has_the_same_pixels() {
        let small = thumbnail(&raster(&["#.", ".#", "##"]), 10, 10);
        let raster = decode(&small.png().unwrap(), &PictureLimits::default()).unwrap();
        assert_eq!(thumbnail(&raster, 10, 10), small);
        assert_eq!(Thumbnail::default().png(), None);
    }
}
