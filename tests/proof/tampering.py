"""Kinds of tampering with a bag.

Each takes a fresh copy of a bag and changes it. It answers with the files of which one must be named, or with None where
it cannot be done to this bag. `ARGUMENTS` says what the recipient has to know for the last kinds: nobody can tell from a
bag alone that all of it was made anew.
"""

import hashlib
import inspect
import json
import os
import shutil

BESIDE = ["manifest-sha256.txt", "manifest-sha512.txt", "README.txt", "log/access.csv"]
SIGNATURE = "tagmanifest-sha512.txt.minisig"
KEY = "signing-key.pub"
TAGMANIFESTS = ["tagmanifest-sha256.txt", "tagmanifest-sha512.txt"]
MANIFESTS = ["manifest-sha256.txt", "manifest-sha512.txt"]


class Victim:
    """A copy of a bag that may be damaged."""

    def __init__(self, path, export, foreign, chance):
        self.path = path
        self.key = export.key
        self.foreign = foreign
        self.chance = chance
        files = [file for file in path.rglob("*") if file.is_file()]
        self.files = sorted(file.relative_to(path).as_posix() for file in files)
        self.payload = [name for name in self.files if name.startswith("data/")]

    def some_payload(self, test=lambda name: True):
        """A file of the payload that is not empty."""
        fit = [name for name in self.payload if test(name) and (self.path / name).stat().st_size]
        return self.chance.choice(fit) if fit else None

    def read(self, name):
        return (self.path / name).read_bytes()

    def write(self, name, data):
        (self.path / name).parent.mkdir(parents=True, exist_ok=True)
        (self.path / name).write_bytes(data)

    def flip(self, name):
        data = bytearray(self.read(name))
        data[self.chance.randrange(len(data))] ^= 1 << self.chance.randrange(8)
        self.write(name, bytes(data))

    def list_anew(self, manifests, only=None):
        """Gives the files in these manifests the hashes they have now."""
        for name in manifests:
            if (self.path / name).exists():
                algorithm = name.rpartition("-")[2].removesuffix(".txt")
                lines = []
                for line in self.read(name).decode().splitlines():
                    digest, listed = line.split("  ", 1)
                    if (self.path / listed).exists():
                        if only is None or listed in only:
                            digest = hashlib.new(algorithm, self.read(listed)).hexdigest()
                        lines.append(f"{digest}  {listed}\n")
                self.write(name, "".join(lines).encode())

    def seal_anew(self, key):
        """All manifests anew, and the signature too, by whoever has the key."""
        self.list_anew(MANIFESTS)
        self.list_anew(TAGMANIFESTS)
        if key is not None:
            key.sign(self.path / "tagmanifest-sha512.txt")


def flip_payload(bag):
    name = bag.some_payload()
    bag.flip(name)
    return {name}


def flip_audio(bag):
    name = bag.some_payload(lambda name: "/audio-" in name)
    if name:
        bag.flip(name)
        return {name}


def truncate_payload(bag):
    name = bag.some_payload()
    bag.write(name, bag.read(name)[:-1])
    return {name}


def extend_payload(bag):
    name = bag.some_payload()
    bag.write(name, bag.read(name) + b"\0")
    return {name}


def empty_payload(bag):
    name = bag.some_payload()
    bag.write(name, b"")
    return {name}


def delete_payload(bag):
    name = bag.some_payload()
    (bag.path / name).unlink()
    return {name}


def delete_call(bag):
    name = bag.some_payload(lambda name: name.startswith("data/calls/"))
    if name:
        shutil.rmtree((bag.path / name).parent)
        return {name}


def delete_data(bag):
    shutil.rmtree(bag.path / "data")
    return {bag.payload[0]}


def add_payload(bag):
    bag.write("data/calls/added.wav", b"added")
    return {"data/calls/added.wav"}


def add_empty_file(bag):
    bag.write("data/added", b"")
    return {"data/added"}


