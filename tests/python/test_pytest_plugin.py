"""The plugin of pytest: tests and fixtures that are programs, its fixtures and marks, and other plugins beside it."""

import re

import hypothesis  # noqa: F401 - imported once, and not in every inner session
import pytest

import kont.testing.plugin  # noqa: F401

pytest_plugins = ["pytester"]

PRELUDE = """
import pytest
import kont
from kont.std import Ask, RandomInt, reader

class Say(kont.Effect[None]):
    text: str
"""


@pytest.fixture
def run(pytester):
    """Runs the tests of a module, given as text, in a session of their own."""

    def run(source, *options, ini="", **outcomes):
        pytester.makeini(f"[pytest]\nasyncio_default_fixture_loop_scope = function\n{ini}")
        pytester.makepyfile(test_it=PRELUDE + source)
        # The plugin of Hypothesis imports much in each session.
        less = () if "hypothesis" in source else ("-p", "no:hypothesispytest")
        result = pytester.runpytest_inprocess("--strict-markers", "-p", "no:cacheprovider", *less, *options)
        result.assert_outcomes(**outcomes)
        return result

    return run


# Tests that are programs.


def test_programs_are_run_under_the_handlers_of_the_test(run):
    run(
        """
        @pytest.fixture
        def kont_handlers():
            return [reader({"a": 1})]

        @kont.do
        def test_generator():
            assert (yield Ask("a")) == 1

        @kont.do
        async def test_async():
            assert await Ask("a") == 1

        class TestMethods:
            def setup_method(self):
                self.wanted = 1

            @kont.do
            def test_method(self):
                assert (yield Ask("a")) == self.wanted

            @staticmethod
            @kont.do
            def test_static():
                assert (yield Ask("a")) == 1

        @pytest.mark.parametrize("key", ["a", "b"])
        @kont.do
        def test_parametrised(key, tmp_path):
            assert tmp_path.exists() and (yield Ask(key)) == 1
        """.replace("\n        ", "\n"),
        passed=5,
        failed=1,
    )


def test_a_failing_program_shows_its_own_lines_and_values_and_none_of_the_machine(run):
    source = """
def compute(x):
    return x + 1

@kont.do
def inner(key):
    got = yield Ask(key)
    assert compute(got) == 3, "not three"

@kont.do
def test_it(kont_recorder, kont_clock, kont_random):
    yield inner("a")

@pytest.fixture
def kont_handlers():
    return reader({"a": 1})
"""
    result = run(source, failed=1)
    result.stdout.fnmatch_lines(["*def test_it*", '>*yield inner("a")', ">*assert compute(got) == 3*"])
    result.stdout.fnmatch_lines(["E*not three", "E*assert 2 == 3", "E*where 2 = compute(1)"])
    text = result.stdout.str()
    assert not re.search(r"(plugin|surroundings|recording|exploring|python)\.py:\d+: ", text), text
    full = run(source, "--full-trace", failed=1)
    assert "plugin.py" in full.stdout.str()


def test_an_effect_that_nobody_answers_fails_at_its_line(run):
    result = run("@kont.do\ndef test_it():\n    yield Say('hello')\n", failed=1)
    result.stdout.fnmatch_lines([">*yield Say('hello')", "E*UnhandledEffect: no handler in scope accepts Say(text='hello')", "E*help: *"])


def test_async_tests_need_the_mark_or_the_mode(run):
    source = """
async def test_plain():
    assert await Ask("a") == 1

@pytest.mark.kont
async def test_marked():
    assert await Ask("a") == 1

@pytest.fixture
def kont_handlers():
    return reader({"a": 1})
"""
    result = run(source, passed=1, failed=1)
    result.stdout.fnmatch_lines(["*async def functions are not natively supported*"])
    run(source, ini="kont_mode = auto", passed=2)
    run("pytestmark = pytest.mark.kont\n" + source, passed=2)


def test_a_returned_value_is_warned_of_as_pytest_does(run):
    result = run("@kont.do\ndef test_it():\n    yield kont.Pure(1)\n    return 5\n", "-W", "default", passed=1, warnings=1)
    result.stdout.fnmatch_lines(["*PytestReturnNotNoneWarning*"])


