//! Pictures: what their first bytes say, their pixels within limits, and how
//! the pixels of two differ.

mod animation;
mod difference;
mod header;
mod png;
#[cfg(test)]
mod tests;

use std::io::Cursor;
use std::panic::{AssertUnwindSafe, catch_unwind};

use image::{ImageFormat, ImageReader};

pub use animation::is_animated;
pub use difference::{RasterDifference, difference};
pub use header::probe;
pub use png::has_same_data;

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
    // No format has more than sixteen bits of four channels.
    let bytes_per_channel = image.color().bytes_per_pixel() / image.color().channel_count();
    let samples = if bytes_per_channel > 1 {
        Samples::Sixteen(image.into_rgba16().into_raw())
    } else {
        Samples::Eight(image.into_rgba8().into_raw())
    };
    Ok(Raster {
        width,
        height,
        samples,
    })
}
