//! kont: the command line, and the driver of durable runs that it is made of.
//!
//! ```text
//!   main ─▶ cmd (one file a verb) ─▶ drive ─┬─▶ program ─▶ interpreter (kont-sandbox)
//!                                           ├─▶ host     (the tools: Python's side, behind a trait)
//!                                           └─▶ store    (the journal)
//! ```

mod args;
mod cmd;
mod codec;
mod drive;
mod error;
mod guest;
pub mod host;
mod interpreter;
mod json;
mod limits;
mod program;
mod rebuild;
mod store;
#[cfg(test)]
mod testing;
mod trace;
mod ui;
mod world;

use clap::Parser;
use host::ToolHost;
use std::ffi::OsString;
use std::io;

/// The variable with which tests crash the command at a boundary of its journal.
const CRASH_AT: &str = "KONT_CRASH_AT";

/// Runs the `kont` command, and gives its exit status.
///
/// * `args` – the words of the command line, the program's own name first.
/// * `host` – who has the tools; `None` is a command without CPython, which refuses `--tools` and `--policy`.
pub fn main(args: impl IntoIterator<Item = OsString>, host: Option<&mut dyn ToolHost>) -> u8 {
    let cli = match args::Cli::try_parse_from(args) {
        Ok(cli) => cli,
        Err(err) => {
            // Help goes to stdout and errors to stderr; that nobody reads them changes nothing.
            let _ = err.print();
            return u8::try_from(err.exit_code()).unwrap_or(cmd::USAGE);
        }
    };
    let (mut out, mut err) = (io::stdout(), io::stderr());
    let mut ui = ui::Ui {
        out: &mut out,
        err: &mut err,
        json: false,
    };
    let crash_at = match std::env::var(CRASH_AT).map(|text| text.parse()) {
        Ok(Err(err)) => {
            ui.say(&ui::Say::Error {
                text: &format!("{CRASH_AT}: {err}"),
            });
            return cmd::USAGE;
        }
        Ok(Ok(at)) => Some(at),
        Err(_) => None,
    };
    let mut world = world::RealWorld::default();
    // Lent for as long as the rest of the setting lives.
    let host = host.map(|host| host as &mut dyn ToolHost);
    let setting = cmd::Setting {
        host,
        world: &mut world,
        ui,
        crash_at,
    };
    cmd::dispatch::<interpreter::Sandbox>(cli, setting)
}
