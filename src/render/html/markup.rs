//! HTML in the making, by a writer that escapes whatever it is given.

use super::super::escape::visible;
use super::sanitize::Safe;

/// HTML in the making. Tags and names of attributes are ours, so they have to
/// be known when the program is built.
#[derive(Debug, Default)]
pub(super) struct Markup {
    bytes: Vec<u8>,
}

/// How large a picture is.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum PictureSize {
    /// So many pixels wide and high.
    Pixels(u32, u32),
    /// As large as there is room.
    Any,
}

impl Markup {
    /// Adds HTML of our own.
    pub(super) fn raw(&mut self, html: &'static str) {
        self.bytes.extend_from_slice(html.as_bytes());
    }

    /// Adds HTML that was checked.
    pub(super) fn safe(&mut self, html: &Safe) {
        self.bytes.extend_from_slice(html.as_str().as_bytes());
    }

    /// Adds what was made by another of these.
    pub(super) fn append(&mut self, bytes: &[u8]) {
        self.bytes.extend_from_slice(bytes);
    }

    /// Adds one line of text, with what nobody could see as its number.
    pub(super) fn text(&mut self, text: &str) {
        self.escape(&visible(text));
    }

    /// Adds text of several lines.
    pub(super) fn lines(&mut self, text: &str) {
        for (at, line) in text.split('\n').enumerate() {
            if at > 0 {
                self.bytes.push(b'\n');
            }
            self.text(line);
        }
    }

    /// Adds a start tag.
    pub(super) fn open(&mut self, tag: &'static str, attributes: &[(&'static str, &str)]) {
        self.bytes.push(b'<');
        self.raw(tag);
        for (name, value) in attributes {
            self.attribute(name, &visible(value));
        }
        self.bytes.push(b'>');
    }

    /// Adds an end tag.
    pub(super) fn close(&mut self, tag: &'static str) {
        self.raw("</");
        self.raw(tag);
        self.bytes.push(b'>');
    }

    /// Adds an element of one line of text.
    pub(super) fn element(
        &mut self,
        tag: &'static str,
        attributes: &[(&'static str, &str)],
        text: &str,
    ) {
        self.open(tag, attributes);
        self.text(text);
        self.close(tag);
    }

    /// Adds a document of checked HTML in a frame that may do nothing.
    pub(super) fn frame(&mut self, head: &'static str, body: &Safe, title: &str, height: &str) {
        self.raw("<iframe sandbox loading=\"lazy\"");
        self.attribute("title", &visible(title));
        self.attribute("height", height);
        self.raw(" srcdoc=\"");
        self.escape(head);
        self.escape(body.as_str());
        self.raw("\"></iframe>");
    }

    /// Adds a picture whose address `source` writes, with the size it returns
    /// in pixels; nothing at all if there is none. Returns whether there is.
    pub(super) fn picture(
        &mut self,
        alt: &str,
        source: impl FnOnce(&mut Vec<u8>) -> Option<PictureSize>,
    ) -> bool {
        let start = self.bytes.len();
        self.raw("<img decoding=\"async\" loading=\"lazy\" src=\"");
        let address = self.bytes.len();
        let size = source(&mut self.bytes);
        // Nothing that an address of ours holds has a meaning in HTML.
        let is_plain = |byte: &u8| byte.is_ascii_alphanumeric() || b":/+;,=-.".contains(byte);
        let is_plain = self.bytes[address..].iter().all(is_plain);
        let Some(size) = size.filter(|_| is_plain) else {
            self.bytes.truncate(start);
            return false;
        };
        self.raw("\"");
        if let PictureSize::Pixels(width, height) = size {
            self.attribute("width", &width.to_string());
            self.attribute("height", &height.to_string());
        }
        self.attribute("alt", &visible(alt));
        self.raw(">");
        true
    }

    pub(super) fn into_bytes(self) -> Vec<u8> {
        self.bytes
    }

    fn attribute(&mut self, name: &'static str, value: &str) {
        self.bytes.push(b' ');
        self.raw(name);
        self.raw("=\"");
        self.escape(value);
        self.bytes.push(b'"');
    }

    fn escape(&mut self, text: &str) {
        let mut rest = text.as_bytes();
        let special = |byte: &u8| matches!(byte, b'&' | b'<' | b'>' | b'"' | b'\'');
        while let Some(at) = rest.iter().position(special) {
            self.bytes.extend_from_slice(&rest[..at]);
            self.raw(match rest[at] {
                b'&' => "&amp;",
                b'<' => "&lt;",
                b'>' => "&gt;",
                b'"' => "&quot;",
                _ => "&#39;",
            });
            rest = &rest[at + 1..];
        }
        self.bytes.extend_from_slice(rest);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn html(write: impl FnOnce(&mut Markup)) -> String {
        let mut markup = Markup::default();
        write(&mut markup);
        String::from_utf8(markup.into_bytes()).unwrap()
    }

    #[test]
    fn text_and_attributes_are_escaped() {
        assert_eq!(
            html(|out| out.element("p", &[("title", "\"><script>'")], "<b>&amp;</b>\"")),
            "<p title=\"&quot;&gt;&lt;script&gt;&#39;\">&lt;b&gt;&amp;amp;&lt;/b&gt;&quot;</p>"
        );
    }

    #[test]
    fn what_nobody_sees_is_shown() {
        assert_eq!(
            html(|out| out.lines("a\u{202e}b\n\u{7}\u{200b}")),
            "a&lt;U+202E&gt;b\n␇&lt;U+200B&gt;"
        );
    }

    #[test]
    fn a_picture_with_an_odd_address_is_no_picture() {
        let written = |address: &str| {
            html(|out| {
                out.picture("x", |bytes| {
                    bytes.extend_from_slice(address.as_bytes());
                    Some(PictureSize::Any)
                });
            })
        };
        assert!(written("data:image/png;base64,A+/==").ends_with("A+/==\" alt=\"x\">"));
        for odd in ["data:a\" onerror=\"b", "data:a b", "data:<", "data:&", "é"] {
            assert_eq!(written(odd), "");
        }
    }

    proptest! {
        #[test]
        fn no_text_makes_a_tag_or_ends_an_attribute(text: String) {
            let text = html(|out| out.lines(&text));
            prop_assert!(!text.contains(['<', '>', '"', '\'']));
        }
    }
}
