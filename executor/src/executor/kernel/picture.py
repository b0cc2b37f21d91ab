"""A figure as a picture."""

import io
from typing import Any

_PACKED = 3
"""How hard zlib tries: a third less time than usual, for a tenth more of bytes."""


def png(figure: Any) -> bytes:
    """The figure without empty margins, as savefig makes it."""
    picture = io.BytesIO()
    if not _draw_once(figure, picture):
        figure.savefig(picture, format="png", bbox_inches="tight")
    return picture.getvalue()


def _draw_once(figure: Any, picture: io.BytesIO) -> bool:
    """savefig draws twice, the first time only to measure; here what was drawn is cut to measure.
    Not where marks lie beyond the canvas, or the code has wishes about saving."""
    import matplotlib as mpl
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.colors import to_rgba
    from PIL import Image

    if type(figure.canvas) is not FigureCanvasAgg or not _as_usual(mpl):
        return False
    canvas: Any = figure.canvas
    canvas.draw()
    marks = figure.get_tightbbox(canvas.get_renderer())
    width, height = canvas.get_width_height()
    dots, margin = figure.dpi, mpl.rcParams["savefig.pad_inches"] * figure.dpi
    left, right = marks.x0 * dots, marks.x1 * dots
    top, bottom = height - marks.y1 * dots, height - marks.y0 * dots
    if left < 0 or top < 0 or right > width or bottom > height:
        return False
    drawn = Image.frombuffer("RGBA", (width, height), canvas.buffer_rgba(), "raw", "RGBA", 0, 1)
    left, top = round(left - margin), round(top - margin)
    size = round(right + margin) - left, round(bottom + margin) - top
    ground = tuple(round(255 * part) for part in to_rgba(figure.get_facecolor()))
    if drawn.getchannel("A").getextrema() == (255, 255):
        drawn = drawn.convert("RGB")  # a fourth less to pack
    cut = Image.new(drawn.mode, size, ground[: len(drawn.mode)])  # it may reach beyond the canvas
    cut.paste(drawn, (-left, -top))
    cut.save(picture, format="png", dpi=(dots, dots), compress_level=_PACKED)
    return True


def _as_usual(mpl: Any) -> bool:
    return all(
        mpl.rcParams[name] == usual
        for name, usual in mpl.rcParamsDefault.items()
        if name.startswith("savefig.")
    )
