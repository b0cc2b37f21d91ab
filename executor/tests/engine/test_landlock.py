"""Where namespaces are refused, files and the network are still out of reach."""

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import outside
import pytest
from story import answers, only_its_kernel_lives, ran, read, shell, value, write

from executor.confine import landlock
from executor.pool import Pool
from executor.sandbox import Sandbox
from executor.settings import MIB, Limits, Settings

pytestmark = pytest.mark.skipif(
    os.geteuid() == 0, reason="runs as an ordinary user, see test_somebody_else"
)


@pytest.fixture(scope="module")
def landlocked(run: Any, tmp_path_factory: Any) -> Iterator[Pool]:
    if not landlock.version():
        if os.environ.get("MILLRACE_REQUIRE_ALL") == "true":
            pytest.fail("this kernel has no Landlock")
        pytest.skip("this kernel has no Landlock")
    limits = Limits(memory=512 * MIB, disk=16 * MIB, files=1000)
    directory = tmp_path_factory.mktemp("sessions")
    pool = run(Pool.start(Settings(limits, 0, 0.5, strongest="landlock", directory=directory)))
    assert pool.health().level == "landlock"
    yield pool
    run(pool.close())
    assert not [path for top in directory.iterdir() for path in top.iterdir()]


@pytest.fixture
def locked(landlocked: Pool, run: Any) -> Iterator[Sandbox]:
    sandbox = run(landlocked.take())
    yield sandbox
    run(answers(sandbox))
    run(sandbox.close())


def test_code_runs_draws_and_keeps_its_files(run: Any, locked: Sandbox) -> None:
    figure = "import matplotlib.pyplot as plt\nplt.plot([1]);"
    assert [output.kind for output in run(ran(locked, figure)).outputs] == ["figure"]
    run(write(locked, "a/b.txt", b"given"))
    assert run(value(locked, "open('a/b.txt').read()")) == "given"
    assert run(shell(locked, "cat a/b.txt")).stdout == "given"
    assert run(read(locked, "a/b.txt")) == b"given"


def test_files_of_the_machine_and_of_others_are_out_of_reach(
    run: Any, locked: Sandbox, landlocked: Pool, tmp_path: Path
) -> None:
    (tmp_path / "secret").write_text("canary", "utf-8")
    other = run(landlocked.take())
    place = run(value(other, "import os; open('mine', 'w').write('canary'); os.getcwd()"))
    code = f"""
import os
loot = ''
for path in ({str(tmp_path / "secret")!r}, '{place}/mine', '/etc/passwd', '/etc/hostname',
             '/proc/self/environ', '/proc/1/cmdline', '/proc/{os.getpid()}/environ'):
    try: loot += open(path).read()
    except OSError: loot += '.'
    try: open(path, 'w').write('changed')
    except OSError: pass
loot
"""

    assert run(value(locked, code)) == "......."
    assert (tmp_path / "secret").read_text("utf-8") == "canary"
    assert run(read(other, "mine")) == b"canary"
    run(other.close())


def test_there_is_no_network(run: Any, locked: Sandbox) -> None:
    for family in ("AF_INET", "AF_INET6", "AF_NETLINK", "AF_VSOCK"):
        outcome = run(ran(locked, f"import socket; socket.socket(socket.{family})"))
        assert outcome.error.name == "OSError", family


def test_other_processes_cannot_be_ended(run: Any, locked: Sandbox, landlocked: Pool) -> None:
    other = run(landlocked.take())
    mine = {process.pid for process in outside.below(os.getpid())}
    code = (
        f"import os\nfor pid in {sorted(mine)}:\n    try: os.kill(pid, 9)\n    except OSError: pass"
    )

    run(ran(locked, code))

    run(answers(other))
    run(other.close())


def test_what_a_run_leaves_behind_is_dead(run: Any, locked: Sandbox) -> None:
    code = "import os\nif os.fork() == 0:\n    os.setsid()\n    if os.fork() == 0:\n        while True: pass\n    os._exit(0)"
    for way in (code, "import subprocess; subprocess.Popen(['sleep', '60'])"):
        run(ran(locked, way))
        only_its_kernel_lives(locked)


def test_a_run_that_never_ends_is_ended(run: Any, locked: Sandbox) -> None:
    outcome = run(ran(locked, "import os\nos.fork()\nsum(range(10**12))", timeout=0.4))

    assert outcome.problem.code == "ExecutionTimeout"
    only_its_kernel_lives(locked)


def test_the_disk_is_counted(run: Any, locked: Sandbox) -> None:
    code = "import time\nfor i in range(20): open(str(i), 'wb').write(bytes(2**20))\ntime.sleep(60)"

    outcome = run(ran(locked, code))

    assert (outcome.status, outcome.problem.code) == ("Failed", "DiskFull")
    with pytest.raises(OSError, match="No space left"):
        run(write(locked, "more", b"."))
    run(shell(locked, "rm *"))
    run(write(locked, "more", b"."))


def test_memory_is_limited(run: Any, locked: Sandbox) -> None:
    assert run(ran(locked, "x = bytearray(600 * 2**20)")).problem.code == "OutOfMemory"
