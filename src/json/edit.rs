//! Changes to a file as a list of edits: a place and the text that goes there.

use std::borrow::Cow;
use std::io::{self, Write};

use super::value::Value;
use super::{Member, Span};

/// One change to a file.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Edit {
    /// The bytes that go; an empty span inserts.
    pub span: Span,
    /// The text that takes their place.
    pub text: Cow<'static, str>,
}

/// Changes to one file, in the order in which they stand in it.
///
/// They never overlap: of two that would, the one that starts first stands,
/// and of two that start together, the longer one. So a cell can be removed
/// whatever else was to be changed inside it.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Edits {
    edits: Vec<Edit>,
}

impl Edits {
    /// Puts edits in order and drops those that lie inside others.
    pub fn new(mut edits: Vec<Edit>) -> Self {
        edits.sort_by_key(|edit| (edit.span.start, usize::MAX - edit.span.end));
        let mut end = 0;
        edits.retain(|edit| {
            let stands = edit.span.start >= end;
            if stands {
                end = edit.span.end;
            }
            stands
        });
        Self { edits }
    }

    /// Returns whether there is nothing to change.
    pub fn is_empty(&self) -> bool {
        self.edits.is_empty()
    }

    /// Iterates over the edits in the order of the file.
    pub fn iter(&self) -> std::slice::Iter<'_, Edit> {
        self.edits.iter()
    }

    /// Writes the changed `source` to `out`.
    pub fn write_to(&self, source: &[u8], out: &mut impl Write) -> io::Result<()> {
        let mut at = 0;
        for edit in &self.edits {
            out.write_all(source.get(at..edit.span.start).unwrap_or_default())?;
            out.write_all(edit.text.as_bytes())?;
            at = edit.span.end;
        }
        out.write_all(source.get(at..).unwrap_or_default())
    }

    /// Returns the changed `source`.
    pub fn apply(&self, source: &[u8]) -> Vec<u8> {
        let removed: usize = self.iter().map(|edit| edit.span.len()).sum();
        let added: usize = self.iter().map(|edit| edit.text.len()).sum();
        let mut changed = Vec::with_capacity((source.len() + added).saturating_sub(removed));
        // Writing to memory cannot fail.
        self.write_to(source, &mut changed).ok();
        changed
    }
}

impl<'a> IntoIterator for &'a Edits {
    type Item = &'a Edit;
    type IntoIter = std::slice::Iter<'a, Edit>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}

impl Edit {
    /// Puts `text` in the place of `value`; `None` if it says that already.
    pub fn replace(value: &Value<'_>, text: impl Into<Cow<'static, str>>) -> Option<Self> {
        let text = text.into();
        (value.raw() != text.as_bytes()).then(|| Self {
            span: value.span(),
            text,
        })
    }

    /// Takes items out of an array or object, with their commas and blanks, so
    /// that what stays is laid out as it was.
    ///
    /// `items` are the places of all items of `container` in order, each with
    /// whether it goes. If all go, the container is empty in the way every
    /// writer writes it: `[]` or `{}`.
    pub fn remove_items(
        container: &Value<'_>,
        items: impl IntoIterator<Item = (Span, bool)>,
    ) -> Vec<Self> {
        let remove = |span| Self {
            span,
            text: Cow::Borrowed(""),
        };
        let whole = container.span();
        let mut edits: Vec<Self> = Vec::new();
        // A first item that goes takes what follows it, up to the next that
        // stays; any other takes the comma before it.
        let mut first_gone: Option<usize> = None;
        let mut last_kept: Option<usize> = None;
        let mut gone_until: Option<usize> = None;
        for (span, goes) in items {
            match (goes, last_kept) {
                (true, None) => first_gone = first_gone.or(Some(span.start)),
                (true, Some(_)) => gone_until = Some(span.end),
                (false, kept_until) => {
                    if let Some(start) = first_gone.take() {
                        edits.push(remove(start..span.start));
                    }
                    if let (Some(start), Some(end)) = (kept_until, gone_until.take()) {
                        edits.push(remove(start..end));
                    }
                    last_kept = Some(span.end);
                }
            }
        }
        match (first_gone, last_kept, gone_until) {
            (Some(_), _, _) => edits.push(remove(whole.start + 1..whole.end - 1)),
            (None, Some(start), Some(end)) => edits.push(remove(start..end)),
            (None, _, _) => {}
        }
        edits
    }

