"""The programs of pyperformance: its own sources, without pyperf, each with an end that runs the workload and prints an answer."""

from __future__ import annotations

import importlib.util
import re
from dataclasses import dataclass
from pathlib import Path

from programs import Program

# In place of pyperf: a clock that stands.
PYPERF = """
class pyperf:
    def perf_counter():
        return 0.0
"""
PI = """
print("".join(str(digit) for digit in calc_ndigits(600)))
"""
GALAXY = """
particles = create_deterministic_galaxy(60, 500.0, 400.0)
for _ in range(10):
    advance_system(particles, DEFAULT_THETA, TIME_STEP, 1000, 800)
print(calculate_system_energy(particles))
"""
CHAOS = """
class Arguments:
    thickness = DEFAULT_THICKNESS
    width = DEFAULT_WIDTH
    height = DEFAULT_HEIGHT
    iterations = 5000
    filename = None
    rng_seed = DEFAULT_RNG_SEED

class Runner:
    metadata = {}

    def bench_func(self, name, function, *args):
        print(name, function(*args))

main(Runner(), Arguments)
print(random.random())
"""
DUMPS = """
rounds = 1
for _ in range(rounds):
    bench_json_dumps([(obj, range(count)) for obj, count in (EMPTY, SIMPLE, NESTED, HUGE)])
print([json.dumps(obj) for obj, _ in (EMPTY, SIMPLE, NESTED)])
"""
LOADS = """
texts = [json.dumps(obj) for obj in (DICT, TUPLE, DICT_GROUP)]
for _ in range(100):
    bench_json_loads(texts)
print([json.loads(text) for text in texts])
"""
TREE = """
async_tree = {name}(use_task_groups={groups})
asyncio.run(async_tree.run())
print(sorted(async_tree.cache))
"""
LOGGING = """
stream = io.StringIO()
handler = logging.StreamHandler(stream=stream)
logger = logging.getLogger("benchlogger")
logger.propagate = False
logger.addHandler(handler)
logger.setLevel(logging.WARNING)
for name in sorted(BENCHMARKS):
    print(name, BENCHMARKS[name](50, logger, stream))
"""
EFFBOT = """
bench_regex_effbot.data = init_benchmarks((0, 5, 50, 250, 1000))
bench_regex_effbot(20)
print([match and match.span() for match in (re.search(regex, string) for regex, string in bench_regex_effbot.data)])
"""
METEOR = """
board, cti, pieces = get_puzzle(WIDTH, HEIGHT)
fps = get_footprints(board, cti, pieces)
se_nh = get_senh(board, cti)
print(bench_meteor_contest(1, board, pieces, SOLVE_ARG, fps, se_nh))
"""
PYFLATE = """
import io
field = RBitfield(io.BytesIO(DATA))
field.readbits(16)
print(len(bzip2_main(field)))
"""
SPECTRAL = """
bench_spectral_norm(1)
print(eval_AtA_times_u([1] * 20))
"""
# Two benchmarks import a name for their annotations from a module that the sandbox lacks.
ABC = ("from collections.abc import", "from typing import")
SIZES = "NUM_RECURSE_LEVELS = 6"


@dataclass(frozen=True)
class Workload:
    """What is run of a benchmark."""

    end: str
    # What is put for what, in the source and in the end, for little work.
    tiny: tuple[tuple[str, str], ...]
    # The folder of the benchmark, where it is not the row's name.
    folder: str = ""
    # What is put for what before anything else.
    edits: tuple[tuple[str, str], ...] = ()
    # A file of the benchmark that the program is given as `DATA`, and how much of it.
    data: str = ""
    data_size: int = 0


def calls(*lines: str, loops: int, result: str = "'done'", **more: object) -> Workload:
    """A workload that is told how often to run: `N` stands for the number."""
    end = f"\nN = {loops}\n" + "\n".join(lines) + f"\nprint({result})\n"
    return Workload(end, ((f"\nN = {loops}\n", "\nN = 1\n"),), **more)  # type: ignore[arg-type]


def tree(name: str, groups: bool = False) -> Workload:
    end = TREE.format(name=name, groups=groups)
    return Workload(end, ((SIZES.replace("6", "5"), SIZES.replace("6", "2")),), "async_tree", ((SIZES, SIZES.replace("6", "5")),))


