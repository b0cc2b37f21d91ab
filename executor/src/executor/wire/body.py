"""Reading what a client sends, however hostile: bounded in bytes and in time."""

import asyncio
import json
import math
import time
from collections.abc import AsyncIterator
from typing import Any, NoReturn

from aiohttp.web import BaseRequest, RequestPayloadError

from executor.options import Patience
from executor.wire.refusal import Refusal

DIGITS = 400
"""A whole number needs fewer; Python's own limit is a setting of the process."""


async def pieces(
    request: BaseRequest, most: int, patience: Patience, target: str
) -> AsyncIterator[bytes]:
    """The body as it comes; refuses one that is too long or too slow."""
    if request.headers.get("Content-Encoding", "identity").strip().lower() != "identity":
        raise Refusal(
            415,
            "UnsupportedContentEncoding",
            "A compressed body is not accepted. Send it as it is, without Content-Encoding.",
            "Content-Encoding",
        )
    if (request.content_length or 0) > most:
        too_large(most, target)
    if request.headers.get("Expect", "").lower() == "100-continue":
        # The low-level server of aiohttp leaves this to its handler.
        await request.writer.write(b"HTTP/1.1 100 Continue\r\n\r\n")
        request.writer.output_size = 0
    began = time.monotonic()
    received = 0
    while True:
        left = patience.start + received / patience.rate - (time.monotonic() - began)
        try:
            # What is there already needs no timer.
            piece = request.content.read_nowait()
            if not piece and not request.content.at_eof():
                wait = min(patience.pause, max(left, 0.0))
                piece = await asyncio.wait_for(request.content.readany(), wait)
        except (asyncio.TimeoutError, TimeoutError):
            raise Refusal(
                408, "RequestTimeout", "The body came too slowly. Send it again.", target
            ) from None
        except (RequestPayloadError, ValueError) as problem:
            raise Refusal(
                400, "InvalidBody", f"The body is not well-formed HTTP: {plain(problem)}", target
            ) from None
        if not piece:
            return
        received += len(piece)
        if received > most:
            too_large(most, target)
        yield piece


def too_large(most: int, target: str) -> NoReturn:
    """Refuses what is longer than it may be."""
    raise Refusal(
        413,
        "RequestTooLarge",
        f"It has more bytes than the {most:,} that one request may carry. Send less at once.",
        target,
        headers={"Connection": "close"},
    )


def plain(problem: BaseException) -> str:
    """One line that may stand in an answer."""
    line = " ".join(str(problem).split())
    return "".join(letter if letter.isprintable() else "?" for letter in line)[:200]


async def read_json(
    request: BaseRequest, most: int, patience: Patience, *, any_type: bool = False
) -> dict[str, Any]:
    """The body as one JSON object."""
    if not any_type:
        check_type(request)
    whole = bytearray()
    async for piece in pieces(request, most, patience, "body"):
        whole += piece
    return parse_object(bytes(whole))


def check_type(request: BaseRequest) -> None:
    """Refuses what says that it is not JSON in UTF-8; saying nothing is fine."""
    if "Content-Type" not in request.headers:
        return
    kind = request.content_type
    if kind != "application/json" and not kind.endswith("+json"):
        raise Refusal(
            415,
            "UnsupportedMediaType",
            "The body has to be JSON: send Content-Type: application/json.",
            "Content-Type",
        )
    charset = (request.charset or "utf-8").strip("\"' ").lower()
    if charset not in ("utf-8", "utf8", "us-ascii", "ascii"):
        raise Refusal(415, "UnsupportedCharset", "JSON is accepted in UTF-8 only.", "Content-Type")


def parse_object(body: bytes) -> dict[str, Any]:
    """One JSON object, or a refusal that says what is wrong with it."""
    if not body.strip():
        not_json("The body is empty. Send a JSON object.")
    try:
        text = body.decode("utf-8")
    except UnicodeDecodeError as problem:
        not_json(f"The body is not UTF-8 at byte {problem.start}.")
    if text.startswith("\ufeff"):
        not_json("The body begins with a byte order mark. Send it without.")
    try:
        value = json.loads(
            text,
            object_pairs_hook=no_key_twice,
            parse_constant=no_constant,
            parse_float=finite,
            parse_int=short,
        )
    except RecursionError:
        not_json("The body is nested too deeply.")
    except json.JSONDecodeError as problem:
        not_json(f"The body is not JSON: {problem.msg} at character {problem.pos}.")
    except ValueError as problem:
        not_json(f"The body is not JSON that can be accepted: {problem}")
    if not isinstance(value, dict):
        not_json("The body has to be a JSON object.")
    try:
        text.encode("utf-8")
        json.dumps(value, ensure_ascii=False).encode("utf-8")
    except UnicodeEncodeError:
        not_json("The body has a lone surrogate in a string.")
    except RecursionError:
        not_json("The body is nested too deeply.")
    return value  # pyright: ignore[reportUnknownVariableType]


def not_json(message: str) -> NoReturn:
    """Refuses a body."""
    raise Refusal(400, "InvalidJson", message, "body")


def no_key_twice(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """An object in which a key comes twice means two things; it is refused."""
    taken: dict[str, Any] = {}
    for key, value in pairs:
        if key in taken:
            raise ValueError(f"the key {key[:40]!a} comes twice.")
        taken[key] = value
    return taken


def no_constant(name: str) -> NoReturn:
    """NaN and the infinities are not JSON."""
    raise ValueError(f"{name} is not a number in JSON.")


def finite(digits: str) -> float:
    """A number that fits a double."""
    number = float(digits)
    if math.isinf(number):
        raise ValueError("a number is too large.")
    return number


def short(digits: str) -> int:
    """A whole number that nobody has to compute for minutes."""
    if len(digits) > DIGITS:
        raise ValueError("a number has too many digits.")
    return int(digits)
