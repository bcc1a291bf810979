#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
"""The kernel's own tests of steering, unchanged, on igbr. Runs in the guest.

Each of their cases is a result here. A case that this MAC cannot pass has to fail, and with the
reason that the driver gives; one that passes by luck fails here. What a test skips stays skipped,
with the test's own reason.
"""

import os
import pathlib
import re
import shutil
import subprocess
import sys

PROGRAMS = ("ntuple.py", "rss_api.py", "rss_drv.py", "rss_input_xfrm.py", "toeplitz.py")
TRIES = 2
# From here on a limit of a test's own may be too short for the machine
SLOW = float(os.environ.get("LAB_SLOWDOWN", "1")) > 2
RESULT = re.compile(r"^(ok|not ok) \d+ (\S+)(?: # (SKIP|XFAIL) ?(.*))?$")
# What a program takes for granted: ports in the hash of UDP, and CPUs beside those of the queues
BEFORE = {"toeplitz.py": "ethtool -L {0} combined 2; ethtool -N {0} rx-flow-hash udp4 sdfn; "
                         "ethtool -N {0} rx-flow-hash udp6 sdfn"}
# Cases that a MAC cannot pass: which, on which MACs, what the test says then, and what the kernel's log says
UNABLE = (
    (r"ntuple\.queue\.(tcp|udp)6\.", ("82576",), "Operation not supported", "no IPv6"),
    (r"rss_api\.test_(rxfh_nl_set_indir_ctx|rxfh_indir_ctx_ntf|rss_ctx_add|rss_ctx_ntf)$", None,
     "Operation not supported", ""),
    (r"rss_api\.test_rxfh_fields_set(_xfrm)?$", None, "by sd or sdfn, other by sd", ""),
)


def mac():
    """As the driver calls it."""
    log = subprocess.run(["dmesg"], check=True, capture_output=True, text=True).stdout
    return re.search(r"Intel (\w+),", log)[1]


def cannot_pass(case):
    """What the test and the log have to say, if the MAC cannot do what the case is about."""
    for cases, macs, said, logged in UNABLE:
        if re.match(cases, case) and (macs is None or mac() in macs):
            return said, logged
    return None


class Judge:
    """Says what came of each case."""

    def __init__(self):
        self.number = 0
        self.bad = 0
        print("TAP version 13", flush=True)

    def say(self, good, name, comment="", said=""):
        self.number += 1
        self.bad += not good
        if said and not good:
            print("# " + said.replace("\n", "\n# "), flush=True)
        print(f"{'ok' if good else 'not ok'} {self.number} {name}{' # ' + comment if comment else ''}", flush=True)

    def case(self, verdict, name, skipped, text, said):
        wanted = cannot_pass(name)
        if skipped:
            self.say(True, name, f"{skipped} {text}")
        elif not wanted:
            self.say(verdict == "ok", name, said=said)
        elif verdict == "ok":
            print(f"# {mac()} cannot do this, and yet it passes")
            self.say(False, name)
        else:
            log = subprocess.run(["dmesg"], check=True, capture_output=True, text=True).stdout
            told = wanted[0] in said and wanted[1] in log
            self.say(told, name, f"SKIP refused, as it has to be: {wanted[1] or wanted[0]}" if told else "", said)


def results(path, *filters):
    """Runs a program: (verdict, case, skipped, text, what it said before) of each case, as they end."""
    said = ""
    with subprocess.Popen(["python3", str(path), *filters], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
                          cwd=path.parent) as process:
        for line in process.stdout:
            found = RESULT.match(line.rstrip("\n"))
            if found:
                yield (*found.groups(), said)
                said = ""
            elif not line.startswith(("TAP version", "1..", "# Totals")):
                said += line
    if process.returncode not in (0, 1):
        print("# " + said.replace("\n", "\n# "), flush=True)


def is_impatient(result):
    """The tests have limits of their own, in seconds of a fast machine."""
    return result[0] != "ok" and re.search(r"TimeoutExpired|timed out|Timeout|too few frames for verification", result[-1])


def was_right_so_far(result):
    """toeplitz.py waits four seconds for frames: on a slow machine what came in them counts, if none was wrong."""
    return is_impatient(result) and re.search(r"count: pass=[1-9]\d* nohash=0 fail=0\n", result[-1])


def again(path, result):
    """A case that met a limit of its own, by itself until it meets none."""
    for _ in range(TRIES):
        if not is_impatient(result):
            break
        print(f"# {result[1]}: a time limit of its own, once more", flush=True)
        result = next(results(path, "-t", result[1].partition(".")[2]), result)
    return result


def run(judge, folder, name):
    """One program; its cases are told as they end."""
    path = folder / name
    if not path.exists():
        judge.say(True, name, "SKIP this kernel's sources have no such test")
        return
    if name == "toeplitz.py":
        # Its other half, in C; the lab has built it. The root file system is only written in memory.
        shutil.copy(f"/igbr/build/{os.uname().release}/upstream/toeplitz", folder)
    subprocess.run(BEFORE.get(name, "true").format(os.environ["NETIF"]), shell=True, check=True)
    began, late = judge.number, []
    for result in results(path):
        if is_impatient(result):
            late.append(result)
        else:
            judge.case(*result)
    for result in late:
        result = again(path, result)
        if SLOW and was_right_so_far(result):
            judge.say(True, result[1], "SKIP too slow a machine for its time limit; the frames that came in it were right")
        else:
            judge.case(*result)
    if judge.number == began:
        judge.say(False, f"{name}: no case")


def main(names):
    """All of them, or those that are named."""
    os.environ["DISRUPTIVE"] = "True"
    folder = pathlib.Path(f"/usr/src/kselftest/{os.uname().release}/tools/testing/selftests/drivers/net/hw")
    judge = Judge()
    for name in names or PROGRAMS:
        run(judge, folder, name)
    print(f"1..{judge.number}", flush=True)
    sys.exit(1 if judge.bad else 0)


if __name__ == "__main__":
    main(sys.argv[1:])
