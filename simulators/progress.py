"""The progress bar of long work, on the standard error."""

import sys
from typing import Any

from tqdm import tqdm

# A log is not filled with bars.
_EVERY_S, _EVERY_S_IN_A_LOG = 0.5, 30.0


def progress_bar(total: int, unit: str, words: str | None = None, *, is_shown: bool = True) -> "tqdm[Any]":
    """To be used as a context; `update` with how many more are done."""
    # Its own thread would be copied into the processes beside.
    tqdm.monitor_interval = 0
    is_seen = sys.stderr.isatty()
    return tqdm(
        total=total, unit=f" {unit}", desc=words, file=sys.stderr, ascii=not is_seen,
        mininterval=_EVERY_S if is_seen else _EVERY_S_IN_A_LOG, disable=not is_shown,
    )  # fmt: skip
