"""Where a frozen program begins."""

import multiprocessing
import sys

if __name__ == "__main__":
    multiprocessing.freeze_support()
    if sys.platform == "win32":
        import torch  # noqa: F401  (its DLLs must come before Qt's)
    from app.__main__ import main

    main()
