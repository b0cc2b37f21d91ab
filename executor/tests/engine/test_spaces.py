"""The namespaces of sessions are made by a process of their own, and left to them alone."""

import contextlib
import os
import signal
from pathlib import Path
from typing import Any

import outside
import pytest
from story import answers, until

from executor.channel import ChannelClosed
from executor.pool import Pool
from executor.sandbox import Sandbox
from executor.settings import Settings

KINDS = ("cgroup", "ipc", "mnt", "net", "pid", "user", "uts")


def lives_in(pid: int) -> set[str]:
    """The namespaces of a process; none when it has ended, or belongs to the machine itself."""
    try:
        return {str(Path(f"/proc/{pid}/ns/{kind}").readlink()) for kind in KINDS}
    except OSError:
        return set()


def childless(pool: Pool) -> list[int]:
    """The processes below the warm one that have started no other."""
    all_of_it = outside.below(pool._warm._process.pid)
    parents = {process.parent for process in all_of_it}
    return [process.pid for process in all_of_it if process.pid not in parents]


def test_nobody_else_lives_in_the_namespaces_of_a_session(
    run: Any, sandbox: Sandbox, neighbour: Sandbox, namespaces: None
) -> None:
    if os.geteuid() != 0:
        pytest.skip("only root may look where all processes live")
    run(answers(sandbox))
    first = outside.first_process(sandbox)
    inside = {first, *(process.pid for process in outside.inside(sandbox))}
    own = lives_in(first)
    assert len(own) == len(KINDS)

    for process in outside.everything().values():
        if process.pid in inside:
            assert lives_in(process.pid) == own
        else:
            assert not lives_in(process.pid) & own, process


def test_when_no_namespaces_can_be_made_any_more_there_is_a_new_warm_process(
    run: Any, namespaces: None
) -> None:
    async def story() -> None:
        pool = await Pool.start(Settings(spares=0))
        await pool.warmed()
        await until(lambda: len(childless(pool)) == 1)  # the one before has ended
        os.kill(*childless(pool), signal.SIGKILL)
        while pool.health().ready:  # until it has been noticed
            with contextlib.suppress(ChannelClosed, OSError):
                await pool.take()

        sandbox = await pool.take()

        await answers(sandbox)
        await pool.close()

    run(story())
