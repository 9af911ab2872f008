//! Keeps of the merged state of widgets what an output still shows.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};

use super::cells::{Inputs, MergedCell};
use super::keys::{Fields, KeyEdit, NewValue, fields};
use super::outputs::Outputs;
use super::plan::{Entry, Plan};
use crate::json::Value;

/// Where the models are in the metadata of a notebook (ipywidgets
/// documentation, embedding widgets).
const STATE: [&str; 3] = [
    "widgets",
    "application/vnd.jupyter.widget-state+json",
    "state",
];

/// The mime type of an output that shows a widget.
const VIEW: &str = "application/vnd.jupyter.widget-view+json";

/// What a reference to another model starts with.
const REFERENCE: &str = "IPY_MODEL_";

/// Drops models that no output shows, nor another model that is shown, if
/// models of both sides came together.
pub(super) fn drop_unused_models(inputs: &Inputs<'_>, plan: &mut Plan<'_>) {
    let is_model = |edit: &KeyEdit<'_>| edit.path.iter().take(3).eq(STATE.iter());
    if !plan.metadata.iter().any(is_model) {
        return;
    }
    let of_side = inputs.notebooks.map(|notebook| {
        let state = STATE
            .iter()
            .try_fold(notebook.metadata?, |value, key| value.get(key));
        Some(fields(state.as_ref()))
    });
    let (ours, theirs) = (
        of_side.ours.unwrap_or_default(),
        of_side.theirs.unwrap_or_default(),
    );
    let used = used_models(inputs, plan, [&ours, &theirs]);
    let is_used = |path: &[String]| path.get(3).is_none_or(|model| used.contains(model));
    plan.metadata
        .retain(|edit| !is_model(edit) || is_used(&edit.path));
    let host = match inputs.host {
        super::Side::Ours => &ours,
        super::Side::Theirs => &theirs,
    };
    for model in host.keys().filter(|model| !used.contains(&***model)) {
        let path = STATE.iter().map(|key| (*key).to_owned());
        plan.metadata.push(KeyEdit {
            path: path.chain([model.clone().into_owned()]).collect(),
            value: NewValue::Nothing,
        });
    }
}

/// Returns the models that outputs show, and those that these refer to.
fn used_models(inputs: &Inputs<'_>, plan: &Plan<'_>, states: [&Fields<'_>; 2]) -> BTreeSet<String> {
    let mut references: BTreeMap<&str, Vec<&Value<'_>>> = BTreeMap::new();
    for (model, state) in states.into_iter().flatten() {
        references.entry(model).or_default().push(state);
    }
    let mut waiting: Vec<String> = Vec::new();
    for entry in &plan.entries {
        if let Entry::Cell(cell) = entry {
            for output in outputs(inputs, cell) {
                let view = output.get("data").and_then(|data| data.get(VIEW));
                let model = view.and_then(|view| view.get("model_id"));
                let model = model.and_then(|model| model.as_str().map(Cow::into_owned));
                waiting.extend(model);
            }
        }
    }
    let mut used = BTreeSet::new();
    while let Some(model) = waiting.pop() {
        if !used.insert(model.clone()) {
            continue;
        }
        let states = references.get(&*model).into_iter().flatten();
        for leaf in states.flat_map(|state| state.leaves()) {
            let text = leaf.as_str().unwrap_or_default();
            if let Some(other) = text.strip_prefix(REFERENCE)
                && !used.contains(other)
            {
                waiting.push(other.to_owned());
            }
        }
    }
    used
}

/// Returns the outputs that a merged cell has.
fn outputs<'a>(inputs: &Inputs<'a>, cell: &MergedCell<'a>) -> Vec<Value<'a>> {
    let own = || {
        inputs
            .cell(cell.carrier, cell.index)
            .and_then(|cell| cell.outputs)
    };
    let all = match cell.outputs {
        Outputs::Kept => [own(), None],
        Outputs::Of { outputs, .. } => [outputs, None],
        Outputs::Clear => [None, None],
        Outputs::Both { ours, theirs, .. } => [ours, theirs],
    };
    let all = all.into_iter().flatten();
    all.flat_map(|outputs| outputs.elements().collect::<Vec<_>>())
        .collect()
}