def add_hidden_file(bag):
    bag.write("data/.hidden", b"added")
    return {"data/.hidden"}


def add_beside(bag):
    bag.write("README.html", b"<p>All is well.")
    return {"README.html"}


def add_folder(bag):
    (bag.path / "extras").mkdir()
    return {"extras"}


def add_fetch(bag):
    name = bag.some_payload()
    bag.write("fetch.txt", f"https://example.test/x 1 {name}\n".encode())
    return {"fetch.txt"}


def rename_payload(bag):
    name = bag.some_payload()
    (bag.path / name).rename(bag.path / (name + ".bak"))
    return {name}


def rename_by_case(bag):
    name = bag.some_payload()
    (bag.path / name).rename((bag.path / name).with_name((bag.path / name).name.upper()))
    return {name}


def swap_payload(bag):
    one = bag.some_payload()
    other = bag.some_payload(lambda name: bag.read(name) != bag.read(one))
    if other:
        first, second = bag.read(one), bag.read(other)
        bag.write(one, second)
        bag.write(other, first)
        return {one, other}


def replace_by_link(bag):
    name = bag.some_payload()
    kept = bag.path.parent / "elsewhere"
    shutil.move(bag.path / name, kept)
    os.symlink(kept, bag.path / name)
    return {name}


def replace_by_folder(bag):
    name = bag.some_payload()
    (bag.path / name).unlink()
    (bag.path / name).mkdir()
    return {name}


def drop_manifest_line(bag):
    manifest = bag.chance.choice(MANIFESTS)
    lines = bag.read(manifest).splitlines(keepends=True)
    gone = lines.pop(bag.chance.randrange(len(lines)))
    bag.write(manifest, b"".join(lines))
    return {gone.decode().split("  ", 1)[1].strip()}


def repeat_manifest_line(bag):
    manifest = bag.chance.choice(MANIFESTS)
    lines = bag.read(manifest).splitlines(keepends=True)
    bag.write(manifest, b"".join([*lines, lines[0]]))
    return {manifest}


def lead_manifest_out(bag):
    manifest = bag.chance.choice(MANIFESTS)
    digest = bag.read(manifest).split(b"  ")[0]
    bag.write(manifest, bag.read(manifest) + digest + b"  data/../../../etc/passwd\n")
    return {manifest}


def capital_manifest(bag):
    manifest = bag.chance.choice(MANIFESTS)
    lines = [line.split(b"  ", 1) for line in bag.read(manifest).splitlines(keepends=True)]
    bag.write(manifest, b"".join(digest.upper() + b"  " + name for digest, name in lines))
    return {manifest}


def empty_manifest(bag):
    manifest = bag.chance.choice(MANIFESTS)
    bag.write(manifest, b"")
    return {manifest}


def delete_manifest(bag):
    manifest = bag.chance.choice(MANIFESTS)
    (bag.path / manifest).unlink()
    return {manifest}


def delete_both_manifests(bag):
    for manifest in MANIFESTS:
        (bag.path / manifest).unlink()
    return set(MANIFESTS)


def change_payload_and_one_manifest(bag):
    name, manifest = bag.some_payload(), bag.chance.choice(MANIFESTS)
    bag.flip(name)
    bag.list_anew([manifest])
    return {name}


def change_payload_and_both_manifests(bag):
    bag.flip(bag.some_payload())
    bag.list_anew(MANIFESTS)
    return set(MANIFESTS)


def delete_payload_and_its_lines(bag):
    (bag.path / bag.some_payload()).unlink()
    bag.list_anew(MANIFESTS)
    return {*MANIFESTS, "bag-info.txt"}


def change_all_manifests_of_256(bag):
    name = bag.some_payload()
    bag.flip(name)
    bag.list_anew(["manifest-sha256.txt"])
    bag.list_anew(["tagmanifest-sha256.txt"])
    return {name}


