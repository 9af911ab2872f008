//! Pictures built byte by byte: what encoders write that we do not have.

use image::codecs::png::{CompressionType, FilterType, PngEncoder};
use image::{DynamicImage, ImageBuffer, ImageEncoder as _, Rgb, Rgba};
use proptest::prelude::*;

use super::*;

/// How a PNG file has its pixels.
#[derive(Clone, Copy)]
struct Layout {
    width: u32,
    height: u32,
    depth: u8,
    /// PNG's number for it: 0 gray, 2 RGB, 3 palette, 4 gray and alpha, 6 RGBA.
    color: u8,
    is_interlaced: bool,
}

/// Returns a PNG file. `rows` are the bytes behind the filter byte of each
/// row, of all passes if it is interlaced; `extra` are chunks before the data.
fn png(layout: Layout, extra: &[(&[u8], &[u8])], rows: &[&[u8]]) -> Vec<u8> {
    let mut header = layout.width.to_be_bytes().to_vec();
    header.extend(layout.height.to_be_bytes());
    header.extend([
        layout.depth,
        layout.color,
        0,
        0,
        layout.is_interlaced.into(),
    ]);
    let mut raw = Vec::new();
    for row in rows {
        raw.push(0);
        raw.extend_from_slice(row);
    }
    let mut file = b"\x89PNG\r\n\x1a\n".to_vec();
    add_chunk(&mut file, b"IHDR", &header);
    for (name, data) in extra {
        add_chunk(&mut file, name, data);
    }
    add_chunk(&mut file, b"IDAT", &stored(&raw));
    add_chunk(&mut file, b"IEND", b"");
    file
}

fn add_chunk(file: &mut Vec<u8>, name: &[u8], data: &[u8]) {
    file.extend(u32::try_from(data.len()).unwrap().to_be_bytes());
    let start = file.len();
    file.extend_from_slice(name);
    file.extend_from_slice(data);
    let mut crc = u32::MAX;
    for &byte in &file[start..] {
        crc ^= u32::from(byte);
        for _ in 0..8 {
            crc = crc >> 1 ^ if crc & 1 == 1 { 0xedb8_8320 } else { 0 };
        }
    }
    file.extend((!crc).to_be_bytes());
}

/// Returns a zlib stream without compression.
fn stored(raw: &[u8]) -> Vec<u8> {
    let mut stream = vec![0x78, 0x01];
    let n_blocks = raw.len().div_ceil(0xffff);
    for (at, block) in raw.chunks(0xffff).enumerate() {
        stream.push(u8::from(at + 1 == n_blocks));
        let length = u16::try_from(block.len()).unwrap();
        stream.extend(length.to_le_bytes());
        stream.extend((!length).to_le_bytes());
        stream.extend_from_slice(block);
    }
    let (mut low, mut high) = (1_u32, 0_u32);
    for &byte in raw {
        low = (low + u32::from(byte)) % 65_521;
        high = (high + low) % 65_521;
    }
    stream.extend((high << 16 | low).to_be_bytes());
    stream
}

const PLAIN: Layout = Layout {
    width: 2,
    height: 2,
    depth: 8,
    color: 2,
    is_interlaced: false,
};

/// Two rows of two pixels: red, green, blue, white.
fn rgb() -> Vec<u8> {
    let rows: [&[u8]; 2] = [&[255, 0, 0, 0, 255, 0], &[0, 0, 255, 255, 255, 255]];
    png(PLAIN, &[], &rows)
}

fn decoded(file: &[u8]) -> Raster {
    decode(file, &PictureLimits::default()).unwrap()
}

#[track_caller]
fn check_same(old: &[u8], new: &[u8]) {
    assert_ne!(old, new);
    let (old, new) = (decoded(old), decoded(new));
    assert_eq!((old.width, old.height), (new.width, new.height));
    assert_eq!(difference(&old, &new), None);
    assert_eq!(difference(&new, &old), None);
}

#[test]
fn what_was_drawn_is_what_is_read() {
    let raster = decoded(&rgb());
    let expected = [
        [255, 0, 0, 255],
        [0, 255, 0, 255],
        [0, 0, 255, 255],
        [255, 255, 255, 255],
    ];
    assert_eq!(raster.samples, Samples::Eight(expected.concat()));
}

