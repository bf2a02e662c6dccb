"""The command line: headless twins of what the window does. Qt is imported only where a window opens."""

from __future__ import annotations

import argparse
import difflib
import os
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from motionpatches.app.cli import evaluate, export, info, model, patches, screenshot, search, serve, studio, train
from motionpatches.app.cli.console import UsageError, check_exists, let_output_through, tell
from motionpatches.core.errors import StudioError

PROGRAM = "motionpatches"


@dataclass(frozen=True)
class Command:
    """A command: what it does in a line, the arguments it takes, and what runs; `run` returns the exit status."""

    summary: str
    add_arguments: Callable[[argparse.ArgumentParser], None]
    run: Callable[[argparse.Namespace], int]


# The one list of commands. A first argument that is not here is a path to open in the studio.
COMMANDS: dict[str, Command] = {
    "info": Command("show what a file or folder holds and how it was read", info.add_arguments, info.run),
    "search": Command("find the motions nearest to a query", search.add_search, search.search),
    "similar": Command("find the motions nearest to a motion", search.add_similar, search.similar),
    "classify": Command("give each motion the label whose sentence is nearest", evaluate.add_classify, evaluate.classify),
    "index": Command("encode the motions of a library that are new or changed", search.add_index, search.index),
    "patches": Command("write the patch image of a motion", patches.add_arguments, patches.run),
    "train": Command("train or fine-tune a model on a library with captions", train.add_arguments, train.run),
    "evaluate": Command("measure retrieval by the protocols of the literature", evaluate.add_evaluate, evaluate.evaluate),
    "reproduce": Command("train and measure a table of the paper", evaluate.add_reproduce, evaluate.reproduce),
    "model": Command("list, show, import and download models", model.add_arguments, model.run),
    "export": Command("write a motion or the results of a query as picture, video or data", export.add_arguments, export.run),
    "serve": Command("answer other programs over HTTP: search, and motions as files", serve.add_serve, serve.serve),
    "mcp": Command("answer an assistant: search, and motions as files", serve.add_mcp, serve.mcp),
    "screenshot": Command("save a picture of the studio's window", screenshot.add_arguments, screenshot.run),
}


def main(arguments: Sequence[str]) -> int:
    """Run a command line and return its exit status: 0, 1 for an error that a person can act on, 2 for wrong usage."""
    let_output_through()
    try:
        options = parse(arguments)
        action: Callable[[argparse.Namespace], int] = options.run
        status = action(options)
        sys.stdout.flush()
        return status
    except SystemExit as end:  # argparse, after --help, --version or a usage error that it has printed
        return end.code if isinstance(end.code, int) else 2
    except UsageError as error:
        tell(f"{PROGRAM}: {error}")
        return 2
    except StudioError as error:
        tell(f"{PROGRAM}: {error}")
        return 1
    except BrokenPipeError:  # the program that reads the output has ended, as `head` does
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1
    except KeyboardInterrupt:
        tell(f"{PROGRAM}: stopped.")
        return 1


def parse(arguments: Sequence[str]) -> argparse.Namespace:
    """Parse a command line. `run` of the result is what to call with it.

    Raises:
        SystemExit: after --help or --version (0), or a usage error (2), as argparse does.
        UsageError: a command that does not come first.
    """
    if arguments and arguments[0] in COMMANDS:
        return _command_parser(arguments[0]).parse_args(arguments[1:])
    options = _studio_parser().parse_args(arguments)
    for path in map(str, options.paths):
        if path in arguments:  # written so: './search' is a path, 'search' is not
            _check_is_no_command(path)
    return options


def _check_is_no_command(path: str) -> None:
    """Raise UsageError where a path of the studio is the name of a command, StudioError where it is nearly one and no file."""
    if path in COMMANDS:
        raise UsageError(f"{path} is a command and comes first. Write ./{path} for a file or folder of that name.")
    near = difflib.get_close_matches(path, COMMANDS, 1)
    if near:
        check_exists(Path(path), f"Check the path, or write the command {near[0]}")


def _command_parser(name: str) -> argparse.ArgumentParser:
    command = COMMANDS[name]
    parser = argparse.ArgumentParser(prog=f"{PROGRAM} {name}", description=f"{command.summary[0].upper()}{command.summary[1:]}.")
    command.add_arguments(parser)
    parser.set_defaults(run=command.run)
    return parser


def _studio_parser() -> argparse.ArgumentParser:
    """The parser of a line without a command; its help lists all commands."""
    width = max(map(len, COMMANDS)) + 2
    listed = "\n".join(f"  {name:{width}}{command.summary}" for name, command in COMMANDS.items())
    parser = argparse.ArgumentParser(
        prog=PROGRAM,
        usage=f"{PROGRAM} [--model FOLDER] [--device DEVICE] [PATH ...]\n       {PROGRAM} COMMAND ...",
        description="Find motion-capture takes by typing a sentence. Without a command the studio's window opens.",
        epilog=f"commands:\n{listed}\n\n{PROGRAM} COMMAND --help lists the arguments of a command.",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    studio.add_arguments(parser)
    parser.set_defaults(run=studio.run)
    return parser
