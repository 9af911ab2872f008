//! Makes notebooks, and does to single cells what people and programs do.

use serde_json::{Map, Value, json};

use super::content;
use super::model::{Cell, Kind, Model};
use super::random::Random;

/// Returns a notebook with so many cells.
pub(crate) fn notebook(random: &mut Random, n_cells: usize) -> Model {
    let mut metadata = json!({
        "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
        "language_info": {
            "codemirror_mode": {"name": "ipython", "version": 3},
            "file_extension": ".py", "mimetype": "text/x-python", "name": "python",
            "nbconvert_exporter": "python", "pygments_lexer": "ipython3", "version": "3.10.4",
        },
    });
    if random.percent(15) {
        metadata["authors"] = json!([{"name": "Ölaf"}]);
    }
    if random.percent(5) {
        metadata = json!({});
    }
    let mut notebook = Model {
        cells: (0..n_cells).map(|_| new_cell(random)).collect(),
        metadata: into_map(metadata),
        minor: random.pick(&[4, 5]),
    };
    if random.percent(60) {
        let code = notebook.cells.iter_mut().filter(|cell| cell.is_code());
        for (count, cell) in (1..).zip(code) {
            run(random, cell, count);
        }
    }
    notebook
}

pub(crate) fn into_map(value: Value) -> Map<String, Value> {
    let Value::Object(map) = value else {
        panic!("no object: {value}");
    };
    map
}

pub(crate) fn new_id(random: &mut Random) -> String {
    if random.percent(80) {
        random.hex(8)
    } else {
        format!("{}-{}", random.hex(12), random.hex(4))
    }
}

pub(crate) fn new_cell(random: &mut Random) -> Cell {
    let kind = [Kind::Code, Kind::Markdown, Kind::Raw][random.weighted(&[64, 32, 4])];
    let mut cell = Cell {
        key: random.next(),
        kind,
        lines: content::lines(random, kind),
        crlf: random.percent(4),
        outputs: Vec::new(),
        count: None,
        metadata: Map::new(),
        attachments: Map::new(),
        id: new_id(random),
    };
    if random.percent(15) {
        label(random, &mut cell);
    }
    if random.percent(10) {
        note_noise(random, &mut cell);
    }
    if !cell.is_code() && random.percent(12) {
        attach(random, &mut cell);
    }
    cell
}

/// What can become of a cell that stays one cell.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Edit {
    Lines,
    Run,
    LinesAndRun,
    Label,
    Noise,
    Kind,
    Attachment,
    Clear,
}

impl Edit {
    pub(crate) fn any(random: &mut Random) -> Self {
        match random.weighted(&[40, 14, 10, 10, 8, 6, 6, 6]) {
            0 => Self::Lines,
            1 => Self::Run,
            2 => Self::LinesAndRun,
            3 => Self::Label,
            4 => Self::Noise,
            5 => Self::Kind,
            6 => Self::Attachment,
            _ => Self::Clear,
        }
    }
}

/// Does it to the cell; lines are edited where it makes no sense for the cell.
pub(crate) fn edit(random: &mut Random, cell: &mut Cell, edit: Edit) {
    match (edit, cell.kind) {
        (Edit::Label, _) => label(random, cell),
        (Edit::Noise, _) => note_noise(random, cell),
        (Edit::Kind, kind) => {
            let others: Vec<Kind> = [Kind::Code, Kind::Markdown, Kind::Raw]
                .into_iter()
                .filter(|other| *other != kind)
                .collect();
            let other = others[random.weighted(&[85, 15])];
            cell.become_kind(other);
        }
        (Edit::Run, Kind::Code) => {
            let count = cell.count.unwrap_or(0) + u64::try_from(random.within(1, 30)).unwrap();
            run(random, cell, count);
        }
        (Edit::LinesAndRun, Kind::Code) => {
            edit_lines(random, cell);
            let count = cell.count.unwrap_or(0) + u64::try_from(random.within(1, 30)).unwrap();
            run(random, cell, count);
        }
        (Edit::Clear, Kind::Code) => {
            cell.outputs.clear();
            cell.count = None;
        }
        (Edit::Attachment, Kind::Markdown | Kind::Raw) => attach(random, cell),
        _ => edit_lines(random, cell),
    }
}

