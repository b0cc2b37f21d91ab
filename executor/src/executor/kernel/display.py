"""What a cell shows: values and displays, as bundles of representations that fit into JSON."""

import base64
import math
from collections.abc import Callable, Mapping
from typing import Any

LONGEST_TEXT = 1024 * 1024

Emit = Callable[[str, dict[str, Any], dict[str, Any]], None]
"""Takes the kind of an output, its data and its metadata."""


def bundle(data: Mapping[str, Any]) -> dict[str, Any]:
    """Representations with binary ones as base64, and none that JSON could not hold."""
    fitting: dict[str, Any] = {}
    for kind, content in data.items():
        if isinstance(content, (bytes, bytearray)):
            fitting[kind] = base64.b64encode(content).decode()
        elif isinstance(content, str):
            fitting[kind] = whole(content)
        elif kind.endswith("json") and isinstance(content, (dict, list)):
            fitting[kind] = content
    return fitting


def whole(text: str) -> str:
    """Text that every encoder takes: half characters become question marks."""
    return text.encode("utf-8", "replace").decode()


def cut(text: str) -> str:
    """Text of bearable length."""
    if len(text) <= LONGEST_TEXT:
        return text
    return f"{text[:LONGEST_TEXT]}\n[{len(text) - LONGEST_TEXT} more characters left out]"


def plain(value: Any, text: str) -> Any:
    """A value as JSON where it is one (NaN is null there), otherwise its text."""
    if type(value).__module__ == "numpy" and getattr(value, "ndim", None) == 0:
        value = value.item()
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, int) and abs(value) < 1 << 63:
        return int(value)
    if isinstance(value, float) and not math.isinf(value):
        return None if math.isnan(value) else float(value)
    if isinstance(value, str):
        return cut(whole(str(value)))
    return text
