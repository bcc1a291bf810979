# SPDX-License-Identifier: GPL-2.0-only
"""clang-tidy over all C++. It takes longer than most other parts together, so it is asked for by name or by FULL=1."""

import cxx
from parts import model, tool

TITLE = "clang-tidy"
BY_NAME = True
# (sources, the tree whose compile commands it goes by, where it is configured, with what)
TREES = (
    (tool.FOLDERS, "build/tidy/tool", tool.SOURCE, "-DIGBTUNE_TESTS=ON"),
    ((model.SOURCE,), "build/tidy/model", model.SOURCE, "-DCMAKE_BUILD_TYPE=Debug"),
)


def run(report, _selection):
    for folders, tree, source, definition in TREES:
        if cxx.configure(report, source, tree, "g++-12", definition):
            cxx.tidy(report, source, cxx.sources(*folders), tree)
