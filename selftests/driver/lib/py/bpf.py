# SPDX-License-Identifier: GPL-2.0-only
"""XDP programs of a few instructions, made by hand: no compiler is needed."""

import ctypes
import errno
import os
import struct

from net.lib.py import KsftSkipEx

from .shell import sh

BPF_SYSCALL = 321       # x86-64
PROG_LOAD, OBJ_PIN = 5, 6
TYPE_XDP = 6
HAS_FRAGS = 1 << 5
ABORTED, DROP, PASS, TX, REDIRECT = range(5)
HELPER_REDIRECT = 23
FOLDER = "/sys/fs/bpf"


def instruction(code, target=0, source=0, offset=0, value=0):
    return struct.pack("<BBhi", code, source << 4 | target, offset, value)


def move(register, value):
    return instruction(0xB7, register, value=value)


EXIT = instruction(0x95)


def verdict(value):
    """A program that says the same of every frame."""
    return move(0, value) + EXIT


def redirect(ifindex):
    """A program that sends every frame to an interface."""
    return move(1, ifindex) + move(2, 0) + instruction(0x85, value=HELPER_REDIRECT) + EXIT


def bpf(command, attributes):
    libc = ctypes.CDLL(None, use_errno=True)
    done = libc.syscall(BPF_SYSCALL, command, attributes, len(attributes))
    if done < 0:
        code = ctypes.get_errno()
        if code == errno.ENOSYS:
            raise KsftSkipEx("no bpf() (CONFIG_BPF_SYSCALL)")
        raise OSError(code, f"bpf({command}): {os.strerror(code)}")
    return done


def pinned(name, code, frags=False):
    """Load a program and pin it; returns the path, which `ip link set ... xdp pinned` takes."""
    if not os.path.ismount(FOLDER):
        sh(f"mount -t bpf bpf {FOLDER}")
    path = f"{FOLDER}/{name}"
    if os.path.exists(path):
        os.unlink(path)
    text = ctypes.create_string_buffer(code, len(code))
    licence = ctypes.create_string_buffer(b"GPL")
    # prog_type, insn_cnt, insns, license, log_level, log_size, log_buf, kern_version, prog_flags
    attributes = struct.pack("<IIQQIIQII", TYPE_XDP, len(code) // 8, ctypes.addressof(text),
                             ctypes.addressof(licence), 0, 0, 0, 0, HAS_FRAGS if frags else 0)
    program = bpf(PROG_LOAD, attributes)
    where = ctypes.create_string_buffer(path.encode())
    try:
        bpf(OBJ_PIN, struct.pack("<QI", ctypes.addressof(where), program))
    finally:
        os.close(program)
    return path
