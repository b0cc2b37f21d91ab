import uuid
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

from asking import Wire, refused, run, start, target
from running import Running
from stories import Answer, call

from executor.front import session as sessions
from executor.options import Connections
from executor.outcome import Outcome, Output

Serve = Callable[..., Running]


def look(running: Running, operation: str, method: str = "GET") -> Answer:
    return call(running.server, method, target(f"/executions/{operation}"))


def begun(running: Running) -> None:
    """Waits until the first sandbox runs ``wait()``."""

    running.until(lambda: running.pool.taken and running.pool.taken[0].running.is_set())


def release(running: Running) -> None:
    running.call(running.pool.taken[0].release.set)


def ended(running: Running, operation: str) -> dict[str, object]:
    """Waits until a run has ended, without asking again and again."""
    found = running.app.sessions.find("test-session")
    assert found is not None
    execution = found.results.get(operation)
    assert execution is not None
    running.do(execution.done.wait())
    return look(running, operation).page()


def test_one_id_asked_for_by_many_at_once_runs_once(serve: Serve) -> None:
    running, operation = serve(), str(uuid.uuid4())
    with ThreadPoolExecutor(20) as many:
        asked = [many.submit(run, running.server, "wait()", operation) for _ in range(20)]
        begun(running)
        release(running)
        answers = [each.result(30) for each in asked]

    assert {answer.status for answer in answers} == {200}
    assert {answer.page()["result"]["stdout"] for answer in answers} == {"waiting\n"}
    assert running.pool.taken[0].ran == ["wait()"]


def test_many_runs_of_a_session_go_one_at_a_time(serve: Serve) -> None:
    running = serve()
    run(running.server, "most = now = 0")
    code = "now += 1; most = max(most, now); now -= 1; most"
    with ThreadPoolExecutor(20) as many:
        answers = list(many.map(lambda _: run(running.server, code), range(20)))

    assert {answer.page()["result"]["executionResult"] for answer in answers} == {1}


def test_a_run_that_waits_for_its_turn_says_so_and_files_do_not_wait(serve: Serve) -> None:
    running = serve()
    first = start(running.server, "wait()")
    second = str(uuid.uuid4())
    answer = run(running.server, "1 + 1", second, executionType="Asynchronous")

    assert answer.page()["status"] == "NotStarted"
    assert look(running, first).page()["status"] == "Running"
    assert call(running.server, "GET", target("/files")).status == 200
    release(running)
    assert ended(running, second)["result"]["executionResult"] == 2


def test_sessions_do_not_wait_for_each_other(serve: Serve) -> None:
    running = serve()
    start(running.server, "wait()")

    assert run(running.server, "1", identifier="another").status == 200


def test_a_caller_that_hangs_up_does_not_stop_its_run(serve: Serve) -> None:
    running, operation = serve(), str(uuid.uuid4())
    body = b'{"code": "wait()"}'
    with Wire(running.server) as wire:
        wire.head(
            "POST",
            target("/executions"),
            f"operation-id: {operation}",
            f"Content-Length: {len(body)}",
        )
        wire.say(body)
        begun(running)
    release(running)

    assert ended(running, operation)["status"] == "Succeeded"


def test_a_caller_that_waits_long_is_not_taken_for_idle(serve: Serve) -> None:
    running = serve(connections=Connections(idle=0.2))
    with ThreadPoolExecutor(1) as other:
        asked = other.submit(run, running.server, "wait()")
        begun(running)
        for _ in range(2):
            with Wire(running.server) as silent:
                assert silent.hear() is None
        release(running)

        assert asked.result(30).status == 200


def test_what_waits_can_be_canceled_and_is_never_run(serve: Serve) -> None:
    running = serve()
    start(running.server, "wait()")
    second = str(uuid.uuid4())
    run(running.server, "1 + 1", second, executionType="Asynchronous")

    assert look(running, second, "DELETE").status == 204
    assert look(running, second).page()["status"] == "Canceled"
    release(running)
    assert run(running.server, "3").status == 200
    assert running.pool.taken[0].ran == ["wait()", "3"]


