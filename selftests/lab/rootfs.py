# SPDX-License-Identifier: GPL-2.0-only
"""The lab's root file system: made once in the cache folder, used by every checkout.

It is made in a folder of its own and gets its name only when it is complete, so an interrupted run
leaves nothing that could be taken for it. The name carries the recipe's stamp: checkouts with
different recipes do not disturb each other, and a link `rootfs` leads to the one made last.
"""

import contextlib
import glob
import json
import os
import platform
import shutil
import subprocess
import time

import cache
import chroot
import kernels
import mirror
import recipe
from say import LabError, Step, say, seconds

UNUSED_DAYS = 7
# What a tree's name ends in while it is made or removed
UNFINISHED = ".unfinished"
SOURCES = "/usr/src/kselftest"


def path():
    return cache.folder() / f"rootfs-{recipe.stamp()}"


def is_made():
    try:
        return (path() / "lab.json").is_file()
    except PermissionError:
        return False  # root's own cache folder, and this is not root


def required():
    """The root file system, or an error that says how to get it."""
    if os.geteuid() != 0:
        raise LabError("the lab needs root (it mounts and changes its root): run it by sudo")
    if not is_made():
        raise LabError("the lab is not made yet: run `make lab` first")
    return path()


def description():
    return json.loads((required() / "lab.json").read_text(encoding="utf-8"))


def kernel(name):
    """The release of "lts" or "newest"."""
    return description()["kernels"][name]["release"]


def kernel_source(release):
    """Inside the root file system: the part of the kernel's source that the lab keeps."""
    return f"{SOURCES}/{release}"


def make(again=False):
    """Make the root file system unless it is there; safe when two runs meet."""
    if is_made() and not again:
        required()
        with contextlib.suppress(OSError):  # a cache that cannot be written serves as well
            os.utime(path() / "lab.json")
        return path()
    check_host()
    with cache.lock("make.lock") as lock:
        os.set_inheritable(lock, True)
        if is_made() and not again:
            return path()
        announce()
        install_host_packages()
        drop_unfinished()
        start = time.monotonic()
        unfinished = cache.folder() / f"{path().name}{UNFINISHED}"
        build(unfinished)
        publish(unfinished)
        drop_unused()
        size = int(
            subprocess.run(
                ["du", "-sxm", path()], capture_output=True, text=True, check=True
            ).stdout.split()[0]
        )
        say(f"  the lab is made: {size} MB in {seconds(time.monotonic() - start)}: {path()}")
    return path()


def check_host():
    if platform.machine() != "x86_64":
        raise LabError(f"the lab runs on x86-64 machines, this is {platform.machine()}")
    if os.geteuid() != 0:
        raise LabError(
            "the lab needs root (it makes a root file system and mounts in it): run it by sudo"
        )
    probe = subprocess.run(
        ["unshare", "--mount", "true"], capture_output=True, text=True, check=False
    )
    if probe.returncode:
        raise LabError(
            "root cannot make a mount namespace here (a container without CAP_SYS_ADMIN?): "
            + probe.stderr.strip()
        )


def announce():
    folder = cache.make_folder()
    say("The lab is made once for all checkouts: a Debian 13 with QEMU, two kernels and tools.")
    say(
        f"  it takes about {recipe.DISK_MB / 1000:.1f} GB in {folder} (or in IGBR_LAB),"
        f" a download of {recipe.DOWNLOAD_MB} MB and {recipe.MINUTES} minutes"
    )
    free = cache.free_megabytes(folder)
    if free < recipe.DISK_MB * 1.1:
        raise LabError(
            f"{folder} has {free} MB free, the lab needs {int(recipe.DISK_MB * 1.1)} MB:"
            " make room or set IGBR_LAB to another place"
        )


def install_host_packages():
    # An older keyring does not know the suite's keys.
    keyring = glob.glob("/usr/share/keyrings/debian-archive-trixie*")
    if shutil.which("mmdebstrap") and keyring:
        return
    names = " ".join(recipe.HOST_PACKAGES)
    if not shutil.which("apt-get"):
        raise LabError(f"this machine has no apt-get: install {names} by other means")
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    with Step(f"installing {names} on this machine"):
        logged(["apt-get", "-q", "update"], env=environment)
        logged(
            ["apt-get", "-q", "-y", "install", "--no-install-recommends", *recipe.HOST_PACKAGES],
            env=environment,
        )


def logged(argv, mode="a", name=None, **options):
    """Run a command with its output in the log; a failure shows the log's end and `name`."""
    log = cache.folder() / "make.log"
    with open(log, mode, encoding="utf-8") as out:
        status = subprocess.run(
            argv,
            stdin=subprocess.DEVNULL,
            stdout=out,
            stderr=out,
            check=False,
            close_fds=False,  # while it runs, the lab is being made: see make()
            **options,
        ).returncode
    if status:
        tail = log.read_text(encoding="utf-8", errors="replace").splitlines()[-15:]
        say("\n".join("    | " + line for line in tail))
        raise LabError(f"`{name or argv[0]}` failed with status {status}; the whole log is {log}")


def remove(tree):
    """Never across a mount: what is mounted in a root file system may be the host's. A removal
    that is broken off leaves an unfinished tree."""
    if tree.suffix != UNFINISHED:
        tree = tree.rename(tree.with_name(f"{tree.name}.old{UNFINISHED}"))
    subprocess.run(["rm", "-rf", "--one-file-system", tree], check=False)
    if tree.exists():
        raise LabError(f"cannot remove {tree}: is something mounted in it, or running?")


def drop_unfinished():
    for left in cache.folder().glob(f"rootfs-*{UNFINISHED}"):
        remove(left)


