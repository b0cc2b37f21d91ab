"""Each attack is judged by what the machine and the neighbour see, not by what it says itself; and
after each one the same session and its neighbour still answer."""

import asyncio
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import outside
import pytest
from story import answers, only_its_kernel_lives, ran, read, value, while_watched

from executor.sandbox import Sandbox

ENDLESS = {
    "python": "while True: pass",
    "a sleep": "import time; time.sleep(60)",
    "a regular expression": "import re; re.match(r'(a+)+$', 'a' * 50 + 'b')",
    "a power": "10 ** 10 ** 9",
    "a sum in C": "sum(range(10**12))",
    "a maximum in C": "import itertools; max(itertools.repeat(0))",
    "numpy": "import numpy as np\nx = np.ones((1500, 1500))\nwhile True: x = x @ x / 1500",
    "ctypes": "import ctypes; ctypes.CDLL(None).pause()\nwhile True: pass",
    "catching everything": (
        "while True:\n    try:\n        while True: pass\n    except BaseException: pass"
    ),
    "ignoring the interrupt": (
        "import signal; signal.signal(signal.SIGINT, signal.SIG_IGN)\nwhile True: pass"
    ),
    "masking signals": (
        "import signal; signal.pthread_sigmask(signal.SIG_BLOCK, range(1, 65))\nwhile True: pass"
    ),
    "a lock": "import threading; l = threading.Lock(); l.acquire(); l.acquire()",
    "stopping itself": "import os, signal; os.kill(os.getpid(), signal.SIGSTOP)",
    "a switch interval": "import sys; sys.setswitchinterval(1e6)\nwhile True: pass",
    "threads": (
        "import threading\n"
        "def spin():\n    while True: pass\n"
        "for _ in range(4): threading.Thread(target=spin).start()\n"
        "spin()"
    ),
    "a finaliser": "class A:\n    def __del__(self):\n        while True: pass\na = A(); del a",
    "await": "import asyncio\nawait asyncio.sleep(60)",
    "a command": "!trap '' INT; while true; do :; done",
    "many processes": (
        "import os\n"
        "for _ in range(8):\n"
        "    try: os.fork()\n    except OSError: pass\n"  # as many as are allowed
        "while True: pass"
    ),
}


@pytest.mark.parametrize("way", ENDLESS)
def test_what_never_ends_is_ended(run: Any, sandbox: Sandbox, neighbour: Sandbox, way: str) -> None:
    attack = ran(sandbox, ENDLESS[way], timeout=0.4)

    outcome, _ = run(while_watched(attack, sandbox, neighbour))

    assert (outcome.status, outcome.problem.code) == ("Failed", "ExecutionTimeout")
    only_its_kernel_lives(sandbox)
    run(answers(sandbox))


LEFTOVERS = {
    "a child": "import subprocess; subprocess.Popen(['sh', '-c', 'while :; do echo stale; done'])",
    "a daemon": """
import os
if os.fork() == 0:
    os.setsid()
    if os.fork() == 0:
        while True: os.write(1, b'stale')
    os._exit(0)
""",
    "nohup": "!nohup sh -c 'while :; do echo stale; done' &",
    "a thread": """
import threading, time
def stale():
    while True: print('stale'); time.sleep(0.001)
threading.Thread(target=stale).start()
""",
    "a daemon thread that displays": """
import threading
def stale():
    while True: display('stale')
threading.Thread(target=stale, daemon=True).start()
""",
    "a timer": """
import threading
def stale():
    print('stale'); threading.Timer(0.001, stale).start()
stale()
""",
    "an alarm": """
import signal
signal.signal(signal.SIGALRM, lambda *_: print('stale'))
signal.setitimer(signal.ITIMER_REAL, 0.001, 0.001)
""",
    "a multiprocessing pool": """
import concurrent.futures, time
pool = concurrent.futures.ProcessPoolExecutor(2)
future = pool.submit(time.sleep, 60)
""",
}


@pytest.mark.parametrize("way", LEFTOVERS)
def test_what_a_run_leaves_behind_is_dead_or_silent_in_the_next(
    run: Any, sandbox: Sandbox, neighbour: Sandbox, way: str
) -> None:
    run(ran(sandbox, LEFTOVERS[way], timeout=10))

    only_its_kernel_lives(sandbox)
    for _ in range(3):
        outcome = run(ran(sandbox, "print('clean')\nimport time; time.sleep(0.02)\nprint('clean')"))
        assert (outcome.stdout, outcome.outputs) == ("clean\nclean\n", ()), outcome


