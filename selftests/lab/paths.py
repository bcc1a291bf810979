# SPDX-License-Identifier: GPL-2.0-only
"""Where things are in this checkout."""

import pathlib

CHECKOUT = pathlib.Path(__file__).resolve().parents[2]
BUILD = CHECKOUT / "build"
RESULTS = BUILD / "results"
