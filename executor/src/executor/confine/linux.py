"""The system calls that Python does not offer (before 3.12, or at all)."""

import contextlib
import ctypes
import os
import platform
import signal
import struct
import sys
from collections.abc import Callable, Iterable, Iterator
from functools import partial
from pathlib import Path
from typing import Any, NoReturn

CLONE_NEWNS = 0x00020000
CLONE_NEWCGROUP = 0x02000000
CLONE_NEWUTS = 0x04000000
CLONE_NEWIPC = 0x08000000
CLONE_NEWUSER = 0x10000000
CLONE_NEWPID = 0x20000000
CLONE_NEWNET = 0x40000000

MS_RDONLY = 1
MS_NOSUID = 2
MS_NODEV = 4
MS_NOEXEC = 8
MS_BIND = 0x1000
MS_REC = 0x4000
MS_PRIVATE = 0x40000
MNT_DETACH = 2

PR_SET_PDEATHSIG = 1
PR_SET_DUMPABLE = 4
PR_SET_SECCOMP = 22
PR_CAPBSET_DROP = 24
PR_SET_CHILD_SUBREAPER = 36
PR_SET_NO_NEW_PRIVS = 38
PR_CAP_AMBIENT = 47
PR_CAP_AMBIENT_CLEAR_ALL = 4

X86_64 = "x86_64"
ARM64 = "aarch64"
_PIVOT_ROOT = {X86_64: 155, ARM64: 41}
_CAPSET = {X86_64: 126, ARM64: 91}
_MOUNT_SETATTR = 442  # the same everywhere, as all calls since 2019

_MOUNT_ATTR_RDONLY = 1
_MOUNT_ATTR_NOSUID = 2
_MOUNT_ATTR_NODEV = 4
_AT_FDCWD = -100
_AT_RECURSIVE = 0x8000
_MADV_COLLAPSE = 25
_LARGE_PAGE = 2 * 1024 * 1024

_libc = ctypes.CDLL(None, use_errno=True)


class _Program(ctypes.Structure):
    _fields_ = [("length", ctypes.c_ushort), ("filter", ctypes.c_char_p)]


def machine() -> str:
    """The processor architecture, x86_64 or aarch64 where sessions can be confined."""
    return {"arm64": ARM64, "amd64": X86_64}.get(platform.machine(), platform.machine())


def check(result: int, what: str) -> int:
    """The result of a call, or its errno as an OSError that says what was attempted."""
    if result < 0:
        number = ctypes.get_errno()
        raise OSError(number, f"{what}: {os.strerror(number)}")
    return result


def syscall(what: str, number: int, *arguments: Any) -> int:
    """Any system call; numbers are passed as 64 bits wide."""
    wide = [
        ctypes.c_long(argument) if isinstance(argument, int) else argument for argument in arguments
    ]
    return check(_libc.syscall(ctypes.c_long(number), *wide), what)


def unshare(flags: int) -> None:
    """Leaves the namespaces named for new ones."""
    check(_libc.unshare(flags), "unshare")


def setns(fd: int, kind: int) -> None:
    """Enters (for processes: lets children enter) a namespace."""
    check(_libc.setns(fd, kind), "setns")


def mount(source: str, target: str, kind: str, flags: int = 0, options: str = "") -> None:
    """mount(2); empty texts stand for no argument."""
    done = _libc.mount(
        source.encode() or None,
        target.encode(),
        kind.encode() or None,
        ctypes.c_ulong(flags),
        options.encode() or None,
    )
    check(done, f"mount {kind or source} at {target}")


def detach(target: str) -> None:
    """Takes a mount away, at once for who looks for it and in time for who uses it."""
    check(_libc.umount2(target.encode(), MNT_DETACH), f"unmount {target}")


def make_read_only(target: str) -> None:
    """Makes a mount and all below it read-only, without set-uid programs and devices."""
    attributes = struct.pack(
        "QQQQ", _MOUNT_ATTR_RDONLY | _MOUNT_ATTR_NOSUID | _MOUNT_ATTR_NODEV, 0, 0, 0
    )
    syscall(
        f"make {target} read-only",
        _MOUNT_SETATTR,
        _AT_FDCWD,
        target.encode(),
        _AT_RECURSIVE,
        attributes,
        len(attributes),
    )