    /// [`Self::remove_items`] for the members of an object.
    pub fn remove_members(
        object: &Value<'_>,
        mut goes: impl FnMut(&Member<'_>) -> bool,
    ) -> Vec<Self> {
        let items = object
            .members()
            .map(|member| (member.span(), goes(&member)));
        Self::remove_items(object, items.collect::<Vec<_>>())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::json::Document;
    use proptest::prelude::*;

    fn edit(span: Span, text: &'static str) -> Edit {
        let text = text.into();
        Edit { span, text }
    }

    #[track_caller]
    fn check_removal(json: &str, goes: &[usize], expected: &str) {
        let document = Document::read(json.as_bytes()).unwrap();
        let root = document.root();
        let members = root.members().map(|member| member.span());
        let elements = root.elements().map(|element| element.span());
        let items = members.chain(elements).enumerate();
        let items = items.map(|(index, span)| (span, goes.contains(&index)));
        let edits = Edits::new(Edit::remove_items(&root, items.collect::<Vec<_>>()));
        let changed = String::from_utf8(edits.apply(json.as_bytes())).unwrap();
        assert_eq!(changed, expected);
    }

    #[test]
    fn edits_are_made_in_the_order_of_the_file() {
        let edits = Edits::new(vec![edit(4..5, "E"), edit(0..1, ""), edit(2..2, "+")]);
        assert_eq!(edits.apply(b"abcdef"), b"b+cdEf");
    }

    #[test]
    fn an_edit_inside_another_is_dropped() {
        let edits = Edits::new(vec![edit(2..3, "x"), edit(1..5, "-"), edit(1..2, "y")]);
        assert_eq!(edits.apply(b"abcdef"), b"a-f");
    }

    #[test]
    fn an_item_goes_with_its_comma_and_blanks() {
        let json = "{\n  \"a\": 1,\n  \"b\": 2,\n  \"c\": 3\n}";
        check_removal(json, &[0], "{\n  \"b\": 2,\n  \"c\": 3\n}");
        check_removal(json, &[1], "{\n  \"a\": 1,\n  \"c\": 3\n}");
        check_removal(json, &[2], "{\n  \"a\": 1,\n  \"b\": 2\n}");
        check_removal(json, &[0, 1], "{\n  \"c\": 3\n}");
        check_removal(json, &[0, 2], "{\n  \"b\": 2\n}");
        check_removal(json, &[1, 2], "{\n  \"a\": 1\n}");
    }

    #[test]
    fn a_container_that_loses_everything_is_written_empty() {
        check_removal("{\n \"a\": 1,\n \"b\": 2\n}", &[0, 1], "{}");
        check_removal("[ 1 ]", &[0], "[]");
        check_removal("[ ]", &[], "[ ]");
    }

    proptest! {
        #[test]
        fn what_stays_after_a_removal_is_what_was_not_removed(
            goes in prop::collection::vec(any::<bool>(), 0..8),
        ) {
            let numbers: Vec<_> = (0..goes.len()).collect();
            let json = serde_json::to_string_pretty(&numbers).unwrap();
            let document = Document::read(json.as_bytes()).unwrap();
            let root = document.root();
            let items = root.elements().map(|element| element.span());
            let items: Vec<_> = items.zip(goes.iter().copied()).collect();
            let edits = Edits::new(Edit::remove_items(&root, items));
            let changed: Vec<usize> = serde_json::from_slice(&edits.apply(json.as_bytes())).unwrap();
            let kept = numbers.into_iter().filter(|&number| !goes[number]);
            prop_assert_eq!(changed, kept.collect::<Vec<_>>());
        }
    }
}
