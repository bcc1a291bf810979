# SPDX-License-Identifier: GPL-2.0-only
"""The archive is one that the kernel unpacks, and modules are loaded in an order that works."""

import lzma
import pathlib
import tempfile
import unittest

import initramfs

DEPENDENCIES = """kernel/fs/9p/9p.ko.xz: kernel/net/9p/9pnet.ko.xz kernel/fs/netfs/netfs.ko.xz
kernel/net/9p/9pnet_virtio.ko.xz: kernel/net/9p/9pnet.ko.xz kernel/fs/netfs/netfs.ko.xz
kernel/fs/netfs/netfs.ko.xz:
kernel/net/9p/9pnet.ko.xz: kernel/fs/netfs/netfs.ko.xz
kernel/drivers/i2c/algos/i2c-algo-bit.ko.xz:
"""


def entries(data):
    """[(name, mode, content)] of a newc archive."""
    found = []
    at = 0
    while True:
        assert data[at : at + 6] == b"070701", at
        fields = [int(data[at + 6 + 8 * n : at + 14 + 8 * n], 16) for n in range(13)]
        size, length = fields[6], fields[11]
        name = data[at + 110 : at + 110 + length - 1].decode()
        at += (110 + length + 3) & ~3
        if name == "TRAILER!!!":
            return found
        found.append((name, fields[1], data[at : at + size]))
        at += (size + 3) & ~3


class Archive(unittest.TestCase):
    def test_entries(self):
        archive = initramfs.Archive()
        archive.file("bin/sh", b"12345")
        archive.file("lib/a/b", b"", 0o644)
        self.assertEqual(
            entries(archive.bytes()),
            [
                ("bin", 0o40755, b""),
                ("bin/sh", 0o100755, b"12345"),
                ("lib", 0o40755, b""),
                ("lib/a", 0o40755, b""),
                ("lib/a/b", 0o100644, b""),
            ],
        )


class Order(unittest.TestCase):
    def test_needed_first_and_once(self):
        table = initramfs.parse_dependencies(DEPENDENCIES)
        order = [
            path.rpartition("/")[2] for path in initramfs.load_order(table, ["9p", "9pnet_virtio"])
        ]
        self.assertEqual(order, ["netfs.ko.xz", "9pnet.ko.xz", "9p.ko.xz", "9pnet_virtio.ko.xz"])

    def test_built_in_is_left_out(self):
        self.assertEqual(initramfs.load_order({}, ["overlay"]), [])

    def test_names_as_the_kernel_says_them(self):
        self.assertIn("i2c_algo_bit", initramfs.parse_dependencies(DEPENDENCIES))


class Bytes(unittest.TestCase):
    def test_modules_go_in_plain(self):
        with tempfile.TemporaryDirectory() as folder:
            packed = pathlib.Path(folder) / "a.ko.xz"
            packed.write_bytes(lzma.compress(b"module"))
            plain = pathlib.Path(folder) / "a.ko"
            plain.write_bytes(b"module")
            self.assertEqual(initramfs.module_bytes(packed), b"module")
            self.assertEqual(initramfs.module_bytes(plain), b"module")


class Make(unittest.TestCase):
    def test_kernel_without_modules(self):
        with tempfile.TemporaryDirectory() as folder:
            root = pathlib.Path(folder)
            (root / "usr/bin").mkdir(parents=True)
            (root / "usr/bin/busybox").write_bytes(b"busybox")
            archive = initramfs.make(root, "7.2.1", [], root / "usr/bin/busybox")
            self.assertIn(("modules", 0o100644, b""), entries(archive))


if __name__ == "__main__":
    unittest.main()