def change_oxum(bag):
    info = bag.read("bag-info.txt").decode()
    lines = [line + "0" if line.startswith("Payload-Oxum") else line for line in info.splitlines()]
    bag.write("bag-info.txt", ("\n".join(lines) + "\n").encode())
    bag.list_anew(TAGMANIFESTS)
    return {"bag-info.txt"}


def change_bag_info(bag):
    bag.write("bag-info.txt", bag.read("bag-info.txt") + b"Internal-Sender-Description: nothing to see here\n")
    return {"bag-info.txt"}


def delete_bag_info(bag):
    (bag.path / "bag-info.txt").unlink()
    return {"bag-info.txt"}


def change_bagit(bag):
    bag.write("bagit.txt", bag.read("bagit.txt").replace(b"1.0", b"9.0"))
    return {"bagit.txt"}


def delete_bagit(bag):
    (bag.path / "bagit.txt").unlink()
    return {"bagit.txt"}


def delete_bagit_and_manifests(bag):
    for name in ["bagit.txt", *MANIFESTS, *TAGMANIFESTS]:
        (bag.path / name).unlink()
    return {"bagit.txt"}


def change_readme(bag):
    bag.flip("README.txt")
    return {"README.txt"}


def delete_beside(bag):
    name = bag.chance.choice(BESIDE)
    (bag.path / name).unlink()
    return {name}


def drop_tag_manifest_line(bag):
    manifest = bag.chance.choice(TAGMANIFESTS)
    lines = bag.read(manifest).splitlines(keepends=True)
    gone = lines.pop(bag.chance.randrange(len(lines)))
    bag.write(manifest, b"".join(lines))
    return {gone.decode().split("  ", 1)[1].strip()}


def delete_tag_manifest(bag):
    manifest = bag.chance.choice(TAGMANIFESTS)
    (bag.path / manifest).unlink()
    return {manifest}


def change_everything_but_the_signature(bag):
    if bag.key:
        bag.flip(bag.some_payload())
        bag.seal_anew(None)
        return {SIGNATURE}


def delete_signature(bag):
    if bag.key:
        (bag.path / SIGNATURE).unlink()
        return {SIGNATURE}


def corrupt_signature(bag):
    if bag.key:
        lines = bag.read(SIGNATURE).split(b"\n")
        at = bag.chance.randrange(20, 80)
        lines[1] = lines[1][:at] + (b"A" if lines[1][at : at + 1] != b"A" else b"B") + lines[1][at + 1 :]
        bag.write(SIGNATURE, b"\n".join(lines))
        return {SIGNATURE}


def change_trusted_comment(bag):
    if bag.key:
        bag.write(SIGNATURE, bag.read(SIGNATURE).replace(b"trusted comment: ", b"trusted comment: later ", 2))
        return {SIGNATURE}


def sign_with_another_key(bag):
    if bag.key:
        bag.foreign.sign(bag.path / "tagmanifest-sha512.txt")
        return {SIGNATURE}


def replace_key(bag):
    if bag.key:
        bag.write(KEY, bag.foreign.public_file.read_bytes())
        return {KEY}


def replace_key_and_signature(bag):
    if bag.key:
        bag.write(KEY, bag.foreign.public_file.read_bytes())
        bag.list_anew(TAGMANIFESTS)
        bag.foreign.sign(bag.path / "tagmanifest-sha512.txt")
        return {KEY}


def delete_key(bag):
    if bag.key:
        (bag.path / KEY).unlink()
        return {KEY}


def say_unsigned(bag):
    if bag.key:
        lines = bag.read("bag-info.txt").decode().splitlines(keepends=True)
        bag.write("bag-info.txt", "".join(line for line in lines if not line.startswith("Signing-Key")).encode())
        return {"bag-info.txt", SIGNATURE, KEY}


def say_made_elsewhere(bag):
    lines = bag.read("bag-info.txt").decode().splitlines(keepends=True)
    bag.write("bag-info.txt", "".join(line for line in lines if not line.startswith("Turnstone-")).encode())
    return {"bag-info.txt"}


