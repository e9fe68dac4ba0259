"""`python -m leafout` is `leafout`."""

import sys

from leafout.cli.main import main

sys.exit(main())
