//! Lines of one cell that both sides changed.

use nbweave::merge::{Adjacent, ConflictStyle, Disputed, Favor, Labels};

use super::*;

fn one(source: &str) -> Value {
    notebook([code("one", source)])
}

const RECIPE: &str =
    "flour = 500\nwater = 320\nsalt = 10\nyeast = 7\nsugar = 0\noil = 15\nbake(220)";

#[test]
fn changes_of_different_lines_are_both_made() {
    let ours = one(&RECIPE.replace("500", "450"));
    let theirs = one(&RECIPE.replace("220", "230"));
    let outcome = clean(&one(RECIPE), &ours, &theirs);
    let wanted = RECIPE.replace("500", "450").replace("220", "230");
    assert_eq!(outcome.sources(), [wanted]);
}

#[test]
fn the_same_change_is_made_once() {
    let both = RECIPE.replace("salt = 10\n", "salt = 10\npepper = 1\n");
    let theirs = with(one(&both), "/cells/0/metadata/tags", json!(["dough"]));
    let outcome = clean(&one(RECIPE), &one(&both), &theirs);
    assert_eq!(outcome.sources(), [both]);
}

#[test]
fn touching_lines_conflict_as_in_git_unless_asked_otherwise() {
    let ours = one(&RECIPE.replace("320", "300"));
    let theirs = one(&RECIPE.replace("salt = 10", "salt = 12"));
    let outcome = conflicting(&one(RECIPE), &ours, &theirs);
    let wanted = "flour = 500\n<<<<<<< ours\nwater = 300\nsalt = 10\n=======\n\
                  water = 320\nsalt = 12\n>>>>>>> theirs\nyeast = 7\n";
    assert!(outcome.marked().starts_with(wanted), "{}", outcome.marked());

    let options = MergeOptions {
        adjacent: Adjacent::Merge,
        ..MergeOptions::default()
    };
    let outcome = merged_with(&options, &one(RECIPE), &ours, &theirs);
    let wanted = RECIPE
        .replace("320", "300")
        .replace("salt = 10", "salt = 12");
    assert_eq!(outcome.sources(), [wanted]);
}

#[test]
fn a_conflict_in_a_last_line_without_a_line_end_has_markers_on_lines_of_their_own() {
    let (ours, theirs) = (RECIPE.replace("220", "200"), RECIPE.replace("220", "240"));
    let outcome = conflicting(&one(RECIPE), &one(&ours), &one(&theirs));
    let head = RECIPE.strip_suffix("bake(220)").unwrap();
    let wanted = format!("{head}<<<<<<< ours\nbake(200)\n=======\nbake(240)\n>>>>>>> theirs");
    assert_eq!(outcome.marked(), wanted);
    let conflict = &outcome.merged.conflicts[0];
    assert_eq!(
        (conflict.cell, &conflict.what),
        (Some(0), &Disputed::Source)
    );
}

#[test]
fn line_ends_are_kept() {
    let crlf = |source: &str| one(&source.replace('\n', "\r\n"));
    let base = "rows = 2\ncolumns = 3\ndepth = 4\n";
    let (ours, theirs) = (base.replace('2', "8"), base.replace('4', "9"));
    let outcome = clean(&crlf(base), &crlf(&ours), &crlf(&theirs));
    assert_eq!(
        outcome.sources(),
        ["rows = 8\r\ncolumns = 3\r\ndepth = 9\r\n"]
    );

    let theirs = base.replace('2', "7");
    let outcome = conflicting(&crlf(base), &crlf(&ours), &crlf(&theirs));
    let wanted = "<<<<<<< ours\r\nrows = 8\r\n=======\r\nrows = 7\r\n>>>>>>> theirs\r\n\
                  columns = 3\r\ndepth = 4\r\n";
    assert_eq!(outcome.marked(), wanted);
}

#[test]
fn styles_labels_and_sizes_of_markers_are_as_asked_for() {
    let (ours, theirs) = (RECIPE.replace("10", "11"), RECIPE.replace("10", "12"));
    let options = MergeOptions {
        style: ConflictStyle::Diff3,
        labels: Labels {
            base: String::new(),
            ours: "HEAD".to_owned(),
            theirs: "spelt".to_owned(),
        },
        marker_size: 9,
        ..MergeOptions::default()
    };
    let outcome = merged_with(&options, &one(RECIPE), &one(&ours), &one(&theirs));
    let wanted = "\n<<<<<<<<< HEAD\nsalt = 11\n|||||||||\nsalt = 10\n=========\nsalt = 12\n\
                  >>>>>>>>> spelt\n";
    assert!(outcome.marked().contains(wanted), "{}", outcome.marked());
}

#[test]
fn zdiff3_puts_lines_of_both_sides_outside() {
    let ours = RECIPE.replace("salt = 10", "# spices\nsalt = 11");
    let theirs = RECIPE.replace("salt = 10", "# spices\nsalt = 12");
    let options = MergeOptions {
        style: ConflictStyle::Zdiff3,
        ..MergeOptions::default()
    };
    let outcome = merged_with(&options, &one(RECIPE), &one(&ours), &one(&theirs));
    let wanted = "\n# spices\n<<<<<<< ours\nsalt = 11\n||||||| base\nsalt = 10\n=======\n\
                  salt = 12\n>>>>>>> theirs\n";
    assert!(outcome.marked().contains(wanted), "{}", outcome.marked());
}

#[test]
fn markers_are_longer_where_the_text_has_such_a_run() {
    let text = "Title\n=======\n\nKnead for ten minutes.";
    let [base, ours, theirs] = ["ten", "six", "two"].map(|word| one(&text.replace("ten", word)));
    let outcome = conflicting(&base, &ours, &theirs);
    let wanted = "Title\n=======\n\n<<<<<<<< ours\nKnead for six minutes.\n========\n\
                  Knead for two minutes.\n>>>>>>>> theirs";
    assert_eq!(outcome.marked(), wanted);
}

#[test]
fn conflicting_lines_are_taken_as_favored() {
    let (ours, theirs) = (RECIPE.replace("10", "11"), RECIPE.replace("10", "12"));
    let theirs = theirs.replace("220", "190");
    for (favor, lines) in [
        (Favor::Ours, "\nsalt = 11\nyeast"),
        (Favor::Theirs, "\nsalt = 12\nyeast"),
        (Favor::Union, "\nsalt = 11\nsalt = 12\nyeast"),
    ] {
        let options = MergeOptions {
            favor: Some(favor),
            ..MergeOptions::default()
        };
        let outcome = merged_with(&options, &one(RECIPE), &one(&ours), &one(&theirs));
        assert!(outcome.merged.is_clean());
        let source = &outcome.sources()[0];
        assert!(
            source.contains(lines) && source.ends_with("bake(190)"),
            "{source}"
        );
    }
}

#[test]
fn sources_of_other_scripts_are_merged_by_line() {
    let base = "größe = 'Straße 🚢'\n\nπ = 3.14\nprint(größe)";
    let ours = base.replace("🚢", "🚀");
    let theirs = base.replace("print(größe)", "print(größe, π)");
    let outcome = clean(&one(base), &one(&ours), &one(&theirs));
    let wanted = "größe = 'Straße 🚀'\n\nπ = 3.14\nprint(größe, π)";
    assert_eq!(outcome.sources(), [wanted]);
}
