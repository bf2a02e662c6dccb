"""Where a frozen program begins."""

import multiprocessing
import os
import sys


def own_libraries_for_itself_alone() -> None:
    """Other programs that this one starts (ffmpeg, the file manager) find the system's libraries again."""
    before = os.environ.pop("LD_LIBRARY_PATH_ORIG", None)
    os.environ.pop("LD_LIBRARY_PATH", None)
    if before:
        os.environ["LD_LIBRARY_PATH"] = before


if __name__ == "__main__":
    multiprocessing.freeze_support()
    if sys.platform == "linux":
        own_libraries_for_itself_alone()
    if sys.argv[1:2] == ["--read-native"]:  # the child process that reads FBX, C3D and USD
        from motionpatches.core.io.native.worker import main as read

        read()
    if sys.platform == "win32":
        import torch  # noqa: F401  (its DLLs must come before Qt's)
    from motionpatches.app.__main__ import main

    main()
