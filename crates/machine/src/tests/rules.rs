//! The guard of the table in `mod.rs`: every rule of the machine has tests, and the table names them all.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

/// The rules of the machine are M1 to this.
const RULES: u32 = 12;

type Tests = BTreeMap<u32, BTreeSet<String>>;

/// The number of a rule in a name like `m05_...`.
fn rule(name: &str) -> Option<u32> {
    let (number, _) = name.strip_prefix('m')?.split_once('_')?;
    (number.len() == 2).then(|| number.parse().ok())?
}

/// The tests of each rule among the functions of all files here.
fn written(folder: &Path) -> (Tests, usize) {
    let mut tests = Tests::new();
    let mut files = 0;
    for entry in fs::read_dir(folder).expect("the folder of the tests") {
        let path = entry.expect("a file in it").path();
        if path.extension().is_none_or(|kind| kind != "rs") {
            continue;
        }
        files += 1;
        let text = fs::read_to_string(&path).expect("a file of text");
        let lines: Vec<&str> = text.lines().collect();
        for pair in lines.windows(2) {
            let name = pair[1]
                .strip_prefix("fn ")
                .and_then(|f| f.split('(').next());
            if let ("#[test]", Some(name)) = (pair[0], name)
                && let Some(rule) = rule(name)
            {
                let new = tests.entry(rule).or_default().insert(name.to_owned());
                assert!(new, "`{name}` is the name of two tests");
            }
        }
    }
    (tests, files)
}

/// The tests that the table names, each under the heading of its rule, and the rules for which it tells how the
/// machine was broken.
fn listed(table: &str) -> (Tests, BTreeSet<u32>) {
    let (mut tests, mut broken) = (Tests::new(), BTreeSet::new());
    let mut heading = 0;
    for line in table.lines().map_while(|line| line.strip_prefix("//!")) {
        let line = line.trim();
        if let Some(rest) = line.strip_prefix("## M") {
            let number = rest.split(' ').next().expect("a first word");
            heading = number.parse().expect("the number of a rule");
        } else if let Some(name) = line.strip_prefix("* `").and_then(|l| l.strip_suffix('`')) {
            assert_eq!(rule(name), Some(heading), "`{name}` is under M{heading}");
            tests.entry(heading).or_default().insert(name.to_owned());
        } else if line.starts_with("Broken: ") {
            broken.insert(heading);
        }
    }
    (tests, broken)
}

#[test]
fn every_rule_has_tests_and_the_table_names_them() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/tests");
    let (written, files) = written(&folder);
    assert!(files > 20, "only {files} files were read");
    let table = fs::read_to_string(folder.join("mod.rs")).expect("the table");
    let (listed, broken) = listed(&table);
    for rule in 1..=RULES {
        assert!(written.contains_key(&rule), "M{rule} has no test");
        assert!(
            broken.contains(&rule),
            "nobody tells how M{rule} was broken"
        );
    }
    assert_eq!(listed, written);
    assert_eq!(listed.len(), RULES as usize, "there are other rules");
}
