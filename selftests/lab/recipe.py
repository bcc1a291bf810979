# SPDX-License-Identifier: GPL-2.0-only
"""What the lab's root file system consists of. A change here makes a new one."""

import hashlib
import json

SUITE = "trixie"

# Raise when the steps in rootfs.py change what comes out of them.
STEPS = 3

# What it takes, as measured with this recipe; said up front and kept in README.
DISK_MB = 2800
DOWNLOAD_MB = 840
MINUTES = 3

HOST_PACKAGES = ["mmdebstrap", "debian-archive-keyring"]

KERNEL_BUILD = [
    "gcc",
    "gcc-14",
    "make",
    "bc",
    "bison",
    "flex",
    "perl",
    "rsync",
    "xz-utils",
    "kmod",
    "cpio",
    "libelf-dev",
    "libssl-dev",
    "pahole",
    "sparse",
]
TOOL_BUILD = [
    "g++",
    "g++-14",
    "g++-12",
    "cmake",
    "ninja-build",
    "pkgconf",
    "libnl-3-dev",
    "libnl-genl-3-dev",
    "libnl-route-3-dev",
    "libcli11-dev",
    "libncurses-dev",
    "nlohmann-json3-dev",
    "libtoml11-dev",
    "libgtest-dev",
    "libgmock-dev",
    "clang",
    "clang-format",
    "clang-tidy",
    "libclang-rt-dev",
    "groff-base",
    "promtool",
]
GUEST = [
    "busybox-static",
    "ethtool",
    "iproute2",
    "iputils-ping",
    "iperf3",
    "socat",
    "netcat-openbsd",
    "tcpdump",
    "netsniff-ng",
    "dropbear-bin",
    "procps",
    "pciutils",
    "python3",
    "python3-yaml",
    "python3-jsonschema",
    "xdp-tools",
    "bpftool",
    "jq",
    "less",
    "strace",
    "erofs-utils",
]
PACKAGES = ["ca-certificates", *KERNEL_BUILD, *TOOL_BUILD, *GUEST]
BACKPORTS = ["qemu-system-x86"]

# Nobody reads manuals or other languages in here.
DPKG_OPTIONS = [
    "path-exclude=/usr/share/man/*",
    "path-exclude=/usr/share/locale/*",
    "path-exclude=/usr/share/doc/*",
    "path-exclude=/usr/share/info/*",
    "path-include=/usr/share/doc/*/copyright",
]

# Of a kernel's source: what `make headers`, the kselftest build and checkpatch need.
KERNEL_SOURCE = [
    "Makefile",
    "Kbuild",
    "MAINTAINERS",
    "scripts",
    "include/uapi",
    "include/asm-generic",
    "usr/include",
    "arch/x86/Makefile",
    "arch/x86/include/uapi",
    "arch/x86/entry/syscalls",
    "arch/x86/tools",
    "Documentation/netlink",
    "tools/scripts",
    "tools/build",
    "tools/include",
    "tools/lib",
    "tools/arch/x86",
    "tools/net/ynl",
    "tools/bpf/bpftool",
    "tools/testing/selftests",
]
KERNEL_SOURCE_WITHOUT = [
    "tools/testing/selftests/bpf",
    "tools/testing/selftests/kvm",
    "tools/testing/selftests/powerpc",
    "tools/testing/selftests/arm64",
    "tools/testing/selftests/tc-testing",
]


def stamp():
    """Names the recipe: equal recipes share one root file system, whatever checkout has them."""
    parts = [SUITE, STEPS, PACKAGES, BACKPORTS, DPKG_OPTIONS, KERNEL_SOURCE, KERNEL_SOURCE_WITHOUT]
    return hashlib.sha256(json.dumps(parts).encode()).hexdigest()[:12]
