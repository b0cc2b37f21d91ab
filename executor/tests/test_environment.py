import subprocess
import sys

import pytest

from executor.environment import LIBRARIES, Library, check

THERE = Library("pytest", "pytest", "python3-pytest")
GONE = Library("no_such_library", "no-such-library", "python3-no-such-library")
GONE_TOO = Library("nor_this_one", "nor-this-one", "python3-nor-this-one")


def test_what_is_there_is_named_with_its_version() -> None:
    report = check([THERE])

    assert report.complete
    assert f"pytest {pytest.__version__}" in report.lines


def test_everything_missing_is_named_at_once_with_how_to_get_it() -> None:
    report = check([GONE, THERE, GONE_TOO])

    assert not report.complete
    assert "pip install no-such-library nor-this-one" in report.lines[-1]
    assert "apt-get install python3-no-such-library python3-nor-this-one" in report.lines[-1]


def test_a_library_that_sessions_can_do_without_is_named_with_what_is_lost() -> None:
    report = check([GONE._replace(without_it="such files")])

    assert report.complete
    assert report.lines[-1].startswith("Without no-such-library: no such files.")


@pytest.mark.parametrize(("version", "complete"), [((3, 9, 20), False), ((3, 10, 0), True)])
def test_an_old_python_is_refused(version: tuple[int, ...], complete: bool) -> None:
    assert check([THERE], version).complete is complete


def test_this_environment_is_complete() -> None:
    run = subprocess.run(
        [sys.executable, "-m", "executor.environment"], capture_output=True, text=True, check=False
    )

    assert run.returncode == 0, run.stdout + run.stderr
    assert all(f"{library.package} " in run.stdout for library in LIBRARIES)
