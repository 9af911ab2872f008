//! What a conflict looks like where it has no place in a source.

use nbweave::merge::ConflictStyle;

use super::*;

const SOURCE: &str = "buoys = chart.buoys()\nbuoys.lit()";

fn with_depth(depth: &Value) -> Value {
    notebook([with(code("one", SOURCE), "/metadata/depth", depth.clone())])
}

#[test]
fn a_key_that_a_side_does_not_have_is_nothing_between_markers() {
    let base = with_depth(&json!(5));
    let ours = notebook([code("one", SOURCE)]);
    let theirs = with_depth(&json!({"m": 7}));
    let outcome = conflicting(&base, &ours, &theirs);
    let marked = outcome.marked();
    assert!(marked.contains("<<<<<<< ours\n=======\n{"), "{marked}");
    assert_eq!(outcome.merged.conflicts[0].ours, None);
    assert_eq!(outcome.at("/cells/1/metadata"), &json!({}));
}

#[test]
fn notes_show_the_base_where_the_style_does() {
    let options = MergeOptions {
        style: ConflictStyle::Diff3,
        ..MergeOptions::default()
    };
    let [base, ours, theirs] = [json!(5), json!(6), json!(7)].map(|depth| with_depth(&depth));
    let outcome = merged_with(&options, &base, &ours, &theirs);
    let wanted = "<<<<<<< ours\n6\n||||||| base\n5\n=======\n7\n>>>>>>> theirs\n";
    assert!(outcome.marked().contains(wanted), "{}", outcome.marked());
}

#[test]
fn a_note_in_a_notebook_without_ids_has_none() {
    let [base, ours, theirs] = [5, 6, 7].map(|depth| {
        let cell = with(code("one", SOURCE), "/metadata/depth", depth.into());
        notebook_without_ids([cell])
    });
    let outcome = conflicting(&base, &ours, &theirs);
    assert_eq!(outcome.ids(), [""; 0]);
    assert_eq!(outcome.at("/cells/0/cell_type"), "markdown");
}

#[test]
fn a_source_and_metadata_that_conflict_are_marked_each_in_its_place() {
    let [base, ours, theirs] = ["lit", "red", "big"].map(|name| {
        let source = SOURCE.replace("lit", name);
        notebook([with(code("one", &source), "/metadata/name", name.into())])
    });
    let outcome = merged_with(&MergeOptions::default(), &base, &ours, &theirs);
    assert_eq!(outcome.merged.conflicts.len(), 2);
    let sources = outcome.sources();
    assert_eq!(sources.len(), 2);
    assert!(sources[0].starts_with("**Merge conflict in the cell below**"));
    assert!(sources[1].contains("<<<<<<< ours\nbuoys.red()\n=======\nbuoys.big()\n>>>>>>>"));
}
