//! What runs of a cell leave: outputs, counts, the state of widgets.

use nbweave::merge::{Disputed, OutputChoice, Side};

use super::*;

const DRAW: &str = "import random\nlots = random.sample(range(49), 6)\nprint(sorted(lots))\n";

fn drawn(count: u64, printed: &str) -> Value {
    notebook([ran(code("draw", DRAW), count, printed)])
}

fn picture(cell: Value, data: &str) -> Value {
    let output =
        json!({"data": {"image/png": data}, "metadata": {}, "output_type": "display_data"});
    with(cell, "/outputs", json!([output]))
}

#[test]
fn outputs_of_ours_stay_where_both_ran_a_cell() {
    let outcome = clean(&drawn(1, "[1]\n"), &drawn(2, "[2]\n"), &drawn(7, "[7]\n"));
    assert_eq!(outcome.at("/cells/0/outputs/0/text/0"), "[2]\n");
    assert_eq!(outcome.at("/cells/0/execution_count"), 2);
    assert_eq!(outcome.decided(), [Decided::OutputsOf(Side::Ours)]);
}

#[test]
fn the_first_run_of_both_is_no_conflict() {
    let base = notebook([code("draw", DRAW)]);
    let outcome = clean(&base, &drawn(1, "[2]\n"), &drawn(1, "[7]\n"));
    assert_eq!(outcome.at("/cells/0/outputs/0/text/0"), "[2]\n");
}

#[test]
fn pictures_that_both_drew_are_no_conflict() {
    let [base, ours, theirs] =
        ["AAAA", "BBBB", "CCCC"].map(|data| notebook([picture(code("draw", DRAW), data)]));
    let outcome = clean(&base, &ours, &theirs);
    assert_eq!(outcome.at("/cells/0/outputs/0/data/image~1png"), "BBBB");
    assert_eq!(outcome.at("/cells/0/outputs").as_array().unwrap().len(), 1);
}

#[test]
fn outputs_that_the_sides_appended_are_those_of_ours() {
    let appended = |text: &str| {
        let output = json!({"name": "stderr", "output_type": "stream", "text": [text]});
        let mut notebook = drawn(1, "[1]\n");
        let outputs = notebook.pointer_mut("/cells/0/outputs").unwrap();
        outputs.as_array_mut().unwrap().push(output);
        notebook
    };
    let ours = appended("low ink\n");
    let outcome = clean(&drawn(1, "[1]\n"), &ours, &appended("paper jam\n"));
    assert_eq!(outcome.at("/cells/0/outputs"), &ours["cells"][0]["outputs"]);
}

#[test]
fn counts_never_conflict() {
    let [base, ours, theirs] = [4, 5, 6].map(|count| drawn(count, "[1]\n"));
    let outcome = clean(&base, &ours, &theirs);
    assert_eq!(outcome.at("/cells/0/execution_count"), 5);
}

#[test]
fn a_run_of_one_side_is_kept() {
    let (base, again) = (drawn(1, "[1]\n"), drawn(2, "[2]\n"));
    let other = with(base.clone(), "/cells/0/metadata/tags", json!(["luck"]));
    for outcome in [clean(&base, &again, &other), clean(&base, &other, &again)] {
        assert_eq!(outcome.at("/cells/0/outputs/0/text/0"), "[2]\n");
        assert_eq!(outcome.at("/cells/0/execution_count"), 2);
        assert_eq!(outcome.at("/cells/0/metadata/tags"), &json!(["luck"]));
    }
}

#[test]
fn outputs_that_ours_cleared_stay_cleared_where_theirs_ran_again() {
    let cleared = notebook([code("draw", DRAW)]);
    let outcome = clean(&drawn(1, "[1]\n"), &cleared, &drawn(7, "[7]\n"));
    assert_eq!(outcome.at("/cells/0/outputs"), &json!([]));
    assert_eq!(outcome.at("/cells/0/execution_count"), &Value::Null);
}