def pivot_root_here() -> None:
    """Makes the working directory the root, and lets go of the old one."""
    syscall("pivot_root", _PIVOT_ROOT[machine()], b".", b".")
    detach(".")
    os.chdir("/")


def prctl(option: int, *arguments: int) -> int:
    """prctl(2) with numbers."""
    wide = [ctypes.c_ulong(argument) for argument in (*arguments, 0, 0, 0, 0)[:4]]
    return check(_libc.prctl(option, *wide), f"prctl {option}")


def load_seccomp(instructions: bytes) -> None:
    """Puts a filter over all further system calls of this process and its children."""
    program = _Program(len(instructions) // 8, instructions)
    done = _libc.prctl(PR_SET_SECCOMP, ctypes.c_ulong(2), ctypes.byref(program), 0, 0)
    check(done, "load seccomp filter")


def sethostname(name: str) -> None:
    """Names the machine, in the current UTS namespace."""
    check(_libc.sethostname(name.encode(), ctypes.c_size_t(len(name))), "sethostname")


def drop_capabilities() -> None:
    """Gives up every privilege for good, also those a program could bring."""
    prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL)
    for capability in range(64):
        try:
            prctl(PR_CAPBSET_DROP, capability)
        except OSError:
            break  # the last one that this kernel knows was before
    header = struct.pack("Ii", 0x20080522, 0)
    syscall("capset", _CAPSET[machine()], header, bytes(24))
    prctl(PR_SET_NO_NEW_PRIVS, 1)


def die_with_parent(parent: int) -> None:
    """Has this process killed when its parent ends; to be asked again after a change of user."""
    prctl(PR_SET_PDEATHSIG, 9)
    if os.getppid() != parent:
        os._exit(1)


def quiet_signals() -> None:
    """As the first process of a namespace wants it: signals from inside it change nothing."""
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_DFL)


def close_all_but(keep: Iterable[int]) -> None:
    """Closes every file descriptor except those."""
    low = 0
    for fd in sorted(keep):
        if low < fd:  # of an empty range closerange closes everything
            os.closerange(low, fd)
        low = fd + 1
    os.closerange(low, 65536)


def large_pages() -> Iterator[Callable[[], object]]:
    """Has the memory of this process that is in no file lie in as few pages as can be, where the
    system can do that (Linux 6.1); in pieces. A fork writes down every page."""
    for line in Path("/proc/self/maps").read_text("utf-8").splitlines():
        addresses, access, _, _, file, *_ = line.split()
        if access != "rw-p" or file != "0":
            continue
        start, end = (int(address, 16) for address in addresses.split("-"))
        first = -(-start // _LARGE_PAGE) * _LARGE_PAGE
        for page in range(first, end - _LARGE_PAGE + 1, _LARGE_PAGE):
            # One that was not used yet is refused, and the others are not.
            yield partial(
                _libc.madvise,
                ctypes.c_void_p(page),
                ctypes.c_size_t(_LARGE_PAGE),
                _MADV_COLLAPSE,
            )


def wait_as_little(child: int) -> NoReturn:
    """Waits for a child to end, and ends; as another program, which lets go of all memory."""
    with contextlib.suppress(OSError):
        os.execv(  # noqa: S606 - our own
            sys.executable, [sys.executable, "-I", "-S", "-c", f"import os; os.waitpid({child}, 0)"]
        )
    os.waitpid(child, 0)
    os._exit(0)


def read_small(path: str) -> bytes:
    """A file of at most a page, with none of what Python offers for larger ones: somebody waits."""
    fd = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    try:
        return os.read(fd, 4096)
    finally:
        os.close(fd)


def write_small(path: str, content: bytes) -> None:
    """Writes to a file that is there, in one go, as the system kernel's own files want it."""
    fd = os.open(path, os.O_WRONLY | os.O_CLOEXEC)
    try:
        os.write(fd, content)
    finally:
        os.close(fd)


def threads() -> int:
    """How many threads this process has."""
    return sum(1 for _ in Path("/proc/self/task").iterdir())
