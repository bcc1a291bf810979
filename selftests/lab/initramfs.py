# SPDX-License-Identifier: GPL-2.0-only
"""The small archive that a guest starts from: busybox, the modules of its root, one script."""

import lzma
import stat

# A name, or a leading directory, of the newc format is followed by zeros up to a multiple of four.
HEADER = 110


class Archive:
    """A cpio archive in the newc format, as the kernel unpacks it."""

    def __init__(self):
        self.parts = []
        self.inode = 0
        self.folders = set()

    def _entry(self, name, mode, data=b""):
        self.inode += 1
        encoded = name.encode() + b"\0"
        fields = (self.inode, mode, 0, 0, 1, 0, len(data), 0, 0, 0, 0, len(encoded), 0)
        head = b"070701" + b"".join(b"%08X" % value for value in fields) + encoded
        self.parts += [head, bytes(-len(head) % 4), data, bytes(-len(data) % 4)]

    def folder(self, name):
        if name in self.folders:
            return
        parent = name.rpartition("/")[0]
        if parent:
            self.folder(parent)
        self.folders.add(name)
        self._entry(name, stat.S_IFDIR | 0o755)

    def file(self, name, data, mode=0o755):
        parent = name.rpartition("/")[0]
        if parent:
            self.folder(parent)
        self._entry(name, stat.S_IFREG | mode, data)

    def bytes(self):
        self._entry("TRAILER!!!", 0)
        return b"".join(self.parts)


def parse_dependencies(text):
    """modules.dep as {name: (path, [paths it needs, in the order of the file])}."""
    table = {}
    for line in text.splitlines():
        path, _, needs = line.partition(":")
        name = path.rpartition("/")[2].partition(".ko")[0].replace("-", "_")
        table[name] = (path, needs.split())
    return table


def load_order(table, names):
    """Paths of the modules and of what they need, needed ones first, built-in ones left out."""
    order = []
    for name in names:
        if name not in table:
            continue
        path, needs = table[name]
        for one in [*reversed(needs), path]:
            if one not in order:
                order.append(one)
    return order


def module_bytes(path):
    """busybox cannot decompress modules, so they go in plain."""
    data = path.read_bytes()
    return lzma.decompress(data) if path.suffix == ".xz" else data


def make(root, release, modules, script):
    """The archive for one kernel; its file /modules names the modules in the order to load them."""
    archive = Archive()
    for name in ("proc", "sys", "dev", "lower", "writable", "new"):
        archive.folder(name)
    archive.file("bin/busybox", (root / "usr/bin/busybox").read_bytes())
    archive.file("init", script.read_bytes())
    tree = root / "usr/lib/modules" / release
    table = {}
    if modules:
        table = parse_dependencies((tree / "modules.dep").read_text(encoding="utf-8"))
    names = []
    for path in load_order(table, modules):
        plain = path.rpartition("/")[2].partition(".ko")[0] + ".ko"
        archive.file(f"lib/{plain}", module_bytes(tree / path), 0o644)
        names.append(f"/lib/{plain}")
    archive.file("modules", "".join(f"{name}\n" for name in names).encode(), 0o644)
    return archive.bytes()