#[test]
fn other_choices_of_outputs_are_made_as_asked_for() {
    let versions = [drawn(1, "[1]\n"), drawn(2, "[2]\n"), drawn(7, "[7]\n")];
    let merged = |outputs| {
        let options = MergeOptions {
            outputs,
            ..MergeOptions::default()
        };
        merged_with(&options, &versions[0], &versions[1], &versions[2])
    };
    let outcome = merged(OutputChoice::Theirs);
    assert_eq!(outcome.at("/cells/0/outputs/0/text/0"), "[7]\n");
    assert_eq!(outcome.at("/cells/0/execution_count"), 7);
    let outcome = merged(OutputChoice::Clear);
    assert_eq!(outcome.at("/cells/0/outputs"), &json!([]));
    assert_eq!(outcome.at("/cells/0/execution_count"), &Value::Null);
    let outcome = merged(OutputChoice::Conflict);
    assert_eq!(outcome.merged.conflicts[0].what, Disputed::Outputs);
    assert!(outcome.marked().contains("`/outputs`:"));
    assert_eq!(outcome.at("/cells/1/outputs/0/text/0"), "[2]\n");
    assert_eq!(outcome.at("/cells/1/outputs/1/text/0"), "[7]\n");
}

#[test]
fn outputs_follow_the_side_that_changed_the_source() {
    let edited = with(
        drawn(3, "[3]\n"),
        "/cells/0/source/2",
        "print(max(lots))\n".into(),
    );
    let (base, again) = (drawn(1, "[1]\n"), drawn(2, "[2]\n"));
    for outcome in [clean(&base, &edited, &again), clean(&base, &again, &edited)] {
        assert_eq!(outcome.at("/cells/0/outputs/0/text/0"), "[3]\n");
        assert_eq!(outcome.at("/cells/0/execution_count"), 3);
    }
}

#[test]
fn outputs_of_a_source_that_is_neither_sides_are_dropped_and_that_is_told() {
    let ours = with(
        drawn(2, "[2]\n"),
        "/cells/0/source/0",
        "import secrets\n".into(),
    );
    let theirs = with(
        drawn(3, "[3]\n"),
        "/cells/0/source/2",
        "print(max(lots))\n".into(),
    );
    let outcome = clean(&drawn(1, "[1]\n"), &ours, &theirs);
    assert_eq!(outcome.at("/cells/0/outputs"), &json!([]));
    assert_eq!(outcome.at("/cells/0/execution_count"), &Value::Null);
    assert_eq!(outcome.decided(), [Decided::OutputsDropped]);
}

#[test]
fn noise_of_both_sides_never_conflicts() {
    let noise = |scrolled: bool, day: u64| {
        let time = json!({"end_time": format!("2023-05-0{day}T08:00:01"), "start_time": "x"});
        let cell = with(code("draw", DRAW), "/metadata/scrolled", scrolled.into());
        let cell = with(cell, "/metadata/collapsed", (!scrolled).into());
        notebook([with(cell, "/metadata/ExecuteTime", time)])
    };
    let outcome = clean(
        &notebook([code("draw", DRAW)]),
        &noise(true, 1),
        &noise(false, 2),
    );
    assert_eq!(outcome.at("/cells/0/metadata/scrolled"), true);
}

/// A notebook with a cell for each model that shows it, and the state of all.
fn widgets(shown: &[&str], state: &[&str]) -> Value {
    let mut cells = Vec::new();
    for model in shown {
        let data = json!({"application/vnd.jupyter.widget-view+json":
            {"model_id": model, "version_major": 2, "version_minor": 0}});
        let output = json!({"data": data, "metadata": {}, "output_type": "display_data"});
        let source = format!("slider_{model} = Slider('{model}')\nslider_{model}.observe(redraw)");
        cells.push(with(code(model, &source), "/outputs", json!([output])));
    }
    let state: Value = state
        .iter()
        .map(|model| {
            let value = json!({"model_module": "@jupyter-widgets/base", "model_name": "SliderModel",
                               "model_module_version": "2.0.0", "state": {}});
            ((*model).to_owned(), value)
        })
        .collect();
    let all = json!({"application/vnd.jupyter.widget-state+json":
        {"state": state, "version_major": 2, "version_minor": 0}});
    with(notebook(cells), "/metadata/widgets", all)
}

#[test]
fn states_of_widgets_that_outputs_show_are_united() {
    let base = widgets(&["speed"], &["speed"]);
    let ours = widgets(&["speed", "depth"], &["speed", "depth"]);
    let theirs = widgets(&["angle", "speed"], &["angle", "speed"]);
    let outcome = clean(&base, &ours, &theirs);
    let state = "/metadata/widgets/application~1vnd.jupyter.widget-state+json/state";
    let mut models: Vec<&String> = outcome.at(state).as_object().unwrap().keys().collect();
    models.sort_unstable();
    assert_eq!(models, ["angle", "depth", "speed"]);
}
