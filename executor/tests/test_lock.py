"""The lock names everything that is installed with the executor."""

import re
import sys
from importlib import metadata
from pathlib import Path

import pytest
from packaging.requirements import Requirement

from executor.environment import OLDEST

LOCK = Path(__file__).parent.parent / "requirements.lock"
PROJECT = LOCK.with_name("pyproject.toml").read_text()


def test_every_library_has_one_version_in_the_lock() -> None:
    lines = [line for line in LOCK.read_text().splitlines() if not line.startswith("#")]
    names = [line.partition("==")[0] for line in lines]

    assert all(re.fullmatch(r"[a-z0-9-]+==[0-9][0-9a-z.]*", line) for line in lines), lines
    assert names == sorted(set(names))
    if not installed() or sys.version_info < (3, 11):
        # The newest libraries of the lock are for Python 3.11; an older one has what pip finds.
        pytest.skip("here the libraries have versions of their own")
    needed = needed_by(Requirement("millrace-executor[dev]"), set())
    assert needed - {"millrace-executor"} <= set(names)


def test_what_is_installed_is_what_the_project_asks_for() -> None:
    for line in asked("dependencies"):
        wanted = Requirement(line)
        if wanted.name == "pyarrow" and not installed():
            continue  # Debian 12 has none
        assert metadata.version(wanted.name) in wanted.specifier, line


def test_the_oldest_python_is_the_same_wherever_it_is_named() -> None:
    oldest = ".".join(map(str, OLDEST))

    (required,) = asked("requires-python")
    assert required == f">={oldest}"
    assert f'pythonVersion = "{oldest}"' in PROJECT
    assert f'target-version = "py{oldest.replace(".", "")}"' in PROJECT
    assert str(OLDEST) in (LOCK.parent / "which-python").read_text()


def asked(name: str) -> list[str]:
    """The texts of one setting of the project."""
    found = re.search(rf"^{name} = (\[\n.*?^\]|.*?$)", PROJECT, re.DOTALL | re.MULTILINE)
    assert found
    return re.findall(r'"(.+?)"', found[1])


def installed() -> bool:
    """Whether it is installed by pip, and not beside the libraries of a distribution."""
    return any(metadata.distributions(name="millrace-executor"))


def needed_by(wanted: Requirement, found: set[str]) -> set[str]:
    """Everything that is installed for it here."""
    name = re.sub(r"[-_.]+", "-", wanted.name).lower()
    if name in found and not wanted.extras:
        return found
    found.add(name)
    for line in metadata.requires(name) or []:
        more = Requirement(line)
        extras = ("", *wanted.extras)
        if more.marker is None or any(more.marker.evaluate({"extra": each}) for each in extras):
            needed_by(more, found)
    return found
