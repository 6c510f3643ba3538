"""One process of viewers: a thread each."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

from simulators.load.orders import Orders
from simulators.load.plan import LoadPlan, share
from simulators.load.record_reader import RecordReader
from simulators.load.tallies import ViewTally
from simulators.load.viewing import Viewer
from simulators.target import PHYSICIAN, Target

# Signing in is dear on purpose (the password's hash): not all at once.
_SIGN_INS_AT_ONCE = 4


def view_load(plan: LoadPlan, target: Target, part: int, orders: Orders, say_ready: Callable[[], None]) -> ViewTally:
    """Opens the panels of one part of the run and watches until its end. Raises what `Viewer.open` raises."""
    own = share(plan.viewers, plan.viewer_processes, part)
    viewers = [Viewer(RecordReader(target.url, target.sign_in(PHYSICIAN)), orders) for _ in own]
    with ThreadPoolExecutor(_SIGN_INS_AT_ONCE) as pool:
        for _ in pool.map(Viewer.open, viewers):
            pass
    with ThreadPoolExecutor(len(viewers)) as pool:
        watching = [pool.submit(viewer.watch) for viewer in viewers]
        say_ready()
        for one in watching:
            one.result()
    return ViewTally.sum_of([viewer.tally for viewer in viewers])
