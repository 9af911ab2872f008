//! `nbweave merge`: three files into one.

use std::io::{self, Write as _};
use std::path::Path;

use anyhow::{Context as _, Result};
use nbweave::merge::{Labels, MergeOptions, Versions};
use nbweave::render::merge_json;

use crate::cli::args::{MergeArgs, MergeRuleArgs};
use crate::cli::exit::Exit;
use crate::cli::input::Input;
use crate::cli::merging::{Merge, label};
use crate::cli::output::write_result;
use crate::cli::settings::{CommandLine, OnProblem};
use crate::cli::ui::Usage;

pub(crate) fn run(args: &MergeArgs, line: &CommandLine) -> Result<Exit> {
    let result = args.output.as_deref().unwrap_or(&args.ours);
    let rules: MergeRuleArgs = line.args(Some(result), OnProblem::Fail)?;
    let inputs = Versions {
        base: input(&args.base),
        ours: input(&args.ours),
        theirs: input(&args.theirs),
    };
    let Versions { base, ours, theirs } = &inputs;
    let is_stdin = |input: &&&Input| **input == &Input::Stdin;
    if [base, ours, theirs].iter().filter(is_stdin).count() > 1 {
        return Err(Usage("`-` can only be one of the versions".to_owned()).into());
    }
    if args.format.is_some() && args.output.is_none() {
        let message = "with --format, the result needs a file of its own: -o OUT";
        return Err(Usage(message.to_owned()).into());
    }
    let names = Versions {
        base: base.to_string(),
        ours: ours.to_string(),
        theirs: theirs.to_string(),
    };
    let (base, ours, theirs) = (base.read()?, ours.read()?, theirs.read()?);
    let name = |given: &Option<String>, name: &String| label(given.as_ref().unwrap_or(name));
    let options = MergeOptions {
        labels: Labels {
            base: name(&args.label_base, &names.base),
            ours: name(&args.label_ours, &names.ours),
            theirs: name(&args.label_theirs, &names.theirs),
        },
        marker_size: args.marker_size,
        ..rules.options()
    };
    let versions = Versions {
        base: &*base,
        ours: &*ours,
        theirs: &*theirs,
    };
    let merge = Merge::styled(versions, options, rules.has_style())
        .with_context(|| format!("cannot merge '{}'", names.ours))?;
    let mut out = io::stdout().lock();
    let name = if let Some(path) = &args.output {
        write_result(path, &merge.bytes)?
    } else {
        out.write_all(&merge.bytes).context("cannot write")?;
        names.ours.clone()
    };
    if args.format.is_some() {
        let names = Versions {
            base: &*names.base,
            ours: &*names.ours,
            theirs: &*names.theirs,
        };
        let written = merge.with_result(|by| merge_json(names, by, &mut out));
        written.transpose().context("cannot write")?;
    }
    out.flush().context("cannot write")?;
    merge.tell(&name, args.quiet);
    Ok(if merge.has_conflicts() {
        Exit::Found
    } else {
        Exit::Clean
    })
}

fn input(path: &Path) -> Input {
    if path == Path::new("-") {
        Input::Stdin
    } else {
        Input::File(path.to_owned())
    }
}
