"""A machine that carries out a pickle's instructions by itself. It never imports nor calls what a file names: a name stands
for one of the builders in a table of names (`pickle_names`), or the file is refused."""

from __future__ import annotations

import pickletools
from collections.abc import Callable, Mapping
from typing import Any, BinaryIO

from motionpatches.core.io.containers.pickle_names import NAMES, Budget, JoblibArray, Known, PickleRefused, State, known, put

_OPERATIONS = {operation.code: operation for operation in pickletools.opcodes}
# Instructions whose argument is the value itself.
VALUES = {
    "INT",
    "BININT",
    "BININT1",
    "BININT2",
    "LONG",
    "LONG1",
    "LONG4",
    "FLOAT",
    "BINFLOAT",
    "STRING",
    "BINSTRING",
    "SHORT_BINSTRING",
    "UNICODE",
    "SHORT_BINUNICODE",
    "BINUNICODE",
    "BINUNICODE8",
    "BINBYTES",
    "SHORT_BINBYTES",
    "BINBYTES8",
    "BYTEARRAY8",
}
CONSTANTS = {"NONE": None, "NEWTRUE": True, "NEWFALSE": False}
EMPTY: dict[str, Callable[[], Any]] = {"EMPTY_DICT": dict, "EMPTY_LIST": list, "EMPTY_TUPLE": tuple, "EMPTY_SET": list}
TUPLES = {"TUPLE1": 1, "TUPLE2": 2, "TUPLE3": 3}
MEMO_PUT, MEMO_GET = {"PUT", "BINPUT", "LONG_BINPUT"}, {"GET", "BINGET", "LONG_BINGET"}


class Machine:
    """Carries out one pickle of a stream.

    Args:
        stream: the bytes; the place after the pickle is kept.
        names: what a name of the pickle may stand for; any other is refused.
        storage: gives the numbers of a torch tensor by its persistent id.
        budget: shared by the pickles inside of a pickle.
    """

    def __init__(
        self,
        stream: BinaryIO,
        names: Mapping[tuple[str, str], Known] = NAMES,
        storage: Callable[[Any], Any] | None = None,
        budget: Budget | None = None,
    ):
        self.stream, self.names, self.storage, self.budget = stream, names, storage, budget or Budget()
        self.stack: list[Any] = []
        self.below: list[list[Any]] = []
        self.memo: dict[int, Any] = {}

    def load(self) -> Any:
        """The value of the pickle. Raises PickleRefused, or anything at all where the bytes are broken."""
        while True:
            self.budget.step()
            op = _OPERATIONS[self.stream.read(1).decode("latin-1")]
            value = op.arg.reader(self.stream) if op.arg else None
            if op.name == "STOP":
                return self.stack.pop()
            if op.name in VALUES:
                self.stack.append(value)
            else:
                self._step(op.name, value)

    def nested(self) -> Any:
        """Carry out another pickle, which follows in the stream."""
        return Machine(self.stream, self.names, budget=self.budget).load()

    def _step(self, name: str, value: Any) -> None:
        stack, memo = self.stack, self.memo
        if name == "MEMOIZE" or name in MEMO_PUT:
            place = len(memo) if name == "MEMOIZE" else value
            memo[place] = stack[-1]
            if isinstance(stack[-1], State):
                stack[-1].places.append(place)
        elif name in MEMO_GET:
            stack.append(memo[value])
        elif name in CONSTANTS:
            stack.append(CONSTANTS[name])
        elif name in EMPTY:
            stack.append(EMPTY[name]())
        elif name in TUPLES:
            last = tuple(stack[-TUPLES[name] :])
            if len(last) < TUPLES[name]:
                raise IndexError
            stack[-TUPLES[name] :] = [last]
        elif name == "MARK":
            self.below.append(stack)
            self.stack = []
        elif name in ("APPEND", "SETITEM"):
            items = [stack.pop() for _ in range(1 + (name == "SETITEM"))][::-1]
            put(stack[-1], items)
        elif name in ("APPENDS", "SETITEMS", "ADDITEMS"):
            items = self._marked()
            put(self.stack[-1], items)
        elif name in ("TUPLE", "LIST", "FROZENSET"):
            items = self._marked()
            self.stack.append(tuple(items) if name == "TUPLE" else items)
        elif name == "DICT":
            items = self._marked()
            self.stack.append({})
            put(self.stack[-1], items)
        elif name in ("GLOBAL", "STACK_GLOBAL"):
            if name == "STACK_GLOBAL":
                symbol, module = stack.pop(), stack.pop()
            else:
                module, _, symbol = value.partition(" ")
            stack.append(known(self.names, module, symbol))
        elif name in ("REDUCE", "NEWOBJ"):
            arguments, maker = stack.pop(), stack.pop()
            if not isinstance(maker, Known) or not isinstance(arguments, tuple):
                raise PickleRefused("it calls what is no plain type")
            stack.append(maker.make(self, *arguments))
        elif name == "BUILD":
            self._build(stack.pop())
        elif name == "BINPERSID" and self.storage is not None:
            stack.append(self.storage(stack.pop()))
        elif name == "POP":
            if stack:
                stack.pop()
            else:
                self._marked()
        elif name == "POP_MARK":
            self._marked()
        elif name == "DUP":
            stack.append(stack[-1])
        elif name not in ("PROTO", "FRAME"):
            raise PickleRefused(f"it uses {name}")

    def _marked(self) -> list[Any]:
        items, self.stack = self.stack, self.below.pop()
        return items

    def _build(self, state: Any) -> None:
        """Give the object on top its state; an array takes the place of its stand-in, in the memo too."""
        top = self.stack[-1]
        if isinstance(top, dict):  # attributes of a dict of some class
            return
        if not isinstance(top, State):
            raise PickleRefused("it changes what is no plain type")
        real = top.read(state, self) if isinstance(top, JoblibArray) else top.real(state)
        self.stack[-1] = real
        for place in top.places:
            self.memo[place] = real
