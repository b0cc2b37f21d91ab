"""The files of a session. Nothing here follows a symbolic link or opens what is no plain file, so
whatever the session's code has put there, nobody is led anywhere."""

import errno
import itertools
import os
import stat
import subprocess
from collections import deque
from collections.abc import Generator, Sequence
from contextlib import contextmanager, suppress
from typing import Any

MOST_LISTED = 100_000  # as many as a session may have, where that can be limited
_MOST_UPLOADS = 64
_DEEPEST = 64
_DIRECTORY = os.O_PATH | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC

Found = dict[str, Any]


def refused(what: str) -> OSError:
    """A PermissionError with this text."""
    return OSError(errno.EACCES, what)


class Disk:
    """The files below one directory; names come as checked parts of a path."""

    def __init__(self, root: str) -> None:
        self._root = os.open(root, _DIRECTORY)
        self._uploads: dict[int, tuple[int, str, Sequence[str]]] = {}
        self._numbers = itertools.count(1)

    def open(self, names: Sequence[str]) -> int:
        """A plain file, to read."""
        with self._parent(names) as (parent, name):
            flags = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_NOCTTY | os.O_CLOEXEC
            try:
                fd = os.open(name, flags, dir_fd=parent)
            except OSError as problem:
                if problem.errno in (errno.ELOOP, errno.ENXIO, errno.ENODEV):
                    raise refused("It is not a plain file.") from None
                raise
        mode = os.fstat(fd).st_mode
        if not stat.S_ISREG(mode):
            os.close(fd)
            if stat.S_ISDIR(mode):
                raise OSError(errno.EISDIR, os.strerror(errno.EISDIR))
            raise refused("It is not a plain file.")
        return fd

    def stat(self, names: Sequence[str]) -> Found:
        """A plain file or directory."""
        if not names:
            return _entry("", os.fstat(self._root))
        with self._parent(names) as (parent, name):
            seen = os.stat(name, dir_fd=parent, follow_symlinks=False)
        if not (stat.S_ISREG(seen.st_mode) or stat.S_ISDIR(seen.st_mode)):
            raise refused("It is not a plain file.")
        return _entry("/".join(names), seen)

    def list(self, names: Sequence[str], recursive: bool) -> tuple[list[Found], bool]:
        """What a directory holds, and whether that is all."""
        with self._directory(names) as top:
            entries: list[Found] = []
            complete = True
            ahead = deque([tuple(names)])
            seen = 0
            while ahead:
                place = ahead.popleft()
                try:
                    with self._directory(place[len(names) :], top) as directory:
                        readable = os.open(".", os.O_RDONLY | os.O_CLOEXEC, dir_fd=directory)
                except OSError:
                    complete = False  # gone meanwhile, or not for us
                    continue
                try:
                    for item in os.scandir(readable):
                        seen += 1
                        if seen > MOST_LISTED:
                            return sorted(entries, key=_path), False
                        found = _plain(item, place)
                        if found is None:
                            continue
                        entries.append(found)
                        if recursive and found["directory"]:
                            if len(place) < _DEEPEST:
                                ahead.append((*place, item.name))
                            else:
                                complete = False
                finally:
                    os.close(readable)
        return sorted(entries, key=_path), complete

    def create(self, names: Sequence[str]) -> tuple[int, int]:
        """Starts a file that shows under its name only when committed: a number for that, and a
        descriptor to write to."""
        if not names:
            raise OSError(errno.EISDIR, os.strerror(errno.EISDIR))
        if len(self._uploads) >= _MOST_UPLOADS:
            raise OSError(errno.EMFILE, "Too many files are being written at once.")
        parent = self._make(names[:-1])
        number = next(self._numbers)
        hidden = f".{number}-{os.urandom(8).hex()}.part"
        try:
            flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
            fd = os.open(hidden, flags, 0o644, dir_fd=parent)
        except OSError:
            os.close(parent)
            raise
        self._uploads[number] = (parent, hidden, names)
        return number, fd

    def commit(self, number: int) -> Found:
        """Gives a started file its name."""
        parent, hidden, names = self._uploads.pop(number)
        try:
            seen = os.stat(hidden, dir_fd=parent, follow_symlinks=False)
            os.replace(hidden, names[-1], src_dir_fd=parent, dst_dir_fd=parent)
        except OSError:
            _unlink(hidden, parent)
            raise
        finally:
            os.close(parent)
        return _entry("/".join(names), seen)

    def discard(self, number: int) -> None:
        """Forgets a started file; one that is no more is forgotten already."""
        parent, hidden, _ = self._uploads.pop(number, (-1, "", ()))
        if parent < 0:
            return
        _unlink(hidden, parent)
        os.close(parent)

    def delete(self, names: Sequence[str]) -> None:
        """Removes a file, whatever its kind, or a directory with all in it."""
        if not names:
            raise refused("This directory stays.")
        with self._parent(names) as (parent, name):
            if not stat.S_ISDIR(os.stat(name, dir_fd=parent, follow_symlinks=False).st_mode):
                os.unlink(name, dir_fd=parent)
                return
            # Not in this process: a tree can be deeper than Python's stack.
            removed = subprocess.run(  # noqa: S603
                ["/bin/rm", "-rf", "--", f"./{name}"],
                cwd=f"/proc/self/fd/{parent}",
                pass_fds=(parent,),
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                check=False,
            )
        if removed.returncode:
            raise refused("Not everything in it can be removed.")

    def used(self, most_files: int) -> tuple[int, int]:
        """Bytes and files, for where no file system counts them; stops counting at that many."""
        size = files = 0
        ahead: deque[int] = deque([os.open(".", os.O_RDONLY | os.O_CLOEXEC, dir_fd=self._root)])
        try:
            while ahead and files <= most_files:
                directory = ahead.popleft()
                try:
                    for item in os.scandir(directory):
                        files += 1
                        try:
                            size += item.stat(follow_symlinks=False).st_blocks * 512
                            if item.is_dir(follow_symlinks=False) and len(ahead) < _DEEPEST:
                                flags = os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC
                                ahead.append(os.open(item.name, flags, dir_fd=directory))
                        except OSError:
                            continue
                finally:
                    os.close(directory)
        finally:
            for directory in ahead:
                os.close(directory)
        return size, files

    @contextmanager
    def _parent(self, names: Sequence[str]) -> Generator[tuple[int, str], None, None]:
        if not names:
            raise OSError(errno.EISDIR, os.strerror(errno.EISDIR))
        with self._directory(names[:-1]) as parent:
            yield parent, names[-1]

    @contextmanager
    def _directory(
        self, names: Sequence[str], start: int | None = None
    ) -> Generator[int, None, None]:
        fd = os.dup(self._root if start is None else start)
        try:
            for name in names:
                below = os.open(name, _DIRECTORY, dir_fd=fd)
                os.close(fd)
                fd = below
            yield fd
        finally:
            os.close(fd)

    def _make(self, names: Sequence[str]) -> int:
        fd = os.dup(self._root)
        try:
            for name in names:
                try:
                    below = os.open(name, _DIRECTORY, dir_fd=fd)
                except FileNotFoundError:
                    os.mkdir(name, 0o755, dir_fd=fd)
                    below = os.open(name, _DIRECTORY, dir_fd=fd)
                os.close(fd)
                fd = below
        except OSError:
            os.close(fd)
            raise
        return fd


def _plain(item: "os.DirEntry[str]", place: Sequence[str]) -> Found | None:
    """What to show of a directory's item; None where nobody could ask for it by its name."""
    path = "/".join((*place, item.name))
    try:
        path.encode()
        seen = item.stat(follow_symlinks=False)
    except (OSError, UnicodeEncodeError):
        return None
    if not (stat.S_ISREG(seen.st_mode) or stat.S_ISDIR(seen.st_mode)):
        return None
    return _entry(path, seen)


def _entry(path: str, seen: os.stat_result) -> Found:
    return {
        "path": path,
        "directory": stat.S_ISDIR(seen.st_mode),
        "size": seen.st_size,
        "modified": seen.st_mtime,
    }


def _path(found: Found) -> str:
    return found["path"]


def _unlink(name: str, parent: int) -> None:
    with suppress(OSError):  # the session's code may have been quicker
        os.unlink(name, dir_fd=parent)
