"""How the processes talk: packets with file descriptors, and frames in a stream."""

import array
import json
import socket
import struct
from collections.abc import Iterator, Sequence
from typing import Any, cast

PACKET = 128 * 1024
"""The largest packet, in bytes."""
BROKEN = 70
"""The exit code of a kernel that finds itself damaged by the code that it ran."""
_DESCRIPTORS = 8
_DEEPEST = 32
_LENGTH = struct.Struct(">I")

# Kept here because code in a kernel may replace what the json module offers.
_encode = json.JSONEncoder(ensure_ascii=True, allow_nan=False, separators=(",", ":")).encode


class ProtocolError(Exception):
    """The other side sent what it never should."""


Message = dict[str, Any]


def send_packet(to: socket.socket, message: Message, fds: Sequence[int] = ()) -> None:
    """Sends one message, with file descriptors."""
    data = _encode(message).encode()
    if len(data) > PACKET:
        raise ValueError(f"A message of {len(data)} bytes is too large.")
    rights = [(socket.SOL_SOCKET, socket.SCM_RIGHTS, array.array("i", fds))] if fds else []
    to.sendmsg([data], rights, socket.MSG_NOSIGNAL)


def receive_packet(source: socket.socket) -> tuple[Message, list[int]]:
    """The next message and its file descriptors. Raises EOFError when there is no other side."""
    data, rights, flags, _ = source.recvmsg(
        PACKET, socket.CMSG_SPACE(_DESCRIPTORS * 4), socket.MSG_CMSG_CLOEXEC
    )
    fds = array.array("i")
    for level, kind, content in rights:
        if level == socket.SOL_SOCKET and kind == socket.SCM_RIGHTS:
            fds.frombytes(content[: len(content) - len(content) % fds.itemsize])
    if not data:
        raise EOFError
    if flags & (socket.MSG_TRUNC | socket.MSG_CTRUNC):
        raise ProtocolError("a message was cut")
    return json.loads(data), list(fds)


def frame(message: Message) -> bytes:
    """A message for a stream: its length, then its JSON."""
    data = _encode(message).encode()
    return _LENGTH.pack(len(data)) + data


def read_frame(source: socket.socket) -> Message:
    """The next message of a stream that is trusted. Raises EOFError at its end."""
    (length,) = _LENGTH.unpack(_read(source, _LENGTH.size))
    return json.loads(_read(source, length))


def _read(source: socket.socket, count: int) -> bytes:
    parts: list[bytes] = []
    while count:
        part = source.recv(min(count, 1 << 20))
        if not part:
            raise EOFError
        parts.append(part)
        count -= len(part)
    return b"".join(parts)


class Frames:
    """Takes a stream apart that is not trusted: no frame is larger than the limit, nested deeper
    than a few levels, or anything but a JSON object of valid text."""

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._pending = bytearray()

    def feed(self, data: bytes) -> Iterator[tuple[Message, int]]:
        """The messages that are complete with this, with their lengths. Raises ProtocolError."""
        self._pending += data
        while len(self._pending) >= _LENGTH.size:
            (length,) = _LENGTH.unpack_from(self._pending)
            if length > self._limit:
                raise ProtocolError(f"a frame of {length} bytes")
            end = _LENGTH.size + length
            if len(self._pending) < end:
                break
            message = _parse(bytes(self._pending[_LENGTH.size : end]))
            del self._pending[:end]
            yield message, length


def _parse(data: bytes) -> Message:
    try:
        message = json.loads(data, parse_constant=_refuse)
        if b"\\ud" in data:  # perhaps half a character, which no encoder would take
            message = _whole(message)
    except (ValueError, RecursionError):
        raise ProtocolError("a frame that is no JSON") from None
    if not isinstance(message, dict) or _depth(message) > _DEEPEST:
        raise ProtocolError("a frame of another shape")
    return cast(Message, message)


def _refuse(constant: str) -> None:
    raise ValueError(constant)


def _whole(value: Any) -> Any:
    if isinstance(value, str):
        return value.encode("utf-8", "replace").decode()
    if isinstance(value, list):
        return [_whole(item) for item in cast(list[Any], value)]
    if isinstance(value, dict):
        return {_whole(key): _whole(item) for key, item in cast(Message, value).items()}
    return value


def _depth(value: Any) -> int:
    depth, level = 0, [value]
    while level:
        depth += 1
        level = [inner for item in level for inner in _within(item)]
    return depth


def _within(value: Any) -> list[Any]:
    """The lists and objects directly in a value."""
    if isinstance(value, dict):
        items = list(cast(Message, value).values())
    else:
        items = cast(list[Any], value)
    return [item for item in items if isinstance(item, (dict, list))]
