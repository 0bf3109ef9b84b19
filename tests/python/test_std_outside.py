"""Cache and files: with their doubles, and against the real thing."""

import concurrent.futures
import os
import random

import pytest
from in_order import in_order

import kont
from kont.std import (
    Ask,
    CacheDelete,
    CacheExists,
    CacheGet,
    CachePut,
    Cached,
    Kept,
    ListFiles,
    Listen,
    Local,
    Ok,
    ReadFile,
    RemoveFile,
    Try,
    WriteFile,
    cache,
    cached,
    folder,
    listening,
    memory_files,
    memory_store,
    reader,
    sqlite_store,
    trying,
    virtual_clock,
)
from kont.std.folders import PathFolder
from kont.std.storage import _answering


class Fetch(kont.Effect[str]):
    url: str
    note: str = ""


class Other(kont.Effect[str]):
    url: str
    note: str = ""


def server(log):
    @kont.handler(Fetch, Other)
    def answer(effect):
        log.append(effect)
        if "fail" in effect.url:
            raise OSError("down")
        return f"{type(effect).__name__} {effect.url} {len(log)}"

    return answer


STORES = {"memory": lambda path: memory_store(), "sqlite": lambda path: sqlite_store(path / "cache.db")}


@pytest.fixture(params=STORES.values(), ids=STORES)
def store(request, tmp_path):
    return request.param(tmp_path)


def test_an_answer_is_asked_for_once(store):
    log = []
    program = in_order(Fetch("/a"), Fetch("/b"), Fetch("/a"), Other("/a"))
    answers = kont.run(program, cache(Fetch, Other, store=store), server(log))
    assert answers == ["Fetch /a 1", "Fetch /b 2", "Fetch /a 1", "Other /a 3"]


def test_types_that_were_not_named_are_not_cached(store):
    log = []
    kont.run(in_order(Other("/a"), Other("/a")), cache(Fetch, store=store), server(log))
    assert len(log) == 2


def test_an_error_is_not_kept(store):
    log = []
    kont.run(in_order(Try(Fetch("/fail")), Try(Fetch("/fail"))), cache(Fetch, store=store), trying, server(log))
    assert len(log) == 2


def test_none_is_an_answer_like_others(store):
    log = []

    @kont.handler(Fetch)
    def nothing(effect):
        log.append(effect)

    assert kont.run(in_order(Fetch("/a"), Fetch("/a")), cache(Fetch, store=store), nothing) == [None, None]
    assert len(log) == 1


def test_an_answer_is_good_for_its_time(store):
    log = []
    program = in_order(Fetch("/a"), kont.Sleep(9.5), Fetch("/a"), kont.Sleep(0.5), Fetch("/a"), Fetch("/a"))
    kont.run(program, cache(Fetch, store=store, ttl_s=10), server(log), virtual_clock())
    assert len(log) == 2


def test_the_time_of_an_answer_begins_when_it_is_there():
    @kont.handler(Fetch)
    def slow(effect):
        yield kont.Sleep(8)
        return (yield kont.Now())

    program = in_order(Fetch("/a"), kont.Sleep(9), Fetch("/a"))
    assert kont.run(program, cache(Fetch, ttl_s=10), slow, virtual_clock()) == [8.0, None, 8.0]


def test_key_and_policy(store):
    log = []
    caching = cache(Fetch, store=store, key=lambda fetch: fetch.url, keep=lambda fetch, page: fetch.url != "/b")
    program = in_order(Fetch("/a", "x"), Fetch("/a", "y"), Fetch("/b"), Fetch("/b"))
    kont.run(program, caching, server(log))
    assert log == [Fetch("/a", "x"), Fetch("/b"), Fetch("/b")]


def test_equal_keys_of_two_types_are_two_things(store):
    caching = cache(Fetch, Other, store=store, key=lambda effect: effect.url)
    assert kont.run(in_order(Fetch("/a"), Other("/a")), caching, server([])) == ["Fetch /a 1", "Other /a 2"]


def test_effects_that_carry_programs_are_refused():
    for wrong in (Try, str, "Fetch"):
        with pytest.raises(kont.UsageError):
            cache(wrong)


def test_the_one_unused_for_longest_makes_room():
    store = memory_store(entries_max=2)
    for key in ("a", "b"):
        store.put(key, Kept(key, None))
    store.get("a")
    store.put("c", Kept("c", None))
    assert [store.get(key) is not None for key in ("a", "b", "c")] == [True, False, True]
    with pytest.raises(kont.UsageError):
        memory_store(entries_max=0)