def test_a_forked_child_that_forgets_to_leave_does_not_answer(
    run: Any, sandbox: Sandbox, neighbour: Sandbox
) -> None:
    code = """
import os, time
child = os.fork() == 0
if child: 1 / 0
else: os.wait()
'parent'
"""
    for _ in range(3):
        outcome = run(ran(sandbox, code))
        assert (outcome.status, outcome.value) == ("Succeeded", "parent")
        only_its_kernel_lives(sandbox)
        run(answers(sandbox))


def test_threads_of_earlier_runs_stand_still_between_runs(run: Any, sandbox: Sandbox) -> None:
    spin = "import threading\ndef spin():\n    while True: pass\n"
    run(ran(sandbox, spin + "threading.Thread(target=spin, daemon=True).start()"))

    def used() -> list[str]:
        (kernel,) = outside.inside(sandbox)
        fields = Path(f"/proc/{kernel.pid}/stat").read_text("utf-8").split()
        return fields[13:15]

    before = used()
    assert sum(i * i for i in range(3_000_000)) > 0  # some time passes
    assert used() == before


SECRET = "canary-of-the-machine"  # noqa: S105


@pytest.fixture
def prey(tmp_path: Path) -> Iterator[dict[str, Any]]:
    """What an attacker would like to reach: a file, a process, sockets of every kind."""
    (tmp_path / "secret").write_text(SECRET, "utf-8")
    victim = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(120)"])
    tcp = socket.create_server(("0.0.0.0", 0))  # noqa: S104
    udp = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    udp.bind(("0.0.0.0", 0))  # noqa: S104
    abstract = socket.socket(socket.AF_UNIX)
    abstract.bind(f"\0millrace-test-{os.getpid()}")
    abstract.listen()
    for listener in (tcp, udp, abstract):
        listener.setblocking(False)
    yield {
        "secret": tmp_path / "secret",
        "victim": victim,
        "tcp": tcp,
        "udp": udp,
        "abstract": abstract,
    }
    victim.kill()
    victim.wait()
    for listener in (tcp, udp, abstract):
        listener.close()


def test_the_network_reaches_nobody(
    run: Any, sandbox: Sandbox, neighbour: Sandbox, prey: dict[str, Any]
) -> None:
    machine = socket.gethostbyname(socket.gethostname())
    code = f"""
import socket
def knock(family, kind, address, protocol=0):
    try:
        s = socket.socket(family, kind, protocol); s.settimeout(0.2)
        s.connect(address); s.send(b'knock')
    except OSError: pass
for host in ('127.0.0.1', '{machine}', '0.0.0.0', '169.254.169.254', '::ffff:127.0.0.1', '::1'):
    family = socket.AF_INET6 if ':' in host else socket.AF_INET
    knock(family, socket.SOCK_STREAM, (host, {prey["tcp"].getsockname()[1]}))
    knock(family, socket.SOCK_DGRAM, (host, {prey["udp"].getsockname()[1]}))
knock(socket.AF_UNIX, socket.SOCK_STREAM, {prey["abstract"].getsockname()!r})
knock(socket.AF_VSOCK, socket.SOCK_STREAM, (2, 1024))
knock(socket.AF_INET, socket.SOCK_RAW, ('127.0.0.1', 0), socket.IPPROTO_ICMP)
knock(socket.AF_PACKET, socket.SOCK_RAW, ('lo', 0))
try: socket.getaddrinfo('example.com', 80)
except OSError: pass
"""
    run(value(sandbox, code))

    with pytest.raises(BlockingIOError):
        prey["tcp"].accept()
    with pytest.raises(BlockingIOError):
        prey["udp"].recv(10)
    with pytest.raises(BlockingIOError):
        prey["abstract"].accept()
    run(answers(sandbox))


