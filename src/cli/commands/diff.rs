//! `nbweave diff`: what changed, between anything git can name and more.

use std::io::{self, BufWriter, Write};

use anyhow::{Context as _, Result};
use nbweave::git::Blobs;
use nbweave::render::{MarkdownOptions, html_page, markdown, write_stat};
use rayon::prelude::*;

use crate::cli::args::{ColorArg, DiffArgs, FormatArg, LookArgs};
use crate::cli::compare::{Columns, Ends, List, Look, Shown, View, compare};
use crate::cli::exit::Exit;
use crate::cli::output::write_result;
use crate::cli::pager;
use crate::cli::pairs::{Pair, pairs};
use crate::cli::settings::{CommandLine, OnProblem};
use crate::cli::ui;

/// So many pairs are compared before the first of them is written.
const BATCH: usize = 64;

pub(crate) fn run(args: &DiffArgs, line: &CommandLine) -> Result<Exit> {
    let wants_exit_code = args.exit_code || args.quiet;
    // As in git: the exit code would be the pager's.
    if !args.no_pager && !wants_exit_code && args.output.is_none() {
        pager::page("diff")?;
    }
    let pairs = pairs(args)?;
    let mut look_args: LookArgs = line.args(None, OnProblem::Fail)?;
    if args.output.is_some() && look_args.color == ColorArg::Auto {
        look_args.color = ColorArg::Never;
    }
    let look = Look::new(&look_args, view(args));
    let comment = args.comment.options();
    let ended = if let Some(path) = &args.output {
        let mut result = Vec::new();
        let ended = show_all(&pairs, &look, &comment, &mut result)?;
        write_result(path, &result)?;
        ended
    } else {
        let mut out = BufWriter::new(io::stdout().lock());
        show_all(&pairs, &look, &comment, &mut out)?
    };
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
        (args.format == FormatArg::Html, View::Html(1)),
        (args.format == FormatArg::Markdown, View::Markdown),
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
fn show_all(
    pairs: &[Pair],
    look: &Look,
    comment: &MarkdownOptions,
    out: &mut dyn Write,
) -> Result<Ended> {
    let mut ended = Ended::default();
    let (mut stats, mut sections, mut reviews) = (Vec::new(), Vec::new(), Vec::new());
    let pairs: Vec<_> = (1..).zip(pairs).collect();
    for batch in pairs.chunks(BATCH) {
        let all: Vec<_> = match batch {
            [(number, pair)] => vec![show(*number, pair, &mut None, look)],
            batch => batch
                .par_iter()
                .map_init(
                    || None,
                    |blobs, (number, pair)| show(*number, pair, blobs, look),
                )
                .collect(),
        };
        for shown in all {
            match shown {
                Ok(shown) => {
                    out.write_all(&shown.text).context("cannot write")?;
                    ended.differs |= shown.differs;
                    stats.extend(shown.stat);
                    sections.extend(shown.section);
                    reviews.extend(shown.review);
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
    if let View::Html(_) = look.view {
        html_page(&sections, out).context("cannot write")?;
    }
    if look.view == View::Markdown {
        let comment = markdown(&reviews, comment);
        out.write_all(comment.as_bytes()).context("cannot write")?;
    }
    write_stat(&stats, &look.options, &look.theme, out)
        .and_then(|()| out.flush())
        .context("cannot write")?;
    Ok(ended)
}

/// `number` is that of the pair among all, from one.
fn show(number: usize, pair: &Pair, blobs: &mut Option<Blobs>, look: &Look) -> Result<Shown> {
    let old = pair.old.read(blobs)?;
    let new = pair.new.read(blobs)?;
    let mut look = look.clone();
    if let View::Html(at) = &mut look.view {
        *at = number;
    }
    Ok(compare(pair, old.as_deref(), new.as_deref(), &look))
}
