//! Pictures: what their first bytes say, their pixels within limits, and how
//! the pixels of two differ.

use std::io::Cursor;
use std::panic::{AssertUnwindSafe, catch_unwind};

use image::{DynamicImage, ImageFormat, ImageReader};

/// How many bytes of a file are enough to [`probe`] it, but for photographs
/// with a thumbnail before the picture.
pub const HEADER: usize = 64 * 1024;

/// What a picture's header says of it.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Picture {
    /// How it is encoded.
    pub format: PictureFormat,
    /// Columns of pixels.
    pub width: u32,
    /// Rows of pixels.
    pub height: u32,
    /// How many bytes it takes, decoded from base64.
    pub bytes: usize,
}

/// How a picture is encoded.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum PictureFormat {
    /// PNG, the first picture of an APNG.
    Png,
    /// JPEG.
    Jpeg,
    /// GIF, its first picture.
    Gif,
    /// WebP, its first picture.
    WebP,
}

/// What is decoded at most.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct PictureLimits {
    /// Pixels in a column or a row.
    pub side: u32,
    /// Bytes of all pixels, and of what a decoder needs beside them.
    pub bytes: u64,
}

impl Default for PictureLimits {
    fn default() -> Self {
        Self {
            side: 16_384,
            bytes: 128 * 1024 * 1024,
        }
    }
}

/// Why there are no pixels.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum PictureError {
    /// The picture is larger than the limits.
    TooLarge,
    /// The data is damaged, or no picture.
    Broken,
}

/// The pixels of a picture: red, green, blue, alpha of one after the other,
/// row by row.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Raster {
    /// Columns of pixels.
    pub width: u32,
    /// Rows of pixels.
    pub height: u32,
    /// Four for each pixel.
    pub samples: Samples,
}

/// Samples of pixels, as deep as the file has them.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Samples {
    /// Of eight bits.
    Eight(Vec<u8>),
    /// Of sixteen bits.
    Sixteen(Vec<u16>),
}

/// How the pixels of two pictures of one size differ.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct RasterDifference {
    /// The share of pixels that differ, above 0 and up to 1.
    pub share: f64,
    /// By how much those differ on average over their channels, above 0 and
    /// up to 1.
    pub mean: f64,
    /// By how much the one that differs most does, likewise.
    pub max: f64,
}

impl Picture {
    /// Returns how many pixels it has.
    pub fn pixels(&self) -> u64 {
        u64::from(self.width) * u64::from(self.height)
    }

    /// Returns whether the header promises more than the limits allow.
    pub fn exceeds(&self, limits: &PictureLimits) -> bool {
        const RGBA: u64 = 4;
        self.width.max(self.height) > limits.side || self.pixels() > limits.bytes / RGBA
    }
}

/// Returns what the header of a picture says; `None` if the bytes do not begin
/// like one. The first [`HEADER`] bytes of a file are enough.
pub fn probe(bytes: &[u8]) -> Option<Picture> {
    let (format, width, height) = if bytes.starts_with(b"\x89PNG\r\n\x1a\n") {
        let size = bytes.get(12..24)?.strip_prefix(b"IHDR")?;
        let number = |at: usize| Some(u32::from_be_bytes(size.get(at..at + 4)?.try_into().ok()?));
        (PictureFormat::Png, number(0)?, number(4)?)
    } else if bytes.starts_with(b"GIF87a") || bytes.starts_with(b"GIF89a") {
        (PictureFormat::Gif, le16(bytes, 6)?, le16(bytes, 8)?)
    } else if bytes.starts_with(b"RIFF") && bytes.get(8..12) == Some(b"WEBP") {
        let (width, height) = webp_size(bytes.get(12..)?)?;
        (PictureFormat::WebP, width, height)
    } else if bytes.starts_with(b"\xff\xd8") {
        let (width, height) = jpeg_size(bytes)?;
        (PictureFormat::Jpeg, width, height)
    } else {
        return None;
    };
    (width > 0 && height > 0).then_some(Picture {
        format,
        width,
        height,
        bytes: bytes.len(),
    })
}

fn le16(bytes: &[u8], at: usize) -> Option<u32> {
    let bytes = bytes.get(at..at + 2)?;
    Some(u32::from(u16::from_le_bytes(bytes.try_into().ok()?)))
}

