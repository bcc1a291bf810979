# SPDX-License-Identifier: GPL-2.0-only
"""QEMU is told of the machine that the guest's scripts expect; orders reach the right device."""

import json
import tempfile
import unittest

import machine
import paths
import qmp


class Arguments(unittest.TestCase):
    DESCRIPTORS = {"qmp": 3, "status": 4, "output": 5, "control": 6}

    def arguments(self, **options):
        return machine.arguments(
            machine.Machine("7.2.1", **options), "/igbr/build/results/x", "tcg", self.DESCRIPTORS
        )

    def test_ports_where_the_guest_looks_for_them(self):
        script = (paths.CHECKOUT / "selftests/lab/guest/ports").read_text(encoding="utf-8")
        for port, slot in machine.SLOTS.items():
            self.assertIn(f"{port}) echo 0000:00:{slot.removeprefix('0x')}.0 ;;", script)

    def test_intx_boots_without_msi(self):
        self.assertIn("pci=nomsi", " ".join(self.arguments(irq="intx")))
        self.assertNotIn("pci=nomsi", " ".join(self.arguments(irq="msix")))

    def test_job_is_named_from_the_top_of_the_checkout(self):
        self.assertIn(
            "lab.job=build/results/x",
            self.arguments()[self.arguments().index("-append") + 1].split(),
        )

    def test_kernel(self):
        words = self.arguments()
        self.assertEqual(words[words.index("-kernel") + 1], "/boot/vmlinuz-7.2.1")
        words = self.arguments(image="build/kunit/bzImage")
        self.assertEqual(words[words.index("-kernel") + 1], "/igbr/build/kunit/bzImage")

    def test_kernel_with_all_built_in_loads_nothing(self):
        self.assertIn("9p", machine.Machine("7.2.1").modules())
        self.assertEqual(machine.Machine("7.2.1", image="build/kunit/bzImage").modules(), [])

    def test_own_arguments_come_last(self):
        self.assertEqual(self.arguments(qemu_arguments=["-d", "int"])[-2:], ["-d", "int"])


class Accelerator(unittest.TestCase):
    def test_processor_must_have_it(self):
        with tempfile.NamedTemporaryFile() as device:
            self.assertEqual(machine.accelerator("flags\t: fpu vmx sse\n", device.name), "kvm")
            self.assertEqual(machine.accelerator("flags\t: fpu sse\n", device.name), "tcg")

    def test_device_must_be_there(self):
        self.assertEqual(machine.accelerator("flags\t: fpu svm\n", "/nowhere/kvm"), "tcg")


class Wire:
    """Stands in for QEMU's socket."""

    def __init__(self):
        self.sent = []

    def sendall(self, data):
        self.sent.append(json.loads(data))


class Orders(unittest.TestCase):
    def setUp(self):
        self.wire = Wire()
        self.qmp = qmp.Qmp(self.wire)
        self.replies = []
        self.orders = qmp.Orders(self.qmp, self.replies.append)

    def answer(self, **content):
        self.qmp.feed(json.dumps({"id": self.wire.sent[-1]["id"], **content}).encode() + b"\n")

    def commands(self):
        return [(one["execute"], one.get("arguments")) for one in self.wire.sent[1:]]

    def test_link(self):
        self.orders.take("link port1 off")
        self.assertEqual(self.commands(), [("set_link", {"name": "port1", "up": False})])
        self.assertEqual(self.replies, [])
        self.answer(**{"return": {}})
        self.assertEqual(self.replies, ["ok"])

    def test_cable_is_both_ends(self):
        self.orders.take("cable on")
        self.assertEqual(
            self.commands(),
            [
                ("set_link", {"name": "port0", "up": True}),
                ("set_link", {"name": "port1", "up": True}),
            ],
        )

    def test_unplug_waits_for_the_guest(self):
        self.orders.take("unplug port0")
        self.answer(**{"return": {}})
        self.assertEqual(self.replies, [])
        self.qmp.feed(b'{"event": "DEVICE_DELETED", "data": {"device": "port0", "path": "/x"}}\n')
        self.assertEqual(self.replies, ["ok"])

    def test_error_is_passed_on(self):
        self.orders.take("plug port0")
        self.answer(error={"class": "GenericError", "desc": "Duplicate device ID 'port0'"})
        self.assertEqual(self.replies, ["error Duplicate device ID 'port0'"])

    def test_nonsense_is_refused(self):
        for line in (
            "",
            "link",
            "link port2 off",
            "link port0 maybe",
            "quit",
            "unplug",
            "cable",
            "unplug port0 now",
        ):
            with self.subTest(line):
                self.replies.clear()
                self.orders.take(line)
                self.assertEqual(len(self.replies), 1)
                self.assertTrue(self.replies[0].startswith("error "))
        self.assertEqual(self.commands(), [])

    def test_reply_in_pieces(self):
        self.orders.take("link port0 on")
        reply = json.dumps({"id": self.wire.sent[-1]["id"], "return": {}}).encode() + b"\r\n"
        self.qmp.feed(reply[:5])
        self.qmp.feed(reply[5:])
        self.assertEqual(self.replies, ["ok"])


if __name__ == "__main__":
    unittest.main()
