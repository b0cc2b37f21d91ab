"""What makes forks fast leaves the memory as it was."""

import subprocess
import sys

# In a process of its own, for large pages are for the whole process.
MOVED = """
import hashlib, os
from executor.confine import linux
kept = [os.urandom(8 << 20), *(str(number) for number in range(200_000))]
def seen():
    return hashlib.sha256(kept[0] + "".join(kept[1:]).encode()).hexdigest()
before = seen()
for piece in linux.large_pages():
    piece()
assert seen() == before
if os.fork() == 0:
    kept[0] = bytes(8 << 20)
    os._exit(seen() == before)
assert os.wait()[1] == 0
assert seen() == before
"""


def test_memory_in_large_pages_holds_what_it_held_and_forks_have_their_own() -> None:
    done = subprocess.run(  # noqa: S603 - our own
        [sys.executable, "-c", MOVED], check=False, capture_output=True, timeout=60
    )

    assert done.returncode == 0, done.stderr
