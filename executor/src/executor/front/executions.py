"""The routes that run code."""

import asyncio
import json
from dataclasses import dataclass
from typing import Any, TypeVar
from urllib.parse import quote

from aiohttp.web import Response, StreamResponse

from executor.front.execution import Execution
from executor.front.results import unknown
from executor.front.routing import Call, Route
from executor.front.server import put
from executor.front.session import Session
from executor.front.sessions import Sessions
from executor.options import Patience
from executor.wire import answers, names, orders
from executor.wire.body import read_json
from executor.wire.refusal import Findings, Refusal
from executor.wire.versions import FLAT, SHORT_OUTPUT, WRAPPED

HEARTBEAT = 10.0
Answer = TypeVar("Answer", bound=StreamResponse)


@dataclass(frozen=True)
class Executions:
    """Runs, asked for in both generations of the API."""

    sessions: Sessions
    rules: orders.Rules
    patience: Patience
    largest_body: int

    def routes(self) -> list[Route]:
        """What is served."""
        return [
            Route("POST", "/executions", self.run),
            Route("GET", "/executions/{id}", self.show),
            Route("DELETE", "/executions/{id}", self.cancel),
            Route("GET", "/executions/{id}/stream", self.stream),
            Route("POST", "/code/execute", self.run_wrapped),
        ]

    async def run(self, call: Call) -> StreamResponse:
        """Runs something, and answers with the outcome or, when asked so, at once."""
        findings = Findings()
        identifier, version = call.common(FLAT, findings)
        key = self._key(call, findings)
        body = await self._body(call, findings)
        order = orders.flat(body, self.rules, findings, short=version in SHORT_OUTPUT)
        findings.refuse()
        session = await self.sessions.open(identifier)
        with self.sessions.inside(session):
            execution = session.submit(key, order)
            await arrive(execution, order.asynchronous)
            status = 200 if execution.done.is_set() else 202
            return answer(call, session, execution, version, status)

    async def run_wrapped(self, call: Call) -> StreamResponse:
        """The same as it was before 2024-10-02."""
        findings = Findings()
        identifier, _ = call.common(WRAPPED, findings)
        key = self._key(call, findings)
        body = await self._body(call, findings)
        order = orders.wrapped(body, self.rules, findings)
        if order.asynchronous:
            findings.add(
                "InvalidField",
                "These versions run synchronously only; since 2024-10-02-preview there is "
                "POST /executions.",
                "executionType",
            )
        findings.refuse()
        session = await self.sessions.open(identifier)
        with self.sessions.inside(session):
            execution = session.submit(key, order)
            await execution.done.wait()
            return marked(reply(wrapped_page(execution)), session, execution)

    async def show(self, call: Call) -> StreamResponse:
        """What is known of an execution."""
        session, execution, version = self._named(call)
        with self.sessions.inside(session):
            return answer(call, session, execution, version)

    async def cancel(self, call: Call) -> StreamResponse:
        """Ends an execution; answers when it has ended."""
        session, execution, _ = self._named(call)
        with self.sessions.inside(session):
            await session.cancel(execution)
            return marked(Response(status=204), session, execution)

    async def stream(self, call: Call) -> StreamResponse:
        """What it writes, from the beginning and while it runs, as server-sent events."""
        session, execution, _ = self._named(call)
        response = StreamResponse(
            headers={"Content-Type": "text/event-stream", "Cache-Control": "no-store"}
        )
        marked(response, session, execution)
        with self.sessions.inside(session):
            await response.prepare(call.http)
            await pour(response, execution)
            await response.write_eof()
        return response

    def _key(self, call: Call, findings: Findings) -> str | None:
        given = call.http.headers.get("operation-id")
        try:
            return None if given is None else names.execution_id(given)
        except Refusal as refusal:
            findings.take(refusal)
            return None

    async def _body(self, call: Call, findings: Findings) -> dict[str, Any]:
        try:
            return await read_json(call.http, self.largest_body, self.patience)
        except Refusal as refusal:
            if refusal.status != 400:
                raise
            findings.take(refusal)
            findings.refuse()
            raise

    def _named(self, call: Call) -> tuple[Session, Execution, str]:
        findings = Findings()
        identifier, version = call.common(FLAT, findings)
        try:
            names.execution_id(call.path["id"], "id")
        except Refusal as refusal:
            findings.take(refusal)
        findings.refuse()
        session = self.sessions.find(identifier)
        if session is None:
            raise unknown()
        return session, session.results.find(call.path["id"]), version


