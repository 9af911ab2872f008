//! Two texts by lines, and changed lines by words.
//!
//! Lines end at `\n`, which is part of them: a missing final line end and
//! `\r\n` in the place of `\n` are changes like any other. No clock is asked:
//! work is bounded by counting, so equal inputs give equal results.

use std::borrow::Cow;
use std::collections::HashMap;
use std::ops::Range;

use similar::{Algorithm, DiffTag, capture_diff_slices};

use super::noise::{Look, look};

/// How many lines both texts may have together to be compared by histogram,
/// which reads best. Longer ones are compared as git does it by default, with
/// a limit of work of its own.
const HISTOGRAM_LINES: usize = 20_000;

/// How far an added or removed block is slid to where it reads best.
const SLIDE: usize = 100;

/// Two texts by lines.
#[derive(Clone, Debug)]
pub struct TextDiff<'a> {
    /// The text as it was.
    pub old: Cow<'a, str>,
    /// The text as it is.
    pub new: Cow<'a, str>,
    /// All lines of both texts in order, by what became of them.
    pub runs: Vec<LineRun>,
}

/// Neighbouring lines with one fate.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct LineRun {
    /// Indices of old lines, from zero.
    pub old: Range<usize>,
    /// Indices of new lines, from zero.
    pub new: Range<usize>,
    /// Whether they are equal. If not, old lines were replaced by new ones;
    /// either may be none.
    pub equal: bool,
    /// Whether as many old lines as new ones differ only in what is noise in
    /// an output: colors, overwritten text, memory addresses.
    pub noise: bool,
}

impl<'a> TextDiff<'a> {
    /// Compares two texts line by line.
    pub fn new(old: impl Into<Cow<'a, str>>, new: impl Into<Cow<'a, str>>) -> Self {
        let (old, new) = (old.into(), new.into());
        let runs = {
            let (old, new) = (lines(&old), lines(&new));
            line_runs(&old, &new, &old, &new)
        };
        Self { old, new, runs }
    }

    /// Compares two texts that a program wrote: lines that look the same are
    /// told from those that do not.
    pub(super) fn of_output(
        old: impl Into<Cow<'a, str>>,
        new: impl Into<Cow<'a, str>>,
        how: Look,
    ) -> Self {
        let (old, new) = (old.into(), new.into());
        let runs = {
            let (old, new) = (lines(&old), lines(&new));
            let (old_looks, new_looks) = (looks(&old, how), looks(&new, how));
            let runs = line_runs(&old_looks, &new_looks, &old, &new);
            split_noise(runs, &old, &new)
        };
        Self { old, new, runs }
    }

    /// Returns the old lines, with their ends.
    pub fn old_lines(&self) -> Vec<&str> {
        lines(&self.old)
    }

    /// Returns the new lines, with their ends.
    pub fn new_lines(&self) -> Vec<&str> {
        lines(&self.new)
    }

    /// Returns whether all lines are equal.
    pub fn is_unchanged(&self) -> bool {
        self.runs.iter().all(|run| run.equal)
    }

    /// Returns whether something changed, and nothing but noise.
    pub fn is_noise(&self) -> bool {
        !self.is_unchanged() && self.runs.iter().all(|run| run.equal || run.noise)
    }

    /// Returns how many lines were added and removed, noise apart.
    pub fn counts(&self) -> LineCounts {
        let changed = self.runs.iter().filter(|run| !run.equal && !run.noise);
        changed.fold(LineCounts::default(), |counts, run| LineCounts {
            added: counts.added + run.new.len(),
            removed: counts.removed + run.old.len(),
        })
    }
}

/// How many lines changed.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub struct LineCounts {
    /// Lines that are only in the new text.
    pub added: usize,
    /// Lines that are only in the old text.
    pub removed: usize,
}

/// Returns the lines of a text with their ends. Only `\n` ends a line.
pub fn lines(text: &str) -> Vec<&str> {
    text.split_inclusive('\n').collect()
}

fn looks<'t>(lines: &[&'t str], how: Look) -> Vec<Cow<'t, str>> {
    lines.iter().map(|line| look(line, how)).collect()
}

