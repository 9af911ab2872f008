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
    /// Both changed since this version, counted from zero: they are merged.
    Merge(usize),
    /// There is no version that both could come from.
    Unknown,
}

/// Returns what brings a notebook and its text together. `versions` are those
/// that git has of the two, the newest first: what is staged, what was
/// committed last, and before.
///
/// The newest version in which both said the same is the one they come from.
/// Where git keeps only one of the two, the other is out of date if it says
/// what an earlier version of that one said; otherwise somebody changed it.
pub fn direction<T>(
    now: &Paired<Option<T>>,
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
    let by_change = |notebook_changed, text_changed| match (notebook_changed, text_changed) {
        (true, false) => Some(Direction::ToText),
        (false, true) => Some(Direction::ToNotebook),
        (true, true) | (false, false) => None,
    };
    // What holds if no version says which one is out of date.
    let mut otherwise = None;
    for (index, version) in versions.enumerate() {
        match (&version.notebook, &version.text) {
            (Some(old_notebook), Some(old_text)) => {
                let changed = by_change(!same(notebook, old_notebook), !same(text, old_text));
                if let Some(direction) = changed {
                    return direction;
                }
                if same(old_notebook, old_text) {
                    return Direction::Merge(index);
                }
            }
            (None, Some(old)) => {
                if same(notebook, old) {
                    return Direction::ToNotebook;
                }
                otherwise.get_or_insert(if same(text, old) {
                    Direction::ToText
                } else {
                    Direction::Merge(index)
                });
            }
            (Some(old), None) => {
                if same(text, old) {
                    return Direction::ToText;
                }
                otherwise.get_or_insert(if same(notebook, old) {
                    Direction::ToNotebook
                } else {
                    Direction::Merge(index)
                });
            }
            (None, None) => {}
        }
    }
    otherwise.unwrap_or(Direction::Unknown)
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
    fn check(now: &str, versions: &[&str], expected: Direction) {
        let versions = versions.iter().map(|version| pair(version));
        let found = direction(&pair(now), versions, |one, other| one == other);
        assert_eq!(found, expected);
    }

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
        check("b c", &["a a"], Direction::Merge(0));
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
        check("x c", &["- b", "- b", "- a"], Direction::Merge(0));
        check("b c", &["- b"], Direction::ToNotebook);
    }

    #[test]
    fn a_text_that_git_ignores_is_out_of_date_likewise() {
        check("b a", &["b -", "a -"], Direction::ToText);
        check("b x", &["b -", "a -"], Direction::ToNotebook);
    }

    #[test]
    fn nothing_is_guessed_without_a_version() {
        check("a b", &[], Direction::Unknown);
        check("a b", &["- -"], Direction::Unknown);
    }
}
