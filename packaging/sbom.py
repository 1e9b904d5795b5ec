#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""SPDX 2.3 bill of materials of an installed tree: what is inside, and what it takes from the distribution.

sbom.py TREE --version V --torch SITE-PACKAGES --created ISO-TIME --also PLUGIN... -o FILE.spdx.json

Every file of TREE is listed with its SHA-256. Libraries that the programs load are looked up in dpkg: package, version,
and the licences that the package's machine-readable copyright file names.
"""
import argparse
import hashlib
import json
import os
import pathlib
import re
import subprocess

SPDX_KNOWN = {"Apache-2.0", "BSD-2-Clause", "BSD-3-Clause", "MIT", "Zlib", "Expat", "ISC"}
ALIAS = {"Expat": "MIT", "BSD-2-clause": "BSD-2-Clause", "BSD-3-clause": "BSD-3-Clause", "zlib": "Zlib", "Zlib": "Zlib"}


def digests(path):
    """SPDX wants SHA-1 for every file; SHA-256 is the one to check by."""
    data = path.read_bytes()
    return [{"algorithm": "SHA1", "checksumValue": hashlib.sha1(data).hexdigest()},
            {"algorithm": "SHA256", "checksumValue": hashlib.sha256(data).hexdigest()}]


def is_elf(path):
    with open(path, "rb") as file:
        return file.read(4) == b"\x7fELF"


def loaded_libraries(programs, private):
    """Absolute paths of all shared libraries that the programs load, the tree's own left out."""
    found = set()
    env = dict(os.environ, LD_LIBRARY_PATH=str(private))
    for program in programs:
        out = subprocess.run(["ldd", program], env=env, text=True, capture_output=True, check=True).stdout
        found |= {m.group(1) for m in re.finditer(r"=> (/\S+)", out)}
    return sorted(p for p in found if not os.path.normpath(p).startswith(str(private)))


def packages_of(paths):
    """Debian packages that own the files; paths below /usr and their merged twins are both tried."""
    names = set()
    for path in paths:
        for candidate in (path, os.path.realpath(path), re.sub(r"^/usr", "", path), re.sub(r"^/usr", "", os.path.realpath(path))):
            out = subprocess.run(["dpkg", "-S", candidate], text=True, capture_output=True).stdout
            if out:
                names.add(out.split(": ")[0].split(",")[0])
                break
        else:
            raise SystemExit(f"no package owns {path}")
    return sorted(names)


