//! Tests of the verbs, with a scripted program and real journals: what each writes, says and exits with.

mod refusals;
mod story;
mod words;

use super::{Setting, dispatch};
use crate::args::Cli;
use crate::host::ToolHost;
use crate::testing::{Bank, BankHost, Scripted, TestWorld};
use crate::ui::Ui;
use clap::Parser;
use journal::CrashAt;
use std::cell::RefCell;
use std::path::PathBuf;
use std::rc::Rc;

/// A folder with a program, and a bank that outlives every command.
struct Shell {
    folder: tempfile::TempDir,
    bank: Rc<RefCell<Bank>>,
    world: TestWorld,
    crash_at: Option<CrashAt>,
    has_host: bool,
}

/// What a command came to.
#[derive(Debug)]
struct Exit {
    status: u8,
    out: String,
    err: String,
}

impl Shell {
    fn new(script: &str) -> Self {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("pay.py"), script).unwrap();
        Self {
            folder,
            bank: Rc::default(),
            world: TestWorld::default(),
            crash_at: None,
            has_host: true,
        }
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// Runs `kont` with words in which `@/` stands for the folder, as it does in what comes back.
    fn kont(&mut self, words: &str) -> Exit {
        let folder = format!("{}/", self.folder.path().display());
        let words = words.replace("@/", &folder);
        let cli =
            Cli::try_parse_from(["kont"].into_iter().chain(words.split_whitespace())).unwrap();
        let mut host = BankHost::new(&self.bank, 1);
        let (mut out, mut err) = (Vec::new(), Vec::new());
        let setting = Setting {
            host: self.has_host.then_some(&mut host as &mut dyn ToolHost),
            world: &mut self.world,
            ui: Ui {
                out: &mut out,
                err: &mut err,
                json: false,
            },
            crash_at: self.crash_at.clone(),
        };
        let status = dispatch::<Scripted>(cli, setting);
        let text = |bytes| String::from_utf8(bytes).unwrap().replace(&folder, "@/");
        Exit {
            status,
            out: text(out),
            err: text(err),
        }
    }
}
