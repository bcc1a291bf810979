# SPDX-License-Identifier: GPL-2.0-only
"""Builds the driver for each kernel and the tool, all inside the root file system.

A kernel build writes beside the sources, and several kernels share one tree: so each kernel gets a
copy of the sources in build/<release>/, kept from run to run so that only what changed is compiled.
"""

import contextlib
import fcntl
import os
import shutil
import subprocess

import chroot
import paths
import rootfs
from say import LabError, Step, say

DRIVER = "igbr"
# What a build on the host leaves beside the sources stays there.
BUILT = (".o", ".ko", ".mod", ".cmd", ".symvers", ".order")
INSIDE = "/igbr"
JOBS = str(os.cpu_count() or 1)


def folder(release):
    return paths.BUILD / release


@contextlib.contextmanager
def lock():
    """Two builds in one checkout take turns."""
    paths.BUILD.mkdir(exist_ok=True)
    with open(paths.BUILD / ".lock", "w", encoding="utf-8") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def inside(argv, binds=(), **options):
    root = rootfs.required()
    with rootfs.in_use():
        return chroot.run(root, argv, [(paths.CHECKOUT, INSIDE), *binds], INSIDE, **options)


def copy_sources(target):
    """The driver's sources as a kernel build sees them: kmod/ and uapi/ side by side."""
    if not (paths.CHECKOUT / "kmod" / "Kbuild").exists():
        raise LabError("there is no kmod/Kbuild in this checkout: nothing to build the driver from")
    target.mkdir(parents=True, exist_ok=True)
    for name in ("kmod", "uapi"):
        if (paths.CHECKOUT / name).is_dir():
            copy_tree(paths.CHECKOUT / name, target / name)


def copy_tree(source, target):
    """Copy what is newer or new, drop sources that are gone, leave what the build made."""
    wanted = set()
    for path in sorted(source.rglob("*")):
        relative = path.relative_to(source)
        if path.name.endswith((*BUILT, ".mod.c")):
            continue
        wanted.add(relative)
        if path.is_dir():
            (target / relative).mkdir(parents=True, exist_ok=True)
        elif not same(path, target / relative):
            (target / relative).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(path, target / relative)
    for path in sorted(target.rglob("*.[chS]")):
        if path.relative_to(target) not in wanted and not path.name.endswith(".mod.c"):
            path.unlink()


def same(one, other):
    if not other.exists():
        return False
    a, b = one.stat(), other.stat()
    return a.st_size == b.st_size and a.st_mtime_ns == b.st_mtime_ns


def kernel_make(release, module_folder, *arguments, **options):
    """make in the kernel's headers with M= the given folder of this checkout."""
    return module_make(f"/lib/modules/{release}/build", module_folder, *arguments, **options)


def module_make(tree, module_folder, *arguments, **options):
    """The same in any kernel's tree, named as it is found inside."""
    relative = module_folder.relative_to(paths.CHECKOUT)
    argv = [
        "make",
        "-s",
        f"-j{JOBS}",
        "-C",
        tree,
        f"M={INSIDE}/{relative}",
        *arguments,
    ]
    return inside(argv, **options)


def driver(release):
    """build/<release>/igbr.ko, and beside it the module indexes that let modprobe find it."""
    target = folder(release)
    with lock():
        copy_sources(target)
        if kernel_make(release, target / "kmod", "modules").returncode:
            raise LabError(f"the driver does not build for {release}")
        built = target / "kmod" / f"{DRIVER}.ko"
        result = target / f"{DRIVER}.ko"
        if not same(built, result):
            shutil.copy2(built, result)
            index(release)
    say(f"lab: {result.relative_to(paths.CHECKOUT)}")
    return result


def index(release):
    """depmod over the kernel's modules and ours; a guest under TCG would take long for it."""
    base = folder(release) / "modules"
    shutil.rmtree(base, ignore_errors=True)
    tree = base / "lib" / "modules" / release
    (tree / "updates").mkdir(parents=True)
    (tree / "kernel").mkdir()
    shutil.copy2(folder(release) / f"{DRIVER}.ko", tree / "updates")
    system = rootfs.required() / "usr/lib/modules" / release
    for name in ("modules.order", "modules.builtin", "modules.builtin.modinfo"):
        shutil.copy2(system / name, tree)
    relative = base.relative_to(paths.CHECKOUT)
    kernel = f"{INSIDE}/{tree.relative_to(paths.CHECKOUT)}/kernel"
    done = inside(
        ["depmod", "-b", f"{INSIDE}/{relative}", release], binds=[(system / "kernel", kernel)]
    )
    if done.returncode:
        raise LabError(f"depmod fails for {release}")


def tool():
    """build/tool/igbtune"""
    if not (paths.CHECKOUT / "tools/igbtune/CMakeLists.txt").exists():
        raise LabError(
            "there is no tools/igbtune/CMakeLists.txt in this checkout: no tool to build"
        )
    with lock():
        tree = paths.BUILD / "tool"
        if not (tree / "build.ninja").exists():
            cmake("tools/igbtune", "build/tool", "g++-14", "-DCMAKE_BUILD_TYPE=RelWithDebInfo")
        done = ninja("build/tool", stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        if done.returncode:
            say("\n".join(done.stdout.splitlines()[:40]))
            raise LabError("the tool does not build")
    say("lab: build/tool/igbtune")
    return paths.BUILD / "tool" / "igbtune"


def both(release):
    """The driver for this kernel and the tool, while a person waits."""
    with Step(f"building igbr for Linux {release}, and igbtune", every=30):
        driver(release)
        tool()


def cmake(source, tree, compiler, *definitions):
    argv = [
        "cmake",
        "-S",
        source,
        "-B",
        tree,
        "-G",
        "Ninja",
        f"-DCMAKE_CXX_COMPILER={compiler}",
        *definitions,
    ]
    done = inside(argv, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    if done.returncode:
        say(done.stdout)
        raise LabError(f"cmake cannot configure {source}")


def ninja(tree, *targets, **options):
    return inside(["ninja", "--quiet", "-j", JOBS, "-C", tree, *targets], **options)
