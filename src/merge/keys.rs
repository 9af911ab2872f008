//! Merges JSON objects key by key: metadata, attachments, and what a cell or
//! a notebook holds beside them.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};

use super::{Side, Versions};
pub(super) use crate::diff::Fields;
use crate::diff::{equal_options, exact_text, is_noise};
use crate::json::{Edit, Item, KeyOrder, Kind, Style, Value, format_at, splice, string};
use crate::notebook::Scope;

/// How deep objects are looked into. What lies deeper is one value.
const DEPTH: usize = 16;

/// Returns the members of an object; none if there is none.
pub(super) fn fields<'a>(object: Option<&Value<'a>>) -> Fields<'a> {
    object.map(crate::diff::fields).unwrap_or_default()
}

/// A key that not both sides have alike, and what becomes of it.
#[derive(Clone, Debug)]
pub(super) struct KeyMerge<'a> {
    /// The key, behind those of the objects it lies in.
    pub(super) path: Vec<String>,
    /// What it has in each version.
    pub(super) values: Versions<Option<Value<'a>>>,
    pub(super) take: Take,
}

/// What becomes of a key.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(super) enum Take {
    /// It is as this side has it: the other changed nothing.
    Of(Side),
    /// It is as this side has it, though both changed it: neither by a person.
    Quietly(Side),
    /// It is as this side has it, though both changed it, which people may
    /// want to know.
    Noted(Side),
    /// It is a set of words that both sides changed.
    Words(Vec<String>),
    /// People have to decide. Until then it is as this side has it.
    Conflict(Side),
}

/// What the keys are of.
#[derive(Clone, Copy, Debug)]
pub(super) struct Context {
    /// Whose metadata it is; `None` if it is no metadata.
    pub(super) scope: Option<Scope>,
    /// Which side has the say where nobody else has.
    pub(super) first: Side,
    /// Whose outputs stay in the cell: what tools wrote when they made them
    /// comes from there.
    pub(super) run: Side,
}

/// Merges objects; returns the keys that not both sides have alike.
pub(super) fn merge_keys<'a>(
    objects: &Versions<Fields<'a>>,
    context: Context,
) -> Vec<KeyMerge<'a>> {
    let mut merged = Vec::new();
    descend(&[], objects, context, &mut merged);
    merged
}

fn descend<'a>(
    path: &[String],
    objects: &Versions<Fields<'a>>,
    context: Context,
    merged: &mut Vec<KeyMerge<'a>>,
) {
    let keys: BTreeSet<_> = objects.ours.keys().chain(objects.theirs.keys()).collect();
    for key in keys {
        let values = Versions {
            base: objects.base.get(key).copied(),
            ours: objects.ours.get(key).copied(),
            theirs: objects.theirs.get(key).copied(),
        };
        if let (Some(ours), Some(theirs)) = (values.ours, values.theirs)
            && ours.raw() == theirs.raw()
        {
            continue;
        }
        let mut path = path.to_vec();
        path.push(key.clone().into_owned());
        if let Some(objects) = objects_in(&values)
            && path.len() < DEPTH
            && !is_one_value(&path, context)
        {
            descend(&path, &objects, context, merged);
            continue;
        }
        if let Some(take) = take(&path, &values, context) {
            merged.push(KeyMerge { path, values, take });
        }
    }
}

/// Returns the members, if both sides have an object there and the base has
/// nothing else.
fn objects_in<'a>(values: &Versions<Option<Value<'a>>>) -> Option<Versions<Fields<'a>>> {
    let is_object = |value: &Option<Value<'_>>| value.is_some_and(|it| it.kind() == Kind::Object);
    let base = values.base.is_none() || is_object(&values.base);
    (base && is_object(&values.ours) && is_object(&values.theirs))
        .then(|| values.map(|value| fields(value.as_ref())))
}

/// Whether what lies in an object makes no sense apart.
fn is_one_value(path: &[String], context: Context) -> bool {
    context.scope == Some(Scope::Notebook) && path == ["kernelspec"]
}

/// Returns what becomes of a key; `None` if both sides have it alike.
fn take(path: &[String], values: &Versions<Option<Value<'_>>>, context: Context) -> Option<Take> {
    let Versions { base, ours, theirs } = values.map(|value| value);
    let equal = |one: &Option<Value<'_>>, two: &Option<Value<'_>>| {
        equal_options(one.as_ref(), two.as_ref())
    };
    if equal(&ours, &theirs) {
        return None;
    }
    if equal(&ours, &base) {
        return Some(Take::Of(Side::Theirs));
    }
    if equal(&theirs, &base) {
        return Some(Take::Of(Side::Ours));
    }
    Some(match (context.scope, path.first().map(String::as_str)) {
        (Some(Scope::Notebook), Some("kernelspec")) if path.len() == 1 => {
            if differ_in_language(ours, theirs) {
                Take::Conflict(context.first)
            } else {
                Take::Noted(context.first)
            }
        }
        (Some(Scope::Notebook), Some("language_info")) if path.len() > 1 => {
            match path.get(1).map(String::as_str) {
                Some("name") => Take::Conflict(context.first),
                Some("version") => Take::Quietly(higher(ours, theirs, context.first)),
                _ => Take::Quietly(context.first),
            }
        }
        (Some(scope), _) if is_noise_on_both(path, [ours, theirs], scope) => match scope {
            Scope::Cell => Take::Quietly(context.run),
            Scope::Notebook => Take::Quietly(context.first),
        },
        (Some(Scope::Cell), Some("tags")) if path.len() == 1 => {
            match words_of_both(base, ours, theirs, context.first) {
                Some(words) => Take::Words(words),
                None => Take::Conflict(context.first),
            }
        }
        (_, _) => Take::Conflict(context.first),
    })
}

