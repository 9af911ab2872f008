//! Writes what has no place in a source into a Markdown cell that nobody can
//! overlook.

use super::markers::Markers;
use super::plan::{About, Note};
use super::{Disputed, MergeOptions};

/// What the source of every note starts with.
pub(super) const NOTE_START: &str = "**Merge conflict in the ";

/// Returns the source of a note.
pub(super) fn note_text(options: &MergeOptions, note: &Note) -> String {
    let (place, stands) = match note.about {
        About::Cell => (
            "cell below",
            "the notebook has what ours says, where it can",
        ),
        About::Cells => ("cells below", "ours are followed by theirs"),
        About::Notebook => ("notebook", "it has what ours says"),
    };
    let mut text =
        format!("{NOTE_START}{place}**: {stands}. Delete this cell when it is decided.\n");
    for conflict in &note.conflicts {
        let sides = [&conflict.base, &conflict.ours, &conflict.theirs];
        let texts = sides.into_iter().flatten().map(String::as_str);
        let markers = Markers::for_texts(options, texts);
        text += "\n`";
        text += &pointer(&conflict.what);
        text += "`:\n\n```json\n";
        markers.write_present(
            conflict.base.as_deref(),
            conflict.ours.as_deref(),
            conflict.theirs.as_deref(),
            &mut text,
        );
        text += "```\n";
    }
    text.pop();
    text
}

/// Returns the JSON pointer of what a conflict is about, from the cell or the
/// notebook.
fn pointer(what: &Disputed) -> String {
    let key = |key: &str| format!("/{}", key.replace('~', "~0").replace('/', "~1"));
    match what {
        Disputed::Source => "/source".to_owned(),
        Disputed::Kind => "/cell_type".to_owned(),
        Disputed::Metadata(path) => {
            let keys: String = path.iter().map(|part| key(part)).collect();
            format!("/metadata{keys}")
        }
        Disputed::Attachment(name) => format!("/attachments{}", key(name)),
        Disputed::Outputs => "/outputs".to_owned(),
        Disputed::Other(name) => key(name),
        Disputed::Inserts => "/cells".to_owned(),
    }
}
