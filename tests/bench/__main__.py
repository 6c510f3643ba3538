"""`python -m tests.bench [recorder] [live] [cost] [rules] [population] [history] [year]`: measure, print, keep.

The table is kept in `results`. A missed aim is said, not raised: the exit code is 0 unless the bench itself could not
run.
"""

import argparse
import sys
from collections.abc import Callable
from datetime import datetime

from tests.bench import clinic_year, history_cost, live_paint, population_cost, recorder_rate, rules_cost, session_cost
from tests.bench.measuring import Report

PARTS: dict[str, Callable[[Report], None]] = {
    "live": live_paint.run,
    "recorder": recorder_rate.run,
    "cost": session_cost.run,
    "rules": rules_cost.run,
    "population": population_cost.run,
    "history": history_cost.run,
    "year": clinic_year.run,
}


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.bench", description=__doc__)
    parser.add_argument("parts", nargs="*", metavar="part", help=f"{' or '.join(PARTS)}; all when none is named")
    chosen = parser.parse_args().parts or list(PARTS)
    unknown = [part for part in chosen if part not in PARTS]
    if unknown:
        parser.error(f"no such part: {', '.join(unknown)}")
    report = Report(datetime.now().astimezone())
    for part in chosen:
        print(f"measuring: {part} ...", file=sys.stderr, flush=True)
        PARTS[part](report)
    print(report.text())
    print(f"written to {report.write()}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