def scimark(name: str, size: str, tiny: str) -> Workload:
    return Workload(f"\nprint(bench_{name}({size}))\n", ((f"({size})", f"({tiny})"),), "scimark")


WORKLOADS: dict[str, Workload] = {
    "argparse": calls("for _ in range(N):", "    bm_many_optionals()", loops=5),
    "async_generators": Workload("\nimport asyncio\nprint(asyncio.run(bench_async_generators()))\n", (("100000", "100"),), edits=(ABC,)),
    "async_tree": tree("NoneAsyncTree"),
    "async_tree_cpu_io_mixed": tree("CpuIoMixedAsyncTree"),
    "async_tree_io": tree("IOAsyncTree"),
    "async_tree_memoization": tree("MemoizationAsyncTree"),
    "async_tree_tg": tree("NoneAsyncTree", groups=True),
    "barnes_hut": Workload(GALAXY, (("range(10)", "range(1)"),)),
    "bpe_tokeniser": Workload(
        "\ntrain(DATA)\nprint(len(DATA))\n", (("vocab_size=1024", "vocab_size=300"),), data="data/frankenstein_intro.txt", data_size=4000
    ),
    "chaos": Workload(CHAOS, (("5000", "50"),)),
    "comprehensions": calls(
        "bench_comprehensions(N)", loops=3000, result="[w.widget_id for w in WidgetTray(1, make_some_widgets()).sorted_widgets]"
    ),
    "coroutines": Workload("\nprint(bench_coroutines(1))\n", (("fibonacci(25)", "fibonacci(5)"),)),
    "deepcopy": calls("benchmark(N)", loops=100, result="copy.deepcopy({'a': [1, (2, 3)], 'b': A('x', [1], True)})"),
    "deepcopy_memo": calls("benchmark_memo(N)", loops=2000, folder="deepcopy"),
    "deepcopy_reduce": calls("benchmark_reduce(N)", loops=10_000, folder="deepcopy"),
    "deltablue": Workload(
        "\nfor _ in range(10):\n    delta_blue(100)\nprint(planner is not None)\n", (("delta_blue(100)", "delta_blue(5)"),)
    ),
    "fannkuch": Workload("\nprint(fannkuch(8))\n", (("fannkuch(8)", "fannkuch(5)"),)),
    "float": Workload("\nprint(benchmark(50000))\n", (("50000", "50"),)),
    "gc_collect": calls("benchamark_collection(N, CYCLES, LINKS)", loops=20),
    "generators": Workload("\nprint(bench_generators(1))\n", (("100000", "100"),), edits=(ABC,)),
    "go": Workload("\nprint(versus_cpu())\n", (("GAMES = 200", "GAMES = 5"),)),
    "hexiom": calls("main(N, DEFAULT_LEVEL)", loops=10, result="sorted(LEVELS)"),
    "json_dumps": Workload(DUMPS, (("2000)", "20)"), ("1000", "10"))),
    "json_loads": Workload(LOADS, (("range(100)", "range(1)"),)),
    "logging": Workload(LOGGING, (("50", "2"),)),
    "mdp": Workload("\nprint(bench_mdp(1))\n", ()),
    "meteor_contest": Workload(METEOR, (("bench_meteor_contest(1, board, pieces, SOLVE_ARG, fps, se_nh)", "len(fps), se_nh"),)),
    "nbody": Workload("\nbench_nbody(1, 'sun', 20000)\nprint(report_energy())\n", (("20000", "20"),)),
    "nqueens": Workload("\nprint(len(list(n_queens(8))))\n", (("n_queens(8)", "n_queens(5)"),)),
    "pidigits": Workload(PI, (("600", "20"),)),
    "pprint": Workload("\nprint(len(p.pformat(printable)))\n", (("1_000", "10"),), edits=(("100_000", "1_000"),)),
    "pyflate": Workload(PYFLATE, (), data="data/interpreter.tar.bz2"),
    "raytrace": Workload("\nprint(bench_raytrace(1, 60, 60, None))\n", (("60, 60", "4, 4"),)),
    "regex_dna": Workload("\nprint(run_benchmarks(init_benchmarks(10000, DEFAULT_RNG_SEED)))\n", (("10000,", "10,"),)),
    "regex_effbot": Workload(EFFBOT, ((", 250, 1000", ""), ("effbot(20)", "effbot(1)"))),
    "regex_v8": Workload("\nprint(bench_regex_v8(1))\n", (("    for loops in range(loops):", "    for loops in range(0):"),)),
    "richards": Workload("\nprint(Richards().run(1))\n", (("10000", "10"),)),
    "richards_super": Workload("\nprint(Richards().run(1))\n", (("10000", "10"),)),
    "scimark_fft": scimark("FFT", "1, 1024, 5", "1, 16, 1"),
    "scimark_lu": scimark("LU", "1, 100", "1, 5"),
    "scimark_monte_carlo": scimark("MonteCarlo", "1, 100000", "1, 10"),
    "scimark_sor": scimark("SOR", "1, 100, 10, Array2D", "1, 10, 1, Array2D"),
    "scimark_sparse_mat_mult": scimark("SparseMatMult", "10, 1000, 50000", "1, 10, 50"),
    "spectral_norm": Workload(SPECTRAL, (("DEFAULT_N = 130", "DEFAULT_N = 10"),)),
    "typing_runtime_protocols": calls(
        "bench_protocols(N)",
        loops=300,
        result="[[isinstance(one(), protocol) for one in (Empty, PropertyX, InstanceVarX, NominalXWithInt)] "
        "for protocol in (HasX, HasManyAttributes, SupportsInt, SupportsIntAndX)]",
    ),
    "unpack_sequence": calls("print(bench_all(N))", loops=3000),
}
# What is not measured, and why.
LEFT_OUT = {
    "needs packages from PyPI": "2to3 asyncio_websockets chameleon coverage crypto_pyaes dask django_template docutils dulwich_log fastapi genshi "
    "hg_startup html5lib mako networkx sphinx sqlalchemy_declarative sqlalchemy_imperative sqlglot_v2 sympy tomli_loads tornado_http "
    "xdsl yaml",
    "measures a library of CPython that is written in C": "base64 decimal_factorial decimal_pi pickle sqlite_synth telco xml_etree",
    "measures CPython's collector by its own functions": "gc_traversal",
    "measures processes, files or sockets": "asyncio_tcp concurrent_imap pathlib python_startup",
    "replaces functions of `re` to record what other benchmarks compile": "regex_compile",
}


