"""`python -m session_store COMMAND`; see `command_line`."""

import sys

from session_store.command_line import main

if __name__ == "__main__":
    sys.exit(main())
