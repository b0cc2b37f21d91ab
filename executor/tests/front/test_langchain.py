"""A client that nobody here wrote, on the local pool."""

import json
import os
import subprocess
import sys
import venv
from pathlib import Path

import pytest
from program import Program

PACKAGE = "langchain-azure-dynamic-sessions==1.0.4"
HERE = Path(__file__).parent
CACHE = HERE.parent.parent / ".cache" / "langchain"


@pytest.fixture(scope="module")
def python() -> Path:
    """A Python with that client: prepared once, in a folder that git ignores."""
    python, prepared = CACHE / "bin" / "python", CACHE / "prepared"
    if prepared.is_file() and prepared.read_text() == PACKAGE:
        return python
    if sys.version_info < (3, 11):
        missing(f"{PACKAGE} needs Python 3.11 or newer.")
    venv.create(CACHE, with_pip=True, clear=True)
    options = ["--quiet", "--disable-pip-version-check", "--retries", "1", "--timeout", "20"]
    install = [python, "-m", "pip", "install", *options, PACKAGE]
    done = subprocess.run(install, capture_output=True, text=True, check=False)  # noqa: S603 - our own
    if done.returncode != 0:
        missing(f"{PACKAGE} could not be installed: {done.stderr[-500:]}")
    prepared.write_text(PACKAGE)
    return python


def missing(what: str) -> None:
    """Skips, or fails where nothing may be skipped."""
    if os.environ.get("MILLRACE_REQUIRE_ALL") == "true":
        pytest.fail(what)
    pytest.skip(what)


def test_langchain_runs_code_and_moves_files(python: Path, program: Program) -> None:
    done = subprocess.run(  # noqa: S603 - our own
        [python, HERE / "client_langchain.py", program.ready["endpoint"], program.token],
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )

    assert done.returncode == 0, done.stderr
    seen = json.loads(done.stdout)
    assert seen["invoked"] == {"result": 42, "stdout": "", "stderr": ""}
    assert seen["printed"]["stdout"] == "hello\n"
    assert seen["kept"] == 6
    assert seen["failed"]["status"] == "Failure"
    assert "ZeroDivisionError" in seen["failed"]["stderr"]
    assert (seen["image"]["type"], seen["image"]["format"]) == ("image", "png")
    assert seen["uploaded"] == ["in/t.csv", 8, "/mnt/data/in/t.csv"]
    assert seen["listed"] == [["in/t.csv", 8], ["out.txt", 16]]
    assert seen["downloaded"] == "a,b\n1,2\n" * 2
    assert seen["bash"]["exitCode"] == 3
    assert "x.txt" in seen["bash"]["stderr"]
    assert seen["bash again"] == {"stdout": "from bash", "stderr": "", "exitCode": 0}
    assert seen["bash listed"] == ["x.txt"]
    assert seen["bash downloaded"] == "from bash"
