import asyncio
import errno
from typing import Any

import outside
import pytest
from story import answers, only_its_kernel_lives, ran, shell, value, while_watched, write

from executor.sandbox import Sandbox
from executor.settings import MIB

GROWTH = 64 * MIB


@pytest.fixture
def small_as_before() -> Any:
    """The process that owns the sandboxes does not grow by what they do."""
    before = outside.resident()
    yield
    assert outside.resident() - before < GROWTH


@pytest.mark.parametrize(
    "code",
    [
        "import numpy as np; np.ones(100 * 2**30 // 8)",
        "import numpy as np; np.ones(600 * 2**20 // 8)",
        "x = []\nwhile True: x.append(bytearray(2**20))",
        "x = bytearray()\nwhile True: x += bytes(2**20)",
        "'a' * 10**10",
    ],
)
def test_code_that_wants_too_much_memory_gets_an_error_and_keeps_its_variables(
    run: Any, sandbox: Sandbox, neighbour: Sandbox, small_as_before: None, code: str
) -> None:
    run(value(sandbox, "kept = 1"))

    outcome = run(ran(sandbox, code))

    assert (outcome.status, outcome.error.name) == ("Failed", "MemoryError")
    assert outcome.problem.code == "OutOfMemory"
    assert outcome.variables_kept
    assert run(value(sandbox, "x = None; kept")) == 1


PROCESSES = """
import os, time
for _ in range(6):
    if os.fork() == 0:
        x = bytearray(150 * 2**20)
        for i in range(0, len(x), 4096): x[i] = 1
        time.sleep(60)
time.sleep(60)
"""


def test_processes_that_use_too_much_together_are_ended_and_the_variables_stay(
    run: Any, sandbox: Sandbox, neighbour: Sandbox, small_as_before: None
) -> None:
    run(value(sandbox, "kept = 1"))

    outcome, _ = run(while_watched(ran(sandbox, PROCESSES), sandbox, neighbour))

    assert (outcome.status, outcome.problem.code) == ("Failed", "OutOfMemory")
    assert "512 MiB" in outcome.problem.message
    assert outcome.variables_kept
    only_its_kernel_lives(sandbox)
    assert run(value(sandbox, "kept")) == 1


def test_shared_memory_counts(
    run: Any, sandbox: Sandbox, neighbour: Sandbox, small_as_before: None
) -> None:
    code = "import mmap\nm = mmap.mmap(-1, 2**30)\nfor i in range(0, 2**30, 4096): m[i] = 1"

    outcome = run(ran(sandbox, code))

    assert outcome.problem.code == "OutOfMemory"
    assert not outcome.variables_kept
    assert "variables are lost, files are kept" in outcome.problem.message
    run(answers(sandbox))


@pytest.mark.parametrize(
    "code",
    [
        "import os; os.memfd_create('x')",
        "import ctypes; c = ctypes.CDLL(None, use_errno=True); c.shmget(0, 2**30, 0o1777)\n\
if ctypes.get_errno(): raise OSError(ctypes.get_errno(), 'no')",
    ],
)
def test_memory_that_nobody_could_count_is_refused(
    run: Any, sandbox: Sandbox, namespaces: None, code: str
) -> None:
    outcome = run(ran(sandbox, code))

    assert outcome.error.name == "PermissionError"
    run(answers(sandbox))


@pytest.mark.parametrize(
    "directory",
    ["/mnt/data", "/tmp", "/dev/shm", "/home/session"],  # noqa: S108
)
def test_the_disk_is_limited_wherever_one_writes(
    run: Any, sandbox: Sandbox, neighbour: Sandbox, namespaces: None, directory: str
) -> None:
    outcome = run(ran(sandbox, f"open('{directory}/x', 'wb').write(bytes(70 * 2**20))"))

    assert outcome.error.name == "OSError"
    assert f"[Errno {errno.ENOSPC}]" in outcome.error.message or (
        f"[Errno {errno.EFBIG}]" in outcome.error.message
    )
    assert outcome.variables_kept
    with pytest.raises(OSError, match="No space left"):
        run(write(sandbox, "more", bytes(MIB)))
    run(shell(sandbox, f"rm {directory}/x"))
    run(write(sandbox, "fits", bytes(MIB)))


def test_so_is_the_number_of_files(
    run: Any, sandbox: Sandbox, neighbour: Sandbox, namespaces: None
) -> None:
    outcome = run(ran(sandbox, "for i in range(10**6): open(str(i), 'w').close()"))

    assert "No space left" in outcome.error.message
    listing = run(sandbox.list_files())
    assert 4000 < len(listing.entries) <= 5000
    run(answers(sandbox))


def test_a_file_with_holes_is_as_large_as_it_says(run: Any, sandbox: Sandbox) -> None:
    outcome = run(ran(sandbox, "open('sparse', 'wb').truncate(10**12)"))

    assert outcome.error.name == "OSError"
    run(answers(sandbox))


@pytest.mark.parametrize(
    ("code", "stream"),
    [
        ("while True: print('x' * 1000)", "stdout"),
        ("import sys\nwhile True: sys.stderr.write('x' * 100_000)", "stderr"),
        ("import os\nwhile True: os.write(1, bytes(range(256)) * 400)", "stdout"),
        ("while True: print('x', end='')", "stdout"),
        ("while True: print('10 %', end='\\r', flush=True)", "stdout"),
        ("print('x' * 100_000_000)", "stdout"),
        ("!yes", "stdout"),
    ],
)
def test_endless_output_is_cut_and_says_so(
    run: Any, sandbox: Sandbox, neighbour: Sandbox, small_as_before: None, code: str, stream: str
) -> None:
    attack = ran(sandbox, code, timeout=1.5, output_limit=10_000)

    outcome, _ = run(while_watched(attack, sandbox, neighbour))

    text = getattr(outcome, stream)
    assert "bytes left out]" in text[-60:]
    assert len(text) < 10_100
    assert getattr(outcome, f"{stream}_cut") > 0
    assert len(outcome.stdout) + len(outcome.stderr) < 10_200
    run(answers(sandbox))


