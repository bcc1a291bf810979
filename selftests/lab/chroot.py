# SPDX-License-Identifier: GPL-2.0-only
"""Commands inside the root file system: private mounts, then chroot, with a clean environment.

Everything up to the command is an exec, so the process id is the command's own, and the mounts
vanish with it.
"""

import os
import subprocess

from say import LabError

ENVIRONMENT = {
    "PATH": "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
    "HOME": "/root",
    "LANG": "C.UTF-8",
    "LC_ALL": "C.UTF-8",
    "DEBIAN_FRONTEND": "noninteractive",
    "PYTHONDONTWRITEBYTECODE": "1",
}

ENTER = r"""
set -e
root=$1 writable=$2; shift 2
mount --bind "$root" "$root"
[ "$writable" = yes ] || mount -o remount,bind,ro "$root"
mount -t proc proc "$root/proc"
mount --rbind /dev "$root/dev"
mount -t tmpfs tmp "$root/tmp"
mount -t tmpfs run "$root/run"
if [ -e /etc/resolv.conf ] && [ -e "$root/etc/resolv.conf" ]; then
    mount --bind /etc/resolv.conf "$root/etc/resolv.conf"
fi
while [ "$1" != -- ]; do
    mount --bind "$1" "$root$2"; shift 2
done
shift
exec chroot "$root" /usr/bin/env -i "$@"
"""


def command(root, argv, binds=(), cwd="/", environment=None, writable=False):
    """The argument vector that runs `argv` in `root`; `binds`: pairs (host path, path inside).

    The root file system itself is read-only, since every checkout shares it.
    """
    if os.geteuid() != 0:
        raise LabError("the lab needs root (chroot and mounts): run the same command by sudo")
    pairs = [str(part) for pair in binds for part in pair]
    variables = [
        f"{name}={value}" for name, value in {**ENVIRONMENT, **(environment or {})}.items()
    ]
    return [
        "unshare",
        "--mount",
        "--propagation",
        "private",
        "--",
        "sh",
        "-c",
        ENTER,
        "lab",
        str(root),
        "yes" if writable else "no",
        *pairs,
        "--",
        *variables,
        "sh",
        "-c",
        'cd "$1" && shift && exec "$@"',
        "lab",
        cwd,
        *argv,
    ]


def run(root, argv, binds=(), cwd="/", environment=None, **options):
    """Run it there and wait; `options` are subprocess.run's."""
    return subprocess.run(command(root, argv, binds, cwd, environment), check=False, **options)