/// Compares by keys, one for each line, and puts blocks where they read best
/// by the lines themselves.
fn line_runs<'t, K: AsRef<str>>(
    old_keys: &'t [K],
    new_keys: &'t [K],
    old: &[&str],
    new: &[&str],
) -> Vec<LineRun> {
    // Numbers are compared faster than lines, and hashed only once.
    let mut numbers = HashMap::new();
    let mut number = |keys: &'t [K]| -> Vec<u32> {
        let mut number = |key: &'t K| {
            let next = u32::try_from(numbers.len()).unwrap_or(u32::MAX);
            *numbers.entry(key.as_ref()).or_insert(next)
        };
        keys.iter().map(&mut number).collect()
    };
    let (old_numbers, new_numbers) = (number(old_keys), number(new_keys));
    let mut runs = runs_of_numbers(&old_numbers, &new_numbers);
    slide(&mut runs, &old_numbers, &new_numbers, old, new);
    runs.retain(|run| !run.old.is_empty() || !run.new.is_empty());
    runs
}

/// Returns runs of which each other one is equal, first and last among them;
/// these two can be empty.
pub(super) fn runs_of_numbers(old: &[u32], new: &[u32]) -> Vec<LineRun> {
    let algorithm = if old.len() + new.len() <= HISTOGRAM_LINES {
        Algorithm::Histogram
    } else {
        Algorithm::Myers
    };
    let run = |old, new, equal| LineRun {
        old,
        new,
        equal,
        noise: false,
    };
    let mut runs = vec![run(0..0, 0..0, true)];
    let (mut old_end, mut new_end) = (0, 0);
    let steps = capture_diff_slices(algorithm, old, new).into_iter();
    let equal = steps
        .map(|step| step.as_tag_tuple())
        .filter(|(tag, ..)| *tag == DiffTag::Equal)
        .map(|(_, old, new)| (old, new));
    for (old, new) in equal.chain([(old.len()..old.len(), new.len()..new.len())]) {
        if old.start == old_end && new.start == new_end {
            if let Some(last) = runs.last_mut() {
                last.old.end = old.end;
                last.new.end = new.end;
            }
        } else {
            runs.push(run(old_end..old.start, new_end..new.start, false));
            runs.push(run(old.clone(), new.clone(), true));
        }
        (old_end, new_end) = (old.end, new.end);
    }
    runs
}

/// Slides blocks that were only added or only removed, where equal lines
/// around them leave a choice, to where they read best.
fn slide(
    runs: &mut [LineRun],
    old_numbers: &[u32],
    new_numbers: &[u32],
    old: &[&str],
    new: &[&str],
) {
    for at in 0..runs.len() {
        let run = &runs[at];
        let (range, numbers, lines) = match (run.equal, run.old.is_empty(), run.new.is_empty()) {
            (false, true, false) => (run.new.clone(), new_numbers, new),
            (false, false, true) => (run.old.clone(), old_numbers, old),
            _ => continue,
        };
        // An equal run never becomes empty: its neighbours would have to be
        // joined.
        let room =
            |run: Option<&LineRun>| run.map_or(0, |run| run.old.len().saturating_sub(1).min(SLIDE));
        let room_up = room(at.checked_sub(1).and_then(|before| runs.get(before)));
        let room_down = room(runs.get(at + 1));
        let up = (0..room_up)
            .take_while(|by| numbers[range.start - 1 - by] == numbers[range.end - 1 - by])
            .count();
        let down = (0..room_down)
            .take_while(|by| numbers[range.start + by] == numbers[range.end + by])
            .count();
        let first = range.start - up;
        let best = (first..=range.start + down)
            .max_by_key(|&start| readability(lines, start, start + range.len()))
            .unwrap_or(range.start);
        let move_to = |place: &mut usize| *place = (*place + best).saturating_sub(range.start);
        if best == range.start {
            continue;
        }
        move_to(&mut runs[at].old.start);
        move_to(&mut runs[at].old.end);
        move_to(&mut runs[at].new.start);
        move_to(&mut runs[at].new.end);
        let (old, new) = (runs[at].old.clone(), runs[at].new.clone());
        if let Some(before) = at.checked_sub(1) {
            runs[before].old.end = old.start;
            runs[before].new.end = new.start;
        }
        if let Some(after) = runs.get_mut(at + 1) {
            after.old.start = old.end;
            after.new.start = new.end;
        }
    }
}

