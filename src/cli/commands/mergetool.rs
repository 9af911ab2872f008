//! `nbweave mergetool`: what git runs for `git mergetool`.

use std::io::{self, IsTerminal as _};

use anyhow::{Context as _, Result};
use nbweave::merge::{Labels, MergeOptions, Versions};

use super::resolve::{interact, tell};
use crate::cli::args::MergetoolArgs;
use crate::cli::bytes::{self, Bytes};
use crate::cli::conflicted::{Conflicted, State};
use crate::cli::exit::Exit;
use crate::cli::input::Input;
use crate::cli::merging::Merge;
use crate::cli::ui;

pub(crate) fn run(args: &MergetoolArgs) -> Result<Exit> {
    let mut found = Conflicted::read(args.merged.clone(), None)?;
    let local = Input::File(args.local.clone()).read()?;
    // What somebody did in the file since the merge is not to be lost.
    let is_merged = match &found.state {
        State::Notebook(bytes, _) => **bytes != *local,
        State::Missing | State::Broken(..) => false,
    };
    if !is_merged {
        let remote = Input::File(args.remote.clone()).read()?;
        // Both sides may have added the file.
        let base = match &args.base {
            Some(path) => bytes::read_path(path).unwrap_or_else(|_| Bytes::from(Vec::new())),
            None => Bytes::from(Vec::new()),
        };
        let versions = Versions {
            base: &*base,
            ours: &*local,
            theirs: &*remote,
        };
        let options = MergeOptions {
            labels: Labels::default(),
            ..found.merge_options()
        };
        let name = found.name();
        let merge =
            Merge::of(versions, &options).with_context(|| format!("cannot merge '{name}'"))?;
        found.write(&merge.bytes)?;
        merge.tell(&name, false);
        found.is_told = true;
        found = found.read_again()?;
    }
    if io::stdin().is_terminal() && io::stdout().is_terminal() {
        (found, _) = interact(found)?;
    }
    // Whatever is no notebook is nothing to call merged.
    let exit = match &found.state {
        State::Notebook(..) => tell(&[found]),
        State::Missing | State::Broken(..) => Exit::Found,
    };
    if exit != Exit::Clean {
        ui::say(
            "hint: unless all is settled, `git mergetool` puts the file back as it was; \
             `nbweave resolve -i` keeps what is",
        );
    }
    Ok(exit)
}
