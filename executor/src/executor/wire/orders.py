"""What is to be run, read from the bodies of the three dialects."""

import base64
import binascii
import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, cast

from executor.wire.refusal import Findings
from executor.wire.versions import SHORT

MOST_OUTPUT = 16 * 1024 * 1024


@dataclass(frozen=True)
class Order:
    """One run, as asked for."""

    code: str = ""
    """Python, unless there is a command."""
    command: str | tuple[str, ...] | None = None
    """For a shell, or a program with its arguments."""
    stdin: str = ""
    asynchronous: bool = False
    timeout: float = 60.0
    output_limit: int | None = None
    """Characters of stdout and stderr each; None: the session's own."""
    empty_kernel: bool = False
    jupyter_format: bool = False

    def digest(self) -> bytes:
        """The same for two orders that would run the same thing."""
        what = [self.code, self.command, self.stdin, self.empty_kernel]
        return hashlib.sha256(json.dumps(what).encode()).digest()

    def size(self) -> int:
        """About how much memory it holds while it waits."""
        command = self.command or ""
        words = command if isinstance(command, str) else "".join(command)
        return len(self.code) + len(words) + len(self.stdin)


@dataclass(frozen=True)
class Rules:
    """What the server allows."""

    longest: float
    """Seconds that a run may ask for."""
    usual: float = 60.0
    """Seconds when nothing is said."""


class Reader:
    """Takes fields out of an object and remembers everything that is wrong with them."""

    def __init__(self, fields: Mapping[str, Any], findings: Findings) -> None:
        self.fields = fields
        self.findings = findings

    def text(self, name: str) -> str | None:
        """A string, or nothing."""
        value = self.fields.get(name)
        if value is None:
            return None
        if not isinstance(value, str):
            self.findings.add("InvalidField", f"{name} has to be a string.", name)
            return None
        if "\0" in value:
            self.findings.add("InvalidField", f"{name} must not hold NUL.", name)
            return None
        return value

    def choice(self, name: str, usual: str, *others: str) -> str:
        """One of a few words, whatever their case."""
        value = self.text(name)
        words = (usual, *others)
        for word in words:
            if value is None or value.lower() == word.lower():
                return word
        self.findings.add("InvalidField", f"{name} is one of {', '.join(words)}.", name)
        return usual

    def flag(self, *names: str) -> bool:
        """True or false, under any of its names."""
        for name in names:
            value = self.fields.get(name)
            if value is not None and not isinstance(value, bool):
                self.findings.add("InvalidField", f"{name} is true or false.", name)
            elif value:
                return True
        return False

    def number(self, name: str, least: float, most: float) -> float | None:
        """A number within bounds, or nothing."""
        value = self.fields.get(name)
        if value is None:
            return None
        if isinstance(value, bool) or not isinstance(value, int | float):
            self.findings.add("InvalidField", f"{name} has to be a number.", name)
        elif not least <= value <= most:
            self.findings.add("InvalidField", f"{name} is between {least:g} and {most:g}.", name)
        else:
            return value
        return None

    def words(self, name: str) -> tuple[str, ...] | None:
        """A list of strings that is not empty, or nothing."""
        value = self.fields.get(name)
        if value is None:
            return None
        given = cast("list[Any]", value) if isinstance(value, list) else []
        listed = tuple(word for word in given if isinstance(word, str) and "\0" not in word)
        if not listed or len(listed) != len(given):
            self.findings.add(
                "InvalidField", f"{name} has to be a list of strings without NUL.", name
            )
            return None
        return listed


