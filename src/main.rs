//! The `nbweave` command: reads the arguments, runs the command, and says how
//! it ended.

mod cli;

use std::process::ExitCode;

fn main() -> ExitCode {
    cli::main().into()
}
