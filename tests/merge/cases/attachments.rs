//! Pictures in the text of a cell.

use nbweave::merge::Disputed;

use super::*;

const TEXT: &str = "The chart:\n\n![](attachment:chart.png)\n\nshows the strait.";

fn with_pictures(pictures: &[(&str, &str)]) -> Value {
    let mut cell = markdown("chart", TEXT);
    for (name, data) in pictures {
        cell["attachments"][name] = json!({ "image/png": data });
    }
    notebook([cell])
}

#[test]
fn attachments_are_merged_by_name() {
    let base = with_pictures(&[("chart.png", "AAAA")]);
    let ours = with_pictures(&[("chart.png", "BBBB")]);
    let theirs = with_pictures(&[("chart.png", "AAAA"), ("map.png", "CCCC")]);
    for outcome in [clean(&base, &ours, &theirs), clean(&base, &theirs, &ours)] {
        let wanted = json!({"chart.png": {"image/png": "BBBB"}, "map.png": {"image/png": "CCCC"}});
        assert_eq!(outcome.at("/cells/0/attachments"), &wanted);
    }
}

#[test]
fn different_pictures_of_one_name_are_both_kept_under_names() {
    let base = notebook([markdown("chart", TEXT)]);
    let ours = with_pictures(&[("chart.png", "BBBB")]);
    let theirs = with_pictures(&[("chart.png", "CCCC")]);
    let outcome = conflicting(&base, &ours, &theirs);
    let wanted =
        json!({"chart.png": {"image/png": "BBBB"}, "chart-theirs.png": {"image/png": "CCCC"}});
    assert_eq!(outcome.at("/cells/1/attachments"), &wanted);
    let conflict = &outcome.merged.conflicts[0];
    assert_eq!(conflict.what, Disputed::Attachment("chart.png".to_owned()));
    let wanted = "\n`/attachments/chart.png`:\n\n```json\n<<<<<<< ours\n\"chart.png\"\n=======\n\
                  \"chart-theirs.png\"\n>>>>>>> theirs\n```";
    assert!(outcome.marked().contains(wanted), "{}", outcome.marked());
}

#[test]
fn a_picture_that_both_changed_conflicts_and_others_stay() {
    let [base, ours, theirs] = ["AAAA", "BBBB", "CCCC"]
        .map(|data| with_pictures(&[("chart.png", data), ("map.png", "DDDD")]));
    let outcome = conflicting(&base, &ours, &theirs);
    let attachments = outcome.at("/cells/1/attachments").as_object().unwrap();
    assert_eq!(attachments.len(), 3);
    assert_eq!(attachments["map.png"], json!({"image/png": "DDDD"}));
}

#[test]
fn two_versions_of_a_new_cell_keep_the_pictures_of_both() {
    let new = |id: &str, side: &str, name: &str| {
        let text = format!(
            "## Result\n\nThe currents of the strait in winter.\n\n![](attachment:{name})\n\n\
             Arrows point {side}."
        );
        with(
            markdown(id, &text),
            "/attachments",
            json!({name: {"image/png": "AAAA"}}),
        )
    };
    let base = notebook(fleet());
    let ours = notebook(inserted(fleet(), 5, [new("o", "north", "a.png")]));
    let theirs = notebook(inserted(fleet(), 5, [new("t", "south", "b.png")]));
    let options = MergeOptions::default();
    let outcome = merged_with(&options, &base, &ours, &theirs);
    assert!(!outcome.merged.is_clean());
    assert_eq!(outcome.sources().len(), 6);
    assert_eq!(
        outcome
            .at("/cells/5/attachments")
            .as_object()
            .unwrap()
            .len(),
        2
    );
    let marked = outcome.marked();
    assert!(marked.contains("point north") && marked.contains("point south"));
}
