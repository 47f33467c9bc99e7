"""``python -m specbound``: the same as the ``specbound`` command."""

import sys

from specbound.cli import main

sys.exit(main())
