//! What the first bytes of a picture say.

use super::{Picture, PictureFormat};

/// Returns what the header of a picture says; `None` if the bytes do not begin
/// like one. The first [`HEADER`](super::HEADER) bytes of a file are enough.
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
