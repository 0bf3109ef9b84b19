//! The private Python environment: found, made, filled, and the extension built into it.

use crate::run::{Done, cargo, output, root, run, target};
use std::path::{Path, PathBuf};
use std::process::Command;

/// What the tests and the build need from the package index, pinned.
const PACKAGES: &[&str] = &[
    "anyio==4.16.0",
    "hypothesis==6.170.15",
    "maturin==1.16.0",
    "mypy==2.4.1",
    "pyright==1.1.414",
    "pytest==9.1.1",
    "pytest-asyncio==1.5.0",
    "trio==0.35.0",
    "ty==0.0.104",
    "urllib3==2.8.0",
    "uvloop==0.23.0",
];
/// How the wheel is built that people get: small, and in one piece.
pub const FOR_PEOPLE: &[&str] = &["--profile", "wheel", "--compression-level", "9"];
/// What is only read: the programs of this one are run by themselves, without what it depends on.
const ALONE: &[&str] = &["pyperformance==1.14.0"];
/// Which of them one environment needs for all.
const TOOLS: &[&str] = &["maturin", "mypy", "pyright", "ty"];
const CANDIDATES: &[&str] = &[
    "python3.14",
    "python3.13",
    "python3.12",
    "python3.11",
    "python3",
    "python",
];
const PROBE: &str =
    "import sys; print('.'.join(map(str, sys.version_info[:2])), sys.implementation.name)";

/// How the extension is built.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Profile {
    /// Quickly: for tests.
    Dev,
    /// With optimisation: for people.
    Release,
}

/// A Python environment with kont in it.
pub struct Venv {
    folder: PathBuf,
}

impl Venv {
    /// The environment in a folder.
    pub fn at(folder: PathBuf) -> Self {
        Venv { folder }
    }

    /// Where it is.
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// Builds the extension for this environment alone, with the tools of another one.
    pub fn build_with(&self, tools: &Self) -> Done {
        let mut maturin = Command::new(tools.program("maturin"));
        maturin
            .env("VIRTUAL_ENV", &self.folder)
            .env_remove("CONDA_PREFIX");
        develop(&mut maturin, Profile::Dev)
    }

    /// A program of the environment.
    pub fn program(&self, name: &str) -> PathBuf {
        self.folder.join("bin").join(name)
    }

    /// A command that runs inside the environment.
    pub fn command(&self, name: &str) -> Command {
        let mut command = Command::new(self.program(name));
        let path = std::env::var_os("PATH").unwrap_or_default();
        let paths = std::iter::once(self.folder.join("bin")).chain(std::env::split_paths(&path));
        if let Ok(joined) = std::env::join_paths(paths) {
            command.env("PATH", joined);
        }
        command
            .env("VIRTUAL_ENV", &self.folder)
            .env_remove("PYTHONHOME");
        command
    }
}

impl Venv {
    /// An environment of its own below `target/`, for one CPython, with packages of which some may not be to be had.
    pub fn with(interpreter: &str, name: &str, packages: &[&str]) -> Done<Self> {
        let version = output(Command::new(interpreter).args(["-c", PROBE]))
            .ok_or_else(|| format!("`{interpreter}` does not run\n  help: name a CPython"))?;
        let folder = target().join(format!("{name}-{}", version.replace(' ', "-")));
        let venv = Venv { folder };
        if output(venv.command("python").args(["-c", PROBE])).is_none() {
            let mut make = Command::new(interpreter);
            make.args(["-m", "venv", "--clear"]).arg(&venv.folder);
            run("make the environment", &mut make)?;
        }
        let stamp = venv.folder.join("packages");
        if std::fs::read_to_string(&stamp).ok().as_deref() != Some(&packages.join("\n")) {
            for package in packages {
                if let Err(error) = venv.install(&[package], &format!("install {package}")) {
                    eprintln!("    {package} is left out: {error}");
                }
            }
            std::fs::write(&stamp, packages.join("\n")).map_err(|e| e.to_string())?;
        }
        Ok(venv)
    }

    /// Has pip install packages; `label` says so to whoever waits.
    pub fn install(&self, packages: &[&str], label: &str) -> Done {
        let mut pip = self.command("python");
        pip.args(["-m", "pip", "install", "--quiet"]);
        pip.arg("--disable-pip-version-check").args(packages);
        run(label, &mut pip)
            .map_err(|e| format!("{e}\n  help: the Python package index must be reachable"))
    }