#[test]
fn a_palette_is_the_same_as_its_colors() {
    let layout = Layout { color: 3, ..PLAIN };
    let palette = [255, 255, 255, 0, 0, 255, 0, 255, 0, 255, 0, 0];
    check_same(
        &rgb(),
        &png(layout, &[(b"PLTE", &palette)], &[&[3, 2], &[1, 0]]),
    );
    let small = Layout { depth: 2, ..layout };
    let rows: [&[u8]; 2] = [&[0b1110_0000], &[0b0100_0000]];
    check_same(&rgb(), &png(small, &[(b"PLTE", &palette)], &rows));
}

#[test]
fn interlaced_pixels_are_the_same() {
    let layout = Layout {
        is_interlaced: true,
        ..PLAIN
    };
    // The passes of two by two pixels that are not empty: the first, sixth and
    // seventh.
    let passes: [&[u8]; 3] = [&[255, 0, 0], &[0, 255, 0], &[0, 0, 255, 255, 255, 255]];
    check_same(&rgb(), &png(layout, &[], &passes));
}

#[test]
fn an_opaque_channel_is_the_same_as_none() {
    let layout = Layout { color: 6, ..PLAIN };
    let rows: [&[u8]; 2] = [
        &[255, 0, 0, 255, 0, 255, 0, 255],
        &[0, 0, 255, 255, 255, 255, 255, 255],
    ];
    check_same(&rgb(), &png(layout, &[], &rows));
}

#[test]
fn the_color_of_what_is_clear_does_not_count() {
    let layout = Layout {
        color: 6,
        height: 1,
        ..PLAIN
    };
    let file = |clear: u8, alpha: u8| png(layout, &[], &[&[clear, 0, 0, alpha, 1, 2, 3, 255]]);
    check_same(&file(9, 0), &file(200, 0));
    let by = difference(&decoded(&file(9, 1)), &decoded(&file(200, 1)));
    assert!(by.is_some());
}

#[test]
fn sixteen_bits_count_and_eight_can_be_as_many() {
    let layout = Layout {
        depth: 16,
        color: 0,
        height: 1,
        ..PLAIN
    };
    let deep = |first: [u8; 2]| png(layout, &[], &[&[first[0], first[1], 0xff, 0xff]]);
    let by = difference(&decoded(&deep([0x12, 0x34])), &decoded(&deep([0x12, 0x35]))).unwrap();
    assert!((by.share - 0.5).abs() < 1e-9, "{by:?}");
    assert!((by.max - 1.0 / 65_535.0).abs() < 1e-9, "{by:?}");
    let flat = png(Layout { depth: 8, ..layout }, &[], &[&[0x12, 0xff]]);
    check_same(&deep([0x12, 0x12]), &flat);
    assert!(difference(&decoded(&deep([0x12, 0x13])), &decoded(&flat)).is_some());
}

#[test]
fn compression_and_notes_are_no_change() {
    let pixels = ImageBuffer::from_fn(40, 30, |x, y| {
        Rgb([
            u8::try_from(x * 5).unwrap(),
            u8::try_from(y * 7).unwrap(),
            9,
        ])
    });
    let file = |compression, filter| {
        let mut file = Vec::new();
        let encoder = PngEncoder::new_with_quality(&mut file, compression, filter);
        let color = image::ExtendedColorType::Rgb8;
        encoder.write_image(&pixels, 40, 30, color).unwrap();
        file
    };
    let fast = file(CompressionType::Fast, FilterType::NoFilter);
    let best = file(CompressionType::Best, FilterType::Paeth);
    check_same(&fast, &best);
    assert!(!has_same_data(&fast, &best));
    let noted = png(PLAIN, &[(b"tEXt", b"Software\0x")], &[&[1; 6], &[2; 6]]);
    let other = png(PLAIN, &[(b"tEXt", b"Software\0y")], &[&[1; 6], &[2; 6]]);
    check_same(&noted, &other);
    assert!(has_same_data(&noted, &other));
    assert!(!has_same_data(&noted, &rgb()));
    assert!(!has_same_data(b"x", b"x"));
}

#[test]
fn a_difference_has_a_share_and_an_amount() {
    let file = |gray: u8| png(PLAIN, &[], &[&[gray; 6], &[0, 0, 0, 255, 255, 255]]);
    let by = difference(&decoded(&file(0)), &decoded(&file(51))).unwrap();
    let close = |number: f64, expected: f64| (number - expected).abs() < 1e-9;
    assert!(
        close(by.share, 0.5) && close(by.mean, 0.2) && close(by.max, 0.2),
        "{by:?}"
    );
}

