"""Kinds of tampering with a zip file. Each takes its bytes and where its parts lie, and answers with other bytes."""

import io
import warnings
import zipfile

# That is just what is wanted.
warnings.filterwarnings("ignore", "Duplicate name")


class Parts:
    """Where the parts of a zip file lie."""

    def __init__(self, data):
        self.data = data
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            self.entries = archive.infolist()
            self.directory = archive.start_dir

    def content(self, entry):
        """Where the bytes of a stored file begin."""
        at = entry.header_offset
        name, extra = (int.from_bytes(self.data[at + i : at + i + 2], "little") for i in (26, 28))
        return at + 30 + name + extra


def flip_content(parts, chance):
    entry = chance.choice([one for one in parts.entries if one.file_size])
    return flipped(parts.data, parts.content(entry) + chance.randrange(entry.file_size), chance)


def flip_local_name(parts, chance):
    entry = chance.choice(parts.entries)
    return flipped(parts.data, entry.header_offset + 30 + chance.randrange(len(entry.filename)), chance)


def flip_local_header(parts, chance):
    return flipped(parts.data, chance.choice(parts.entries).header_offset + chance.randrange(30), chance)


def flip_directory(parts, chance):
    return flipped(parts.data, chance.randrange(parts.directory, len(parts.data)), chance)


def cut_end(parts, chance):
    return parts.data[: -chance.randint(1, 40)]


def cut_middle(parts, chance):
    at = chance.randrange(1, parts.directory)
    return parts.data[:at] + parts.data[at + 1 :]


def append(parts, _chance):
    return parts.data + b"more"


def prepend(parts, _chance):
    return b"#!/bin/sh\n" + parts.data


def add_comment(parts, _chance):
    return parts.data[:-2] + b"\x04\x00note"


def add_file(parts, _chance):
    out = io.BytesIO(parts.data)
    with zipfile.ZipFile(out, "a") as archive:
        archive.writestr(parts.entries[0].filename.split("/")[0] + "/data/added.txt", "added")
    return out.getvalue()


def add_file_outside(parts, _chance):
    out = io.BytesIO(parts.data)
    with zipfile.ZipFile(out, "a") as archive:
        archive.writestr("../outside.txt", "added")
    return out.getvalue()


def add_twin(parts, chance):
    out = io.BytesIO(parts.data)
    with zipfile.ZipFile(out, "a") as archive:
        archive.writestr(chance.choice(parts.entries).filename, "another")
    return out.getvalue()


def leave_out(parts, chance):
    gone = chance.choice([one for one in parts.entries if not one.filename.endswith("/")])
    return written_anew(parts, lambda one, content: None if one is gone else (one.filename, content))


def exchange_content(parts, chance):
    other = chance.choice([one for one in parts.entries if one.file_size])
    return written_anew(parts, lambda one, content: (one.filename, content[:-1] + b"!" if one is other else content))


def rename_file(parts, chance):
    other = chance.choice([one for one in parts.entries if one.file_size])
    return written_anew(parts, lambda one, content: (one.filename + ".bak" * (one is other), content))


KINDS = [
    flip_content,
    flip_local_name,
    flip_local_header,
    flip_directory,
    cut_end,
    cut_middle,
    append,
    prepend,
    add_comment,
    add_file,
    add_file_outside,
    add_twin,
    leave_out,
    exchange_content,
    rename_file,
]


def written_anew(parts, change):
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(parts.data)) as archive, zipfile.ZipFile(out, "w") as other:
        for one in archive.infolist():
            changed = change(one, archive.read(one))
            if changed is not None:
                other.writestr(*changed)
    return out.getvalue()


def flipped(data, at, chance):
    out = bytearray(data)
    out[at] ^= 1 << chance.randrange(8)
    return bytes(out)
