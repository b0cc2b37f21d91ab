"""The routes of files."""

import asyncio
import os
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack
from dataclasses import dataclass
from typing import TypeVar
from urllib.parse import urlencode

from aiohttp.web import Response, StreamResponse

from executor.files import Entry, Listing
from executor.front.executions import reply
from executor.front.file_faults import kept_in_shape, missing
from executor.front.routing import Call, Route
from executor.front.server import put
from executor.front.session import Session
from executor.front.sessions import Sessions
from executor.options import Patience
from executor.wire import answers, names
from executor.wire.body import pieces
from executor.wire.form import Form, Part, boundary_of, malformed
from executor.wire.refusal import Findings, Refusal
from executor.wire.versions import FLAT, WRAPPED

CHUNK = 1024 * 1024
PAGE = 10_000
"""Files in an answer."""
Result = TypeVar("Result")


@dataclass(frozen=True)
class Files:
    """Files in and out, as streams, in both generations of the API."""

    sessions: Sessions
    patience: Patience
    largest: int

    def routes(self) -> list[Route]:
        """What is served."""
        return [
            Route("POST", "/files", self.upload),
            Route("GET", "/files", self.show_all),
            Route("POST", "/files/upload", self.upload_wrapped),
            Route("GET", "/files/{rest*}", self.get),
            Route("DELETE", "/files/{rest*}", self.delete),
        ]

    async def upload(self, call: Call) -> StreamResponse:
        """Takes one file."""
        identifier, _ = call.strictly(FLAT)
        entries = await self._receive(call, identifier)
        return reply(answers.flat_file(entries[0]))

    async def upload_wrapped(self, call: Call) -> StreamResponse:
        """Takes files, as it was before 2024-10-02."""
        identifier, _ = call.strictly(WRAPPED)
        entries = await self._receive(call, identifier, most=100)
        return reply(wrapped_list(entries))

    async def show_all(self, call: Call) -> StreamResponse:
        """What there is."""
        findings = Findings()
        identifier, version = call.common((*FLAT, *WRAPPED), findings)
        path = self._path(call, findings)
        recursive = flag(call, "recursive", findings)
        skip = call.skip(findings)
        findings.refuse()
        old = version in WRAPPED
        session = self.sessions.find(identifier)
        if session is None or session.sandbox.gone:
            if path:
                raise missing()
            listing = Listing((), complete=True)
        else:
            listing = await self._ask(
                session, lambda: session.sandbox.list_files(path, recursive=recursive or old)
            )
        if old:
            return reply(wrapped_list([each for each in listing.entries if not each.directory]))
        following = {**call.query, "skip": str(skip + PAGE)}
        page: answers.Page = {
            "value": [answers.flat_file(each) for each in listing.entries[skip : skip + PAGE]],
            "nextLink": f"{call.base()}/files?{urlencode(following)}"
            if skip + PAGE < len(listing.entries)
            else None,
        }
        if not listing.complete:
            page["incomplete"] = True
        return reply(page)

    async def get(self, call: Call) -> StreamResponse:
        """One file: what is known of it, or its content."""
        rest, content = call.path["rest"], False
        findings = Findings()
        identifier, version = call.common((*FLAT, *WRAPPED), findings)
        if version in WRAPPED and rest.startswith("content/"):
            rest, content = rest.removeprefix("content/"), True
        elif version not in WRAPPED and rest.endswith("/content"):
            rest, content = rest.removesuffix("/content"), True
        path = self._path(call, findings, rest)
        findings.refuse()
        session = self._there(identifier)
        if content:
            with self.sessions.inside(session):
                return await send(call, session, path)
        entry = await self._ask(session, lambda: session.sandbox.stat_file(path))
        if version in WRAPPED:
            return reply(answers.wrapped_file(entry, 1))
        return reply(answers.flat_file(entry))

    async def delete(self, call: Call) -> StreamResponse:
        """Removes a file, or a directory with what is in it."""
        findings = Findings()
        identifier, version = call.common((*FLAT, *WRAPPED), findings)
        path = self._path(call, findings, call.path["rest"])
        findings.refuse()
        if not path:
            raise names.bad_name("The file has no name.")
        session = self._there(identifier)
        await self._ask(session, lambda: session.sandbox.delete_file(path))
        if version in WRAPPED:
            return reply({"message": f"{path} was deleted."})
        return Response(status=204)

    def _path(self, call: Call, findings: Findings, *more: str) -> str:
        try:
            # An absolute name stands for itself.
            above = "" if more and more[0].startswith("/mnt/data/") else call.query.get("path", "")
            return names.existing_path(above, *more)
        except Refusal as refusal:
            findings.take(refusal)
            return ""

    def _there(self, identifier: str) -> Session:
        session = self.sessions.find(identifier)
        if session is None or session.sandbox.gone:
            raise missing()
        return session

    async def _ask(self, session: Session, question: Callable[[], Awaitable[Result]]) -> Result:
        with self.sessions.inside(session), kept_in_shape():
            return await question()

    async def _receive(self, call: Call, identifier: str, most: int = 1) -> list[Entry]:
        above = names.existing_path(call.query.get("path", ""))
        boundary = boundary_of(call.http.headers.get("Content-Type", ""))
        form = Form(boundary, pieces(call.http, self.largest, self.patience, "file"))
        first = await next_file(form)
        if first is None:
            malformed("The form has no field 'file' with a file name.")
        path = file_path(above, first)
        session = await self.sessions.open(identifier)
        with self.sessions.inside(session), kept_in_shape():
            return await store(session, form, path, above, most)


