import asyncio
import base64
import math
from typing import Any

import pytest
from story import answers, ran, shell, value

from executor.sandbox import Sandbox


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        ("1 + 1", 2),
        ("'text'", "text"),
        ("1.5", 1.5),
        ("True", True),
        ("float('nan')", None),
        ("float('inf')", "inf"),
        ("10 ** 30", str(10**30)),
        ("[1, 2]", "[1, 2]"),
        ("import numpy as np; np.int64(7)", 7),
        ("np.float64('nan')", None),
        ("'\\ud800'", "?"),
    ],
)
def test_the_last_value_is_json_where_it_can_be_and_text_elsewhere(
    run: Any, neighbour_of_all: Sandbox, code: str, expected: object
) -> None:
    run(value(neighbour_of_all, "import numpy as np"))

    outcome = run(ran(neighbour_of_all, code))

    assert (outcome.has_value, outcome.value) == (True, expected)
    assert [output.kind for output in outcome.outputs] == ["value"]


@pytest.mark.parametrize("code", ["x = 1", "None", "1 + 1;", "1 + 1; # not shown", ""])
def test_without_a_last_value_there_is_none(run: Any, neighbour_of_all: Sandbox, code: str) -> None:
    outcome = run(ran(neighbour_of_all, code))

    assert (outcome.status, outcome.has_value, outcome.outputs) == ("Succeeded", False, ())


def test_variables_live_from_run_to_run_and_not_in_an_empty_kernel(
    run: Any, sandbox: Sandbox
) -> None:
    run(value(sandbox, "x = 20"))

    empty = run(ran(sandbox, "x", empty_kernel=True))
    after = run(ran(sandbox, "x + 1"))

    assert empty.error is not None
    assert empty.error.name == "NameError"
    assert empty.variables_kept
    assert after.value == 21


def test_text_of_python_of_c_and_of_commands_comes_in_order(run: Any, sandbox: Sandbox) -> None:
    code = (
        "import ctypes, os, sys\n"
        "print('one'); ctypes.CDLL(None).puts(b'two'); ctypes.CDLL(None).fflush(None)\n"
        "!echo three; echo four >&2\n"
        "os.write(1, b'five\\n'); print('six', file=sys.stderr)\n"
    )

    outcome = run(ran(sandbox, code))

    assert outcome.stdout == "one\ntwo\nthree\nfive\n"
    assert outcome.stderr == "four\nsix\n"


def test_text_is_heard_while_the_code_runs(run: Any, sandbox: Sandbox) -> None:
    heard: list[tuple[str, str]] = []

    async def story() -> str:
        first = asyncio.get_running_loop().create_future()

        def hear(stream: str, text: str) -> None:
            heard.append((stream, text))
            if not first.done():
                first.set_result(None)

        code = "print('begun')\nimport time\nwhile True: time.sleep(0.01)"
        task = asyncio.ensure_future(sandbox.execute("long", code, on_output=hear))
        await first
        assert not task.done()
        assert await sandbox.interrupt("long")
        return (await task).status

    assert run(story()) == "Canceled"
    assert heard[0] == ("stdout", "begun\n")


def test_magics_await_and_ipython_itself_work(run: Any, sandbox: Sandbox) -> None:
    assert run(value(sandbox, "import asyncio\nawait asyncio.sleep(0)\n5")) == 5
    assert run(ran(sandbox, "%%bash\necho from bash")).stdout == "from bash\n"
    assert run(value(sandbox, "files = !echo a b\nfiles[0]")) == "a b"
    assert run(ran(sandbox, "%time 1")).status == "Succeeded"
    assert run(value(sandbox, "get_ipython() is not None")) is True


def test_an_error_shows_the_lines_of_the_cell_and_one_of_the_library(
    run: Any, sandbox: Sandbox
) -> None:
    run(value(sandbox, "import pandas as pd\ndef column(frame):\n    return frame['nope']"))

    outcome = run(ran(sandbox, "frame = pd.DataFrame({'a': [1]})\ncolumn(frame)"))

    error = outcome.error
    assert outcome.status == "Failed"
    assert (error.name, error.message) == ("KeyError", "'nope'")
    assert "return frame['nope']" in error.traceback
    assert "column(frame)" in error.traceback
    assert "library frame" in error.traceback
    assert error.traceback.count("site-packages") + error.traceback.count("dist-packages") <= 3
    assert "\x1b" not in error.traceback
    assert outcome.problem is None
    assert outcome.variables_kept


