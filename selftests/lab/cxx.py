# SPDX-License-Identifier: GPL-2.0-only
"""What every C++ part is put through: builds, unit tests, clang-format, clang-tidy."""

import hashlib
import re
import subprocess
import xml.etree.ElementTree
from concurrent.futures import ThreadPoolExecutor

import builds
import paths

SUFFIXES = (".cpp", ".hpp")
TAIL = 40
INCLUDE = re.compile(r'^#include "([^"]+)"', re.M)
PIPES = {
    "stdout": subprocess.PIPE,
    "stderr": subprocess.STDOUT,
    "text": True,
    "stdin": subprocess.DEVNULL,
}


def sources(*folders):
    """The C++ files below folders of the checkout, as paths from its top."""
    found = []
    for folder in folders:
        for path in sorted((paths.CHECKOUT / folder).rglob("*")):
            if path.suffix in SUFFIXES:
                found.append(str(path.relative_to(paths.CHECKOUT)))
    return found


def tail(text, lines=TAIL):
    return "\n".join(text.splitlines()[-lines:])


def configure(report, source, tree, compiler, *definitions):
    """Make a build tree, which is kept from run to run; whether there is one."""
    (paths.CHECKOUT / tree).mkdir(parents=True, exist_ok=True)
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
    done = builds.inside(argv, **PIPES)
    if done.returncode:
        report.fail(f"{source} for {compiler}", "cmake failed", detail=errors(done.stdout))
    return done.returncode == 0


def build(report, source, tree, compiler, *definitions, target="all"):
    """Configure and build; true where a test run is worth it."""
    with builds.lock():
        if not configure(report, source, tree, compiler, *definitions):
            return False
        done = builds.inside(["ninja", "-j", builds.JOBS, "-C", tree, target], **PIPES)
    why = "ninja failed"
    report.check(f"builds with {compiler}", done.returncode == 0, why, errors(done.stdout))
    return done.returncode == 0


def errors(text):
    """The lines that name an error with some context, else the end."""
    lines = text.splitlines()
    marked = [number for number, line in enumerate(lines) if "error:" in line or "FAILED" in line]
    if not marked:
        return tail(text)
    return "\n".join(lines[marked[0] : marked[0] + TAIL])


def tests(report, tree, program, timeout=600):
    """Each test of a GoogleTest program is one result; its breaking off is one failure more."""
    sheet = paths.CHECKOUT / tree / f"{program}.xml"
    sheet.unlink(missing_ok=True)
    argv = [f"./{program}", f"--gtest_output=xml:{program}.xml", "--gtest_brief=1"]
    argv = ["sh", "-c", f'cd "{tree}" && exec timeout {timeout} "$@"', "lab", *argv]
    done = builds.inside(argv, **PIPES)
    failed = 0
    if sheet.exists():
        failed = results_of(report, sheet.read_text(encoding="utf-8"))
    if done.returncode and not failed:
        why = "time limit" if done.returncode == 124 else f"ended with status {done.returncode}"
        report.fail(program, why, detail=tail(done.stdout))


def results_of(report, text):
    """Tells the results in GoogleTest's XML; returns how many failed."""
    failed = 0
    for case in xml.etree.ElementTree.fromstring(text).iter("testcase"):
        name = f"{case.get('classname')}.{case.get('name')}"
        failure = case.find("failure")
        skipped = case.find("skipped")
        if failure is not None:
            failed += 1
            report.fail(name, first_line(failure.get("message")), detail=failure.text or "")
        elif skipped is not None:
            report.skip(name, last_line(skipped.get("message")) or "no reason given")
        elif case.get("status") == "notrun":
            report.skip(name, "disabled")
        else:
            report.ok(name)
    return failed


def first_line(text):
    return (text or "failed").strip().splitlines()[0]


def last_line(text):
    """GoogleTest puts the place before the words."""
    lines = (text or "").strip().splitlines()
    return lines[-1] if lines else ""


def formatted(report, files):
    done = builds.inside(["clang-format", "--dry-run", "-Werror", *files], **PIPES)
    wrong = sorted(
        {line.partition(":")[0] for line in done.stdout.splitlines() if ": error: " in line}
    )
    why = f"{len(wrong)} files are not in the project's format"
    report.check("clang-format", done.returncode == 0, why, "\n".join(wrong) or tail(done.stdout))


def included(path, known):
    """The project's own files that a source file reads, itself among them, by following quotes."""
    found = set()
    waiting = [path]
    while waiting:
        file = waiting.pop()
        if file in found:
            continue
        found.add(file)
        for name in INCLUDE.findall((paths.CHECKOUT / file).read_text(encoding="utf-8")):
            waiting += [other for other in known if other.endswith("/" + name)]
    return sorted(found)


def configurations(path):
    """The .clang-tidy files that count for a file."""
    folders = (paths.CHECKOUT / path).relative_to(paths.CHECKOUT).parents
    return [paths.CHECKOUT / folder / ".clang-tidy" for folder in folders]


def tidy_key(path, known):
    """What clang-tidy's verdict on a file depends on."""
    key = hashlib.sha256(path.encode())
    for file in configurations(path):
        key.update(file.read_bytes() if file.exists() else b"")
    for file in included(path, known):
        key.update((paths.CHECKOUT / file).read_bytes())
    return key.hexdigest()


def tidy(report, source, files, tree):
    """clang-tidy takes seconds per file, so a file that was clean is looked at again only when it,
    what it includes or the configuration changed."""
    known = paths.CHECKOUT / tree / "tidy"
    known.mkdir(parents=True, exist_ok=True)
    headers = [path for path in files if path.endswith(".hpp")]

    def look(path):
        mark = known / tidy_key(path, headers)
        if mark.exists():
            return None
        done = builds.inside(["clang-tidy", "--quiet", "-p", tree, path], **PIPES)
        if done.returncode:
            return done.stdout
        mark.touch()
        return None

    with ThreadPoolExecutor(2) as pool:
        found = [
            text
            for text in pool.map(look, [path for path in files if path.endswith(".cpp")])
            if text
        ]
    report.check(
        source,
        not found,
        f"finds fault with {len(found)} of the files",
        errors("\n".join(found)),
    )
