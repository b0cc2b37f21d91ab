"""Whether this Python has what the sessions need: ``python -m executor.environment``.

Prints each library with its version, and everything that is missing at once, with how to get it.
Exit code 0 when a session can run, otherwise 1.
"""

import sys
from collections.abc import Iterable
from importlib import import_module, metadata
from typing import NamedTuple

OLDEST = (3, 10)


class Library(NamedTuple):
    """One library as imported, as installed by pip, and by Debian, which may not have it."""

    module: str
    package: str
    debian: str | None
    without_it: str | None = None
    """What does not work without it; None where no session can run."""


LIBRARIES = (
    Library("IPython", "ipython", "python3-ipython"),
    Library("aiohttp", "aiohttp", "python3-aiohttp"),
    Library("lxml", "lxml", "python3-lxml"),
    Library("matplotlib", "matplotlib", "python3-matplotlib"),
    Library("numpy", "numpy", "python3-numpy"),
    Library("openpyxl", "openpyxl", "python3-openpyxl"),
    Library("pandas", "pandas", "python3-pandas"),
    Library("pyarrow", "pyarrow", None, without_it="Parquet and Feather files"),
    Library("requests", "requests", "python3-requests"),
    Library("scipy", "scipy", "python3-scipy"),
    Library("xlrd", "xlrd", "python3-xlrd"),
)


class Report(NamedTuple):
    """What to print, and whether sessions can run."""

    lines: list[str]
    complete: bool


def check(libraries: Iterable[Library] = LIBRARIES, python: tuple[int, ...] = ()) -> Report:
    """Imports every library; a library that cannot be imported counts as missing."""
    python = python or tuple(sys.version_info[:3])
    lines = ["python " + ".".join(map(str, python))]
    missing: list[Library] = []
    for library in libraries:
        try:
            import_module(library.module)
            lines.append(f"{library.package} {metadata.version(library.package)}")
        except Exception as problem:  # noqa: BLE001 - a broken library may raise anything
            missing.append(library)
            lines.append(f"{library.package} is missing: {problem}")

    old = python[:2] < OLDEST
    needed = [library for library in missing if library.without_it is None]
    lines += [
        f"Without {library.package}: no {library.without_it}. "
        "It comes from a package index that pip can reach."
        for library in missing
        if library.without_it is not None
    ]
    if old:
        lines.append(f"Python {OLDEST[0]}.{OLDEST[1]} or newer is needed. Install it.")
    if needed:
        lines.append(how_to_get(needed))
    return Report(lines, complete=not old and not needed)


def how_to_get(missing: Iterable[Library]) -> str:
    """One sentence that gets all of them."""
    packages = " ".join(library.package for library in missing)
    debian = " ".join(library.debian for library in missing if library.debian)
    return (
        f"To get what is missing: {sys.executable} -m pip install {packages} "
        f"(Debian, for its own Python: apt-get install {debian})"
    )


if __name__ == "__main__":
    report = check()
    sys.stdout.write("\n".join(report.lines) + "\n")
    sys.exit(0 if report.complete else 1)
