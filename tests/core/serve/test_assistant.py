"""The tools of an assistant, asked by the protocol's own client from a process of their own."""

from __future__ import annotations

import asyncio
import json
import sys
from pathlib import Path

import numpy as np
from mcp import Client, StdioServerParameters
from mcp.client.stdio import stdio_client

from motionpatches.core.io.load import load_motion

ROOT = Path(__file__).resolve().parents[3]


def test_an_assistant_finds_and_fetches(tmp_path: Path):
    arguments = ["-m", "motionpatches", "mcp", str(ROOT / "assets" / "demo.npz"), "-o", str(tmp_path / "fetched")]

    async def talk() -> None:
        async with Client(stdio_client(StdioServerParameters(command=sys.executable, args=arguments, cwd=ROOT))) as client:
            tools = {tool.name for tool in (await client.list_tools()).tools}
            assert tools == {"search_motions", "similar_motions", "describe_motion", "fetch_motion"}

            async def ask(tool: str, **values: object) -> dict:
                answer = await client.call_tool(tool, values)
                return json.loads(answer.content[0].text) if not answer.is_error else {"error": answer.content[0].text}

            found = await ask("search_motions", text="someone does a cartwheel", count=3)
            first = found["hits"][0]["id"]
            assert "cartwheel" in first and len(found["hits"]) == 3
            for number in (1, 2):  # nothing is replaced
                fetched = Path((await ask("fetch_motion", clip=first, format="bvh", rig="mixamo"))["file"])
                assert fetched.parent == tmp_path / "fetched" and load_motion(fetched).frame_count > 10
                assert len(list(fetched.parent.iterdir())) == number
            places = []
            for hands in (False, True):
                fetched = (await ask("fetch_motion", clip=first, format="bvh", rig="mixamo", hands=hands))["file"]
                places.append(load_motion(Path(fetched)).positions)
            assert np.abs(places[1] - places[0]).max() > 0.01
            assert first not in [hit["id"] for hit in (await ask("similar_motions", clip=first))["hits"]]
            assert "no clip" in (await ask("describe_motion", clip="nothing"))["error"]

    asyncio.run(talk())
