//! Gives each cell of the merged notebook an id of its own, where the format
//! has ids.

use std::collections::{HashMap, HashSet};

use super::Decided;
use super::cells::Inputs;
use super::notes::note_text;
use super::plan::{Entry, Plan, merged_minor};
use crate::diff::text_digest;
use crate::notebook::NbFormat;

/// The first version of the format that has ids.
const IDS: NbFormat = NbFormat { major: 4, minor: 5 };

/// Sees to it that each cell has an id that no other has: its own, or one made
/// of its content. Nothing is random, so that merging again gives the same.
pub(super) fn assign_ids(inputs: &Inputs<'_>, plan: &mut Plan<'_>) {
    let host = inputs.notebooks.side(inputs.host).format;
    let format = NbFormat {
        minor: merged_minor(inputs),
        ..host
    };
    if format < IDS {
        return;
    }
    let mut taken: HashSet<String> = HashSet::new();
    let mut wanting = Vec::new();
    // Cells of the host keep their ids: others give way.
    for of_host in [true, false] {
        for (at, entry) in plan.entries.iter_mut().enumerate() {
            let Entry::Cell(cell) = entry else {
                continue;
            };
            if (cell.carrier == inputs.host) != of_host {
                continue;
            }
            let own = inputs
                .cell(cell.carrier, cell.index)
                .and_then(|cell| cell.id);
            let own = own.and_then(|id| id.as_str().map(std::borrow::Cow::into_owned));
            if let Some(wanted) = cell.id.take()
                && !taken.contains(&wanted)
            {
                taken.insert(wanted.clone());
                cell.id = (Some(&wanted) != own.as_ref()).then_some(wanted);
            } else if let Some(own) = own.filter(|own| !taken.contains(own)) {
                taken.insert(own);
            } else {
                wanting.push(at);
            }
        }
    }
    let mut made = MadeIds::beside(taken);
    let notes = plan.entries.iter().enumerate();
    wanting.extend(notes.filter_map(|(at, entry)| matches!(entry, Entry::Note(_)).then_some(at)));
    wanting.sort_unstable();
    for at in wanting {
        match plan.entries.get_mut(at) {
            Some(Entry::Cell(cell)) => {
                let source = match &cell.source {
                    Some(source) => source.clone(),
                    None => inputs.text(cell.carrier, cell.index).into_owned(),
                };
                cell.id = Some(made.id_of(&source));
                cell.decisions.push(Decided::IdGiven);
            }
            Some(Entry::Note(note)) => {
                let source = note_text(inputs.options, note);
                note.id = Some(made.id_of(&source));
            }
            None => {}
        }
    }
}

/// Ids that are made of sources.
#[derive(Debug, Default)]
pub(crate) struct MadeIds {
    /// All ids, those of the cells that keep theirs included.
    pub(crate) taken: HashSet<String>,
    /// How many ids of a source were tried: many notes say the same.
    n_tried: HashMap<String, u32>,
}

impl MadeIds {
    /// Ids that are made beside those that cells have.
    pub(crate) fn beside(taken: HashSet<String>) -> Self {
        Self {
            taken,
            n_tried: HashMap::new(),
        }
    }

    /// Returns an id made of a source that no other cell has: eight
    /// hexadecimal digits, as Jupyter's.
    pub(crate) fn id_of(&mut self, source: &str) -> String {
        let n_tried = self.n_tried.entry(source.to_owned()).or_default();
        loop {
            let id = text_digest(&format!("{n_tried}\n{source}")).hash;
            *n_tried += 1;
            if self.taken.insert(id.clone()) {
                return id;
            }
        }
    }
}
