# SPDX-License-Identifier: GPL-2.0-only
"""What the kernel left out of its configuration is told, and what modules need of its tree stays."""

import contextlib
import io
import os
import pathlib
import tempfile
import time
import unittest
from unittest import mock

import debugkernel
import rootfs
from say import LabError

ASKED = """# A comment, also of CONFIG_THIS
CONFIG_KUNIT=y
CONFIG_LOG_SHIFT=17
# CONFIG_BLOCK is not set
"""


class Config(unittest.TestCase):
    def left_out(self, made):
        return debugkernel.left_out(ASKED, made)

    def test_taken(self):
        self.assertEqual(
            self.left_out("CONFIG_KUNIT=y\nCONFIG_LOG_SHIFT=17\n# CONFIG_BLOCK is not set\n"), []
        )

    def test_unknown_is_off(self):
        self.assertEqual(self.left_out("CONFIG_KUNIT=y\nCONFIG_LOG_SHIFT=17\n"), [])

    def test_not_taken(self):
        for made in ("", "# CONFIG_KUNIT is not set\n", "CONFIG_KUNIT=m\n"):
            with self.subTest(made):
                self.assertEqual(self.left_out(made + "CONFIG_LOG_SHIFT=17\n"), ["CONFIG_KUNIT=y"])

    def test_other_value(self):
        self.assertEqual(
            self.left_out("CONFIG_KUNIT=y\nCONFIG_LOG_SHIFT=18\n"), ["CONFIG_LOG_SHIFT=17"]
        )

    def test_on_though_not_wanted(self):
        self.assertEqual(
            self.left_out("CONFIG_KUNIT=y\nCONFIG_LOG_SHIFT=17\nCONFIG_BLOCK=y\n"),
            ["# CONFIG_BLOCK is not set"],
        )

    def test_own_file_is_read(self):
        text = debugkernel.CONFIG.read_text(encoding="utf-8")
        self.assertEqual(debugkernel.options(text)["CONFIG_KUNIT"], "CONFIG_KUNIT=y")
        self.assertEqual(len(debugkernel.left_out(text, "")), text.count("=y\n"))


class Folder(unittest.TestCase):
    def setUp(self):
        scratch = tempfile.TemporaryDirectory()
        self.addCleanup(scratch.cleanup)
        self.folder = pathlib.Path(scratch.name)

    def write(self, *names):
        for name in names:
            path = self.folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(name, encoding="utf-8")

    def files(self):
        return sorted(
            str(path.relative_to(self.folder)) for path in self.folder.rglob("*") if path.is_file()
        )


class Prune(Folder):
    KEPT = [
        ".config",
        "Makefile",
        "arch/x86/Makefile",
        "arch/x86/include/asm/io.h",
        "bzImage",
        "include/net.h",
        "scripts/basic/fixdep",
        "tools/objtool/objtool",
    ]

    def test_what_modules_need_stays(self):
        self.write(
            *self.KEPT,
            "README",
            "net/core/dev.c",
            "arch/alpha/Makefile",
            "arch/x86/kernel/setup.o",
            "arch/x86/lib/lib.a",
            "tools/objtool/check.c",
        )
        (self.folder / "link").symlink_to("include")
        debugkernel.prune(self.folder)
        self.assertEqual(self.files(), self.KEPT)
        self.assertFalse((self.folder / "link").is_symlink())


class Unused(Folder):
    def test_unfinished_and_long_unused(self):
        ending = rootfs.UNFINISHED
        self.write(f"kernel-1{ending}/Makefile", "kernel-2/bzImage", "kernel-3/bzImage", "other/x")
        long_ago = time.time() - 86400 * (rootfs.UNUSED_DAYS + 1)
        os.utime(self.folder / "kernel-2/bzImage", (long_ago, long_ago))
        with mock.patch.object(debugkernel.cache, "folder", return_value=self.folder):
            debugkernel.drop_unused()
        self.assertEqual(self.files(), ["kernel-3/bzImage", "other/x"])

    def test_no_room(self):
        with (
            mock.patch.object(debugkernel.cache, "folder", return_value=self.folder),
            mock.patch.object(debugkernel.cache, "free_megabytes", return_value=100),
            mock.patch.object(
                debugkernel, "source", return_value={"source": "linux-source-7.3", "version": "7.3"}
            ),
            contextlib.redirect_stdout(io.StringIO()),
            self.assertRaisesRegex(LabError, "has 100 MB free"),
        ):
            debugkernel.announce()


if __name__ == "__main__":
    unittest.main()
