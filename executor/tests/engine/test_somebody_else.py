"""Root and ordinary users go different ways into a sandbox; here root lets somebody else go."""

import os
import shutil
import subprocess
import sys
import sysconfig
from pathlib import Path
from typing import NamedTuple

import pytest

SOMEBODY = 60997
EXECUTOR = Path(__file__).parents[2]
SYSTEM = Path("/usr/bin/python3")
EVERYTHING = os.environ.get("MILLRACE_FULL") == "true"

pytestmark = pytest.mark.skipif(os.geteuid() != 0, reason="is somebody else already")


def as_somebody(command: list[str], **options: object) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(  # noqa: S603
        command,
        user=SOMEBODY,
        group=SOMEBODY,
        extra_groups=[],
        capture_output=True,
        text=True,
        check=False,
        **options,
    )


class Place(NamedTuple):
    """From where somebody else can run the tests."""

    python: str
    executor: Path


def works(place: Place) -> bool:
    """Whether somebody else can use this Python with everything in it."""
    everything = "import executor, pytest, pandas"
    try:
        tried = as_somebody([place.python, "-c", everything], cwd=place.executor)
    except OSError:
        return False
    return tried.returncode == 0


def place(libraries: str, executor: Path, folder: Path) -> Place | None:
    """With the system's Python, if it is of our version; None where others cannot use it."""
    same = f"import sys; sys.exit(sys.version_info[:2] != {tuple(sys.version_info[:2])})"
    if not SYSTEM.exists() or subprocess.run([SYSTEM, "-c", same], check=False).returncode != 0:  # noqa: S603
        return None
    subprocess.run([SYSTEM, "-m", "venv", "--clear", "--without-pip", str(folder)], check=True)  # noqa: S603
    library = next((folder / "lib").iterdir()) / "site-packages"
    (library / "ours.pth").write_text(f"{libraries}\n{executor / 'src'}", "utf-8")
    made = Place(str(folder / "bin" / "python"), executor)
    return made if works(made) else None


@pytest.fixture
def somewhere(tmp_path: Path) -> Place:
    """Here, if others may; else with the system's Python; else with copies of all of it."""
    here = Place(sys.executable, EXECUTOR)
    if works(here):
        return here
    for directory in (tmp_path, *tmp_path.parents[:2]):
        directory.chmod(0o755)
    libraries = sysconfig.get_path("purelib")
    found = place(libraries, EXECUTOR, tmp_path / "venv")
    if found is None:
        copies = tmp_path / "copies"
        shutil.copytree(libraries, copies / "libraries", symlinks=True)
        shutil.copytree(EXECUTOR, copies / "executor", symlinks=True)
        found = place(str(copies / "libraries"), copies / "executor", tmp_path / "venv")
    if found is not None:
        return found
    why = f"neither {sys.executable} nor {SYSTEM} can be used by others than root"
    if os.environ.get("MILLRACE_REQUIRE_ALL") == "true":
        pytest.fail(f"{why}, and everything is required here")
    pytest.skip(why)


def test_an_ordinary_user_is_as_safe(somewhere: Place, tmp_path: Path) -> None:
    """With Landlock alone; in the full run with everything else as well."""
    own = tmp_path / "own"
    own.mkdir()
    os.chown(own, SOMEBODY, SOMEBODY)
    for directory in (tmp_path, *tmp_path.parents[:2]):
        directory.chmod(0o755)
    what = "tests/engine" if EVERYTHING else "tests/engine/test_landlock.py"
    environment = {
        "PATH": os.environ["PATH"],
        "HOME": str(own),
        "TMPDIR": str(own),
        "PYTHONDONTWRITEBYTECODE": "1",
        "MILLRACE_REQUIRE_ALL": os.environ.get("MILLRACE_REQUIRE_ALL", ""),
    }
    options = ["-p", "no:cacheprovider", f"--basetemp={own / 'tests'}", "-x"]

    tests = [somewhere.python, "-m", "pytest", *options, what]
    done = as_somebody(tests, cwd=somewhere.executor, env=environment)

    assert done.returncode == 0, done.stdout[-5000:] + done.stderr[-2000:]
    assert " passed" in done.stdout or "[100%]" in done.stdout
