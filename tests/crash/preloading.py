"""Builds the C libraries that watch or disturb a process's disk. They need gcc and Linux."""

import shutil
import subprocess
import sys
from pathlib import Path

SOURCES = Path(__file__).parent


def missing() -> str | None:
    """Why the libraries cannot be built here, or None."""
    if not sys.platform.startswith("linux"):
        return "LD_PRELOAD needs Linux"
    if shutil.which("gcc") is None:
        return "no gcc here to build the library that stands between the process and its disk (apt-get install gcc)"
    return None


def build(name: str, folder: Path) -> Path:
    """Compile `<name>.c` of this folder into `folder`."""
    library = folder / f"{name}.so"
    source = SOURCES / f"{name}.c"
    subprocess.run(["gcc", "-O2", "-shared", "-fPIC", "-o", str(library), str(source), "-ldl", "-pthread"], check=True)
    return library
