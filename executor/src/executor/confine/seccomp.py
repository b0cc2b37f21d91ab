"""Filters of system calls, assembled here so that no library is needed to load them.

Refused with EPERM is what only serves to get out, to look at other processes, to reach parts of the
system kernel that are rarely used and often broken, or to hold memory that no account shows.
"""

import errno
import struct
from typing import NamedTuple

from executor.confine.linux import ARM64, X86_64


class Call(NamedTuple):
    """The number of a system call on each architecture; None where it has none."""

    x86_64: int | None
    arm64: int | None


REFUSED = {
    # other processes
    "ptrace": Call(101, 117),
    "process_vm_readv": Call(310, 270),
    "process_vm_writev": Call(311, 271),
    "process_madvise": Call(440, 440),
    "kcmp": Call(312, 272),
    "pidfd_getfd": Call(438, 438),
    "move_pages": Call(279, 239),
    "migrate_pages": Call(256, 238),
    # namespaces, mounts, files of elsewhere
    "mount": Call(165, 40),
    "umount2": Call(166, 39),
    "pivot_root": Call(155, 41),
    "chroot": Call(161, 51),
    "unshare": Call(272, 97),
    "setns": Call(308, 268),
    "open_tree": Call(428, 428),
    "move_mount": Call(429, 429),
    "fsopen": Call(430, 430),
    "fsconfig": Call(431, 431),
    "fsmount": Call(432, 432),
    "fspick": Call(433, 433),
    "mount_setattr": Call(442, 442),
    "statmount": Call(457, 457),
    "listmount": Call(458, 458),
    "name_to_handle_at": Call(303, 264),
    "open_by_handle_at": Call(304, 265),
    "fanotify_init": Call(300, 262),
    # parts of the kernel with a history
    "keyctl": Call(250, 219),
    "add_key": Call(248, 217),
    "request_key": Call(249, 218),
    "bpf": Call(321, 280),
    "perf_event_open": Call(298, 241),
    "userfaultfd": Call(323, 282),
    "io_uring_setup": Call(425, 425),
    "io_uring_enter": Call(426, 426),
    "io_uring_register": Call(427, 427),
    "personality": Call(135, 92),
    "modify_ldt": Call(154, None),
    "lookup_dcookie": Call(212, 18),
    "nfsservctl": Call(180, 42),
    "vhangup": Call(153, 58),
    # the machine
    "init_module": Call(175, 105),
    "finit_module": Call(313, 273),
    "delete_module": Call(176, 106),
    "kexec_load": Call(246, 104),
    "kexec_file_load": Call(320, 294),
    "reboot": Call(169, 142),
    "swapon": Call(167, 224),
    "swapoff": Call(168, 225),
    "acct": Call(163, 89),
    "quotactl": Call(179, 60),
    "quotactl_fd": Call(443, 443),
    "syslog": Call(103, 116),
    "settimeofday": Call(164, 170),
    "clock_settime": Call(227, 112),
    "clock_adjtime": Call(305, 266),
    "adjtimex": Call(159, 171),
    "sethostname": Call(170, 161),
    "setdomainname": Call(171, 162),
    "iopl": Call(172, None),
    "ioperm": Call(173, None),
    # memory that belongs to no process and to no limited disk
    "memfd_create": Call(319, 279),
    "memfd_secret": Call(447, 447),
    "shmget": Call(29, 194),
    "shmat": Call(30, 196),
    "shmctl": Call(31, 195),
    "msgget": Call(68, 186),
    "semget": Call(64, 190),
}

_CLONE = Call(56, 220)
_CLONE3 = Call(435, 435)
_SOCKET = Call(41, 198)
_IOCTL = Call(16, 29)
_AUDIT_ARCH = {X86_64: 0xC000003E, ARM64: 0xC00000B7}
_X32 = 0x40000000

_NEW_NAMESPACES = 0x7E020000
_TERMINAL_INPUT = (0x5412, 0x541C)  # TIOCSTI, TIOCLINUX: typing for somebody else
_UNIX, _INET, _INET6, _NETLINK = 1, 2, 10, 16

_ALLOW = 0x7FFF0000
_KILL = 0x80000000
_LOAD, _EQUAL, _AT_LEAST, _ANY_BIT, _RETURN = 0x20, 0x15, 0x35, 0x45, 0x06
_NUMBER, _ARCH, _ARGUMENT_0, _ARGUMENT_1 = 0, 4, 16, 24


def program(machine: str, internet: bool) -> bytes:
    """The filter for an architecture. Without ``internet`` there are sockets within the machine
    only; that is for where no network namespace keeps the others from reaching anything."""
    if machine not in _AUDIT_ARCH:
        raise ValueError(f"There is no filter of system calls for {machine}.")
    families = (_UNIX, _INET, _INET6, _NETLINK) if internet else (_UNIX,)

    def number(call: Call) -> int | None:
        return call.x86_64 if machine == X86_64 else call.arm64

    refuse = _answer(errno.EPERM)
    lines = [
        _line(_LOAD, _ARCH),
        _line(_EQUAL, _AUDIT_ARCH[machine], skip_if_not=0, skip_if=1),
        _line(_RETURN, _KILL),
        _line(_LOAD, _NUMBER),
    ]
    if machine == X86_64:
        lines += [_line(_AT_LEAST, _X32, skip_if_not=1), _answer(errno.ENOSYS)]
    for call in REFUSED.values():
        if (own := number(call)) is not None:
            lines += [_line(_EQUAL, own, skip_if_not=1), refuse]
    # glibc then takes clone, whose flags can be seen here
    lines += [_line(_EQUAL, number(_CLONE3) or 0, skip_if_not=1), _answer(errno.ENOSYS)]
    lines += _when(
        number(_CLONE),
        [_line(_LOAD, _ARGUMENT_0), _line(_ANY_BIT, _NEW_NAMESPACES, skip_if_not=1), refuse],
    )
    lines += _when(
        number(_IOCTL),
        [_line(_LOAD, _ARGUMENT_1)]
        + [part for ask in _TERMINAL_INPUT for part in (_line(_EQUAL, ask, skip_if_not=1), refuse)],
    )
    lines += _when(
        number(_SOCKET),
        [_line(_LOAD, _ARGUMENT_0)]
        + [_line(_EQUAL, f, skip_if=len(families) - i) for i, f in enumerate(families)]
        + [_answer(errno.EAFNOSUPPORT)],
    )
    lines.append(_line(_RETURN, _ALLOW))
    return b"".join(lines)


def _when(number: int | None, then: list[bytes]) -> list[bytes]:
    """Lines for one call only; after them the call is allowed."""
    body = [*then, _line(_RETURN, _ALLOW)]
    return [_line(_EQUAL, number or 0, skip_if_not=len(body)), *body]


def _answer(number: int) -> bytes:
    return _line(_RETURN, 0x00050000 | number)


def _line(code: int, value: int, *, skip_if: int = 0, skip_if_not: int = 0) -> bytes:
    return struct.pack("HBBI", code, skip_if, skip_if_not, value)