def test_output_within_the_limit_is_whole(run: Any, sandbox: Sandbox) -> None:
    outcome = run(ran(sandbox, "print('ä' * 499_999, end='')", output_limit=999_998))

    assert (len(outcome.stdout), outcome.stdout_cut) == (499_999, 0)


def test_a_limit_that_cuts_a_character_leaves_it_out(run: Any, sandbox: Sandbox) -> None:
    outcome = run(ran(sandbox, "print('ää', end='')", output_limit=3))

    assert outcome.stdout.startswith("ä\n[")
    assert outcome.stdout_cut == 1


def test_displays_are_limited_too(run: Any, sandbox: Sandbox, small_as_before: None) -> None:
    outcome = run(ran(sandbox, "for _ in range(100): display('x' * 1_000_000)"))

    assert 0 < len(outcome.outputs) <= 4
    assert outcome.outputs_cut == 100 - len(outcome.outputs)
    run(answers(sandbox))


@pytest.mark.parametrize(
    "code",
    [
        "'x' * 10**7",
        "class A:\n    def __repr__(self): raise ValueError\nA()",
        "a = []; a.append(a); a",
        "class A:\n    def __repr__(self): return repr(self)\nA()",
        "list(range(10**6))",
    ],
)
def test_values_that_are_hard_to_show_are_shown_somehow(
    run: Any, sandbox: Sandbox, code: str
) -> None:
    outcome = run(ran(sandbox, code))

    assert outcome.status == "Succeeded"
    assert outcome.has_value
    assert len(outcome.value) < 1_100_000
    run(answers(sandbox))


def test_a_repr_that_never_ends_is_interrupted(run: Any, sandbox: Sandbox) -> None:
    code = "import time\nclass A:\n    def __repr__(self): time.sleep(60)\nA()"

    outcome = run(ran(sandbox, code, timeout=0.5))

    assert outcome.problem.code == "ExecutionTimeout"
    run(answers(sandbox))


BOMBS = {
    "python": "import os\nwhile True:\n    try: os.fork()\n    except OSError: pass",
    "c": "import ctypes\nc = ctypes.CDLL(None)\nwhile True: c.fork()",
    "threads": """
import threading, time
try:
    for _ in range(5000): threading.Thread(target=time.sleep, args=(60,)).start()
except RuntimeError:
    time.sleep(60)
""",
    "multiprocessing": (
        "import subprocess\nkept = []\nwhile True: kept.append(subprocess.Popen(['sleep', '60']))"
    ),
}


@pytest.mark.parametrize("bomb", BOMBS)
def test_a_bomb_of_processes_stays_within_its_limit(
    run: Any, sandbox: Sandbox, neighbour: Sandbox, namespaces: None, bomb: str
) -> None:
    attack = ran(sandbox, BOMBS[bomb], timeout=1.5)

    outcome, most = run(while_watched(attack, sandbox, neighbour))

    assert outcome.status == "Failed"
    assert 1 <= most <= 64
    only_its_kernel_lives(sandbox)
    run(answers(sandbox))


def test_a_bomb_in_the_shell_too(
    run: Any, sandbox: Sandbox, neighbour: Sandbox, namespaces: None
) -> None:
    attack = shell(sandbox, "bomb() { bomb | bomb & }; bomb; sleep 2", timeout=1.5)

    _, most = run(while_watched(attack, sandbox, neighbour))

    assert most <= 64
    only_its_kernel_lives(sandbox)
    run(answers(sandbox))


def test_a_bomb_leaves_the_neighbour_its_own_processes(
    run: Any, sandbox: Sandbox, neighbour: Sandbox, namespaces: None
) -> None:
    async def story() -> None:
        attack = asyncio.ensure_future(ran(sandbox, BOMBS["python"], timeout=1.5))
        while not attack.done():
            assert (await shell(neighbour, "true | true | true")).exit_code == 0
        await attack

    run(story())


WATCHES = """
import ctypes, os
kept = []
libc = ctypes.CDLL(None, use_errno=True)
while (fd := libc.inotify_init()) >= 0: kept.append(os.fdopen(fd))
raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))
"""

FULL_PIPES = """
import os
kept = []
while True:
    kept.append(os.pipe())
    os.set_blocking(kept[-1][1], False)
    os.write(kept[-1][1], bytes(2**20))
"""


@pytest.mark.parametrize(
    "code",
    [
        "import os\nkept = []\nwhile True: kept.append(os.open('/dev/null', 0))",
        "import os\nkept = []\nwhile True: kept.append(os.pipe())",
        "import socket\nkept = []\nwhile True: kept.append(socket.socketpair())",
        "import tempfile\nkept = []\nwhile True: kept.append(tempfile.TemporaryFile())",
        WATCHES,
        FULL_PIPES,
    ],
)
def test_open_files_are_limited_and_can_be_let_go(
    run: Any, sandbox: Sandbox, neighbour: Sandbox, code: str
) -> None:
    outcome = run(ran(sandbox, code))

    assert outcome.error is not None
    assert "Too many open files" in outcome.error.message
    run(value(sandbox, "del kept"))
    run(answers(sandbox))
