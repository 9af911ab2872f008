//! From the repository into the worktree: puts back what was taken out of a
//! notebook, if that is sure to go out again.

use std::borrow::Cow;
use std::collections::HashMap;
use std::io::{self, Write};
use std::path::Path;

use super::cells::keyed_cells;
use super::files::{RecordFile, note_restored, read_record};
use super::lines::{LineEnds, with_line_feeds};
use super::record::Record;
use super::{Digest, Store};
use crate::json::{Document, Edit, Edits};
use crate::notebook::Notebook;
use crate::strip::{StripOptions, strip, strip_notebook};

/// How many versions of a notebook are searched for a cell, those that were
/// seen last.
const SEARCHED_VERSIONS: usize = 64;

/// What is put back.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Restore {
    /// A file that was in the worktree, as it was.
    Exact,
    /// That, and in other versions of the notebook the cells that are the
    /// same.
    Cell,
}

/// Returns a notebook as it goes into the worktree: with the outputs that the
/// store has of it, or as it is.
///
/// Whatever is returned, [`clean`](super::clean) with the same options makes
/// `bytes` of it, if it makes them of themselves; else they are returned.
pub fn smudge<'b>(
    bytes: &'b [u8],
    path: &[u8],
    options: &StripOptions,
    store: &Store,
    restore: Restore,
) -> Cow<'b, [u8]> {
    let wanted = Wanted {
        bytes,
        path,
        options,
        ends: LineEnds::of(bytes),
        store,
    };
    let restored = wanted.whole().or_else(|| match restore {
        Restore::Exact => None,
        Restore::Cell => wanted.by_cells(),
    });
    restored.map_or(Cow::Borrowed(bytes), Cow::Owned)
}

/// A notebook for which outputs are wanted.
struct Wanted<'w> {
    /// The file as git hands it out.
    bytes: &'w [u8],
    path: &'w [u8],
    options: &'w StripOptions,
    ends: LineEnds,
    store: &'w Store,
}

impl Wanted<'_> {
    /// Returns the file as it was in the worktree: in this one, or else in
    /// another.
    fn whole(&self) -> Option<Vec<u8>> {
        let version = Digest::of(&with_line_feeds(self.bytes));
        let restored = self.filled(&self.store.record_path(self.path, version));
        if restored.is_some() {
            return restored;
        }
        let files = self.store.record_files(self.path);
        let mut others = files
            .iter()
            .filter(|file| file.version == version && !file.is_ours);
        others.find_map(|file| self.filled(&file.path))
    }

    /// Returns the file with what a record of it has.
    fn filled(&self, file: &Path) -> Option<Vec<u8>> {
        let record = read_record(file).filter(|record| record.path == self.path)?;
        let gaps = record.gaps.iter().filter_map(|gap| {
            let text = self.store.text(record.texts.get(gap.text)?)?;
            let start = self.ends.in_file(gap.at);
            let end = self.ends.in_file(gap.at.checked_add(gap.length)?);
            Some(Edit {
                span: start..end.max(start),
                text: Cow::Owned(self.ends.put_into(text)),
            })
        });
        let restored = self.checked(gaps.collect());
        if restored.is_some() {
            note_restored(file);
        }
        restored
    }

    /// Returns the file with these changes, if strip takes exactly them back.
    fn checked(&self, edits: Vec<Edit>) -> Option<Vec<u8>> {
        let restored = Edits::new(edits).apply(self.bytes);
        let stripped = strip(&restored, self.options).ok()?;
        let mut same = Same(self.bytes);
        stripped.edits.write_to(&restored, &mut same).ok()?;
        same.0.is_empty().then_some(restored)
    }

    /// Returns the file with the outputs of those cells that were seen in
    /// other versions; `None` if there are none.
    fn by_cells(&self) -> Option<Vec<u8>> {
        let files = self.store.record_files(self.path);
        let memory = Memory::read(&files, self.path);
        if memory.cells.is_empty() {
            return None;
        }
        let document = Document::read(self.bytes).ok()?;
        let notebook = Notebook::read(&document).ok()?;
        let stripped = strip_notebook(&notebook, self.options).ok()?;
        if !stripped.edits.is_empty() {
            return None;
        }
        let mut cells = Vec::new();
        for (key, cell) in keyed_cells(&notebook, self.options) {
            let Some((record, known)) = memory.cell(key) else {
                continue;
            };
            let mut edits = Vec::new();
            let text = known.outputs.and_then(|index| record.texts.get(index));
            if let (Some(outputs), Some(text)) = (cell.outputs, text) {
                let text = self.store.text(text);
                let text = text.filter(|_| outputs.raw() == b"[]");
                edits.extend(
                    text.and_then(|text| Edit::replace(&outputs, self.ends.put_into(text))),
                );
                if edits.is_empty() {
                    // A count without what was counted.
                    continue;
                }
            }
            if let (Some(count), Ok(known)) = (cell.execution_count, str::from_utf8(&known.count))
                && count.raw() == b"null"
                && !known.is_empty()
            {
                edits.extend(Edit::replace(&count, known.to_owned()));
            }
            cells.push(edits);
        }
        cells.retain(|edits| !edits.is_empty());
        if cells.is_empty() {
            return None;
        }
        self.checked(cells.concat()).or_else(|| {
            // Such as a cell that keeps its outputs now.
            let cells = self.taken_back(cells);
            self.checked(cells.concat())
        })
    }

    /// Returns those of the cells whose changes strip takes back. All are tried
    /// at once: one after the other would be the whole file for each.
    fn taken_back(&self, mut cells: Vec<Vec<Edit>>) -> Vec<Vec<Edit>> {
        let restored = Edits::new(cells.concat()).apply(self.bytes);
        let Ok(stripped) = strip(&restored, self.options) else {
            return Vec::new();
        };
        let taken: Vec<_> = stripped.edits.iter().collect();
        let is_taken_back = |start: usize, edit: &Edit| {
            let end = start + edit.text.len();
            let first = taken.partition_point(|taken| taken.span.start < start);
            let inside = taken.iter().skip(first);
            let inside = inside.take_while(|taken| taken.span.end <= end);
            let inside = inside.map(|taken| Edit {
                span: taken.span.start - start..taken.span.end - start,
                text: taken.text.clone(),
            });
            let stripped = Edits::new(inside.collect()).apply(edit.text.as_bytes());
            self.bytes.get(edit.span.clone()) == Some(stripped.as_slice())
        };
        // Cells are in the order of the file.
        let (mut n_added, mut n_removed) = (0, 0);
        cells.retain_mut(|edits| {
            edits.sort_by_key(|edit| edit.span.start);
            let mut are_taken_back = true;
            for edit in edits {
                let start = edit.span.start + n_added - n_removed;
                n_added += edit.text.len();
                n_removed += edit.span.len();
                are_taken_back &= is_taken_back(start, edit);
            }
            are_taken_back
        });
        cells
    }
}

