# SPDX-License-Identifier: GPL-2.0-only
"""Which kernels the lab has, found by asking apt inside its root file system."""

import re

from say import LabError

IMAGE = re.compile(r"linux-image-(\d+\.\d+(?:\.\d+)?\S*?-amd64)")
FLAVOURS = ("-cloud-", "-rt-")

# In a shell: unpack "$@" of linux-source package $package of $version, fetched here, to $target.
UNPACK = r"""
apt-get -q download "$package=$version"
mkdir -p "$target"
dpkg-deb --fsys-tarfile "$package"_*.deb | tar -xO "./usr/src/$package.tar.xz" | xz -dc -T2 |
    tar -x -C "$target" --strip-components=1 "$@"
rm "$package"_*.deb
"""


def numbers(release):
    """(7, 2, 12) of 7.2.12+deb13-amd64, to compare by."""
    return tuple(int(part) for part in re.match(r"[\d.]+", release).group().rstrip(".").split("."))


def series(release):
    """7.2 of 7.2.12+deb13-amd64: the name of its linux-source package ends so."""
    return ".".join(str(part) for part in numbers(release)[:2])


def image_of(depends):
    """The release that a metapackage's Depends field names."""
    for word in re.split(r"[\s,|]+", depends):
        match = IMAGE.fullmatch(word)
        if match:
            return match.group(1)
    return None


def candidates(names):
    """Releases among package names that have both image and headers, newest first."""
    names = set(names)
    found = []
    for name in names:
        match = IMAGE.fullmatch(name)
        if not match or any(flavour in match.group(1) for flavour in FLAVOURS):
            continue
        if f"linux-headers-{match.group(1)}" in names:
            found.append(match.group(1))
    return sorted(found, key=numbers, reverse=True)


def field(stanza, name):
    match = re.search(rf"^{name}: (.*)$", stanza, re.M)
    return match.group(1) if match else ""


def choose(ask):
    """{"lts": {...}, "newest": {...}}: release, version of the packages, source package of each.

    `ask(*argv)` runs a command inside the root file system and returns its output.
    """
    lts = image_of(
        field(ask("apt-cache", "show", "--no-all-versions", "linux-image-amd64"), "Depends")
    )
    if not lts:
        raise LabError("the suite's linux-image-amd64 names no kernel: is the mirror complete?")
    names = ask("apt-cache", "pkgnames", "linux-").split()
    for release in candidates(names):
        if numbers(release) <= numbers(lts):
            break
        newest = describe(release, names, ask)
        if newest:
            return {"lts": required(lts, names, ask), "newest": newest}
    raise LabError(
        "the backports suite offers no kernel with headers and a linux-source of its version:"
        " is the mirror complete?"
    )


def required(release, names, ask):
    found = describe(release, names, ask)
    if not found:
        raise LabError(
            f"no linux-source has the version of linux-image-{release}: is the mirror complete?"
        )
    return found


def describe(release, names, ask):
    """None where no linux-source has the image's version: a newer one would not match it."""
    source = f"linux-source-{series(release)}"
    if source not in names:
        return None
    version = field(
        ask("apt-cache", "show", "--no-all-versions", f"linux-image-{release}"), "Version"
    )
    offered = [
        line.split("|")[1].strip()
        for line in ask("apt-cache", "madison", source).splitlines()
        if "|" in line
    ]
    if version not in offered:
        return None
    return {"release": release, "version": version, "source": source}
