"""Root and ordinary users go different ways into a sandbox; here root lets somebody else go."""

import os
import subprocess
import sys
import sysconfig
from pathlib import Path

import pytest

SOMEBODY = 60997
EXECUTOR = Path(__file__).parents[2]
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


def works(python: str) -> bool:
    """Whether somebody else can use this Python with everything in it."""
    try:
        return (
            as_somebody([python, "-c", "import executor, pytest, pandas"], cwd="/").returncode == 0
        )
    except OSError:
        return False


@pytest.fixture
def python(tmp_path: Path) -> str:
    """Ours; or the system's, if it is the same version, with our libraries."""
    if works(sys.executable):
        return sys.executable
    system = "/usr/bin/python3"
    same = f"import sys; sys.exit(sys.version_info[:2] != {tuple(sys.version_info[:2])})"
    if Path(system).exists() and subprocess.run([system, "-c", same], check=False).returncode == 0:  # noqa: S603
        made = tmp_path / "venv"
        make = [system, "-m", "venv", "--without-pip", str(made)]
        subprocess.run(make, check=True)  # noqa: S603
        library = next((made / "lib").iterdir()) / "site-packages"
        paths = (sysconfig.get_path("purelib"), str(EXECUTOR / "src"))
        (library / "ours.pth").write_text("\n".join(paths), "utf-8")
        for directory in (tmp_path, *tmp_path.parents[:2]):
            directory.chmod(0o755)
        if works(str(made / "bin" / "python")):
            return str(made / "bin" / "python")
    why = f"{sys.executable} or this folder cannot be used by others than root"
    if os.environ.get("MILLRACE_REQUIRE_ALL") == "true":
        pytest.fail(f"{why}, and everything is required here")
    pytest.skip(why)


def test_an_ordinary_user_is_as_safe(python: str, tmp_path: Path) -> None:
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

    done = as_somebody([python, "-m", "pytest", *options, what], cwd=EXECUTOR, env=environment)

    assert done.returncode == 0, done.stdout[-5000:] + done.stderr[-2000:]
    assert " passed" in done.stdout or "[100%]" in done.stdout
