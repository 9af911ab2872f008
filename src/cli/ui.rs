//! Talk on standard error: errors, hints, progress.

use std::io::{self, IsTerminal as _, Write as _};
use std::sync::Mutex;
use std::time::{Duration, Instant};

use nbweave::error::Error;

use super::exit::Exit;
use super::settings::BadSettings;

/// Work that takes less than this shows no progress.
const SILENT_FOR: Duration = Duration::from_secs(1);

/// How long a line of progress stays before the next.
const REDRAW_AFTER: Duration = Duration::from_millis(100);

/// Writes a line to standard error. If that is gone, there is nobody to tell.
pub(crate) fn say(line: &str) {
    writeln!(io::stderr().lock(), "{line}").ok();
}

/// Writes a line to standard output. A reader that went away has seen enough.
pub(crate) fn print(line: &str) {
    writeln!(io::stdout().lock(), "{line}").ok();
}

/// The arguments make no sense together.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub(crate) struct Usage(pub(crate) String);

/// Says what went wrong and returns how the process should end.
///
/// A reader that went away, as in `nbweave check | head`, is no failure.
pub(crate) fn report(error: &anyhow::Error) -> Exit {
    let reader_left = error
        .chain()
        .filter_map(|cause| cause.downcast_ref::<io::Error>())
        .any(|cause| cause.kind() == io::ErrorKind::BrokenPipe);
    if reader_left {
        return Exit::Clean;
    }
    say(&format!("nbweave: {error:#}"));
    let hint = error
        .chain()
        .filter_map(|cause| cause.downcast_ref::<Error>())
        .find_map(Error::hint);
    if let Some(hint) = hint {
        say(&format!("hint: {hint}"));
    }
    if error.is::<BadSettings>() {
        say("hint: `nbweave config --schema` lists the keys; --no-config does without settings");
        return Exit::Usage;
    }
    if error.is::<Usage>() {
        say("hint: `--help` behind the command lists its options");
        return Exit::Usage;
    }
    Exit::Failed
}

/// A line that says how much of a list is done, on terminals only.
#[derive(Debug)]
pub(crate) struct Progress {
    total: usize,
    shown: bool,
    state: Mutex<State>,
}

#[derive(Debug)]
struct State {
    done: usize,
    drawn: Option<Instant>,
    started: Instant,
}

impl Progress {
    pub(crate) fn new(total: usize) -> Self {
        Self {
            total,
            shown: total > 1 && io::stderr().is_terminal(),
            state: Mutex::new(State {
                done: 0,
                drawn: None,
                started: Instant::now(),
            }),
        }
    }

    /// Counts one more as done.
    pub(crate) fn advance(&self) {
        if !self.shown {
            return;
        }
        // A thread that panicked while it drew is no reason to stop counting.
        let mut state = self
            .state
            .lock()
            .unwrap_or_else(std::sync::PoisonError::into_inner);
        state.done += 1;
        let due = match state.drawn {
            None => state.started.elapsed() > SILENT_FOR,
            Some(drawn) => drawn.elapsed() > REDRAW_AFTER,
        };
        if due {
            state.drawn = Some(Instant::now());
            let line = format!("\r{} of {} notebooks", state.done, self.total);
            io::stderr().write_all(line.as_bytes()).ok();
        }
    }
}

impl Drop for Progress {
    /// Takes the line away.
    fn drop(&mut self) {
        let state = self
            .state
            .get_mut()
            .unwrap_or_else(std::sync::PoisonError::into_inner);
        if state.drawn.is_some() {
            io::stderr().write_all(b"\r\x1b[K").ok();
        }
    }
}
