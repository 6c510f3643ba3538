"""`python -m simulators`: clinic, history, replay, recording."""

import sys

from simulators.command_line import main

if __name__ == "__main__":
    sys.exit(main())
