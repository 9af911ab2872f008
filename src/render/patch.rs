//! Edits as a unified diff, as `git diff` shows changed files.

use std::io::{self, Write};
use std::ops::Range;

use super::hunks::hunk_range;
use crate::json::Edits;

/// How many unchanged lines are shown around a change.
const CONTEXT: usize = 3;

/// Writes `edits` of `source` as a unified diff between `a/name` and `b/name`.
/// Nothing is written if there are none.
///
/// The edits say which lines differ, so none are compared: the time is linear
/// in the size of the file.
pub fn patch(name: &str, source: &[u8], edits: &Edits, out: &mut impl Write) -> io::Result<()> {
    let lines = Lines::new(source);
    let changes = changed_lines(source, edits, &lines);
    if changes.is_empty() {
        return Ok(());
    }
    let name = name.trim_start_matches('/');
    writeln!(out, "--- a/{name}\n+++ b/{name}")?;
    let mut added_before = 0_isize;
    let mut rest = changes.as_slice();
    while !rest.is_empty() {
        // Changes whose contexts touch share a hunk.
        let in_hunk = 1 + rest
            .windows(2)
            .take_while(|pair| pair[1].old.start <= pair[0].old.end + 2 * CONTEXT)
            .count();
        let (hunk, after) = rest.split_at(in_hunk);
        added_before = write_hunk(&lines, hunk, added_before, out)?;
        rest = after;
    }
    Ok(())
}

/// A file by lines.
#[derive(Debug)]
struct Lines<'a> {
    source: &'a [u8],
    /// Where each line starts, and the end of the file.
    starts: Vec<usize>,
}

impl<'a> Lines<'a> {
    fn new(source: &'a [u8]) -> Self {
        let mut starts = vec![0];
        starts.extend(memchr::memchr_iter(b'\n', source).map(|at| at + 1));
        if starts.last() != Some(&source.len()) {
            starts.push(source.len());
        }
        Self { source, starts }
    }

    fn count(&self) -> usize {
        self.starts.len() - 1
    }

    /// Returns the index of the line that the byte at `offset` is in.
    fn at(&self, offset: usize) -> usize {
        let behind = self.starts.partition_point(|&start| start <= offset);
        behind.saturating_sub(1).min(self.count().saturating_sub(1))
    }

    fn get(&self, index: usize) -> &'a [u8] {
        &self.source[self.starts[index]..self.starts[index + 1]]
    }
}

/// Lines that differ: which they were, and what they are.
#[derive(Debug)]
struct Change {
    old: Range<usize>,
    new: Vec<u8>,
}

fn changed_lines(source: &[u8], edits: &Edits, lines: &Lines<'_>) -> Vec<Change> {
    let mut changes: Vec<Change> = Vec::new();
    let mut copied = 0;
    for edit in edits {
        let first = lines.at(edit.span.start);
        let last = lines.at(edit.span.end.saturating_sub(1).max(edit.span.start));
        match changes.last_mut() {
            Some(change) if first <= change.old.end => {
                change
                    .new
                    .extend_from_slice(&source[copied..edit.span.start]);
                change.old.end = change.old.end.max(last + 1);
            }
            previous => {
                if let Some(change) = previous {
                    finish(change, source, copied, lines);
                }
                changes.push(Change {
                    old: first..last + 1,
                    new: source[lines.starts[first]..edit.span.start].to_vec(),
                });
            }
        }
        if let Some(change) = changes.last_mut() {
            change.new.extend_from_slice(edit.text.as_bytes());
        }
        copied = edit.span.end;
    }
    if let Some(change) = changes.last_mut() {
        finish(change, source, copied, lines);
    }
    changes
}

/// Adds the end of the last line that a change touches, and leaves out lines
/// at both ends that came out as they were.
fn finish(change: &mut Change, source: &[u8], copied: usize, lines: &Lines<'_>) {
    let end = lines.starts.get(change.old.end).copied();
    let end = end.unwrap_or(source.len());
    change
        .new
        .extend_from_slice(source.get(copied..end).unwrap_or_default());
    while !change.old.is_empty() && change.new.ends_with(lines.get(change.old.end - 1)) {
        let rest = change.new.len() - lines.get(change.old.end - 1).len();
        if rest > 0 && change.new[rest - 1] != b'\n' {
            break;
        }
        change.new.truncate(rest);
        change.old.end -= 1;
    }
    while !change.old.is_empty() && change.new.starts_with(lines.get(change.old.start)) {
        change.new.drain(..lines.get(change.old.start).len());
        change.old.start += 1;
    }
}

