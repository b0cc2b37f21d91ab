"""multipart/form-data, read as a stream: only as much is held as a piece has."""

import re
from collections.abc import AsyncIterator
from dataclasses import dataclass
from email.message import Message
from email.utils import decode_rfc2231
from typing import NoReturn
from urllib.parse import unquote

from executor.wire.refusal import Refusal

HEAD = 16 * 1024
"""Bytes that the headers of a part may have."""
PREAMBLE = 4 * 1024
PARTS = 100


@dataclass(frozen=True)
class Part:
    """What the headers of a part say."""

    name: str | None
    filename: str | None


def boundary_of(content_type: str) -> bytes:
    """What separates the parts."""
    message = Message()
    message["Content-Type"] = content_type
    boundary = message.get_param("boundary")
    if message.get_content_type() != "multipart/form-data":
        raise Refusal(
            415,
            "UnsupportedMediaType",
            "A file is uploaded as multipart/form-data, in a field 'file' with a file name.",
            "Content-Type",
        )
    if not isinstance(boundary, str) or not 1 <= len(boundary) <= 200 or not boundary.isascii():
        malformed("Content-Type has no usable boundary.")
    return b"--" + boundary.encode("ascii")


def malformed(message: str) -> NoReturn:
    """Refuses a form."""
    raise Refusal(400, "InvalidForm", message, "body")


class Form:
    """The parts of a form, one after the other: ``part`` names the next, ``data`` is its bytes,
    to be read to the end before the next is asked for."""

    def __init__(self, boundary: bytes, pieces: AsyncIterator[bytes]) -> None:
        self._separator = b"\r\n" + boundary
        # The first separator need have no line before it.
        self._buffer = bytearray(b"\r\n")
        self._pieces = pieces
        self._parts = 0
        self._begun = False

    async def part(self) -> Part | None:
        """The next part; None after the last."""
        if not self._begun:
            await self._skip_preamble()
        while len(self._buffer) < 2:
            await self._more()
        if self._buffer.startswith(b"--"):
            return None
        self._parts += 1
        if self._parts > PARTS:
            malformed(f"The form has more than {PARTS} parts.")
        return part_of(await self._head())

    async def data(self) -> AsyncIterator[bytes]:
        """The bytes of the part."""
        while True:
            end = self._buffer.find(self._separator)
            if end >= 0:
                if end:
                    yield bytes(self._buffer[:end])
                del self._buffer[: end + len(self._separator)]
                return
            safe = len(self._buffer) - len(self._separator) + 1
            if safe > 0:
                yield bytes(self._buffer[:safe])
                del self._buffer[:safe]
            await self._more()

    async def _skip_preamble(self) -> None:
        self._begun = True
        while (start := self._buffer.find(self._separator)) < 0:
            if len(self._buffer) > PREAMBLE:
                malformed("The form does not begin with its boundary.")
            await self._more()
        del self._buffer[: start + len(self._separator)]

    async def _head(self) -> bytes:
        # Spaces may follow a boundary; then a line ends, and the headers end with an empty one.
        while (end := self._buffer.find(b"\r\n\r\n")) < 0:
            if len(self._buffer) > HEAD:
                malformed("The headers of a part are too long.")
            await self._more()
        if end > HEAD:
            malformed("The headers of a part are too long.")
        head = bytes(self._buffer[:end])
        del self._buffer[: end + 4]
        return head

    async def _more(self) -> None:
        try:
            self._buffer += await anext(self._pieces)
        except StopAsyncIteration:
            malformed("The form ends before its closing boundary.")


def part_of(head: bytes) -> Part:
    """Reads the headers of a part."""
    try:
        lines = head.decode("utf-8").split("\r\n")
    except UnicodeDecodeError:
        malformed("The headers of a part are not UTF-8.")
    disposition = ""
    for line in lines[1:]:
        name, colon, value = line.partition(":")
        if not colon or "\n" in line or "\r" in line:
            malformed("A part has a header that cannot be read.")
        if name.strip().lower() == "content-disposition":
            disposition = value.strip()
    parameters = parameters_of(disposition)
    return Part(parameters.get("name"), filename_of(parameters))


PARAMETER = re.compile(r';\s*([\w*-]+)\s*=\s*("(?:[^"\\]|\\.)*"|[^;"]*)', re.DOTALL)


def parameters_of(disposition: str) -> dict[str, str]:
    """The parameters of a Content-Disposition, without their quotes."""
    found: dict[str, str] = {}
    for name, value in PARAMETER.findall(disposition):
        if value.startswith('"'):
            # Browsers escape only the quote, and send a backslash as it is.
            value = value[1:-1].replace('\\"', '"')
        found.setdefault(name.lower(), value.strip())
    return found


def filename_of(parameters: dict[str, str]) -> str | None:
    """The file's name; the form that can carry every letter counts first."""
    extended = parameters.get("filename*")
    if extended is None:
        return parameters.get("filename")
    charset, _, text = decode_rfc2231(extended)
    if (charset or "utf-8").lower() not in ("utf-8", "us-ascii", "iso-8859-1"):
        malformed("The name of a file is in a charset other than UTF-8.")
    try:
        return unquote(text, encoding=charset or "utf-8", errors="strict")
    except UnicodeDecodeError:
        malformed("The name of a file is not UTF-8.")
