"""The documents of an export, read by libraries that know nothing of Turnstone."""

import base64
import csv
import hashlib
import io
import json
import unicodedata
import wave
from html.parser import HTMLParser
from urllib.parse import unquote

import pysrt
import srt
import webvtt

COMPUTED = tuple("=+-@|%\uff1d\uff0b\uff0d\uff20")
TURNS_DIRECTION = set("\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
BLANK = " \t\n\r\v\f\u0085\u2028\u2029"
ALLOWED_SCRIPTS = 1


def check(root, calls, original_audio, schema):
    """Checks everything below `root`; `calls` holds a folder for each call."""
    for folder in sorted(calls.iterdir()) if calls.is_dir() else []:
        if folder.is_dir():
            check_call(folder, original_audio, schema)
    for table in root.rglob("*.csv"):
        check_table(table)
    for page in root.rglob("*.html"):
        check_page(page)


def check_call(folder, original_audio, schema):
    vcon, captions, subtitles, turns = None, None, None, None
    for file in sorted(folder.iterdir()):
        if file.name.startswith("audio-"):
            digest = hashlib.sha256(file.read_bytes()).hexdigest()
            assert digest in original_audio, f"{file.name} is none of the recordings that were at the source"
        elif file.name.startswith("listening-"):
            with wave.open(str(file), "rb") as sound:
                assert sound.getframerate() > 0 and sound.getsampwidth() == 2, f"{file.name} is no plain WAV"
        elif file.name.endswith(".vcon.json"):
            vcon = check_vcon(file, schema)
        elif file.suffix == ".vtt":
            captions = [(clock(cue.start_in_seconds), clock(cue.end_in_seconds)) for cue in webvtt.read(str(file))]
            assert captions, f"{file.name} has no cue"
        elif file.suffix == ".srt":
            subtitles = check_srt(file)
        elif file.name == "turns.csv":
            turns = len(rows(file)) - 1
        elif file.suffix == ".txt":
            check_characters(file.name, file.read_bytes().decode("utf-8"))
        else:
            raise AssertionError(f"{file.name} is nothing that an export has")
    said = transcript_turns(vcon) if vcon else None
    if captions is not None and subtitles is not None:
        assert len(captions) == len(subtitles), "VTT and SRT have different numbers of cues"
    for cues in (captions, subtitles):
        if cues is not None and said is not None:
            timed = [turn for turn in said if turn["start_ms"] is not None and turn["text"].strip(BLANK)]
            assert len(cues) == len(timed), f"{len(cues)} cues for {len(timed)} turns with times"
    if turns is not None and said is not None:
        assert turns == len(said), f"the table has {turns} turns, the vCon {len(said)}"


def check_vcon(file, schema):
    vcon = json.loads(file.read_bytes().decode("utf-8"), object_pairs_hook=without_twins)
    errors = [f"{'/'.join(map(str, each.path))}: {each.message[:200]}" for each in schema.iter_errors(vcon)]
    assert not errors, f"{file.name} against the schema: {errors[:3]}"
    parties, dialogs = len(vcon.get("parties", [])), vcon.get("dialog", [])
    for dialog in dialogs:
        assert all(0 <= party < parties for party in dialog.get("parties", [])), "a dialog has a party that is not there"
        check_dialog(file, dialog)
    for analysis in vcon.get("analysis", []):
        about = analysis.get("dialog", [])
        about = about if isinstance(about, list) else [about]
        assert all(0 <= one < len(dialogs) for one in about), "an analysis is of a dialog that is not there"
    return vcon


def check_dialog(file, dialog):
    assert "url" not in dialog, "audio that was handed over needs no address"
    if "body" in dialog and dialog.get("encoding") == "base64url":
        body = dialog["body"]
        data = base64.b64decode(body + "=" * (-len(body) % 4), altchars=b"-_", validate=True)
    elif "filename" in dialog:
        assert "/" not in dialog["filename"], "a vCon names a file elsewhere"
        data = (file.parent / dialog["filename"]).read_bytes()
    else:
        assert dialog["type"] != "recording" or "content_hash" not in dialog, "a hash of nothing"
        return
    digest = base64.urlsafe_b64encode(hashlib.sha512(data).digest()).rstrip(b"=").decode()
    if "content_hash" in dialog:
        hashes = dialog["content_hash"]
        hashes = hashes if isinstance(hashes, list) else [hashes]
        assert f"sha512-{digest}" in hashes, f"{file.name}: content_hash is not that of the audio"
    else:
        assert "body" in dialog, f"{file.name}: a file beside it without content_hash"


def without_twins(pairs):
    keys = [key for key, _ in pairs]
    assert len(keys) == len(set(keys)), "a key stands twice in an object"
    return dict(pairs)


def transcript_turns(vcon):
    for analysis in vcon.get("analysis", []):
        if analysis["type"] == "transcript":
            return analysis["body"]["turns"]
    return []


def check_srt(file):
    text = file.read_bytes().decode("utf-8")
    check_characters(file.name, text)
    strict = list(srt.parse(text.removeprefix("\ufeff"), ignore_errors=False))
    other = pysrt.open(str(file), encoding="utf-8-sig", error_handling=pysrt.ERROR_RAISE)
    assert [(one.start.total_seconds(), one.end.total_seconds()) for one in strict] == [
        (one.start.ordinal / 1000, one.end.ordinal / 1000) for one in other
    ], f"{file.name}: two readers do not agree"
    assert [one.index for one in strict] == list(range(1, len(strict) + 1)), f"{file.name} is not numbered"
    return strict


def check_table(file):
    table = rows(file)
    widths = {len(row) for row in table}
    assert len(widths) == 1, f"{file.name} has rows of {sorted(widths)} cells"
    for row in table[1:]:
        for cell in row:
            assert not cell.strip().startswith(COMPUTED), f"{file.name}: a spreadsheet would compute {cell[:40]!r}"
            assert not cell.startswith(("\t", "\r", "\n")), f"{file.name}: a cell begins with {cell[:1]!r}"
            check_characters(file.name, cell)
            assert not set(cell) & TURNS_DIRECTION, f"{file.name}: a cell turns the direction of writing"


def rows(file):
    text = file.read_bytes().decode("utf-8-sig")
    return list(csv.reader(io.StringIO(text, newline=""), strict=True))


def check_characters(name, text):
    bad = {c for c in text if unicodedata.category(c) == "Cc" and c not in "\n\r\t"}
    assert not bad, f"{name} has control characters: {sorted(map(ord, bad))}"


class Page(HTMLParser):
    """Everything in a page that could act or lead somewhere."""

    FORBIDDEN = {"iframe", "object", "embed", "base", "form", "img", "link", "svg", "math", "frame", "applet", "template"}

    def __init__(self):
        super().__init__()
        self.faults = []
        self.leads = []
        self.scripts = 0
        self.policy = None

    def handle_starttag(self, tag, attributes):
        attributes = dict(attributes)
        if tag in self.FORBIDDEN:
            self.faults.append(f"<{tag}>")
        self.scripts += tag == "script"
        if tag == "meta" and attributes.get("http-equiv", "").lower() == "content-security-policy":
            self.policy = attributes["content"]
        elif "http-equiv" in attributes:
            self.faults.append(f"http-equiv={attributes['http-equiv']}")
        for name, value in attributes.items():
            if name.startswith("on") or name in ("style", "srcdoc"):
                self.faults.append(f"{tag} {name}=")
            if name in ("src", "href", "action", "poster", "data"):
                self.leads.append(value or "")


def check_page(file):
    page = Page()
    page.feed(file.read_bytes().decode("utf-8"))
    page.close()
    assert not page.faults, f"{file.name} has {page.faults[:3]}"
    assert page.scripts == ALLOWED_SCRIPTS, f"{file.name} has {page.scripts} scripts"
    assert page.policy and "default-src 'none'" in page.policy, f"{file.name} has no policy"
    assert "unsafe" not in page.policy, f"{file.name} allows what its policy should not"
    for lead in page.leads:
        if lead.startswith("#"):
            continue
        assert ":" not in lead and not lead.startswith("/") and ".." not in lead, f"{file.name} leads to {lead[:60]}"
        assert (file.parent / unquote(lead)).exists(), f"{file.name} leads to {lead[:60]}, which is not there"


def clock(seconds):
    return round(seconds * 1000)
