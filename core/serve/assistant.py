"""The service as tools of the Model Context Protocol (extra `mcp`), so that an assistant finds and fetches takes."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from pathlib import Path
from typing import Any, ParamSpec

from mcp.server import MCPServer
from mcp.server.mcpserver.exceptions import ToolError

from motionpatches.core.atomic import write_atomically
from motionpatches.core.errors import StudioError
from motionpatches.core.export.write import clean_name, free_name
from motionpatches.core.serve.clips import choices_of
from motionpatches.core.serve.service import Service
from motionpatches.core.version import VERSION

P = ParamSpec("P")
INSTRUCTIONS = (
    "Finds motion-capture takes of people by what they show. Search first; a hit's id names the clip in the other tools. "
    "A strength of 'weak' means that nothing matches well."
)


def assistant_server(service: Service, out: Path) -> MCPServer[Any]:
    """Make the server of a service.

    Args:
        service: What is asked.
        out: The one folder that fetched motions are written to.
    """
    server: MCPServer[Any] = MCPServer("Motion Patches Studio", version=VERSION, instructions=INSTRUCTIONS, log_level="ERROR")

    @server.tool()
    @_told
    def search_motions(text: str, count: int = 8) -> dict[str, Any]:
        """Find clips by a sentence, such as "someone stumbles and catches himself with the left hand"."""
        return service.search(text, count)

    @server.tool()
    @_told
    def similar_motions(clip: str, count: int = 8, start_s: float = 0.0, end_s: float = 0.0) -> dict[str, Any]:
        """Find clips whose motion is like that of a clip, or of a range of it in seconds."""
        return service.like(clip, count, start_s, end_s)

    @server.tool()
    @_told
    def describe_motion(clip: str) -> dict[str, Any]:
        """Tell captions and length of a clip."""
        return service.clip(clip)

    @server.tool()
    @_told
    def fetch_motion(
        clip: str,
        format: str = "glb",
        rig: str = "own",
        start_s: float = 0.0,
        end_s: float = 0.0,
        in_place: bool = False,
        hands: bool = False,
    ) -> dict[str, Any]:
        """Write a clip or a range of it to the folder of fetched motions, and return the file. Nothing is replaced.

        Formats: glb, fbx, bvh, npz, npy, csv. Rigs: own, mixamo, humanik, unreal, unity, vrm, smpl, soma. With `hands`, hands on
        another rig are where they were in space.
        """
        choices = choices_of(rig, "cm", "Y", None, in_place, False, hands)
        name, content = service.motion(clip, format, choices, start_s, end_s)
        out.mkdir(parents=True, exist_ok=True)
        file = free_name(out / f"{clean_name(Path(name).stem)}{Path(name).suffix}")
        write_atomically(file, content)
        return {"file": str(file), "bytes": len(content)}

    return server


def _told(tool: Callable[P, dict[str, Any]]) -> Callable[P, dict[str, Any]]:
    """Let an assistant read the sentence of an error: others are hidden from it."""

    @wraps(tool)
    def asked(*values: P.args, **named: P.kwargs) -> dict[str, Any]:
        try:
            return tool(*values, **named)
        except StudioError as error:
            raise ToolError(str(error)) from error

    return asked
