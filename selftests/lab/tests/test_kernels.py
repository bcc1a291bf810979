# SPDX-License-Identifier: GPL-2.0-only
"""The kernels are those that the archive has complete: image, headers, source of one version."""

import unittest

import kernels
from say import LabError

NAMES = """linux-image-amd64 linux-image-6.12.107+deb13-amd64 linux-headers-6.12.107+deb13-amd64
linux-image-7.0.13+deb13-amd64 linux-image-7.2.9+deb13-amd64 linux-headers-7.2.9+deb13-amd64
linux-image-7.2.12+deb13-amd64 linux-headers-7.2.12+deb13-amd64 linux-image-7.2.12+deb13-cloud-amd64
linux-headers-7.2.12+deb13-cloud-amd64
linux-image-7.2.12+deb13-rt-amd64 linux-headers-7.2.12+deb13-rt-amd64
linux-image-7.2.12+deb13-amd64-dbg linux-headers-7.3.4+deb13-amd64 linux-image-7.3.4+deb13-amd64-dbg
linux-source-6.12 linux-source-7.2 linux-source-7.3""".split()

SHOW = {
    "linux-image-amd64": "Package: linux-image-amd64\nVersion: 6.12.107-1\n"
    "Depends: linux-image-6.12.107+deb13-amd64 (= 6.12.107-1)\n",
    "linux-image-6.12.107+deb13-amd64": "Version: 6.12.107-1\n",
    "linux-image-7.2.12+deb13-amd64": "Version: 7.2.12-1~bpo13+1\n",
    "linux-image-7.2.9+deb13-amd64": "Version: 7.2.9-1~bpo13+1\n",
}
SOURCES = {
    "linux-source-6.12": ["6.12.107-1", "6.12.94-1"],
    "linux-source-7.2": ["7.2.12-1~bpo13+1", "7.2.9-1~bpo13+1"],
}


def archive(names=NAMES, sources=SOURCES):
    def ask(*argv):
        if argv[1] == "pkgnames":
            return "\n".join(names)
        if argv[1] == "show":
            return SHOW[argv[-1]]
        return "".join(
            f" {argv[-1]} | {version} | http://m.test suite/main amd64 Packages\n"
            for version in sources[argv[-1]]
        )

    return ask


class Choose(unittest.TestCase):
    def test_newest_complete_one(self):
        chosen = kernels.choose(archive())
        self.assertEqual(
            chosen["lts"],
            {
                "release": "6.12.107+deb13-amd64",
                "version": "6.12.107-1",
                "source": "linux-source-6.12",
            },
        )
        self.assertEqual(chosen["newest"]["release"], "7.2.12+deb13-amd64")

    def test_source_of_another_version_is_no_match(self):
        sources = {**SOURCES, "linux-source-7.2": ["7.2.13-1~bpo13+1", "7.2.9-1~bpo13+1"]}
        self.assertEqual(
            kernels.choose(archive(sources=sources))["newest"]["release"], "7.2.9+deb13-amd64"
        )

    def test_no_backports(self):
        names = [name for name in NAMES if "7." not in name]
        with self.assertRaisesRegex(LabError, "backports"):
            kernels.choose(archive(names))

    def test_lts_without_source(self):
        names = [name for name in NAMES if name != "linux-source-6.12"]
        with self.assertRaisesRegex(LabError, "linux-source"):
            kernels.choose(archive(names))


class Names(unittest.TestCase):
    def test_order_is_numeric(self):
        names = [
            f"linux-{kind}-{release}-amd64"
            for kind in ("image", "headers")
            for release in ("7.2.9", "7.10.1", "7.2")
        ]
        self.assertEqual(kernels.candidates(names), ["7.10.1-amd64", "7.2.9-amd64", "7.2-amd64"])

    def test_flavours_do_not_count(self):
        self.assertEqual(
            kernels.candidates(["linux-image-7.2.1-rt-amd64", "linux-headers-7.2.1-rt-amd64"]), []
        )

    def test_series(self):
        self.assertEqual(kernels.series("7.2.12+deb13-amd64"), "7.2")


if __name__ == "__main__":
    unittest.main()