def test_a_file_has_room_for_so_many(tmp_path):
    file = tmp_path / "c.db"
    store = sqlite_store(file, entries_max=3)
    for key in "abc":
        store.put(key, Kept(key, None))
    store.get("a")
    store.put("d", Kept("d", None))
    left = [key for key in "abcd" if sqlite_store(file).get(key) is not None]
    assert left == ["a", "c", "d"]
    with pytest.raises(kont.UsageError, match="room for one"):
        sqlite_store(file, entries_max=0)


def test_what_cannot_be_in_a_file_says_so(tmp_path):
    @kont.handler(Fetch)
    def functions(effect):
        return lambda: None

    with pytest.raises(kont.UsageError, match="help: keep plain data"):
        kont.run(Fetch("/a"), cache(Fetch, store=sqlite_store(":memory:")), functions)


def test_kept_exceptions_are_raised_again_from_either_store(store):
    log = []
    caching = cache(Fetch, store=store, keep_error=lambda effect, error: isinstance(error, OSError))
    outcomes = kont.run(in_order(Try(Fetch("/fail")), Try(Fetch("/fail"))), caching, trying, server(log))
    assert [str(one.error) for one in outcomes] == ["down", "down"]
    assert len(log) == 1


def test_entries_are_put_looked_for_and_deleted(store):
    program = in_order(
        Try(CacheGet("n")),
        CacheExists("n"),
        CachePut("n", [1]),
        CachePut("short", 2, ttl_s=5),
        CacheExists("n"),
        CacheGet("n"),
        kont.Sleep(5),
        CacheExists("short"),
        Try(CacheGet("short")),
        CacheDelete("n"),
        CacheDelete("n"),
        CacheExists("n"),
    )
    first, *others = kont.run(program, cache(store=store), trying, virtual_clock())
    assert isinstance(first.error, KeyError)
    assert isinstance(others.pop(7).error, kont.MissingKeyError)
    assert others == [False, None, None, True, [1], None, False, True, False, False]


def test_an_entry_and_an_effect_never_meet(store):
    program = in_order(CachePut(Fetch("/a"), "entry"), Fetch("/a"), CacheGet(Fetch("/a")))
    assert kont.run(program, cache(Fetch, store=store), server([])) == [None, "Fetch /a 1", "entry"]


def test_a_file_keeps_answers_for_the_next_process(tmp_path):
    log = []
    for _ in range(2):
        assert kont.run(Fetch("/a"), cache(Fetch, store=sqlite_store(tmp_path / "c.db")), server(log)) == "Fetch /a 1"


def test_programs_of_several_threads_share_a_store(store):
    def work(number):
        for each in range(20):
            caching = cache(Fetch, store=store)
            kont.run(in_order(Fetch(f"/{each}"), Fetch(f"/{number}/{each}")), caching, server([]))

    with concurrent.futures.ThreadPoolExecutor(4) as pool:
        list(pool.map(work, range(4)))
    log = []
    wanted = [Fetch(f"/{number}/{each}") for number in range(4) for each in range(20)]
    kont.run(in_order(*wanted), cache(Fetch, store=store), server(log))
    assert log == []


def test_keys_in_a_file_are_equal_only_if_they_are_the_same():
    store = sqlite_store(":memory:")
    keys = [1, 1.5, "1", b"1", None, (1, 2), [1, 2], ((1,), 2), {"a": 1}, {"a": "1"}, Fetch("/a"), Other("/a"), "a,str:b"]
    keys += [("a", "b"), ("a,str:'b'",), frozenset({1, 2}), True]
    for number, key in enumerate(keys):
        store.put(key, Kept(number, None))
    assert [store.get(key).value for key in keys] == list(range(len(keys)))
    # These two are equal, and give their items in different orders.
    store.put(frozenset([0, 8]), Kept("set", None))
    assert store.get(frozenset([8, 0])) == Kept("set", None)
    with pytest.raises(kont.UsageError, match="cannot be a key in a file"):
        store.get(object())


def test_cached_programs_run_once_for_their_arguments(store):
    log = []

    @cached()
    @kont.do
    def square(n, *, plus=0):
        log.append(n)
        yield kont.Pure(None)
        return n * n + plus

    program = in_order(square(3), square(3), square(3, plus=1), square(4))
    assert kont.run(program, cache(store=store)) == [9, 9, 10, 16]
    assert log == [3, 3, 4]


