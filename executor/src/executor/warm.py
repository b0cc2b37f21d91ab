"""What a new process needs long for and a fork of this one has already: libraries, and every path
that the first cells of a session take."""

import gc
import importlib
import linecache
import sys
from collections.abc import Callable, Iterator
from typing import Any

from executor.confine import linux
from executor.kernel import errors
from executor.kernel.shell import Shell, make

_CELLS = (
    """
import io
import numpy as np
import pandas as pd
df = pd.read_csv(io.StringIO("a,b,c\\n1,2.5,x\\n2,3.5,y\\n3,4.5,x\\n"))
df.groupby("c")["a"].sum(), df.describe(), df.dtypes
df
""",
    """
import matplotlib.pyplot as plt
import pandas as pd
fig, ax = plt.subplots()
ax.plot([1, 2, 3], [2, 4, 8], label="l")
ax.set_title("t"); ax.set_xlabel("x"); ax.legend()
plt.show()
pd.DataFrame({"b": [2.5], "c": ["x"]}).plot.bar(x="c", y="b")
""",
    "__import__('pandas').DataFrame()['nope']",
    "!true",
    # Python makes code faster that runs often, and remembers what it looked up.
    *["import pandas as pd\npd.DataFrame({'a': [1]}).sum()"] * 10,
)
# Python takes memory for small objects in pieces of this size, and more of them than that.
_PIECE, _PIECES, _SMALL = 1024 * 1024, 40, 512
# Small objects are kept apart by their sizes, in these steps up to the last.
_STEP, _LEAST_FILLED, _MOST_FILLED = 16, 48, 512
_BYTES_HEAD = sys.getsizeof(b"")
_UNTOUCHED = 2048
_ENOUGH = 20_000
# Nearly all that libraries make when they are imported stays, so to look for what does not is in
# vain; but never to look would leave holes in between.
_SELDOM = 10_000
_filling: list[bytes] = []


class Threads(Exception):
    """A library has started threads; forks of this process would be broken."""


def up() -> Shell:
    """A shell whose process can be forked into kernels."""
    usual = gc.get_threshold()
    gc.set_threshold(_SELDOM)
    _filling.extend(_side_by_side())
    importlib.import_module("pandas")
    shell = make()
    _alone()
    gc.set_threshold(*usual)
    gc.freeze()
    return shell


def _alone() -> None:
    if (count := linux.threads()) != 1:
        raise Threads(
            f"{count - 1} threads were started by the libraries, so sessions cannot be made from "
            "this process. Set what keeps the library from it."
        )


def further(shell: Any) -> Iterator[Callable[[], object]]:
    """What makes kernels forked later ready at once, in pieces, each a fraction of a second long.
    Kernels can be forked between any two of them."""
    names: set[str] = set(shell.user_ns)
    for cell in _CELLS:
        yield lambda: _run(shell, cell, names)  # noqa: B023 - called before the next one is made
    yield _tidy
    yield from linux.large_pages()  # last, and in the process that forks: what is written moves


def _run(shell: Any, cell: str, names: set[str]) -> None:
    shell.displayhook.begin(cell, None)
    shell.figures.begin(_nowhere)
    result = shell.run_cell(cell, store_history=False)
    if result.error_in_exec is not None:
        errors.describe(result.error_in_exec)
    shell.figures.capture()
    del result
    _forget(shell, names)
    _alone()


def _tidy() -> None:
    _filling.clear()
    gc.unfreeze()
    gc.collect()
    _fill_holes()
    gc.freeze()


def _side_by_side() -> list[bytes]:
    """Takes most of the memory that will be needed before the libraries lie in between, so that it
    fits into large pages. It is free again but for what is returned, which holds it together."""
    in_all = _PIECES * _PIECE // _SMALL
    return [bytes(_SMALL - _BYTES_HEAD) for _ in range(in_all)][:: _PIECE // _SMALL // 2]


def _fill_holes() -> None:
    """Memory that was let go of lies in between what stays. What a session makes first would take
    it piece by piece, and for each piece copy the page around it; so it is filled, for good."""
    for size in range(_LEAST_FILLED, _MOST_FILLED + 1, _STEP):
        last, in_a_row = 0, 0
        for _ in range(_ENOUGH):
            block = bytes(size - _BYTES_HEAD)
            in_a_row = in_a_row + 1 if id(block) == last + size else 0
            if in_a_row * size > _UNTOUCHED:  # side by side, so there was nothing there before
                break
            _filling.append(block)
            last = id(block)


def _nowhere(_figure: dict[str, Any]) -> None:
    pass


def _forget(shell: Any, names: set[str]) -> None:
    for name in set(shell.user_ns) - names:
        del shell.user_ns[name]
    shell.user_ns["_"] = ""
    shell.displayhook.forget()
    shell.compile.forget()
    for name in [name for name in linecache.cache if name.startswith(errors.CELL)]:
        del linecache.cache[name]
    sys.last_type = sys.last_value = sys.last_traceback = None