def drop_unused():
    """Root file systems of older recipes go when nobody runs in them and nobody did for a while."""
    for other in cache.folder().glob("rootfs-*"):
        if other == path() or other.is_symlink() or not (other / "lab.json").exists():
            continue
        age = (time.time() - (other / "lab.json").stat().st_mtime) / 86400
        with cache.lock(f"{other.name}.lock", wait=False) as mine:
            if mine and age > UNUSED_DAYS:
                say(
                    f"  removing {other}: its recipe is old and it was not used for {int(age)} days"
                )
                remove(other)


def in_use():
    """A lock to hold while something runs in the root file system."""
    return cache.lock(f"{path().name}.lock", shared=True)


def publish(unfinished):
    with cache.lock(f"{path().name}.lock"):
        if path().exists():
            remove(path())
        unfinished.rename(path())
    link = cache.folder() / "rootfs"
    fresh = cache.folder() / "rootfs.link"
    fresh.unlink(missing_ok=True)
    fresh.symlink_to(path().name)
    fresh.replace(link)


def build(root):
    archive, security = mirror.find()
    say(f"  packages come from {archive}" + (f" and {security}" if security else ""))

    def used():
        return f"{used_megabytes(root)} MB"

    with Step("base system and tool chain", used):
        bootstrap(root, archive, security)
    prepare(root)
    with Step("QEMU", used):
        inside(root, ["apt-get", "-q", "update"])
        inside(root, apt_install("-t", f"{recipe.SUITE}-backports", *recipe.BACKPORTS))
    chosen = kernels.choose(lambda *argv: answer(root, argv))
    with Step(f"kernels {chosen['lts']['release']} and {chosen['newest']['release']}", used):
        inside(root, apt_install("-t", f"{recipe.SUITE}-backports", *kernel_packages(chosen)))
    with Step("what tests and checks need of the kernels' sources", used):
        for one in chosen.values():
            unpack_source(root, one)
    inside(root, ["sh", "-c", "apt-get clean; rm -rf /var/lib/apt/lists/*"])
    text = (
        json.dumps({"recipe": recipe.stamp(), "suite": recipe.SUITE, "kernels": chosen}, indent=1)
        + "\n"
    )
    (root / "lab.json").write_text(text, encoding="utf-8")


def used_megabytes(root):
    """Growth of the file system that holds it: a hint of progress, far cheaper than du."""
    free = cache.free_megabytes(root.parent)
    return max(0, used_megabytes.before - free) if used_megabytes.before else 0


used_megabytes.before = None


def bootstrap(root, archive, security):
    used_megabytes.before = cache.free_megabytes(root.parent)
    options = [f"--aptopt={line}" for line in mirror.apt_options()]
    options += [f"--dpkgopt={line}" for line in recipe.DPKG_OPTIONS]
    sources = cache.folder() / "sources.list"
    sources.write_text(mirror.sources(archive, security, recipe.SUITE), encoding="utf-8")
    environment = {**chroot.ENVIRONMENT, **mirror.proxy_variables()}
    logged(
        [
            "mmdebstrap",
            "--mode=root",
            "--variant=minbase",
            "--architectures=amd64",
            *options,
            "--include=" + ",".join(recipe.PACKAGES),
            recipe.SUITE,
            root,
            sources,
        ],
        mode="w",
        env=environment,
    )


def prepare(root):
    """Small things that the root file system is given before more packages come."""
    bundle = "etc/ssl/certs/ca-certificates.crt"
    if os.path.exists("/" + bundle):
        # A site may have certificates of its own in front of an https mirror.
        shutil.copyfile("/" + bundle, root / bundle)
    resolver = root / "etc/resolv.conf"
    resolver.unlink(missing_ok=True)
    resolver.write_text("", encoding="utf-8")
    (root / "etc/hostname").write_text("igbr-lab\n", encoding="utf-8")
    (root / "igbr").mkdir(exist_ok=True)


def apt_install(*what):
    return [
        "apt-get",
        "-q",
        "-y",
        "-o",
        "Dpkg::Options::=--force-confold",
        "install",
        "--no-install-recommends",
        *what,
    ]


def kernel_packages(chosen):
    return [
        f"linux-{kind}-{one['release']}={one['version']}"
        for one in chosen.values()
        for kind in ("image", "headers")
    ]


def inside(root, argv, cwd="/"):
    # The lab boots kernels with an initramfs of its own; making Debian's takes 20 s per kernel.
    environment = {**mirror.proxy_variables(), "INITRD": "No"}
    command = chroot.command(root, argv, cwd=cwd, environment=environment, writable=True)
    logged(command, name=" ".join(argv[:6]))


def answer(root, argv):
    done = chroot.run(root, argv, capture_output=True, text=True)
    if done.returncode:
        raise LabError(
            f"`{' '.join(argv)}` failed in the root file system: {done.stderr.strip()[-300:]}"
        )
    return done.stdout


UNPACK = f"""
set -e
package=$1 version=$2 target=$3; shift 3
{kernels.UNPACK}
make -s -C "$target" headers ARCH=x86
mkdir "$target/tools/testing/selftests/drivers/net/igbr"
"""


def unpack_source(root, one):
    members = [f"--exclude={one['source']}/{name}" for name in recipe.KERNEL_SOURCE_WITHOUT]
    members += [f"{one['source']}/{name}" for name in recipe.KERNEL_SOURCE]
    inside(
        root,
        [
            "sh",
            "-c",
            UNPACK,
            "lab",
            one["source"],
            one["version"],
            kernel_source(one["release"]),
            *members,
        ],
        cwd="/var/cache/apt",
    )
