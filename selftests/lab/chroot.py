# SPDX-License-Identifier: GPL-2.0-only
"""Commands inside the root file system: a private mount namespace, then chroot, with a clean environment.

Everything up to the command is an exec, so the process id is the command's own, and the mounts
vanish with it.
"""

import os
import pathlib
import subprocess

from say import LabError

ENVIRONMENT = {"PATH": "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", "HOME": "/root",
               "LANG": "C.UTF-8", "LC_ALL": "C.UTF-8", "DEBIAN_FRONTEND": "noninteractive",
               "PYTHONDONTWRITEBYTECODE": "1"}

ENTER = r"""
set -e
root=$1; shift
mount -t proc proc "$root/proc"
mount --rbind /dev "$root/dev"
mount -t tmpfs tmp "$root/tmp"
if [ -e /etc/resolv.conf ] && [ -e "$root/etc/resolv.conf" ]; then
    mount --bind /etc/resolv.conf "$root/etc/resolv.conf"
fi
while [ "$1" != -- ]; do
    mount --bind "$1" "$root$2"; shift 2
done
shift
exec chroot "$root" /usr/bin/env -i "$@"
"""


def command(root, argv, binds=(), cwd="/", environment=None):
    """The argument vector that runs `argv` in `root`; `binds` are pairs (host path, path inside)."""
    if os.geteuid() != 0:
        raise LabError("the lab needs root (chroot and mounts): run the same command by sudo")
    root = pathlib.Path(root)
    pairs = []
    for source, target in binds:
        inside = root / str(target).lstrip("/")
        if not inside.exists():
            inside.mkdir(parents=True, exist_ok=True)
        pairs += [str(source), "/" + str(target).strip("/")]
    variables = [f"{name}={value}" for name, value in {**ENVIRONMENT, **(environment or {})}.items()]
    return ["unshare", "--mount", "--propagation", "private", "--", "sh", "-c", ENTER, "lab", str(root), *pairs, "--",
            *variables, "sh", "-c", 'cd "$1" && shift && exec "$@"', "lab", cwd, *argv]


def run(root, argv, binds=(), cwd="/", environment=None, **options):
    return subprocess.run(command(root, argv, binds, cwd, environment), check=False, **options)
