"""Kinds of tampering with a zip file.

Each takes its parts, and answers with the bytes of another and with the file that must be named; with None for that where
the zip file as a whole is damaged.
"""

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
        self.top = self.entries[0].filename.split("/")[0] + "/"

    def some_file(self, chance):
        """One that is not empty."""
        return chance.choice([one for one in self.entries if one.file_size])

    def path(self, entry):
        """What the file is called in the bag."""
        return entry.filename.removeprefix(self.top)

    def content(self, entry):
        """Where the bytes of a stored file begin."""
        at = entry.header_offset
        name, extra = (int.from_bytes(self.data[at + i : at + i + 2], "little") for i in (26, 28))
        return at + 30 + name + extra

    def with_file(self, name):
        """With one more file at the end."""
        out = io.BytesIO(self.data)
        with zipfile.ZipFile(out, "a") as archive:
            archive.writestr(name, "added")
        return out.getvalue()

    def written_anew(self, change):
        """Written by Python with what `change` makes of each name and content; None leaves a file out."""
        out = io.BytesIO()
        with zipfile.ZipFile(io.BytesIO(self.data)) as archive, zipfile.ZipFile(out, "w") as other:
            for one in self.entries:
                changed = change(one, archive.read(one))
                if changed is not None:
                    other.writestr(*changed)
        return out.getvalue()


def flip_content(parts, chance):
    entry = parts.some_file(chance)
    return flipped(parts.data, parts.content(entry) + chance.randrange(entry.file_size), chance), parts.path(entry)


def flip_local_name(parts, chance):
    entry = parts.some_file(chance)
    return flipped(parts.data, entry.header_offset + 30 + chance.randrange(len(entry.filename)), chance), None


def flip_local_header(parts, chance):
    return flipped(parts.data, parts.some_file(chance).header_offset + chance.randrange(30), chance), None


def flip_directory(parts, chance):
    return flipped(parts.data, chance.randrange(parts.directory, len(parts.data)), chance), None


def cut_end(parts, chance):
    return parts.data[: -chance.randint(1, 40)], None


def cut_middle(parts, chance):
    at = chance.randrange(1, parts.directory)
    return parts.data[:at] + parts.data[at + 1 :], None


def append(parts, _chance):
    return parts.data + b"more", None


def prepend(parts, _chance):
    return b"#!/bin/sh\n" + parts.data, None


def add_comment(parts, _chance):
    return parts.data[:-2] + b"\x04\x00note", None


def add_file(parts, _chance):
    return parts.with_file(parts.top + "data/added.txt"), "data/added.txt"


def add_file_outside(parts, _chance):
    return parts.with_file("../outside.txt"), "../outside.txt"


def add_twin(parts, chance):
    entry = parts.some_file(chance)
    return parts.with_file(entry.filename), parts.path(entry)


def leave_out(parts, chance):
    gone = parts.some_file(chance)
    return parts.written_anew(lambda one, content: None if one is gone else (one.filename, content)), parts.path(gone)


def exchange_content(parts, chance):
    other = parts.some_file(chance)
    exchanged = lambda one, content: (one.filename, content[:-1] + b"!" if one is other else content)
    return parts.written_anew(exchanged), parts.path(other)


def rename_file(parts, chance):
    other = parts.some_file(chance)
    renamed = lambda one, content: (one.filename + ".bak" * (one is other), content)
    return parts.written_anew(renamed), parts.path(other)


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


def flipped(data, at, chance):
    out = bytearray(data)
    out[at] ^= 1 << chance.randrange(8)
    return bytes(out)