@pytest.mark.parametrize(
    ("code", "name"),
    [
        ("def f(:", "SyntaxError"),
        ("  1\n 2", "IndentationError"),
        ("raise SystemExit(3)", "SystemExit"),
        ("%nosuchmagic", "UsageError"),
        ("raise ValueError('a') from KeyError('b')", "ValueError"),
        ("def f(): f()\nf()", "RecursionError"),
        ("class E(Exception):\n    def __str__(self): 1/0\nraise E", "E"),
        ("raise ExceptionGroup('g', [ValueError('a')])", "ExceptionGroup"),
        ("x = 'a' * 10**6; raise ValueError(x)", "ValueError"),
        ("input()", "EOFError"),
        ("import os; r, w = os.pipe(); os.close(r); os.write(w, b'x')", "BrokenPipeError"),
    ],
)
def test_every_error_has_a_name_and_a_bearable_traceback(
    run: Any, neighbour_of_all: Sandbox, code: str, name: str
) -> None:
    if name == "ExceptionGroup" and not hasattr(__builtins__, name):
        code = f"class {name}(Exception): pass\nraise {name}"

    outcome = run(ran(neighbour_of_all, code))

    assert (outcome.status, outcome.error.name) == ("Failed", name)
    assert name in outcome.error.traceback
    assert len(outcome.error.traceback) < 70_000
    run(answers(neighbour_of_all))


def test_leaving_politely_is_no_error(run: Any, sandbox: Sandbox) -> None:
    run(value(sandbox, "x = 1"))

    assert run(ran(sandbox, "import sys; sys.exit()")).status == "Succeeded"
    assert run(ran(sandbox, "exit()")).status == "Succeeded"
    assert run(value(sandbox, "x")) == 1


FIGURES = "import matplotlib.pyplot as plt\n"


@pytest.mark.parametrize(
    ("code", "kinds"),
    [
        ("plt.plot([1, 2]);", ["figure"]),
        ("plt.plot([1, 2]); plt.show(); plt.plot([3]); plt.show()", ["figure", "figure"]),
        ("for i in range(3): plt.figure(); plt.plot([i])", ["figure"] * 3),
        ("fig, ax = plt.subplots(); ax.plot([1]); fig", ["value", "figure"]),
        ("fig, ax = plt.subplots(); ax.plot([1]); display(fig)", ["display"]),
        ("fig, ax = plt.subplots(); ax.plot([1]); plt.show(); 3", ["figure", "value"]),
        ("fig, ax = plt.subplots(); ax.plot([1]); fig.show();", ["figure"]),
        ("plt.plot([1]); display('between'); plt.show()", ["display", "figure"]),
        ("plt.plot([1]); plt.savefig('a.png'); plt.close()", []),
        ("plt.figure();", []),
        ("import matplotlib; matplotlib.use('Agg'); plt.plot([1]); plt.show()", ["figure"]),
        ("%matplotlib inline\nplt.plot([1]);", ["figure"]),
        ("plt.plot([1]); 1/0", ["figure"]),
    ],
)
def test_each_figure_is_shown_once_in_order(
    run: Any, sandbox: Sandbox, code: str, kinds: list[str]
) -> None:
    outcome = run(ran(sandbox, FIGURES + code))

    assert [output.kind for output in outcome.outputs] == kinds
    assert outcome.stderr == ""
    for output in outcome.outputs:
        if output.kind == "figure" or "Figure" in output.data["text/plain"]:
            picture = output.data.get("image/png")
            assert output.kind == "value" or base64.b64decode(picture)[1:4] == b"PNG"


def test_tables_come_as_text_and_as_html(run: Any, sandbox: Sandbox) -> None:
    outcome = run(ran(sandbox, "import pandas as pd\npd.DataFrame({'a': [1]})"))

    assert "<table" in outcome.outputs[0].data["text/html"]
    assert outcome.value.split() == ["a", "0", "1"]


def test_sessions_draw_different_random_numbers(run: Any, pool: Any) -> None:
    async def numbers() -> list[str]:
        sandboxes = [await pool.take() for _ in range(2)]
        code = "import random, numpy as np\n(random.random(), np.random.rand())"
        drawn = [await value(sandbox, code) for sandbox in sandboxes]
        for sandbox in sandboxes:
            await sandbox.close()
        return drawn

    first, second = run(numbers())
    assert not set(first.strip("()").split(", ")) & set(second.strip("()").split(", "))


def test_a_command_runs_beside_the_kernel(run: Any, sandbox: Sandbox) -> None:
    run(value(sandbox, "x = 1; open('made.txt', 'w').write('by python')"))

    outcome = run(shell(sandbox, "cat; cat made.txt; echo wrong >&2; exit 3", stdin=b"given "))

    assert (outcome.status, outcome.exit_code) == ("Succeeded", 3)
    assert (outcome.stdout, outcome.stderr) == ("given by python", "wrong\n")
    assert run(value(sandbox, "x")) == 1


def test_a_command_can_be_given_word_by_word(run: Any, sandbox: Sandbox) -> None:
    outcome = run(sandbox.shell("words", ["printf", "%s", "$HOME"]))
    missing = run(sandbox.shell("missing", ["no-such-program"]))

    assert outcome.stdout == "$HOME"
    assert (missing.exit_code, missing.stderr) == (
        127,
        "no-such-program: No such file or directory\n",
    )


