//! Metadata of cells and notebooks, and the kinds of cells.

use nbweave::merge::{Disputed, Side};

use super::*;

const SOURCE: &str = "depth = sonar.ping()\nlog.append(depth)\n";

fn cell_with(metadata: Value) -> Value {
    notebook([with(code("ping", SOURCE), "/metadata", metadata)])
}

fn with_metadata(metadata: Value) -> Value {
    with(notebook([code("ping", SOURCE)]), "/metadata", metadata)
}

#[test]
fn tags_are_a_set() {
    let [base, ours, theirs] = [
        json!(["sea", "old"]),
        json!(["sea", "old", "deep"]),
        json!(["sea", "cold"]),
    ]
    .map(|tags| cell_with(json!({ "tags": tags })));
    let outcome = clean(&base, &ours, &theirs);
    assert_eq!(
        outcome.at("/cells/0/metadata/tags"),
        &json!(["sea", "deep", "cold"])
    );
}

#[test]
fn first_tags_of_both_sides_are_united() {
    let ours = cell_with(json!({"tags": ["deep"]}));
    let theirs = cell_with(json!({"tags": ["cold", "deep"]}));
    let outcome = clean(&cell_with(json!({})), &ours, &theirs);
    assert_eq!(
        outcome.at("/cells/0/metadata/tags"),
        &json!(["deep", "cold"])
    );
}

#[test]
fn different_keys_are_merged() {
    let base = cell_with(json!({"lab": {"room": 1}, "gone": 0}));
    let ours = cell_with(json!({"lab": {"room": 1, "desk": 2}, "gone": 0, "by": "Ada"}));
    let theirs = cell_with(json!({"lab": {"room": 3}}));
    let outcome = clean(&base, &ours, &theirs);
    let wanted = json!({"lab": {"room": 3, "desk": 2}, "by": "Ada"});
    assert_eq!(outcome.at("/cells/0/metadata"), &wanted);
}

#[test]
fn different_values_of_one_key_conflict_and_ours_stands_there() {
    let [base, ours, theirs] = ["slide", "skip", "notes"]
        .map(|kind| cell_with(json!({"slideshow": {"slide_type": kind}})));
    let outcome = conflicting(&base, &ours, &theirs);
    let keys = vec!["slideshow".to_owned(), "slide_type".to_owned()];
    let conflict = &outcome.merged.conflicts[0];
    assert_eq!(conflict.what, Disputed::Metadata(keys));
    assert_eq!(
        conflict.ours.as_deref().map(str::trim_end),
        Some("\"skip\"")
    );
    let wanted = "**Merge conflict in the cell below**: the notebook has what ours says, \
                  where it can. \
                  Delete this cell when it is decided.\n\n\
                  `/metadata/slideshow/slide_type`:\n\n```json\n<<<<<<< ours\n\"skip\"\n=======\n\
                  \"notes\"\n>>>>>>> theirs\n```";
    assert_eq!(outcome.sources(), [wanted, SOURCE]);
    assert_eq!(outcome.at("/cells/1/metadata/slideshow/slide_type"), "skip");
}

#[test]
fn true_and_one_are_different_values() {
    let base = cell_with(json!({"k": true}));
    let ours = cell_with(json!({"k": 1}));
    let theirs = with(base.clone(), "/cells/0/source/0", "depth = 1\n".into());
    let outcome = clean(&base, &ours, &theirs);
    assert_eq!(outcome.at("/cells/0/metadata/k"), 1);
    assert_eq!(outcome.sources(), ["depth = 1\nlog.append(depth)\n"]);
}

#[test]
fn a_conflict_of_the_notebooks_metadata_is_at_its_top() {
    let [base, ours, theirs] =
        ["Depths", "Soundings", "Pings"].map(|title| with_metadata(json!({ "title": title })));
    let outcome = conflicting(&base, &ours, &theirs);
    assert_eq!(outcome.merged.conflicts[0].cell, None);
    assert_eq!(outcome.at("/metadata/title"), "Soundings");
    let note = &outcome.sources()[0];
    assert!(
        note.starts_with("**Merge conflict in the notebook**: "),
        "{note}"
    );
    assert!(note.contains("\n`/metadata/title`:\n"), "{note}");
}