/// What is known of the cells of a notebook from all its versions.
struct Memory {
    records: Vec<Record>,
    /// For a key, the indices of the record and of the cell in it.
    cells: HashMap<Digest, (usize, usize)>,
}

impl Memory {
    /// Reads what is known; of what is known twice, the earlier file counts.
    fn read(files: &[RecordFile], path: &[u8]) -> Self {
        let files = files.iter().take(SEARCHED_VERSIONS);
        let records = files.filter_map(|file| read_record(&file.path));
        let records: Vec<_> = records.filter(|record| record.path == path).collect();
        let mut cells: HashMap<Digest, (usize, usize)> = HashMap::new();
        for (record_index, record) in records.iter().enumerate() {
            for (cell_index, cell) in record.cells.iter().enumerate() {
                let known = cells.entry(cell.key).or_insert((record_index, cell_index));
                // A cell that showed nothing is no reason to forget what it
                // has shown.
                let (known_record, known_cell) = *known;
                let known_cell = &records[known_record].cells[known_cell];
                if known_cell.outputs.is_none() && cell.outputs.is_some() {
                    *known = (record_index, cell_index);
                }
            }
        }
        Self { records, cells }
    }

    fn cell(&self, key: Digest) -> Option<(&Record, &super::record::KeptCell)> {
        let (record, cell) = *self.cells.get(&key)?;
        let record = self.records.get(record)?;
        Some((record, record.cells.get(cell)?))
    }
}

/// What is still expected to be written. Anything else is an error.
struct Same<'a>(&'a [u8]);

impl Write for Same<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        match self.0.strip_prefix(bytes) {
            Some(rest) => {
                self.0 = rest;
                Ok(bytes.len())
            }
            None => Err(io::ErrorKind::InvalidData.into()),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::clean;
    use proptest::prelude::*;

    /// A code cell: whether it has an id, one of a few sources, and one of a
    /// few outputs, if it has run.
    type AnyCell = (bool, u8, Option<u8>);

    fn any_cells() -> impl Strategy<Value = Vec<AnyCell>> {
        let cell = (any::<bool>(), 0_u8..4, prop::option::of(0_u8..8));
        prop::collection::vec(cell, 0..6)
    }

