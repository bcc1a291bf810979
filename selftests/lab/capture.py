# SPDX-License-Identifier: GPL-2.0-only
"""A packet capture of the cable that never grows large: two files take turns, the older is lost.

Both ports see the same frames, so one capture on port 0's side shows what either sent.
"""

import os
import shutil

FRAME_BYTES = 192  # of each frame: all headers and the beginning of the data
FILE_BYTES = 8_000_000


class Capture:
    def __init__(self, qmp, folder, inside):
        self.qmp = qmp
        self.folder = folder  # on the host
        self.inside = inside  # the same, as QEMU sees it
        self.current = None

    def path(self, number):
        return self.folder / f"cable.{number}.pcap"

    def start(self, number=0):
        self.stop()
        self.path(number).unlink(missing_ok=True)
        self.current = number
        self.qmp.send(
            "object-add",
            **{
                "qom-type": "filter-dump",
                "id": "dump",
                "netdev": "cable-port0",
                "file": f"{self.inside}/{self.path(number).name}",
                "maxlen": FRAME_BYTES,
            },
        )

    def stop(self):
        if self.current is not None:
            self.qmp.send("object-del", id="dump")
            self.current = None

    def restart(self):
        """For the next test: what was captured so far is dropped."""
        self.path(1).unlink(missing_ok=True)
        self.start(0)

    def tick(self):
        if self.current is None:
            return
        try:
            size = os.path.getsize(self.path(self.current))
        except FileNotFoundError:
            return
        if size > FILE_BYTES:
            self.start(1 - self.current)

    def keep(self, name):
        """Give a failed test's capture its name; whether there is one."""
        if self.current is None:
            return False
        for number, suffix in ((1 - self.current, "older.pcap"), (self.current, "pcap")):
            if self.path(number).exists():
                # A copy, since QEMU still writes to it.
                shutil.copyfile(self.path(number), self.folder / f"{name}.{suffix}")
        return True
