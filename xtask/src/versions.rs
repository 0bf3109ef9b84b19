//! The tests on other CPythons than the one of the environment.

use crate::python::{Venv, for_tests};
use crate::run::{Done, output, root, run, target};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

/// Version, implementation and whether it runs without its lock, and the file of the interpreter itself.
const PROBE: &str = "import sys, sysconfig; print('%d.%d' % sys.version_info[:2], sys.implementation.name, \
                     sysconfig.get_config_var('Py_GIL_DISABLED') or 0, sys.executable)";

/// Where to look when nobody says it.
const CANDIDATES: &[&str] = &[
    "python3.14t",
    "python3.14",
    "python3.13",
    "python3.12",
    "python3.11",
];

/// A CPython of this machine.
struct Other {
    minor: u32,
    is_free_threaded: bool,
    program: PathBuf,
}

impl Other {
    fn of(program: &Path) -> Option<Self> {
        let said = output(Command::new(program).args(["-c", PROBE]))?;
        let mut words = said.splitn(4, ' ');
        let minor = words.next()?.strip_prefix("3.")?.parse().ok()?;
        let is_cpython = words.next()? == "cpython";
        let is_free_threaded = words.next()? == "1";
        let program = PathBuf::from(words.next()?);
        // The first one without its lock that the extension is made for is 3.14.
        let from = if is_free_threaded { 14 } else { 11 };
        (is_cpython && minor >= from).then_some(Other {
            minor,
            is_free_threaded,
            program,
        })
    }

    fn name(&self) -> String {
        let t = if self.is_free_threaded { "t" } else { "" };
        format!("3.{}{t}", self.minor)
    }
}

/// Tests that run on another CPython, beside whatever else is done.
pub struct Running {
    name: String,
    child: Child,
    log: PathBuf,
}

/// Starts the tests on other CPythons: all that `KONT_PYTHONS` names, or the one that is furthest from this environment's
/// and one without its lock, if they are there. They are told apart by their version.
pub fn start(venv: &Venv) -> Done<Vec<Running>> {
    let own = Other::of(&venv.program("python")).ok_or("the environment's Python does not run")?;
    let others = others(&own)?;
    if others.is_empty() {
        eprintln!(
            "==> only CPython {} is here: no other one is tested",
            own.name()
        );
    }
    let started = others.iter().map(|other| start_one(venv, other));
    started.collect()
}

/// Waits for the tests, and shows what those have said that failed.
pub fn finish(running: Vec<Running>) -> Done {
    let mut failed = Vec::new();
    for mut one in running {
        let status = one.child.wait().map_err(|e| e.to_string())?;
        let said = std::fs::read_to_string(&one.log).unwrap_or_default();
        let last = said.lines().last().unwrap_or_default().to_owned();
        eprintln!("    Python tests on CPython {}: {last}", one.name);
        if !status.success() {
            eprintln!("{said}");
            failed.push(one.name);
        }
    }
    if failed.is_empty() {
        return Ok(());
    }
    Err(format!("the tests failed on CPython {}", failed.join(", ")))
}

fn others(own: &Other) -> Done<Vec<Other>> {
    if let Some(named) = std::env::var_os("KONT_PYTHONS") {
        let named = std::env::split_paths(&named).filter(|path| !path.as_os_str().is_empty());
        let found = named.map(|path| {
            Other::of(&path).ok_or_else(|| {
                format!(
                    "KONT_PYTHONS names `{}`, which is no CPython that kont supports",
                    path.display()
                )
            })
        });
        return found.collect();
    }
    let mut places: Vec<PathBuf> = CANDIDATES.iter().map(PathBuf::from).collect();
    let pyenv = std::env::var_os("PYENV_ROOT").map(PathBuf::from);
    let pyenv = pyenv.or_else(|| Some(PathBuf::from(std::env::var_os("HOME")?).join(".pyenv")));
    if let Some(Ok(versions)) = pyenv.map(|root| root.join("versions").read_dir()) {
        places.extend(
            versions
                .flatten()
                .map(|version| version.path().join("bin/python")),
        );
    }
    let found: Vec<Other> = places.iter().filter_map(|path| Other::of(path)).collect();
    let (free, usual): (Vec<_>, Vec<_>) =
        found.into_iter().partition(|other| other.is_free_threaded);
    let usual = usual.into_iter().filter(|other| other.minor != own.minor);
    let furthest = usual.max_by_key(|other| other.minor.abs_diff(own.minor));
    let newest = free.into_iter().max_by_key(|other| other.minor);
    Ok(furthest.into_iter().chain(newest).collect())
}

fn start_one(venv: &Venv, other: &Other) -> Done<Running> {
    let name = other.name();
    let second = Venv::at(target().join(format!("venv-{name}")));
    let stamp = second.program("ready");
    let packages = for_tests();
    let wanted = format!("{} {}", other.program.display(), packages.join(" "));
    if std::fs::read_to_string(&stamp).ok().as_deref() != Some(wanted.as_str()) {
        let mut make = Command::new(&other.program);
        make.args(["-m", "venv", "--clear"]).arg(second.folder());
        run(&format!("make an environment of CPython {name}"), &mut make)?;
        second.install(&packages, "install what the tests need")?;
        std::fs::write(&stamp, wanted).map_err(|e| e.to_string())?;
    }
    // It lies beside the one of the first environment, under the name of its version.
    second.build_with(venv)?;
    eprintln!("==> Python tests on CPython {name}, meanwhile");
    let log = target().join(format!("tests-{name}.log"));
    let file = std::fs::File::create(&log).map_err(|e| e.to_string())?;
    let mut pytest = second.command("python");
    // Types are checked once.
    pytest.args([
        "-m",
        "pytest",
        "-q",
        "-p",
        "no:cacheprovider",
        "tests/python",
    ]);
    pytest.args(["--ignore", "tests/python/test_typing.py"]);
    let errors = file.try_clone().map_err(|e| e.to_string())?;
    pytest
        .current_dir(root())
        .stdin(Stdio::null())
        .stdout(file)
        .stderr(errors);
    let child = pytest
        .spawn()
        .map_err(|e| crate::run::not_started(&pytest, &e))?;
    Ok(Running { name, child, log })
}