def test_skip_xfail_and_raises_work_inside(run):
    run(
        """
@kont.do
def test_skip():
    yield kont.Pure(1)
    pytest.skip("not here")

@pytest.mark.xfail(strict=True)
@kont.do
def test_xfail():
    yield Say("nobody")

@kont.do
def test_raises():
    with pytest.raises(kont.UnhandledEffect):
        yield Say("nobody")

@kont.do
def test_fail():
    yield kont.Pure(1)
    pytest.fail("on purpose")

@pytest.mark.kont_explore
@kont.do
def test_skip_in_orders():
    yield kont.Pure(1)
    pytest.skip("not here")
""",
        skipped=2,
        xfailed=1,
        passed=1,
        failed=1,
    )


@pytest.mark.parametrize(
    ("source", "message"),
    [
        ("@pytest.mark.kont\ndef test_it(): pass", "*has a mark of kont, and is a plain function*"),
        ("@pytest.mark.kont_explore\ndef test_it():\n    yield Say('a')", "*has a mark of kont, and is a generator*help*@kont.do*"),
        ("@pytest.mark.kont\n@pytest.mark.asyncio\nasync def test_it(): pass", "*has the marks of kont and of `asyncio`*"),
        ("@pytest.mark.asyncio\n@kont.do\nasync def test_it(): pass", "*it cannot have the mark `asyncio`*"),
    ],
)
def test_marks_that_mean_nothing_are_refused(run, source, message):
    result = run(source, errors=1)
    assert re.search(message.replace("*", r"[\s\S]*").strip(), result.stdout.str()), result.stdout.str()


@pytest.mark.parametrize(
    ("options", "ini", "message"),
    [
        (["--kont-replay=1.x"], "", "'1.x' is no order of tasks"),
        (["--kont-explore-runs=0"], "", "a test is run at least once"),
        ([], "kont_mode = loud", "kont_mode is `loud`; it is `strict` or `auto`"),
    ],
)
def test_options_that_mean_nothing_are_refused(pytester, options, ini, message):
    pytester.makeini(f"[pytest]\n{ini}")
    result = pytester.runpytest_inprocess(*options)
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    assert message in result.stderr.str() and "Traceback" not in result.stderr.str()


def test_the_help_says_what_the_options_and_fixtures_do(pytester):
    result = pytester.runpytest_subprocess("--help")
    text = " ".join(result.stdout.str().split())
    for words in (
        "--kont-seed=N The seed of the fixture `kont_random`",
        "--kont-explore-runs=N How many orders of tasks",
        "--kont-replay=ORDER Run the tests that explore",
        "kont_mode (string): Which `async def` tests",
    ):
        assert words in text, text
    fixtures = pytester.runpytest_subprocess("--fixtures").stdout.str()
    for name in ("kont_handlers", "kont_clock", "kont_random", "kont_recorder", "kont_explore"):
        assert re.search(rf"^{name}.*\n    \S", fixtures, re.MULTILINE), fixtures
    assert "@pytest.mark.kont_explore(runs=1000" in pytester.runpytest_subprocess("--markers").stdout.str()


# Handlers.


def test_handlers_may_be_one_several_or_made_for_each_run(run):
    run(
        """
@pytest.fixture(params=["one", "several", "made", "together"])
def kont_handlers(request):
    a, b = reader({"a": 1}), kont.handler(Say)(lambda effect: None)
    return {
        "one": kont.handler(Ask, Say)(lambda effect: 1),
        "several": [b, a],
        "made": lambda: (b, a),
        "together": kont.handlers(b, a),
    }[request.param]

@kont.do
def test_it():
    yield Say("hello")
    assert (yield Ask("a")) == 1
""",
        passed=4,
    )


def test_handlers_that_are_none_are_refused(run):
    result = run("@pytest.fixture\ndef kont_handlers(): return 5\n@kont.do\ndef test_it(): yield kont.Pure(1)", failed=1)
    result.stdout.fnmatch_lines(["*UsageError: the fixture `kont_handlers` gave 5", "*help: return a handler*"])


# Fixtures that are programs.


def test_fixtures_may_be_programs(run):
    run(
        """
@pytest.fixture
def kont_handlers():
    return reader({"a": 1})

@pytest.fixture
@kont.do
def answer():
    return (yield Ask("a"))

@pytest.fixture(scope="session")
@kont.do
def wide():
    return (yield kont.Pure("wide"))

class TestMethods:
    @pytest.fixture
    @kont.do
    def own(self, answer):
        self.kept = yield kont.Pure(answer + 1)
        return self.kept

    def test_plain(self, own):
        assert own == self.kept == 2

    @kont.do
    def test_program(self, own, answer):
        assert (yield Ask("a")) == answer == 1

def test_alone(answer):
    assert answer == 1
""",
        passed=3,
    )


