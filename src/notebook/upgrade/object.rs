//! Objects taken apart and put together, with their values as they are written.

use std::borrow::Cow;
use std::collections::BTreeMap;

use crate::json::{Member, Style, Value, string};

/// The members of an object by name; of repeated keys the last.
pub(super) type Fields<'a> = BTreeMap<Cow<'a, str>, Member<'a>>;

/// A value as it is written.
type Json<'a> = Cow<'a, [u8]>;

/// An object that is put together: by name, key and value as JSON.
#[derive(Clone, Debug, Default)]
pub(super) struct Object<'a> {
    members: BTreeMap<Cow<'a, str>, (Json<'a>, Json<'a>)>,
}

/// What nbformat 4 wants to be of a certain shape in metadata, so that nothing
/// else may be put under these names.
const RESERVED: &[&str] = &[
    "authors",
    "collapsed",
    "execution",
    "format",
    "jupyter",
    "kernelspec",
    "language_info",
    "name",
    "scrolled",
    "tags",
    "title",
];

/// Returns the members of an object by name.
pub(super) fn fields<'a>(object: &Value<'a>) -> Fields<'a> {
    let named = object.members().map(|member| (name_of(&member), member));
    named.collect()
}

/// Returns a name for the key of a member, different for different keys.
fn name_of<'a>(member: &Member<'a>) -> Cow<'a, str> {
    match member.key.as_str() {
        Some(name) if !name.contains(char::REPLACEMENT_CHARACTER) => name,
        // Several lone surrogates decode to the same.
        _ => String::from_utf8_lossy(member.key.raw()),
    }
}

impl<'a> Object<'a> {
    /// Copies the members of an object.
    pub(super) fn copy_of(object: &Value<'a>) -> Self {
        let mut copy = Self::default();
        for member in object.members() {
            copy.set_like(&member, member.value.raw());
        }
        copy
    }

    /// Sets the value of a key.
    pub(super) fn set(&mut self, name: impl Into<Cow<'a, str>>, value: impl Into<Json<'a>>) {
        let name = name.into();
        let key = string(&name, &Style::JUPYTER).into_bytes();
        self.members.insert(name, (key.into(), value.into()));
    }

    /// Sets the value of a member's key.
    pub(super) fn set_like(&mut self, member: &Member<'a>, value: impl Into<Json<'a>>) {
        let key = member.key.raw().into();
        self.members.insert(name_of(member), (key, value.into()));
    }

    /// Adds what nbformat 4 has no place for, under the member's key or, where
    /// that is taken, one that is longer.
    pub(super) fn add(&mut self, member: &Member<'a>, value: impl Into<Json<'a>>) {
        let mut name = name_of(member);
        let mut key = Cow::Borrowed(member.key.raw());
        while RESERVED.contains(&&*name) || self.members.contains_key(&*name) {
            name.to_mut().push('_');
            let key = key.to_mut();
            key.pop();
            key.extend_from_slice(b"_\"");
        }
        self.members.insert(name, (key, value.into()));
    }

    /// Returns whether there are no members.
    pub(super) fn is_empty(&self) -> bool {
        self.members.is_empty()
    }

    /// Takes a member out.
    pub(super) fn remove(&mut self, name: &str) {
        self.members.remove(name);
    }

    /// Returns the object as JSON.
    pub(super) fn to_json(&self) -> Vec<u8> {
        let members = self.members.values();
        let members = members.map(|(key, value)| [&**key, &**value].join(&b':'));
        let members: Vec<_> = members.collect();
        [b"{", members.join(&b',').as_slice(), b"}"].concat()
    }
}

/// Returns an array of these values as JSON.
pub(super) fn array(values: &[Vec<u8>]) -> Vec<u8> {
    [b"[", values.join(&b',').as_slice(), b"]"].concat()
}
