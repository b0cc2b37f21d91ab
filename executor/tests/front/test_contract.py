from collections.abc import Callable

import pytest
from running import Running
from stories import play, stories

NEEDS_AN_ENGINE = {
    "files",
    "run-asynchronous",
    "run-canceled",
    "run-kernel-dies",
    "run-options",
    "run-outputs",
    "run-times-out",
    "sample-container",
    "shell",
}
"""What the fake cannot do."""


@pytest.mark.parametrize(
    ("story", "api"), [each for each in stories() if each[0] not in NEEDS_AN_ENGINE]
)
def test_the_front_alone_tells_its_part_of_the_contract(
    story: str, api: str, serve: Callable[..., Running]
) -> None:
    play(serve().server, story, api)