def test_there_is_no_way_out_of_its_network(
    run: Any, sandbox: Sandbox, neighbour: Sandbox, namespaces: None
) -> None:
    own = Path(f"/proc/{outside.inside(sandbox)[0].pid}/net")

    assert len((own / "route").read_text("utf-8").splitlines()) == 1
    devices = (own / "dev").read_text("utf-8").splitlines()[2:]
    assert [line.split(":")[0].strip() for line in devices] == ["lo"]


def test_its_own_loopback_works(run: Any, sandbox: Sandbox, namespaces: None) -> None:
    code = """
import socket
server = socket.create_server(('127.0.0.1', 0))
client = socket.create_connection(server.getsockname())
server.accept()[0].send(b'x'); client.recv(1).decode()
"""
    assert run(value(sandbox, code)) == "x"


def test_other_processes_live_on_whatever_is_killed(
    run: Any, sandbox: Sandbox, neighbour: Sandbox, prey: dict[str, Any]
) -> None:
    code = f"""
import os, signal
for number in (signal.SIGKILL, signal.SIGTERM, signal.SIGSTOP, signal.SIGINT):
    for pid in (1, os.getppid(), {prey["victim"].pid}, {os.getpid()}):
        try: os.kill(pid, number)
        except OSError: pass
os.kill(-1, signal.SIGKILL)
"""
    first = outside.first_process(sandbox)

    run(ran(sandbox, code, timeout=2))

    assert prey["victim"].poll() is None
    assert Path(f"/proc/{first}").exists()
    assert not sandbox.gone
    run(answers(sandbox))


LOOK = """
import glob, os
loot = open('/mnt/data/loot', 'wb')
def take(path):
    try:
        fd = os.open(path, os.O_RDONLY | os.O_NONBLOCK)
        loot.write(path.encode() + b'=' + os.read(fd, 1 << 20) + b'\\n'); os.close(fd)
    except (OSError, ValueError): pass
"""


def test_no_file_environment_or_memory_of_the_machine_is_seen(
    run: Any, sandbox: Sandbox, neighbour: Sandbox, namespaces: None, prey: dict[str, Any]
) -> None:
    run(value(neighbour, "open('/mnt/data/mine', 'w').write('canary-of-the-neighbour')"))
    run(value(neighbour, "open('/tmp/mine', 'w').write('canary-of-the-neighbour')"))
    run(value(neighbour, "open('/dev/shm/mine', 'w').write('canary-of-the-neighbour')"))
    code = (
        LOOK
        + f"""
for path in ({str(prey["secret"])!r}, '/etc/shadow', '/etc/passwd', '/proc/kcore', '/proc/kmsg',
             '/proc/kallsyms', '/sys/kernel/notes', '/dev/mem', '/dev/kmsg', '/proc/1/environ',
             '/proc/1/mem', '/proc/1/maps', '/proc/{os.getpid()}/environ', '/proc/1/cmdline',
             '/proc/{os.getpid()}/root{prey["secret"]}'):
    take(path)
for pattern in ('/proc/*/environ', '/proc/*/cmdline', '/proc/*/cwd/*', '/proc/*/fd/*', '/tmp/*',
                '/root/*', '/home/*/*', '/mnt/*/*', '/dev/shm/*', '/var/*', '/run/*', '/etc/*'):
    for path in glob.glob(pattern): take(path)
loot.write(repr(dict(os.environ)).encode())
for top, directories, files in os.walk('/'):
    directories[:] = [d for d in directories if top + d not in ('/proc', '/usr', '/sys')]
    loot.write((top + repr(directories + files)).encode('utf-8', 'replace') + b'\\n')
"""
    )

    run(ran(sandbox, code, timeout=30))

    loot = run(read(sandbox, "loot")).decode("utf-8", "replace")
    assert "session:x:1000" in loot  # it did look
    for canary in (SECRET, "canary-of-the-neighbour", "canary-in-the-environment"):
        assert canary not in loot
    for name in ("IDENTITY_ENDPOINT", "MSI_", "AZURE_", "TOKEN", "root:$", "root:*"):
        assert name not in loot
    assert ":/root:" not in loot  # a password file of the machine's
    run(answers(sandbox))


