"""A root of its own, for all sessions, and what each session has for itself in it."""

import fcntl
import os
import socket
import struct
from collections.abc import Iterable
from pathlib import Path

from executor.confine import linux
from executor.confine.linux import MS_BIND, MS_NODEV, MS_NOEXEC, MS_NOSUID, MS_PRIVATE, MS_REC

USER = 1000
"""The user and group that a session sees itself as."""
NAME = "session"
HOME = f"/home/{NAME}"

_SYSTEM = ("usr", "lib", "lib32", "lib64", "libx32", "bin", "sbin")
_ETC = (
    "alternatives",
    "fonts",
    "ld.so.cache",
    "ld.so.conf",
    "ld.so.conf.d",
    "localtime",
    "matplotlibrc",
    "mime.types",
    "ssl/certs",
    "timezone",
)
_DEVICES = ("null", "zero", "full", "random", "urandom")
_FILES = {
    "etc/passwd": f"root:x:0:0::/:/bin/false\n{NAME}:x:{USER}:{USER}::{HOME}:/bin/sh\n",
    "etc/group": f"root:x:0:\n{NAME}:x:{USER}:\n",
    "etc/hosts": f"127.0.0.1 localhost {NAME}\n::1 localhost\n",
    "etc/nsswitch.conf": "passwd: files\ngroup: files\nhosts: files\n",
}
_OWN = {"mnt/data": 0o755, HOME[1:]: 0o755, "tmp": 0o1777, "dev/shm": 0o1777}
_DISK = "/tmp"  # noqa: S108 - where the disk is mounted, and then hidden by a part of itself
_SIOCGIFFLAGS, _SIOCSIFFLAGS, _IFF_UP = 0x8913, 0x8914, 1


def build_root(python: Iterable[Path]) -> None:
    """Makes a small read-only root of the system's programs and Python's, and enters it.

    Wants a mount namespace that nobody else uses. /proc is the old one still.
    """
    linux.mount("", "/", "", MS_REC | MS_PRIVATE)
    sources = _sources(python)
    opened = {place: os.open(source, os.O_PATH) for place, source in sources.items()}
    # Any directory does for a new root; what it hid is open already.
    linux.mount("tmpfs", _DISK, "tmpfs", MS_NOSUID | MS_NODEV, "size=1m,mode=755")
    os.chdir(_DISK)
    for name in _SYSTEM:
        if Path("/", name).is_symlink():
            Path(name).symlink_to(Path("/", name).readlink())
    for place, fd in opened.items():
        _bind(fd, Path(place))
        os.close(fd)
    for name, text in _FILES.items():
        Path(name).parent.mkdir(parents=True, exist_ok=True)
        Path(name).write_text(text, "utf-8")
    for name in (*_OWN, "proc"):
        Path(name).mkdir(parents=True, exist_ok=True)
    for number, name in enumerate(("stdin", "stdout", "stderr")):
        Path("dev", name).symlink_to(f"/proc/self/fd/{number}")
    Path("dev/fd").symlink_to("/proc/self/fd")
    linux.mount("/proc", "proc", "", MS_BIND | MS_REC)
    linux.pivot_root_here()
    linux.mount("", "/", "", linux.MS_BIND | 0x20 | linux.MS_RDONLY | MS_NOSUID | MS_NODEV)


def _sources(python: Iterable[Path]) -> dict[str, Path]:
    """What is bound, by its place under the new root."""
    directories = [Path("/", name) for name in _SYSTEM if _is_plain_directory(Path("/", name))]
    for path in sorted(python):
        if not any(path.is_relative_to(other) for other in directories) and path != Path("/"):
            directories.append(path)
    paths = directories + [Path("/etc", name) for name in _ETC]
    paths += [Path("/dev", name) for name in _DEVICES]
    return {str(path)[1:]: path for path in paths if path.exists()}


def _is_plain_directory(path: Path) -> bool:
    return path.is_dir() and not path.is_symlink()


def _bind(fd: int, place: Path) -> None:
    source = Path("/proc/self/fd", str(fd))
    if source.is_dir():
        place.mkdir(parents=True, exist_ok=True)
    else:
        place.parent.mkdir(parents=True, exist_ok=True)
        place.touch()
    linux.mount(str(source), str(place), "", MS_BIND | MS_REC)
    if place.parts[0] != "dev":
        linux.make_read_only(str(place))


def map_user(uid: int, gid: int) -> None:
    """Says who the one user of this new user namespace is outside."""
    linux.write_small("/proc/self/setgroups", b"deny")
    linux.write_small("/proc/self/uid_map", b"%d %d 1" % (USER, uid))
    linux.write_small("/proc/self/gid_map", b"%d %d 1" % (USER, gid))


def mount_proc() -> None:
    """The processes of the current pid namespace, and no others."""
    linux.mount("proc", "/proc", "proc", MS_NOSUID | MS_NODEV | MS_NOEXEC)


def hidden(python: Iterable[Path]) -> list[Path]:
    """The places of Python that a session's own directories lie over."""
    return [path for path in python if any(path.is_relative_to(Path("/", place)) for place in _OWN)]


def furnish(disk: int, files: int, hidden: Iterable[Path]) -> None:
    """Puts into new namespaces everything a session has for itself. What was hidden is there
    again."""
    linux.sethostname(NAME)
    _raise_loopback()
    _mount_disk(disk, files, hidden)


def own_session() -> None:
    """Gives this process, the first of its pid namespace, what nobody else could give it."""
    mount_proc()
    # Again a user namespace: processes are counted per user and namespace, and this one has no
    # power over the mounts.
    linux.unshare(linux.CLONE_NEWUSER)
    map_user(USER, USER)


def _mount_disk(size: int, files: int, hidden: Iterable[Path]) -> None:
    """One disk of limited size for all that a session can write; it goes with the session."""
    opened = {path: os.open(path, os.O_PATH) for path in hidden}
    options = f"size={size},nr_inodes={files},mode=755"
    linux.mount("tmpfs", _DISK, "tmpfs", MS_NOSUID | MS_NODEV, options)
    for place, mode in _OWN.items():
        own = Path(_DISK, Path(place).name)
        own.mkdir()
        own.chmod(mode)
    for place in sorted(_OWN, key="tmp".__eq__):  # its own hides the disk, so it comes last
        linux.mount(f"{_DISK}/{Path(place).name}", f"/{place}", "", MS_BIND)
    for path, fd in opened.items():
        path.mkdir(parents=True)
        linux.mount(f"/proc/self/fd/{fd}", str(path), "", MS_BIND | MS_REC)
        os.close(fd)


def _raise_loopback() -> None:
    with socket.socket() as any_socket:
        request = struct.pack("16sH14x", b"lo", 0)
        (_, flags) = struct.unpack("16sH14x", fcntl.ioctl(any_socket, _SIOCGIFFLAGS, request))
        fcntl.ioctl(any_socket, _SIOCSIFFLAGS, struct.pack("16sH14x", b"lo", flags | _IFF_UP))
