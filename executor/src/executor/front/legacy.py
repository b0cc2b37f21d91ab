"""The routes that the session server of the custom-container sample had: the same addresses and
shapes, and now with variables that last."""

from dataclasses import dataclass

from aiohttp.web import StreamResponse

from executor.front.executions import marked, reply
from executor.front.routing import Call, Route
from executor.front.sessions import Sessions
from executor.options import Patience
from executor.outcome import Outcome
from executor.wire import answers, orders
from executor.wire.body import read_json
from executor.wire.refusal import Findings, Refusal

ALONE = "session"
"""The session of a container that is called without an identifier."""


@dataclass(frozen=True)
class Legacy:
    """Runs Python, and commands of a shell."""

    sessions: Sessions
    rules: orders.Rules
    patience: Patience
    largest_body: int
    container: bool

    def routes(self) -> list[Route]:
        """What is served."""
        return [
            Route("GET", "/execute", self.greet_execute),
            Route("POST", "/execute", self.execute),
            Route("GET", "/test", self.test),
            Route("POST", "/test", self.test),
            Route("GET", "/", self.greet),
            Route("POST", "/", self.execute),
        ]

    async def execute(self, call: Call) -> StreamResponse:
        """Runs something and answers when it has ended."""
        try:
            identifier = self._identifier(call)
            findings = Findings()
            body = await read_json(call.http, self.largest_body, self.patience, any_type=True)
            order = orders.legacy(body, self.rules, findings)
            findings.refuse()
        except Refusal as refusal:
            # Its clients expect a sentence under 'error'; the code is in a header.
            raise InOldShape(refusal) from None
        session = await self.sessions.open(identifier)
        with self.sessions.inside(session):
            execution = session.submit(None, order)
            await execution.done.wait()
            outcome = execution.outcome or Outcome("Failed")
            late = outcome.problem is not None and outcome.problem.code == "ExecutionTimeout"
            page = reply(self._page(outcome), 408 if late else 200)
            return marked(page, session, execution)

    async def greet_execute(self, _: Call) -> StreamResponse:
        """Says that it is there."""
        return reply({"message": "Execute endpoint is working", "method": "GET"})

    async def test(self, _: Call) -> StreamResponse:
        """Says that it is there, in the shape of an execution."""
        properties = {
            "status": "Success",
            "stdout": "Test endpoint working",
            "stderr": "",
            "returnCode": 0,
        }
        return reply(
            {
                "status": "healthy",
                "message": "Session container is ready",
                "properties": properties,
            }
        )

    async def greet(self, _: Call) -> StreamResponse:
        """Says what there is."""
        return reply(
            {
                "message": "Azure Container Apps Dynamic Session Container",
                "status": "healthy",
                "endpoints": {
                    "POST /": "Execute code (redirects to /execute)",
                    "POST /execute": "Execute code",
                    "GET /health": "Health check",
                },
            }
        )

    def _identifier(self, call: Call) -> str:
        if self.container and "identifier" not in call.query:
            return self.sessions.bound or ALONE
        return call.identifier()

    def _page(self, outcome: Outcome) -> answers.Page:
        succeeded = outcome.status == "Succeeded" and not outcome.exit_code
        stderr = answers.stderr_of(outcome)
        properties: answers.Page = {
            "status": "Success" if succeeded else "Failed",
            "stdout": outcome.stdout,
            "stderr": stderr,
            "returnCode": outcome.exit_code
            if outcome.exit_code is not None
            else int(not succeeded),
            "executionResult": answers.value_of(outcome, jupyter=False)
            or (outcome.stdout if succeeded else stderr),
            "executionTimeInMilliseconds": round(outcome.seconds * 1000),
        }
        return {"properties": properties}


class InOldShape(Refusal):
    """A refusal whose body is a sentence under ``error``."""

    def __init__(self, refusal: Refusal) -> None:
        finding = refusal.finding
        super().__init__(
            refusal.status,
            finding.code,
            finding.message,
            finding.target,
            details=refusal.details,
            headers=refusal.headers,
        )

    def page(self) -> answers.Page:
        """The sentences."""
        said = [finding.message for finding in self.details] or [self.finding.message]
        return {"error": " ".join(said)}
