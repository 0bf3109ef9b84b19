//! The command line of `cargo xtask bench`: what is wrong with it is said before anything is built.

const SUITES: &[&str] = &["machine", "python", "sandbox"];
const FLAGS: &[&str] = &["--quick", "--instructions"];
const WITH_VALUE: &[&str] = &["--only", "--rounds", "--python"];

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
            ("machine --python python3", "no Python is measured"),
        ] {
            let args: Vec<&str> = line.split(' ').collect();
            let wrong = wrong(&args).unwrap_or_default();
            assert!(wrong.starts_with(said), "{line}: {wrong}");
            assert!(wrong.contains("\n  help: "), "{line}: {wrong}");
        }
        for line in [
            "sandbox --quick --only fib --rounds 3",
            "machine",
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
