import base64
import io
import os
from typing import Any

import pytest
from PIL import Image, ImageChops, ImageFilter, ImageStat
from story import ran

from executor.sandbox import Sandbox

SAVED = "\nplt.gcf().savefig('saved.png', bbox_inches='tight')"


@pytest.mark.parametrize(
    "code",
    [
        "plt.plot([1, 2])",
        "plt.subplots(2, 2, layout='constrained'); plt.suptitle('of four')",
        "plt.figure(figsize=(3, 2), facecolor='gold'); plt.plot([1, 2]); plt.tight_layout()",
        "plt.figure(); plt.gcf().text(0, 0, 'in the corner')",
        "plt.figure(facecolor='none'); plt.plot([1, 2])",
        "plt.plot([1, 2], label='x'); plt.legend(bbox_to_anchor=(1.1, 1), loc='upper left')",
        "plt.rcParams['savefig.facecolor'] = 'gold'; plt.plot([1, 2])",
        "plt.rcParams['savefig.dpi'] = 50; plt.plot([1, 2])",
    ],
)
def test_a_figure_looks_as_matplotlib_would_save_it(run: Any, sandbox: Sandbox, code: str) -> None:
    async def both() -> tuple[Image.Image, Image.Image]:
        outcome = await ran(sandbox, f"import matplotlib.pyplot as plt\n{code}{SAVED}")
        with os.fdopen(await sandbox.open_file("saved.png"), "rb") as file:
            saved = Image.open(io.BytesIO(file.read())).convert("RGBA")
        shown = base64.b64decode(outcome.outputs[-1].data["image/png"])
        return Image.open(io.BytesIO(shown)).convert("RGBA"), saved

    shown, saved = run(both())

    # They may lie apart by parts of a dot.
    assert abs(shown.width - saved.width) <= 1
    assert abs(shown.height - saved.height) <= 1
    blurred = [picture.filter(ImageFilter.BoxBlur(4)) for picture in (shown, saved)]
    apart = ImageStat.Stat(ImageChops.difference(blurred[0], blurred[1])).mean
    assert max(apart) < 2
