"""`motionpatches`, also as `python -m motionpatches`."""

import sys


def main() -> None:
    if sys.argv[1:2] == ["--training-run"]:  # the child process of a frozen studio
        from motionpatches.core.training.__main__ import main as train

        sys.exit(train(sys.argv[2:]))
    from motionpatches.app.cli.parser import main as run

    sys.exit(run(sys.argv[1:]))


if __name__ == "__main__":
    main()
