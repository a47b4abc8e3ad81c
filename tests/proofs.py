"""Some proofs are run smaller in the suite than the issue asks for; ``CLC_PROOFS=full`` runs them whole (.ci/run)."""

import os

FULL = os.environ.get("CLC_PROOFS") == "full"