CALLS = """
import ctypes, os
c = ctypes.CDLL(None, use_errno=True)
def call(*arguments): c.syscall(*[ctypes.c_long(a) if isinstance(a, int) else a for a in arguments])
os.makedirs('/mnt/data/m', exist_ok=True)
c.mount(b'tmpfs', b'/mnt/data/m', b'tmpfs', 0, None)
c.mount(b'proc', b'/mnt/data/m', b'proc', 0, None)
c.umount2(b'/mnt/data', 2)
c.chroot(b'/mnt/data'); c.unshare(0x10000000); c.unshare(0x00020000)
c.sethostname(b'pwned', 5)
c.ptrace(16, 1, 0, 0)
c.process_vm_readv(1, 0, 0, 0, 0, 0)
call(321, 0, 0, 0); call(425, 8, bytes(120)); call(323, 0); call(298, bytes(128), 0, -1, -1, 0)
call(250, 0, -3, 0); call(304, -100, 0, 0); call(435, bytes(88), 88); call(155, b'.', b'.')
for pid in range(1, 50):
    try:
        for kind in ('mnt', 'net', 'user', 'pid'): c.setns(os.open(f'/proc/{pid}/ns/{kind}', 0), 0)
    except OSError: pass
for path in ('/proc/sysrq-trigger', '/proc/sys/kernel/hostname', '/proc/1/oom_score_adj',
             '/proc/1/mem', '/etc/passwd', '/usr/bin/pwned', '/lib/pwned', '/bin/sh', '/pwned'):
    try: open(path, 'w').write('b')
    except OSError: pass
os.setuid
for uid in (0, 1):
    try: os.setuid(uid)
    except OSError: pass
c.mknod(b'/mnt/data/disk', 0o60666, 0x801)
"""


def test_no_system_call_changes_the_machine_or_leaves_the_sandbox(
    run: Any, sandbox: Sandbox, neighbour: Sandbox, namespaces: None
) -> None:
    def state() -> Any:
        pid = outside.inside(sandbox)[0].pid
        kinds = ("mnt", "net", "user", "pid", "ipc", "uts", "cgroup")
        return (
            socket.gethostname(),
            Path("/proc/self/mounts").read_text("utf-8"),
            Path(f"/proc/{pid}/mounts").read_text("utf-8"),
            [Path(f"/proc/{pid}/ns/{kind}").readlink() for kind in kinds],
            Path(f"/proc/{pid}/root").stat().st_ino,
            Path("/usr/bin/pwned").exists(),
        )

    before = state()

    run(ran(sandbox, CALLS))

    assert state() == before
    (kernel,) = outside.inside(sandbox)
    status = Path(f"/proc/{kernel.pid}/status").read_text("utf-8")
    assert "CapEff:\t0000000000000000" in status
    assert "CapBnd:\t0000000000000000" in status
    assert "NoNewPrivs:\t1" in status
    assert "Seccomp:\t2" in status
    assert "\nUid:\t0\t" not in status
    run(answers(sandbox))


def test_every_namespace_is_its_own(
    run: Any, sandbox: Sandbox, neighbour: Sandbox, namespaces: None
) -> None:
    (kernel,), (other,) = outside.inside(sandbox), outside.inside(neighbour)

    for kind in ("mnt", "net", "user", "pid", "ipc", "uts", "cgroup"):
        kinds = {
            Path(f"/proc/{pid}/ns/{kind}").readlink() for pid in (kernel.pid, other.pid, "self")
        }
        assert len(kinds) == 3, kind


def test_it_has_no_terminal_and_a_session_of_its_own(run: Any, sandbox: Sandbox) -> None:
    run(ran(sandbox, "import fcntl\nfor fd in range(3): fcntl.ioctl(fd, 0x5412, b'x')"))

    (kernel,) = outside.inside(sandbox)
    assert kernel.terminal == 0
    assert kernel.session not in (os.getsid(0), os.getpid())
    run(answers(sandbox))


def test_nothing_of_the_owner_is_open_in_it(run: Any, sandbox: Sandbox) -> None:
    run(ran(sandbox, "1"))
    (kernel,) = outside.inside(sandbox)

    open_files = sorted(
        str(link.readlink()).split(":")[0] for link in Path(f"/proc/{kernel.pid}/fd").iterdir()
    )

    # Standard input; output and errors, twice each; what cells come through; devnull, both ways.
    assert open_files == ["/dev/null"] * 3 + ["pipe"] * 4 + ["socket"]


