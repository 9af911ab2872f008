//! Finds the place in a file of what stands in a string.

use super::scan::escape;

/// Returns how many bytes of `content`, which is what stands between the
/// quotes of a string, the first `length` bytes of its text take.
///
/// A length that ends inside a character counts the whole character.
pub fn raw_length(content: &[u8], length: usize) -> usize {
    let mut read = 0;
    let mut at = 0;
    while read < length && at < content.len() {
        let rest = content.get(at..).unwrap_or_default();
        // No text is longer than what stands for it.
        let near = rest.get(..length - read).unwrap_or(rest);
        let plain = memchr::memchr(b'\\', near).unwrap_or(near.len());
        if plain > 0 {
            read += plain;
            at += plain;
            continue;
        }
        let (character, raw) = match escape(rest) {
            (Some(character), raw) => (character, raw),
            (None, 1) => ('\\', 1),
            (None, raw) => (char::REPLACEMENT_CHARACTER, raw),
        };
        read += character.len_utf8();
        at += raw;
    }
    at.min(content.len())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::json::Document;
    use proptest::prelude::*;

    #[test]
    fn escapes_take_more_room_than_what_they_stand_for() {
        let content = br"a\nb\u00e4c\ud83d\ude00d\qe\ud800f";
        let text = "a\nbäc😀d\\qe\u{fffd}f";
        let mut found = String::new();
        for (at, _) in text.char_indices() {
            found.push(char::from(content[raw_length(content, at)]));
        }
        assert_eq!(found, r"a\b\c\d\qe\f");
        assert_eq!(raw_length(content, text.len()), content.len());
        assert_eq!(raw_length(content, 1000), content.len());
    }

    proptest! {
        #[test]
        fn the_raw_start_of_a_string_reads_as_the_start_of_its_text(text: String, cut: usize) {
            let json = serde_json::to_string(&text).unwrap();
            let content = &json.as_bytes()[1..json.len() - 1];
            let cuts: Vec<_> = text.char_indices().map(|(at, _)| at).chain([text.len()]).collect();
            let cut = cuts[cut % cuts.len()];
            let mut start = vec![b'"'];
            start.extend(&content[..raw_length(content, cut)]);
            start.push(b'"');
            let document = Document::read(&start).unwrap();
            prop_assert_eq!(document.root().as_str().unwrap(), text.get(..cut).unwrap());
        }
    }
}