def test_a_wide_fixture_cannot_use_narrow_handlers_and_says_so(run):
    result = run(
        """
@pytest.fixture
def kont_handlers():
    return reader({"a": 1})

@pytest.fixture(scope="session")
@kont.do
def answer():
    return (yield Ask("a"))

def test_it(answer):
    pass
""",
        errors=1,
    )
    result.stdout.fnmatch_lines(["*ScopeMismatch*kont_handlers*"])


def test_a_failing_fixture_shows_its_own_lines(run):
    result = run(
        """
@pytest.fixture
@kont.do
def answer():
    return (yield Say("nobody"))

def test_it(answer):
    pass
""",
        errors=1,
    )
    result.stdout.fnmatch_lines(['>*return (yield Say("nobody"))', "E*UnhandledEffect*"])
    assert "plugin.py" not in result.stdout.str()


# Fixtures of the plugin.


def test_the_clock_jumps(run):
    run(
        """
@kont.do
def test_program(kont_clock):
    yield kont.Sleep(3600)
    assert (yield kont.Now()) == (yield kont.Monotonic()) == 3600

def test_plain(kont_clock):
    kont_clock.run(kont.Sleep(60))
    assert kont_clock.now_s == 60
""",
        passed=2,
    )


def test_random_numbers_are_the_same_in_each_session_and_may_be_told(run):
    source = """
@kont.do
def test_one(kont_random):
    print("one", (yield RandomInt(1, 10**9)), kont_random.seed)

@kont.do
def test_two(kont_random):
    print("two", (yield RandomInt(1, 10**9)))
"""
    numbers = [re.findall(r"^(?:test_it.py )?\.?(?:one|two) (\d+)", run(source, "-s", "-q", passed=2).stdout.str(), re.MULTILINE) for _ in range(2)]
    assert numbers[0] == numbers[1] and len(set(numbers[0])) == 2
    told = run(source, "-s", "-q", "--kont-seed=7", passed=2).stdout.str()
    numbers = re.findall(r"(?:one|two) (\d+)", told)
    assert numbers[0] == numbers[1] and " 7" in told


def test_the_recorder_sees_what_the_test_performs(run):
    result = run(
        """
@pytest.fixture
def kont_handlers():
    return reader({"a": 1, "b": 2})

@kont.do
def test_program(kont_recorder):
    yield Ask("a")
    kont_recorder.assert_performed(Ask("a"))
    yield Ask("b")
    kont_recorder.assert_performed(Ask("a"), Ask("c"))

def test_plain(kont_recorder):
    kont.run(Ask("a"), kont_recorder, reader({"a": 1}))
    assert kont_recorder.answer_to(Ask) == 1
""",
        passed=1,
        failed=1,
    )
    result.stdout.fnmatch_lines(['>*assert_performed(Ask("a"), Ask("c"))', "E*  - Ask(key='c')", "E*  + Ask(key='b')"])
    assert "recording.py" not in result.stdout.str()


# Exploring.

RACE = """
async def add(account, amount):
    before = account["sum"]
    await kont.Yield()
    account["sum"] = before + amount

async def main():
    account = {"sum": 0}
    said = []

    async def say(word):
        said.append(word)

    async with kont.scope() as scope:
        for word in "abc":
            await scope.spawn(say(word))
    assert said != ["c", "a", "b"], "out of order"
"""


def test_a_marked_test_is_run_in_many_orders_and_shows_the_one_that_fails(run):
    source = RACE + "\n@pytest.mark.kont_explore\nasync def test_it(kont_recorder):\n    await main()\n    kont_recorder.assert_includes(kont.Spawn, times=3)\n"
    result = run(source, failed=1)
    result.stdout.fnmatch_lines([">*assert said != *", "E*AssertionError: out of order"])
    result.stdout.fnmatch_lines(["E*kont: it fails in the ?th order of the tasks that was tried: main, say 3, say 1, say 2, main"])
    assert "exploring.py" not in result.stdout.str() and "plugin.py" not in result.stdout.str()
    order = re.search(r"--kont-replay=([\d.]+)`", result.stdout.str())[1]
    again = run(source, f"--kont-replay={order}", failed=1)
    again.stdout.fnmatch_lines(["E*AssertionError: out of order"])
    assert "--kont-replay" not in again.stdout.str()
    run(source, "--kont-replay=0", passed=1)
    run(source, "--kont-replay=0.0.0.0.1", failed=1).stdout.fnmatch_lines(["*NotDeterministic: the program has other choices*"])


