"""How the program starts and ends."""

import contextlib
import signal
import socket
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from asking import refused, run, target
from program import Program
from stories import call


def start_with(token: bytes, *options: str) -> subprocess.CompletedProcess[bytes]:
    return subprocess.run(  # noqa: S603 - our own program
        [sys.executable, "-I", "-m", "executor", *options],
        input=token,
        capture_output=True,
        timeout=60,
        check=False,
    )


@pytest.mark.parametrize("token", [b"too short\n", b"\xff" * 32 + b"\n", b"a" * 10_000])
def test_without_a_usable_token_it_does_not_start(token: bytes) -> None:
    done = start_with(token)

    assert done.returncode == 2
    assert b"Send a token" in done.stderr
    assert b"Traceback" not in done.stderr


def test_a_port_that_is_taken_is_named() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        done = start_with(b"a-token-of-enough-letters\n", "--port", port, "--spares", "0")

    assert done.returncode == 2
    assert port.encode() in done.stderr
    assert b"Traceback" not in done.stderr


def test_options_that_cannot_be_are_named_all_at_once() -> None:
    done = start_with(b"", "--port", "99999", "--sessions", "0", "--cooldown", "0", "--grace", "-1")

    assert done.returncode == 2
    for option in (b"--port", b"--sessions", b"--cooldown", b"--grace"):
        assert option in done.stderr


def test_it_ends_with_everything_in_it_when_its_starter_is_gone() -> None:
    program = Program()
    run(program.server, "import subprocess\np = subprocess.Popen(['sleep', '1000'])")
    below = descendants(program.process.pid)
    assert len(below) >= 3

    program.close()

    assert program.process.returncode == 0
    gone(below)


def test_its_sudden_death_leaves_nothing_behind() -> None:
    program = Program()
    run(program.server, "1")
    below = descendants(program.process.pid)

    program.process.kill()
    program.close()

    gone(below)


def test_a_signal_lets_what_runs_come_to_its_end() -> None:
    program = Program()
    run(program.server, "1")
    with ThreadPoolExecutor(1) as other:
        code = "import time\nopen('/mnt/data/began', 'w').close()\ntime.sleep(1)\nprint('done')"
        asked = other.submit(run, program.server, code)
        until = time.monotonic() + 20
        while call(program.server, "GET", target("/files/began")).status != 200:
            assert time.monotonic() < until
        program.process.send_signal(signal.SIGTERM)

        assert asked.result(30).page()["result"]["stdout"] == "done\n"
    assert program.process.wait(30) == 0
    program.close()


def test_a_container_needs_no_token_and_is_one_session() -> None:
    program = Program("--container", "--port", "0", "--host", "127.0.0.1")
    try:
        health = call(program.server, "GET", "/health").page()
        assert health["status"] == "healthy"
        assert health["maxSessions"] == 1
        page = run(program.server, "6 * 7", identifier="first").page()
        assert page["result"]["executionResult"] == 42
        refused(run(program.server, "1", identifier="other"), 400, "IdentifierMismatch")
    finally:
        program.close()
    assert program.process.returncode == 0


def descendants(pid: int) -> list[int]:
    """All processes below one."""
    found: list[int] = []
    with contextlib.suppress(OSError):
        for task in Path(f"/proc/{pid}/task").iterdir():
            for child in (task / "children").read_text().split():
                found += [int(child), *descendants(int(child))]
    return found


def gone(processes: list[int]) -> None:
    """Waits until none of them is there."""
    until = time.monotonic() + 20
    for pid in processes:
        while Path(f"/proc/{pid}").exists():
            assert time.monotonic() < until, f"{pid} is still there"