FORGERIES = {
    "garbage": "os.write(fd, b'garbage' * 1000)",
    "a huge frame": "os.write(fd, b'\\xff\\xff\\xff\\xff' + b'x' * 1000)",
    "no object": "send([1, 2])",
    "another id": "send({'id': 10**6, 'done': True})",
    "another shape": "send({'id': kernel_id, 'output': 'figure', 'data': 7, 'metadata': {}})",
    "no text": "send({'id': kernel_id, 'output': 'figure', 'data': {'image/png': 7}, 'metadata': {}})",
    "a deep one": "os.write(fd, (100_000).to_bytes(4, 'big') + b'[' * 100_000)",
    "a wrong error": "send({'id': kernel_id, 'done': True, 'error': 'x', 'cut': 0})",
    "a wrong value": (
        "send({'id': kernel_id, 'done': True, 'error': None, 'cut': 0, 'value': {}})"
    ),
}
FORGE = """
import json, os, stat, time
def is_socket(fd):
    try: return stat.S_ISSOCK(os.fstat(fd).st_mode)
    except OSError: return False
fd = next(fd for fd in range(3, 20) if is_socket(fd))
kernel_id = get_ipython().displayhook.emit.__self__._cell
def send(message):
    data = json.dumps(message).encode(); os.write(fd, len(data).to_bytes(4, 'big') + data)
"""


@pytest.mark.parametrize("way", FORGERIES)
def test_forged_answers_fail_the_run_and_nothing_else(
    run: Any, sandbox: Sandbox, neighbour: Sandbox, way: str
) -> None:
    run(value(sandbox, FORGE))
    code = f"kernel_id = get_ipython().displayhook.emit.__self__._cell\n{FORGERIES[way]}\n"

    outcome = run(ran(sandbox, code + "time.sleep(30)", timeout=20))

    assert (outcome.status, outcome.problem.code) == ("Failed", "KernelDied")
    assert not outcome.variables_kept
    run(answers(sandbox))


def test_an_answer_forged_ahead_is_only_its_own(
    run: Any, sandbox: Sandbox, neighbour: Sandbox
) -> None:
    code = (
        FORGE + "send({'id': kernel_id + 1, 'done': True, 'error': None, 'cut': 0, 'value': 666})"
    )

    run(ran(sandbox, code))

    run(answers(sandbox))
    run(answers(sandbox))


TAMPER = {
    "builtins": "import builtins\nbuiltins.print = builtins.len = builtins.repr = None",
    "json": "import json\njson.dumps = json.loads = json.JSONEncoder.encode = None",
    "streams": "import sys\nsys.stdout = sys.stderr = sys.stdin = None",
    "closed streams": "import sys\nsys.stdout.close(); sys.stderr.close(); sys.stdin.close()",
    "descriptors": "import os\nos.close(0); os.close(1); os.close(2)",
    "all descriptors": "import os\nos.closerange(0, 1000)",
    "matplotlib": "import matplotlib.pyplot as plt\nplt.get_fignums = plt.figure = None",
    "the shell": "get_ipython().run_cell = None",
    "os": "import os, socket\nos.dup2 = os.write = socket.socket.sendall = None",
    "modules": "import sys\nsys.modules.clear()",
    "tracing": "import sys\nsys.settrace(lambda *_: 1/0)",
    "recursion": "import sys\nsys.setrecursionlimit(50)",
    "the collector": "import gc\nfor o in gc.get_objects():\n    if isinstance(o, dict): o.clear()",
}


@pytest.mark.parametrize("way", TAMPER)
def test_a_kernel_that_was_tampered_with_harms_only_itself(
    run: Any, sandbox: Sandbox, neighbour: Sandbox, way: str
) -> None:
    run(ran(sandbox, TAMPER[way], timeout=5))

    # It may be broken; then its session mends it, at the latest when asked to.
    run(ran(sandbox, "import os; os._exit(0)", timeout=1))
    run(answers(sandbox))


def test_closed_streams_are_open_again_in_the_next_run(run: Any, sandbox: Sandbox) -> None:
    for way in ("streams", "closed streams", "descriptors"):
        run(ran(sandbox, "kept = 1\n" + TAMPER[way]))
        run(answers(sandbox))
        assert run(value(sandbox, "kept")) == 1


