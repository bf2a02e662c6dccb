"""The published checkpoints from the Hugging Face hub, with progress; an interrupted download resumes."""

from __future__ import annotations

import os
import threading
from pathlib import Path

from motionpatches.core.errors import StudioError
from motionpatches.core.models.hub import connection_errors, offline
from motionpatches.core.progress import Job, Progress

MEGABYTE = 1 << 20
# Released models that are not on the hub as this program reads them, and what to do instead.
ELSEWHERE = {
    "mathux/tmr": "TMR is not on the Hugging Face hub: the authors' repository has prepare/download_pretrain_models.sh. Then "
    "import the folder of the run that it unpacks.",
    "zyyy12138/motioncolbert": "MotionColBert's weights read images of joint angles, which this program does not make. "
    "The preset `interaction` trains late interaction over patches.",
}


def pull_checkpoint(name: str, dataset: str) -> Job[Path]:
    """Download best_model.pt of one data set's folder of a hub repository, or find it in the hub's cache. HF_HUB_OFFLINE is
    respected.

    Raises:
        StudioError: no such repository or folder, a model that lies elsewhere, or no connection.
    """
    if name.lower() in ELSEWHERE:
        raise StudioError(ELSEWHERE[name.lower()])
    from huggingface_hub import HfApi, hf_hub_download, try_to_load_from_cache
    from huggingface_hub.errors import HFValidationError, RepositoryNotFoundError

    try:
        cached = try_to_load_from_cache(name, f"{dataset}/best_model.pt")
    except HFValidationError:
        raise StudioError(f"{name!r} is no name of a hub repository, as in 'owner/name'.") from None
    if isinstance(cached, str):
        return Path(cached)
    if os.environ.get("HF_HUB_OFFLINE", "").upper() in ("1", "ON", "YES", "TRUE"):
        raise offline(name)
    yield Progress(f"Asking for {name}", 0, 1)
    try:
        files = {f.rfilename: f.size or 0 for f in HfApi().model_info(name, files_metadata=True).siblings or ()}
    except RepositoryNotFoundError:
        raise StudioError(f"There is no repository {name!r} on the Hugging Face hub.") from None
    except connection_errors() as error:
        raise offline(name) from error
    wanted = next((f for f in files if f.lower().startswith(f"{dataset.lower()}/") and f.endswith("best_model.pt")), None)
    if wanted is None:
        known = sorted({f.split("/")[0] for f in files if f.endswith(".pt")})
        raise StudioError(f"{name} has no model for {dataset!r}. It has {', '.join(known) or 'none'}.")
    done: list[Path | Exception] = []

    def fetch() -> None:
        try:
            done.append(Path(hf_hub_download(name, wanted)))
        except Exception as error:
            done.append(error)

    thread = threading.Thread(target=fetch, daemon=True)
    thread.start()
    total = max(files[wanted] // MEGABYTE, 1)
    while thread.is_alive():
        yield Progress(f"Downloading {wanted} (MB)", min(_partial_bytes() // MEGABYTE, total), total)
        thread.join(0.3)
    if isinstance(done[0], connection_errors()):
        raise offline(name) from done[0]
    if isinstance(done[0], Exception):
        raise StudioError(f"{wanted} could not be downloaded ({done[0]}).") from done[0]
    return done[0]


def _partial_bytes() -> int:
    """Bytes of the download under way, from the hub cache's unfinished files."""
    from huggingface_hub.constants import HF_HUB_CACHE

    sizes = [f.stat().st_size for f in Path(HF_HUB_CACHE).glob("models--*/blobs/*.incomplete")]
    return max(sizes, default=0)
