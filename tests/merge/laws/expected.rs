//! Law: changes that have nothing to do with each other are merged without a
//! conflict, into exactly what both together make of the base.

use nbweave::merge::MergeOptions;
use serde_json::Value;

use super::disjoint::{Disjoint, Together, disjoint};
use super::harness::{Files, hold};
use super::model::{Cell, Layout, Model};
use super::overlapping::Counts;
use super::random::Random;
use crate::result::{Written, source};

#[test]
fn changes_of_different_cells_never_conflict() {
    hold("different", 150, |seed| {
        merged_as_expected(seed, Together::Never)
    });
}

#[test]
fn changes_of_one_cell_that_go_together_never_conflict() {
    hold("together", 150, |seed| {
        merged_as_expected(seed, Together::Sometimes)
    });
}

fn merged_as_expected(seed: u64, together: Together) -> Result<(), (String, Files)> {
    let mut random = Random::new(seed);
    let case = disjoint(&mut random, together);
    let files = Files::new(&mut random, &case.base, &case.ours, &case.theirs);
    check(&case, &files).map_err(|what| (what, files))
}

fn check(case: &Disjoint, files: &Files) -> Result<(), String> {
    let (merged, bytes) = files.merge(&MergeOptions::default())?;
    let written = Written::read(&bytes)?;
    written.check()?;
    if let Some(conflict) = merged.conflicts.first() {
        return Err(format!("conflict: {conflict:?}"));
    }
    equals_model(&written, &case.expected, &case.any_outputs)?;
    for (cell, value) in case.expected.cells.iter().zip(written.cells()) {
        let ids = ids_of(cell, [&case.ours, &case.theirs]);
        if !ids.is_empty() && !ids.contains(&value["id"].as_str().unwrap_or("")) {
            return Err(format!("id {} where {ids:?} is wanted", value["id"]));
        }
    }
    Ok(())
}

/// Returns the ids that the sides have for the cell.
fn ids_of<'a>(cell: &Cell, sides: [&'a Model; 2]) -> Vec<&'a str> {
    let with_ids = sides.into_iter().filter(|side| side.has_ids());
    with_ids
        .flat_map(|side| &side.cells)
        .filter(|other| other.key == cell.key)
        .map(|other| other.id.as_str())
        .collect()
}

/// Says how the notebook differs from what is wanted, but for ids.
pub(crate) fn equals_model(
    written: &Written,
    expected: &Model,
    any_outputs: &[u64],
) -> Result<(), String> {
    let first_lines = |sources: &mut dyn Iterator<Item = String>| {
        let lines: Vec<String> = sources
            .map(|source| {
                source
                    .lines()
                    .next()
                    .unwrap_or("")
                    .chars()
                    .take(30)
                    .collect()
            })
            .collect();
        lines.join("\n        ")
    };
    for (index, cell) in expected.cells.iter().enumerate() {
        let Some(value) = written.cells().get(index) else {
            break;
        };
        if source(value) != cell.source() {
            return Err(format!(
                "cell {index}: {:?} where {:?} is wanted; all:\n        {}\n    wanted:\n        {}",
                source(value),
                cell.source(),
                first_lines(&mut written.sources()),
                first_lines(&mut expected.cells.iter().map(Cell::source)),
            ));
        }
        let mut differs = vec![
            ("kind", value["cell_type"] != cell.kind.name()),
            (
                "metadata",
                value["metadata"] != Value::from(cell.metadata.clone()),
            ),
            (
                "attachments",
                !is_same_or_absent(value.get("attachments"), &cell.attachments),
            ),
        ];
        if cell.is_code() && !any_outputs.contains(&cell.key) {
            differs.push((
                "outputs",
                value["outputs"] != Value::from(cell.outputs.clone()),
            ));
            differs.push(("count", value["execution_count"] != Value::from(cell.count)));
        }
        if let Some((what, _)) = differs.iter().find(|(_, differs)| *differs) {
            return Err(format!(
                "cell {index}: {what} {value} where {cell:?} is wanted"
            ));
        }
    }
    if written.cells().len() != expected.cells.len() {
        return Err(format!(
            "{} cells where {} are wanted:\n        {}\n    wanted:\n        {}",
            written.cells().len(),
            expected.cells.len(),
            first_lines(&mut written.sources()),
            first_lines(&mut expected.cells.iter().map(Cell::source)),
        ));
    }
    if written.value["metadata"] != Value::from(expected.metadata.clone()) {
        return Err(format!(
            "metadata {} where {:?} is wanted",
            written.value["metadata"], expected.metadata
        ));
    }
    if written.minor() != expected.minor {
        return Err(format!("nbformat 4.{}", written.minor()));
    }
    Ok(())
}

fn is_same_or_absent(value: Option<&Value>, map: &serde_json::Map<String, Value>) -> bool {
    match value {
        Some(value) => value == &Value::from(map.clone()),
        None => map.is_empty(),
    }
}

#[test]
fn what_is_expected_is_a_notebook_with_the_lines_of_both_sides() {
    hold("generator", 60, |seed| {
        let mut random = Random::new(seed);
        let case = disjoint(&mut random, Together::Sometimes);
        let files = Files::new(&mut random, &case.base, &case.ours, &case.theirs);
        check_generated(&case, &mut random).map_err(|what| (what, files))
    });
}

fn check_generated(case: &Disjoint, random: &mut Random) -> Result<(), String> {
    for model in [&case.base, &case.ours, &case.theirs, &case.expected] {
        let written = Written::read(&model.write(&Layout::any(random)))?;
        written.check()?;
        equals_model(&written, model, &[])?;
    }
    let expected = Written::read(&case.expected.write(&Layout::any(random)))?;
    let versions = [&case.base, &case.ours, &case.theirs];
    Counts::of(versions, expected.line_counts()).add_up()
}

#[test]
fn equal_seeds_give_equal_bytes_and_others_other_bytes() {
    let bytes = |seed| {
        let mut random = Random::new(seed);
        let case = disjoint(&mut random, Together::Sometimes);
        Files::new(&mut random, &case.base, &case.ours, &case.theirs).ours
    };
    assert_eq!(bytes(3), bytes(3));
    assert_ne!(bytes(3), bytes(4));
}
