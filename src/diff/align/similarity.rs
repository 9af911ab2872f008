//! How alike two cells are, by their lines or their words.

use std::cmp::Ordering;

use super::fingerprint::{Class, Fingerprints};

/// The similarity of equal cells. Whole numbers, so that sums do not depend on
/// the order in which they are made.
pub(super) const EQUAL: u32 = 10_000;

/// Lines that agree this much decide alone; below, words may say more.
const LINES_SUFFICE: u32 = 9_500;

/// Below this, letters may say more.
const LETTERS_MAY_HELP: u32 = 5_000;

/// What is left of the similarity, in percent, if the kinds of the cells
/// differ: people do turn code into prose, but seldom.
const OTHER_KIND_PERCENT: u32 = 70;

/// No word counts for more bytes than this: a long string is one word.
const LONGEST_WORD: u32 = 12;

/// Texts of no more bytes are compared by pairs of letters, too: of
/// `## Collection` and `## Collections`, lines and words have nothing in
/// common.
const SHORT: usize = 120;

/// As many pairs of letters are in any two short texts.
const LETTERS_BY_CHANCE: u32 = 2_500;

/// How many lines, words and pairs of letters may be looked at before the
/// comparer is refilled. Real notebooks need a few thousand; this is about
/// 10 ms.
const STEPS: usize = 2_000_000;

/// How many bytes may be cut into words in all.
const BYTES_FOR_WORDS: usize = 1_000_000;

/// Compares cells, and remembers what it found out about each.
#[derive(Debug)]
pub(super) struct Comparer<'f, 't> {
    fingerprints: &'f Fingerprints<'t>,
    lines: Vec<Option<Bag>>,
    words: Vec<Option<Bag>>,
    letters: Vec<Option<Bag>>,
    steps: usize,
    bytes_for_words: usize,
    /// How many pairs were compared.
    pub(super) compared: usize,
}

/// Hashed lines or words with what they weigh, sorted; repeated ones as often
/// as they occur.
#[derive(Clone, Debug, Default)]
pub(super) struct Bag {
    /// The items.
    pub(super) items: Vec<(u64, u32)>,
    /// What all items weigh.
    weight: u64,
}

impl<'f, 't> Comparer<'f, 't> {
    pub(super) fn new(fingerprints: &'f Fingerprints<'t>) -> Self {
        let n_classes = fingerprints.classes.len();
        Self {
            fingerprints,
            lines: vec![None; n_classes],
            words: vec![None; n_classes],
            letters: vec![None; n_classes],
            steps: STEPS,
            bytes_for_words: BYTES_FOR_WORDS,
            compared: 0,
        }
    }

    /// Allows as much work again as at first.
    pub(super) fn refill(&mut self) {
        self.steps = STEPS;
        self.bytes_for_words = BYTES_FOR_WORDS;
    }

    /// Returns how alike an old and a new cell are, from 0 to [`EQUAL`].
    pub(super) fn cells(&mut self, old: usize, new: usize) -> u32 {
        self.classes(self.fingerprints.old[old], self.fingerprints.new[new])
    }

    /// Returns how alike cells of two classes are. Only equal cells are
    /// [`EQUAL`]. Once too much was compared, all others are unlike.
    fn classes(&mut self, a: Class, b: Class) -> u32 {
        if a == b {
            return EQUAL;
        }
        let [of_a, of_b] = [a, b].map(|class| &self.fingerprints.classes[class]);
        if self.steps == 0 {
            return 0;
        }
        self.compared += 1;
        let same_kind = of_a.kind == of_b.kind;
        let texts = [of_a, of_b].map(|of| of.text);
        self.lines(a);
        self.lines(b);
        let mut similarity = common(
            self.lines[a].as_ref(),
            self.lines[b].as_ref(),
            &mut self.steps,
        );
        if similarity < LINES_SUFFICE && self.cut_into_words(a) && self.cut_into_words(b) {
            similarity = similarity.max(common(
                self.words[a].as_ref(),
                self.words[b].as_ref(),
                &mut self.steps,
            ));
        }
        if similarity < LETTERS_MAY_HELP && texts.iter().all(|text| text.len() <= SHORT) {
            for (class, text) in [a, b].into_iter().zip(texts) {
                self.letters[class].get_or_insert_with(|| Bag::of(letter_pairs(text)));
            }
            let letters = common(
                self.letters[a].as_ref(),
                self.letters[b].as_ref(),
                &mut self.steps,
            );
            similarity = similarity.max(letters.saturating_sub(LETTERS_BY_CHANCE));
        }
        if !same_kind {
            similarity = similarity * OTHER_KIND_PERCENT / 100;
        }
        similarity.min(EQUAL - 1)
    }