def test_cached_programs_run_without_a_cache_and_as_coroutines():
    log = []

    @cached(key=lambda values: values["id"], ttl_s=5)
    async def load(values):
        log.append(values["id"])
        return await Ask("x")

    again = (load({"id": 1}), kont.Sleep(4), load({"id": 1}), kont.Sleep(1), load({"id": 1}))
    assert kont.run(in_order(*again), reader({"x": 7}), virtual_clock())[0] == 7
    assert len(log) == 3
    kont.run(in_order(*again), reader({"x": 7}), cache(), virtual_clock())
    assert len(log) == 5


def test_cached_programs_run_at_the_place_of_the_performer():
    @cached()
    @kont.do
    def ask():
        return (yield Ask("x"))

    assert kont.run(Local({"x": 2}, ask()), reader({"x": 1}), cache()) == 2
    heard = kont.run(Listen(ask(), types=(Ask,)), listening, reader({"x": 1}), cache())
    assert heard == (1, [Ask("x")])


def test_the_time_of_a_cached_program_is_the_time_of_its_cache():
    log = []

    @cached(ttl_s=5)
    @kont.do
    def load():
        log.append((yield kont.Now()))

    @kont.handler(kont.Now)
    def stopped(effect):
        return 1000.0

    program = in_order(stopped(load()), kont.Sleep(6), stopped(load()), kont.Sleep(4), stopped(load()))
    kont.run(program, cache(), virtual_clock())
    assert log == [1000.0, 1000.0]


def test_caches_nest():
    log = []

    @cached()
    @kont.do
    def load():
        log.append("run")
        yield kont.Pure(None)

    outer, inner = memory_store(), memory_store()
    program = in_order(Fetch("/a"), load(), load())
    kont.run(program, cache(Fetch, store=inner), cache(Fetch, store=outer), server(log))
    assert len(log) == 2
    assert len(inner.kept) == 2
    assert len(outer.kept) == 1


def test_what_cannot_be_a_key_says_what_to_do():
    with pytest.raises(kont.UsageError, match="help: give `cache` a `key`"):
        kont.run(Fetch(["/a"]), cache(Fetch), server([]))


def test_an_answer_that_cannot_be_read_any_more_is_asked_for_anew(tmp_path):
    store = sqlite_store(tmp_path / "c.db")
    kont.run(Fetch("/a"), cache(Fetch, store=store), server([]))
    store.database.execute("UPDATE answers SET value = ?", (b"cno_such_module\nThing\n.",))
    assert kont.run(Fetch("/a"), cache(Fetch, store=store), server([1, 2])) == "Fetch /a 3"


def test_a_missing_handler_inside_of_a_cached_program_is_not_taken_for_a_missing_cache():
    log = []

    @cached()
    @kont.do
    def ask():
        log.append(1)
        return (yield Ask("x"))

    with pytest.raises(kont.UnhandledEffect) as caught:
        kont.run(ask(), cache())
    assert caught.value.effect == Ask("x")
    assert log == [1]
    assert isinstance(Cached("k", kont.Pure(1)), kont.std.Scoped)


# Files


def by_paths(path):
    """The folder where a system has no better way than to check paths."""
    return _answering("folder", PathFolder(path))


FOLDERS = {"folder": folder, "paths": by_paths}
FILES = {**FOLDERS, "memory": lambda path: memory_files()}
folders = pytest.mark.parametrize("open_folder", FOLDERS.values(), ids=FOLDERS)


@pytest.fixture(params=FILES.values(), ids=FILES)
def files(request, tmp_path):
    return request.param(tmp_path)


def test_files_are_written_read_listed_and_removed(files):
    program = in_order(
        WriteFile("b/two.txt", b"2"),
        WriteFile("a.txt", b"old"),
        WriteFile("a.txt", b"\x00new"),
        ReadFile("a.txt"),
        ReadFile("./b//two.txt"),
        ListFiles(),
        ListFiles("b"),
        RemoveFile("a.txt"),
        ListFiles(),
        ListFiles("nowhere"),
    )
    wanted = [b"\x00new", b"2", ["a.txt", "b/two.txt"], ["b/two.txt"], None, ["b/two.txt"], []]
    assert kont.run(program, files)[3:] == wanted


