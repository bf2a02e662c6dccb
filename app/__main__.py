"""`motionpatches`, also as `python -m app`."""

import sys

from app.cli import main as run


def main() -> None:
    sys.exit(run(sys.argv[1:]))


if __name__ == "__main__":
    main()
