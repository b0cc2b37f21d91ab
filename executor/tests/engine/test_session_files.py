import asyncio
import os
from typing import Any

import pytest
from story import answers, ran, read, shell, value, write

from executor.files import parts
from executor.sandbox import Sandbox, SandboxGone


def test_a_file_goes_in_and_comes_out(run: Any, sandbox: Sandbox) -> None:
    content = os.urandom(3_000_000)

    run(write(sandbox, "deep/er/data.bin", content))

    assert run(value(sandbox, "len(open('/mnt/data/deep/er/data.bin', 'rb').read())")) == 3_000_000
    assert run(read(sandbox, "/mnt/data/deep/er/data.bin")) == content
    entry = run(sandbox.stat_file("deep/er/data.bin"))
    assert (entry.path, entry.directory, entry.size) == ("deep/er/data.bin", False, 3_000_000)
    assert entry.modified > 1.7e9


def test_a_file_shows_only_when_it_is_whole(run: Any, sandbox: Sandbox) -> None:
    run(write(sandbox, "a.txt", b"old"))

    async def half() -> None:
        async with await sandbox.create_file("a.txt") as upload:
            os.write(upload.fd, b"half of the n")

    run(half())

    assert run(read(sandbox, "a.txt")) == b"old"
    assert [entry.path for entry in run(sandbox.list_files()).entries] == ["a.txt"]
    run(write(sandbox, "a.txt", b"new"))
    assert run(read(sandbox, "a.txt")) == b"new"


def test_listings_are_flat_or_deep(run: Any, sandbox: Sandbox) -> None:
    for path in ("b.txt", "a/x.txt", "a/b/y.txt"):
        run(write(sandbox, path, b"."))

    def names(listing: Any) -> list[str]:
        assert listing.complete
        return [entry.path for entry in listing.entries]

    assert names(run(sandbox.list_files())) == ["a", "b.txt"]
    assert names(run(sandbox.list_files("a"))) == ["a/b", "a/x.txt"]
    everything = ["a", "a/b", "a/b/y.txt", "a/x.txt", "b.txt"]
    assert names(run(sandbox.list_files(recursive=True))) == everything


def test_files_and_whole_directories_can_be_deleted(run: Any, sandbox: Sandbox) -> None:
    run(write(sandbox, "d/e/f.txt", b"."))
    run(write(sandbox, "g.txt", b"."))

    run(sandbox.delete_file("g.txt"))
    run(sandbox.delete_file("d"))

    assert run(sandbox.list_files()).entries == ()


@pytest.mark.parametrize("do", ["open_file", "stat_file", "delete_file", "list_files"])
def test_what_is_not_there_is_not_found(run: Any, sandbox: Sandbox, do: str) -> None:
    with pytest.raises(FileNotFoundError):
        run(getattr(sandbox, do)("no/such.txt"))


def test_a_directory_is_no_file_and_the_other_way_round(run: Any, sandbox: Sandbox) -> None:
    run(write(sandbox, "d/f.txt", b"."))

    with pytest.raises(IsADirectoryError):
        run(sandbox.open_file("d"))
    with pytest.raises(IsADirectoryError):
        run(write(sandbox, "d", b"."))
    with pytest.raises(NotADirectoryError):
        run(sandbox.list_files("d/f.txt"))
    with pytest.raises(NotADirectoryError):
        run(write(sandbox, "d/f.txt/g", b"."))
    assert [entry.path for entry in run(sandbox.list_files("d")).entries] == ["d/f.txt"]


@pytest.mark.parametrize(
    "path",
    ["../x", "a/../../x", "/etc/passwd", "/mnt/database", "a\0b", "\ud800", "x" * 256, "a/" * 65],
)
def test_what_can_be_no_path_is_refused(path: str) -> None:
    with pytest.raises(ValueError, match=r"^A "):
        parts(path)


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("", ()),
        ("/mnt/data", ()),
        ("/mnt/data/a", ("a",)),
        ("a//b/./c", ("a", "b", "c")),
        ("-rf", ("-rf",)),
        (" 日本.csv", (" 日本.csv",)),
    ],
)
def test_a_path_is_taken_apart(path: str, expected: tuple[str, ...]) -> None:
    assert parts(path) == expected


def test_odd_names_go_both_ways(run: Any, sandbox: Sandbox) -> None:
    for name in ("-rf", " ", "a\nb", "日本.csv", "..x", "*", "%2e%2e", "x" * 255):
        run(write(sandbox, name, name.encode()))
        assert run(read(sandbox, name)) == name.encode()
        run(sandbox.delete_file(name))


def test_names_that_are_no_text_are_left_out(run: Any, sandbox: Sandbox) -> None:
    run(value(sandbox, "open(b'/mnt/data/\\xff', 'w').close(); open('good', 'w').close()"))

    assert [entry.path for entry in run(sandbox.list_files()).entries] == ["good"]


SECRET = "the-secret-of-the-machine"  # noqa: S105


@pytest.fixture
def secret(tmp_path: Any) -> Any:
    """A file of the machine's that everybody there may read."""
    path = tmp_path / "secret.txt"
    path.write_text(SECRET, "utf-8")
    for directory in (path, *path.parents):
        if directory.stat().st_uid == os.geteuid():
            directory.chmod(directory.stat().st_mode | 0o055)
        if directory.name.startswith("pytest-of"):
            break
    return path