def test_planted_modules_stand_in_for_nothing(
    run: Any, sandbox: Sandbox, neighbour: Sandbox
) -> None:
    code = """
import os
names = ('json', 'sitecustomize', 'usercustomize', 'run_script', 'socket', 'IPython', 'numpy',
         'executor', 'encodings', 'threading', 'colorsys')
for name in names:
    open(name + '.py', 'w').write("open('/mnt/data/pwned', 'a').write(__name__)")
open('x.pth', 'w').write("import os; open('/mnt/data/pwned', 'w')")
"""
    run(value(sandbox, code))

    run(ran(sandbox, "import os; os._exit(0)"))
    run(value(sandbox, "import json, colorsys; json.dumps(1)"))
    run(ran(sandbox, "import json; json.dumps(1)", empty_kernel=True))
    run(answers(sandbox))
    with pytest.raises(FileNotFoundError):
        run(sandbox.open_file("pwned"))


def test_own_modules_can_be_imported(run: Any, sandbox: Sandbox) -> None:
    run(value(sandbox, "open('/mnt/data/mine.py', 'w').write('def f(): return 7')"))

    assert run(value(sandbox, "import mine; mine.f()")) == 7


def test_neighbours_share_no_socket_and_no_directory(
    run: Any, sandbox: Sandbox, neighbour: Sandbox, namespaces: None
) -> None:
    listen = """
import socket
server = socket.socket(socket.AF_UNIX); server.bind('\\0meet'); server.listen(); server.setblocking(False)
tcp = socket.create_server(('127.0.0.1', 4567)); tcp.setblocking(False)
"""
    run(value(neighbour, listen))
    knock = """
import socket
for family, address in ((socket.AF_UNIX, '\\0meet'), (socket.AF_INET, ('127.0.0.1', 4567))):
    try: socket.socket(family).connect(address)
    except OSError: pass
"""
    run(value(sandbox, knock))

    heard = """
def accepted(s):
    try: s.accept(); return True
    except BlockingIOError: return False
result = [accepted(server), accepted(tcp)]; server.close(); tcp.close(); result
"""
    assert run(value(neighbour, heard)) == "[False, False]"


def test_many_busy_processes_leave_the_neighbour_its_share(
    run: Any, sandbox: Sandbox, neighbour: Sandbox
) -> None:
    burn = "import os\nfor _ in range(4): os.fork()\nwhile True: pass"

    async def story() -> list[float]:
        attack = asyncio.ensure_future(ran(sandbox, burn, timeout=2))
        waited: list[float] = []
        loop = asyncio.get_running_loop()
        while not attack.done():
            began = loop.time()
            await answers(neighbour)
            waited.append(loop.time() - began)
            await asyncio.sleep(0.05)
        await attack
        return waited

    waited = run(story())
    assert len(waited) >= 3  # it was answered again and again, not once at the end
    run(answers(sandbox))


def test_a_sandbox_ends_with_all_its_processes(run: Any, pool: Any) -> None:
    async def story() -> set[int]:
        sandbox = await pool.take()
        attack = asyncio.ensure_future(
            sandbox.execute(
                "a", "import os\nos.setsid() if os.fork() else 0\nwhile True: os.fork()"
            )
        )
        await asyncio.sleep(0.2)
        pids = {outside.first_process(sandbox)} | {p.pid for p in outside.inside(sandbox)}
        await sandbox.close()
        await asyncio.wait({attack})
        return pids

    pids = run(story())
    alive = outside.everything()
    assert not [pid for pid in pids if pid in alive and not alive[pid].dead]


def test_a_first_process_that_is_killed_ends_the_sandbox_and_is_noticed(
    run: Any, pool: Any, neighbour: Sandbox
) -> None:
    async def story() -> None:
        sandbox = await pool.take()
        task = asyncio.ensure_future(sandbox.execute("a", "import time; time.sleep(60)"))
        await asyncio.sleep(0.1)
        os.kill(outside.first_process(sandbox), signal.SIGKILL)
        outcome = await task
        assert (outcome.status, outcome.problem.code) == ("Failed", "KernelDied")
        assert (outcome.variables_kept, outcome.files_kept) == (False, False)
        assert "variables and files are lost" in outcome.problem.message
        assert sandbox.gone
        await sandbox.close()

    run(story())
