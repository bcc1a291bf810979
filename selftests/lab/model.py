# SPDX-License-Identifier: GPL-2.0-only
"""The project's own device model in place of QEMU's igb: one process, two devices on one cable."""

import os
import subprocess
import time
from dataclasses import dataclass

import chroot
import paths
from say import LabError

# Another build of it, for measurements: a path from the top of the checkout.
PROGRAM = os.environ.get("IGB_MODEL", "build/model/igb-model")
START_LIMIT = 10.0
STOP_LIMIT = 10.0
# How igb-model says that a driver touched what it may not.
DRIVER_FAULTS = 3


@dataclass
class Devices:
    """What `--model` asks for: MAC[,irq=...][,vectors=N], the same for both ports."""

    mac: str
    extra: list

    @staticmethod
    def parse(text):
        mac, *extra = text.split(",")
        return Devices(mac, extra)


class Model:
    """Runs from before QEMU attaches until after it has gone."""

    def __init__(self, text, folder, inside, addresses):
        self.folder = folder
        self.inside = inside
        self.process = None
        devices = Devices.parse(text)
        self.argv = [f"/igbr/{PROGRAM}", "--control", f"{inside}/model.sock"]
        for port, address in addresses.items():
            words = [
                f"socket={inside}/{port}.sock",
                f"name={port}",
                f"mac={devices.mac}",
                f"address={address}",
                "port=cable:lab",
                *devices.extra,
            ]
            self.argv += ["--nic", ",".join(words)]
        self.sockets = [folder / f"{port}.sock" for port in addresses] + [folder / "model.sock"]

    def start(self, root, **popen):
        if not (paths.CHECKOUT / PROGRAM).exists():
            raise LabError("igb-model is not built: see selftests/model/README")
        with open(self.folder / "model.log", "wb") as log:
            self.process = subprocess.Popen(
                chroot.command(root, self.argv, [(paths.CHECKOUT, "/igbr")]),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                **popen,
            )
        deadline = time.monotonic() + START_LIMIT
        while not all(path.exists() for path in self.sockets):
            if self.process.poll() is not None or time.monotonic() > deadline:
                raise LabError(f"igb-model does not start: {self.last_line()}")
            time.sleep(0.05)

    def last_line(self):
        lines = (
            (self.folder / "model.log").read_text(encoding="utf-8", errors="replace").splitlines()
        )
        return lines[-1] if lines else "it said nothing"

    def stop(self):
        """None, or what is wrong with how it ended."""
        if self.process is None:
            return None
        self.process.terminate()
        try:
            status = self.process.wait(STOP_LIMIT)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
            return "igb-model did not end"
        if status == DRIVER_FAULTS:
            return "igb-model found driver faults: see model.log"
        return f"igb-model ended with status {status}: {self.last_line()}" if status else None