async def store(session: Session, form: Form, path: str, above: str, most: int) -> list[Entry]:
    """Writes the files of a form; all of them are there in the end, or none."""
    async with AsyncExitStack() as open_files:
        uploads = [await open_files.enter_async_context(await session.sandbox.create_file(path))]
        await write(uploads[0].fd, form.data())
        while (part := await next_file(form)) is not None:
            if len(uploads) >= most:
                malformed("Only one file can be uploaded at a time.")
            another = await session.sandbox.create_file(file_path(above, part))
            uploads.append(await open_files.enter_async_context(another))
            await write(another.fd, form.data())
        return [await upload.commit() for upload in uploads]


async def next_file(form: Form) -> Part | None:
    """The next part that is a file; others are passed over."""
    while (part := await form.part()) is not None:
        if part.name == "file" and part.filename:
            return part
        async for _ in form.data():
            pass
    return None


def file_path(above: str, part: Part) -> str:
    """Where a file of a form goes."""
    name = part.filename or ""
    return names.new_path("" if name.startswith("/mnt/data/") else above, name)


async def write(fd: int, data: AsyncIterator[bytes]) -> None:
    """Writes large chunks, beside the event loop."""
    buffer = bytearray()
    async for piece in data:
        buffer += piece
        if len(buffer) >= CHUNK:
            await asyncio.to_thread(write_all, fd, bytes(buffer))
            buffer.clear()
    if buffer:
        await asyncio.to_thread(write_all, fd, bytes(buffer))


def write_all(fd: int, data: bytes) -> None:
    """Writes all of it."""
    view = memoryview(data)
    while view:
        view = view[os.write(fd, view) :]


async def send(call: Call, session: Session, path: str) -> StreamResponse:
    """The content of a file, as nothing that a browser would show or run."""
    with kept_in_shape():
        fd = await session.sandbox.open_file(path)
    try:
        size = os.fstat(fd).st_size
        response = StreamResponse(
            headers={
                "Content-Type": "application/octet-stream",
                "Content-Disposition": "attachment",
                "X-Content-Type-Options": "nosniff",
                "Cache-Control": "no-store",
            }
        )
        response.content_length = size
        await response.prepare(call.http)
        while size > 0:
            chunk = await asyncio.to_thread(os.read, fd, min(CHUNK, size))
            if not chunk:
                # Code made it shorter meanwhile; a cut connection says that it is not whole.
                response.force_close()
                raise ConnectionResetError("the file became shorter")
            size -= len(chunk)
            await put(response, chunk)
        await response.write_eof()
        return response
    finally:
        os.close(fd)


def wrapped_list(entries: list[Entry]) -> answers.Page:
    """Files, before 2024-10-02."""
    value = [answers.wrapped_file(entry, 2 * number + 2) for number, entry in enumerate(entries)]
    return {"$id": "1", "value": value}


def flag(call: Call, name: str, findings: Findings) -> bool:
    """A parameter that is true or false."""
    text = call.query.get(name, "false").lower()
    if text not in ("true", "false"):
        findings.add("InvalidQuery", f"{name} is true or false.", name)
    return text == "true"
