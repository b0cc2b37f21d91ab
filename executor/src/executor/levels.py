"""The ways to confine a session, strongest first; which one it is, is found out by trying."""

import contextlib
import fcntl
import os
import subprocess
import tempfile
from abc import ABC, abstractmethod
from collections.abc import Iterator
from pathlib import Path

from executor.confine import landlock, limits, linux, namespaces, seccomp
from executor.confine.spaces import Spaces
from executor.files import DATA
from executor.inside.place import Place, python_paths
from executor.settings import Level, Settings

_TEMPORARY = "/tmp"  # noqa: S108 - of its own
_SAME_PLACE = Place(DATA, namespaces.HOME, _TEMPORARY)
_SESSIONS = "millrace-sessions-"
_DEVICES = ("/dev/null", "/dev/zero", "/dev/full", "/dev/random", "/dev/urandom")
_SYSTEM = ("/usr", "/lib", "/lib32", "/lib64", "/bin", "/sbin")
_ETC = ("alternatives", "fonts", "ld.so.cache", "localtime", "matplotlibrc", "mime.types", "ssl")


class Confinement(ABC):
    """One way, as the warm process and the sessions forked from it go it."""

    name: Level
    alone: bool
    """Whether a session's processes are in a pid namespace of their own."""
    count_disk: bool
    """Whether nobody but the session's first process limits its disk."""
    place: Place | None = None
    """Where sessions live, when that is called the same in all of them."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        # Each session is spared what is the same for all.
        self._python = python_paths()

    def enter(self) -> None:
        """Prepares the warm process, which may be another process afterwards."""
        _drop_root(self._settings.user)
        linux.die_with_parent(os.getppid())

    def settle(self) -> None:  # noqa: B027 - often there is nothing
        """The warm-up is over. A helper forked before it would keep a copy of the old memory, so it
        is replaced."""

    def fork(self) -> int:
        """Forks what becomes the first process of a session."""
        return os.fork()

    def kept(self) -> tuple[int, ...]:
        """The descriptors that it needs to confine itself, which closes them."""
        return ()

    @abstractmethod
    def confine(self) -> Place:
        """Confines the first process of a session."""

    def clean(self) -> None:  # noqa: B027 - often there is nothing
        """Removes what sessions that are no more have left."""

    def restrict(self, place: Place) -> None:  # noqa: B027 - often it is nothing
        """What each process of a session does before it runs code."""

    def left_behind(self, place: Place) -> dict[str, str]:
        """What the owner of a session has to ``remove`` or ``empty`` when it has ended."""
        return {}

    def _refuse_calls(self, refused: bytes) -> None:
        linux.drop_capabilities()
        linux.prctl(linux.PR_SET_DUMPABLE, 0)
        linux.load_seccomp(refused)


class Namespaces(Confinement):
    """Everything of its own: processes, files, network, and a disk of limited size."""

    name: Level = "namespaces"
    alone = True
    count_disk = False
    place = _SAME_PLACE

    def __init__(self, settings: Settings) -> None:
        super().__init__(settings)
        self._hidden = namespaces.hidden(self._python)

    def enter(self) -> None:
        self._refused = seccomp.program(linux.machine(), internet=True)
        rooted = os.geteuid() == 0 and self._root_as_root()
        _drop_root(self._settings.user)
        uid, gid = os.getuid(), os.getgid()
        linux.unshare(linux.CLONE_NEWUSER | linux.CLONE_NEWPID | linux.CLONE_NEWNS)
        namespaces.map_user(uid, gid)
        if not rooted:
            namespaces.build_root(self._python)
        linux.die_with_parent(os.getppid())
        if pid := os.fork():
            linux.close_all_but((0, 1, 2))
            linux.wait_as_little(pid)
        linux.die_with_parent(0)  # nobody, seen from in here
        self._processes = os.open("/proc/self/ns/pid", os.O_RDONLY | os.O_CLOEXEC)
        namespaces.mount_proc()
        self._spaces = Spaces(self._furnish)

    def _furnish(self) -> None:
        most = self._settings.limits
        namespaces.furnish(most.disk, most.files, self._hidden)

    def settle(self) -> None:
        self._spaces.close()
        self._spaces = Spaces(self._furnish)

    def _root_as_root(self) -> bool:
        """Root may use a Python that nobody else can reach. In a container, root may do less."""
        try:
            linux.unshare(linux.CLONE_NEWNS)
        except PermissionError:
            return False
        namespaces.build_root(self._python)
        return True

    def kept(self) -> tuple[int, ...]:
        return (self._spaces.fileno(),)

    def fork(self) -> int:
        self._spaces.order()
        pid = -1
        try:
            linux.unshare(linux.CLONE_NEWPID)
            pid = os.fork()
        finally:
            if pid != 0:
                linux.setns(self._processes, linux.CLONE_NEWPID)
            if pid < 0:
                self._spaces.take_back()
        return pid

    def confine(self) -> Place:
        self._spaces.move_in()
        namespaces.own_session()
        limits.apply(self._settings.limits, counted_alone=True)
        self._refuse_calls(self._refused)
        return _SAME_PLACE


class Landlock(Confinement):
    """No files but its own and the system's programs, and no network at all."""

    name: Level = "landlock"
    alone = False
    count_disk = True

    def __init__(self, settings: Settings) -> None:
        super().__init__(settings)
        parent = settings.directory or Path(tempfile.gettempdir())
        self._directory = parent / f"{_SESSIONS}{os.getpid()}"

    def enter(self) -> None:
        if not landlock.version():
            raise OSError("This kernel has no Landlock.")
        self._refused = seccomp.program(linux.machine(), internet=False)
        self._enter()

    def _enter(self) -> None:
        self._directory.mkdir(mode=0o711, parents=True, exist_ok=True)
        if os.geteuid() == 0:
            os.chown(self._directory, self._settings.user, self._settings.user)
        super().enter()
        for path in self._python:
            if not os.access(path, os.R_OK | os.X_OK):
                raise OSError(f"{path} cannot be read by the unprivileged user {os.getuid()}.")
        linux.prctl(linux.PR_SET_CHILD_SUBREAPER, 1)
        for other in self._directory.parent.glob(f"{_SESSIONS}*"):
            if not Path("/proc", other.name.removeprefix(_SESSIONS)).exists():
                _remove(other)  # its owner was killed

    def clean(self) -> None:
        _remove(*self._directory.iterdir())

    def confine(self) -> Place:
        linux.prctl(linux.PR_SET_CHILD_SUBREAPER, 1)
        place = self._own_place()
        limits.apply(self._settings.limits, counted_alone=False)
        self._refuse_calls(self._refused)
        return place

    def restrict(self, place: Place) -> None:
        linux.die_with_parent(os.getppid())
        readable = [*self._python, *map(Path, _SYSTEM), *(Path("/etc", name) for name in _ETC)]
        writable = [place.data, place.home, place.temporary, *_DEVICES]
        landlock.restrict(readable, map(Path, writable))

    def left_behind(self, place: Place) -> dict[str, str]:
        left = {"remove": str(Path(place.home).parent)}
        return {**left, "empty": place.data} if place.data == DATA else left

    def _own_place(self) -> Place:
        own = Path(tempfile.mkdtemp(dir=self._directory))
        place = Place(f"{own}/data", f"{own}/home", f"{own}/temporary")
        for directory in (place.home, place.temporary):
            Path(directory).mkdir()
        if _take_for_alone(DATA):
            return Place(DATA, place.home, place.temporary)
        Path(place.data).mkdir()
        return place


