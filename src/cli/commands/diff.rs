//! `nbweave diff`: what changed, between anything git can name and more.

use std::io::{self, BufWriter, Write as _};

use anyhow::{Context as _, Result};
use nbweave::git::Blobs;
use nbweave::render::write_stat;
use rayon::prelude::*;

use crate::cli::args::{DiffArgs, FormatArg};
use crate::cli::compare::{Columns, Ends, List, Look, Shown, View, compare};
use crate::cli::exit::Exit;
use crate::cli::pager;
use crate::cli::pairs::{Pair, pairs};
use crate::cli::settings::{CommandLine, OnProblem};
use crate::cli::ui;

/// So many pairs are compared before the first of them is written.
const BATCH: usize = 64;

pub(crate) fn run(args: &DiffArgs, line: &CommandLine) -> Result<Exit> {
    let wants_exit_code = args.exit_code || args.quiet;
    // As in git: the exit code would be the pager's.
    if !args.no_pager && !wants_exit_code {
        pager::page("diff")?;
    }
    let pairs = pairs(args)?;
    let look = Look::new(&line.args(None, OnProblem::Fail)?, view(args));
    let ended = show_all(&pairs, &look)?;
    Ok(match ended {
        Ended { failed: true, .. } => Exit::Failed,
        Ended { differs: true, .. } if wants_exit_code => Exit::Found,
        Ended { .. } => Exit::Clean,
    })
}

fn view(args: &DiffArgs) -> View {
    let list = |columns| {
        let ends = if args.zero { Ends::Nul } else { Ends::LineFeed };
        View::List(List { columns, ends })
    };
    let views = [
        (args.quiet, View::Nothing),
        (args.stat, View::Stat),
        (args.name_only, list(Columns::Name)),
        (args.name_status, list(Columns::Status)),
        (args.raw, list(Columns::Raw)),
        (args.format == FormatArg::Json, View::Json),
    ];
    let asked = views.into_iter().find(|(is_asked, _)| *is_asked);
    asked.map_or(View::Changes, |(_, view)| view)
}

/// How comparing many pairs ended.
#[derive(Clone, Copy, Debug, Default)]
struct Ended {
    differs: bool,
    failed: bool,
}

/// Compares all pairs, several at once, and writes what differs in their
/// order. One that cannot be read does not stop the others.
fn show_all(pairs: &[Pair], look: &Look) -> Result<Ended> {
    let mut ended = Ended::default();
    let mut stats = Vec::new();
    let mut out = BufWriter::new(io::stdout().lock());
    for batch in pairs.chunks(BATCH) {
        let all: Vec<_> = match batch {
            [pair] => vec![show(pair, &mut None, look)],
            batch => batch
                .par_iter()
                .map_init(|| None, |blobs, pair| show(pair, blobs, look))
                .collect(),
        };
        for shown in all {
            match shown {
                Ok(shown) => {
                    out.write_all(&shown.text).context("cannot write")?;
                    ended.differs |= shown.differs;
                    stats.extend(shown.stat);
                }
                Err(error) => {
                    ended.failed |= ui::report(&error) == Exit::Failed;
                }
            }
        }
        out.flush().context("cannot write")?;
        if ended.differs && look.view == View::Nothing {
            return Ok(ended);
        }
    }
    write_stat(&stats, &look.options, &look.theme, &mut out)
        .and_then(|()| out.flush())
        .context("cannot write")?;
    Ok(ended)
}

fn show(pair: &Pair, blobs: &mut Option<Blobs>, look: &Look) -> Result<Shown> {
    let old = pair.old.read(blobs)?;
    let new = pair.new.read(blobs)?;
    Ok(compare(pair, old.as_deref(), new.as_deref(), look))
}