#[test]
fn kernels_of_both_sides_are_ours_and_that_is_told() {
    let [base, ours, theirs] = ["python3", "sea", "ice"].map(|name| {
        with_metadata(json!({"kernelspec":
            {"display_name": name.to_uppercase(), "language": "python", "name": name}}))
    });
    let outcome = clean(&base, &ours, &theirs);
    let wanted = json!({"display_name": "SEA", "language": "python", "name": "sea"});
    assert_eq!(outcome.at("/metadata/kernelspec"), &wanted);
    assert!(matches!(
        outcome.decided().as_slice(),
        [Decided::KeyOf(key, Side::Ours)] if key.contains("kernelspec")
    ));
}

#[test]
fn a_kernel_of_one_side_is_taken() {
    let [base, other] = ["python3", "ice"]
        .map(|name| with_metadata(json!({"kernelspec": {"display_name": name, "name": name}})));
    for outcome in [clean(&base, &other, &base), clean(&base, &base, &other)] {
        assert_eq!(outcome.at("/metadata/kernelspec/name"), "ice");
    }
}

#[test]
fn kernels_of_different_languages_conflict() {
    let [base, ours, theirs] = ["python", "julia", "R"].map(|language| {
        with_metadata(json!({"kernelspec":
            {"display_name": language, "language": language, "name": language}}))
    });
    let options = MergeOptions::default();
    let outcome = merged_with(&options, &base, &ours, &theirs);
    assert!(!outcome.merged.is_clean());
    assert_eq!(outcome.at("/metadata/kernelspec/name"), "julia");
}

#[test]
fn the_higher_version_of_the_language_is_kept() {
    let [base, ours, theirs] = ["3.8.2", "3.10.1", "3.9.7"].map(|version| {
        with_metadata(json!({"language_info": {"name": "python", "version": version}}))
    });
    for outcome in [clean(&base, &ours, &theirs), clean(&base, &theirs, &ours)] {
        assert_eq!(outcome.at("/metadata/language_info/version"), "3.10.1");
    }
}

#[test]
fn another_kind_and_an_edit_of_the_source_are_both_made() {
    let source = "# Soundings\nof the last winter";
    let base = notebook([markdown("ping", source)]);
    let ours = notebook([code("ping", source)]);
    let theirs = notebook([markdown("ping", &source.replace("winter", "summer"))]);
    for outcome in [clean(&base, &ours, &theirs), clean(&base, &theirs, &ours)] {
        assert_eq!(outcome.at("/cells/0/cell_type"), "code");
        assert_eq!(outcome.sources(), ["# Soundings\nof the last summer"]);
    }
}

#[test]
fn a_cell_that_is_no_code_anymore_has_no_outputs_whoever_ran_it() {
    let base = notebook([code("ping", SOURCE)]);
    let text = notebook([markdown("ping", SOURCE)]);
    let again = notebook([ran(code("ping", SOURCE), 4, "120 m\n")]);
    for outcome in [clean(&base, &text, &again), clean(&base, &again, &text)] {
        assert_eq!(outcome.at("/cells/0/cell_type"), "markdown");
        assert_eq!(outcome.at("/cells/0/outputs"), &Value::Null);
    }
}

#[test]
fn two_other_kinds_conflict_and_ours_stands_there() {
    let source = "the text of this cell stays\nwhatever it is";
    let base = notebook([code("ping", source)]);
    let ours = notebook([markdown("ping", source)]);
    let theirs = with(ours.clone(), "/cells/0/cell_type", "raw".into());
    let outcome = conflicting(&base, &ours, &theirs);
    assert_eq!(outcome.merged.conflicts[0].what, Disputed::Kind);
    assert_eq!(outcome.at("/cells/1/cell_type"), "markdown");
    assert_eq!(outcome.sources()[1], source);
    let wanted = "\n`/cell_type`:\n\n```json\n<<<<<<< ours\n\"markdown\"\n=======\n\"raw\"\n";
    assert!(outcome.marked().contains(wanted), "{}", outcome.marked());
}

#[test]
fn several_conflicts_of_a_cell_are_in_one_note() {
    let [base, ours, theirs] = [1, 2, 3].map(|n| cell_with(json!({"a": n, "b": [n]})));
    let options = MergeOptions::default();
    let outcome = merged_with(&options, &base, &ours, &theirs);
    assert_eq!(outcome.merged.conflicts.len(), 2);
    assert_eq!(outcome.sources().len(), 2);
    let note = outcome.marked();
    assert!(
        note.contains("`/metadata/a`:") && note.contains("`/metadata/b`:"),
        "{note}"
    );
}
