# SPDX-License-Identifier: GPL-2.0-only
"""Where Debian's packages come from: the host's own apt configuration, or a variable.

Only the site of an archive is taken. The host's suites (it may be another release) do not matter.
"""

import os
import re
import subprocess

from say import LabError

# What a machine needs to reach its mirror; the rest of its apt configuration is its own affair.
TRANSPORT = re.compile(
    r"Acquire::(https?::|Retries|Check-Valid-Until|Check-Date|ForceIPv[46]|Queue-Mode)"
)
PROXIES = ("http_proxy", "https_proxy", "no_proxy", "HTTPS_PROXY", "NO_PROXY")
HELP = "set IGBR_MIRROR and IGBR_SECURITY_MIRROR to the addresses of the archives"


def parse_targets(text):
    """The stanzas of `apt-get indextargets` as dictionaries."""
    stanzas = []
    for block in re.split(r"\n\s*\n", text):
        fields = dict(line.split(": ", 1) for line in block.splitlines() if ": " in line)
        if fields:
            stanzas.append(fields)
    return stanzas


def suite_of(target):
    """'trixie-security' of .../dists/trixie-security/"""
    return target.get("Base-URI", "").rstrip("/").partition("/dists/")[2]


def is_debian(target):
    """Origin is known once apt has fetched the suite's Release file; before, the path tells."""
    if "Origin" in target:
        return target["Origin"] == "Debian"
    path = target.get("Site", "").rstrip("/")
    return path.endswith("/debian") or path.endswith("/debian-security")


def is_security(target):
    return target.get("Label") == "Debian-Security" or suite_of(target).endswith(
        ("-security", "/updates")
    )


def sites(text):
    """(archive, security archive) out of `apt-get indextargets`; None for what is not there."""
    archive = security = None
    for target in parse_targets(text):
        if (
            target.get("Identifier") != "Packages"
            or not is_debian(target)
            or not target.get("Site")
        ):
            continue
        if is_security(target):
            security = security or target["Site"]
        else:
            archive = archive or target["Site"]
    return archive, security


def plain(site):
    """Debian's cloud images name a file that lists mirrors (mirror+file:/...): its first one."""
    if not site or not site.startswith("mirror+file:"):
        return site
    path = "/" + site.partition(":")[2].lstrip("/")
    try:
        with open(path, encoding="utf-8") as lines:
            words = [line.split()[0] for line in lines if line.strip() and not line.startswith("#")]
    except OSError as error:
        raise LabError(
            f"cannot read apt's list of mirrors {path}: {error.strerror}; {HELP}"
        ) from error
    return words[0] if words else None


def find(environment=os.environ):
    """The two sites, from the variables, else from apt. The security archive may be missing."""
    archive = environment.get("IGBR_MIRROR")
    security = environment.get("IGBR_SECURITY_MIRROR")
    if not archive:
        try:
            listing = subprocess.run(
                ["apt-get", "indextargets"], capture_output=True, text=True, check=True
            )
        except (OSError, subprocess.CalledProcessError) as error:
            raise LabError(f"cannot ask apt for a mirror ({error}); {HELP}") from error
        archive, found = map(plain, sites(listing.stdout))
        security = security or found
    if not archive:
        raise LabError(f"apt on this machine knows no Debian archive; {HELP}")
    if not archive.startswith(("http://", "https://")):
        raise LabError(f"the lab needs an archive reached by http or https, not {archive}; {HELP}")
    return archive.rstrip("/"), security.rstrip("/") if security else None


def parse_options(text):
    """The transport options (proxies and the like) out of `apt-config dump`, as 'Name "value";'."""
    return [
        line for line in text.splitlines() if TRANSPORT.match(line) and not line.endswith('"";')
    ]


def apt_options():
    try:
        dump = subprocess.run(["apt-config", "dump"], capture_output=True, text=True, check=True)
    except (OSError, subprocess.CalledProcessError):
        return []
    return parse_options(dump.stdout)


def proxy_variables(environment=os.environ):
    return {name: environment[name] for name in PROXIES if environment.get(name)}


def sources(archive, security, suite):
    """sources.list of the lab: the suite, its updates, its backports, its security archive."""
    signed = "[signed-by=/usr/share/keyrings/debian-archive-keyring.gpg]"
    lines = [
        f"deb {signed} {archive} {name} main"
        for name in (suite, f"{suite}-updates", f"{suite}-backports")
    ]
    if security:
        lines.append(f"deb {signed} {security} {suite}-security main")
    return "\n".join(lines) + "\n"
