//! Single values in a few words: JSON on one line, sizes, images.

use super::escape::visible;
use crate::diff::{TextDiff, digest, is_base64, picture, text_digest};
use crate::json::{Escapes, Indent, KeyOrder, LineEnd, Style, Value, format};
use crate::notebook::{NbFormat, multiline_text};

/// JSON on one line.
const ONE_LINE: Style = Style {
    indent: Indent::None,
    space_after_colon: true,
    space_after_comma: true,
    escapes: Escapes::Needed,
    line_end: LineEnd::Lf,
    final_newline: false,
};

/// Returns a value on one line, harmless, with its keys sorted.
pub(super) fn compact(value: &Value<'_>) -> String {
    let text = String::from_utf8_lossy(&format(value, &ONE_LINE, KeyOrder::Sorted)).into_owned();
    visible(&text).into_owned()
}

/// Returns two values on one line each. Where both look alike, they are as
/// they are written in their files.
pub(super) fn compact_pair(old: &Value<'_>, new: &Value<'_>) -> (String, String) {
    let (old_text, new_text) = (compact(old), compact(new));
    if old_text != new_text {
        return (old_text, new_text);
    }
    let raw = |value: &Value<'_>| visible(&String::from_utf8_lossy(value.raw())).into_owned();
    (raw(old), raw(new))
}

/// Returns two texts with no more than `most` characters, from a little before
/// the first difference on.
pub(super) fn excerpts(old: &str, new: &str, most: usize) -> (String, String) {
    let length = |text: &str| text.chars().count();
    if length(old).max(length(new)) <= most {
        return (old.to_owned(), new.to_owned());
    }
    let same = old
        .chars()
        .zip(new.chars())
        .take_while(|(old, new)| old == new);
    let same = same.count();
    let skipped = if same < most / 2 { 0 } else { same - most / 4 };
    let part = |text: &str| {
        let part: String = text.chars().skip(skipped).take(most).collect();
        let before = if skipped > 0 { "…" } else { "" };
        let after = if length(text) > skipped + most {
            "…"
        } else {
            ""
        };
        format!("{before}{part}{after}")
    };
    (part(old), part(new))
}

/// Returns a number with the noun it counts: `1 line`, `2 lines`.
pub fn counted(count: usize, noun: &str) -> String {
    match count {
        1 => format!("1 {noun}"),
        _ => format!("{count} {noun}s"),
    }
}

/// Returns a number of bytes as people say it: `12.3 KB`.
pub fn size(bytes: usize) -> String {
    const UNITS: &[&str] = &["KB", "MB", "GB"];
    if bytes < 1000 {
        return format!("{bytes} B");
    }
    let mut tenths = bytes.saturating_add(50) / 100;
    let mut unit = 0;
    while tenths >= 10_000 && unit + 1 < UNITS.len() {
        tenths = (tenths + 500) / 1000;
        unit += 1;
    }
    format!("{}.{} {}", tenths / 10, tenths % 10, UNITS[unit])
}

/// Returns what a value of a mime type is, in a few words: for images
/// `640×480, 12.3 KB`, then a name for its content.
pub(super) fn described(mime: &str, value: &Value<'_>) -> String {
    let digest = digest(mime, value);
    let dimensions = dimensions(mime, value).map(|dimensions| format!("{dimensions}, "));
    let dimensions = dimensions.unwrap_or_default();
    format!("{dimensions}{}, {}", size(digest.bytes), digest.hash)
}

/// Returns how two values of a mime type differ, in a few words.
pub(super) fn changed_words(mime: &str, old: &Value<'_>, new: &Value<'_>) -> String {
    let (old_digest, new_digest) = (digest(mime, old), digest(mime, new));
    let dimensions = match (dimensions(mime, old), dimensions(mime, new)) {
        (Some(old), Some(new)) if old == new => format!("{new}, "),
        (Some(old), Some(new)) => format!("{old} → {new}, "),
        _ => String::new(),
    };
    let sizes = sizes(old_digest.bytes, new_digest.bytes);
    let (old, new) = (old_digest.hash, new_digest.hash);
    format!("{dimensions}{sizes} ({old} → {new})")
}

