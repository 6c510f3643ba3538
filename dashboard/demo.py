"""`make demo`: a fresh simulated clinic with server and simulators in processes of their own; Ctrl-C ends both.

The demo has a database and accounts of its own, which exist nowhere else.
"""

import sys
from pathlib import Path

from pydantic import ValidationError

from dashboard.simulated_server import SimulatedServer, Stop, end, wait_while
from session_store.errors import SessionStoreError

DEMO_DATABASE = Path("var/demo.sqlite")
CHAIRS = 6
HISTORY_WEEKS = 6


def main() -> int:
    """Prepare, start both, wait for Ctrl-C, end both."""
    try:
        server = SimulatedServer(DEMO_DATABASE)
    except (SessionStoreError, ValidationError) as fault:
        print(f"cannot start: {fault}", file=sys.stderr)
        return 2
    print("Seeding some weeks of finished sessions ...", flush=True)
    if server.run("simulators", "history", "--weeks", str(HISTORY_WEEKS)).wait() != 0:
        return 1
    return _serve(server)


def _serve(server: SimulatedServer) -> int:
    stop = Stop()
    process = server.run("dashboard.app")
    # The simulated clinic waits for the server by itself; both start at once to be ready sooner.
    processes = [process, server.run("simulators", "clinic", "--chairs", str(CHAIRS))]
    try:
        if not server.wait_until_up(process, stop):
            return 0 if stop.asked else 1
        server.say_where("SIMULATED clinic")
        wait_while(lambda: not stop.asked and all(one.poll() is None for one in processes))
        return 0 if stop.asked else 1
    finally:
        end(processes, stop)


if __name__ == "__main__":
    sys.exit(main())
