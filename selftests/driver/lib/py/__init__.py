# SPDX-License-Identifier: GPL-2.0-only
"""What the tests of igbr share, on top of the test library of the kernel they run on."""

import sys
from pathlib import Path

# The folder lies in a kernel tree as tools/testing/selftests/drivers/net/igbr, or in what its `make install` made.
SELFTESTS = Path(__file__).resolve().parents[5]

# A test that dies with the machine shall have said how far it came.
sys.stdout.reconfigure(line_buffering=True)

sys.path.append(SELFTESTS.as_posix())
try:
    from net.lib.py import *
    from drivers.net.lib.py import NetDrvEpEnv
except ModuleNotFoundError as missing:
    print("TAP version 13")
    print(f"1..0 # SKIP no kernel test library below {SELFTESTS} ({missing}): "
          "lay this folder into a kernel tree as tools/testing/selftests/drivers/net/igbr")
    sys.exit(4)

from .card import Card, run, skip_all
from .counters import Deltas, deltas, interrupts, snmp, softnet, stats64, strings
from .shell import full, ip_json, output, read, refused, sh, wait_until, write
