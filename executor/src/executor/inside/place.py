"""Where a session lives: its directories, and the environment its code sees."""

import os
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

TAMED = {
    "ARROW_DEFAULT_MEMORY_POOL": "system",
    "JE_ARROW_MALLOC_CONF": "background_thread:false",
    "MALLOC_ARENA_MAX": "2",
    "OPENBLAS_NUM_THREADS": "1",
}
"""For libraries that would start threads, which no fork survives, or reserve memory as if there
were no limits. They are read when a process starts or a library is imported."""


@dataclass(frozen=True)
class Place:
    """The directories of one session."""

    data: str
    home: str
    temporary: str

    def environment(self, more: Mapping[str, str]) -> dict[str, str]:
        """All variables of the session's processes; nothing of the surroundings is among them."""
        programs = str(Path(sys.executable).parent)
        return {
            "PATH": os.pathsep.join((programs, "/usr/local/bin", "/usr/bin", "/bin")),
            "HOME": self.home,
            "USER": "session",
            "LOGNAME": "session",
            "SHELL": "/bin/sh",
            "LANG": "C.UTF-8",
            "TERM": "dumb",
            "NO_COLOR": "1",
            "TMPDIR": self.temporary,
            "IPYTHONDIR": f"{self.home}/.ipython",
            "MPLBACKEND": "agg",
            "MPLCONFIGDIR": f"{self.home}/.matplotlib",
            "PYTHONDONTWRITEBYTECODE": "1",
            **TAMED,
            **more,
        }


def python_paths() -> list[Path]:
    """Where this Python and its libraries are, without what lies within another of them."""
    found = {Path(sys.prefix), Path(sys.base_prefix), Path(sys.exec_prefix)}
    found |= {Path(entry) for entry in sys.path if entry}
    found.add(Path(__file__).parents[2])
    directories = sorted(path for path in found if path.is_dir() and path != Path("/"))
    return [
        path
        for path in directories
        if not any(path != other and path.is_relative_to(other) for other in directories)
    ]