@pytest.mark.parametrize("command", [[], "a\0b", "x" * 100_000])
def test_what_is_no_command_is_refused(run: Any, sandbox: Sandbox, command: Any) -> None:
    with pytest.raises(ValueError, match=r"^A command has"):
        run(sandbox.shell("id", command))


def test_a_command_that_runs_too_long_is_ended_and_the_variables_stay(
    run: Any, sandbox: Sandbox
) -> None:
    run(value(sandbox, "x = 1"))

    outcome = run(shell(sandbox, "trap '' INT; while true; do sleep 1; done", timeout=0.3))

    assert outcome.problem.code == "ExecutionTimeout"
    assert outcome.variables_kept
    assert run(value(sandbox, "x")) == 1


def test_runs_wait_for_each_other_and_a_waiting_one_can_be_cancelled(
    run: Any, sandbox: Sandbox
) -> None:
    async def story() -> tuple[Any, ...]:
        first = asyncio.ensure_future(sandbox.execute("a", "import time; time.sleep(0.2); x = 1"))
        second = asyncio.ensure_future(sandbox.execute("b", "x = 2"))
        third = asyncio.ensure_future(sandbox.execute("c", "x"))
        await asyncio.sleep(0)
        assert await sandbox.interrupt("b")
        assert not await sandbox.interrupt("unknown")
        return await asyncio.gather(first, second, third)

    first, second, third = run(story())

    assert first.status == "Succeeded"
    assert (second.status, second.problem.code) == ("Canceled", "ExecutionCanceled")
    assert third.value == 1


def test_two_runs_of_one_name_at_once_are_refused(run: Any, sandbox: Sandbox) -> None:
    async def story() -> None:
        first = asyncio.ensure_future(sandbox.execute("same", "1"))
        await asyncio.sleep(0)
        with pytest.raises(ValueError, match="already"):
            await sandbox.execute("same", "2")
        await first

    run(story())


def test_whoever_stops_waiting_stops_the_run(run: Any, sandbox: Sandbox) -> None:
    async def story() -> None:
        task = asyncio.ensure_future(sandbox.execute("left", "import time; time.sleep(60)"))
        await asyncio.sleep(0.1)
        task.cancel()
        await answers(sandbox)

    run(story())


def test_a_timeout_that_interrupts_keeps_the_variables(run: Any, sandbox: Sandbox) -> None:
    outcome = run(ran(sandbox, "x = 1\nprint('so far')\nimport time; time.sleep(60)", timeout=0.3))

    assert (outcome.status, outcome.problem.code) == ("Failed", "ExecutionTimeout")
    assert "limit of 0.3 s" in outcome.problem.message
    assert "variables and files are kept" in outcome.problem.message
    assert outcome.variables_kept
    assert outcome.stdout == "so far\n"
    assert math.isclose(outcome.seconds, 0.3, abs_tol=20)
    assert run(value(sandbox, "x")) == 1


def test_a_timeout_that_has_to_kill_loses_the_variables_and_says_so(
    run: Any, sandbox: Sandbox
) -> None:
    run(value(sandbox, "x = 1; open('kept.txt', 'w').close()"))

    outcome = run(ran(sandbox, "sum(range(10**12))", timeout=0.3))

    assert (outcome.status, outcome.problem.code) == ("Failed", "ExecutionTimeout")
    assert "variables are lost, files are kept" in outcome.problem.message
    assert not outcome.variables_kept
    assert outcome.files_kept
    assert run(value(sandbox, "import os; 'x' in dir(), os.listdir()")) == "(False, ['kept.txt'])"


@pytest.mark.parametrize(
    ("code", "how"),
    [
        ("import os; os._exit(3)", "exit code 3"),
        ("import ctypes; ctypes.string_at(0)", "SIGSEGV"),
        ("import os, signal; os.kill(os.getpid(), signal.SIGKILL)", "SIGKILL"),
        ("import os; os.abort()", "SIGABRT"),
    ],
)
def test_a_kernel_that_dies_is_replaced_and_the_run_says_how_it_died(
    run: Any, sandbox: Sandbox, code: str, how: str
) -> None:
    outcome = run(ran(sandbox, "print('before')\n" + code))

    assert (outcome.status, outcome.problem.code) == ("Failed", "KernelDied")
    assert how in outcome.problem.message
    assert not outcome.variables_kept
    assert outcome.stdout == "before\n"
    run(answers(sandbox))


def test_a_kernel_that_dies_between_runs_is_told_of_in_the_next(run: Any, sandbox: Sandbox) -> None:
    async def story() -> Any:
        code = (
            "import os, signal\nsignal.signal(signal.SIGUSR1, lambda *_: os._exit(1))\nos.getpid()"
        )
        pid = await value(sandbox, code)
        # From a command, whose processes are the session's own.
        await shell(sandbox, f"(sleep 0.05; kill -9 {pid}) & sleep 0.2")
        return await ran(sandbox, "1")

    outcome = run(story())

    assert outcome.value == 1
    run(answers(sandbox))
