import json
from collections.abc import Callable

from asking import Wire, start, target
from running import Running
from stories import call

from executor.front.execution import Execution
from executor.wire.orders import Order

Serve = Callable[..., Running]


def begun(running: Running) -> None:
    """Waits until the first sandbox runs ``wait()``."""

    running.until(lambda: running.pool.taken and running.pool.taken[0].running.is_set())


def release(running: Running) -> None:
    running.call(running.pool.taken[0].release.set)


def events(body: bytes) -> list[tuple[str, dict[str, str]]]:
    """The server-sent events of a stream."""
    found: list[tuple[str, dict[str, str]]] = []
    for block in body.decode().split("\n\n"):
        lines = [line for line in block.splitlines() if ": " in line and line[0] != ":"]
        fields = dict(line.split(": ", 1) for line in lines)
        if "event" in fields:
            found.append((fields["event"], json.loads(fields["data"])))
    return found


def test_output_is_streamed_while_it_runs_and_again_afterwards(serve: Serve) -> None:
    running = serve()
    operation = start(running.server, "wait()")
    stream = target(f"/executions/{operation}/stream")
    begun(running)
    found = running.app.sessions.find("test-session")
    assert found is not None
    execution = found.results.find(operation)

    with Wire(running.server) as wire:
        wire.head("GET", stream, "Connection: close")
        assert b"waiting" in wire.hear_until(b"waiting")
        for text in ("a\n", "b\n"):
            running.call(lambda text=text: execution.heard("stderr", text))
        assert b"b" in wire.hear_until(b"b\\n")
        release(running)
        live = events(wire.hear_until(b"Succeeded"))
    later = call(running.server, "GET", stream)

    end = ("end", {"id": operation, "status": "Succeeded"})
    assert live[0] == ("stdout", {"text": "waiting\n"})
    assert "".join(data["text"] for kind, data in live if kind == "stderr") == "a\nb\n"
    assert live[-1] == end
    assert events(later.body) == [("stdout", {"text": "waiting\n"}), end]
    assert later.headers["content-type"] == "text/event-stream"


def test_output_in_small_pieces_is_kept_in_few() -> None:
    execution = Execution("x", Order(code="1"))
    for _ in range(100_000):
        execution.heard("stdout", "a")

    assert sum(len(text) for _, text in execution._said) == 100_000
    assert len(execution._said) < 100