    /// Returns the lines of a class without the blank ones.
    pub(super) fn lines(&mut self, class: Class) -> &Bag {
        let text = self.fingerprints.classes[class].text;
        self.lines[class].get_or_insert_with(|| Bag::of(lines(text).map(weigh_line)))
    }

    /// Sees to it that the words of a class are there, unless that would be too
    /// much work.
    fn cut_into_words(&mut self, class: Class) -> bool {
        if self.words[class].is_none() {
            let text = self.fingerprints.classes[class].text;
            let Some(left) = self.bytes_for_words.checked_sub(text.len()) else {
                return false;
            };
            self.bytes_for_words = left;
            self.words[class] = Some(Bag::of(words(text).map(weigh_word)));
        }
        true
    }
}

impl Bag {
    fn of(items: impl Iterator<Item = (u64, u32)>) -> Self {
        let mut items: Vec<_> = items.collect();
        items.sort_unstable();
        let weight = items.iter().map(|&(_, weight)| u64::from(weight)).sum();
        Self { items, weight }
    }
}

/// Returns which part of two bags is in both (the Dice coefficient), from 0 to
/// [`EQUAL`], and takes what that costs from `steps`.
fn common(a: Option<&Bag>, b: Option<&Bag>, steps: &mut usize) -> u32 {
    let (Some(a), Some(b)) = (a, b) else {
        return 0;
    };
    *steps = steps.saturating_sub(a.items.len() + b.items.len() + 1);
    let all = a.weight + b.weight;
    if all == 0 {
        return 0;
    }
    let (mut at_a, mut at_b, mut shared) = (0, 0, 0_u64);
    while let (Some(&(hash_a, weight)), Some(&(hash_b, _))) = (a.items.get(at_a), b.items.get(at_b))
    {
        match hash_a.cmp(&hash_b) {
            Ordering::Less => at_a += 1,
            Ordering::Greater => at_b += 1,
            Ordering::Equal => {
                shared += u64::from(weight);
                at_a += 1;
                at_b += 1;
            }
        }
    }
    let part = (2 * shared * u64::from(EQUAL) / all).min(u64::from(EQUAL));
    u32::try_from(part).unwrap_or(EQUAL)
}

/// Returns the lines that are not blank, without blanks around them.
pub(super) fn lines(text: &str) -> impl Iterator<Item = &str> {
    text.lines().map(str::trim).filter(|line| !line.is_empty())
}

/// Returns the hash of a line and what it weighs: its bytes.
pub(super) fn weigh_line(line: &str) -> (u64, u32) {
    (hash(line), u32::try_from(line.len()).unwrap_or(u32::MAX))
}

fn weigh_word(word: &str) -> (u64, u32) {
    let weight = u32::try_from(word.len()).unwrap_or(u32::MAX);
    (hash(word), weight.min(LONGEST_WORD))
}

/// Returns the words of a text: names and numbers, and each character of
/// scripts that put no blanks between words.
fn words(text: &str) -> impl Iterator<Item = &str> {
    let mut rest = text;
    std::iter::from_fn(move || {
        rest = rest.trim_start_matches(|c: char| !is_word(c));
        let first = rest.chars().next()?;
        let length = if is_word_alone(first) {
            first.len_utf8()
        } else {
            let ends = |c: char| !is_word(c) || is_word_alone(c);
            rest.find(ends).unwrap_or(rest.len())
        };
        let (word, after) = rest.split_at(length);
        rest = after;
        Some(word)
    })
}

fn is_word(c: char) -> bool {
    c.is_ascii_alphanumeric() || c == '_' || (!c.is_ascii() && c.is_alphanumeric())
}

/// Returns whether the character is of a script like Chinese, where it is
/// about a word.
fn is_word_alone(c: char) -> bool {
    c >= '\u{2e80}'
}

/// Returns the pairs of neighbouring characters that are not blank.
fn letter_pairs(text: &str) -> impl Iterator<Item = (u64, u32)> {
    let letters = text.chars().filter(|letter| !letter.is_whitespace());
    let next = letters.clone().skip(1);
    letters
        .zip(next)
        .map(|(a, b)| ((u64::from(a) << 32) | u64::from(b), 1))
}

/// Returns a hash that is the same in every run. Two texts with one hash make
/// cells look more alike than they are, never equal.
fn hash(text: &str) -> u64 {
    const FACTOR: u64 = 0x9e37_79b9_7f4a_7c15;
    let mix = |state: u64, word: u64| {
        let product = (state ^ word).wrapping_mul(FACTOR);
        product ^ (product >> 32)
    };
    let (words, rest) = text.as_bytes().as_chunks::<8>();
    let mut state = mix(FACTOR, text.len() as u64);
    for word in words {
        state = mix(state, u64::from_le_bytes(*word));
    }
    let mut last = [0; 8];
    last[..rest.len()].copy_from_slice(rest);
    mix(mix(state, u64::from_le_bytes(last)), FACTOR)
}