def test_a_mark_says_how_many_and_the_command_line_says_it_otherwise(run):
    source = """
runs = []

@pytest.mark.kont_explore(runs=2, random_runs=3, seed=5)
@kont.do
def test_it():
    runs.append(1)
    names = []
    @kont.do
    def name(one):
        names.append((yield kont.Pure(one)))
    tasks = []
    for one in "abcd":
        tasks.append((yield kont.Spawn(name(one))))
    yield kont.Gather(*tasks)

def test_count():
    print("runs:", len(runs))
"""
    assert "runs: 5" in run(source, "-s", passed=2).stdout.str()
    assert "runs: 14" in run(source, "-s", "--kont-explore-runs=7", passed=2).stdout.str()
    assert "runs: 24" in run(source, "-s", "--kont-explore-runs=100", passed=2).stdout.str()


def test_wrong_arguments_of_the_mark_are_refused(run):
    run("@pytest.mark.kont_explore(5)\n@kont.do\ndef test_it():\n    yield kont.Pure(1)\n", failed=1).stdout.fnmatch_lines(
        ["*UsageError: the mark `kont_explore` takes names*"]
    )
    run("@pytest.mark.kont_explore(run=5)\n@kont.do\ndef test_it():\n    yield kont.Pure(1)\n", failed=1).stdout.fnmatch_lines(
        ["*unexpected keyword argument 'run'*"]
    )


def test_what_the_fixtures_keep_begins_anew_in_each_order(run):
    run(
        """
from kont.std import Modify, state

@pytest.fixture
def kont_handlers():
    return lambda: [state({"n": 0})]

@pytest.mark.kont_explore
@kont.do
def test_it(kont_recorder, kont_random, kont_clock):
    first = yield RandomInt(1, 10**9)
    seen.add(first)
    assert len(seen) == 1
    assert (yield kont.Now()) == 0
    yield kont.Sleep(5)
    tasks = []
    for _ in range(3):
        tasks.append((yield kont.Spawn(Modify("n", lambda n: n + 1))))
    yield kont.Gather(*tasks)
    assert kont_recorder.answer_to(kont.Gather) in ([1, 2, 3], [1, 3, 2], [2, 1, 3], [2, 3, 1], [3, 1, 2], [3, 2, 1])
    kont_recorder.assert_includes(kont.Spawn, times=3)

seen = set()
""",
        passed=1,
    )


def test_the_fixture_explores_in_plain_tests(run):
    source = RACE + "\ndef test_it(kont_explore):\n    assert kont_explore(main).complete\n"
    result = run(source, failed=1)
    result.stdout.fnmatch_lines([">*assert kont_explore(main).complete", "E*InterleavingFailed: AssertionError: out of order*"])
    order = re.search(r"--kont-replay=([\d.]+)`", result.stdout.str())[1]
    run(source, f"--kont-replay={order}", failed=1).stdout.fnmatch_lines(["E*AssertionError: out of order"])
    assert run(source, "--kont-explore-runs=1", "-W", "error", failed=1)


def test_what_pytest_raises_passes_through_the_fixture(run):
    result = run(
        """
async def skips():
    pytest.skip("not here")

async def fails():
    pytest.fail("on purpose")

def test_skip(kont_explore):
    kont_explore(skips)

def test_fail(kont_explore):
    kont_explore(fails)
""",
        skipped=1,
        failed=1,
    )
    result.stdout.fnmatch_lines(["*in an order of its tasks: Interleaving(choices=(), preempts=False)*"])


# Beside other plugins.

ASYNC = """
import asyncio

@pytest.mark.asyncio
async def test_asyncio():
    await asyncio.sleep(0)
    assert asyncio.get_running_loop()

@pytest.mark.anyio
async def test_anyio(anyio_backend_name):
    import anyio
    await anyio.sleep(0)
    assert anyio_backend_name == "asyncio"

@pytest.fixture(params=["asyncio"])
def anyio_backend(request):
    return request.param

@pytest.mark.kont
async def test_kont():
    await asyncio.sleep(0)
    assert await Ask("a") == 1

@kont.do
def test_do():
    assert (yield Ask("a")) == 1

@pytest.fixture
def kont_handlers():
    return reader({"a": 1})
"""


