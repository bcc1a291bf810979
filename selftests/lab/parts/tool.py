# SPDX-License-Identifier: GPL-2.0-only
"""The tool: both compilers, unit tests under the sanitizers, format."""

import cxx
import paths

TITLE = "igbtune"
SOURCE = "tools/igbtune"
FOLDERS = (SOURCE, "selftests/tool")


def run(report, _selection):
    if not (paths.CHECKOUT / SOURCE / "CMakeLists.txt").exists():
        report.skip("all", f"there is no {SOURCE}/CMakeLists.txt")
        return
    files = cxx.sources(*FOLDERS)
    cxx.formatted(report, files)
    cxx.build(report, SOURCE, "build/tool", "g++-14", "-DCMAKE_BUILD_TYPE=RelWithDebInfo")
    tree = "build/check/tool"
    if cxx.build(report, SOURCE, tree, "g++-12", "-DIGBTUNE_TESTS=ON", "-DIGBTUNE_SANITIZE=ON"):
        cxx.tests(report, tree + "/tests", "igbtune_tests")
