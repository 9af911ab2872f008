//! Asks for each conflict of a notebook what is to become of it.
//!
//! Lines in, lines out: it works on every terminal, over every connection, and
//! with what reads a screen aloud.

use std::io::{self, BufRead, Write};

use nbweave::merge::{Disputed, Leftovers, Resolution, WrittenConflict, resolve};
use nbweave::notebook::Notebook;
use nbweave::render::{Theme, conflict_line, show_conflict};

use super::conflicted::with_base;

/// What was decided.
#[derive(Debug, Default)]
pub(crate) struct Answers {
    /// For each conflict what is to become of it; `None` if that is left open.
    pub(crate) choices: Vec<Option<Resolution>>,
    /// Whether no more questions are wanted.
    pub(crate) quit: bool,
}

/// Who is asked, and how.
pub(crate) struct Dialog<'d> {
    pub(crate) theme: &'d Theme,
    pub(crate) input: &'d mut dyn BufRead,
    pub(crate) out: &'d mut dyn Write,
    /// Lets somebody edit a text; `None` if they gave up.
    pub(crate) edit: &'d mut dyn FnMut(&str) -> io::Result<Option<String>>,
}

const HELP: &str = "\
o  take what ours has
t  take what theirs has
b  take the lines of both, ours first; what cannot be both is ours
B  take what was there before both sides changed it
e  edit it: what stays in the editor is taken
s  leave it for later
u  go back to the one before
q  leave all others for later, and write what is decided
";

/// What somebody answers.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Answer {
    Take(Take),
    Edit,
    Skip,
    Undo,
    Quit,
    Help,
}

/// What is to be taken.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Take {
    Ours,
    Theirs,
    Both,
    Base,
}

impl Dialog<'_> {
    /// Asks about all conflicts of a notebook.
    pub(crate) fn ask(
        &mut self,
        name: &str,
        notebook: &Notebook<'_>,
        leftovers: &Leftovers,
    ) -> io::Result<Answers> {
        let conflicts = &leftovers.conflicts;
        let mut answers = Answers {
            choices: vec![None; conflicts.len()],
            quit: false,
        };
        let mut at = 0;
        let mut is_shown = false;
        while let Some(written) = conflicts.get(at) {
            if !is_shown {
                let line = conflict_line(notebook, written);
                let line = format!("{name} ({}/{}) {line}", at + 1, conflicts.len());
                writeln!(self.out, "\n{}", self.theme.cell.style(line))?;
                show_conflict(written, self.theme, self.out)?;
                is_shown = true;
            }
            write!(
                self.out,
                "{} ",
                self.theme
                    .hunk
                    .style("(o)urs (t)heirs (b)oth (B)ase (e)dit (s)kip (u)ndo (q)uit (?)help:")
            )?;
            self.out.flush()?;
            let choice = match self.answer()? {
                Some(Answer::Quit) => {
                    answers.quit = true;
                    break;
                }
                None | Some(Answer::Help) => {
                    self.out.write_all(HELP.as_bytes())?;
                    continue;
                }
                Some(Answer::Undo) => {
                    at = at.saturating_sub(1);
                    answers.choices[at] = None;
                    is_shown = false;
                    continue;
                }
                Some(Answer::Skip) => None,
                Some(Answer::Edit) => match (self.edit)(&text_to_edit(written))? {
                    Some(text) => Some(Resolution::Text(text)),
                    None => continue,
                },
                Some(Answer::Take(take)) => Some(match take {
                    Take::Ours => Resolution::Ours,
                    Take::Theirs => Resolution::Theirs,
                    Take::Both => Resolution::Both,
                    Take::Base => Resolution::Base,
                }),
            };
            let choice = choice.map(|choice| with_base(written, choice));
            if let Some(choice) = &choice
                && let Some(why) = refusal(notebook, at, written, choice)
            {
                writeln!(self.out, "{why}")?;
                continue;
            }
            answers.choices[at] = choice;
            at += 1;
            is_shown = false;
        }
        Ok(answers)
    }

    /// Reads an answer; `None` if it is none of those that there are. The end
    /// of the input ends the questions.
    fn answer(&mut self) -> io::Result<Option<Answer>> {
        let mut line = String::new();
        if self.input.read_line(&mut line)? == 0 {
            writeln!(self.out)?;
            return Ok(Some(Answer::Quit));
        }
        Ok(match line.trim() {
            "o" | "ours" => Some(Answer::Take(Take::Ours)),
            "t" | "theirs" => Some(Answer::Take(Take::Theirs)),
            "b" | "both" => Some(Answer::Take(Take::Both)),
            "B" | "base" => Some(Answer::Take(Take::Base)),
            "e" | "edit" => Some(Answer::Edit),
            "s" | "skip" => Some(Answer::Skip),
            "u" | "undo" => Some(Answer::Undo),
            "q" | "quit" => Some(Answer::Quit),
            "?" | "h" | "help" => Some(Answer::Help),
            _ => None,
        })
    }
}

