"""IPython, with its ways of showing things replaced by ours: no terminal, no colours, no history."""

# IPython says little about its types.
# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false
# pyright: reportUnknownArgumentType=false, reportIncompatibleMethodOverride=false

import io
import signal
import subprocess
import sys
import tokenize
from collections.abc import Callable
from typing import Any

from IPython.core.compilerop import CachingCompiler
from IPython.core.displayhook import DisplayHook
from IPython.core.displaypub import DisplayPublisher
from IPython.core.interactiveshell import InteractiveShell
from traitlets import Type
from traitlets.config import Config

from executor.kernel import errors
from executor.kernel.display import Emit, bundle, cut, plain
from executor.kernel.figures import Figures


class Compiler(CachingCompiler):
    """Names cells so that tracebacks can be read, also of functions from cells before."""

    _cells = 0

    def forget(self) -> None:
        """Counts from one again."""
        self._cells = 0

    def get_code_name(self, raw_code: str, transformed_code: str, number: int) -> str:
        self._cells += 1
        return f"{errors.CELL}{self._cells}>"


class Hook(DisplayHook):
    """Takes the value of a cell's last line."""

    emit: Emit | None = None
    code = ""
    has_value = False
    value: Any = None
    _last: Any = None

    def begin(self, code: str, emit: Emit | None) -> None:
        """A cell begins."""
        self.code, self.emit, self.has_value, self.value = code, emit, False, None

    def forget(self) -> None:
        """As if no cell had been."""
        self.begin("", None)
        self._last = ""

    def __call__(self, result: Any = None) -> None:
        if result is None or _ends_with_semicolon(self.code):
            return
        shell: Any = self.shell
        try:
            with shell.figures.captured_later():
                data, metadata = shell.display_formatter.format(result)
        except Exception as problem:  # noqa: BLE001 - somebody else's repr
            data, metadata = {"text/plain": _no_words(result, problem)}, {}
        fitting = bundle(data)
        text = cut(fitting.get("text/plain") or _no_words(result, None))
        fitting["text/plain"] = text
        self.has_value, self.value = True, plain(result, text)
        if self.emit:
            self.emit("value", fitting, bundle(metadata))
        names = shell.user_ns
        if names.get("_", self._last) is self._last:  # else it is a variable of the code's own
            names["_"] = self._last = result
        if self.exec_result is not None:
            self.exec_result.result = result


class Publisher(DisplayPublisher):
    """Takes what display() shows."""

    emit: Emit | None = None

    def publish(self, data: Any, metadata: Any = None, source: Any = None, **_options: Any) -> None:
        fitting = bundle(data)
        if self.emit and fitting:
            self.emit("display", fitting, bundle(metadata or {}))

    def clear_output(self, wait: bool = False) -> None:
        """Nothing is taken back: the record of a run is in order and complete."""


class Shell(InteractiveShell):
    """One interpreter. Whoever runs a cell asks the result for errors; none is printed."""

    displayhook_class: Any = Type(Hook)
    display_pub_class: Any = Type(Publisher)
    compiler_class: Any = Type(Compiler)
    figures: Figures
    flush: Callable[[], None] = staticmethod(lambda: None)

    def system(self, cmd: str) -> None:  # type: ignore[override]
        """A command of the cell, on the same stdout and stderr as everything else."""
        self.flush()
        process = subprocess.Popen(  # noqa: S602 - a shell is what was asked for
            self.var_expand(cmd, depth=1), shell=True, stdin=subprocess.DEVNULL
        )
        try:
            code = process.wait()
        except KeyboardInterrupt:
            process.send_signal(signal.SIGINT)
            raise
        self.user_ns["_exit_code"] = code

    system_piped = system_raw = system

    def showtraceback(self, *_arguments: Any, **options: Any) -> None:
        """Only for errors outside the cell, as in a broken repr; the cell's are in its result."""
        problem = sys.exc_info()[1]
        if problem is None or isinstance(problem, SystemExit):
            return
        if not options.get("running_compiled_code"):
            sys.stderr.write(errors.describe(problem)["traceback"])

    def showsyntaxerror(self, *_arguments: Any, **_options: Any) -> None:
        """It is in the result."""

    showindentationerror = showsyntaxerror

    def enable_matplotlib(self, gui: Any = None) -> tuple[str, str]:
        """Figures are captured whatever the backend."""
        return "inline", "agg"

    def enable_gui(self, gui: Any = None) -> None:
        """There is none."""

    def ask_exit(self) -> None:
        """The session ends when its owner ends it."""


def make() -> Shell:
    """A shell with figures captured, ready to be used by forks of this process."""
    config: Any = Config()
    config.HistoryManager.enabled = False
    config.InteractiveShell.colors = "NoColor"
    config.InteractiveShell.cache_size = 0
    config.InteractiveShell.autoindent = False
    config.InteractiveShell.warn_venv = False
    shell = Shell.instance(config=config)
    figures = shell.figures = Figures()

    formatter: Any = shell.display_formatter
    formatter.formatters["image/png"].for_type_by_name("matplotlib.figure", "Figure", figures.drawn)
    return shell


def _no_words(value: object, problem: Exception | None) -> str:
    reason = f": its repr raised {type(problem).__name__}" if problem else ""
    return f"<{type(value).__name__} object{reason}>"


def _ends_with_semicolon(code: str) -> bool:
    if ";" not in code:
        return False
    last = ""
    try:
        for token in tokenize.generate_tokens(io.StringIO(code).readline):
            if token.type == tokenize.OP or (
                token.string.strip() and token.type != tokenize.COMMENT
            ):
                last = token.string
    except (tokenize.TokenError, SyntaxError):
        return code.rstrip().endswith(";")
    return last == ";"