def flat(body: Mapping[str, Any], rules: Rules, findings: Findings, *, short: bool) -> Order:
    """The body of ``POST /executions``, since 2024-10-02."""
    if isinstance(body.get("properties"), dict) and "code" not in body:
        findings.add(
            "InvalidField",
            "The fields stand at the top of the body. The wrapper 'properties' belongs to "
            "/code/execute of the older versions.",
            "properties",
        )
        return Order()
    read = Reader(body, findings)
    limit = read.number("outputStreamsMaxLength", 1, MOST_OUTPUT)
    line, argv = read.text("shellCommand"), read.words("execCommandAndArgs")
    command = line if argv is None else argv
    if "code" in body and body["code"] is not None:
        command = None
    order = Order(
        code=code(read) if command is None else "",
        command=command,
        stdin=read.text("stdin") or "",
        asynchronous=read.choice("executionType", "Synchronous", "Asynchronous") == "Asynchronous",
        timeout=read.number("timeoutInSeconds", 1, rules.longest) or rules.usual,
        output_limit=int(limit) if limit else (SHORT if short else None),
        empty_kernel=read.flag("useEmptyKernel"),
        jupyter_format=read.flag("returnJupyterFormatExecutionResult", "returnJupyterFormat"),
    )
    one_of(body, findings)
    return order


def one_of(body: Mapping[str, Any], findings: Findings) -> None:
    """There is exactly one thing to run."""
    ways = ("code", "shellCommand", "execCommandAndArgs")
    given = [way for way in ways if body.get(way) is not None]
    if not given:
        findings.add("MissingCode", "There is nothing to run: send code, or shellCommand.", "code")
    if len(given) > 1:
        findings.add("InvalidField", f"Only one of {', '.join(given)} can be run.", given[1])
    if body.get("stdin") is not None and given == ["code"]:
        findings.add("InvalidField", "stdin belongs to a shell command.", "stdin")


def wrapped(body: Mapping[str, Any], rules: Rules, findings: Findings) -> Order:
    """The body of ``POST /code/execute``, before 2024-10-02."""
    properties = body.get("properties")
    if not isinstance(properties, dict):
        findings.add(
            "InvalidField",
            "The fields stand in an object 'properties'. Without it they belong to /executions "
            "of the newer versions.",
            "properties",
        )
        return Order()
    fields = cast("dict[str, Any]", properties)
    read = Reader(fields, findings)
    if fields.get("code") is None:
        findings.add("MissingCode", "There is nothing to run: send properties.code.", "code")
    return Order(
        code=code(read),
        asynchronous=read.choice("executionType", "Synchronous", "Asynchronous") == "Asynchronous",
        timeout=read.number("timeoutInSeconds", 1, rules.longest) or rules.usual,
    )


def code(read: Reader) -> str:
    """The code itself, whichever way it is written."""
    kind = read.choice("codeInputType", "Inline", "InlineText", "InlineBase64")
    text = read.text("code") or ""
    if kind != "InlineBase64":
        return text
    try:
        decoded = base64.b64decode(text, validate=True).decode("utf-8")
    except (binascii.Error, UnicodeDecodeError, ValueError):
        read.findings.add("InvalidField", "code has to be Base64 of UTF-8.", "code")
        return ""
    if "\0" in decoded:
        read.findings.add("InvalidField", "code must not hold NUL.", "code")
    return decoded


SHELLS = {"bash": "bash", "sh": "sh"}


def legacy(body: Mapping[str, Any], rules: Rules, findings: Findings) -> Order:
    """The body of ``/execute``: fields at the top or in ``properties``."""
    wrapper = body.get("properties")
    fields = dict(cast("dict[str, Any]", wrapper) if isinstance(wrapper, dict) else body)
    for name, alias in (("shellCommand", "command"), ("timeoutInSeconds", "timeout")):
        if fields.get(name) is None:
            fields[name] = fields.get(alias)
    read = Reader(fields, findings)
    written, shell = read.text("code") or "", read.text("shellCommand") or ""
    timeout = read.number("timeoutInSeconds", 1, rules.longest) or 30.0
    language = (read.text("language") or "python").lower()
    if shell.strip():
        return Order(command=shell, timeout=timeout)
    if not written.strip():
        if not findings.found:
            findings.add("MissingCode", "No code or command provided", "code")
        return Order()
    if language in SHELLS:
        return Order(command=(SHELLS[language], "-c", written), timeout=timeout)
    if language != "python":
        findings.add("UnsupportedLanguage", f"Unsupported language: {language[:40]}", "language")
    return Order(code=written, timeout=timeout)
