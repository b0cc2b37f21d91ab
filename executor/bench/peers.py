"""What else there is, for comparison: run by the environment that has ipykernel.

Prints one line for each figure, in milliseconds, as over_http does.
"""

import subprocess
import sys
import time
from functools import partial

from jupyter_client.manager import KernelManager
from over_http import nothing, private_memory, show, timed

ROUNDS = 5
PANDAS = "import pandas as pd\npd.DataFrame({'a': [1]}).sum()"


def main(python: str) -> None:
    took: list[float] = []
    for _ in range(ROUNDS):
        began = time.perf_counter()
        subprocess.run([python, "-c", "import pandas"], check=True)  # noqa: S603 - our own
        took.append((time.perf_counter() - began) * 1000)
    show('beside: python -c "import pandas"', took)

    ready: list[float] = []
    pandas: list[float] = []
    steady: list[float] = []
    for _ in range(ROUNDS):
        began = time.perf_counter()
        manager = KernelManager()
        manager.start_kernel(stderr=subprocess.DEVNULL)
        client = manager.client()
        client.start_channels()
        client.wait_for_ready(timeout=60)
        ready.append((time.perf_counter() - began) * 1000)
        ask = partial(client.execute_interactive, timeout=60, output_hook=nothing)
        ask(PANDAS)
        pandas.append((time.perf_counter() - began) * 1000)
        steady += timed(50, lambda _, ask=ask: ask("x = 1"), nothing)
        memory = private_memory(manager.provisioner.pid)
        client.stop_channels()
        manager.shutdown_kernel(now=True)
    show("beside: ipykernel, from start to ready", ready)
    show("beside: ipykernel, from start to pandas used", pandas)
    show("beside: ipykernel, x = 1", steady)
    sys.stdout.write(
        f"{'beside: ipykernel with pandas, private memory':<58} {memory / 1e6:12.1f} MB\n"
    )


if __name__ == "__main__":
    main(sys.argv[1])