class Unconfined(Landlock):
    """Nothing but limits."""

    name: Level = "none"

    def enter(self) -> None:
        self._enter()

    def confine(self) -> Place:
        linux.prctl(linux.PR_SET_CHILD_SUBREAPER, 1)
        place = self._own_place()
        limits.apply(self._settings.limits, counted_alone=False)
        linux.drop_capabilities()
        return place

    def restrict(self, place: Place) -> None:
        linux.die_with_parent(os.getppid())


def wanted(settings: Settings) -> Iterator[Confinement]:
    """What to try, strongest first."""
    ways: tuple[type[Confinement], ...] = (Namespaces, Landlock, Unconfined)
    first = [way.name for way in ways].index(settings.strongest)
    for way in ways[first:]:
        if way is not Unconfined or settings.unsandboxed:
            yield way(settings)


def _drop_root(user: int) -> None:
    if os.geteuid() != 0:
        return
    os.setgroups([])
    os.setresgid(user, user, user)
    os.setresuid(user, user, user)
    linux.prctl(linux.PR_SET_DUMPABLE, 1)  # else its own /proc would belong to root


def _remove(*paths: Path) -> None:
    """By a program: what code has made can be deeper than a stack. What is not ours stays."""
    command = ["/bin/rm", "-rf", "--", *map(str, paths)]
    subprocess.run(command, check=False, stderr=subprocess.DEVNULL)  # noqa: S603


def _take_for_alone(directory: str) -> bool:
    """Whether this directory, prepared in an image, is there for the one session that may have it.
    It is as long as this process lives."""
    if not os.access(directory, os.W_OK):
        return False
    with contextlib.suppress(OSError):
        fcntl.flock(os.open(directory, os.O_RDONLY | os.O_CLOEXEC), fcntl.LOCK_EX | fcntl.LOCK_NB)
        return True
    return False
