import uuid
from collections.abc import Callable

from asking import refused, run, target
from running import Running
from stories import Answer, call

from executor.front.execution import Execution
from executor.front.results import Ledger, Results
from executor.outcome import Outcome
from executor.wire.orders import Order

Serve = Callable[..., Running]


def look(running: Running, operation: str, method: str = "GET") -> Answer:
    return call(running.server, method, target(f"/executions/{operation}"))


def finished(key: str, size: int) -> Execution:
    execution = Execution(key, Order(code="1"))
    execution.end(Outcome("Succeeded", stdout="a" * size))
    return execution


def test_old_outcomes_are_forgotten_but_not_run_again() -> None:
    ledger = Ledger(most=1_000_000)
    large, small = Results(ledger), Results(ledger, most=10)
    for table, name, size in ((small, "s", 1000), *((large, f"l{n}", 300_000) for n in range(5))):
        execution = finished(name, size)
        table.begin(execution)
        table.ended(execution)

    assert small.find("s").outcome is not None
    assert large.find("l4").outcome is not None
    assert [large.get(f"l{n}").forgotten for n in range(5)] == [True, True, False, False, False]
    assert large.bytes + small.bytes < 1_000_000
    for n in range(20):
        execution = finished(f"more{n}", 1)
        small.begin(execution)
        small.ended(execution)
    assert small.get("s").forgotten
    assert not small.get("more19").forgotten


def test_the_newest_outcome_is_kept_however_large_it_is() -> None:
    ledger = Ledger(most=1000)
    table = Results(ledger)
    execution = finished("x", 5000)
    table.begin(execution)
    table.ended(execution)

    assert table.find("x").outcome is not None


def test_a_forgotten_outcome_is_said_to_be_so(serve: Serve) -> None:
    running, operation = serve(), str(uuid.uuid4())
    run(running.server, "1", operation)
    found = running.app.sessions.find("test-session")
    assert found is not None
    running.call(found.results.forget_oldest)

    refused(look(running, operation), 410, "ExecutionForgotten")
    refused(run(running.server, "1", operation), 410, "ExecutionForgotten")
    assert running.pool.taken[0].ran == ["1"]
