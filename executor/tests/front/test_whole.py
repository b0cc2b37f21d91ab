"""The front on the real engine, over HTTP."""

import http.client
import json
import os
import re
import textwrap
import zlib
from concurrent.futures import ThreadPoolExecutor
from itertools import chain, repeat
from pathlib import Path

import pytest
from asking import Wire, refused, run, start, target, upload
from program import Program
from stories import Server, call, play, stories

MIB = 1024 * 1024


@pytest.mark.parametrize(("story", "api"), stories())
def test_the_server_tells_every_story_of_the_contract(
    story: str, api: str, program: Program
) -> None:
    play(program.server, story, api)


def memory(program: Program) -> int:
    """What the front itself has in memory, in bytes."""
    status = Path(f"/proc/{program.process.pid}/status").read_text()
    return int(status.split("VmRSS:")[1].split()[0]) * 1024


def peak(program: Program) -> int:
    """The most it ever had."""
    status = Path(f"/proc/{program.process.pid}/status").read_text()
    return int(status.split("VmHWM:")[1].split()[0]) * 1024


def test_100_megabytes_go_in_and_out_without_being_held(program: Program) -> None:
    megabyte = os.urandom(MIB)
    head = b'--b\r\nContent-Disposition: form-data; name="file"; filename="big"\r\n\r\n'
    end = b"\r\n--b--\r\n"
    before = memory(program)

    connection = http.client.HTTPConnection("127.0.0.1", program.server.port, timeout=60)
    headers = {
        "Authorization": f"Bearer {program.token}",
        "Content-Type": "multipart/form-data; boundary=b",
        "Content-Length": str(len(head) + 100 * MIB + len(end)),
    }
    body = chain([head], repeat(megabyte, 100), [end])
    connection.request("POST", target("/files", identifier="large"), body, headers)
    uploaded = json.loads(connection.getresponse().read())
    headers = {"Authorization": f"Bearer {program.token}"}
    connection.request("GET", target("/files/big/content", identifier="large"), headers=headers)
    answer = connection.getresponse()
    received = 0
    while piece := answer.read(MIB):
        assert piece == megabyte
        received += len(piece)
    connection.close()

    assert uploaded["sizeInBytes"] == received == 100 * MIB
    assert peak(program) - before < 24 * MIB
    run(program.server, "1", identifier="large")
    assert call(program.server, "DELETE", target("/session", identifier="large")).status == 204


def test_a_large_output_is_cut_and_the_front_stays_small(program: Program) -> None:
    before = memory(program)
    api = {"outputStreamsMaxLength": 1000}
    answer = run(program.server, "print('a' * 50_000_000)", identifier="loud", **api)

    stdout = answer.page()["result"]["stdout"]
    assert len(stdout) < 1500
    assert stdout.startswith("a" * 500)
    assert memory(program) - before < 24 * MIB


def test_50_sessions_run_at_once_and_do_not_see_each_other(program: Program) -> None:
    def one(number: int) -> list[object]:
        name = f"many-{number:02}"
        run(program.server, f"mine = {number}", identifier=name)
        upload(program.server, "mine.txt", str(number).encode(), identifier=name)
        code = "mine, open('/mnt/data/mine.txt').read()"
        return run(program.server, code, identifier=name).page()["result"]["executionResult"]

    with ThreadPoolExecutor(50) as many:
        seen = list(many.map(one, range(50)))
        list(
            many.map(
                lambda n: call(
                    program.server, "DELETE", target("/session", identifier=f"many-{n:02}")
                ),
                range(50),
            )
        )

    assert seen == [f"({number}, '{number}')" for number in range(50)]


def test_links_and_pipes_planted_by_code_lead_to_nothing_of_the_host(program: Program) -> None:
    name = "planter"
    code = """
        import os
        os.symlink('/etc/shadow', '/mnt/data/link')
        os.symlink('/', '/mnt/data/root')
        os.mkfifo('/mnt/data/pipe')
        open('/mnt/data/strange\\nname', 'w').write('x')
    """
    run(program.server, textwrap.dedent(code), identifier=name)

    for path in ("link", "pipe", "root/etc/shadow", "root"):
        for address in (f"/files/{path}", f"/files/{path}/content"):
            answer = call(program.server, "GET", target(address, identifier=name))
            assert answer.status in (403, 404, 409), (address, answer)
    listed = call(program.server, "GET", target("/files", identifier=name)).page()["value"]
    assert "strange\nname" in [each["name"] for each in listed]
    assert run(program.server, "1", identifier=name).status == 200


def test_what_reads_files_of_strangers_is_not_in_the_process_that_serves(program: Program) -> None:
    """Archives, pictures and pickles are bytes to it, whatever they would unpack to."""
    bomb = b"PK\x03\x04" + zlib.compress(bytes(50_000_000)) + b"\x89PNG\r\n\x1a\n"
    before = memory(program)
    for name in ("a.zip", "a.png", "a.pkl", "a.xlsx", "a.npy"):
        upload(program.server, name, bomb, identifier="bombs")
        path = target(f"/files/{name}/content", identifier="bombs")
        assert call(program.server, "GET", path).body == bomb

    assert memory(program) - before < 24 * MIB
    mapped = Path(f"/proc/{program.process.pid}/maps").read_text()
    assert not re.findall(r"/(?:numpy|pandas|PIL|lxml|pyarrow|scipy|matplotlib)/", mapped)


def test_hostile_bodies_leave_the_front_as_it_was(program: Program) -> None:
    before = memory(program)
    headers = {"Content-Type": "application/json"}
    for body in (b"[" * 2_000_000, b'{"a":' * 300_000, b'{"code":"' + b"a" * 2_000_000):
        for _ in range(20):
            answer = call(program.server, "POST", target("/executions"), body, headers)
            assert answer.status == 400

    assert memory(program) - before < 40 * MIB
    assert run(program.server, "1").status == 200


def test_output_is_heard_while_it_runs(program: Program) -> None:
    code = "import time\nprint('first', flush=True)\ntime.sleep(20)"
    operation = start(program.server, code, identifier="streamed")
    path = target(f"/executions/{operation}/stream", identifier="streamed")
    with Wire(program.server) as wire:
        wire.head("GET", path, f"Authorization: Bearer {program.token}", "Connection: close")
        wire.hear_until(b"first")
        ended = call(
            program.server, "DELETE", target(f"/executions/{operation}", identifier="streamed")
        )
        heard = wire.hear_until(b"event: end")

    assert ended.status == 204
    assert b"Canceled" in heard


def test_strangers_are_not_served_by_the_local_pool(program: Program) -> None:
    refused(run(Server(program.server.port), "1"), 401, "Unauthorized")
