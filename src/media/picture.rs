//! Pictures: what their first bytes say, and their pixels.

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