@pytest.mark.parametrize("ini", ["", "kont_mode = auto", "asyncio_mode = auto", "anyio_mode = auto", "asyncio_mode = auto\nkont_mode = auto"])
def test_each_plugin_runs_its_own_tests(run, ini):
    result = run(ASYNC, "-v", ini=ini, passed=4)
    assert "plugins:" in result.stdout.str()
    for name in ("asyncio", "anyio", "kont"):
        assert re.search(rf"plugins:.*\b{name}", result.stdout.str()), result.stdout.str()


def test_an_unmarked_async_test_is_of_the_plugin_whose_mode_is_auto(run):
    source = "import asyncio\nasync def test_it():\n    assert asyncio.current_task() is not None\n"
    run(source, ini="asyncio_mode = auto", passed=1)
    source = "async def test_it():\n    assert await kont.Pure(1) == 1\n"
    run(source, ini="asyncio_mode = auto", failed=1)
    run(source, ini="kont_mode = auto", passed=1)
    # Both say that they take all: the last word is ours, since only kont runs programs.
    run(source, ini="kont_mode = auto\nasyncio_mode = auto", passed=1)


def test_fixtures_of_asyncio_can_be_used(run):
    run(
        """
import asyncio, pytest_asyncio

@pytest_asyncio.fixture
async def number():
    await asyncio.sleep(0)
    return 1

@kont.do
def test_it(number):
    assert (yield kont.Pure(number)) == 1
""",
        passed=1,
    )


# Hypothesis.

GIVEN = """
from hypothesis import given, settings, strategies as st
from kont.std import Modify, state

@pytest.fixture(scope="session")
def kont_handlers():
    return lambda: [state({"n": 0})]

examples = []
"""


@pytest.mark.parametrize("mark", ["@kont.do\nasync", "@pytest.mark.kont\nasync"])
def test_hypothesis_gives_examples_to_programs(run, mark):
    given = "@given(st.integers(0, 100))\n@settings(max_examples=20, database=None)\n"
    mark = f"{given}{mark}" if "do" in mark else mark.replace("async", f"{given}async")
    source = (
        GIVEN
        + f"""
{mark} def test_it(amount):
    examples.append(amount)
    assert await Modify("n", lambda n: n + amount) == amount

def test_examples():
    assert len(examples) >= 10
"""
    )
    for mode in ("", "asyncio_mode = auto"):
        run(source, ini=mode, passed=2)


def test_hypothesis_makes_a_failing_example_small(run):
    result = run(
        GIVEN
        + """
@given(amount=st.integers(0, 1000))
@settings(database=None)
@kont.do
def test_it(amount):
    assert (yield Modify("n", lambda n: n + amount)) < 17
""",
        failed=1,
    )
    result.stdout.fnmatch_lines(["E*assert 17 < 17", "*test_it(*", "*amount=17,*"])


def test_programs_run_inside_of_plain_examples(run):
    run(
        """
from hypothesis import given, settings, strategies as st
from kont.testing import explore

@given(st.lists(st.integers(), max_size=3))
@settings(max_examples=10, database=None, deadline=None)
def test_it(numbers):
    async def give(number):
        return number
    async def program():
        return await kont.Gather(*[await kont.Spawn(give(number)) for number in numbers])
    assert kont.run(program()) == numbers
    assert explore(program).complete
""",
        passed=1,
    )


# What it costs those who do not use it.


def test_a_session_without_programs_imports_nothing_of_kont(pytester):
    pytester.makepyfile(
        """
        import sys

        def test_it(pytestconfig):
            assert pytestconfig.pluginmanager.has_plugin("kont")
            assert "kont_pytest" in sys.modules
            assert [name for name in sys.modules if name == "kont" or name.startswith("kont.")] == []

        async def test_other():
            pass
        """
    )
    result = pytester.runpytest_subprocess("-p", "no:cacheprovider")
    result.assert_outcomes(passed=1, failed=1)
    result.stdout.fnmatch_lines(["*async def functions are not natively supported*"])
