"""The versions of the API, and which generation each belongs to."""

from executor.wire.refusal import Refusal

FLAT = ("2024-10-02-preview", "2025-02-02-preview", "2025-10-02-preview")
WRAPPED = ("2024-02-02-preview", "2024-08-02-preview")
SHORT_OUTPUT = ("2025-10-02-preview",)
"""Those that cut stdout and stderr to SHORT unless the request says otherwise."""
SHORT = 4096


def known(version: str | None, wanted: tuple[str, ...]) -> str:
    """The version asked for, if a route has it."""
    if version in wanted:
        return version
    what = "is missing" if not version else f"{version[:40]!a} is not one that this call has"
    raise Refusal(
        400,
        "InvalidApiVersion",
        f"The query parameter api-version {what}. This call has {', '.join(wanted)}.",
        "api-version",
    )
