# SPDX-License-Identifier: GPL-2.0-only
"""Commands, small files and waiting."""

import json
import os
import time

from net.lib.py import KsftFailEx, cmd

# A limit against hanging, not a measure: the machine may be an emulated one on a busy host.
PATIENCE = 120


def sh(command, peer=None, ok=True, limit=PATIENCE):
    """Run a command line in a shell, at the peer if one is given. Returns the library's cmd."""
    if peer:
        return cmd(command, host=peer, fail=ok, timeout=limit)
    return cmd(command, shell=True, fail=ok, timeout=limit)


def output(command, peer=None):
    return sh(command, peer).stdout


def refused(command):
    """What a command says that must fail; the test fails if it succeeds."""
    done = sh(command, ok=False)
    if done.ret == 0:
        raise KsftFailEx(f"`{command}` succeeded, but it must be refused")
    return (done.stderr + done.stdout).strip()


def ip_json(words, peer=None):
    return json.loads(output(f"ip -j {words}", peer) or "[]")


def read(path):
    with open(path, encoding="ascii", errors="replace") as file:
        return file.read().strip()


def write(path, text):
    with open(path, "w", encoding="ascii") as file:
        file.write(str(text))


def wait_until(condition, what, limit=PATIENCE, pause=0.02):
    """Wait for a condition, the limit only being there to end a test that would hang."""
    end = time.monotonic() + limit
    while True:
        value = condition()
        if value:
            return value
        if time.monotonic() > end:
            raise KsftFailEx(f"waited {limit} s in vain: {what}")
        time.sleep(pause)


def full(many, few):
    """How often to do a thing: many times if IGBR_FULL=1, else a few times."""
    return many if os.environ.get("IGBR_FULL") == "1" else few
