import asyncio
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import outside
import pytest
from story import answers, until, value

from executor.frames import Frames, ProtocolError, frame
from executor.pool import CannotConfine, Pool
from executor.sandbox import SandboxGone
from executor.settings import MIB, Limits, Settings


def test_spares_are_made_again_after_each_use(run: Any) -> None:
    async def story() -> None:
        pool = await Pool.start(Settings(spares=2))
        await until(lambda: pool.health().spares == 2)
        assert pool.health().sandboxes == 0
        sandbox = await pool.take()
        assert (pool.health().spares, pool.health().sandboxes) == (1, 1)
        await until(lambda: pool.health().spares == 2)
        await answers(sandbox)
        await sandbox.close()
        assert pool.health().sandboxes == 0
        await pool.close()
        assert not pool.health().ready

    run(story())


def test_sessions_can_be_had_while_others_are_made_quicker_and_know_nothing_of_that(
    run: Any,
) -> None:
    async def story() -> None:
        pool = await Pool.start(Settings(spares=0))
        warmed = asyncio.ensure_future(pool.warmed())
        while True:
            sandbox = await pool.take()
            names = "[name for name in ('pd', 'df', 'fig', 'ax') if name in globals()]"
            assert await value(sandbox, f"{names}, _") == "([], '')"
            await sandbox.close()
            if warmed.done():
                break
            await asyncio.wait({warmed}, timeout=0.4)
        await pool.close()

    run(story())


def test_many_at_once_are_all_different(run: Any, pool: Pool) -> None:
    async def story() -> None:
        sandboxes = await asyncio.gather(*(pool.take() for _ in range(12)))
        await asyncio.gather(*(value(s, f"x = {n}") for n, s in enumerate(sandboxes)))
        found = await asyncio.gather(*(value(s, "x") for s in sandboxes))
        assert found == list(range(12))
        await asyncio.gather(*(s.close() for s in sandboxes))

    run(story())


def test_a_warm_process_that_dies_is_started_again_and_its_sandboxes_are_gone(run: Any) -> None:
    async def story() -> None:
        pool = await Pool.start(Settings(spares=1))
        sandbox = await pool.take()
        running = asyncio.ensure_future(sandbox.execute("a", "import time; time.sleep(60)"))
        await until(lambda: pool.health().spares == 1)
        all_of_it = set(pool._all)
        os.kill(pool._warm._process.pid, signal.SIGKILL)
        outcome = await running
        assert not outcome.files_kept
        await until(lambda: all(each.gone for each in all_of_it))
        with pytest.raises(SandboxGone):
            await sandbox.execute("b", "1")
        other = await pool.take()
        await answers(other)
        await pool.close()

    run(story())


def test_nothing_is_left_when_the_owner_is_killed() -> None:
    code = """
import asyncio
from executor.pool import Pool
from executor.settings import Settings
async def main():
    pool = await Pool.start(Settings(spares=2))
    sandbox = await pool.take()
    task = asyncio.ensure_future(sandbox.execute("a", "import os\\nos.fork()\\nwhile True: pass"))
    await asyncio.sleep(0.2)
    print("up", flush=True)
    await task
asyncio.run(main())
"""
    owner = subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE)  # noqa: S603
    assert owner.stdout is not None
    assert owner.stdout.readline() == b"up\n"
    started = {process.pid for process in outside.below(owner.pid)}
    assert len(started) >= 5

    owner.kill()
    owner.wait()
    owner.stdout.close()

    def left() -> set[int]:
        alive = outside.everything()
        return {pid for pid in started if pid in alive and not alive[pid].dead}

    deadline = time.monotonic() + 30
    while left() and time.monotonic() < deadline:
        os.sched_yield()
    assert not left()


def test_code_is_never_run_unconfined_unless_that_is_asked_for(run: Any) -> None:
    with pytest.raises(CannotConfine, match="Code cannot be confined on this machine"):
        run(Pool.start(Settings(strongest="none")))


