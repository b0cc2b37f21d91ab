"""Files of a session, as a caller names them."""

from dataclasses import dataclass

DATA = "/mnt/data"


@dataclass(frozen=True)
class Entry:
    """One file or directory below /mnt/data. Symbolic links, pipes and the like are never shown."""

    path: str
    """Relative to /mnt/data, with slashes."""
    directory: bool
    size: int
    modified: float
    """Seconds since 1970."""


@dataclass(frozen=True)
class Listing:
    """What a directory holds."""

    entries: tuple[Entry, ...]
    complete: bool
    """False when there was more than a listing may hold."""


def parts(path: str) -> tuple[str, ...]:
    """The names of a path relative to /mnt/data or absolute beneath it; () is /mnt/data itself.

    Raises ValueError, with a sentence for the caller, for what can be no such path.
    """
    if path == DATA or path.startswith(DATA + "/"):
        path = path[len(DATA) :]
    elif path.startswith("/"):
        raise ValueError(f"A path is relative to {DATA} or beneath it.")
    names = tuple(name for name in path.split("/") if name not in ("", "."))
    for name in names:
        if name == ".." or "\0" in name:
            raise ValueError("A path must not contain '..' or NUL.")
        try:
            size = len(name.encode())
        except UnicodeEncodeError:
            raise ValueError("A file name must be valid Unicode.") from None
        if size > 255:
            raise ValueError("A file name has at most 255 bytes.")
    if len(names) > 64:
        raise ValueError("A path has at most 64 names.")
    return names
