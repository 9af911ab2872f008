//! Pictures, shown from the base64 that the notebook holds.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::super::outputs::picture_words;
use super::super::values::{described, size};
use super::markup::{Markup, PictureSize};
use crate::diff::{PictureDiff, digest};
use crate::json::{Kind, Value};
use crate::media::binary::decode_start;
use crate::media::picture::{HEADER, Picture, PictureLimits, probe};

/// How many bytes of base64 a picture that is shown may have.
const PICTURE_BYTES: usize = 10_000_000;

/// How many digits of base64 hold the head of a picture.
const DIGITS: usize = HEADER.div_ceil(3) * 4;

/// How many bytes of SVG are shown as a picture.
const SVG_BYTES: usize = 500_000;

/// Writes a picture; its size and a name for its content if it is none, or so
/// large, in bytes or when it is decoded, that it would take all memory of a
/// browser.
pub(super) fn write_picture(out: &mut Markup, mime: &'static str, value: &Value<'_>, what: &str) {
    if !try_picture(out, mime, value, what) {
        let about = format!("{what}, not shown: {}", described(mime, value));
        out.element("p", &[("class", "aside")], &about);
    }
}

/// Returns the type by which pictures of a mime type are shown.
pub(super) fn shown_type(mime: &str) -> Option<&'static str> {
    let types = ["image/png", "image/jpeg", "image/gif", "image/webp"];
    types.into_iter().find(|known| *known == mime)
}

fn try_picture(out: &mut Markup, mime: &'static str, value: &Value<'_>, what: &str) -> bool {
    out.picture(what, |bytes| {
        let head = format!("data:{mime};base64,");
        bytes.extend_from_slice(head.as_bytes());
        let start = bytes.len();
        append_base64(bytes, value).then_some(())?;
        let digits = bytes.get(start..)?;
        let digits = digits.get(..DIGITS).unwrap_or(digits);
        let file = decode_start(std::str::from_utf8(digits).ok()?, HEADER)?;
        let picture = probe(&file)?;
        let is_huge = picture.exceeds(&PictureLimits::default());
        (!is_huge).then_some(PictureSize::Pixels(picture.width, picture.height))
    })
}

/// Writes a drawing. In an `img` it runs no scripts and loads nothing.
pub(super) fn write_drawing(out: &mut Markup, text: &str, what: &str) -> bool {
    text.len() <= SVG_BYTES
        && out.picture(what, |bytes| {
            let encoded = STANDARD.encode(text);
            bytes.extend_from_slice(b"data:image/svg+xml;base64,");
            bytes.extend_from_slice(encoded.as_bytes());
            Some(PictureSize::Any)
        })
}

/// Returns the address of an attached picture, if it is one that is shown.
pub(super) fn picture_address(mime: &str, value: &Value<'_>) -> Option<String> {
    let mime = shown_type(mime)?;
    let mut bytes = format!("data:{mime};base64,").into_bytes();
    append_base64(&mut bytes, value).then_some(())?;
    String::from_utf8(bytes).ok()
}

/// Adds the base64 of a value without its line breaks. Returns whether it was
/// base64, and not too much.
fn append_base64(bytes: &mut Vec<u8>, value: &Value<'_>) -> bool {
    if value.raw().len() > PICTURE_BYTES {
        return false;
    }
    let start = bytes.len();
    bytes.reserve(value.raw().len());
    let is_read = match value.kind() {
        Kind::String => append_digits(bytes, value),
        Kind::Array => value.elements().all(|line| append_digits(bytes, &line)),
        Kind::Null | Kind::Bool | Kind::Number | Kind::Object => false,
    };
    is_read && bytes.len() > start
}

fn append_digits(bytes: &mut Vec<u8>, string: &Value<'_>) -> bool {
    let [b'"', content @ .., b'"'] = string.raw() else {
        return false;
    };
    let is_digit = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'/' | b'=');
    let mut rest = content;
    while let Some(at) = memchr::memchr(b'\\', rest) {
        let (digits, escape) = rest.split_at(at);
        bytes.extend_from_slice(digits);
        match escape.get(1) {
            Some(b'n' | b'r' | b't') => {}
            Some(b'/') => bytes.push(b'/'),
            _ => return false,
        }
        rest = escape.get(2..).unwrap_or_default();
        if !digits.iter().all(is_digit) {
            return false;
        }
    }
    bytes.extend_from_slice(rest);
    rest.iter().all(is_digit)
}

/// What is compared.
#[derive(Clone, Copy, Debug)]
pub(super) struct Pair<'v, 'a> {
    pub(super) mime: &'static str,
    pub(super) old: &'v Value<'a>,
    pub(super) new: &'v Value<'a>,
    /// The name that the controls of this pair share, one on the page.
    pub(super) name: &'v str,
}

