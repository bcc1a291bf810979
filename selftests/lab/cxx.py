# SPDX-License-Identifier: GPL-2.0-only
"""What every C++ part is put through: builds, unit tests, clang-format, clang-tidy."""

import hashlib
import subprocess
import xml.etree.ElementTree
from concurrent.futures import ThreadPoolExecutor

import builds
import paths

SUFFIXES = (".cpp", ".hpp")
TAIL = 40
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


def build(report, source, tree, compiler, *definitions):
    """Configure and build; true where a test run is worth it. A tree is kept from run to run."""
    (paths.CHECKOUT / tree).mkdir(parents=True, exist_ok=True)
    configure = [
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
    for argv in (configure, ["ninja", "-C", tree]):
        done = builds.inside(argv, **PIPES)
        if done.returncode:
            report.fail(f"builds with {compiler}", f"{argv[0]} failed", detail=errors(done.stdout))
            return False
    report.ok(f"builds with {compiler}")
    return True


def errors(text):
    """The lines that name an error with some context, else the end."""
    lines = text.splitlines()
    marked = [number for number, line in enumerate(lines) if "error:" in line or "FAILED" in line]
    if not marked:
        return tail(text)
    return "\n".join(lines[marked[0] : marked[0] + TAIL])


def tests(report, tree, timeout=300):
    """Each test that CTest knows in the tree is one result."""
    sheet = paths.CHECKOUT / tree / "ctest.xml"
    sheet.unlink(missing_ok=True)
    done = builds.inside(
        [
            "ctest",
            "--test-dir",
            tree,
            "--output-junit",
            "/igbr/" + tree + "/ctest.xml",
            "-j",
            "2",
            "--timeout",
            str(timeout),
            "--no-tests=error",
            "-Q",
        ],
        **PIPES,
    )
    if not sheet.exists():
        report.fail("unit tests", "CTest gave no results", detail=tail(done.stdout))
        return
    for case in xml.etree.ElementTree.parse(sheet).getroot().iter("testcase"):
        output = case.findtext("system-out") or ""
        status = case.get("status")
        if status == "run":
            report.ok(case.get("name"))
        elif status in ("notrun", "disabled"):
            report.skip(case.get("name"), skip_reason(case))
        else:
            report.fail(case.get("name"), status or "failed", detail=tail(output))


def skip_reason(case):
    skipped = case.find("skipped")
    return (skipped.get("message") if skipped is not None else "") or "not run"


def formatted(report, files):
    done = builds.inside(["clang-format", "--dry-run", "-Werror", *files], **PIPES)
    report.check(
        "clang-format", done.returncode == 0, "not in the project's format", errors(done.stdout)
    )


def tidy(report, files, tree):
    """clang-tidy takes seconds per file, so a file that was clean is looked at again only when it,
    a header or the configuration changed."""
    known = paths.CHECKOUT / tree / "tidy"
    known.mkdir(parents=True, exist_ok=True)
    common = hashlib.sha256((paths.CHECKOUT / ".clang-tidy").read_bytes())
    for path in files:
        if path.endswith(".hpp"):
            common.update((paths.CHECKOUT / path).read_bytes())

    def look(path):
        key = common.copy()
        key.update(path.encode() + (paths.CHECKOUT / path).read_bytes())
        mark = known / key.hexdigest()
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
        "clang-tidy",
        not found,
        f"finds fault with {len(found)} of the files",
        errors("\n".join(found)),
    )