/// Returns the size that the first chunk of a WebP file says.
fn webp_size(chunk: &[u8]) -> Option<(u32, u32)> {
    let data = chunk.get(8..)?;
    let number = |bytes: &[u8]| {
        bytes
            .iter()
            .rev()
            .fold(0, |sum, &b| sum << 8 | u32::from(b))
    };
    match chunk.get(..4)? {
        b"VP8X" => Some((number(data.get(4..7)?) + 1, number(data.get(7..10)?) + 1)),
        b"VP8L" => {
            let bits = number(data.get(..5)?.strip_prefix(b"\x2f")?);
            Some(((bits & 0x3fff) + 1, (bits >> 14 & 0x3fff) + 1))
        }
        b"VP8 " => {
            let size = data.get(3..10)?.strip_prefix(b"\x9d\x01\x2a")?;
            Some((le16(size, 0)? & 0x3fff, le16(size, 2)? & 0x3fff))
        }
        _ => None,
    }
}

/// Returns the size that the frame header of a JPEG file says.
fn jpeg_size(bytes: &[u8]) -> Option<(u32, u32)> {
    let be16 = |at: usize| {
        let bytes = bytes.get(at..at + 2)?;
        Some(u16::from_be_bytes(bytes.try_into().ok()?))
    };
    let mut at = 2;
    loop {
        if *bytes.get(at)? != 0xff {
            return None;
        }
        match *bytes.get(at + 1)? {
            // A fill byte; markers without data.
            0xff => at += 1,
            0x01 | 0xd0..=0xd8 => at += 2,
            // Tables, and not a frame.
            0xc4 | 0xc8 | 0xcc => at += 2 + usize::from(be16(at + 2)?),
            0xc0..=0xcf => return Some((be16(at + 7)?.into(), be16(at + 5)?.into())),
            // The end, or the data of a picture without a frame.
            0xd9 | 0xda => return None,
            _ => at += 2 + usize::from(be16(at + 2)?),
        }
    }
}

/// Returns the pixels of a picture, the first one of an animation.
///
/// The header is read before anything is allocated: a small file that
/// promises a large picture costs nothing.
///
/// # Errors
///
/// If the picture is larger than the limits, damaged, or none.
pub fn decode(bytes: &[u8], limits: &PictureLimits) -> Result<Raster, PictureError> {
    let picture = probe(bytes).ok_or(PictureError::Broken)?;
    if picture.exceeds(limits) {
        return Err(PictureError::TooLarge);
    }
    let format = match picture.format {
        PictureFormat::Png => ImageFormat::Png,
        PictureFormat::Jpeg => ImageFormat::Jpeg,
        PictureFormat::Gif => ImageFormat::Gif,
        PictureFormat::WebP => ImageFormat::WebP,
    };
    let mut reader = ImageReader::with_format(Cursor::new(bytes), format);
    let mut most = image::Limits::default();
    most.max_image_width = Some(limits.side);
    most.max_image_height = Some(limits.side);
    most.max_alloc = Some(limits.bytes);
    reader.limits(most);
    // Decoders are written by others, and pictures by anybody.
    let decoded = catch_unwind(AssertUnwindSafe(|| reader.decode()));
    let image = match decoded {
        Ok(Ok(image)) => image,
        Ok(Err(image::ImageError::Limits(_))) => return Err(PictureError::TooLarge),
        Ok(Err(_)) | Err(_) => return Err(PictureError::Broken),
    };
    let (width, height) = (image.width(), image.height());
    let samples = match image {
        DynamicImage::ImageLuma16(_)
        | DynamicImage::ImageLumaA16(_)
        | DynamicImage::ImageRgb16(_)
        | DynamicImage::ImageRgba16(_) => Samples::Sixteen(image.into_rgba16().into_raw()),
        _ => Samples::Eight(image.into_rgba8().into_raw()),
    };
    Ok(Raster {
        width,
        height,
        samples,
    })
}

