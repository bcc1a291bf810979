# SPDX-License-Identifier: GPL-2.0-only
"""The mirror comes from the host's apt, whatever the manner of its configuration."""

import os
import tempfile
import unittest
from unittest import mock

import mirror
from say import LabError


def target(site, suite, identifier="Packages", **fields):
    lines = {
        "MetaKey": "main/binary-amd64/Packages",
        "Identifier": identifier,
        "Site": site,
        "Base-URI": f"{site}/dists/{suite}/",
        "Trusted": "yes",
        **fields,
    }
    return "".join(f"{name}: {value}\n" for name, value in lines.items())


DEBIAN = {"Origin": "Debian", "Label": "Debian"}
SECURITY = {"Origin": "Debian", "Label": "Debian-Security"}
MAIN = target("http://mirror.test/debian", "bookworm", **DEBIAN)
SAFE = target("http://safe.test/debian-security", "bookworm-security", **SECURITY)
OTHER = target("https://vendor.test/apt", "stable", Origin="Vendor", Label="Vendor")


class Sites(unittest.TestCase):
    def test_both(self):
        self.assertEqual(
            mirror.sites("\n".join((OTHER, MAIN, SAFE))),
            ("http://mirror.test/debian", "http://safe.test/debian-security"),
        )

    def test_security_first(self):
        self.assertEqual(
            mirror.sites("\n".join((SAFE, MAIN))),
            ("http://mirror.test/debian", "http://safe.test/debian-security"),
        )

    def test_no_security_archive(self):
        self.assertEqual(mirror.sites(MAIN), ("http://mirror.test/debian", None))

    def test_foreign_archives_only(self):
        self.assertEqual(mirror.sites(OTHER), (None, None))

    def test_nothing(self):
        self.assertEqual(mirror.sites(""), (None, None))

    def test_before_the_first_update(self):
        """Without Release files apt knows neither origin nor label."""
        text = "\n".join(
            (
                target("https://vendor.test/apt", "stable"),
                target("http://mirror.test/debian", "trixie"),
                target("http://mirror.test/debian-security", "trixie-security"),
            )
        )
        self.assertEqual(
            mirror.sites(text), ("http://mirror.test/debian", "http://mirror.test/debian-security")
        )

    def test_sources_do_not_count(self):
        text = target("http://sources.test/debian", "bookworm", identifier="Sources", **DEBIAN)
        self.assertEqual(mirror.sites(text), (None, None))


class Plain(unittest.TestCase):
    def test_list_of_mirrors(self):
        with tempfile.NamedTemporaryFile("w", suffix=".list") as file:
            file.write("# ours\nhttps://near.test/debian priority:1\nhttps://far.test/debian\n")
            file.flush()
            self.assertEqual(mirror.plain(f"mirror+file:{file.name}"), "https://near.test/debian")
            self.assertEqual(mirror.plain(f"mirror+file://{file.name}"), "https://near.test/debian")

    def test_missing_list(self):
        with self.assertRaisesRegex(LabError, "IGBR_MIRROR"):
            mirror.plain("mirror+file:/nowhere/at/all")

    def test_address_stays(self):
        self.assertEqual(mirror.plain("http://mirror.test/debian"), "http://mirror.test/debian")


class Find(unittest.TestCase):
    def test_variables_win(self):
        found = mirror.find(
            {
                "IGBR_MIRROR": "http://mine.test/debian/",
                "IGBR_SECURITY_MIRROR": "http://mine.test/sec",
            }
        )
        self.assertEqual(found, ("http://mine.test/debian", "http://mine.test/sec"))

    def test_variable_without_security(self):
        self.assertEqual(
            mirror.find({"IGBR_MIRROR": "http://mine.test/debian"}),
            ("http://mine.test/debian", None),
        )

    def test_unusable_address(self):
        with self.assertRaisesRegex(LabError, "http or https"):
            mirror.find({"IGBR_MIRROR": "file:/srv/debian"})

    def test_no_apt(self):
        with mock.patch.dict(os.environ, {"PATH": "/nowhere"}), self.assertRaisesRegex(
            LabError, "IGBR_MIRROR"
        ):
            mirror.find({})


class Options(unittest.TestCase):
    DUMP = """APT::Architecture "amd64";
Acquire::http::Proxy "http://proxy.test:3142";
Acquire::http::Proxy::near.test "DIRECT";
Acquire::https "";
Acquire::Check-Valid-Until "false";
Acquire::GzipIndexes "true";
DPkg::Post-Invoke:: "rm -f /var/cache/apt/archives/*.deb || true";
"""

    def test_transport_only(self):
        self.assertEqual(
            mirror.parse_options(self.DUMP),
            [
                'Acquire::http::Proxy "http://proxy.test:3142";',
                'Acquire::http::Proxy::near.test "DIRECT";',
                'Acquire::Check-Valid-Until "false";',
            ],
        )


class Sources(unittest.TestCase):
    def test_suites(self):
        text = mirror.sources("http://m.test/debian", "http://s.test/sec", "trixie")
        suites = [line.split()[3] for line in text.splitlines()]
        self.assertEqual(
            suites, ["trixie", "trixie-updates", "trixie-backports", "trixie-security"]
        )

    def test_without_security(self):
        self.assertNotIn("security", mirror.sources("http://m.test/debian", None, "trixie"))


if __name__ == "__main__":
    unittest.main()