def folder() -> Path | None:
    """Where pyperformance keeps its benchmarks; None if it is not installed."""
    spec = importlib.util.find_spec("pyperformance")
    if spec is None or spec.origin is None:
        return None
    return Path(spec.origin).parent / "data-files" / "benchmarks"


def programs(benchmarks: Path) -> list[Program]:
    return [program(benchmarks, name) for name in WORKLOADS]


def program(benchmarks: Path, name: str) -> Program:
    """One whole program: the benchmark's source up to what pyperf would run, and an end."""
    work = WORKLOADS[name]
    place = benchmarks / f"bm_{work.folder or name}"
    text = (place / "run_benchmark.py").read_text(encoding="utf-8")
    text, found = re.subn(r"^import pyperf$", lambda _: PYPERF, text, flags=re.MULTILINE)
    if found != 1:
        raise ValueError(f"{name}: pyperf is not imported as expected")
    text = re.split(r"""^if __name__ == ['"]__main__['"]:""", text, flags=re.MULTILINE)[0]
    if work.data:
        bytes_ = (place / work.data).read_bytes()
        data = bytes_ if work.data.endswith(".bz2") else bytes_.decode()[: work.data_size or None]
        text += f"\nDATA = {data!r}\n"
    base = replaced(name, text, work.edits)
    text = base + work.end
    return Program(f"pyperformance/{name}", text, replaced(name, text, work.tiny), base)


def replaced(name: str, text: str, pairs: tuple[tuple[str, str], ...]) -> str:
    for old, new in pairs:
        if old not in text:
            raise ValueError(f"{name}: there is no `{old}`")
        text = text.replace(old, new)
    return text
