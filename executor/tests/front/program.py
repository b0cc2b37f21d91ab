"""The whole program, as somebody starts it."""

import json
import secrets
import subprocess
import sys
from typing import IO

from stories import Server


class Program:
    """``python -I -m executor``, ready."""

    def __init__(self, *options: str, token: str | None = None) -> None:
        container = "--container" in options
        self.token = None if container else token or secrets.token_hex(16)
        self.process = subprocess.Popen(  # noqa: S603 - our own program
            [sys.executable, "-I", "-m", "executor", *options],
            stdin=subprocess.DEVNULL if container else subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        )
        if self.token is not None:
            self.stdin.write(self.token.encode() + b"\n")
            self.stdin.flush()
        assert self.process.stdout is not None
        line = self.process.stdout.readline()
        assert line, self.errors()
        self.ready = json.loads(line)
        self.server = Server(self.ready["port"], self.token)

    @property
    def stdin(self) -> IO[bytes]:
        assert self.process.stdin is not None
        return self.process.stdin

    def errors(self) -> str:
        """What it said on standard error, once it has ended."""
        return self.process.communicate(timeout=30)[1].decode()

    def close(self) -> None:
        """Ends it as whoever started it would: by closing its standard input."""
        if self.process.stdin is None:
            self.process.terminate()
        self.process.communicate(timeout=60)