/// Returns why a conflict cannot be settled so, if it cannot.
fn refusal(
    notebook: &Notebook<'_>,
    at: usize,
    written: &WrittenConflict,
    choice: &Resolution,
) -> Option<&'static str> {
    if let Resolution::Text(text) = choice
        && text
            .lines()
            .any(|line| line.starts_with("<<<<<<<") || line.starts_with(">>>>>>>"))
    {
        return Some("There are still conflict markers in it.");
    }
    let resolved = resolve(notebook, |index| (index == at).then(|| choice.clone()));
    if !resolved.left.contains(&at) {
        return None;
    }
    Some(match choice {
        Resolution::Base => "The base is not known.",
        Resolution::Text(_) if written.conflict.what != Disputed::Source => {
            "This is no JSON, or none that can stand there."
        }
        Resolution::Ours | Resolution::Theirs | Resolution::Both | Resolution::Text(_) => {
            "This cannot be settled so any more: the cells were changed."
        }
    })
}

/// Returns the text that somebody gets to edit.
fn text_to_edit(written: &WrittenConflict) -> String {
    let conflict = &written.conflict;
    let side = |side: &Option<String>| side.clone().unwrap_or_default();
    let base = match (&conflict.base, written.shows_base) {
        (Some(base), true) => format!("||||||| {}\n{base}", written.labels.base),
        _ => String::new(),
    };
    format!(
        "<<<<<<< {}\n{}{base}=======\n{}>>>>>>> {}\n",
        written.labels.ours,
        side(&conflict.ours),
        side(&conflict.theirs),
        written.labels.theirs,
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use nbweave::json::Document;
    use nbweave::merge::leftovers_in;

    const SOURCE: &str = "<<<<<<< HEAD\na\n=======\nb\n>>>>>>> topic\nc\n<<<<<<< HEAD\nd\n\
        ||||||| base\ne\n=======\nf\n>>>>>>> topic\n";

    /// Answers the questions about two conflicts and returns the choices and
    /// what was said.
    fn dialog(answers: &str, edited: Option<&str>) -> (Answers, String) {
        let json = serde_json::json!({"nbformat": 4, "cells": [
            {"cell_type": "code", "execution_count": 7, "source": SOURCE}]});
        let json = json.to_string();
        let document = Document::read(json.as_bytes()).unwrap();
        let notebook = Notebook::read(&document).unwrap();
        let mut out = Vec::new();
        let mut dialog = Dialog {
            theme: &Theme::default(),
            input: &mut answers.as_bytes(),
            out: &mut out,
            edit: &mut |_| Ok(edited.map(str::to_owned)),
        };
        let answers = dialog
            .ask("a.ipynb", &notebook, &leftovers_in(&notebook))
            .unwrap();
        (answers, String::from_utf8(out).unwrap())
    }

    #[test]
    fn each_conflict_gets_its_answer() {
        let (answers, said) = dialog("o\nB\n", None);
        assert_eq!(
            answers.choices,
            [Some(Resolution::Ours), Some(Resolution::Base)]
        );
        assert!(!answers.quit);
        assert!(said.contains("a.ipynb (2/2) In [7] 'a'"), "{said}");
    }

    #[test]
    fn an_answer_can_be_taken_back() {
        let (answers, _) = dialog("o\nu\nt\nboth\n", None);
        assert_eq!(
            answers.choices,
            [Some(Resolution::Theirs), Some(Resolution::Both)]
        );
    }

    #[test]
    fn questions_end_with_the_input_or_on_request() {
        for said in ["s\nq\n", "s\n", ""] {
            let (answers, _) = dialog(said, None);
            assert_eq!(answers.choices, [None, None]);
            assert!(answers.quit);
        }
    }

    #[test]
    fn what_is_edited_is_taken_unless_markers_are_left() {
        let (answers, _) = dialog("e\ns\n", Some("x\n"));
        assert_eq!(answers.choices[0], Some(Resolution::Text("x\n".to_owned())));
        let (answers, said) = dialog("e\ns\n", Some("<<<<<<< HEAD\n"));
        assert_eq!(answers.choices[0], None);
        assert!(said.contains("still conflict markers"), "{said}");
        let (answers, _) = dialog("e\no\ns\n", None);
        assert_eq!(answers.choices[0], Some(Resolution::Ours));
    }

    #[test]
    fn what_cannot_be_is_refused_and_asked_again() {
        let (answers, said) = dialog("B\nwhat\no\ns\n", None);
        assert_eq!(answers.choices, [Some(Resolution::Ours), None]);
        assert!(said.contains("The base is not known."), "{said}");
        assert!(said.contains("leave it for later"), "{said}");
    }
}
