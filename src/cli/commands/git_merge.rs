//! `nbweave git-merge`: what git runs to merge a notebook.
//!
//! Git takes exit codes up to 128 for conflicts, and then what is in the file
//! for the result: a failure would look like a merge that kept ours. So it
//! always comes to a result, by lines if need be, and where it cannot, to an
//! exit code that ends the merge.

use std::ffi::OsString;
use std::io::Write as _;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;

use anyhow::{Context as _, Result};
use nbweave::git;
use nbweave::merge::{Labels, MergeOptions, Versions};

use crate::cli::args::GitMergeArgs;
use crate::cli::exit::Exit;
use crate::cli::input::Input;
use crate::cli::merging::{How, Merge, is_notebook, label};
use crate::cli::settings::{CommandLine, OnProblem};

/// What git calls ours when it merges bases of a merge.
const VIRTUAL_OURS: &str = "Temporary merge branch";

pub(crate) fn run(args: GitMergeArgs, line: &CommandLine) -> Result<Exit> {
    // A panic has an exit code that git takes for conflicts.
    catch_unwind(AssertUnwindSafe(|| merge(args, line))).unwrap_or(Ok(Exit::Failed))
}

fn merge(mut args: GitMergeArgs, line: &CommandLine) -> Result<Exit> {
    take_arguments(&mut args);
    let settings = || line.args(args.path.as_deref(), OnProblem::Say);
    // No mistake in settings, or of ours with them, keeps git from merging.
    if let Ok(Ok(rules)) = catch_unwind(AssertUnwindSafe(settings)) {
        args.rules = rules;
    }
    let missing = || "git is to name %O, %A and %B; `nbweave merge` is for people";
    let base = args.base.clone().with_context(missing)?;
    let ours = args.ours.clone().with_context(missing)?;
    let theirs = args.theirs.clone().with_context(missing)?;
    let name = Input::File(args.path.clone().unwrap_or_else(|| ours.clone())).to_string();
    let read = |file: &Path| Input::File(file.to_owned()).read();
    // A file that is not there leaves nothing to merge.
    let (base, our_bytes, theirs) = (read(&base)?, read(&ours)?, read(&theirs)?);
    let versions = Versions {
        base: &*base,
        ours: &*our_bytes,
        theirs: &*theirs,
    };
    let mut options = options(&args);
    let is_virtual = is_virtual(&args, options.marker_size);
    if is_virtual {
        options.favor = None;
    }
    let merge = Merge::styled(versions, options, args.rules.has_style())
        .with_context(|| format!("cannot merge '{name}'"))?;
    // What comes of a merge of bases is a base, too: nobody sees it, and
    // conflicts in it would make it worse than one of those it is made of.
    let result = if is_virtual && merge.has_conflicts() && is_notebook(versions.ours) {
        if is_notebook(versions.base) {
            versions.base
        } else {
            versions.ours
        }
    } else {
        &merge.bytes
    };
    if result != versions.ours {
        nbweave::fs::replace(&ours, |file| file.write_all(result))
            .with_context(|| format!("cannot write '{name}'"))?;
    }
    let is_bug = matches!(merge.how, How::Lines { is_bug: true, .. });
    if !is_virtual || is_bug {
        // With the result in its place, nothing that goes wrong with words is
        // to change how this ends.
        catch_unwind(AssertUnwindSafe(|| merge.tell(&name, false))).ok();
    }
    Ok(if merge.has_conflicts() {
        Exit::Found
    } else {
        Exit::Clean
    })
}

/// Takes what is named by its place alone: `%O %A %B %L %P %S %X %Y`.
fn take_arguments(args: &mut GitMergeArgs) {
    let mut arguments = std::mem::take(&mut args.arguments).into_iter();
    for file in [&mut args.base, &mut args.ours, &mut args.theirs] {
        take(file, &mut arguments);
    }
    take(&mut args.marker_size, &mut arguments);
    take(&mut args.path, &mut arguments);
    let labels = [
        &mut args.label_base,
        &mut args.label_ours,
        &mut args.label_theirs,
    ];
    for label in labels {
        take(label, &mut arguments);
    }
}

/// Fills a place with the next argument, if it is not filled.
fn take<T: From<OsString>>(place: &mut Option<T>, arguments: &mut impl Iterator<Item = OsString>) {
    if place.is_none() {
        *place = arguments.next().map(T::from);
    }
}

fn options(args: &GitMergeArgs) -> MergeOptions {
    let Labels { base, ours, theirs } = Labels::default();
    MergeOptions {
        labels: Labels {
            base: known(args.label_base.as_ref(), "%S").unwrap_or(base),
            ours: known(args.label_ours.as_ref(), "%X").unwrap_or(ours),
            theirs: known(args.label_theirs.as_ref(), "%Y").unwrap_or(theirs),
        },
        marker_size: args.marker_size(),
        ..args.rules.options()
    }
}

/// Returns a label, if git told one: git before 2.44 leaves the placeholder.
fn known(given: Option<&OsString>, placeholder: &str) -> Option<String> {
    let given = given.filter(|given| *given != placeholder)?;
    Some(label(&given.to_string_lossy()))
}

/// Returns whether this makes a base for another merge, of several bases that
/// two branches have in common.
fn is_virtual(args: &GitMergeArgs, marker_size: usize) -> bool {
    if let Some(ours) = known(args.label_ours.as_ref(), "%X") {
        return ours.starts_with(VIRTUAL_OURS);
    }
    // The markers are longer by two in each of these merges.
    let usual = MergeOptions::default().marker_size;
    if marker_size < usual + 2 {
        return false;
    }
    let path = args.path.as_deref();
    let usual = path.and_then(git::marker_size).unwrap_or(usual);
    let added = marker_size.saturating_sub(usual);
    added > 0 && added.is_multiple_of(2)
}
