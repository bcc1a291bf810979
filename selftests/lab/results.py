# SPDX-License-Identifier: GPL-2.0-only
"""The folders in build/results/ that runs leave behind."""

import shutil
import time

import paths

KEEP = 20
YOUNG = 2 * 3600


def new(label):
    """A fresh folder; of the older ones only the last few stay."""
    paths.RESULTS.mkdir(parents=True, exist_ok=True)
    stamp = time.strftime("%Y%m%d-%H%M%S")
    number = 0
    while True:
        name = f"{stamp}-{label}" + (f"-{number}" if number else "")
        folder = paths.RESULTS / name
        try:
            folder.mkdir()
        except FileExistsError:
            number += 1
            continue
        break
    drop_old()
    return folder


def drop_old():
    """Young ones stay in any case: their run may still last."""
    folders = sorted(path for path in paths.RESULTS.iterdir() if path.is_dir())
    for old in folders[:-KEEP]:
        if time.time() - old.stat().st_mtime > YOUNG:
            shutil.rmtree(old, ignore_errors=True)


def shown(path):
    """As a person types it, from the top of the checkout."""
    return str(path.relative_to(paths.CHECKOUT))