    fn notebook(cells: &[AnyCell], separator: &str, is_tagged: bool) -> String {
        let cells: Vec<_> = cells
            .iter()
            .enumerate()
            .map(|(index, (has_id, source, output))| {
                let id = if *has_id {
                    format!(r#""id": "{index}", "#)
                } else {
                    String::new()
                };
                let tags = if is_tagged && index == 0 {
                    r#""tags": ["keep_output"]"#
                } else {
                    ""
                };
                let (count, outputs) = match output {
                    None => ("null".to_owned(), String::new()),
                    // Some are long enough for a file of their own.
                    Some(output) => (output.to_string(), {
                        let text = format!("{source}").repeat(usize::from(*output) * 1000);
                        let text = format!(r#""name": "stdout", "text": "{text}""#);
                        format!(r#"{{"output_type": "stream",{separator}{text}}}"#)
                    }),
                };
                format!(
                    r#"{{"cell_type": "code", {id}"metadata": {{{tags}}}, "execution_count": {count},{separator}"outputs": [{outputs}], "source": "{source}"}}"#
                )
            })
            .collect();
        let cells = cells.join(&format!(",{separator}"));
        format!(r#"{{"cells": [{cells}],{separator}"nbformat": 4}}"#)
    }

    fn separators() -> impl Strategy<Value = &'static str> {
        prop_oneof![Just(""), Just("\n  "), Just("\r\n\t"), Just("\r\n \n")]
    }

    fn cleaned(text: &str, store: Option<&mut Store>) -> Vec<u8> {
        let options = StripOptions::default();
        let cleaned = clean(text.as_bytes(), b"a.ipynb", &options, store).unwrap();
        cleaned.kept.unwrap();
        cleaned.bytes.into_owned()
    }

    fn smudged(bytes: &[u8], store: &Store) -> String {
        let options = StripOptions::default();
        let smudged = smudge(bytes, b"a.ipynb", &options, store, Restore::Cell);
        String::from_utf8(smudged.into_owned()).unwrap()
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]

        #[test]
        fn a_file_that_was_cleaned_comes_back(
            cells in any_cells(),
            separator in separators(),
            is_tagged: bool,
        ) {
            let dir = tempfile::tempdir().unwrap();
            let mut store = Store::new(dir.path(), None);
            let file = notebook(&cells, separator, is_tagged);
            let clean = cleaned(&file, Some(&mut store));
            let restored = smudged(&clean, &store);
            // Line ends of two sorts come back as one; nobody keeps them apart.
            if separator.contains('\r') && separator.contains(" \n") {
                let feeds = |text: &str| text.replace("\r\n", "\n");
                prop_assert_eq!(feeds(&restored), feeds(&file));
            } else {
                prop_assert_eq!(restored, file);
            }
        }

        #[test]
        fn what_is_put_back_goes_out_again_and_is_of_the_same_cell(
            seen in prop::collection::vec(any_cells(), 1..4),
            cells in any_cells(),
            separators in (separators(), separators()),
            is_tagged: bool,
        ) {
            let dir = tempfile::tempdir().unwrap();
            let mut store = Store::new(dir.path(), None);
            for cells in &seen {
                cleaned(&notebook(cells, separators.0, false), Some(&mut store));
            }
            let clean = cleaned(&notebook(&cells, separators.1, is_tagged), None);
            let restored = smudged(&clean, &store);
            prop_assert_eq!(cleaned(&restored, None), clean);
            // What was empty and is not now was shown by a cell of this source,
            // and has its digits.
            let document = Document::read(restored.as_bytes()).unwrap();
            let notebook = Notebook::read(&document).unwrap();
            for (cell, (_, source, _)) in notebook.cells.iter().zip(&cells) {
                for output in cell.outputs() {
                    let text = output.value.get("text").unwrap().as_str().unwrap();
                    let digit = char::from(b'0' + source);
                    prop_assert!(text.chars().all(|character| character == digit));
                }
            }
        }
    }

    #[test]
    fn cells_come_back_beside_one_that_keeps_its_outputs_now() {
        let dir = tempfile::tempdir().unwrap();
        let mut store = Store::new(dir.path(), None);
        let seen: Vec<_> = (0..4).map(|source| (true, source, Some(source))).collect();
        cleaned(&notebook(&seen, "", false), Some(&mut store));
        let mut wanted = seen.clone();
        wanted[0].2 = None;
        let tagged: Vec<_> = seen.iter().map(|cell| (cell.0, cell.1, None)).collect();
        let tagged = cleaned(&notebook(&tagged, "", true), None);
        assert_eq!(smudged(&tagged, &store), notebook(&wanted, "", true));
    }

    #[test]
    fn the_last_run_counts_and_looking_at_an_old_version_is_no_run() {
        let dir = tempfile::tempdir().unwrap();
        let mut store = Store::new(dir.path(), None);
        let one = [(true, 1, Some(1)), (true, 2, Some(2))];
        let two = [(true, 1, Some(3)), (true, 3, Some(4))];
        let old = cleaned(&notebook(&one, "", false), Some(&mut store));
        cleaned(&notebook(&two, "", false), Some(&mut store));
        assert_eq!(smudged(&old, &store), notebook(&one, "", false));
        let merged = [(true, 1, None), (true, 0, None), (true, 2, None)];
        let merged = cleaned(&notebook(&merged, "", false), None);
        let expected = [(true, 1, Some(3)), (true, 0, None), (true, 2, None)];
        assert_eq!(smudged(&merged, &store), notebook(&expected, "", false));
    }
}