fn is_noise_on_both(path: &[String], values: [Option<Value<'_>>; 2], scope: Scope) -> bool {
    let path = path.join(".");
    values
        .iter()
        .flatten()
        .all(|value| is_noise(&path, value, scope))
}

/// Whether two kernels are of different languages, as far as they say so.
fn differ_in_language(ours: Option<Value<'_>>, theirs: Option<Value<'_>>) -> bool {
    let language = |kernel: Option<Value<'_>>| {
        let language = kernel?.get("language")?.as_str()?.to_lowercase();
        Some(language)
    };
    match (language(ours), language(theirs)) {
        (Some(ours), Some(theirs)) => ours != theirs,
        (_, _) => false,
    }
}

/// Returns the side with the higher version number.
fn higher(ours: Option<Value<'_>>, theirs: Option<Value<'_>>, first: Side) -> Side {
    let version = |value: Option<Value<'_>>| -> Vec<u64> {
        let text = value.and_then(|value| value.as_str().map(Cow::into_owned));
        let text = text.unwrap_or_default();
        text.split('.')
            .map(|part| {
                let digits: String = part.chars().take_while(char::is_ascii_digit).collect();
                digits.parse().unwrap_or(0)
            })
            .collect()
    };
    match version(ours).cmp(&version(theirs)) {
        std::cmp::Ordering::Greater => Side::Ours,
        std::cmp::Ordering::Less => Side::Theirs,
        std::cmp::Ordering::Equal => first,
    }
}

/// Merges lists of words as sets, in the order of the first side; `None` if
/// one is something else.
fn words_of_both(
    base: Option<Value<'_>>,
    ours: Option<Value<'_>>,
    theirs: Option<Value<'_>>,
    first: Side,
) -> Option<Vec<String>> {
    let words = |value: Option<Value<'_>>| -> Option<Vec<String>> {
        let Some(value) = value else {
            return Some(Vec::new());
        };
        let words = value
            .elements()
            .map(|word| word.as_str().map(Cow::into_owned));
        let words: Option<Vec<String>> = words.collect();
        words.filter(|_| value.kind() == Kind::Array)
    };
    let (base, ours, theirs) = (words(base)?, words(ours)?, words(theirs)?);
    let (one, two) = match first {
        Side::Ours => (&ours, &theirs),
        Side::Theirs => (&theirs, &ours),
    };
    let is_gone =
        |word: &String| base.contains(word) && (!ours.contains(word) || !theirs.contains(word));
    let mut merged: Vec<String> = Vec::new();
    for word in one.iter().chain(two) {
        if !is_gone(word) && !merged.contains(word) {
            merged.push(word.clone());
        }
    }
    Some(merged)
}

/// What is to be written at a key.
#[derive(Clone, Debug)]
pub(super) enum NewValue<'a> {
    /// A value of a version.
    Value(Value<'a>),
    /// JSON text on one line.
    Text(String),
    /// A list of strings.
    Words(Vec<String>),
    /// Nothing: the key goes.
    Nothing,
}

/// A key and what is to be written there.
#[derive(Clone, Debug)]
pub(super) struct KeyEdit<'a> {
    pub(super) path: Vec<String>,
    pub(super) value: NewValue<'a>,
}

impl<'a> KeyMerge<'a> {
    /// Returns what has to change in what `carrier` has, if anything.
    pub(super) fn edit_on(&self, carrier: Side) -> Option<KeyEdit<'a>> {
        let value = match &self.take {
            Take::Words(words) => NewValue::Words(words.clone()),
            Take::Of(side) | Take::Quietly(side) | Take::Noted(side) | Take::Conflict(side) => {
                if *side == carrier {
                    return None;
                }
                match self.values.side(*side) {
                    Some(value) => NewValue::Value(*value),
                    None => NewValue::Nothing,
                }
            }
        };
        Some(KeyEdit {
            path: self.path.clone(),
            value,
        })
    }
}

