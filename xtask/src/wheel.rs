//! Whether the wheel has all that belongs into it, and works where there is nothing else of this repository.

use crate::python::{FOR_PEOPLE, Venv, environment};
use crate::run::{Done, output, run, target};
use std::path::Path;
use std::process::Command;

const TRY: &str = "\
import importlib.metadata, importlib.util, sys
import kont
assert kont.__file__.startswith(sys.prefix), kont.__file__
from kont import std
@kont.do
def program():
    yield std.Put('x', 42)
    return (yield std.Get('x'))
assert kont.run(program(), std.state()) == 42
[plugin] = importlib.metadata.entry_points(group='pytest11', name='kont')
assert plugin.value == 'kont_pytest' and importlib.util.find_spec('kont_pytest'), plugin
files = {str(file) for file in importlib.metadata.files('kont')}
assert {'kont/py.typed', 'kont/_kont.pyi', 'kont/running.pyi', 'kont_pytest/__init__.py'} <= files, sorted(files)
print('works')
";

/// Builds the wheel that people get, and uses it.
pub fn wheel() -> Done {
    let tools = environment()?;
    let wheel = tools.wheel(FOR_PEOPLE)?;
    try_it(&tools, &wheel)?;
    let size = std::fs::metadata(&wheel).map_err(|e| e.to_string())?.len();
    println!("{} ({:.2} MB)", wheel.display(), size as f64 / 1e6);
    Ok(())
}

/// Builds the wheel as `check` has built all else, and uses it: the time of a whole compilation with all optimisation is not
/// spent on a check.
pub fn check(tools: &Venv) -> Done {
    let wheel = tools.wheel(&["--profile", "dev"])?;
    try_it(tools, &wheel)
}

/// Installs a wheel into an empty environment, and uses it there.
///
/// * `tools` – the environment that has pip.
fn try_it(tools: &Venv, wheel: &Path) -> Done {
    let folder = target().join("venv-of-wheel");
    let fresh = Venv::at(folder);
    let mut make = tools.command("python");
    make.args(["-m", "venv", "--clear", "--without-pip"]);
    make.arg(fresh.folder());
    run("make an empty environment", &mut make)?;
    let mut install = tools.command("python");
    install.args(["-m", "pip", "--python"]);
    install.arg(fresh.program("python"));
    install.args(["install", "--quiet", "--no-index", "--no-deps"]);
    install.arg("--disable-pip-version-check").arg(wheel);
    run("install the wheel", &mut install)?;

    let mut program = Command::new(fresh.program("python"));
    run("use the wheel", program.args(["-I", "-c", TRY]))?;
    let said = output(Command::new(fresh.program("kont")).arg("--version"));
    said.filter(|said| said.starts_with("kont "))
        .map(|_| ())
        .ok_or_else(|| "the wheel's command `kont --version` does not work".into())
}