def licences(package):
    path = pathlib.Path("/usr/share/doc") / package.split(":")[0] / "copyright"
    try:
        text = path.read_text(errors="replace")
    except OSError:
        return "NOASSERTION", ""
    named = sorted(set(re.findall(r"^License:[ \t]*(\S.*)$", text, re.M)))
    if len(named) == 1 and ALIAS.get(named[0], named[0]) in SPDX_KNOWN:
        return ALIAS.get(named[0], named[0]), ""
    return "NOASSERTION", "Named in the package's copyright file: " + "; ".join(named) if named else ""


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("tree", type=pathlib.Path)
    parser.add_argument("--version", required=True)
    parser.add_argument("--torch", type=pathlib.Path, help="site-packages of the LibTorch wheel; without: the distribution's")
    parser.add_argument("--created", required=True)
    parser.add_argument("--also", type=pathlib.Path, nargs="*", default=[], help="libraries opened by name: Qt's plugins")
    parser.add_argument("-o", "--output", type=pathlib.Path, required=True)
    args = parser.parse_args()
    tree = args.tree.resolve()

    files, ids = [], []
    torch_ids = []
    for path in sorted(p for p in tree.rglob("*") if p.is_file() and not p.is_symlink()):
        relative = path.relative_to(tree)
        identifier = f"SPDXRef-File-{len(files)}"
        files.append({"SPDXID": identifier, "fileName": f"./{relative}",
                      "checksums": digests(path),
                      "licenseConcluded": "NOASSERTION", "copyrightText": "NOASSERTION"})
        (torch_ids if re.match(r"lib(torch|c10|gomp)", path.name) else ids).append(identifier)

    def contents(of):
        """What makes a package of files that are listed: the code over their SHA-1 (SPDX 2.3, 7.9)."""
        sha1 = sorted(f["checksums"][0]["checksumValue"] for f in files if f["SPDXID"] in set(of))
        code = hashlib.sha1("".join(sha1).encode()).hexdigest()
        return {"filesAnalyzed": True, "packageVerificationCode": {"packageVerificationCodeValue": code}}

    def package(identifier, name, version, licence, comment="", **more):
        entry = {"SPDXID": identifier, "name": name, "versionInfo": version, "downloadLocation": "NOASSERTION",
                 "filesAnalyzed": False, "licenseConcluded": "NOASSERTION", "licenseDeclared": licence,
                 "copyrightText": "NOASSERTION", **more}
        if comment:
            entry["licenseComments"] = comment
        return entry

    programs = [p for p in (tree / "bin").iterdir() if is_elf(p)]
    private = next((p.parent for p in tree.rglob("libtorch_cpu.so*")), tree / "lib")
    packages = [package("SPDXRef-Pulmoscope", "pulmoscope", args.version, "Apache-2.0", primaryPackagePurpose="APPLICATION",
                        **contents(ids))]
    relations = [("SPDXRef-DOCUMENT", "DESCRIBES", "SPDXRef-Pulmoscope")]
    relations += [("SPDXRef-Pulmoscope", "CONTAINS", i) for i in ids]
    if args.torch:
        metadata = next(args.torch.glob("torch-*.dist-info")) / "METADATA"
        version = re.search(r"^Version: (.*)$", metadata.read_text(errors="replace"), re.M).group(1)
        packages.append(package("SPDXRef-LibTorch", "libtorch", version, "BSD-3-Clause",
                                "The licences of what it holds lie in libtorch/ beside this file.", **contents(torch_ids)))
        relations.append(("SPDXRef-Pulmoscope", "CONTAINS", "SPDXRef-LibTorch"))
        relations += [("SPDXRef-LibTorch", "CONTAINS", i) for i in torch_ids]
    for name in packages_of(loaded_libraries(programs + args.also, private) + [str(p) for p in args.also]):
        version = subprocess.run(["dpkg-query", "-W", "-f=${Version}", name], text=True, capture_output=True, check=True).stdout
        bare = name.split(":")[0]
        identifier = "SPDXRef-Debian-" + re.sub(r"[^A-Za-z0-9.-]", "-", bare)
        licence, comment = licences(name)
        packages.append(package(identifier, bare, version, licence, comment, externalRefs=[{
            "referenceCategory": "PACKAGE-MANAGER", "referenceType": "purl",
            "referenceLocator": f"pkg:deb/debian/{bare.replace('+', '%2B')}@{version.replace('+', '%2B').replace(':', '%3A')}"}]))
        relations.append(("SPDXRef-Pulmoscope", "DYNAMIC_LINK", identifier))

    everything = hashlib.sha256(json.dumps([packages, files], sort_keys=True).encode()).hexdigest()
    document = {"spdxVersion": "SPDX-2.3", "dataLicense": "CC0-1.0", "SPDXID": "SPDXRef-DOCUMENT",
                "name": f"pulmoscope-{args.version}",
                "documentNamespace": f"https://spdx.org/spdxdocs/pulmoscope-{args.version}-{everything[:32]}",
                "creationInfo": {"created": args.created, "creators": ["Tool: pulmoscope-sbom"]},
                "packages": packages, "files": files,
                "relationships": [{"spdxElementId": a, "relationshipType": b, "relatedSpdxElement": c} for a, b, c in relations]}
    args.output.parent.mkdir(parents=True, exist_ok=True)
    args.output.write_text(json.dumps(document, indent=1) + "\n")


if __name__ == "__main__":
    main()
