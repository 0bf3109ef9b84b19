//! The command line of `cargo xtask bench`: what is wrong with it is said before anything is built.

use crate::python::is_good;

const SUITES: &[&str] = &["machine", "python", "sandbox"];
const FLAGS: &[&str] = &["--quick", "--instructions"];
const WITH_VALUE: &[&str] = &["--only", "--rounds", "--python"];

/// The rows of the suite `machine`, which knows them itself only when it is built; a test of it compares them.
const OF_MACHINE: &str = include_str!("../../../tests/bench/rows.txt");

/// Whether a command line, or the lack of one, asks what there is.
pub(super) fn asks_for_help(args: &[&str]) -> bool {
    args.is_empty() || args.iter().any(|arg| matches!(*arg, "--help" | "-h"))
}

/// What is wrong with a command line, for the one who wrote it.
pub fn wrong(args: &[&str]) -> Option<String> {
    if asks_for_help(args) {
        return None;
    }
    let help = "\n  help: cargo xtask bench --help";
    if !SUITES.contains(&args[0]) {
        return Some(format!("there is no benchmark suite `{}`{help}", args[0]));
    }
    let mut rest = args[1..].iter();
    while let Some(option) = rest.next() {
        if FLAGS.contains(option) {
            continue;
        }
        if !WITH_VALUE.contains(option) {
            return Some(format!("unknown option `{option}`{help}"));
        }
        let value = rest.next().filter(|value| !value.starts_with("--"));
        let Some(value) = value else {
            return Some(format!("`{option}` needs a value{help}"));
        };
        if *option == "--rounds" && !value.parse::<u32>().is_ok_and(|rounds| rounds > 0) {
            return Some(format!(
                "`{value}` is no number of rounds\n  help: a number from 1 on"
            ));
        }
        if *option == "--python" && args[0] == "machine" {
            return Some(format!(
                "no Python is measured in the suite `machine`{help}"
            ));
        }
        if *option == "--python" && !is_good(value) {
            return Some(format!(
                "`{value}` is no CPython from 3.11 on, or does not run\n  help: give the path of its program"
            ));
        }
        if *option == "--only"
            && args[0] == "machine"
            && !OF_MACHINE.lines().any(|row| row.starts_with(value))
        {
            let rows = OF_MACHINE.trim_end().replace('\n', ", ");
            return Some(format!(
                "no row has a name that begins with `{value}`\n  help: the rows are {rows}"
            ));
        }
    }
    if args.contains(&"--instructions") && args[0] == "machine" && args.len() != 4 {
        return Some(
            "`--instructions` needs `--only NAME`, and nothing else\n  help: cargo xtask bench --help"
                .into(),
        );
    }
    if args.contains(&"--instructions") && !args.contains(&"--only") {
        return Some(
            "`--instructions` needs `--only NAME`\n  help: valgrind is slow, name a few rows"
                .into(),
        );
    }
    None
}

/// The CPython that `--python` names, and the other options.
pub(super) fn python<'a>(options: &[&'a str]) -> (Option<&'a str>, Vec<&'a str>) {
    match options.iter().position(|option| *option == "--python") {
        None => (None, options.to_vec()),
        Some(at) => {
            let rest = [&options[..at], &options[at + 2..]].concat();
            (Some(options[at + 1]), rest)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_wrong_is_said_with_what_to_do() {
        for (line, said) in [
            ("sandbx", "there is no benchmark suite `sandbx`"),
            ("sandbox --fast", "unknown option `--fast`"),
            ("sandbox --only", "`--only` needs a value"),
            ("sandbox --only --quick", "`--only` needs a value"),
            ("python --rounds 0", "`0` is no number of rounds"),
            (
                "sandbox --instructions",
                "`--instructions` needs `--only NAME`",
            ),
            (
                "machine --instructions --only install --quick",
                "`--instructions` needs `--only NAME`, and nothing else",
            ),
            ("machine --python python3", "no Python is measured"),
            ("python --python /nowhere", "`/nowhere` is no CPython"),
            ("sandbox --quick --python /", "`/` is no CPython"),
            (
                "machine --only capture --only nothing",
                "no row has a name that begins with `nothing`",
            ),
        ] {
            let args: Vec<&str> = line.split(' ').collect();
            let wrong = wrong(&args).unwrap_or_default();
            assert!(wrong.starts_with(said), "{line}: {wrong}");
            assert!(wrong.contains("\n  help: "), "{line}: {wrong}");
        }
        for line in [
            "sandbox --quick --only fib --rounds 3",
            "machine",
            "machine --only capture",
            "nothing --help",
        ] {
            let args: Vec<&str> = line.split(' ').collect();
            assert_eq!(wrong(&args), None, "{line}");
        }
    }

    #[test]
    fn the_python_is_taken_out_of_the_options() {
        let (path, rest) = python(&["--quick", "--python", "p", "--only", "a"]);
        assert_eq!((path, rest), (Some("p"), vec!["--quick", "--only", "a"]));
        assert_eq!(python(&["--quick"]), (None, vec!["--quick"]));
    }
}
