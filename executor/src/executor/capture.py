"""What a run shows: kept up to its limits, and checked, as anybody may have sent it."""

import codecs
from collections.abc import Callable
from typing import Any, cast

from executor.frames import Message, ProtocolError
from executor.outcome import Output, Stream

_KINDS = ("display", "figure", "value")


class Text:
    """What came of one stream, up to a limit."""

    def __init__(self, limit: int, tell: Callable[[str], None]) -> None:
        self.cut = 0
        self._room = limit
        self._tell = tell
        self._parts: list[str] = []
        self._decoder = codecs.getincrementaldecoder("utf-8")("replace")

    def add(self, data: bytes) -> None:
        """More of it."""
        kept = data[: self._room]
        self._room -= len(kept)
        self.cut += len(data) - len(kept)
        self._take(self._decoder.decode(kept))

    def skip(self, count: int) -> None:
        """More of it, that nobody has looked at."""
        self.cut += count

    @property
    def full(self) -> bool:
        """Whether anything more will be left out."""
        return self._room <= 0

    def end(self) -> str:
        """All of it, with a marker where something is missing."""
        self._take(self._decoder.decode(b"", final=self.cut == 0))
        if self.cut:
            self._take(f"\n[output limit reached: {self.cut} more bytes left out]\n")
        return "".join(self._parts)

    def _take(self, text: str) -> None:
        if text:
            self._parts.append(text)
            self._tell(text)


class Capture:
    """What one run shows."""

    def __init__(
        self, limit: int, displays: int, on_output: Callable[[Stream, str], None] | None
    ) -> None:
        tell = on_output or _nowhere
        self.texts: dict[Stream, Text] = {
            "stdout": Text(limit, lambda text: tell("stdout", text)),
            "stderr": Text(limit, lambda text: tell("stderr", text)),
        }
        self.outputs: list[Output] = []
        self.outputs_cut = 0
        self._room = displays

    def show(self, message: Message, size: int) -> None:
        """An output that a kernel sent; checked, as anybody may have sent it."""
        kind, data, metadata = message.get("output"), message.get("data"), message.get("metadata")
        if kind not in _KINDS or not _is_bundle(data) or not isinstance(metadata, dict):
            raise ProtocolError("an output of another shape")
        self._room -= size
        if self._room < 0:
            self.outputs_cut += 1
        else:
            self.outputs.append(Output(kind, cast(Message, data), cast(Message, metadata)))


def _nowhere(_stream: Stream, _text: str) -> None:
    """For whom nobody listens."""


def _is_bundle(data: Any) -> bool:
    return isinstance(data, dict) and all(
        isinstance(content, str) or (kind.endswith("json") and isinstance(content, (dict, list)))
        for kind, content in cast(dict[str, Any], data).items()
    )