async def arrive(execution: Execution, asynchronous: bool) -> None:
    """Waits for as long as the caller wants to."""
    if asynchronous:
        # It begins at once where nothing else runs, and the answer should say so.
        await asyncio.sleep(0)
    else:
        await execution.done.wait()


async def pour(response: StreamResponse, execution: Execution) -> None:
    """Writes events until the end, and a comment where there is nothing to say."""
    number = 0
    output = execution.listen()
    upcoming = asyncio.ensure_future(anext(output, None))
    try:
        while True:
            await asyncio.wait([upcoming], timeout=HEARTBEAT)
            if not upcoming.done():
                await put(response, b": still running\n\n")
                continue
            piece = upcoming.result()
            if piece is None:
                break
            if piece[1]:
                number += 1
                await put(response, event(number, piece[0], {"text": piece[1]}))
            upcoming = asyncio.ensure_future(anext(output, None))
    finally:
        upcoming.cancel()
    end = {"id": execution.key, "status": execution.status}
    await put(response, event(number + 1, "end", end))


def event(number: int, kind: str, data: dict[str, Any]) -> bytes:
    """One server-sent event; its data is one line, for JSON escapes the others."""
    return f"id: {number}\nevent: {kind}\ndata: {json.dumps(data)}\n\n".encode()


def answer(
    call: Call, session: Session, execution: Execution, version: str, status: int = 200
) -> Response:
    """An execution as it is now, with where to ask again."""
    response = marked(reply(flat_page(session, execution), status), session, execution)
    place = f"{call.base()}/executions/{quote(execution.key)}"
    query = f"?api-version={version}&identifier={quote(session.identifier, safe='')}"
    response.headers["Operation-Location"] = place + query
    return response


def flat_page(session: Session, execution: Execution) -> answers.Page:
    """An execution, since 2024-10-02."""
    page: answers.Page = {
        "id": execution.key,
        "identifier": session.identifier,
        "executionType": "Asynchronous" if execution.asynchronous else "Synchronous",
        "status": execution.status,
    }
    outcome = execution.outcome
    if outcome is not None:
        page["result"] = answers.result_of(outcome, jupyter=execution.jupyter_format)
        if execution.shell and outcome.exit_code is not None and outcome.problem is None:
            page["status"] = str(outcome.exit_code)
        error = answers.error_of(outcome)
        if error is not None:
            page["error"] = {"error": error}
    return page


def wrapped_page(execution: Execution) -> answers.Page:
    """An execution, before 2024-10-02."""
    outcome = execution.outcome
    if outcome is None:
        raise unknown()
    result = answers.result_of(outcome, jupyter=False)
    properties: answers.Page = {
        "$id": "2",
        "status": "Success" if outcome.status == "Succeeded" else "Failure",
        "result": result["executionResult"],
        **result,
    }
    error = answers.error_of(outcome)
    if error is not None:
        properties["error"] = {"error": error}
    return {"$id": "1", "properties": properties}


def reply(page: answers.Page, status: int = 200) -> Response:
    """JSON."""
    return Response(status=status, body=answers.encode(page), content_type="application/json")


def marked(response: Answer, session: Session, execution: Execution) -> Answer:
    """With the headers that every execution has."""
    response.headers["operation-id"] = execution.key
    response.headers["x-ms-session-guid"] = session.etag
    return response
