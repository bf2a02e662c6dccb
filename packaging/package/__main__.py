"""`python -m motionpatches`."""

from motionpatches.app.__main__ import main

main()
