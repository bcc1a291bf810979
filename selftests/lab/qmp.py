# SPDX-License-Identifier: GPL-2.0-only
"""QEMU's control socket, and the orders that a guest may give about its own cables and slots."""

import contextlib
import json

import machine


class Qmp:
    """Sends commands without waiting; replies and events arrive through `feed`."""

    def __init__(self, socket):
        self.socket = socket
        self.buffer = b""
        self.waiting = {}
        self.events = {}
        self.number = 0
        self.send("qmp_capabilities")

    def send(self, command, done=None, **arguments):
        """`done(error)` is called with None or QEMU's words."""
        self.number += 1
        self.waiting[self.number] = done
        message = {"execute": command, "id": self.number}
        if arguments:
            message["arguments"] = arguments
        # A machine that has just died is noticed elsewhere.
        with contextlib.suppress(BrokenPipeError, ConnectionResetError):
            self.socket.sendall(json.dumps(message).encode() + b"\n")

    def feed(self, data):
        self.buffer += data
        while b"\n" in self.buffer:
            line, _, self.buffer = self.buffer.partition(b"\n")
            if line.strip():
                self._message(json.loads(line))

    def _message(self, message):
        if "event" in message:
            key = (message["event"], message.get("data", {}).get("device"))
            done = self.events.pop(key, None)
            if done:
                done(None)
        elif "id" in message:
            done = self.waiting.pop(message["id"], None)
            if done:
                done(message["error"]["desc"] if "error" in message else None)

    def on_event(self, name, device, done):
        self.events[(name, device)] = done


class Orders:
    """Carries out what `vmctl` asks for, one line per order; `reply(line)` answers it."""

    def __init__(self, qmp, reply):
        self.qmp = qmp
        self.reply = reply

    def take(self, line):
        words = line.split()
        port = words[1] if len(words) > 1 else ""
        known = port in machine.PORTS
        if words[:1] == ["link"] and known and words[2:] in (["on"], ["off"]):
            self._links([port], words[2] == "on")
        elif words[:1] == ["cable"] and words[1:] in (["on"], ["off"]):
            self._links(list(machine.PORTS), words[1] == "on")
        elif words == ["unplug", port] and known:
            self._unplug(port)
        elif words == ["plug", port] and known:
            self.qmp.send("device_add", self._answer, **machine.port_device(port))
        else:
            self.reply(f"error the host does not know the order '{line}'")

    def _answer(self, error):
        self.reply(f"error {error}" if error else "ok")

    def _links(self, ports, up):
        for port in ports[:-1]:
            self.qmp.send("set_link", name=port, up=up)
        self.qmp.send("set_link", self._answer, name=ports[-1], up=up)

    def _unplug(self, port):
        """Answered when the guest has let the device go, which takes the slot's five seconds."""

        def requested(error):
            if error:
                self._answer(error)

        self.qmp.on_event("DEVICE_DELETED", port, self._answer)
        self.qmp.send("device_del", requested, id=port)
