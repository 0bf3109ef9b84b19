//! The library written in Python: sources of its modules, which the interpreter compiles itself.

/// The source of a library module, or `None` if there is none of that name in Python.
///
/// A module may have a part in Rust too: the natives whose `module` is its name are then names in its globals.
pub fn source(module: &str) -> Option<&'static str> {
    SOURCES
        .iter()
        .find(|(name, _)| *name == module)
        .map(|(_, source)| *source)
}

/// The names of all library modules that have a part in Python.
pub fn names() -> impl Iterator<Item = &'static str> {
    SOURCES.iter().map(|(name, _)| *name)
}

const SOURCES: &[(&str, &str)] = &[
    ("abc", include_str!("../library/abc.py")),
    (
        "asyncio",
        concat!(
            include_str!("../library/asyncio.py"),
            include_str!("../library/asyncio_sync.py"),
        ),
    ),
    ("bisect", include_str!("../library/bisect.py")),
    (
        "builtins",
        concat!(
            include_str!("../library/builtins.py"),
            include_str!("../library/builtins_more.py"),
        ),
    ),
    ("collections", include_str!("../library/collections.py")),
    ("contextlib", include_str!("../library/contextlib.py")),
    ("copy", include_str!("../library/copy.py")),
    ("dataclasses", include_str!("../library/dataclasses.py")),
    (
        "datetime",
        concat!(
            include_str!("../library/datetime.py"),
            include_str!("../library/datetime_more.py"),
        ),
    ),
    ("enum", include_str!("../library/enum.py")),
    ("functools", include_str!("../library/functools.py")),
    ("heapq", include_str!("../library/heapq.py")),
    ("io", include_str!("../library/io.py")),
    ("itertools", include_str!("../library/itertools.py")),
    ("json", include_str!("../library/json.py")),
    ("math", include_str!("../library/math.py")),
    ("operator", include_str!("../library/operator.py")),
    ("random", include_str!("../library/random.py")),
    ("re", include_str!("../library/re.py")),
    ("statistics", include_str!("../library/statistics.py")),
    ("string", include_str!("../library/string.py")),
    ("sys", include_str!("../library/sys.py")),
    ("textwrap", include_str!("../library/textwrap.py")),
    ("time", include_str!("../library/time.py")),
    ("typing", include_str!("../library/typing.py")),
];