@pytest.mark.parametrize(
    ("effect", "error"),
    [
        (ReadFile("none"), FileNotFoundError),
        (RemoveFile("none"), FileNotFoundError),
        (ReadFile("../secret"), PermissionError),
        (ReadFile("a/../../secret"), PermissionError),
        (WriteFile("/etc/secret", b""), PermissionError),
        (ListFiles(".."), PermissionError),
        (WriteFile("d", b""), IsADirectoryError),
        (WriteFile("", b""), IsADirectoryError),
        (ReadFile("d"), IsADirectoryError),
        (RemoveFile("d"), IsADirectoryError),
        (ReadFile("d/f/below"), NotADirectoryError),
        (WriteFile("d/f/below", b""), NotADirectoryError),
        (WriteFile("d/f/far/below", b""), NotADirectoryError),
        (WriteFile("d/f", "text"), kont.UsageError),
    ],
)
def test_what_cannot_be_done_is_raised_at_the_performer(files, effect, error):
    results = kont.run(in_order(WriteFile("d/f", b"1"), Try(effect), ListFiles()), trying, files)
    assert isinstance(results[1].error, error)
    assert results[2] == ["d/f"], "and it leaves nothing behind"


def test_random_uses_of_a_folder_and_of_its_double_give_the_same(tmp_path):
    rng = random.Random(5)
    names = ["a", "b", "a/b", "a/c", "a/b/c", "b/a/a", "", "./a//b", "../a", "/a"]
    for each in range(60):
        program = in_order(
            *[
                Try(rng.choice([ReadFile, RemoveFile, ListFiles, lambda path: WriteFile(path, b"x")])(rng.choice(names)))
                for _ in range(25)
            ]
        )

        def outcome(files, program=program):
            tried = kont.run(program, trying, files)
            return [one.value if isinstance(one, Ok) else type(one.error) for one in tried]

        wanted = outcome(memory_files())
        for kind, open_folder in FOLDERS.items():
            place = tmp_path / f"{kind} {each}"
            place.mkdir()
            assert outcome(open_folder(place)) == wanted


@folders
def test_links_are_not_followed(open_folder, tmp_path):
    inside = tmp_path / "inside"
    (inside / "real").mkdir(parents=True)
    (inside / "real" / "file").write_text("file")
    (tmp_path / "secret").write_text("secret")
    (inside / "out").symlink_to(tmp_path)
    (inside / "in").symlink_to(inside / "real")
    (inside / "file").symlink_to(tmp_path / "secret")
    (inside / "nowhere").symlink_to(tmp_path / "new")
    refused = [ReadFile("out/secret"), WriteFile("out/new", b""), RemoveFile("out/secret"), ListFiles("out")]
    refused += [ReadFile("in/file"), WriteFile("in/file", b""), ListFiles("in")]
    refused += [make for path in ("file", "nowhere") for make in (ReadFile(path), WriteFile(path, b""), RemoveFile(path))]
    for effect in refused:
        with pytest.raises(PermissionError):
            kont.run(effect, open_folder(inside))
    assert kont.run(ListFiles(), open_folder(inside)) == ["real/file"]
    assert sorted(place.name for place in tmp_path.iterdir()) == ["inside", "secret"]
    assert (tmp_path / "secret").read_text() == "secret"


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="this system has no pipes in folders")
def test_what_is_no_file_is_not_opened(tmp_path):
    os.mkfifo(tmp_path / "pipe")
    for effect in (ReadFile("pipe"), WriteFile("pipe", b"")):
        with pytest.raises(PermissionError):
            kont.run(effect, folder(tmp_path))


@pytest.mark.skipif(not os.path.isdir("/proc/self/fd"), reason="this system does not show its handles")
def test_no_handle_stays_open(tmp_path):
    files = folder(tmp_path)
    program = in_order(
        WriteFile("d/f", b"1"), ReadFile("d/f"), ListFiles(), *map(Try, (ReadFile("d"), ReadFile("d/f/x"), WriteFile("d", b"")))
    )
    kont.run(program, trying, files)
    before = len(os.listdir("/proc/self/fd"))
    kont.run(program, trying, files)
    assert len(os.listdir("/proc/self/fd")) == before


@folders
def test_a_file_keeps_its_mode_when_it_is_replaced(open_folder, tmp_path):
    kont.run(WriteFile("run.sh", b"1"), open_folder(tmp_path))
    (tmp_path / "run.sh").chmod(0o777)
    kont.run(WriteFile("run.sh", b"2"), open_folder(tmp_path))
    assert (tmp_path / "run.sh").stat().st_mode & 0o777 == (0o777 if os.name == "posix" else 0o666)
    assert [place.name for place in tmp_path.iterdir()] == ["run.sh"]