    /// Builds a wheel of kont for the CPython of this environment, and says where it is.
    ///
    /// * `options` – of maturin: how it is compiled and packed.
    pub fn wheel(&self, options: &[&str]) -> Done<PathBuf> {
        let wheels = self.folder.join("wheels");
        // One from before would be taken for the one that is built now.
        let _ = std::fs::remove_dir_all(&wheels);
        let mut maturin = self.command("maturin");
        maturin.args(["build", "--quiet"]).args(options);
        maturin.arg("--manifest-path");
        maturin.arg(root().join("crates/python/Cargo.toml"));
        maturin
            .arg("--interpreter")
            .arg(self.program("python"))
            .arg("--out")
            .arg(&wheels);
        maturin.env("CARGO_TARGET_DIR", target());
        run(
            "build the wheel (the first time takes minutes)",
            &mut maturin,
        )?;
        let mut built = std::fs::read_dir(&wheels).map_err(|e| e.to_string())?;
        let wheel = built.find_map(|entry| Some(entry.ok()?.path()));
        wheel.ok_or_else(|| "maturin built no wheel".into())
    }

    /// Builds kont as people get it, installs it here, and says where the wheel is.
    pub fn build_wheel(&self) -> Done<PathBuf> {
        let wheel = self.wheel(FOR_PEOPLE)?;
        let file = wheel.to_string_lossy();
        self.install(
            &["--force-reinstall", "--no-deps", &file],
            "install the wheel",
        )?;
        Ok(wheel)
    }
}

/// What the tests alone need, on other CPythons.
pub fn for_tests() -> Vec<&'static str> {
    let is_tool = |package: &str| TOOLS.contains(&package.split("==").next().unwrap_or(package));
    let packages = PACKAGES.iter().copied();
    packages.filter(|package| !is_tool(package)).collect()
}

/// Makes the environment below `target/` and builds the extension into it. Does again only what has changed.
pub fn setup(profile: Profile) -> Done<Venv> {
    let venv = environment()?;
    build(&venv, profile)?;
    Ok(venv)
}

/// Makes the environment below `target/`, if it is not there, with all that the build and the tests need.
pub fn environment() -> Done<Venv> {
    let folder = target().join("venv");
    let venv = Venv { folder };
    if output(venv.command("python").args(["-c", PROBE])).is_none() {
        let python = find()?;
        eprintln!("==> Python environment from {python}");
        let mut make = Command::new(&python);
        make.args(["-m", "venv", "--clear"]).arg(&venv.folder);
        run("make the environment", &mut make).map_err(|e| {
            format!("{e}\n  help: on Debian-like systems `apt install python3-venv`; or set PYTHON to another CPython")
        })?;
    }
    let stamp = venv.folder.join("packages");
    let all = [PACKAGES, ALONE].concat().join("\n");
    if std::fs::read_to_string(&stamp).ok().as_deref() != Some(&all) {
        venv.install(PACKAGES, "install maturin, pytest and type checkers")?;
        let alone = [&["--no-deps"], ALONE].concat();
        venv.install(&alone, "install programs that are run as tests")?;
        std::fs::write(&stamp, all).map_err(|e| e.to_string())?;
    }
    Ok(venv)
}

fn build(venv: &Venv, profile: Profile) -> Done {
    develop(&mut venv.command("maturin"), profile)
}

fn develop(maturin: &mut Command, profile: Profile) -> Done {
    maturin.args(["develop", "--quiet", "--manifest-path"]);
    maturin.arg(root().join("crates/python/Cargo.toml"));
    if profile == Profile::Release {
        maturin.arg("--release");
    }
    maturin.env("CARGO_TARGET_DIR", target());
    run(
        "build the extension (the first time takes minutes)",
        maturin,
    )
}

/// Finds a CPython from 3.11 on.
pub fn find() -> Done<String> {
    if let Some(wanted) = std::env::var_os("PYTHON") {
        let wanted = wanted.to_string_lossy().into_owned();
        return if is_good(&wanted) {
            Ok(wanted)
        } else {
            Err(format!(
                "PYTHON is `{wanted}`, which is no CPython from 3.11 on"
            ))
        };
    }
    let found = CANDIDATES.iter().find(|name| is_good(name));
    found.map(|name| (*name).to_string()).ok_or_else(|| {
        "no CPython from 3.11 on was found\n  help: install one (`apt install python3 python3-venv`), or set PYTHON \
         to its path"
            .into()
    })
}

/// Whether a program is a CPython from 3.11 on.
pub fn is_good(program: &str) -> bool {
    let Some(said) = output(Command::new(program).args(["-c", PROBE])) else {
        return false;
    };
    let Some((version, "cpython")) = said.split_once(' ') else {
        return false;
    };
    let Some(("3", minor)) = version.split_once('.') else {
        return false;
    };
    minor.parse::<u32>().is_ok_and(|minor| minor >= 11)
}

/// Whether the workspace's Rust code builds at all: a clearer first error than maturin's.
pub fn cargo_works() -> Done {
    output(cargo().arg("--version"))
        .map(|_| ())
        .ok_or_else(|| "cargo does not run\n  help: install a Rust toolchain with rustup".into())
}
