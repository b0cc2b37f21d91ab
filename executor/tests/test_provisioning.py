"""The session pool that is provisioned, compared with what Azure publishes of such resources."""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from executor.__main__ import PORT

INFRA = Path(__file__).parents[2] / "infra"
PUBLISHED: dict[str, Any] = json.loads((INFRA / "published" / "session-pools.json").read_text())
SESSIONS = (INFRA / "modules" / "sessions.bicep").read_text()
WORD = re.compile(
    r"//[^\n]*|'(?:\\.|\$\{[^}]*\}|[^'\\])*'|\w+(?=\s*:)|[{}\[\]?:,\n]|[^\s{}\[\]?:,']+"
)


def properties(bicep: str, resource: str) -> Iterator[tuple[list[str], str]]:
    """Each property of a resource by its path, with what stands on its line behind it."""
    (start,) = (found.end() for found in re.finditer(rf"'{resource}' = ", bicep))
    path: list[str] = []
    key, fresh = "", True
    for found in WORD.finditer(bicep, start):
        word = found[0]
        if word == "{":
            path.append(key)
        elif word == "}":
            key = path.pop()
            if not path:
                return
        elif fresh and re.fullmatch(r"\w+", word):
            key = word
            yield [*path[1:], key], bicep[found.end() :].partition("\n")[0]
        elif fresh and word.startswith("'"):
            key = "*"
        fresh = word in "{,\n"


def published(resource: str, path: list[str]) -> Any:
    """What Azure says of a property: its type, its values, or the properties below it."""
    known = PUBLISHED[resource]["properties"]
    for name in path:
        if known == "map":
            return "anything"
        known = known.get(name) if isinstance(known, dict) else None
    return known


@pytest.mark.parametrize("resource", list(PUBLISHED))
def test_every_property_is_one_that_azure_knows_with_a_value_that_it_may_have(
    resource: str,
) -> None:
    files = [file.read_text() for file in (INFRA / "modules").glob("*.bicep")]
    (bicep,) = (text for text in files if f"'{resource}'" in text)
    seen = list(properties(bicep, resource))

    assert len(seen) > 4
    for path, value in seen:
        known = published(resource, path)
        assert known is not None, ".".join(path)
        if isinstance(known, list):
            literals = re.findall(r"'([^']*)'", value.partition("}")[0])
            assert literals, (path, value)
            assert set(literals) <= set(known), (path, literals)


def test_what_azure_does_not_know_is_seen() -> None:
    resource = "Microsoft.App/sessionPools@2025-07-01"
    wrong = SESSIONS.replace("cooldownPeriodInSeconds", "coolDownPeriod")

    unknown = [path for path, _ in properties(wrong, resource) if published(resource, path) is None]

    assert [path[-1] for path in unknown] == ["coolDownPeriod"]


def test_a_pool_is_called_as_azure_wants_it() -> None:
    main = (INFRA / "main.bicep").read_text()
    names = re.search(r"sessions: custom \? '(.+)' : '(.+)'", main)

    assert names
    for name in names.groups():
        made = name.replace("${token}", "a1" + "x" * 11)  # uniqueString gives 13
        assert re.fullmatch(PUBLISHED["Microsoft.App/sessionPools@2025-07-01"]["name"], made)


def test_the_pool_asks_the_container_where_it_listens_and_lets_nothing_out() -> None:
    assert f"ingress: {{ targetPort: {PORT} }}" in SESSIONS
    assert "status: 'EgressDisabled'" in SESSIONS
    assert "lifecycle: 'None'" in SESSIONS
