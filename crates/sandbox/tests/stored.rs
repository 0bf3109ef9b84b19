//! Snapshots that earlier builds have stored: each goes on to the end that it had there, or is refused in words.
//!
//! The folder `stored/v<version>` has a set for each version of the format. A new version needs a set: where it is missing,
//! `cargo test -p kont-sandbox --test stored` stores it and fails, so that it is looked at. Sets are never changed afterwards.

use sandbox::{
    Capability, Config, Data, Event, HostRequest, Limits, PendingRequest, Program, Run,
    SnapshotError,
};
use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

/// What programs look like when they are saved: a name, after how many answers, the text.
const SHAPES: &[(&str, usize, &str)] = &[
    ("not_begun", 0, "print('begun')\nask(1) + 1"),
    (
        "in_a_call",
        1,
        r#"
def deep(n):
    try:
        return deep(n - 1) + 1 if n else ask(1) + ask(2)
    finally:
        print('left', n)
print(deep(5))
"#,
    ),
    (
        "in_a_generator",
        2,
        r#"
def pages():
    try:
        for n in range(4):
            got = yield ask(n)
            print('got', got)
    finally:
        print('closed')
print(sum(pages()), list(zip(pages(), 'ab')))
"#,
    ),
    (
        "in_a_sort_key",
        2,
        "names = ['pear', 'fig', 'banana']\nnames.sort(key=lambda name: ask(-len(name)), reverse=True)\nprint(names)\nnames",
    ),
    (
        "in_tasks",
        1,
        r#"
import asyncio
async def one(name):
    async with lock:
        first = await fetch(name)
    await asyncio.sleep(len(name))
    return first + await fetch(name.upper())
async def main():
    global lock
    lock = asyncio.Lock()
    late = asyncio.create_task(one('late'))
    found = await asyncio.gather(one('a'), one('bb'), one('ccc'))
    return [*found, await late]
asyncio.run(main())
"#,
    ),
    (
        "in_an_async_generator",
        2,
        r#"
import asyncio
async def numbers():
    try:
        for n in range(3):
            yield await fetch(n)
    finally:
        print('closed', await fetch('end'))
async def main():
    return [n * 2 async for n in numbers()]
asyncio.run(main())
"#,
    ),
    (
        "in_a_comparison",
        2,
        r#"
class Key:
    def __init__(self, n): self.n = n
    def __hash__(self): return 7
    def __eq__(self, other): return ask(self.n) == other.n
    def __repr__(self): return f'Key({ask(self.n)})'
table = {Key(1): 'one', Key(2): 'two'}
print(table[Key(2)], table)
"#,
    ),
    (
        "in_a_handler",
        1,
        r#"
class Guard:
    def __enter__(self): return ask('in')
    def __exit__(self, kind, error, traceback):
        print(kind.__name__, error, ask('out'))
        return True
with Guard() as word:
    try:
        raise KeyError(word)
    except KeyError as error:
        raise ValueError(ask('why')) from error
print('after')
"#,
    ),
    (
        "with_objects_of_every_kind",
        0,
        r#"
import collections, dataclasses, datetime, enum, functools, itertools, json, random, re
@dataclasses.dataclass(order=True)
class Point:
    x: int
    y: float = 0.5
    tags: list = dataclasses.field(default_factory=list)
class Color(enum.Enum):
    RED = 1
    BLUE = 'b'
def counter():
    n = 10 ** 30
    def more(step=1, *, by=2):
        nonlocal n
        n += step * by
        return n
    return more
more = counter()
half = functools.partial(more, 5, by=3)
seen = collections.Counter('abracadabra')
queue = collections.deque([1, 2, 3], maxlen=4)
groups = collections.defaultdict(list, {'a': [1]})
pattern = re.compile(r'(?P<word>\w+)-(\d+)')
match = pattern.search('see item-42')
day = datetime.datetime(2024, 2, 29, 12, 30)
chance = random.Random(7)
pairs = itertools.chain([1], zip('ab', range(2)))
mixed = [None, True, -3, 2.5, 'text' * 3, 'é\U0001f600', b'\x00\xff', (1, (2,)), {1, 2}, frozenset('xy'), range(1, 9, 2), ...]
mixed.append(mixed)
view = {'k': [1, 2]}.items()
shape = Point(3, tags=['a'])
ask('save here')
print(more(), half(), seen.most_common(2), list(queue), dict(groups), match['word'], match.span(2), day.isoformat())
print(chance.randint(1, 100), next(pairs), list(pairs), mixed, list(view), shape, shape < Point(4), Color('b'), Color.RED.name)
print(json.dumps({'x': [1, 2.5, None, 'é']}), f'{shape.y:>8.3f}|{10 ** 20:,}')
match mixed[7]:
    case (1, (n,)):
        n
"#,
    ),
];

fn start(source: &str) -> Run {
    let program = Program::compile(source, "stored.py").unwrap_or_else(|e| panic!("{e}"));
    let tool = |name: &str, is_async| Capability {
        name: name.into(),
        is_async,
        signature: Some("(value)".into()),
        doc: "Gives back what it gets.".into(),
    };
    let config = Config {
        limits: Limits::default(),
        capabilities: vec![tool("ask", false), tool("fetch", true)],
        seed: 7,
    };
    Run::new(program, config)
}

