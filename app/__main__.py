"""The program: `dealworthy`, which is the same as `python -m app`."""

import gc
import sys


def main() -> int:
    """Import the product and run one command."""
    gc.disable()  # nearly everything that is imported stays: looking through it is a tenth of the time to start
    from app.cli import main as run  # noqa: PLC0415 (as just said)

    gc.enable()
    return run()


if __name__ == "__main__":
    sys.exit(main())
