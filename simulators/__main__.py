"""`python -m simulators`: clinic, history, replay, recording, predict, population, models, load."""

import sys

if __name__ == "__main__":
    # Here, because the processes of `load` read this file again and need not all of it.
    from simulators.command_line import main

    sys.exit(main())