def test_what_would_not_end_takes_its_sandbox_with_it(serve: Serve) -> None:
    running = serve()
    sessions.LAST_RESORT, usual = 0.1, sessions.LAST_RESORT
    try:
        operation = start(running.server, "wait()")
        begun(running)
        running.pool.taken[0].deaf = True

        assert look(running, operation, "DELETE").status == 204
    finally:
        sessions.LAST_RESORT = usual
    assert running.pool.taken[0].gone
    assert look(running, operation).page()["status"] == "Canceled"


def test_a_run_that_nothing_ends_is_ended_with_its_session(serve: Serve) -> None:
    running = serve()
    sessions.LAST_RESORT, usual = -0.8, sessions.LAST_RESORT
    try:
        page = run(running.server, "wait()", timeoutInSeconds=1).page()
    finally:
        sessions.LAST_RESORT = usual

    assert running.pool.taken[0].gone
    assert page["status"] == "Canceled"


def test_a_lost_sandbox_is_replaced_and_the_session_shows_it(serve: Serve) -> None:
    running, operation = serve(), str(uuid.uuid4())
    run(running.server, "x = 1")
    before = call(running.server, "GET", target("/session")).page()

    lost = run(running.server, "die()", operation)
    error = lost.page()["error"]["error"]
    assert (error["code"], error["innererror"]["code"]) == ("KernelDied", "SessionLost")
    refused(call(running.server, "GET", target("/session")), 404, "SessionNotFound")
    refused(call(running.server, "GET", target("/files/x")), 404, "FileNotFound")
    again = run(running.server, "'x' in dir()")
    after = call(running.server, "GET", target("/session")).page()

    assert again.page()["result"]["executionResult"] is False
    assert after["etag"] != before["etag"]
    assert after["createdAt"] > before["createdAt"]
    assert again.headers["x-ms-session-guid"] == after["etag"]
    assert run(running.server, "die()", operation).page()["status"] == "Failed"
    assert len(running.pool.taken) == 2


def test_what_waited_in_a_lost_sandbox_is_not_run_in_another(serve: Serve) -> None:
    running = serve()
    start(running.server, "wait()")
    begun(running)
    second = str(uuid.uuid4())
    run(running.server, "x + 1", second, executionType="Asynchronous")
    running.do(running.pool.taken[0].close())

    error = ended(running, second)["error"]["error"]
    assert error["innererror"]["code"] == "SessionLost"
    assert [sandbox.ran for sandbox in running.pool.taken] == [["wait()"]]


def test_too_much_that_waits_is_refused(serve: Serve) -> None:
    running = serve()
    start(running.server, "wait()")
    for _ in range(sessions.WAITING):
        run(running.server, "1", executionType="Asynchronous")

    refused(run(running.server, "1"), 429, "TooManyExecutions")

    release(running)


def test_much_code_that_waits_is_refused_earlier(serve: Serve) -> None:
    running = serve()
    start(running.server, "wait()")
    large = "#" * (2 * 1024 * 1024 - 1000)
    for _ in range(6):
        answer = run(running.server, large, str(uuid.uuid4()), executionType="Asynchronous")

    refused(answer, 429, "TooManyExecutions")
    release(running)


def test_a_fault_of_the_engine_is_an_outcome_and_the_session_goes_on(serve: Serve) -> None:
    running = serve()
    run(running.server, "1")
    sandbox = running.pool.taken[0]

    async def fail(*_: object, **__: object) -> None:
        raise RuntimeError("secret detail")

    sandbox.execute, usual = fail, sandbox.execute
    error = run(running.server, "1").page()["error"]["error"]
    sandbox.execute = usual

    assert error["code"] == "KernelDied"
    assert "secret" not in error["message"]
    assert run(running.server, "2").page()["result"]["executionResult"] == 2


def test_values_that_json_does_not_have_are_made_fit(serve: Serve) -> None:
    running = serve()
    bundle = {"application/json": {"a": [float("nan"), 10**5000, "half \ud83d"]}}
    odd = Outcome("Succeeded", stdout="\udfff", outputs=(Output("display", bundle),))
    run(running.server, "1")
    running.call(lambda: running.pool.taken[0].outcomes.append(odd))

    result = run(running.server, "1").page()["result"]

    assert result["outputs"][0]["data"]["application/json"]["a"] == [
        None,
        "an integer of 16610 bits",
        "half ?",
    ]
