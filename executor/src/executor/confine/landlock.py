"""Landlock: a process gives up, for itself and its children, all files but those it names.

What it does not cover is refused elsewhere (the network by a filter of system calls) or not at
all: other processes of the same user are seen in the process list, and with an old kernel they can
be sent signals.
"""

import os
import struct
from collections.abc import Iterable
from pathlib import Path

from executor.confine import linux

_CREATE_RULESET, _ADD_RULE, _RESTRICT_SELF = 444, 445, 446
_VERSION = 1
_PATH_BENEATH = 1

# Rights in the order of their bits; each version of Landlock knows some more.
_EXECUTE, _WRITE_FILE, _READ_FILE, _READ_DIR = 1, 2, 4, 8
_TRUNCATE = 1 << 14
_FILE_RIGHTS = {1: (1 << 13) - 1, 2: (1 << 14) - 1, 3: (1 << 15) - 1, 5: (1 << 16) - 1}
_TCP = 3  # bind, connect: since 4
_SCOPES = 3  # abstract sockets, signals: since 6
_OF_A_FILE = _EXECUTE | _WRITE_FILE | _READ_FILE | _TRUNCATE | 1 << 15


def version() -> int:
    """Of this kernel's Landlock; 0 where there is none."""
    try:
        return linux.syscall("ask for Landlock", _CREATE_RULESET, 0, 0, _VERSION)
    except OSError:
        return 0


def restrict(readable: Iterable[Path], writable: Iterable[Path]) -> None:
    """From here on only what is named can be read (and run), or changed. Paths that do not exist
    are left out."""
    known = version()
    rights = max((bits for since, bits in _FILE_RIGHTS.items() if since <= known), default=0)
    if not rights:
        raise OSError("This kernel has no Landlock.")
    attributes = struct.pack("Q", rights)
    if known >= 4:
        attributes += struct.pack("Q", _TCP)
    if known >= 6:
        attributes += struct.pack("Q", _SCOPES)
    rules = linux.syscall("make Landlock rules", _CREATE_RULESET, attributes, len(attributes), 0)
    try:
        for paths, allowed in ((readable, _EXECUTE | _READ_FILE | _READ_DIR), (writable, rights)):
            for path in paths:
                _allow(rules, path, allowed & rights)
        linux.prctl(linux.PR_SET_NO_NEW_PRIVS, 1)
        linux.syscall("restrict by Landlock", _RESTRICT_SELF, rules, 0)
    finally:
        os.close(rules)


def _allow(rules: int, path: Path, allowed: int) -> None:
    try:
        fd = os.open(path, os.O_PATH | os.O_CLOEXEC)
    except OSError:
        return
    try:
        if not path.is_dir():
            allowed &= _OF_A_FILE
        rule = struct.pack("=Qi", allowed, fd)
        linux.syscall(f"allow {path}", _ADD_RULE, rules, _PATH_BENEATH, rule, 0)
    finally:
        os.close(fd)
