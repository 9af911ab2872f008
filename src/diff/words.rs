//! Which words changed in lines that were replaced by similar ones.

use std::collections::HashMap;
use std::ops::Range;

use similar::{Algorithm, DiffTag, capture_diff_slices};

/// How much work finding similar lines may be, in words looked at. Beyond,
/// lines are taken in order if there are as many on both sides.
const WORK: usize = 1_000_000;

/// How many words a line may have to be compared by words. Of longer lines it
/// is known where they begin to differ, and where that ends.
const WORDS: usize = 2_000;

/// How much two lines have in common at the least, of a thousand.
const LEAST: usize = 400;

/// An old line and the similar line that replaced it.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct LinePair {
    /// Index of the old line among those given, from zero.
    pub old: usize,
    /// Index of the new line among those given, from zero.
    pub new: usize,
    /// The bytes of the old line that were removed or replaced, in order.
    pub removed: Vec<Range<usize>>,
    /// The bytes of the new line that were added or replaced, in order.
    pub added: Vec<Range<usize>>,
}

/// Returns which of some old lines were replaced by similar new lines, in
/// order, and by which changes of words.
///
/// Lines of which less than half survives are in no pair: there the changed
/// words would say less than the lines.
pub fn word_changes(old: &[&str], new: &[&str]) -> Vec<LinePair> {
    let mut numbers = HashMap::new();
    let old_lines: Vec<_> = old
        .iter()
        .map(|line| Line::new(line, &mut numbers))
        .collect();
    let new_lines: Vec<_> = new
        .iter()
        .map(|line| Line::new(line, &mut numbers))
        .collect();
    let likely = likely_pairs(&old_lines, &new_lines);
    let pairs = likely.into_iter();
    pairs
        .filter_map(|(old, new)| {
            let (removed, added) = changed_words(&old_lines[old], &new_lines[new])?;
            Some(LinePair {
                old,
                new,
                removed,
                added,
            })
        })
        .collect()
}

/// A line cut into words, blanks and signs.
#[derive(Debug)]
struct Line<'t> {
    words: Vec<Word<'t>>,
    /// The numbers of the words that are no blanks, sorted.
    bag: Vec<u32>,
}

#[derive(Clone, Copy, Debug)]
struct Word<'t> {
    text: &'t str,
    start: usize,
    /// Equal words have equal numbers.
    number: u32,
}

impl Word<'_> {
    fn end(&self) -> usize {
        self.start + self.text.len()
    }

    fn is_blank(&self) -> bool {
        self.text.trim().is_empty()
    }

    /// How much it counts: its bytes, blanks nothing.
    fn weight(&self) -> usize {
        if self.is_blank() { 0 } else { self.text.len() }
    }
}

#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Sort {
    Letters,
    Blanks,
    Sign,
}

impl Sort {
    fn of(character: char) -> Self {
        if character.is_alphanumeric() || character == '_' {
            Self::Letters
        } else if character.is_whitespace() {
            Self::Blanks
        } else {
            Self::Sign
        }
    }
}

impl<'t> Line<'t> {
    fn new(line: &'t str, numbers: &mut HashMap<&'t str, u32>) -> Self {
        let mut words: Vec<Word<'t>> = Vec::new();
        let mut start = 0;
        let mut sort = None;
        let ends = line
            .char_indices()
            .map(|(at, character)| (at, Some(character)));
        for (at, character) in ends.chain([(line.len(), None)]) {
            let next = character.map(Sort::of);
            if next == sort && next != Some(Sort::Sign) {
                continue;
            }
            if let Some(text) = line.get(start..at)
                && !text.is_empty()
            {
                let number = u32::try_from(numbers.len()).unwrap_or(u32::MAX);
                let number = *numbers.entry(text).or_insert(number);
                words.push(Word {
                    text,
                    start,
                    number,
                });
            }
            start = at;
            sort = next;
        }
        let texts = words.iter().filter(|word| !word.is_blank());
        let mut bag: Vec<_> = texts.map(|word| word.number).collect();
        bag.sort_unstable();
        Self { words, bag }
    }

    /// Returns how many words two lines have in common, of a thousand.
    fn likeness(&self, other: &Self) -> usize {
        let total = self.bag.len() + other.bag.len();
        let (mut at, mut to, mut common) = (0, 0, 0);
        while let (Some(word), Some(other)) = (self.bag.get(at), other.bag.get(to)) {
            at += usize::from(word <= other);
            to += usize::from(other <= word);
            common += usize::from(word == other);
        }
        2000 * common / total.max(1)
    }
}

