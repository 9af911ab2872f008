//! Which of a notebook and its text is brought up to date with the other:
//! by what they say and what git has of them, never by the time of a file.

/// A notebook and its text, or what either says; `None` where there is none.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub struct Paired<T> {
    /// Of the notebook.
    pub notebook: T,
    /// Of the text.
    pub text: T,
}

/// What brings a notebook and its text together.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Direction {
    /// Nothing: they say the same.
    Same,
    /// The text is written from the notebook.
    ToText,
    /// The notebook is brought up to date with the text.
    ToNotebook,
    /// Both changed since this version: they are merged.
    Merge(Base),
    /// There is no version that both could come from.
    Unknown,
    /// What git has says that one of them changed, and what they said when
    /// they were last brought together that it was the other.
    Disputed,
}

/// The version that a notebook and its text both come from.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Base {
    /// What they said when they were last brought together.
    Remembered,
    /// One of the versions of git, counted from zero.
    Version(usize),
}

/// What a notebook and its text said when they were last brought together.
#[derive(Clone, Copy, Debug)]
pub struct Memory<T> {
    /// What both said.
    pub said: T,
    /// Whether git has staged other versions since then, which may be newer.
    pub is_old: bool,
}

/// Returns what brings a notebook and its text together. `versions` are those
/// that git has of the two, the newest first: what is staged, what was
/// committed last, and before.
///
/// They come from the newest version in which both said the same. A version in
/// which they did not says nothing of which one is out of date: taking the one
/// that changed since would lose what the other had then. Where git keeps only
/// one of the two and nothing is remembered, the other is out of date if it
/// says what an earlier version of that one said; otherwise somebody changed
/// it.
pub fn direction<T>(
    now: &Paired<Option<T>>,
    memory: Option<&Memory<T>>,
    versions: impl Iterator<Item = Paired<Option<T>>>,
    same: impl Fn(&T, &T) -> bool,
) -> Direction {
    let (notebook, text) = match (&now.notebook, &now.text) {
        (Some(notebook), Some(text)) => (notebook, text),
        (Some(_), None) => return Direction::ToText,
        (None, Some(_)) => return Direction::ToNotebook,
        (None, None) => return Direction::Same,
    };
    if same(notebook, text) {
        return Direction::Same;
    }
    let since = |old: &T, base| match (same(notebook, old), same(text, old)) {
        (false, true) => Some(Direction::ToText),
        (true, false) => Some(Direction::ToNotebook),
        (false, false) => Some(Direction::Merge(base)),
        // One without a header says less than it could differ in.
        (true, true) => None,
    };
    let remembered = memory.and_then(|memory| since(&memory.said, Base::Remembered));
    let by_git = by_versions(now, versions, since, &same, remembered.is_none());
    match (remembered, by_git) {
        (None, found) => found.unwrap_or(Direction::Unknown),
        (Some(found), None) => found,
        (Some(Direction::Merge(base)), Some(Direction::Merge(version))) => {
            let is_old = memory.is_some_and(|memory| memory.is_old);
            Direction::Merge(if is_old { version } else { base })
        }
        (Some(Direction::Merge(_)), Some(one)) | (Some(one), Some(Direction::Merge(_))) => one,
        (Some(one), Some(other)) if one == other => one,
        (Some(_), Some(_)) => Direction::Disputed,
    }
}

