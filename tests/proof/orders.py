"""Exports with many combinations of options, and whether the program did as it was told."""

import json
from pathlib import Path

from calls import HOSTILE

DOCUMENTS = ["vcon", "vtt", "srt", "txt", "csv"]
DONE_OR_IN_PART = (0, 3)


class Export:
    """An export that was made: where it lies, what the program said of it, and what it had been told."""

    def __init__(self, told, form, audio, key, folder):
        self.path = Path(told["path"])
        self.told = told
        self.form = form
        self.audio = audio
        self.key = key
        self.folder = folder

    @property
    def is_signed(self):
        return self.key is not None

    def words(self):
        return f"{self.form}, audio {self.audio}, {'signed' if self.is_signed else 'unsigned'}, {self.told['calls']} calls"


class Orders:
    """Gives one order after the other for a library; the same seed gives the same orders."""

    def __init__(self, turnstone, folder, key, chance, out):
        self.turnstone = turnstone
        self.folder = folder
        self.key = key
        self.chance = chance
        self.out = out
        listed = turnstone.must("--json", "list", "--limit", "1000").stdout.strip().split("\n")
        self.calls = [line["id"] for line in map(json.loads, listed) if "id" in line]
        turnstone.must("case", "add", "Smith", "--number", "2026-17", "--purpose", "=complaint", "--person", "<b>P</b>")
        turnstone.must("case", "put", "Smith", *self.calls[:4])

    def options(self):
        """The form, which audio, whether it is signed, and the rest of an order's words."""
        form = self.chance.choice(["bag", "bag", "bag", "zip", "zip", "folder"])
        audio = self.chance.choice(["original", "original", "wav", "none"])
        words = ["--form", form, "--audio", audio]
        if self.chance.random() < 0.6:
            wanted = [each for each in DOCUMENTS if self.chance.random() < 0.5]
            words += ["--documents", ",".join(wanted) or "none"]
        if self.chance.random() < 0.3:
            words.append("--inline")
        if self.chance.random() < 0.5:
            words += ["--reason=" + self.chance.choice(HOSTILE).replace("\0", "")]
        which = self.chance.choice(["all", "one", "some", "case", "labelled"])
        if which == "all":
            words.append("--all")
        elif which == "one":
            words.append(self.chance.choice(self.calls))
        elif which == "case":
            words += ["--case", self.chance.choice(["Smith", "2026-17"])]
        else:
            words += self.chance.sample(self.calls, self.chance.randint(1, min(6, len(self.calls))))
        if which == "labelled":
            words += ["--case=" + (self.chance.choice(HOSTILE).replace("\0", "").strip() or "A/1")]
        return form, audio, self.chance.random() < 0.7, words

    def export(self, options):
        form, audio, signed, words = options
        key = self.key if signed else None
        secret = key.secret if key else None
        ran = self.turnstone.run("--json", "--quiet", "export", *words, "--to", str(self.out), key=secret)
        if ran.code not in DONE_OR_IN_PART:
            raise AssertionError(f"export {words}: {ran.words()}")
        return Export(ran.json(), form, audio, key, self.folder)