/// Returns the pairs of lines that have most words in common in all, none of
/// them crossing.
fn likely_pairs(old: &[Line<'_>], new: &[Line<'_>]) -> Vec<(usize, usize)> {
    if let ([_], [_]) = (old, new) {
        return vec![(0, 0)];
    }
    let words = |lines: &[Line<'_>]| lines.iter().map(|line| line.bag.len() + 4).sum::<usize>();
    let work =
        (old.len().saturating_mul(words(new))).saturating_add(new.len().saturating_mul(words(old)));
    if work > WORK {
        return if old.len() == new.len() {
            (0..old.len()).map(|at| (at, at)).collect()
        } else {
            Vec::new()
        };
    }
    let width = new.len() + 1;
    let mut best = vec![0_usize; (old.len() + 1) * width];
    let mut pair = vec![0_usize; best.len()];
    for at in (0..old.len()).rev() {
        for to in (0..new.len()).rev() {
            let here = at * width + to;
            let likeness = old[at].likeness(&new[to]);
            let mut most = best[here + 1].max(best[here + width]);
            if likeness >= LEAST {
                pair[here] = likeness;
                most = most.max(likeness + best[here + width + 1]);
            }
            best[here] = most;
        }
    }
    let (mut at, mut to) = (0, 0);
    let mut pairs = Vec::new();
    while at < old.len() && to < new.len() {
        let here = at * width + to;
        if pair[here] > 0 && best[here] == pair[here] + best[here + width + 1] {
            pairs.push((at, to));
            at += 1;
            to += 1;
        } else if best[here] == best[here + width] {
            at += 1;
        } else {
            to += 1;
        }
    }
    pairs
}

type Changed = (Vec<Range<usize>>, Vec<Range<usize>>);

/// Returns the places that changed; nothing if too little survives.
fn changed_words(old: &Line<'_>, new: &Line<'_>) -> Option<Changed> {
    let (survives, changes) = if old.words.len().max(new.words.len()) > WORDS {
        changed_middle(old, new)
    } else {
        compared_words(old, new)
    };
    let weight = |line: &Line<'_>| line.words.iter().map(Word::weight).sum::<usize>();
    // What survives is in both lines: half of everything is a quarter of it.
    if 4 * survives < weight(old) + weight(new) {
        return None;
    }
    let places = |line: &Line<'_>, words: &Range<usize>| {
        let words = line.words.get(words.clone()).unwrap_or_default();
        Some(words.first()?.start..words.last()?.end())
    };
    Some((
        changes
            .iter()
            .filter_map(|(words, _)| places(old, words))
            .collect(),
        changes
            .iter()
            .filter_map(|(_, words)| places(new, words))
            .collect(),
    ))
}

/// How many bytes of a line survive in another one, and which words of both
/// do not.
type Compared = (usize, Vec<(Range<usize>, Range<usize>)>);

/// Takes all words between equal ones at both ends for one change.
fn changed_middle(old: &Line<'_>, new: &Line<'_>) -> Compared {
    let is_same = |(old, new): &(&Word<'_>, &Word<'_>)| old.number == new.number;
    let both = old.words.iter().zip(&new.words);
    let before = both.take_while(is_same).count();
    let most = old.words.len().min(new.words.len()) - before;
    let backwards = old.words.iter().rev().zip(new.words.iter().rev());
    let after = backwards.take(most).take_while(is_same).count();
    let (old_end, new_end) = (old.words.len() - after, new.words.len() - after);
    let kept = old.words.iter().take(before);
    let kept = kept.chain(old.words.iter().skip(old_end));
    let survives = kept.map(Word::weight).sum();
    (survives, vec![(before..old_end, before..new_end)])
}

/// Compares two lines word by word.
fn compared_words(old: &Line<'_>, new: &Line<'_>) -> Compared {
    let numbers = |line: &Line<'_>| {
        line.words
            .iter()
            .map(|word| word.number)
            .collect::<Vec<_>>()
    };
    let steps = capture_diff_slices(Algorithm::Myers, &numbers(old), &numbers(new));
    let mut survives = 0;
    let mut changes: Vec<(Range<usize>, Range<usize>)> = Vec::new();
    let n_steps = steps.len();
    for (nth, step) in steps.into_iter().enumerate() {
        let (tag, old_words, new_words) = step.as_tag_tuple();
        if tag == DiffTag::Equal {
            let words = old.words.get(old_words.clone()).unwrap_or_default();
            let is_inside = nth > 0 && nth + 1 < n_steps;
            if !(is_inside && is_island(words)) {
                survives += words.iter().map(Word::weight).sum::<usize>();
                continue;
            }
        }
        match changes.last_mut() {
            Some((old, new)) if old.end == old_words.start && new.end == new_words.start => {
                old.end = old_words.end;
                new.end = new_words.end;
            }
            _ => changes.push((old_words, new_words)),
        }
    }
    (survives, changes)
}

