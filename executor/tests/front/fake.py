"""An engine without processes, for faults that a real one cannot be asked for and for what has to
be exact. It runs code in this process, so it is for the tests' own code only."""

import ast
import asyncio
import contextlib
import errno
import io
import os
import shutil
import tempfile
import time
import traceback
from collections.abc import Sequence
from pathlib import Path
from types import TracebackType
from typing import Any

from executor.files import Entry, Listing, parts
from executor.outcome import Outcome, Output, Problem, PythonError
from executor.pool import Health
from executor.sandbox import OnOutput, Sandbox, SandboxGone, Upload


class FakePool:
    """Hands out fakes; ``refusing`` is raised instead when set."""

    def __init__(self) -> None:
        self.taken: list[FakeSandbox] = []
        self.refusing: Exception | None = None
        self.ready = True

    async def take(self) -> Sandbox:
        await asyncio.sleep(0)
        if self.refusing is not None:
            raise self.refusing
        self.taken.append(FakeSandbox())
        return self.taken[-1]

    def health(self) -> Health:
        return Health(self.ready, "none", ("It is a fake.",), len(self.taken), 0)

    async def close(self) -> None:
        for sandbox in self.taken:
            await sandbox.close()


class FakeSandbox(Sandbox):
    """``wait()`` in its code lasts until somebody calls ``release``, or interrupts; ``die()``
    ends the sandbox; ``outcomes`` are returned as they are, before any code is run."""

    def __init__(self) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="fake-session-"))
        self.ran: list[str] = []
        self.outcomes: list[Outcome] = []
        self.release = asyncio.Event()
        self.running = asyncio.Event()
        self.deaf = False
        self.full = False
        self._gone = False
        self._interrupted: set[str] = set()
        self._names: dict[str, Any] = {}

    @property
    def gone(self) -> bool:
        return self._gone

    async def execute(
        self,
        execution_id: str,
        code: str,
        *,
        timeout: float = 60.0,
        output_limit: int | None = None,
        on_output: OnOutput | None = None,
        empty_kernel: bool = False,
    ) -> Outcome:
        if self._gone:
            raise SandboxGone
        self.ran.append(code)
        if self.outcomes:
            return self.outcomes.pop(0)
        if code == "die()":
            await self.close()
            problem = Problem("KernelDied", "It died.")
            return Outcome("Failed", problem=problem, variables_kept=False, files_kept=False)
        if code.startswith("wait()"):
            self.running.set()
            if on_output is not None:
                on_output("stdout", "waiting\n")
            await self.release.wait()
            if self._gone or execution_id in self._interrupted:
                return Outcome("Canceled", problem=Problem("ExecutionCanceled", "Canceled."))
            return Outcome("Succeeded", stdout="waiting\n")
        outcome = evaluate(code, {} if empty_kernel else self._names)
        if on_output is not None and outcome.stdout:
            on_output("stdout", outcome.stdout)
        return outcome

    async def shell(
        self,
        execution_id: str,
        command: str | Sequence[str],
        *,
        stdin: bytes = b"",
        timeout: float = 60.0,
        output_limit: int | None = None,
        on_output: OnOutput | None = None,
    ) -> Outcome:
        self.ran.append(str(command))
        return Outcome("Succeeded", stdout=stdin.decode(), exit_code=0)

    async def interrupt(self, execution_id: str) -> bool:
        if self._gone:
            raise SandboxGone
        self._interrupted.add(execution_id)
        if not self.deaf:
            self.release.set()
        return True

    async def open_file(self, path: str) -> int:
        return os.open(self._at(path), os.O_RDONLY)

    async def create_file(self, path: str) -> Upload:
        return FakeUpload(self, self._at(path), path)

    async def stat_file(self, path: str) -> Entry:
        return self._entry(self._at(path))

    async def list_files(self, path: str = "", *, recursive: bool = False) -> Listing:
        found = self._at(path).rglob("*") if recursive else self._at(path).iterdir()
        return Listing(tuple(self._entry(each) for each in sorted(found)), complete=True)

    async def delete_file(self, path: str) -> None:
        at = self._at(path)
        shutil.rmtree(at) if at.is_dir() else at.unlink()

    async def close(self) -> None:
        self._gone = True
        self.release.set()
        shutil.rmtree(self.folder, ignore_errors=True)

    def _at(self, path: str) -> Path:
        if self._gone:
            raise SandboxGone
        return self.folder.joinpath(*parts(path))

    def _entry(self, path: Path) -> Entry:
        seen = path.stat()
        where = str(path.relative_to(self.folder))
        return Entry(where, path.is_dir(), seen.st_size, seen.st_mtime)


class FakeUpload(Upload):
    def __init__(self, sandbox: FakeSandbox, path: Path, name: str) -> None:
        if sandbox.full:
            raise OSError(errno.ENOSPC, "full")
        self._sandbox, self._path, self._name = sandbox, path, name
        path.parent.mkdir(parents=True, exist_ok=True)
        self._part = path.with_name(path.name + ".part")
        self.fd = os.open(self._part, os.O_WRONLY | os.O_CREAT)

    async def commit(self) -> Entry:
        self._part.rename(self._path)
        return await self._sandbox.stat_file(self._name)

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        os.close(self.fd)
        self._part.unlink(missing_ok=True)


def evaluate(code: str, names: dict[str, Any]) -> Outcome:
    """Runs code as a notebook would."""
    began = time.monotonic()
    printed = io.StringIO()
    value, outputs = None, ()
    try:
        with contextlib.redirect_stdout(printed):
            tree = ast.parse(code)
            last = tree.body.pop() if tree.body and isinstance(tree.body[-1], ast.Expr) else None
            exec(compile(tree, "cell", "exec"), names)  # noqa: S102 - the tests' own code
            if isinstance(last, ast.Expr):
                value = eval(compile(ast.Expression(last.value), "cell", "eval"), names)  # noqa: S307 - as above
    except Exception as problem:  # noqa: BLE001 - it is what the code raised
        text = "".join(traceback.format_exception_only(problem))
        error = PythonError(type(problem).__name__, str(problem), text)
        return Outcome("Failed", stdout=printed.getvalue(), error=error)
    if value is not None:
        outputs = (Output("value", {"text/plain": repr(value)}),)
    native = value if isinstance(value, bool | int | float | str) else repr(value)
    return Outcome(
        "Succeeded",
        stdout=printed.getvalue(),
        outputs=outputs,
        has_value=value is not None,
        value=native if value is not None else None,
        seconds=time.monotonic() - began,
    )
