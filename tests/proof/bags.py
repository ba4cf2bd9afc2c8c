"""What other people's programs say of a bag."""

import hashlib
import subprocess
import zipfile

import bagit

import audit_log
import documents
import keys

MANIFESTS = [("sha256", "manifest"), ("sha512", "manifest"), ("sha256", "tagmanifest"), ("sha512", "tagmanifest")]


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
    assert done.returncode == 0, f"{' '.join(command[:2])} does not accept it: {said[:400]}"
