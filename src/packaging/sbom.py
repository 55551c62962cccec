#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""The software bill of materials of a built program, as SPDX 2.3 JSON: the libraries it is linked with
and the packages of this machine that they come from.

usage: sbom.py PROGRAM VERSION          SOURCE_DATE_EPOCH is honoured
"""
import datetime
import hashlib
import json
import os
import re
import shutil
import subprocess
import sys

# linked statically: not among the program's NEEDED
STATIC = [("libsepol.a", "libsepol-dev", "libsepol-static")]


def output(*args):
    if not shutil.which(args[0]):
        return ""
    done = subprocess.run(args, capture_output=True, text=True, check=False,
                          env={"PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "LC_ALL": "C"})
    return done.stdout if done.returncode == 0 else ""


def libraries(program):
    """Names of the shared libraries with the files that stand for them here."""
    needed = re.findall(r"\(NEEDED\).*\[(.*?)\]", output("readelf", "-d", program))
    found = dict(re.findall(r"^\s*(\S+) => (\S+)", output("ldd", program), re.M))
    return [(name, found.get(name, "")) for name in sorted(needed)]


def package_of(path):
    """Name and version of the package that a file comes from; None where nobody knows."""
    if not path:
        return None
    if shutil.which("dpkg-query"):
        for name in (path, os.path.realpath(path), path.replace("/lib/", "/usr/lib/", 1)):
            m = re.match(r"([^:\s,]+)", output("dpkg-query", "-S", name))
            if m:
                return m.group(1), output("dpkg-query", "-W", "-f", "${Version}", m.group(1)), "deb"
    if shutil.which("rpm"):
        text = output("rpm", "-qf", "--qf", "%{NAME} %{VERSION}-%{RELEASE}", path)
        if text:
            return (*text.split(" ", 1), "rpm")
    return None


def static_package(names):
    for name in names:
        version = output("dpkg-query", "-W", "-f", "${Version}", name)
        if version:
            return name, version, "deb"
        version = output("rpm", "-q", "--qf", "%{VERSION}-%{RELEASE}", name)
        if version:
            return name, version, "rpm"
    return None


def package(ident, name, version, **more):
    return {"SPDXID": f"SPDXRef-{re.sub(r'[^A-Za-z0-9.-]', '-', ident)}", "name": name,
            "versionInfo": version, "downloadLocation": "NOASSERTION", "filesAnalyzed": False, **more}


def purl(found):
    name, version, kind = found
    return [{"referenceCategory": "PACKAGE-MANAGER", "referenceType": "purl",
             "referenceLocator": f"pkg:{kind}/{name}@{version}"}]


def main():
    program, version = sys.argv[1:]
    with open(program, "rb") as f:
        digest = hashlib.sha256(f.read()).hexdigest()
    when = datetime.datetime.fromtimestamp(
        int(os.environ.get("SOURCE_DATE_EPOCH", os.path.getmtime(program))), datetime.timezone.utc)
    own = package("postseal", "postseal", version, licenseDeclared="GPL-2.0-or-later",
                  checksums=[{"algorithm": "SHA256", "checksumValue": digest}])
    parts, relations = [own], [{"spdxElementId": "SPDXRef-DOCUMENT", "relationshipType": "DESCRIBES",
                                "relatedSpdxElement": own["SPDXID"]}]

    def add(library, found, kind):
        more = {"externalRefs": purl(found)} if found else {}
        part = package(library, library, found[1] if found else "NOASSERTION", **more)
        parts.append(part)
        relations.append({"spdxElementId": own["SPDXID"], "relationshipType": kind,
                          "relatedSpdxElement": part["SPDXID"]})

    for name, path in libraries(program):
        add(name, package_of(path), "DYNAMIC_LINK")
    for library, *names in STATIC:
        add(library, static_package(names), "STATIC_LINK")
    json.dump({"spdxVersion": "SPDX-2.3", "dataLicense": "CC0-1.0", "SPDXID": "SPDXRef-DOCUMENT",
               "name": f"postseal-{version}",
               "documentNamespace": f"urn:postseal:sbom:{version}:{digest}",
               "creationInfo": {"created": when.strftime("%Y-%m-%dT%H:%M:%SZ"),
                                "creators": ["Tool: postseal-sbom.py"]},
               "packages": parts, "relationships": relations}, sys.stdout, indent=1)
    print()


if __name__ == "__main__":
    main()