/// Returns the edits that set keys in `object`, which stands in `depth` arrays
/// and objects. The objects that keys lie in must be there.
///
/// Of repeated keys the last is set, and all go.
pub(super) fn edit_keys(object: &Value<'_>, keys: &[KeyEdit<'_>], depth: usize) -> Vec<Edit> {
    let keys: Vec<_> = keys
        .iter()
        .map(|key| (key.path.as_slice(), &key.value))
        .collect();
    let mut edits = Vec::new();
    edit_paths(object, &keys, depth, &mut edits);
    edits
}

fn edit_paths(
    object: &Value<'_>,
    keys: &[(&[String], &NewValue<'_>)],
    depth: usize,
    edits: &mut Vec<Edit>,
) {
    let style = object.document().style();
    let mut here: BTreeMap<&str, &NewValue<'_>> = BTreeMap::new();
    let mut below: BTreeMap<&str, Vec<(&[String], &NewValue<'_>)>> = BTreeMap::new();
    for (path, value) in keys {
        match path {
            [] => {}
            [key] => {
                here.insert(key, value);
            }
            [key, rest @ ..] => below.entry(key).or_default().push((rest, value)),
        }
    }
    let names: Vec<_> = object
        .members()
        .map(|member| exact_text(&member.key))
        .collect();
    let last_of: BTreeMap<&str, usize> = names
        .iter()
        .enumerate()
        .map(|(at, name)| (&**name, at))
        .collect();
    let mut items: Vec<(Cow<'_, str>, Item)> = Vec::new();
    let mut changes_items = false;
    for (at, (member, name)) in object.members().zip(&names).enumerate() {
        let counts = last_of.get(&**name) == Some(&at);
        if counts && let Some(keys) = below.get(&**name) {
            edit_paths(&member.value, keys, depth + 1, edits);
        }
        match here.get(&**name) {
            Some(NewValue::Nothing) => {
                changes_items = true;
                continue;
            }
            Some(value) if counts => {
                let text = written(value, &style, depth + 1);
                edits.extend(Edit::replace(&member.value, text));
            }
            Some(_) | None => {}
        }
        items.push((name.clone(), Item::Kept(member.span())));
    }
    for (key, value) in here {
        if last_of.contains_key(key) || matches!(value, NewValue::Nothing) {
            continue;
        }
        changes_items = true;
        let item = Item::New(member_text(key, value, &style, depth + 1));
        items.push((Cow::Owned(key.to_owned()), item));
    }
    if changes_items {
        // Jupyter sorts keys; who does not gets new ones at the end.
        if names.is_sorted() {
            items.sort_by(|(one, _), (other, _)| one.cmp(other));
        }
        let items: Vec<Item> = items.into_iter().map(|(_, item)| item).collect();
        edits.extend(splice(object, &items, depth));
    }
}

/// Returns `"key": value` for a place in `depth` arrays and objects.
pub(super) fn member_text(key: &str, value: &NewValue<'_>, style: &Style, depth: usize) -> String {
    let blank = if style.space_after_colon { " " } else { "" };
    format!(
        "{}:{blank}{}",
        string(key, style),
        written(value, style, depth)
    )
}

/// Returns a value as it is written in a file of this style, in `depth` arrays
/// and objects.
pub(super) fn written(value: &NewValue<'_>, style: &Style, depth: usize) -> String {
    match value {
        NewValue::Value(value) => value_text(value, style, depth),
        NewValue::Text(text) => text.clone(),
        NewValue::Words(words) => {
            let words = words.iter().map(|word| string(word, style));
            list(&words.collect::<Vec<_>>(), style, depth)
        }
        NewValue::Nothing => "null".to_owned(),
    }
}

/// Returns a value of any file as it is written in a file of this style: as it
/// stands if its own file is of the same style.
pub(super) fn value_text(value: &Value<'_>, style: &Style, depth: usize) -> String {
    let is_flat = !matches!(value.kind(), Kind::Array | Kind::Object);
    let own = value.document().style();
    let same = Style {
        final_newline: style.final_newline,
        ..own
    } == *style;
    if same || (is_flat && own.escapes == style.escapes) {
        String::from_utf8_lossy(value.raw()).into_owned()
    } else {
        format_at(value, style, KeyOrder::Kept, depth)
    }
}

/// Returns an array of items that are written already.
pub(super) fn list(items: &[String], style: &Style, depth: usize) -> String {
    surrounded('[', items, ']', style, depth)
}

/// Returns an object of members that are written already.
pub(super) fn object(members: &[String], style: &Style, depth: usize) -> String {
    surrounded('{', members, '}', style, depth)
}

fn surrounded(open: char, items: &[String], close: char, style: &Style, depth: usize) -> String {
    if items.is_empty() {
        return format!("{open}{close}");
    }
    let line = style.line_break(depth + 1);
    let between = if line.is_empty() && style.space_after_comma {
        ", ".to_owned()
    } else {
        format!(",{line}")
    };
    let end = style.line_break(depth);
    format!("{open}{line}{}{end}{close}", items.join(&between))
}
