//! The words of the command line: help, examples, and what is not accepted.

use crate::args::Cli;
use crate::cmd::show::utc;
use clap::Parser;
use clap::error::ErrorKind;

fn words(words: &str) -> Result<Cli, clap::Error> {
    Cli::try_parse_from(words.split_whitespace())
}

#[test]
fn every_verb_has_help_with_examples_that_parse() {
    for verb in ["run", "resume", "replay", "fork", "show"] {
        let err = words(&format!("kont {verb} --help")).unwrap_err();
        assert_eq!(err.kind(), ErrorKind::DisplayHelp);
        let help = err.to_string();
        let (_, examples) = help.split_once("Examples:\n").unwrap();
        let mut n_examples = 0;
        for line in examples.lines().take_while(|line| !line.is_empty()) {
            let command = &line[line.find("kont ").unwrap()..];
            let command = command.split([';', '|', '>']).next().unwrap();
            let command = command
                .split("   ")
                .next()
                .unwrap()
                .replace('\'', "")
                .replace(": ", ":");
            words(&command).unwrap_or_else(|err| panic!("{command}: {err}"));
            n_examples += 1;
        }
        assert!(n_examples >= 2, "{verb}");
    }
}

#[test]
fn the_exit_statuses_are_documented() {
    let help = words("kont --help").unwrap_err().to_string();
    for status in [
        "  0   done",
        "  1   the program failed",
        "  2   wrong",
        "  75  the run waits",
    ] {
        assert!(help.contains(status), "{help}");
    }
}

#[test]
fn wrong_words_end_with_status_2() {
    for line in [
        "kont",
        "kont walk",
        "kont run",
        "kont run pay.py --max-time-s 0",
        "kont run pay.py --max-steps many",
        "kont resume run.kj --approve 0",
        "kont resume run.kj --approve nine",
        "kont resume run.kj --value 1",
        "kont fork run.kj -o other.kj",
        "kont fork @9 -o other.kj",
        "kont fork run.kj@9",
    ] {
        assert_eq!(words(line).expect_err(line).exit_code(), 2, "{line}");
    }
}

#[test]
fn moments_are_those_of_the_calendar() {
    for (ms, expected) in [
        (0, "1970-01-01 00:00:00 UTC"),
        (-1, "1969-12-31 23:59:59 UTC"),
        (951_782_400_000, "2000-02-29 00:00:00 UTC"),
        (4_107_542_399_999, "2100-02-28 23:59:59 UTC"),
        (4_107_542_400_000, "2100-03-01 00:00:00 UTC"),
    ] {
        assert_eq!(utc(ms), expected);
    }
}
