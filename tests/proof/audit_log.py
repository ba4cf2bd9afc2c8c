"""The part of the audit log in an export, computed anew: RFC 6962 hashes and the C2SP formats."""

import base64
import hashlib
import json
import subprocess
import tempfile
from pathlib import Path

ED25519_KIND = b"\x01"
# What stands before the 32 bytes of an Ed25519 key in a SubjectPublicKeyInfo (RFC 8410).
SPKI = bytes.fromhex("302a300506032b6570032100")


def check(bag, key):
    """Raises an AssertionError if an entry does not lead to the checkpoint, or the key (32 bytes) did not sign that."""
    note = (bag / "log/checkpoint").read_bytes().decode("utf-8")
    text, _, signatures = note.partition("\n\n")
    origin, size, root = text.rstrip("\n").split("\n")
    size, root = int(size), base64.b64decode(root, validate=True)
    entries = (bag / "log/entries.jsonl").read_bytes().splitlines()
    proofs = (bag / "log/proofs.jsonl").read_bytes().splitlines()
    assert len(entries) == len(proofs), f"{len(entries)} entries of the log and {len(proofs)} proofs"
    assert entries, "an export is in its own log"
    for line, proof in zip(entries, map(json.loads, proofs)):
        entry = json.loads(line)
        assert entry["seq"] == proof["index"] + 1, "a proof is of another entry"
        leaf = hashlib.sha256(b"\0" + line).digest()
        assert leaf.hex() == proof["leaf"], f"entry {entry['seq']} does not have the hash of its proof"
        path = [bytes.fromhex(one) for one in proof["path"]]
        assert climb(leaf, proof["index"], size, path) == root, f"entry {entry['seq']} does not lead to the checkpoint"
    if key is None:
        assert not signatures, "a note without a key has no signatures"
    else:
        check_signature(text.rstrip("\n") + "\n", signatures, origin, key)


def climb(leaf, index, size, path):
    """The root that a path leads to, by the recursive definition of RFC 6962, 2.1.1: the last hash is the topmost."""
    if size == 1:
        assert not path, "the path is too long"
        return leaf
    assert path, "the path is too short"
    left = 1
    while left * 2 < size:
        left *= 2
    if index < left:
        return node(climb(leaf, index, left, path[:-1]), path[-1])
    return node(path[-1], climb(leaf, index - left, size - left, path[:-1]))


def node(left, right):
    return hashlib.sha256(b"\1" + left + right).digest()


def check_signature(text, signatures, origin, key):
    lines = signatures.rstrip("\n").split("\n")
    assert len(lines) == 1, f"{len(lines)} signatures under the checkpoint"
    dash, name, encoded = lines[0].split(" ")
    assert (dash, name) == ("\u2014", origin), "the checkpoint is signed under another name"
    signed = base64.b64decode(encoded, validate=True)
    key_id = hashlib.sha256(name.encode() + b"\n" + ED25519_KIND + key).digest()[:4]
    assert signed[:4] == key_id, "the checkpoint is signed by another key"
    with tempfile.TemporaryDirectory() as folder:
        folder = Path(folder)
        (folder / "key").write_bytes(SPKI + key)
        (folder / "text").write_bytes(text.encode("utf-8"))
        (folder / "signature").write_bytes(signed[4:])
        openssl = "openssl pkeyutl -verify -pubin -keyform DER -inkey key -rawin -in text -sigfile signature"
        done = subprocess.run(openssl.split(), cwd=folder, capture_output=True, check=False)
        assert done.returncode == 0, f"openssl does not accept the checkpoint's signature: {done.stderr.decode()}"
