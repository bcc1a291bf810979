# SPDX-License-Identifier: GPL-2.0-only
"""A kernel that Debian has none of: with KUnit, KASAN, lockdep and the like.

It is built once from the suite's linux-source, which has the version of the lab's newest kernel, and
kept in the cache folder. The name carries a stamp of all that it is made from. What is kept is the
image and the part of its tree that modules are built with.
"""

import contextlib
import hashlib
import os
import pathlib
import re
import shutil
import time

import builds
import cache
import chroot
import kernels
import mirror
import rootfs
from say import LabError, Step, say, seconds

CONFIG = pathlib.Path(__file__).parent / "debug.config"
# Raise when the steps here change what comes out of them.
STEPS = 1

# As measured with two cores; said up front.
MINUTES = "10 to 20"
DISK_MB = 4000

# Where the tree is while something is built in it or with it: its files name that place.
INSIDE = "/mnt"
IMAGE = "bzImage"

OPTION = re.compile(r"^(?:(CONFIG_\w+)=.*|# (CONFIG_\w+) is not set)$", re.M)

# Of the source, what no kernel of this configuration is made from; Kconfig files must stay.
WITHOUT = ("*.rst", "*.dts", "*.dtsi", "*.yaml", "*/drivers/gpu/*.[ch]", "*/sound/*.[ch]")
# Of the tree, what a module is built with
KEPT = (
    "Makefile",
    "Kbuild",
    ".config",
    "Module.symvers",
    "modules.builtin",
    "modules.builtin.modinfo",
    "modules.order",
    "include",
    "scripts",
    "arch/x86/Makefile",
    "arch/x86/include",
    "tools/objtool/objtool",
)

# The lab's root file system has no package lists any more, and is not to be written.
FETCH = f"""
set -e
package=$1 version=$2 target=.; shift 2
mkdir -p /tmp/apt/lists/partial /tmp/apt/archives/partial
export APT_CONFIG=/tmp/apt/apt.conf
echo 'Dir::State::lists "/tmp/apt/lists"; Dir::Cache "/tmp/apt"; APT::Sandbox::User "root";' >$APT_CONFIG
apt-get -q update
{kernels.UNPACK}
"""

BUILD = """
set -e
make -s allnoconfig KCONFIG_ALLCONFIG=debug.config
make -j"$1" bzImage modules
cp arch/x86/boot/bzImage "$2"
"""


def source():
    return rootfs.description()["kernels"]["newest"]


def stamp():
    parts = [source()["version"], STEPS, WITHOUT, KEPT, CONFIG.read_text(encoding="utf-8")]
    return hashlib.sha256(repr(parts).encode()).hexdigest()[:12]


def path():
    return cache.folder() / f"kernel-{stamp()}"


def image():
    return path() / IMAGE


def release():
    """As `uname -r` shows it."""
    return (path() / "include/config/kernel.release").read_text(encoding="utf-8").strip()


def make():
    """Build the kernel unless it is there; safe when two runs meet."""
    if image().is_file():
        with contextlib.suppress(OSError):  # a cache that cannot be written serves as well
            os.utime(image())
        return path()
    with cache.lock("make.lock") as lock:
        os.set_inheritable(lock, True)
        if image().is_file():
            return path()
        start = time.monotonic()
        announce()
        drop_unused()
        unfinished = cache.folder() / f"{path().name}{rootfs.UNFINISHED}"
        unfinished.mkdir()
        with rootfs.in_use():
            build(unfinished)
        prune(unfinished)
        unfinished.rename(path())
        say(f"  the kernel is made in {seconds(time.monotonic() - start)}: {path()}")
    return path()


def announce():
    folder = cache.folder()
    say(
        f"A kernel with KUnit is made once for all checkouts, from {source()['source']}"
        f" {source()['version']}: some {MINUTES} minutes"
    )
    free = cache.free_megabytes(folder)
    if free < DISK_MB:
        raise LabError(f"{folder} has {free} MB free, its build needs {DISK_MB} MB: make room")


def drop_unused():
    """What a run that was broken off has left, and kernels that nobody has used for a while."""
    for other in cache.folder().glob("kernel-*"):
        made = other / IMAGE
        age = (time.time() - made.stat().st_mtime) / 86400 if made.is_file() else 0
        if other.suffix == rootfs.UNFINISHED or age > rootfs.UNUSED_DAYS:
            rootfs.remove(other)


def build(tree):
    one = source()
    with Step(f"fetching and unpacking {one['source']}"):
        without = [f"--exclude={pattern}" for pattern in WITHOUT]
        try:
            inside(tree, FETCH, one["source"], one["version"], *without)
        except LabError as error:
            raise LabError(
                f"{error}: if the mirror has no {one['source']} {one['version']} any more,"
                " `selftests/lab/lab make --again` makes the lab with newer kernels"
            ) from error
    log = cache.folder() / "make.log"
    before = compiled(log)
    with Step("compiling it", lambda: f"{compiled(log) - before} files", every=60):
        shutil.copyfile(CONFIG, tree / CONFIG.name)
        inside(tree, BUILD, builds.JOBS, IMAGE)
    check_config(tree)


def compiled(log):
    with open(log, "rb") as lines:
        return sum(line.startswith((b"  CC ", b"  AS ")) for line in lines)


def inside(tree, script, *arguments):
    """Run a script in the tree, inside the lab's root file system."""
    command = chroot.command(
        rootfs.required(),
        ["sh", "-c", script, "lab", *arguments],
        [(tree, INSIDE)],
        cwd=INSIDE,
        environment=mirror.proxy_variables(),
    )
    rootfs.logged(command, name="the kernel's build")


def options(text):
    """{option: its line} of a configuration; both CONFIG_X=y and "# CONFIG_X is not set" are one."""
    found = OPTION.finditer(text)
    return {one.group(1) or one.group(2): one.group() for one in found}


def left_out(asked, made):
    """Lines of the one configuration that the other does not have; what is off may be unknown."""
    have = options(made)
    return [
        line
        for name, line in options(asked).items()
        if have.get(name, f"# {name} is not set") != line
    ]


def check_config(tree):
    """An option whose conditions are not met is left out without a word."""
    made = (tree / ".config").read_text(encoding="utf-8")
    found = left_out(CONFIG.read_text(encoding="utf-8"), made)
    if found:
        raise LabError(f"{CONFIG.name} asks for what the kernel did not take: {', '.join(found)}")


def prune(tree):
    """Leave what a module is built with: the rest would be gigabytes."""
    kept = tree / "kept"
    for name in (*KEPT, IMAGE):
        if (tree / name).exists():
            (kept / name).parent.mkdir(parents=True, exist_ok=True)
            (tree / name).rename(kept / name)
    for other in tree.iterdir():
        if other.is_dir() and not other.is_symlink():
            if other != kept:
                shutil.rmtree(other)
        else:
            other.unlink()
    for other in kept.iterdir():
        other.rename(tree / other.name)
    kept.rmdir()