/// Returns how two texts differ, in a few words.
pub(super) fn changed_text_words(text: &TextDiff<'_>) -> String {
    let sizes = sizes(text.old.len(), text.new.len());
    let (old, new) = (text_digest(&text.old).hash, text_digest(&text.new).hash);
    format!("{sizes} ({old} → {new})")
}

/// Returns two numbers of bytes, once if both look alike.
pub(super) fn sizes(old: usize, new: usize) -> String {
    let (old, new) = (size(old), size(new));
    if old == new {
        new
    } else {
        format!("{old} → {new}")
    }
}

/// Returns how many pixels an image is wide and high, if its first bytes say
/// so.
fn dimensions(mime: &str, value: &Value<'_>) -> Option<String> {
    if !mime.starts_with("image/") || !is_base64(mime) {
        return None;
    }
    // A list of lines, as nbformat 4 has it; in one string it had them, too.
    let format = NbFormat { major: 4, minor: 0 };
    let picture = picture(&multiline_text(value, format))?;
    Some(format!("{}×{}", picture.width, picture.height))
}

/// Returns a share as people say it: `3.2 %`.
pub(super) fn percent(share: f64) -> String {
    let percent = share * 100.0;
    match percent {
        ..0.1 => "less than 0.1 %".to_owned(),
        ..10.0 => format!("{percent:.1} %"),
        // All but a few are not all.
        99.0..100.0 => "99 %".to_owned(),
        _ => format!("{percent:.0} %"),
    }
}

/// Returns a number with commas between thousands.
pub(super) fn grouped(number: usize) -> String {
    let digits = number.to_string();
    let mut grouped = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            grouped.push(',');
        }
        grouped.push(digit);
    }
    grouped
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::json::Document;

    #[test]
    fn sizes_are_rounded() {
        assert_eq!(size(0), "0 B");
        assert_eq!(size(999), "999 B");
        assert_eq!(size(1000), "1.0 KB");
        assert_eq!(size(12_345), "12.3 KB");
        assert_eq!(size(999_960), "1.0 MB");
        assert_eq!(size(usize::MAX).split(' ').nth(1), Some("GB"));
    }

    #[test]
    fn values_are_on_one_line_and_harmless() {
        let document = Document::read(b"{\"a\":\n [1, \"\x1b[31m\"]}").unwrap();
        assert_eq!(compact(&document.root()), r#"{"a": [1, "\u001b[31m"]}"#);
    }

    #[test]
    fn numbers_that_are_equal_are_shown_as_they_are_written() {
        let (old, new) = (
            Document::read(b"1e5").unwrap(),
            Document::read(b"1E5").unwrap(),
        );
        let shown = compact_pair(&old.root(), &new.root());
        assert_eq!(shown, ("1e5".to_owned(), "1E5".to_owned()));
    }

    #[test]
    fn long_texts_are_shown_where_they_differ() {
        let (old, new) = (format!("{}b", "a".repeat(100)), "a".repeat(102));
        let shown = excerpts(&old, &new, 20);
        assert_eq!(shown.0, "…aaaaab");
        assert_eq!(shown.1, "…aaaaaaa");
        assert_eq!(excerpts("abcdef", "x", 4), ("abcd…".into(), "x".into()));
    }

    #[test]
    fn images_have_dimensions() {
        let png = br#""iVBORw0KGgoAAAANSUhEUgAAAAIAAAADCAYAAAC56t6BAAAA""#;
        let document = Document::read(png).unwrap();
        assert!(described("image/png", &document.root()).starts_with("2×3, "));
        let gif = Document::read(br#""R0lGODlhBAAFAPAAAAAAAA==""#).unwrap();
        assert!(described("image/gif", &gif.root()).starts_with("4×5, "));
        let broken = Document::read(br#"["?", 1]"#).unwrap();
        assert!(!described("image/png", &broken.root()).contains('×'));
    }
}
