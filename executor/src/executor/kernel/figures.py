"""Figures, drawn once each, in the order in which they were made or shown."""

from collections.abc import Callable, Generator
from contextlib import contextmanager
from typing import Any

from executor.kernel.picture import png

Show = Callable[[dict[str, Any]], None]


class Figures:
    """What matplotlib has open. Made before sessions begin: it puts itself into pyplot's place
    for showing, so that ``plt.show()`` gives the figures away, whatever backend the code names."""

    def __init__(self) -> None:
        import matplotlib as mpl

        mpl.use("agg")
        import matplotlib.pyplot as plt
        from matplotlib.backend_bases import FigureManagerBase

        self._plt: Any = plt
        self._show: Show = lambda _: None
        self._shown: set[int] = set()
        self._later = False

        def show(*_arguments: Any, **_options: Any) -> None:
            self.capture()

        def show_one(one: Any) -> None:
            self._capture(one.canvas.figure)

        plt.show = show
        manager: Any = FigureManagerBase
        manager.show = show_one

    def begin(self, show: Show) -> None:
        """A run begins, and takes figures there."""
        self._show = show
        self._shown.clear()

    def capture(self) -> None:
        """Shows what is open and was not shown, and closes it."""
        for number in self._plt.get_fignums():
            figure = self._plt.figure(number)
            try:
                if id(figure) not in self._shown and (figure.axes or _has_marks(figure)):
                    self._capture(figure)
            finally:
                self._plt.close(number)
        self._shown.clear()

    def drawn(self, figure: Any) -> bytes | None:
        """A figure that is displayed by name; it is not shown again at the end."""
        if self._later and self._is_open(figure):
            return None
        self._shown.add(id(figure))
        return png(figure)

    @contextmanager
    def captured_later(self) -> Generator[None, None, None]:
        """Figures that are open are not drawn meanwhile, as the end of the cell shows them."""
        self._later = True
        try:
            yield
        finally:
            self._later = False

    def _is_open(self, figure: Any) -> bool:
        return any(self._plt.figure(number) is figure for number in self._plt.get_fignums())

    def _capture(self, figure: Any) -> None:
        self._shown.add(id(figure))
        self._show({"image/png": png(figure), "text/plain": _words(figure)})


def _has_marks(figure: Any) -> bool:
    return bool(figure.lines or figure.images or figure.texts or figure.patches or figure.artists)


def _words(figure: Any) -> str:
    width, height = (round(inches * figure.dpi) for inches in figure.get_size_inches())
    return f"<Figure size {width}x{height} with {len(figure.axes)} Axes>"
