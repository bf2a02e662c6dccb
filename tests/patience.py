"""How much longer than on a quiet machine things may take in a test: background work yields to everything else."""

PATIENCE = 6
