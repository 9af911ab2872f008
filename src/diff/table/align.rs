//! Which column and which row of one table became which of another.

use std::collections::{BTreeMap, HashMap};
use std::hash::Hash;
use std::ops::Range;

use crate::diff::meaning::TableLine;
use crate::diff::outputs::{Pair, in_order, likeliest_pairs};
use crate::diff::text::runs_of_numbers;
use crate::media::table::Table;

/// How many pairs of rows are looked at between rows that stayed. Beyond, they
/// are taken in order.
const PAIRS: usize = 4_000;

/// Returns a column or a row by its indices and names on both sides.
pub(super) fn line(
    old: Option<usize>,
    new: Option<usize>,
    old_name: Option<&str>,
    new_name: Option<&str>,
) -> TableLine {
    let renamed = old_name.filter(|old| new_name.is_some_and(|new| new != *old));
    TableLine {
        name: new_name.or(old_name).unwrap_or_default().to_owned(),
        old,
        new,
        old_name: renamed.map(str::to_owned),
    }
}

/// Returns the columns of both tables: in the order of the new one, those that
/// are gone behind what they stood behind.
pub(super) fn align_columns(old: &Table, new: &Table) -> Vec<TableLine> {
    let (old_names, new_names) = (column_names(old), column_names(new));
    // Of several columns with one name, the first became the first.
    let numbered = |names: &[String]| -> Vec<(String, usize)> {
        let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
        let key = |name: &'_ String| (name.clone(), 0);
        let mut keys: Vec<_> = names.iter().map(key).collect();
        for (name, (_, nth)) in names.iter().zip(&mut keys) {
            let count = counts.entry(name).or_default();
            *nth = *count;
            *count += 1;
        }
        keys
    };
    let (old_keys, new_keys) = (numbered(&old_names), numbered(&new_names));
    let old_at: BTreeMap<_, _> = old_keys.iter().zip(0..).collect();
    let mut of_new: Vec<Option<usize>> = new_keys
        .iter()
        .map(|key| old_at.get(key).copied())
        .collect();
    let mut is_taken = vec![false; old_names.len()];
    for &at in of_new.iter().flatten() {
        is_taken[at] = true;
    }
    // A column with another name and the same content, at the same place, was
    // renamed.
    for at in 0..of_new.len().min(is_taken.len()) {
        if of_new[at].is_none() && !is_taken[at] && have_same_content(old, new, at) {
            of_new[at] = Some(at);
            is_taken[at] = true;
        }
    }
    let gone = |range: Range<usize>| {
        let free = range.take_while(|&at| !is_taken[at]);
        free.map(|at| line(Some(at), None, Some(&old_names[at]), None))
    };
    let mut columns: Vec<_> = gone(0..old_names.len()).collect();
    for (at, from) in of_new.iter().enumerate() {
        let old_name = from.map(|from| old_names[from].as_str());
        columns.push(line(*from, Some(at), old_name, Some(&new_names[at])));
        if let Some(from) = from {
            columns.extend(gone(from + 1..old_names.len()));
        }
    }
    columns
}

/// Returns what heads say of the columns that are no names of rows.
fn column_names(table: &Table) -> Vec<String> {
    let rows = table.head.iter().chain(&table.body);
    let n_columns = rows.map(Vec::len).max().unwrap_or(0);
    let name = |at: usize| {
        let levels = table.head.iter().filter_map(|row| row.get(at));
        let levels = levels.map(String::as_str).filter(|text| !text.is_empty());
        levels.collect::<Vec<_>>().join(" / ")
    };
    (table.row_names..n_columns).map(name).collect()
}

/// Returns what rows are called.
pub(super) fn row_names(table: &Table) -> Vec<String> {
    let name = |row: &Vec<String>| {
        let names = row.get(..table.row_names).unwrap_or_default();
        let names: Vec<_> = names.iter().map(String::as_str).collect();
        names.join(" / ")
    };
    table.body.iter().map(name).collect()
}

/// Returns whether a column says the same in both tables, in at least one row.
fn have_same_content(old: &Table, new: &Table, column: usize) -> bool {
    let texts = |table: &Table| -> Vec<String> {
        let cell = |row: &Vec<String>| row.get(column + table.row_names).cloned();
        table.body.iter().filter_map(cell).collect()
    };
    !old.body.is_empty() && texts(old) == texts(new)
}

