"""What can be seen of a sandbox from the machine it runs on."""

import os
from pathlib import Path
from typing import NamedTuple

from executor.sandbox import Sandbox


class Process(NamedTuple):
    pid: int
    parent: int
    session: int
    terminal: int
    threads: int
    dead: bool


def everything() -> dict[int, Process]:
    """All processes of the machine."""
    found: dict[int, Process] = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                text = (entry / "stat").read_text("utf-8", "replace")
            except OSError:
                continue
            fields = text[text.rindex(")") + 2 :].split()
            pid, parent, session = int(entry.name), int(fields[1]), int(fields[3])
            dead = fields[0] in "ZX"
            found[pid] = Process(pid, parent, session, int(fields[4]), int(fields[17]), dead)
    return found


def below(pid: int) -> list[Process]:
    """The living descendants of a process."""
    processes = everything()
    known = {pid}
    grew = True
    while grew:
        more = {p.pid for p in processes.values() if p.parent in known} - known
        known |= more
        grew = bool(more)
    return [processes[each] for each in known - {pid} if not processes[each].dead]


def first_process(sandbox: Sandbox) -> int:
    """The number that the machine gives the first process of a sandbox."""
    for line in Path(f"/proc/self/fdinfo/{sandbox._process}").read_text("utf-8").splitlines():
        if line.startswith("Pid:"):
            return int(line.split()[1])
    raise AssertionError("no pidfd")


def inside(sandbox: Sandbox) -> list[Process]:
    """All living processes of a sandbox but the first."""
    return below(first_process(sandbox))


def resident(pid: int | str = "self") -> int:
    """Bytes of memory that a process has."""
    fields = Path(f"/proc/{pid}/statm").read_text("utf-8").split()
    return int(fields[1]) * os.sysconf("SC_PAGESIZE")


def private(pid: int) -> int:
    """Bytes of memory that only this process has."""
    lines = Path(f"/proc/{pid}/smaps_rollup").read_text("utf-8").splitlines()
    return sum(int(line.split()[1]) for line in lines if line.startswith("Private_")) * 1024
