import time
import uuid
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress

import pytest
from asking import API, Wire, refused, run, start, target, upload
from running import Running
from stories import call

Serve = Callable[..., Running]


def test_a_full_pool_says_so_and_an_ended_session_makes_room(serve: Serve) -> None:
    running = serve(sessions=2)
    for identifier in ("first", "second"):
        assert run(running.server, "1", identifier=identifier).status == 200

    answer = run(running.server, "1", identifier="third")
    refused(answer, 404, "SessionPoolFull")
    assert int(answer.headers["retry-after"]) > 0
    refused(upload(running.server, "a", identifier="third"), 404, "SessionPoolFull")
    assert call(running.server, "DELETE", target("/session", identifier="first")).status == 204
    assert running.pool.taken[0].gone
    assert run(running.server, "1", identifier="third").status == 200


def test_many_that_begin_one_session_at_once_begin_one(serve: Serve) -> None:
    running = serve(sessions=3)
    with ThreadPoolExecutor(30) as many:
        names = ["one", "two", "three"] * 10
        asked = list(many.map(lambda n: run(running.server, "1", identifier=f"{n}-x"), names))

    assert {answer.status for answer in asked} == {200}
    assert len(running.pool.taken) == 3


def test_a_pool_that_fails_once_fails_once(serve: Serve) -> None:
    running = serve()
    running.pool.refusing = OSError("no more processes")
    refused(run(running.server, "1"), 503, "SessionUnavailable")
    running.pool.refusing = None

    assert run(running.server, "1").status == 200


def test_reading_makes_no_session(serve: Serve) -> None:
    running = serve()
    for path in ("/files", "/files/a", "/files/a/content", "/session", "/executions/a"):
        call(running.server, "GET", target(path))
    call(running.server, "DELETE", target("/files/a"))

    assert not running.pool.taken


def test_a_session_that_nobody_calls_ends_and_a_busy_one_does_not(serve: Serve) -> None:
    running = serve(cooldown=0.2)
    start(running.server, "wait()", identifier="busy")
    run(running.server, "1", identifier="idle")
    busy, idle = running.pool.taken
    until = time.monotonic() + 20
    while not idle.gone and time.monotonic() < until:
        call(running.server, "GET", "/health")

    assert idle.gone
    assert not busy.gone
    where = target("/session", identifier="idle")
    refused(call(running.server, "GET", where), 404, "SessionNotFound")
    running.call(busy.release.set)


def test_a_session_says_when_it_will_end(serve: Serve) -> None:
    running = serve(cooldown=60.0)
    run(running.server, "1")

    page = call(running.server, "GET", target("/session")).page()

    assert page["createdAt"] <= page["lastAccessedAt"] < page["expireAt"]


def test_sessions_are_listed_a_page_at_a_time(serve: Serve) -> None:
    running = serve(sessions=200)
    names = [f"session-{number:03}" for number in range(150)]
    for name in names:
        run(running.server, "1", identifier=name)

    first = call(running.server, "GET", f"/listSessions?api-version={API}").page()
    following = first["nextLink"].removeprefix(f"http://127.0.0.1:{running.server.port}")
    second = call(running.server, "GET", following).page()

    listed = [each["identifier"] for each in first["sessions"] + second["sessions"]]
    assert len(first["sessions"]) == 100
    assert listed == names
    assert "nextLink" not in second


def test_a_container_is_the_session_of_who_comes_first(serve: Serve) -> None:
    running = serve(container=True)
    run(running.server, "x = 1", identifier="first")

    refused(run(running.server, "1", identifier="other"), 400, "IdentifierMismatch")
    refused(
        call(running.server, "GET", target("/files", identifier="other")),
        400,
        "IdentifierMismatch",
    )
    assert call(running.server, "GET", "/health").page()["maxSessions"] == 1
    page = call(running.server, "POST", "/execute", b'{"code": "x"}').page()
    assert page["properties"]["executionResult"] == 1
    session = call(running.server, "GET", target("/session", identifier="first")).page()
    assert session["expireAt"] is None


def test_in_a_pool_the_old_routes_need_an_identifier_too(serve: Serve) -> None:
    running = serve()

    answer = call(running.server, "POST", "/execute", b'{"code": "1"}')

    assert answer.status == 400
    assert "identifier" in answer.page()["error"]


@pytest.mark.parametrize(
    "shown",
    [
        None,
        "",
        "Bearer",
        "Bearer wrong",
        "Basic right-token-12345",
        "right-token-12345",
        "Bearer \xff",
    ],
)
def test_without_the_token_nothing_but_health_answers(serve: Serve, shown: str | None) -> None:
    running = serve(token="right-token-12345")  # noqa: S106 - of this test
    headers = {} if shown is None else {"Authorization": shown}
    stranger = running.server._replace(token=None)

    for method, path in (("POST", "/executions"), ("GET", "/files"), ("GET", "/test")):
        answer = call(stranger, method, target(path), None, headers)
        refused(answer, 401, "Unauthorized")
        assert answer.headers["www-authenticate"] == "Bearer"
    assert call(stranger, "GET", "/health").status == 200
    assert run(running.server, "1").status == 200


def test_no_error_is_shown_from_inside(serve: Serve, caplog: pytest.LogCaptureFixture) -> None:
    running = serve()
    running.pool.refusing = RuntimeError("secret detail")

    answer = run(running.server, "1")

    refused(answer, 500, "InternalError")
    assert b"secret" not in answer.body
    assert "secret detail" in caplog.text
    running.pool.refusing = None
    assert run(running.server, "1").status == 200


def test_a_pool_without_sandboxes_is_unhealthy(serve: Serve) -> None:
    running = serve()
    running.pool.ready = False

    answer = call(running.server, "GET", "/health")

    assert answer.status == 503
    assert answer.page()["status"] == "unhealthy"


def test_who_stops_lets_what_runs_come_to_its_end(serve: Serve) -> None:
    running = serve()
    operation = start(running.server, "wait()")
    found = running.app.sessions.find("test-session")
    assert found is not None
    execution = found.results.find(operation)

    running.call(lambda: running.loop.call_later(0.05, running.pool.taken[0].release.set))
    running.do(running.app.stop(drain=20.0))

    assert execution.status == "Succeeded"
    assert running.pool.taken[0].gone


def test_who_stops_takes_nothing_new_from_connections_that_are_there(serve: Serve) -> None:
    running = serve()
    start(running.server, "wait()")
    with Wire(running.server) as wire, ThreadPoolExecutor(1) as other:
        wire.head("GET", "/health")
        answer = wire.hear()
        assert answer is not None
        stopped = other.submit(running.do, running.app.stop(drain=20.0))
        with suppress(ConnectionError):
            while answer is not None and answer.status == 200:
                wire.head("GET", "/health")
                answer = wire.hear()
        running.call(running.pool.taken[0].release.set)
        stopped.result(30)

    if answer is not None and answer.status != 200:  # older aiohttp hangs up
        refused(answer, 503, "ShuttingDown")


def test_who_stops_at_once_ends_what_runs(serve: Serve) -> None:
    running = serve()
    start(running.server, "wait()", identifier=f"s{uuid.uuid4().hex}")

    running.do(running.app.stop(drain=0.0))

    assert running.pool.taken[0].gone