/// Returns whether rows are called by their numbers, which say nothing of what
/// they hold: one after the other, but for what is left out.
fn are_numbered(names: &[String]) -> bool {
    let mut expected = None;
    for name in names {
        let number = match name.parse::<u64>() {
            Ok(number) => number,
            Err(_) if matches!(name.as_str(), "..." | "…" | "⋮") => {
                expected = None;
                continue;
            }
            Err(_) => return name.is_empty(),
        };
        if expected.is_some_and(|expected| expected != number) {
            return false;
        }
        expected = number.checked_add(1);
    }
    true
}

/// What rows are called by.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum RowNames {
    /// By names, which say which row it is.
    Telling,
    /// By their numbers, counted from elsewhere than before.
    Renumbered,
    /// By their places, which say nothing that is not seen.
    Places,
}

impl RowNames {
    /// Looks at what the rows of two tables are called.
    pub(super) fn of(old: &[String], new: &[String]) -> Self {
        if !are_numbered(old) || !are_numbered(new) {
            return Self::Telling;
        }
        let first = |names: &[String]| names.first().and_then(|name| name.parse::<u64>().ok());
        match (first(old), first(new)) {
            // Years and other numbers that somebody chose do not begin there.
            (Some(old), Some(new)) if old > 1 && new > 1 => Self::Telling,
            (Some(old), Some(new)) if old != new => Self::Renumbered,
            _ => Self::Places,
        }
    }
}

/// Returns which old row became which new one, none of them crossing: by their
/// names, if these tell, or else by what they hold in
/// the columns that both tables have.
pub(super) fn align_rows(old: &Table, new: &Table, common: &[(usize, usize)]) -> Vec<Pair> {
    let (old_names, new_names) = (row_names(old), row_names(new));
    let by_name = RowNames::of(&old_names, &new_names) == RowNames::Telling;
    let is_equal = |from: usize, to: usize, (old_at, new_at): &(usize, usize)| {
        old.body[from].get(*old_at) == new.body[to].get(*new_at)
    };
    let n_equal = |from: usize, to: usize| {
        let equal = common.iter().filter(|columns| is_equal(from, to, columns));
        u64::try_from(equal.count()).unwrap_or(0)
    };
    let (old_numbers, new_numbers) = if by_name {
        numbers(&old_names, &new_names)
    } else {
        let texts = |table: &Table, side: fn(&(usize, usize)) -> usize| -> Vec<Vec<String>> {
            let columns = || common.iter().map(side);
            let text = |row: &Vec<String>| {
                columns()
                    .map(|at| row.get(at).cloned().unwrap_or_default())
                    .collect()
            };
            table.body.iter().map(text).collect()
        };
        numbers(&texts(old, |pair| pair.0), &texts(new, |pair| pair.1))
    };
    let mut pairs = Vec::new();
    for run in runs_of_numbers(&old_numbers, &new_numbers) {
        let n_pairs = run.old.len().saturating_mul(run.new.len());
        if run.equal || n_pairs == 0 || n_pairs > PAIRS {
            pairs.extend(in_order(run.old, run.new));
        } else if by_name {
            let half = u64::try_from(common.len() / 2).unwrap_or(0);
            pairs.extend(likeliest_pairs(
                run.old,
                run.new,
                |from, to| match n_equal(from, to) {
                    equal if equal > half => equal,
                    _ => 0,
                },
            ));
        } else if run.old.len() == run.new.len() {
            pairs.extend(in_order(run.old, run.new));
        } else {
            let likeness = |from, to| 1 + 10 * n_equal(from, to);
            pairs.extend(likeliest_pairs(run.old, run.new, likeness));
        }
    }
    pairs
}

/// Returns a number for each thing: equal ones for equal things.
fn numbers<K: Eq + Hash>(old: &[K], new: &[K]) -> (Vec<u32>, Vec<u32>) {
    let mut seen: HashMap<&K, u32> = HashMap::new();
    let mut numbers = Vec::with_capacity(old.len() + new.len());
    for thing in old.iter().chain(new) {
        let next = u32::try_from(seen.len()).unwrap_or(u32::MAX);
        numbers.push(*seen.entry(thing).or_insert(next));
    }
    let new_numbers = numbers.split_off(old.len());
    (numbers, new_numbers)
}
