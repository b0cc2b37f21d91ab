"""The one shape in which a request is refused."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class Finding:
    """One thing that is wrong, and how to mend it."""

    code: str
    message: str
    target: str | None = None
    """The parameter, header or field meant."""

    def page(self) -> dict[str, Any]:
        """As JSON."""
        page: dict[str, Any] = {"code": self.code, "message": self.message}
        if self.target is not None:
            page["target"] = self.target
        return page


class Refusal(Exception):
    """Why a request is not done."""

    def __init__(
        self,
        status: int,
        code: str,
        message: str,
        target: str | None = None,
        *,
        details: tuple[Finding, ...] = (),
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(message)
        self.status = status
        self.finding = Finding(code, message, target)
        self.details = details
        self.headers = dict(headers or {})

    def page(self) -> dict[str, Any]:
        """The body of the answer."""
        error = self.finding.page()
        if self.details:
            error["details"] = [finding.page() for finding in self.details]
        return {"error": error}


@dataclass
class Findings:
    """Collects what is wrong with a request, so that it is said at once."""

    found: list[Finding] = field(default_factory=list[Finding])

    def add(self, code: str, message: str, target: str | None = None) -> None:
        """Takes note of one."""
        self.found.append(Finding(code, message, target))

    def take(self, refusal: Refusal) -> None:
        """Takes note of what another reading found."""
        self.found += refusal.details or (refusal.finding,)

    def refuse(self) -> None:
        """Raises when there is anything."""
        if len(self.found) == 1:
            only = self.found[0]
            raise Refusal(400, only.code, only.message, only.target)
        if self.found:
            raise Refusal(
                400,
                "InvalidRequest",
                f"{len(self.found)} things are wrong with this request; see details.",
                details=tuple(self.found),
            )
