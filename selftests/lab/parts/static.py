# SPDX-License-Identifier: GPL-2.0-only
"""What can be said of the driver without running it: warnings, sparse, checkpatch."""

import re
import shutil

import builds
import cxx
import paths
import rootfs

TITLE = "the driver's sources"
WARNING = re.compile(r"\b(?:warning|error): |^WARNING: ", re.M | re.I)


def run(report, selection):
    if not (paths.CHECKOUT / "kmod/Kbuild").exists():
        report.skip("all", "there is no kmod/Kbuild")
        return
    for name in selection.kernels:
        compile_strictly(report, name)
    checkpatch(report)


def compile_strictly(report, name):
    release = rootfs.kernel(name)
    target = paths.BUILD / "check" / f"static-{release}"
    # From nothing each time: a warning is only printed when its file is compiled.
    with builds.lock():
        shutil.rmtree(target, ignore_errors=True)
        builds.copy_sources(target)
        built = builds.kernel_make(release, target / "kmod", "W=1", "modules", **cxx.PIPES)
        sparse = builds.kernel_make(release, target / "kmod", "W=1", "C=2", "modules", **cxx.PIPES)
    for title, done in (("W=1", built), ("sparse", sparse)):
        clean = done.returncode == 0 and not WARNING.search(done.stdout)
        report.check(f"{title} on {release}", clean, "it warns", cxx.tail(done.stdout))


def checkpatch(report):
    """The newest kernel's, since the rules grow."""
    release = rootfs.kernel("newest")
    script = f"{rootfs.kernel_source(release)}/scripts/checkpatch.pl"
    files = [
        path
        for folder in ("kmod", "uapi")
        for path in sorted((paths.CHECKOUT / folder).rglob("*.[ch]"))
        if not path.name.endswith(".mod.c")
    ]
    names = [f"/igbr/{path.relative_to(paths.CHECKOUT)}" for path in files]
    # It leaves a cache file where it stands.
    done = builds.inside(
        [
            "sh",
            "-c",
            'cd /tmp && exec "$@"',
            "lab",
            script,
            "--no-tree",
            # Names of the kernel's own structures are found here: some are in mixed case.
            f"--root=/lib/modules/{release}/source",
            "--strict",
            "--terse",
            "--show-types",
            "--no-summary",
            "-f",
            *names,
        ],
        **cxx.PIPES,
    )
    report.check(
        f"checkpatch --strict on {len(files)} files",
        done.returncode == 0 and not done.stdout.strip(),
        f"{len(done.stdout.splitlines())} remarks",
        cxx.tail(done.stdout),
    )