@pytest.mark.parametrize(
    "plant",
    [
        "os.symlink({secret!r}, 'out.txt')",
        "os.symlink('/etc/passwd', 'out.txt')",
        "os.symlink('/proc/1/environ', 'out.txt')",
        "os.symlink('out.txt', 'out.txt')",
        "os.mkfifo('out.txt')",
        "import socket; s = socket.socket(socket.AF_UNIX); s.bind('out.txt')",
    ],
)
def test_what_is_no_plain_file_is_never_opened(
    run: Any, sandbox: Sandbox, neighbour: Sandbox, secret: Any, plant: str
) -> None:
    run(value(sandbox, "import os\n" + plant.format(secret=str(secret))))

    with pytest.raises(PermissionError):
        run(sandbox.open_file("out.txt"))
    with pytest.raises(PermissionError):
        run(sandbox.stat_file("out.txt"))
    assert run(sandbox.list_files(recursive=True)).entries == ()
    run(write(sandbox, "out.txt", b"ours"))  # takes its place
    assert run(read(sandbox, "out.txt")) == b"ours"
    assert secret.read_text("utf-8") == SECRET
    run(answers(sandbox))


def test_no_directory_on_the_way_may_be_a_link(
    run: Any, sandbox: Sandbox, neighbour: Sandbox, secret: Any
) -> None:
    run(value(sandbox, f"import os; os.symlink({str(secret.parent)!r}, 'd'); os.symlink('/', 'r')"))

    for path in ("d/secret.txt", "r/etc/passwd", "r/mnt/data/x"):
        with pytest.raises(NotADirectoryError):
            run(sandbox.open_file(path))
        with pytest.raises(NotADirectoryError):
            run(write(sandbox, path, b"overwritten"))
    with pytest.raises(NotADirectoryError):
        run(sandbox.list_files("d"))
    run(sandbox.delete_file("d"))
    assert secret.read_text("utf-8") == SECRET


def test_a_file_that_changes_into_a_link_while_it_is_opened_leads_nowhere(
    run: Any, sandbox: Sandbox, neighbour: Sandbox, secret: Any
) -> None:
    run(write(sandbox, "plain.txt", b"plain"))
    code = f"""
import os
os.symlink({str(secret)!r}, 'link')
while True:
    for source in ('link', 'plain.txt'):
        try: os.unlink('new')
        except OSError: pass
        (os.symlink({str(secret)!r}, 'new') if source == 'link' else os.link(source, 'new'))
        os.replace('new', 'out.txt')
"""

    async def story() -> set[bytes]:
        attack = asyncio.ensure_future(sandbox.execute("swap", code, timeout=60))
        seen: set[bytes] = set()
        for _ in range(300):
            try:
                seen.add(await read(sandbox, "out.txt"))
            except OSError:
                await asyncio.sleep(0.001)
        await sandbox.interrupt("swap")
        await attack
        return seen

    assert run(story()) <= {b"plain"}
    run(answers(sandbox))


def test_files_without_rights_are_refused_and_can_be_replaced_or_deleted(
    run: Any, sandbox: Sandbox
) -> None:
    run(write(sandbox, "closed.txt", b"."))
    run(write(sandbox, "d/in.txt", b"."))
    run(value(sandbox, "import os; os.chmod('closed.txt', 0); os.chmod('d', 0)"))

    with pytest.raises(PermissionError):
        run(sandbox.open_file("closed.txt"))
    listing = run(sandbox.list_files(recursive=True))
    assert ([entry.path for entry in listing.entries], listing.complete) == (
        ["closed.txt", "d"],
        False,
    )
    with pytest.raises(PermissionError):
        run(sandbox.delete_file("d"))
    run(sandbox.delete_file("closed.txt"))
    run(answers(sandbox))


def test_listing_is_bounded_however_much_there_is(
    run: Any, sandbox: Sandbox, neighbour: Sandbox
) -> None:
    code = """
import os
for i in range(2000): os.mkdir('d'); os.chdir('d')
os.chdir('/mnt/data')
"""
    run(value(sandbox, code))

    listing = run(sandbox.list_files(recursive=True))

    assert 0 < len(listing.entries) <= 100
    assert not listing.complete
    run(sandbox.delete_file("d"))
    assert run(sandbox.list_files()).complete


def test_files_that_vanish_while_they_are_listed_do_no_harm(run: Any, sandbox: Sandbox) -> None:
    loop = "while true; do touch a b c d; mkdir e; touch e/f; rm -rf *; done"

    async def story() -> None:
        attack = asyncio.ensure_future(shell(sandbox, loop, timeout=1))
        while not attack.done():
            await sandbox.list_files(recursive=True)
        await attack

    run(story())
    run(answers(sandbox))


def test_many_files_can_be_handled_at_once(run: Any, sandbox: Sandbox) -> None:
    async def story() -> None:
        names = [f"f{number}.txt" for number in range(100)]
        for some in (names[:50], names[50:]):
            await asyncio.gather(*(write(sandbox, name, name.encode()) for name in some))
        contents = await asyncio.gather(*(read(sandbox, name) for name in names))
        assert [content.decode() for content in contents] == names

    run(story())


def test_a_sandbox_that_is_gone_says_so(run: Any, pool: Any) -> None:
    sandbox = run(pool.take())
    run(sandbox.close())
    run(sandbox.close())

    assert sandbox.gone
    for story in (sandbox.execute("a", "1"), sandbox.list_files(), sandbox.open_file("x")):
        with pytest.raises(SandboxGone):
            run(story)


def test_what_code_does_with_its_directory_harms_only_itself(
    run: Any, sandbox: Sandbox, neighbour: Sandbox
) -> None:
    run(
        ran(
            sandbox, "import os, shutil\nshutil.rmtree('/mnt/data', True); os.chmod('/mnt/data', 0)"
        )
    )

    with pytest.raises(PermissionError):
        run(write(sandbox, "x", b"."))
    run(answers(sandbox))
