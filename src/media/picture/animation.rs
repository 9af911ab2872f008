//! Whether a picture is the first of several.

use std::io::Cursor;
use std::panic::{AssertUnwindSafe, catch_unwind};

use image::AnimationDecoder as _;
use image::codecs::gif::GifDecoder;
use image::codecs::png::PngDecoder;
use image::codecs::webp::WebPDecoder;

use super::{PictureFormat, PictureLimits, probe};

/// Returns whether a file holds more pictures than the one that
/// [`decode`](super::decode) gives; not, if it is larger than the limits or
/// damaged.
pub fn is_animated(bytes: &[u8], limits: &PictureLimits) -> bool {
    let Some(picture) = probe(bytes).filter(|picture| !picture.exceeds(limits)) else {
        return false;
    };
    let file = Cursor::new(bytes);
    let find_out = || match picture.format {
        PictureFormat::Png => PngDecoder::new(file)?.is_apng(),
        PictureFormat::Jpeg => Ok(false),
        PictureFormat::Gif => Ok(GifDecoder::new(file)?.into_frames().nth(1).is_some()),
        PictureFormat::WebP => Ok(WebPDecoder::new(file)?.has_animation()),
    };
    // Decoders are written by others, and pictures by anybody.
    let found: Result<image::ImageResult<bool>, _> = catch_unwind(AssertUnwindSafe(find_out));
    matches!(found, Ok(Ok(true)))
}
