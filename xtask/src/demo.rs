//! `cargo xtask demo`: the README's demo, played for real: other processes, a real SIGKILL, a real ledger.

use crate::python::{Profile, Venv, setup};
use crate::run::{Done, not_started, root, target};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitStatus};
use std::thread::sleep;
use std::time::{Duration, Instant};

const WAITING: i32 = 75;

/// Plays the demo in a folder of its own and checks that each command ends as it must.
pub fn demo() -> Done {
    // The quick build: the demo computes little, and a first try should not wait for the optimiser.
    let venv = setup(Profile::Dev)?;
    let stage = Stage::new(&venv)?;
    println!("\n# a program that a model wrote pays invoices; payments above 50 ask a person");
    stage.kont(
        WAITING,
        "run pay.py --tools tools.py --policy policy.py --journal run.kj",
    )?;
    println!("\n# another process: a person says no to the first payment");
    stage.kont(WAITING, "resume run.kj --deny 09")?;
    println!(
        "\n# yes to the second; the host is SIGKILLed after the money has moved, before it knows"
    );
    stage.crash("resume run.kj --approve 14")?;
    println!("\n# nothing is done twice: what cannot be known is said");
    stage.kont(WAITING, "resume run.kj")?;
    println!("\n# the tool is asked by the payment's key: it had happened");
    let ended = stage.kont_told("resume run.kj --query 14")?;
    let before = fs::read(stage.folder.join("run.kj")).map_err(|e| e.to_string())?;
    println!("\n# the same run again from the journal: no tool is called");
    stage.kont(0, "replay run.kj")?;
    println!("\n# the other branch: what if the first payment had been approved");
    stage.fork("fork run.kj@09 --approve 09 -o other.kj")?;
    let after = fs::read(stage.folder.join("run.kj")).map_err(|e| e.to_string())?;
    if before != after {
        return Err("the fork has changed run.kj".into());
    }
    println!(
        "\n# run.kj is untouched, byte for byte. The files are in {}",
        stage.folder.display()
    );
    let payments = stage.payments()?;
    if payments != 4 {
        return Err(format!(
            "the ledger has {payments} payments, and the run ended with `{ended}`"
        ));
    }
    println!("{ended}");
    Ok(())
}

struct Stage<'a> {
    venv: &'a Venv,
    folder: PathBuf,
}

impl<'a> Stage<'a> {
    fn new(venv: &'a Venv) -> Done<Self> {
        let folder = target().join("demo");
        if folder.exists() {
            fs::remove_dir_all(&folder).map_err(|e| format!("{}: {e}", folder.display()))?;
        }
        copy(&root().join("examples/pay"), &folder)?;
        Ok(Self { venv, folder })
    }

    fn command(&self, line: &str) -> Command {
        let mut command = self.venv.command("kont");
        command.args(line.split(' ')).current_dir(&self.folder);
        command
            .env_remove("PAY_LEDGER")
            .env_remove("PAY_STALL_S")
            .env_remove("PAY_DEADLINE_S");
        command
    }

    fn kont(&self, wanted: i32, line: &str) -> Done {
        println!("$ kont {line}");
        let mut command = self.command(line);
        let status = command.status().map_err(|e| not_started(&command, &e))?;
        expect(status, wanted, line)
    }

    /// Runs a command that ends the run, and gives what it says of the ledger.
    fn kont_told(&self, line: &str) -> Done<String> {
        println!("$ kont {line}");
        let mut command = self.command(line);
        let output = command.output().map_err(|e| not_started(&command, &e))?;
        let said = String::from_utf8_lossy(&output.stderr);
        print!("{}{said}", String::from_utf8_lossy(&output.stdout));
        expect(output.status, 0, line)?;
        let ended = said.lines().find(|line| line.starts_with("done. ledger: "));
        ended
            .map(str::to_string)
            .ok_or_else(|| "the run did not end with the ledger's line".into())
    }

    /// Starts the other branch. It pays into a ledger of its own: money moves once, in a story and in its fork.
    fn fork(&self, line: &str) -> Done {
        println!("$ PAY_LEDGER=other.db kont {line}");
        let mut command = self.command(line);
        let status = command
            .env("PAY_LEDGER", "other.db")
            .status()
            .map_err(|e| not_started(&command, &e))?;
        expect(status, WAITING, line)
    }

    /// Runs a command and kills it when the ledger has the payment but the bank's answer is still on its way.
    fn crash(&self, line: &str) -> Done {
        println!("$ kont {line}");
        let paid = self.payments()?;
        let mut command = self.command(line);
        let mut host = command
            .env("PAY_STALL_S", "60")
            .spawn()
            .map_err(|e| not_started(&command, &e))?;
        let start = Instant::now();
        while self.payments()? == paid {
            if let Some(status) = host.try_wait().map_err(|e| e.to_string())? {
                return Err(format!(
                    "the host ended before the payment was made ({status})"
                ));
            }
            if start.elapsed() > Duration::from_secs(60) {
                host.kill().map_err(|e| e.to_string())?;
                return Err("no payment within 60 s".into());
            }
            sleep(Duration::from_millis(20));
        }
        // SIGKILL: nothing in the host gets a chance to tidy up.
        host.kill().map_err(|e| e.to_string())?;
        let status = host.wait().map_err(|e| e.to_string())?;
        println!("  (the host was killed: {status})");
        Ok(())
    }

    /// How many payments the ledger has, asked from outside.
    fn payments(&self) -> Done<u32> {
        let ledger = self.folder.join("ledger.db");
        let script = "import sqlite3, sys\n\
            db = sqlite3.connect(f'file:{sys.argv[1]}?mode=ro', uri=True, timeout=10)\n\
            print(db.execute('SELECT count(*) FROM payments').fetchone()[0])";
        let mut command = self.venv.command("python");
        command.args(["-c", script]).arg(&ledger);
        let said = crate::run::output(&mut command).ok_or("the ledger cannot be read")?;
        said.parse()
            .map_err(|_| format!("the ledger says `{said}`"))
    }
}

fn expect(status: ExitStatus, wanted: i32, line: &str) -> Done {
    if status.code() == Some(wanted) {
        println!("  (exit {wanted})");
        Ok(())
    } else {
        Err(format!(
            "`kont {line}` ended with {status}, not with {wanted}"
        ))
    }
}

fn copy(from: &Path, to: &Path) -> Done {
    fs::create_dir_all(to).map_err(|e| format!("{}: {e}", to.display()))?;
    for entry in fs::read_dir(from).map_err(|e| format!("{}: {e}", from.display()))? {
        let entry = entry.map_err(|e| e.to_string())?;
        let target = to.join(entry.file_name());
        let is_data = !matches!(entry.file_name().to_str(), Some("__pycache__"));
        if entry.path().is_dir() && is_data {
            copy(&entry.path(), &target)?;
        } else if is_data && !entry.file_name().to_string_lossy().contains(".kj") {
            fs::copy(entry.path(), &target).map_err(|e| format!("{}: {e}", target.display()))?;
        }
    }
    Ok(())
}