/// Returns whether words between two changes are too little to be seen as
/// something that stayed.
fn is_island(words: &[Word<'_>]) -> bool {
    words.iter().all(Word::is_blank)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Marks what changed: `[-…-]` in the old line, `{+…+}` in the new one.
    fn marked(old: &str, new: &str) -> String {
        let (old, new) = (super::super::lines(old), super::super::lines(new));
        let mut text = String::new();
        for pair in word_changes(&old, &new) {
            let sides = [
                (old[pair.old], &pair.removed, "[-", "-]"),
                (new[pair.new], &pair.added, "{+", "+}"),
            ];
            for (line, ranges, open, close) in sides {
                let mut copied = 0;
                for range in ranges {
                    text += line.get(copied..range.start).unwrap();
                    text += open;
                    text += line.get(range.clone()).unwrap();
                    text += close;
                    copied = range.end;
                }
                text += line.get(copied..).unwrap();
            }
        }
        text
    }

    #[test]
    fn a_changed_word_is_marked() {
        assert_eq!(
            marked("x = f(a, b)\n", "x = g(a, b)\n"),
            "x = [-f-](a, b)\nx = {+g+}(a, b)\n"
        );
        assert_eq!(
            marked("plot(x)\n", "plot(x, color='red')\n"),
            "plot(x)\nplot(x{+, color='red'+})\n"
        );
    }

    #[test]
    fn blanks_between_changes_are_no_island() {
        assert_eq!(
            marked(
                "keep this the old way here\n",
                "keep this a new path here\n"
            ),
            "keep this [-the old way-] here\nkeep this {+a new path+} here\n"
        );
    }

    #[test]
    fn lines_with_little_in_common_are_no_pair() {
        assert_eq!(marked("import numpy as np\n", "for row in table:\n"), "");
        assert_eq!(marked("a\n", "b\n"), "");
    }

    #[test]
    fn lines_are_paired_by_likeness_and_in_order() {
        let old = ["alpha = beta + 1\n", "print(alpha)\n"];
        let new = [
            "# a comment\n",
            "alpha = beta + 2\n",
            "print(alpha, beta)\n",
        ];
        let pairs: Vec<_> = word_changes(&old, &new)
            .into_iter()
            .map(|pair| (pair.old, pair.new))
            .collect();
        assert_eq!(pairs, [(0, 1), (1, 2)]);
    }

    #[test]
    fn line_ends_alone_are_a_change() {
        assert_eq!(marked("b = 2", "b = 2\n"), "b = 2b = 2{+\n+}");
        assert_eq!(marked("b = 2\r\n", "b = 2\n"), "b = 2[-\r\n-]b = 2{+\n+}");
    }

    #[test]
    fn words_of_all_scripts_are_cut_at_characters() {
        assert_eq!(
            marked("größe = 'naïve 日本'\n", "größe = 'naïve 中国'\n"),
            "größe = 'naïve [-日本-]'\ngröße = 'naïve {+中国+}'\n"
        );
    }

    #[test]
    fn of_long_lines_it_is_known_where_they_differ() {
        let words = |count: usize| {
            let words: Vec<_> = (0..count).map(|n| format!("w{n} ")).collect();
            words.concat()
        };
        let (before, after) = (words(2_000), words(900));
        let (old, new) = (format!("{before}x y {after}"), format!("{before}z {after}"));
        let check = |old: &str, new: &str, (removed, added): (&str, &str)| {
            let pairs = word_changes(&[old], &[new]);
            let found = |text: &str, places: &[Range<usize>]| {
                let places = places
                    .iter()
                    .map(|place| (place.start, text.get(place.clone())));
                let wanted = |(at, text): (usize, Option<&str>)| (at, text.unwrap().to_owned());
                places.map(wanted).collect::<Vec<_>>()
            };
            let expected = |text: &str| match text {
                "" => Vec::new(),
                text => vec![(before.len(), text.to_owned())],
            };
            assert_eq!(found(old, &pairs[0].removed), expected(removed));
            assert_eq!(found(new, &pairs[0].added), expected(added));
        };
        check(&old, &new, ("x y", "z"));
        check(&before, &format!("{before}{after}"), ("", &after));
    }

    #[test]
    fn many_lines_and_long_lines_take_no_time() {
        let long = "a b ".repeat(100_000);
        assert!(word_changes(&[&long], &["a b"]).is_empty());
        let lines: Vec<_> = (0..50_000).map(|n| format!("line {n}\n")).collect();
        let old: Vec<_> = lines.iter().map(String::as_str).collect();
        assert!(word_changes(&old, &old[1..]).is_empty());
    }
}
