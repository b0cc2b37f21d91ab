"""The Dockerfile, proven where there is no Docker: what it names is there, and what it starts
serves as its health check wants it."""

import json
import re
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet

from executor.__main__ import PORT

HERE = Path(__file__).parent.parent
PYTHON = "/opt/executor/bin/python"
Instruction = tuple[str, str]


@pytest.fixture(scope="module")
def image() -> list[Instruction]:
    """The instructions with their arguments."""
    text = (HERE / "Dockerfile").read_text()
    lines = re.sub(r"\\\n\s*", "", text).splitlines()
    written = [line.split(None, 1) for line in lines if line and not line.startswith("#")]
    return [(name, rest) for name, rest in written]


def all_of(image: list[Instruction], name: str) -> list[str]:
    return [rest for each, rest in image if each == name]


def command(image: list[Instruction], port: int) -> list[str]:
    """What the container runs, by the Python here and on another port."""
    program, *rest = json.loads(all_of(image, "ENTRYPOINT")[0])
    assert program == PYTHON
    return [sys.executable, *rest, *json.loads(all_of(image, "CMD")[0]), "--port", str(port)]


def health_check(image: list[Instruction], port: int) -> list[str]:
    program, *rest = json.loads(all_of(image, "HEALTHCHECK")[0].partition(" CMD ")[2])
    assert program == PYTHON
    assert all(f"127.0.0.1:{PORT}/" in each for each in rest if "http" in each)
    return [sys.executable, *(each.replace(f":{PORT}/", f":{port}/") for each in rest)]


@pytest.fixture
def port() -> int:
    with closing(socket.socket()) as any_socket:
        any_socket.bind(("127.0.0.1", 0))
        return any_socket.getsockname()[1]


def test_both_stages_are_of_one_exact_python_that_the_project_supports(
    image: list[Instruction],
) -> None:
    bases = {base.partition(" ")[0] for base in all_of(image, "FROM")}

    assert len(bases) == 1
    found = re.fullmatch(r"python:(\d+\.\d+\.\d+)-slim-[a-z]+", bases.pop())
    assert found
    wanted = re.search(r'requires-python = "(.+)"', (HERE / "pyproject.toml").read_text())
    assert wanted
    assert found[1] in SpecifierSet(wanted[1])


def test_everything_copied_is_there_and_not_ignored(image: list[Instruction]) -> None:
    ignored = (HERE / ".dockerignore").read_text().split()
    assert ignored[0] == "*"
    sources = [
        source
        for copied in all_of(image, "COPY")
        if not copied.startswith("--from=")
        for source in copied.split()[:-1]
    ]

    assert sources == ["pyproject.toml", "requirements.lock", "src"]
    for source in sources:
        assert (HERE / source).exists()
        assert f"!{source}" in ignored


def test_only_the_lock_decides_the_versions(image: list[Instruction]) -> None:
    (install,) = (run for run in all_of(image, "RUN") if "pip install" in run)

    assert "--constraint requirements.lock" in install
    locked = {Requirement(line).name for line in lines(HERE / "requirements.lock")}
    text = (HERE / "pyproject.toml").read_text()
    needed = re.search(r"^dependencies = \[\n(.*?)^\]", text, re.DOTALL | re.MULTILINE)
    assert needed
    assert {Requirement(each).name for each in re.findall(r'"(.+)"', needed[1])} <= locked


def lines(path: Path) -> Iterator[str]:
    return (line for line in path.read_text().splitlines() if line and not line.startswith("#"))


def test_it_runs_as_the_user_that_it_makes_and_that_is_not_root(image: list[Instruction]) -> None:
    (user,) = all_of(image, "USER")
    uid, gid = user.split(":")
    (made,) = (run for run in all_of(image, "RUN") if "useradd" in run)

    assert 0 not in (int(uid), int(gid))
    assert f"groupadd --gid {gid} " in made
    assert f"useradd --uid {uid} --gid {gid} " in made
    names = [name for name, _ in image]
    assert not {"RUN", "COPY", "ADD"} & set(names[names.index("USER") :])


def test_every_module_is_in_a_package_that_is_installed() -> None:
    sources = [
        file
        for file in (HERE / "src" / "executor").rglob("*")
        if file.is_file() and file.parent.name != "__pycache__"
    ]

    assert {file.suffix for file in sources} == {".py"}
    assert all((file.parent / "__init__.py").is_file() for file in sources)


def test_what_it_starts_is_what_its_health_check_asks(image: list[Instruction], port: int) -> None:
    assert all_of(image, "EXPOSE") == [str(PORT)]
    check = health_check(image, port)
    assert not healthy(check)

    front = subprocess.Popen(  # noqa: S603 - our own
        command(image, port),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
    )
    try:
        assert front.stdout is not None
        ready = json.loads(front.stdout.readline())
        assert ready["port"] == port
        assert healthy(check)
    finally:
        front.terminate()
        front.communicate(timeout=60)
    assert front.returncode == 0
    until = time.monotonic() + 10
    while healthy(check):
        assert time.monotonic() < until


def healthy(check: list[str]) -> bool:
    done = subprocess.run(check, capture_output=True, check=False, timeout=30)  # noqa: S603
    return done.returncode == 0
