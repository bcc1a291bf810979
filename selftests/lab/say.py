# SPDX-License-Identifier: GPL-2.0-only
"""What the lab tells a person: steps with their time, and errors of one line."""

import sys
import threading
import time


class LabError(Exception):
    """Something that the user can act on; the message is one line that names it."""

    def __init__(self, message, status=1):
        super().__init__(message)
        self.status = status


def say(text=""):
    print(text, flush=True)


def warn(text):
    print(f"lab: {text}", file=sys.stderr, flush=True)


def seconds(value):
    value = int(round(value))
    return f"{value} s" if value < 120 else f"{value // 60} min {value % 60:02d} s"


class Step:
    """One line per step of a long job; a sign of life every few seconds while it lasts.

    `progress`, if given, returns a short text (how far the step is).
    """

    def __init__(self, title, progress=None, every=10):
        self.title = title
        self.progress = progress
        self.every = every

    def __enter__(self):
        self.start = time.monotonic()
        self.over = threading.Event()
        say(f"  {self.title} ...")
        self.thread = threading.Thread(target=self._beat, daemon=True)
        self.thread.start()
        return self

    def _beat(self):
        while not self.over.wait(self.every):
            far = f", {self.progress()}" if self.progress else ""
            say(f"    {seconds(time.monotonic() - self.start)}{far}")

    def __exit__(self, kind, error, trace):
        self.over.set()
        self.thread.join()
        if kind is None:
            say(f"    done in {seconds(time.monotonic() - self.start)}")
        return False
