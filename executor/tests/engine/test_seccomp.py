"""The filters, interpreted here as the system kernel does it, for both architectures."""

import errno
import platform
import struct
from pathlib import Path

import pytest

from executor.confine.linux import ARM64, X86_64
from executor.confine.seccomp import REFUSED, program

ARCH = {X86_64: 0xC000003E, ARM64: 0xC00000B7}
ALLOW, KILL = 0x7FFF0000, 0x80000000


def answer(machine: str, number: int, *arguments: int, internet: bool = True, arch: int = 0) -> int:
    """What the filter says of a call."""
    lines = list(struct.iter_unpack("HBBI", program(machine, internet)))
    padded = [*arguments, *[0] * 6][:6]
    data = struct.pack("<IIQ6Q", number, arch or ARCH[machine], 0, *padded)
    accumulator = position = 0
    while True:
        code, if_so, if_not, value = lines[position]
        position += 1
        if code == 0x20:
            (accumulator,) = struct.unpack_from("<I", data, value)
        elif code == 0x06:
            return value
        else:
            holds = {
                0x15: accumulator == value,
                0x35: accumulator >= value,
                0x45: bool(accumulator & value),
            }[code]
            position += if_so if holds else if_not


def refused(number: int = errno.EPERM) -> int:
    return 0x00050000 | number


def number(name: str, machine: str) -> int | None:
    call = REFUSED[name]
    return call.x86_64 if machine == X86_64 else call.arm64


@pytest.mark.parametrize("machine", [X86_64, ARM64])
@pytest.mark.parametrize("name", REFUSED)
def test_what_only_serves_to_get_out_is_refused(machine: str, name: str) -> None:
    own = number(name, machine)
    if own is not None:
        assert answer(machine, own) == refused()


@pytest.mark.parametrize(
    ("machine", "calls"),
    [
        (X86_64, {"read": 0, "write": 1, "mmap": 9, "fork": 57, "execve": 59, "futex": 202}),
        (ARM64, {"read": 63, "write": 64, "mmap": 222, "execve": 221, "futex": 98}),
    ],
)
def test_what_programs_need_is_allowed(machine: str, calls: dict[str, int]) -> None:
    for own in calls.values():
        assert answer(machine, own) == ALLOW


@pytest.mark.parametrize(("machine", "clone"), [(X86_64, 56), (ARM64, 220)])
def test_processes_and_threads_may_be_made_and_namespaces_not(machine: str, clone: int) -> None:
    thread = 0x3D0F00
    assert answer(machine, clone, 17) == ALLOW
    assert answer(machine, clone, thread) == ALLOW
    for flag in (
        0x00020000,
        0x02000000,
        0x04000000,
        0x08000000,
        0x10000000,
        0x20000000,
        0x40000000,
    ):
        assert answer(machine, clone, 17 | flag) == refused()
    assert answer(machine, 435, 0) == refused(errno.ENOSYS)


@pytest.mark.parametrize(("machine", "call"), [(X86_64, 41), (ARM64, 198)])
@pytest.mark.parametrize(
    ("family", "anywhere", "nowhere"),
    [(1, True, True), (2, True, False), (10, True, False), (16, True, False)]
    + [(family, False, False) for family in (17, 21, 38, 40)],
)
def test_sockets_are_of_few_families(
    machine: str, call: int, family: int, anywhere: bool, nowhere: bool
) -> None:
    no = refused(errno.EAFNOSUPPORT)
    assert answer(machine, call, family) == (ALLOW if anywhere else no)
    assert answer(machine, call, family, internet=False) == (ALLOW if nowhere else no)


@pytest.mark.parametrize(("machine", "call"), [(X86_64, 16), (ARM64, 29)])
def test_nobody_types_for_somebody_else(machine: str, call: int) -> None:
    assert answer(machine, call, 0, 0x5412) == refused()
    assert answer(machine, call, 0, 0x541C) == refused()
    assert answer(machine, call, 0, (1 << 32) | 0x5412) == refused()
    assert answer(machine, call, 0, 0x5401) == ALLOW


def test_calls_by_another_convention_end_the_process_or_fail() -> None:
    assert answer(X86_64, 1, arch=0x40000003) == KILL
    assert answer(ARM64, 4, arch=0x40000028) == KILL
    assert answer(X86_64, 0x40000000 + 101) == refused(errno.ENOSYS)


def test_there_is_no_filter_for_an_unknown_architecture() -> None:
    with pytest.raises(ValueError, match="riscv64"):
        program("riscv64", internet=True)


@pytest.mark.parametrize(
    ("machine", "header"),
    [
        (X86_64, "/usr/include/x86_64-linux-gnu/asm/unistd_64.h"),
        (ARM64, "/usr/include/asm-generic/unistd.h"),
    ],
)
def test_numbers_are_those_of_the_system_s_headers(machine: str, header: str) -> None:
    if not Path(header).exists() or (machine == X86_64 and platform.machine() != X86_64):
        pytest.skip(f"there is no {header} here, which only confirms what stands in the table")
    words = [line.split() for line in Path(header).read_text("utf-8").splitlines()]
    named = {w[1][5:]: int(w[2]) for w in words if len(w) == 3 and w[2].isdigit() and "NR_" in w[1]}

    known = [name for name in REFUSED if name in named]

    assert len(known) > 40
    for name in known:
        assert number(name, machine) == named[name], name