/// Goes on until it waits or ends.
fn advance(run: &mut Run) -> Event {
    loop {
        match run.advance() {
            Event::Paused => {}
            event => return event,
        }
    }
}

/// Answers the newest request.
fn answer(run: &mut Run) {
    let pending = run.pending().last().expect("it waits").clone();
    let value = match pending.request {
        PendingRequest::Call { args, .. } => args.into_iter().next().unwrap_or(Data::None),
        PendingRequest::Host(HostRequest::Sleep(_)) => Data::None,
        PendingRequest::Host(HostRequest::Now | HostRequest::Monotonic) => Data::Float(1.5),
        PendingRequest::Host(HostRequest::Random(n)) => Data::Bytes(vec![7; n as usize]),
    };
    run.answer(pending.id, &Ok(value)).expect("it is open");
}

/// The run at the point where it is saved.
fn at_its_save(answers: usize, source: &str) -> Run {
    let mut run = start(source);
    if answers > 0 || source.contains("save here") {
        assert_eq!(advance(&mut run), Event::Suspended, "{source}");
    }
    for _ in 0..answers {
        answer(&mut run);
        assert_eq!(advance(&mut run), Event::Suspended, "{source}");
    }
    run
}

/// Everything that it prints, and how it ends.
fn end(mut run: Run) -> String {
    loop {
        match advance(&mut run) {
            Event::Suspended => answer(&mut run),
            event => {
                let printed = run.take_output().concat();
                return format!("{}{event:?}\n", String::from_utf8_lossy(&printed));
            }
        }
    }
}

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/stored")
}

/// The version of the format that a snapshot says.
fn version(bytes: &[u8]) -> u32 {
    let word = bytes[8..12].try_into().expect("four bytes");
    u32::from_le_bytes(word)
}

fn version_of_today() -> u32 {
    version(&start("1").dump().expect("it has not begun"))
}

fn files(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).unwrap_or_else(|e| panic!("{}: {e}", folder.display()));
    let mut files: Vec<PathBuf> = entries.map(|e| e.expect("an entry").path()).collect();
    files.sort();
    files
}

fn name(path: &Path) -> String {
    path.file_stem()
        .unwrap_or_default()
        .to_string_lossy()
        .into()
}

#[test]
fn stored_snapshots_go_on_or_are_refused_in_words() {
    let today = version_of_today();
    for set in files(&folder()) {
        let of = name(&set);
        for path in files(&set)
            .iter()
            .filter(|p| p.extension().is_some_and(|e| e == "snapshot"))
        {
            let bytes = fs::read(path).expect("a readable file");
            let shown = path.display();
            assert_eq!(format!("v{}", version(&bytes)), of, "{shown}");
            let wanted = fs::read_to_string(path.with_extension("txt")).expect("its end");
            match Run::load(&bytes) {
                Ok(run) => assert_eq!(end(run), wanted, "{shown}"),
                Err(error @ SnapshotError::Version { found }) => {
                    assert!(found != today && of == format!("v{found}"), "{shown}");
                    let words = format!("has version {found}, this kont reads {today}\nhelp: ");
                    assert!(error.to_string().contains(&words), "{error}");
                }
                Err(error @ SnapshotError::Build) => {
                    assert_eq!(version(&bytes), today, "{shown}");
                    let words = error.to_string();
                    assert!(words.contains("another build of kont\nhelp: "), "{words}");
                }
                // The format was changed, and its version not raised.
                Err(error) => panic!("{shown}: {error}"),
            }
        }
    }
}

#[test]
fn the_version_of_today_has_a_set() {
    let set = folder().join(format!("v{}", version_of_today()));
    if !set.exists() {
        store(&set);
        panic!(
            "{}: stored just now; keep it with the change",
            set.display()
        );
    }
    let stored: BTreeSet<String> = files(&set).iter().map(|path| name(path)).collect();
    let shapes: BTreeSet<String> = SHAPES.iter().map(|(name, ..)| (*name).into()).collect();
    assert_eq!(stored, shapes, "{}", set.display());
}

#[test]
fn every_shape_goes_on_in_this_build() {
    for (name, answers, source) in SHAPES {
        let run = at_its_save(*answers, source);
        let bytes = run.dump().unwrap_or_else(|e| panic!("{name}: {e}"));
        let loaded = Run::load(&bytes).unwrap_or_else(|e| panic!("{name}: {e}"));
        let plain = end(run);
        assert!(plain.contains("Done("), "{name}: {plain}");
        assert_eq!(end(loaded), plain, "{name}");
    }
}

/// Stores the set of a new version of the format.
fn store(set: &Path) {
    fs::create_dir(set).unwrap_or_else(|e| panic!("{}: {e}", set.display()));
    for (name, answers, source) in SHAPES {
        let run = at_its_save(*answers, source);
        let bytes = run.dump().unwrap_or_else(|e| panic!("{name}: {e}"));
        fs::write(set.join(name).with_extension("snapshot"), bytes).expect("it is written");
        fs::write(set.join(name).with_extension("txt"), end(run)).expect("it is written");
    }
}