/// Returns what the versions of git say of which one changed. `may_guess` is
/// whether those count, too, in which there is only one of the two.
fn by_versions<T>(
    now: &Paired<Option<T>>,
    versions: impl Iterator<Item = Paired<Option<T>>>,
    since: impl Fn(&T, Base) -> Option<Direction>,
    same: impl Fn(&T, &T) -> bool,
    may_guess: bool,
) -> Option<Direction> {
    let says = |side: &Option<T>, old: &T| side.as_ref().is_some_and(|now| same(now, old));
    // What holds if no version says which one is out of date.
    let mut otherwise = None;
    for (index, version) in versions.enumerate() {
        let base = Base::Version(index);
        match (&version.notebook, &version.text) {
            (Some(old_notebook), Some(old_text)) => {
                if same(old_notebook, old_text)
                    && let Some(found) = since(old_text, base)
                {
                    return Some(found);
                }
            }
            (None, None) => {}
            _ if !may_guess => {}
            (None, Some(old)) => {
                if says(&now.notebook, old) {
                    return Some(Direction::ToNotebook);
                }
                otherwise.get_or_insert(if says(&now.text, old) {
                    Direction::ToText
                } else {
                    Direction::Merge(base)
                });
            }
            (Some(old), None) => {
                if says(&now.text, old) {
                    return Some(Direction::ToText);
                }
                otherwise.get_or_insert(if says(&now.notebook, old) {
                    Direction::ToNotebook
                } else {
                    Direction::Merge(base)
                });
            }
        }
    }
    otherwise
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A pair is written as `notebook text`, `-` for none.
    fn pair(words: &str) -> Paired<Option<&str>> {
        let mut words = words.split(' ').map(|word| (word != "-").then_some(word));
        Paired {
            notebook: words.next().flatten(),
            text: words.next().flatten(),
        }
    }

    #[track_caller]
    fn check_with(memory: Option<Memory<&str>>, now: &str, versions: &[&str], expected: Direction) {
        let versions = versions.iter().map(|version| pair(version));
        let same = |one: &&str, other: &&str| one == other;
        let found = direction(&pair(now), memory.as_ref(), versions, same);
        assert_eq!(found, expected);
    }

    #[track_caller]
    fn check(now: &str, versions: &[&str], expected: Direction) {
        check_with(None, now, versions, expected);
    }

    /// Checks with this remembered, and nothing staged since.
    #[track_caller]
    fn check_remembered(said: &str, now: &str, versions: &[&str], expected: Direction) {
        let is_old = false;
        check_with(Some(Memory { said, is_old }), now, versions, expected);
    }

    const NEWEST: Direction = Direction::Merge(Base::Version(0));

    #[test]
    fn one_that_is_missing_is_made() {
        check("a -", &[], Direction::ToText);
        check("- a", &["a a"], Direction::ToNotebook);
    }

    #[test]
    fn equal_ones_are_left_alone_whatever_git_has() {
        check("a a", &["b c"], Direction::Same);
    }

    #[test]
    fn the_one_that_changed_since_they_were_equal_is_taken() {
        check("b a", &["a a"], Direction::ToText);
        check("a b", &["a a"], Direction::ToNotebook);
        check("b c", &["a a"], NEWEST);
    }

    #[test]
    fn what_is_staged_counts_before_what_was_committed() {
        // Both were staged, then the text was edited.
        check("b c", &["b b", "a a"], Direction::ToNotebook);
        // One alone was staged.
        check("b a", &["b a", "a a"], Direction::ToText);
        check("b a", &["b a"], Direction::Unknown);
    }

    #[test]
    fn a_notebook_that_git_ignores_is_out_of_date_if_the_text_once_said_it() {
        check("a b", &["- b", "- b", "- a"], Direction::ToNotebook);
        check("x b", &["- b", "- b", "- a"], Direction::ToText);
        check("x c", &["- b", "- b", "- a"], NEWEST);
        check("b c", &["- b"], Direction::ToNotebook);
    }

    #[test]
    fn a_text_that_git_ignores_is_out_of_date_likewise() {
        check("b a", &["b -", "a -"], Direction::ToText);
        check("b x", &["b -", "a -"], Direction::ToNotebook);
    }

    #[test]
    fn a_version_in_which_they_differed_says_nothing() {
        // The notebook alone was committed, then the text was edited.
        let merge = Direction::Merge(Base::Version(1));
        check("b c", &["b a", "a a"], merge);
        check("c a", &["b a", "a a"], Direction::ToText);
        check("b c", &["b a"], Direction::Unknown);
    }

    #[test]
    fn what_changed_since_they_were_brought_together_is_taken() {
        check_remembered("b", "c b", &["a a"], Direction::ToText);
        check_remembered("b", "b c", &["a a"], Direction::ToNotebook);
        check_remembered("b", "b c", &[], Direction::ToNotebook);
        // Somebody else's version arrived where git has the text alone.
        let merge = Direction::Merge(Base::Remembered);
        check_remembered("a", "x b", &["- b", "- a"], merge);
    }

    #[test]
    fn what_changed_since_the_last_version_is_taken_if_both_changed_since() {
        check_remembered("z", "c a", &["a a"], Direction::ToText);
        check_remembered("z", "a c", &["a a"], Direction::ToNotebook);
    }

    #[test]
    fn both_are_merged_from_what_was_remembered_unless_git_has_newer_ones() {
        let said = "b";
        let merge = Direction::Merge(Base::Remembered);
        check_remembered(said, "c d", &["a a"], merge);
        check_remembered(said, "c d", &[], merge);
        let is_old = true;
        check_with(Some(Memory { said, is_old }), "c d", &["a a"], NEWEST);
    }

    #[test]
    fn nothing_is_guessed_if_git_and_memory_say_different_things() {
        // Both were brought to b, and one was taken back from git.
        check_remembered("b", "a b", &["a a"], Direction::Disputed);
        check_remembered("b", "b a", &["a a"], Direction::Disputed);
    }

    #[test]
    fn nothing_is_guessed_without_a_version() {
        check("a b", &[], Direction::Unknown);
        check("a b", &["- -"], Direction::Unknown);
    }
}
