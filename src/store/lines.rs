//! Line ends: git converts them between the repository and the worktree, so
//! what is kept is kept with line feeds, and put back with what the file has.

use std::borrow::Cow;

use memchr::memmem;

/// Returns text with line feeds for line ends.
pub(super) fn with_line_feeds(bytes: &[u8]) -> Cow<'_, [u8]> {
    let mut ends = memmem::find_iter(bytes, b"\r\n").peekable();
    if ends.peek().is_none() {
        return Cow::Borrowed(bytes);
    }
    let mut text = Vec::with_capacity(bytes.len());
    let mut at = 0;
    for end in ends {
        text.extend_from_slice(&bytes[at..end]);
        at = end + 1;
    }
    text.extend_from_slice(&bytes[at..]);
    Cow::Owned(text)
}

/// Where a file has line ends of two characters, so that a place in it and in
/// the same file with line feeds can be told from each other.
#[derive(Debug)]
pub(super) struct LineEnds {
    /// The offset of each carriage return.
    returns: Vec<usize>,
    /// The offset of its line feed in the file with line feeds.
    feeds: Vec<usize>,
}

impl LineEnds {
    pub(super) fn of(bytes: &[u8]) -> Self {
        let returns: Vec<_> = memmem::find_iter(bytes, b"\r\n").collect();
        let feeds = returns.iter().enumerate();
        let feeds = feeds.map(|(index, at)| at - index).collect();
        Self { returns, feeds }
    }

    /// Returns where in the file with line feeds an offset of this file is.
    pub(super) fn in_line_feeds(&self, offset: usize) -> usize {
        offset - self.returns.partition_point(|&at| at < offset)
    }

    /// Returns where in this file an offset of the file with line feeds is.
    pub(super) fn in_file(&self, offset: usize) -> usize {
        offset + self.feeds.partition_point(|&at| at < offset)
    }

    /// Gives text the line ends of this file.
    pub(super) fn put_into(&self, text: String) -> String {
        if self.returns.is_empty() {
            text
        } else {
            text.replace('\n', "\r\n")
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_are_the_same_with_either_line_end() {
        let text = b"a\r\n\r\nbc\nd\re\r\n";
        let feeds = with_line_feeds(text);
        assert_eq!(&*feeds, b"a\n\nbc\nd\re\n");
        let ends = LineEnds::of(text);
        for (offset, byte) in feeds.iter().enumerate() {
            let there = ends.in_file(offset);
            assert_eq!(ends.in_line_feeds(there), offset);
            let expected = if text[there] == b'\r' && text[there + 1] == b'\n' {
                b'\n'
            } else {
                text[there]
            };
            assert_eq!(*byte, expected, "{offset}");
        }
        assert_eq!(ends.in_file(feeds.len()), text.len());
    }

    #[test]
    fn text_gets_the_line_ends_of_the_file() {
        let put = |file: &[u8]| LineEnds::of(file).put_into("[\n]".to_owned());
        assert_eq!(put(b"{\r\n}"), "[\r\n]");
        assert_eq!(put(b"{\n}"), "[\n]");
    }
}