def test_an_idle_session_has_little_memory_of_its_own(run: Any, sandbox: Any) -> None:
    run(answers(sandbox))

    first = outside.first_process(sandbox)
    if os.geteuid() != 0:
        pytest.skip("only root may look at the memory of the first process")
    own = outside.private(first) + sum(outside.private(p.pid) for p in outside.inside(sandbox))
    assert own < 20 * MIB


def test_the_warm_process_is_no_root(pool: Pool) -> None:
    for process in outside.below(pool._warm._process.pid):
        status = Path(f"/proc/{process.pid}/status").read_text("utf-8")
        assert "\nUid:\t0\t" not in status
        assert "\nGroups:\t \n" in status or os.geteuid() != 0


@pytest.mark.parametrize(
    "change",
    [
        {"memory": MIB},
        {"disk": 1},
        {"processes": 1},
        {"output": 0},
        {"files": 1},
    ],
)
def test_limits_that_cannot_work_are_refused(change: dict[str, int]) -> None:
    with pytest.raises(ValueError, match="at least"):
        Limits(**change)


def test_settings_survive_the_way_to_another_process(tmp_path: Path) -> None:
    settings = Settings(Limits(disk=5 * MIB), directory=tmp_path, environment={"A": "b"})

    assert Settings.from_message(settings.as_message()) == settings


def test_variables_that_are_given_are_seen_and_no_others(run: Any) -> None:
    async def story() -> str:
        pool = await Pool.start(Settings(spares=0, environment={"GIVEN": "yes"}))
        sandbox = await pool.take()
        seen = await value(sandbox, "import os, subprocess; os.environ['GIVEN']")
        own = await value(sandbox, "open('/proc/self/environ').read()")
        await pool.close()
        return seen + own

    os.environ["MILLRACE_TEST_SECRET"] = "canary-in-the-environment"  # noqa: S105
    seen = run(story())
    assert seen.startswith("yes")
    assert "canary" not in seen


def test_frames_come_apart_wherever_they_are_cut() -> None:
    messages = [{"n": n, "text": "ä" * n} for n in range(20)]
    data = b"".join(frame(message) for message in messages)

    for size in (1, 3, 7, 1000):
        frames = Frames(1000)
        pieces = [data[i : i + size] for i in range(0, len(data), size)]
        assert [m for piece in pieces for m, _ in frames.feed(piece)] == messages


@pytest.mark.parametrize(
    "content",
    [b"[]", b"7", b"", b"{", b'{"a": NaN}', b"\xff", b"[" * 200, b'{"a":' * 50 + b"1" + b"}" * 50],
)
def test_frames_of_another_shape_are_refused(content: bytes) -> None:
    with pytest.raises(ProtocolError):
        list(Frames(1000).feed(len(content).to_bytes(4, "big") + content))


def test_frames_that_are_too_large_are_refused_by_their_first_bytes() -> None:
    with pytest.raises(ProtocolError):
        list(Frames(1000).feed((1001).to_bytes(4, "big")))


def test_half_characters_are_replaced() -> None:
    content = b'{"a\\ud800": ["\\ud83d\\ude00\\udc00"]}'

    ((message, _),) = Frames(1000).feed(len(content).to_bytes(4, "big") + content)

    assert message == {"a?": ["\N{GRINNING FACE}?"]}


def test_a_place_that_the_next_sandbox_gets_is_emptied_before(
    run: Any, pool: Pool, tmp_path: Path
) -> None:
    async def next_after_another() -> list[str]:
        sandbox = await pool.take()
        for number in range(2000):
            (tmp_path / str(number)).touch()
        pool._left[sandbox]["empty"] = str(tmp_path)
        await sandbox.close()
        following = await pool.take()
        left = [path.name for path in tmp_path.iterdir()]
        await following.close()
        return left

    assert run(next_after_another()) == []