/// Writes two versions of a picture, with ways to compare them. `picture` is
/// how they differ, if that was looked at.
pub(super) fn write_pair(out: &mut Markup, pair: &Pair<'_, '_>, picture: Option<&PictureDiff>) {
    out.raw("<div class=\"pics\">");
    write_controls(out, pair.name);
    out.raw("<div class=\"pair\"><figure class=\"was\">");
    write_picture(out, pair.mime, pair.old, "before");
    write_caption(
        out,
        "Before",
        &pair.name_of(pair.old, picture.map(|it| &it.old)),
    );
    out.raw("</figure><figure class=\"is\">");
    write_picture(out, pair.mime, pair.new, "after");
    write_caption(
        out,
        "After",
        &pair.name_of(pair.new, picture.map(|it| &it.new)),
    );
    out.raw("</figure></div>");
    if let Some(words) = picture.and_then(picture_words) {
        out.element("p", &[("class", "aside")], &words);
    }
    out.raw("</div>");
}

impl Pair<'_, '_> {
    /// Returns the size of one of the pictures, in pixels and bytes.
    fn name_of(&self, value: &Value<'_>, picture: Option<&Picture>) -> String {
        match picture {
            Some(picture) => {
                let bytes = size(picture.bytes);
                format!("{}×{}, {bytes}", picture.width, picture.height)
            }
            None => size(digest(self.mime, value).bytes),
        }
    }
}

fn write_caption(out: &mut Markup, side: &str, size: &str) {
    out.element("figcaption", &[], &format!("{side}: {size}"));
}

/// Writes the choice between ways to compare, and a slider for two of them.
fn write_controls(out: &mut Markup, name: &str) {
    out.raw("<fieldset class=\"modes\"><legend>Compare pictures</legend>");
    for (class, label) in [
        ("side", "Side by side"),
        ("swipe", "Swipe"),
        ("onion", "Onion skin"),
        ("difference", "Difference"),
    ] {
        out.raw("<label>");
        let mut attributes = vec![("type", "radio"), ("name", name), ("class", class)];
        if class == "side" {
            attributes.push(("checked", ""));
        }
        out.open("input", &attributes);
        out.text(label);
        out.raw("</label>");
    }
    out.raw(
        "<input type=\"range\" class=\"mix\" min=\"0\" max=\"100\" value=\"50\" \
         aria-label=\"How much of the new picture is seen\"></fieldset>",
    );
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::json::Document;

    fn written(json: &str) -> String {
        let document = Document::read(json.as_bytes()).unwrap();
        let mut out = Markup::default();
        write_picture(&mut out, "image/png", &document.root(), "plot");
        String::from_utf8(out.into_bytes()).unwrap()
    }

    #[test]
    fn base64_is_copied_without_its_line_breaks() {
        // The head of a GIF of 4 × 5 pixels, with two bytes behind it.
        let expected =
            "src=\"data:image/png;base64,R0lGODlhBAAFAPAAAP//\" width=\"4\" height=\"5\"";
        for json in [
            r#""R0lGODlhBAAFAPAAAP//""#,
            r#""R0lGODlh\nBAAFAPAAAP\/\/\n""#,
            r#"["R0lGODlh\n", "BAAFAPAAAP//"]"#,
        ] {
            assert!(
                written(json).contains(expected),
                "{json}: {}",
                written(json)
            );
        }
    }

    #[test]
    fn what_is_no_base64_is_no_picture() {
        for json in [
            r#""AAAA\" onerror=\"a()""#,
            r#""<svg>""#,
            r#""A\u0041AA""#,
            r#""AAAABBBB""#,
            r#""""#,
            "[]",
            r#"["AAAA", 1]"#,
            "7",
            "{}",
        ] {
            assert!(!written(json).contains("<img"), "{json}");
            assert!(written(json).contains("not shown"), "{json}");
        }
    }

    #[test]
    fn huge_pictures_are_told_and_not_shown() {
        // The head of a PNG of 20,000 × 20,000 pixels.
        let mut png = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR".to_vec();
        png.extend_from_slice(&20_000_u32.to_be_bytes());
        png.extend_from_slice(&20_000_u32.to_be_bytes());
        let shown = written(&format!("\"{}\"", STANDARD.encode(&png)));
        assert!(
            shown.contains("20000×20000") && !shown.contains("<img"),
            "{shown}"
        );
        let long = "A".repeat(PICTURE_BYTES);
        assert!(!written(&format!("\"{long}\"")).contains("<img"));
    }
}