def change_log_entry(bag):
    bag.write("log/entries.jsonl", bag.read("log/entries.jsonl").replace(b'"user":"', b'"user":"not-', 1))
    return {"log/entries.jsonl"}


def change_log_entry_and_seal(bag):
    change_log_entry(bag)
    bag.seal_anew(bag.key)
    return {"log/entries.jsonl"}


def drop_log_entry_and_seal(bag):
    bag.write("log/entries.jsonl", b"".join(bag.read("log/entries.jsonl").splitlines(keepends=True)[1:]))
    bag.seal_anew(bag.key)
    return {"log/entries.jsonl", "log/proofs.jsonl"}


def change_log_entry_and_leaf_and_seal(bag):
    change_log_entry(bag)
    line = bag.read("log/entries.jsonl").splitlines()[0]
    proofs = bag.read("log/proofs.jsonl").splitlines(keepends=True)
    first = json.loads(proofs[0]) | {"leaf": hashlib.sha256(b"\0" + line).hexdigest()}
    bag.write("log/proofs.jsonl", json.dumps(first, separators=(",", ":")).encode() + b"\n" + b"".join(proofs[1:]))
    bag.seal_anew(bag.key)
    return {"log/entries.jsonl"}


def change_log_proof_and_seal(bag):
    proofs = bag.read("log/proofs.jsonl").splitlines(keepends=True)
    first = json.loads(proofs[0])
    first["path"][0] = "00" * 32
    bag.write("log/proofs.jsonl", json.dumps(first, separators=(",", ":")).encode() + b"\n" + b"".join(proofs[1:]))
    bag.seal_anew(bag.key)
    return {"log/proofs.jsonl", "log/entries.jsonl"}


def change_checkpoint_and_seal(bag):
    origin, size, rest = bag.read("log/checkpoint").split(b"\n", 2)
    bag.write("log/checkpoint", b"\n".join([origin, str(int(size) + 1).encode(), rest]))
    bag.seal_anew(bag.key)
    return {"log/checkpoint", "log/entries.jsonl"}


def unsign_checkpoint_and_seal(bag):
    if bag.key:
        bag.write("log/checkpoint", bag.read("log/checkpoint").partition(b"\n\n")[0] + b"\n")
        bag.seal_anew(bag.key)
        return {"log/checkpoint"}


def delete_checkpoint_and_seal(bag):
    (bag.path / "log/checkpoint").unlink()
    bag.seal_anew(bag.key)
    return {"log/checkpoint"}


def change_audio_but_not_its_vcon_and_seal(bag):
    name = bag.some_payload(lambda name: "/audio-" in name)
    vcon = name and name.rpartition("/")[0] + "/call.vcon.json"
    if name and (bag.path / vcon).exists() and name.rpartition("/")[2].encode() in bag.read(vcon):
        bag.flip(name)
        bag.seal_anew(bag.key)
        return {name, vcon}


def make_anew(bag):
    bag.flip(bag.some_payload())
    bag.seal_anew(bag.key)
    return {"tagmanifest-sha512.txt"}


def make_anew_under_another_key(bag):
    if bag.key:
        info = bag.read("bag-info.txt").decode().splitlines(keepends=True)
        bag.write("bag-info.txt", "".join(line for line in info if not line.startswith("Signing-Key")).encode())
        bag.write("log/checkpoint", bag.read("log/checkpoint").partition(b"\n\n")[0] + b"\n")
        for name in (KEY, SIGNATURE):
            (bag.path / name).unlink()
        bag.seal_anew(None)
        return {SIGNATURE, KEY, "bag-info.txt"}


KINDS = [kind for kind in list(globals().values()) if inspect.isfunction(kind)]


def arguments(kind, export):
    """What the recipient was told besides, on the cover letter."""
    if kind is make_anew:
        return ["--tagmanifest", export.told["tagmanifest"]]
    if kind is make_anew_under_another_key:
        return ["--key", str(export.key.public_file)] if export.is_signed else []
    return []