/// Returns how two pictures of one size differ; `None` if they do not, or are
/// of different sizes. The color of what is fully transparent does not count.
pub fn difference(old: &Raster, new: &Raster) -> Option<RasterDifference> {
    if (old.width, old.height) != (new.width, new.height) {
        return None;
    }
    match (&old.samples, &new.samples) {
        (Samples::Eight(old), Samples::Eight(new)) if old == new => None,
        (Samples::Eight(old), Samples::Eight(new)) => {
            sum_up(old.chunks_exact(4), new.chunks_exact(4), u8::MAX.into())
        }
        (Samples::Sixteen(old), Samples::Sixteen(new)) => {
            sum_up(old.chunks_exact(4), new.chunks_exact(4), u16::MAX.into())
        }
        (Samples::Eight(old), Samples::Sixteen(new)) => {
            let old = deepened(old);
            sum_up(old.chunks_exact(4), new.chunks_exact(4), u16::MAX.into())
        }
        (Samples::Sixteen(old), Samples::Eight(new)) => {
            let new = deepened(new);
            sum_up(old.chunks_exact(4), new.chunks_exact(4), u16::MAX.into())
        }
    }
}

fn deepened(samples: &[u8]) -> Vec<u16> {
    samples
        .iter()
        .map(|&sample| u16::from(sample) * 257)
        .collect()
}

/// Sums up how pixels differ. The sums are of whole numbers: the same on every
/// machine.
fn sum_up<'p, T: Copy + PartialEq + Into<u64> + 'p>(
    old: impl ExactSizeIterator<Item = &'p [T]>,
    new: impl Iterator<Item = &'p [T]>,
    most: u64,
) -> Option<RasterDifference> {
    // Of three channels or of four, in twelfths.
    const TWELFTHS: u64 = 12;
    let n_pixels = old.len();
    let (mut count, mut sum, mut greatest) = (0_u32, 0_u64, 0);
    for (old, new) in old.zip(new) {
        let (&[r, g, b, a], &[new_r, new_g, new_b, new_a]) = (old, new) else {
            continue;
        };
        let is_clear = a.into() == 0 && new_a.into() == 0;
        if old == new || is_clear {
            continue;
        }
        let by = |old: T, new: T| old.into().abs_diff(new.into());
        let colors = by(r, new_r) + by(g, new_g) + by(b, new_b);
        let amount = if a == new_a {
            colors * 4
        } else {
            (colors + by(a, new_a)) * 3
        };
        count += 1;
        sum += amount;
        greatest = greatest.max(amount);
    }
    if count == 0 {
        return None;
    }
    let whole = float(most * TWELFTHS);
    Some(RasterDifference {
        share: f64::from(count) / float(u64::try_from(n_pixels).unwrap_or(u64::MAX)),
        mean: float(sum) / f64::from(count) / whole,
        max: float(greatest) / whole,
    })
}

/// Returns a number that is far below the 2⁵³ up to which this is exact, or
/// near enough above.
#[expect(clippy::cast_precision_loss, reason = "sums of pixels, for people")]
fn float(number: u64) -> f64 {
    number as f64
}

/// Returns whether two PNG files hold the same compressed pixels, whatever
/// else is in them: notes on the program, the time, the resolution. That is
/// found out without decoding.
pub fn has_same_data(old: &[u8], new: &[u8]) -> bool {
    let (old, new) = (pixel_chunks(old), pixel_chunks(new));
    old.is_some() && old == new
}

/// Returns the chunks of a PNG file that its pixels are made of; `None` if it
/// is none, or damaged.
fn pixel_chunks(bytes: &[u8]) -> Option<Vec<(&[u8], &[u8])>> {
    let mut rest = bytes.strip_prefix(b"\x89PNG\r\n\x1a\n")?;
    let mut chunks: Vec<(&[u8], &[u8])> = Vec::new();
    while !rest.is_empty() {
        let (length, after) = rest.split_first_chunk::<4>()?;
        let length = usize::try_from(u32::from_be_bytes(*length)).ok()?;
        let (name, after) = after.split_at_checked(4)?;
        let (data, after) = after.split_at_checked(length)?;
        rest = after.get(4..)?;
        match name {
            b"IEND" => return Some(chunks),
            b"IHDR" | b"PLTE" | b"tRNS" | b"IDAT" | b"acTL" | b"fcTL" | b"fdAT" => {
                chunks.push((name, data));
            }
            _ => {}
        }
    }
    None
}