fn run(random: &mut Random, cell: &mut Cell, count: u64) {
    cell.count = Some(count);
    cell.outputs = content::outputs(random, count);
}

/// Changes, adds or removes few of the lines, so that it stays the same cell.
pub(crate) fn edit_lines(random: &mut Random, cell: &mut Cell) {
    let kind = cell.kind;
    let n_edits = if cell.lines.len() >= 5 {
        random.within(1, 2)
    } else {
        1
    };
    for _ in 0..n_edits {
        let n_lines = cell.lines.len();
        let at = random.below(n_lines);
        match random.below(10) {
            0 | 1 if n_lines >= 4 => drop(cell.lines.remove(at)),
            2..5 if n_lines >= 2 => cell.lines.insert(at, content::line(random, kind)),
            _ => cell.lines[at] = content::edited_line(random, kind, &cell.lines[at]),
        }
    }
}

/// Adds a tag, or says what the cell is in a slide show.
fn label(random: &mut Random, cell: &mut Cell) {
    if random.percent(65) {
        let tag = random.pick(&["parameters", "hide-input", "slow", "solution", "exercise"]);
        let tags = cell.metadata.entry("tags").or_insert_with(|| json!([]));
        let tags = tags.as_array_mut().unwrap();
        if !tags.contains(&tag.into()) {
            tags.push(tag.into());
        }
    } else {
        let slide = random.pick(&["slide", "subslide", "fragment", "skip", "notes"]);
        cell.metadata
            .insert("slideshow".into(), json!({"slide_type": slide}));
    }
}

/// Leaves what programs write on their own.
fn note_noise(random: &mut Random, cell: &mut Cell) {
    let time = format!("2024-03-{:02}T10:11:12.5", random.within(1, 28));
    match random.below(4) {
        0 => cell.metadata.insert("collapsed".into(), random.percent(50).into()),
        1 => cell.metadata.insert("scrolled".into(), random.percent(50).into()),
        2 => cell.metadata.insert(
            "ExecuteTime".into(),
            json!({"end_time": format!("{time}3"), "start_time": format!("{time}1")}),
        ),
        _ => cell.metadata.insert(
            "execution".into(),
            json!({"iopub.status.busy": format!("{time}Z"), "shell.execute_reply": format!("{time}1Z")}),
        ),
    };
}

fn attach(random: &mut Random, cell: &mut Cell) {
    let name = random.pick(&["image.png", "plot.png", "größe.png"]);
    cell.attachments
        .insert(name.to_owned(), content::picture(random));
}

/// Returns the two cells that somebody makes of one by splitting it in front of
/// a line. The first one stays the cell, its outputs go to the second one.
pub(crate) fn split(random: &mut Random, cell: &Cell, at: usize) -> [Cell; 2] {
    let (mut first, mut second) = (cell.clone(), cell.clone());
    second.lines = first.lines.split_off(at);
    first.outputs.clear();
    first.count = None;
    second.attachments.clear();
    second.metadata.clear();
    second.key = random.next();
    second.id = new_id(random);
    [first, second]
}

/// Returns the cell that somebody makes of two. It stays the first one.
pub(crate) fn join(first: &Cell, second: &Cell) -> Cell {
    let mut joined = first.clone();
    if joined.lines.last().is_some_and(String::is_empty) {
        joined.lines.pop();
    }
    joined.lines.extend(second.lines.iter().cloned());
    joined.outputs.clone_from(&second.outputs);
    joined.count = second.count;
    joined.attachments.extend(second.attachments.clone());
    joined
}

/// Gives the notebook ids where it has none, and new ones where it has some.
pub(crate) fn give_new_ids(random: &mut Random, notebook: &mut Model) {
    notebook.minor = 5;
    for cell in &mut notebook.cells {
        cell.id = new_id(random);
    }
}