/// Returns how well a block of lines reads as one: it begins with text that
/// stands far left, has a blank line or the end of the text at its border, and
/// what follows stands far left, too. Of equals the last is taken.
fn readability(lines: &[&str], start: usize, end: usize) -> (bool, i64, bool, i64) {
    let is_blank = |at: Option<usize>| {
        let line = at.and_then(|at| lines.get(at));
        line.is_none_or(|line| line.trim().is_empty())
    };
    let indent = |at: usize| {
        let line = lines.get(at).copied().unwrap_or_default();
        let blanks = line.len() - line.trim_start_matches([' ', '\t']).len();
        i64::try_from(blanks).unwrap_or(i64::MAX)
    };
    let begins_with_text = !is_blank(Some(start));
    let has_border = is_blank(start.checked_sub(1)) || is_blank(end.checked_sub(1));
    (begins_with_text, -indent(start), has_border, -indent(end))
}

/// Takes lines that only look equal out of the equal runs.
fn split_noise(runs: Vec<LineRun>, old: &[&str], new: &[&str]) -> Vec<LineRun> {
    let mut split: Vec<LineRun> = Vec::with_capacity(runs.len());
    for run in runs {
        if !run.equal {
            split.push(run);
            continue;
        }
        let first = split.len();
        for (old_at, new_at) in run.old.zip(run.new) {
            let equal = old[old_at] == new[new_at];
            match split.get_mut(first..).and_then(<[_]>::last_mut) {
                Some(last) if last.equal == equal => {
                    last.old.end = old_at + 1;
                    last.new.end = new_at + 1;
                }
                _ => split.push(LineRun {
                    old: old_at..old_at + 1,
                    new: new_at..new_at + 1,
                    equal,
                    noise: !equal,
                }),
            }
        }
    }
    split
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::fmt::Write as _;

    /// Writes a diff as people know it.
    fn unified(diff: &TextDiff<'_>) -> String {
        let (old, new) = (diff.old_lines(), diff.new_lines());
        let mut text = String::new();
        let mut add = |sign: char, lines: &[&str]| {
            for line in lines {
                text.push(sign);
                writeln!(text, "{}", line.escape_debug()).unwrap();
            }
        };
        for run in &diff.runs {
            match (run.equal, run.noise) {
                (true, _) => add(' ', &new[run.new.clone()]),
                (false, true) => add('~', &new[run.new.clone()]),
                (false, false) => {
                    add('-', &old[run.old.clone()]);
                    add('+', &new[run.new.clone()]);
                }
            }
        }
        text
    }

    #[track_caller]
    fn check(old: &str, new: &str, expected: &str) {
        assert_eq!(unified(&TextDiff::new(old, new)), expected);
    }

    #[track_caller]
    fn check_output(old: &str, new: &str, expected: &str) {
        assert_eq!(
            unified(&TextDiff::of_output(old, new, Look::Text)),
            expected
        );
    }

    #[test]
    fn line_ends_are_part_of_lines() {
        check("a", "a\n", "-a\n+a\\n\n");
        check("a\r\nb\r\n", "a\nb\r\n", "-a\\r\\n\n+a\\n\n b\\r\\n\n");
        check("a\u{2028}b", "a\u{2028}b", " a\\u{2028}b\n");
        check("", "", "");
        check("", "a", "+a\n");
    }

    #[test]
    fn added_blocks_begin_where_a_reader_would_let_them_begin() {
        check(
            "def a():\n    return\n\ndef c():\n    return\n",
            "def a():\n    return\n\ndef b():\n    return\n\ndef c():\n    return\n",
            " def a():\\n\n     return\\n\n \\n\n+def b():\\n\n+    return\\n\n+\\n\n \
             def c():\\n\n     return\\n\n",
        );
        check(
            "for a in x:\n    if a:\n        f()\n    end\n",
            "for a in x:\n    if a:\n        f()\n    end\n    if b:\n        f()\n    end\n",
            " for a in x:\\n\n     if a:\\n\n         f()\\n\n     end\\n\n+    if b:\\n\n\
             +        f()\\n\n+    end\\n\n",
        );
    }

    #[test]
    fn lines_of_outputs_that_look_the_same_are_told_apart() {
        check_output(
            "1\n<A at 0x7f0011aa22bb>\n2\n",
            "1\n<A at 0x7f99ffee2211>\n3\n",
            " 1\\n\n~<A at 0x7f99ffee2211>\\n\n-2\\n\n+3\\n\n",
        );
        check_output("10%\r99%\n", "50%\r99%\n", "~50%\\r99%\\n\n");
        check_output("\u{1b}[31mE\u{1b}[0m\n", "E\n", "~E\\n\n");
        check_output("0xff\n", "0xfe\n", "-0xff\\n\n+0xfe\\n\n");
    }

    #[test]
    fn counts_leave_noise_out() {
        let diff = TextDiff::of_output("a\nat 0x7f0011aa\n", "b\nc\nat 0x7f0011ab\n", Look::Text);
        let expected = LineCounts {
            added: 2,
            removed: 1,
        };
        assert_eq!(diff.counts(), expected);
        assert!(!diff.is_noise());
        assert!(TextDiff::of_output("at 0x7f0011aa", "at 0x7f0011ab", Look::Text).is_noise());
        assert!(!TextDiff::new("at 0x7f0011aa", "at 0x7f0011ab").is_noise());
    }

    /// Inputs that take other algorithms minutes: nothing in common, all the
    /// same, everything reversed, few lines repeated many times.
    #[test]
    fn hostile_texts_take_no_time() {
        let join = |lines: &mut dyn Iterator<Item = usize>| {
            lines.fold(String::new(), |text, line| text + &line.to_string() + "\n")
        };
        let count = 30_000;
        let old = join(&mut (0..count));
        for new in [
            join(&mut (count..2 * count)),
            join(&mut (0..count).rev()),
            join(&mut (0..count).map(|n| n * 7919 % count)),
            join(&mut (0..count).map(|n| n * n % 97)),
            "1\n".repeat(count),
        ] {
            for (old, new) in [(&old, &new), (&new, &old)] {
                TextDiff::new(old.as_str(), new.as_str());
            }
        }
        let few = |factor: usize| join(&mut (0..count).map(|n| n * n % factor % 5));
        TextDiff::new(few(1009), few(1013));
    }

    fn text() -> impl Strategy<Value = String> {
        let line = prop::sample::select(vec![
            "a\n",
            "b\n",
            "\n",
            "  c\n",
            "\tc\n",
            "c\r\n",
            "0x7f001122\n",
            "0x7f001133\n",
            "\u{1b}[1mb\n",
            "x\ry\n",
            "y",
        ]);
        prop::collection::vec(line, 0..20).prop_map(|lines| lines.concat())
    }

    proptest! {
        /// Runs go through both texts without gaps and make the one of the
        /// other.
        #[test]
        fn runs_tell_all_lines(old in text(), new in text(), output: bool) {
            let diff = if output {
                TextDiff::of_output(old.as_str(), new.as_str(), Look::Text)
            } else {
                TextDiff::new(old.as_str(), new.as_str())
            };
            let (old_lines, new_lines) = (diff.old_lines(), diff.new_lines());
            let (mut at, mut to) = (0, 0);
            for run in &diff.runs {
                prop_assert_eq!((run.old.start, run.new.start), (at, to));
                prop_assert!(run.old.end > at || run.new.end > to);
                (at, to) = (run.old.end, run.new.end);
                let same = old_lines[run.old.clone()] == new_lines[run.new.clone()];
                prop_assert_eq!(run.equal, same);
                prop_assert!(!run.noise || run.old.len() == run.new.len());
            }
            prop_assert_eq!((at, to), (old_lines.len(), new_lines.len()));
            prop_assert_eq!(diff.is_unchanged(), old == new);
        }

        /// Nothing anybody prints stops a terminal.
        #[test]
        fn any_line_has_a_look(line in "[\\x1b\\[\\]K2mäx0f\\-\\r\\x08\n\\PC]*") {
            look(&line, Look::Html);
            super::super::terminal_text(&line);
        }
    }
}