#[test]
fn headers_say_the_size_of_every_format() {
    let picture = DynamicImage::new_rgb8(31, 17);
    for (written, format) in [
        (ImageFormat::Png, PictureFormat::Png),
        (ImageFormat::Jpeg, PictureFormat::Jpeg),
        (ImageFormat::Gif, PictureFormat::Gif),
        (ImageFormat::WebP, PictureFormat::WebP),
    ] {
        let mut file = Cursor::new(Vec::new());
        picture.write_to(&mut file, written).unwrap();
        let file = file.into_inner();
        let found = probe(&file).unwrap();
        assert_eq!((found.format, found.width, found.height), (format, 31, 17));
        let raster = decoded(&file);
        assert_eq!((raster.width, raster.height), (31, 17));
    }
    // What other encoders of WebP write first.
    let lossy = b"RIFF\0\0\0\0WEBPVP8 \0\0\0\0\0\0\0\x9d\x01\x2a\x1f\0\x11\0";
    let extended = b"RIFF\0\0\0\0WEBPVP8X\x0a\0\0\0\0\0\0\0\x1e\0\0\x10\0\0";
    for file in [&lossy[..], extended] {
        let found = probe(file).unwrap();
        assert_eq!((found.width, found.height), (31, 17));
    }
    for file in [
        &b""[..],
        b"\x89PNG\r\n\x1a\n",
        b"GIF89a\0\0\0\0",
        b"\xff\xd8\xff",
        b"BM",
    ] {
        assert_eq!(probe(file), None);
    }
}

#[test]
fn bombs_cost_nothing() {
    let huge = |width, height| Layout {
        width,
        height,
        ..PLAIN
    };
    let limits = PictureLimits::default();
    for layout in [
        huge(20_000, 20_000),
        huge(u32::MAX, 1),
        huge(16_000, 16_000),
    ] {
        let file = png(layout, &[], &[&[0; 6]]);
        assert_eq!(decode(&file, &limits), Err(PictureError::TooLarge));
    }
    // A note that is much longer than the picture.
    let blank = vec![0; 60_000];
    let mut note = b"Comment\0\0".to_vec();
    note.extend(stored(&blank));
    let file = png(PLAIN, &[(b"zTXt", &note)], &[&[1; 6], &[2; 6]]);
    assert_eq!(decoded(&file).width, 2);
    let mut cut = rgb();
    cut.truncate(60);
    assert_eq!(decode(&cut, &limits), Err(PictureError::Broken));
    assert_eq!(decode(b"", &limits), Err(PictureError::Broken));
}

#[test]
fn animations_are_their_first_picture() {
    let frame = |color: u8| {
        let pixels = ImageBuffer::from_pixel(3, 2, Rgba([color, 0, 0, 255]));
        image::Frame::new(pixels)
    };
    let gif = |colors: &[u8]| {
        let mut file = Vec::new();
        let mut encoder = image::codecs::gif::GifEncoder::new(&mut file);
        encoder
            .encode_frames(colors.iter().map(|&color| frame(color)))
            .unwrap();
        drop(encoder);
        file
    };
    check_same(&gif(&[10, 200]), &gif(&[10, 90]));
    assert!(difference(&decoded(&gif(&[10])), &decoded(&gif(&[90, 10]))).is_some());
}

proptest! {
    #[test]
    fn no_bytes_are_too_much(
        which in 0..5_usize,
        places in proptest::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 0..8),
        length in any::<prop::sample::Index>(),
    ) {
        let picture = DynamicImage::new_rgba8(9, 7);
        let formats = [ImageFormat::Png, ImageFormat::Jpeg, ImageFormat::Gif, ImageFormat::WebP];
        let mut file = match formats.get(which) {
            Some(ImageFormat::Jpeg) => {
                let mut file = Cursor::new(Vec::new());
                picture.to_rgb8().write_to(&mut file, ImageFormat::Jpeg).unwrap();
                file.into_inner()
            }
            Some(format) => {
                let mut file = Cursor::new(Vec::new());
                picture.write_to(&mut file, *format).unwrap();
                file.into_inner()
            }
            None => rgb(),
        };
        for (place, byte) in places {
            let at = place.index(file.len());
            file[at] = byte;
        }
        file.truncate(length.index(file.len() * 2));
        let limits = PictureLimits { side: 64, bytes: 64 * 64 * 4 };
        if let Ok(raster) = decode(&file, &limits) {
            prop_assert!(raster.width <= 64 && raster.height <= 64);
            let n_samples = match &raster.samples {
                Samples::Eight(samples) => samples.len(),
                Samples::Sixteen(samples) => samples.len(),
            };
            prop_assert_eq!(n_samples, usize::try_from(raster.width * raster.height * 4).unwrap());
        }
        has_same_data(&file, &rgb());
    }
}
