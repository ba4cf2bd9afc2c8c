"""What other people's programs say of a bag."""

import hashlib
import os
import subprocess
import sys
import zipfile
from pathlib import Path

import bagit

import audit_log
import documents
import keys

MANIFESTS = [("sha256", "manifest"), ("sha512", "manifest"), ("sha256", "tagmanifest"), ("sha512", "tagmanifest")]
# What README.txt has the recipient run.
TOLD = {"sha512sum", "bagit.py", "minisign"}


def check(export, turnstone, schema, scratch):
    """Raises an AssertionError at the first thing that is wrong with an export."""
    if export.form == "folder":
        documents.check(export.path, export.path, export.folder.audio, schema)
        return
    bag = unpacked(export.path, scratch) if export.form == "zip" else export.path
    check_bag(bag)
    sealed = hashlib.sha512((bag / "tagmanifest-sha512.txt").read_bytes()).hexdigest()
    assert sealed == export.told["tagmanifest"], "the program tells another hash of its tag manifest"
    check_signature(bag, export)
    check_readme(bag, export)
    audit_log.check(bag, keys.ed25519(export.key.public_file) if export.is_signed else None)
    documents.check(bag, bag / "data/calls", export.folder.audio, schema)
    check_own_verdict(export, turnstone, sealed)


def unpacked(file, scratch):
    """The bag in a zip file, unpacked by Python after unzip has tested it."""
    tell(["unzip", "-tqq", str(file)], None)
    with zipfile.ZipFile(file) as archive:
        assert archive.testzip() is None, "Python finds a damaged file in the zip file"
        assert all(one.compress_type == zipfile.ZIP_STORED for one in archive.infolist()), "a file is compressed"
        names = archive.namelist()
        assert len(names) == len(set(names)), "a name stands twice in the zip file"
        archive.extractall(scratch)
    tops = list(scratch.iterdir())
    assert [top.name for top in tops] == [file.stem], f"the zip file unpacks to {[top.name for top in tops]}"
    return tops[0]


def check_bag(bag):
    bagit.Bag(str(bag)).validate(processes=1)
    for algorithm, kind in MANIFESTS:
        manifest = bag / f"{kind}-{algorithm}.txt"
        if manifest.stat().st_size:
            tell([f"{algorithm}sum", "--check", "--strict", "--quiet", manifest.name], bag)


def check_signature(bag, export):
    signature, public = bag / "tagmanifest-sha512.txt.minisig", bag / "signing-key.pub"
    if not export.is_signed:
        assert not signature.exists() and not public.exists(), "something is signed without a key"
        return
    tell(["minisign", "-V", "-q", "-p", public.name, "-m", "tagmanifest-sha512.txt"], bag)
    tell(["minisign", "-V", "-q", "-p", str(export.key.public_file), "-m", "tagmanifest-sha512.txt"], bag)


def check_readme(bag, export):
    """What it tells the recipient to do works, word for word, and it says what is missing."""
    text = (bag / "README.txt").read_bytes().decode("utf-8")
    documents.check_characters("README.txt", text)
    assert not set(text) & documents.TURNS_DIRECTION, "README.txt turns the direction of writing"
    commands = [line.strip() for line in text.splitlines() if line.startswith("    ") and line[4:].split(" ")[0] in TOLD]
    assert {command.split(" ")[0] for command in commands} == TOLD - (set() if export.is_signed else {"minisign"})
    for command in commands:
        tell(["env", f"PATH={Path(sys.executable).parent}:{os.environ['PATH']}", *command.split()], bag)
    info = dict(line.split(": ", 1) for line in (bag / "bag-info.txt").read_text("utf-8").splitlines() if ": " in line)
    assert int(info["Turnstone-Missing"]) == len(export.told["missing"]), "bag-info.txt counts other recordings as missing"


def check_own_verdict(export, turnstone, sealed):
    more = ["--tagmanifest", sealed]
    if export.is_signed:
        more += ["--key", str(export.key.public_file)]
    ran = turnstone.verify(export.path, *more)
    assert ran.code == 0 and ran.json()["valid"] and not ran.json()["problems"], f"turnstone verify: {ran.words()}"
    assert (ran.json()["signed_by"] is not None) == export.is_signed, "turnstone verify sees no signature, or one too many"


def tell(command, folder):
    done = subprocess.run(command, cwd=folder, stdin=subprocess.DEVNULL, capture_output=True, check=False)
    said = (done.stdout + done.stderr).decode("utf-8", "replace").strip()
    assert done.returncode == 0, f"{' '.join(command)[:200]} does not accept it: {said[:400]}"