/// Writes changes as one hunk. `added_before` is by how many lines the new
/// file is longer up to here; the same for behind the hunk is returned.
fn write_hunk(
    lines: &Lines<'_>,
    changes: &[Change],
    added_before: isize,
    out: &mut impl Write,
) -> io::Result<isize> {
    let (Some(first), Some(last)) = (changes.first(), changes.last()) else {
        return Ok(added_before);
    };
    let start = first.old.start.saturating_sub(CONTEXT);
    let end = (last.old.end + CONTEXT).min(lines.count());
    let added: isize = changes
        .iter()
        .map(|change| new_lines(&change.new).count().cast_signed() - change.old.len().cast_signed())
        .sum();
    let old_count = end - start;
    let new_start = start.saturating_add_signed(added_before);
    let new_count = old_count.saturating_add_signed(added);
    writeln!(
        out,
        "@@ -{} +{} @@",
        hunk_range(start, old_count),
        hunk_range(new_start, new_count)
    )?;
    let mut at = start;
    for change in changes {
        for index in at..change.old.start {
            write_line(b' ', lines.get(index), out)?;
        }
        for index in change.old.clone() {
            write_line(b'-', lines.get(index), out)?;
        }
        for line in new_lines(&change.new) {
            write_line(b'+', line, out)?;
        }
        at = change.old.end;
    }
    for index in at..end {
        write_line(b' ', lines.get(index), out)?;
    }
    Ok(added_before + added)
}

fn new_lines(text: &[u8]) -> impl Iterator<Item = &[u8]> {
    text.split_inclusive(|&byte| byte == b'\n')
}

fn write_line(sign: u8, line: &[u8], out: &mut impl Write) -> io::Result<()> {
    out.write_all(&[sign])?;
    out.write_all(line)?;
    if line.last() != Some(&b'\n') {
        out.write_all(b"\n\\ No newline at end of file\n")?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::patch;
    use crate::json::{Edit, Edits};

    #[track_caller]
    fn check(source: &str, edits: &[(std::ops::Range<usize>, &'static str)], expected: &str) {
        let edits = edits.iter().map(|(span, text)| Edit {
            span: span.clone(),
            text: (*text).into(),
        });
        let mut out = Vec::new();
        patch(
            "x",
            source.as_bytes(),
            &Edits::new(edits.collect()),
            &mut out,
        )
        .unwrap();
        assert_eq!(String::from_utf8(out).unwrap(), expected);
    }

    #[test]
    fn no_edits_no_text() {
        check("a\n", &[], "");
    }

    #[test]
    fn a_change_inside_a_line_shows_the_line() {
        check(
            "abc\ndef\n",
            &[(1..2, "X"), (2..3, "")],
            "--- a/x\n+++ b/x\n@@ -1,2 +1,2 @@\n-abc\n+aX\n def\n",
        );
    }

    #[test]
    fn removed_lines_and_a_missing_final_newline() {
        check(
            "a\nb\nc",
            &[(2..4, ""), (4..5, "C")],
            "--- a/x\n+++ b/x\n@@ -1,3 +1,2 @@\n a\n-b\n-c\n\\ No newline at end of file\n\
             +C\n\\ No newline at end of file\n",
        );
    }

    #[test]
    fn lines_that_an_edit_leaves_as_they_are_are_context() {
        check(
            "a\n  b,\n  c\nd\n",
            &[(4..9, "")],
            "--- a/x\n+++ b/x\n@@ -1,4 +1,3 @@\n a\n-  b,\n   c\n d\n",
        );
    }

    #[test]
    fn changes_far_apart_are_hunks_of_their_own() {
        check(
            "1\n2\n3\n4\n5\n6\n7\n8\n9\n",
            &[(0..2, ""), (16..17, "X\nY")],
            "--- a/x\n+++ b/x\n@@ -1,4 +1,3 @@\n-1\n 2\n 3\n 4\n@@ -6,4 +5,5 @@\n 6\n 7\n 8\n-9\n\
             +X\n+Y\n",
        );
    }
}
