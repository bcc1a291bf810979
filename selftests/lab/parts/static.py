# SPDX-License-Identifier: GPL-2.0-only
"""What can be said of the driver without running it: warnings, sparse, checkpatch, cache lines."""

import re
import shutil

import builds
import cachelines
import cxx
import paths
import rootfs
from say import LabError

TITLE = "the driver's sources"
# The kernel tries it before it uses it: Debian 13's does not know __typeof_unqual__ of Linux 7.
NO_SPARSE = "sparse is not available or not up to date"
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
        built = compiled(release, target / "kmod", "W=1")
        sparse = compiled(release, target / "kmod", "W=1", "C=2")
    for title, (good, said) in (("W=1", built), ("sparse", sparse)):
        if NO_SPARSE in said:
            report.skip(f"{title} on {release}", "sparse does not know all that this kernel uses")
        else:
            clean = good and not WARNING.search(said)
            report.check(f"{title} on {release}", clean, "it warns", cxx.tail(said))
    if built[0]:
        share_no_line(report, release, target / "kmod" / f"{builds.DRIVER}.ko")


def share_no_line(report, release, module):
    """No cache line that two CPUs write for each packet: `lab lines` shows them."""
    try:
        problems = cachelines.problems(cachelines.of_module(module))
    except LabError as error:
        problems = [str(error)]
    reason = "; ".join(problems)
    report.check(f"cache lines on {release}", not problems, reason)


def compiled(release, folder, *flags):
    """Whether it compiles, and what was said: the module, and the KUnit tests by themselves, which
    no Debian kernel could be linked with."""
    tests = [f"tests/{path.stem}.o" for path in sorted((folder / "tests").glob("*.c"))]
    done = [
        builds.kernel_make(release, folder, *flags, *targets, **cxx.PIPES)
        for targets in (["modules"], ["CONFIG_IGBR_KUNIT_TEST=y", *tests])
    ]
    return not any(one.returncode for one in done), "".join(one.stdout for one in done)


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
