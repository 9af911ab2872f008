//! Which lines are merged, which conflict, and how that is written.

use super::*;

/// Merges lines that are written as words.
#[track_caller]
fn merged(base: &str, ours: &str, theirs: &str, options: &MergeOptions) -> String {
    let text = |words: &str| words.replace(' ', "\n");
    let (base, ours, theirs) = (text(base), text(ours), text(theirs));
    let texts = Versions {
        base: base.as_str(),
        ours: ours.as_str(),
        theirs: theirs.as_str(),
    };
    let merge = LineMerge::new(texts, options, true);
    let markers = Markers::for_texts(options, [texts.base, texts.ours, texts.theirs]);
    merge.text(&markers).replace('\n', "|")
}

#[track_caller]
fn check(base: &str, ours: &str, theirs: &str, expected: &str) {
    let options = MergeOptions::default();
    assert_eq!(merged(base, ours, theirs, &options), expected);
}

fn styled(style: ConflictStyle) -> MergeOptions {
    MergeOptions {
        style,
        ..MergeOptions::default()
    }
}

#[test]
fn changes_of_different_lines_are_both_taken() {
    check("a b c d e", "A b c d e", "a b c d E", "A|b|c|d|E");
    check("a b c", "x a b c", "a b c y", "x|a|b|c|y");
    check("a b c d", "a c d", "a b c", "a|c");
    check("a b c d e", "a b c d e", "e", "e");
}

#[test]
fn one_change_on_both_sides_is_taken_once() {
    check("a b c", "a X c", "a X c", "a|X|c");
    check("a b c d", "a X c D", "a X c d", "a|X|c|D");
}

#[test]
fn lines_that_overlap_or_touch_conflict() {
    let conflict = "<<<<<<< ours|1|b|=======|a|2|>>>>>>> theirs|c";
    check("a b c", "1 b c", "a 2 c", conflict);
    check(
        "a b c",
        "a 1 c",
        "a 2 c",
        "a|<<<<<<< ours|1|=======|2|>>>>>>> theirs|c",
    );
    check(
        "a b",
        "a 1 b",
        "a 2 b",
        "a|<<<<<<< ours|1|=======|2|>>>>>>> theirs|b",
    );
}

#[test]
fn touching_lines_are_merged_if_asked() {
    let options = MergeOptions {
        adjacent: Adjacent::Merge,
        ..MergeOptions::default()
    };
    assert_eq!(merged("a b c", "1 b c", "a 2 c", &options), "1|2|c");
    assert_eq!(merged("a b c", "a x b c", "a 2 c", &options), "a|x|2|c");
    let both = merged("a b c", "a 1 c", "a 2 c", &options);
    assert!(both.contains("<<<<<<<"), "{both}");
    let inserts = merged("a b", "a 1 b", "a 2 b", &options);
    assert!(inserts.contains("<<<<<<<"), "{inserts}");
}

#[test]
fn a_final_line_end_makes_no_conflict() {
    check("a b", "a b ", "A b", "A|b|");
    check("a b c d", "a b c D", "A b c d ", "A|b|c|D|");
    check(
        "a b",
        "a 1",
        "a 2",
        "a|<<<<<<< ours|1|=======|2|>>>>>>> theirs",
    );
}

#[test]
fn blanks_at_line_ends_give_way_to_a_change() {
    let options = MergeOptions::default();
    let trimmed = merged("a\t b", "a b", "A b", &options);
    assert_eq!(trimmed, "A|b");
}

#[test]
fn changed_line_ends_are_merged_on_their_own() {
    check("a b c d", "a\r b\r c\r d", "A b c d", "A\r|b\r|c\r|d");
    check("a\r b\r c d", "A\r b\r c d", "a\r b\r c D", "A\r|b\r|c|D");
}

#[test]
fn what_both_sides_have_is_no_part_of_a_conflict() {
    check(
        "a",
        "x 1 y",
        "x 2 y",
        "x|<<<<<<< ours|1|=======|2|>>>>>>> theirs|y",
    );
    check(
        "z",
        "1 k l m n 2",
        "3 k l m n 4",
        "<<<<<<< ours|1|=======|3|>>>>>>> theirs|k|l|m|n|\
         <<<<<<< ours|2|=======|4|>>>>>>> theirs",
    );
    // As in git, three lines between conflicts are too few.
    check(
        "z",
        "1 k l m 2",
        "3 k l m 4",
        "<<<<<<< ours|1|k|l|m|2|=======|3|k|l|m|4|>>>>>>> theirs",
    );
}

#[test]
fn diff3_shows_all_and_zdiff3_what_differs() {
    assert_eq!(
        merged("a", "x 1", "x 2", &styled(ConflictStyle::Diff3)),
        "<<<<<<< ours|x|1|||||||| base|a|=======|x|2|>>>>>>> theirs"
    );
    assert_eq!(
        merged("a", "x 1", "x 2", &styled(ConflictStyle::Zdiff3)),
        "x|<<<<<<< ours|1|||||||| base|a|=======|2|>>>>>>> theirs"
    );
}

#[test]
fn a_side_is_taken_if_asked() {
    for (favor, expected) in [
        (Favor::Ours, "A|1|c|d|E"),
        (Favor::Theirs, "A|2|c|d|E"),
        (Favor::Union, "A|1|A|2|c|d|E"),
    ] {
        let options = MergeOptions {
            favor: Some(favor),
            ..MergeOptions::default()
        };
        assert_eq!(
            merged("a b c d e", "A 1 c d e", "A 2 c d E", &options),
            expected
        );
    }
}

#[test]
fn markers_are_longer_than_what_could_be_taken_for_one() {
    check(
        "a ======= b",
        "1 ======= b",
        "2 ======= b",
        "<<<<<<<< ours|1|========|2|>>>>>>>> theirs|=======|b",
    );
}
