"""Folders of generated calls: audio and transcripts as telephone systems leave them, and as somebody hostile would."""

import base64
import hashlib
import json
import os
import wave

# What somebody may have said, or be called, to get at whoever reads the export.
HOSTILE = [
    "=cmd|' /C calc'!A0",
    "+1 512 555 0143",
    "-2+3",
    "@SUM(A1:A9)",
    "\t=1+1",
    "\u00a0=HYPERLINK(1)",
    "\uff1d1+1",
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    '"><svg onload=alert(1)>',
    "</script><script>alert(2)</script>",
    "<!-- --> ]]> &lt;b&gt; &#x27;",
    "invoice \u202egpj.exe\u202c",
    "\u2066\u2067hidden\u2069\u2069",
    "00:00:01.000 --> 00:00:02.000",
    "a --> b",
    "<v Agent>not the agent</v>",
    "NOTE this is no note",
    "STYLE ::cue{color:red}",
    "{\\an8}{\\b1}loud",
    'quotes " and, commas; and\ttabs',
    "line\u2028separator\u2029paragraph\u0085next",
    "nul\u0000bell\u0007escape\u001b[31m",
    "\ufeffbyte order mark",
    "e\u0301 \u00e9 Zo\u00eb \u05e9\u05dc\u05d5\u05dd \u0645\u0631\u062d\u0628\u0627 \u4f60\u597d \U0001f469\u200d\U0001f469\u200d\U0001f467",
    "x" * 3000,
    "1\n\n00:00:00,000 --> 00:00:09,000\nnot a cue of its own",
    "Payload-Oxum: 0.0",
    "javascript:alert(1)",
    "../../../etc/passwd",
    "%2e%2e%2f%0a",
    "",
]

PLAIN = [
    "Good morning, this is Northgate Furniture.",
    "It was promised for Tuesday.",
    "Let me look that up for you.",
    "The order number is seven four one nine two.",
    "Thank you, goodbye.",
]

# Names of files, without their endings. The file system takes them; nothing that is exported may be steered by them.
NAMES = [
    "=1+1",
    "-rf",
    "--help",
    "CON",
    "%2e%2e%2fescaped",
    "<img src=x onerror=alert(1)>",
    "quote ' and \" and , comma",
    "back\\slash",
    "line\nbreak",
    "invoice \u202egpj.exe",
    "e\u0301 decomposed",
    "\u00e9 composed",
    "\u05e9\u05dc\u05d5\u05dd",
    "$(touch here) `id` ; &",
    "trailing dot.",
    " leading space",
    "n" * 180,
    "2026-03-02_09-15-00_inbound_+15125550143",
    "20260302T091500Z outbound",
]


class Folder:
    """A folder that is filled with calls; knows the bytes of every recording it holds."""

    def __init__(self, path, chance):
        self.path = path
        self.chance = chance
        self.audio = set()
        path.mkdir(parents=True)

    def fill(self, calls):
        kinds = [
            self._captions,
            self._subtitles,
            self._plain_text,
            self._segments,
            self._recording_alone,
            self._words_alone,
            self._mp3,
            self._vcon,
            self._vcon,
            self._hostile_name,
        ]
        for number in range(calls):
            kinds[number % len(kinds)](f"call {number:03}")

    def _captions(self, stem):
        self._wave(stem)
        self._text(stem + ".vtt", self._vtt())

    def _subtitles(self, stem):
        self._wave(stem)
        cues = [
            f"{number}\n{clock(start, ',')} --> {clock(end, ',')}\n{speaker}: {flat(words)}\n"
            for number, (start, end, speaker, words) in enumerate(self._turns(), 1)
        ]
        self._text(stem + ".srt", "\n".join(cues))

    def _plain_text(self, stem):
        self._wave(stem)
        self._text(stem + ".txt", "".join(f"{speaker}: {flat(words)}\n" for _, _, speaker, words in self._turns()))

    def _segments(self, stem):
        self._wave(stem)
        segments = [
            {"id": number, "start": start, "end": end, "speaker": speaker, "text": words}
            for number, (start, end, speaker, words) in enumerate(self._turns())
        ]
        whole = {"text": " ".join(each["text"] for each in segments), "language": "en", "segments": segments}
        self._text(stem + ".json", json.dumps(whole, ensure_ascii=self.chance.random() < 0.5))

    def _recording_alone(self, stem):
        self._wave(stem)

    def _words_alone(self, stem):
        self._text(stem + ".vtt", self._vtt())

    def _mp3(self, stem):
        # Frames of silence: MPEG-1 layer III, 128 kbit/s at 44.1 kHz, with nothing in them.
        frame = b"\xff\xfb\x90\x00" + bytes(413)
        self._keep(stem + ".mp3", frame * self.chance.randint(2, 60))
        self._text(stem + ".vtt", self._vtt())

    def _vcon(self, stem):
        """One with several recordings, inline or in files beside it, or with none; its texts are hostile."""
        dialog, words = [], self._turns()
        for number in range(self.chance.choice([0, 1, 1, 2, 3])):
            data = self._wave_bytes()
            one = {
                "type": "recording",
                "start": f"2026-03-02T09:{number:02}:00.000Z",
                "duration": self.chance.randint(0, 3),
                "parties": [0, 1],
                "mediatype": "audio/x-wav",
                "content_hash": "sha512-" + url64(hashlib.sha512(data).digest()),
            }
            self.audio.add(hashlib.sha256(data).hexdigest())
            if self.chance.random() < 0.5:
                one |= {"body": url64(data), "encoding": "base64url", "filename": self.chance.choice(HOSTILE)[:50]}
            else:
                name = f"{stem} part {number}.wav"
                self._keep(name, data)
                one["filename"] = name
            dialog.append(one)
        dialog.append(
            {
                "type": "text",
                "start": "2026-03-02T09:30:00Z",
                "parties": [1],
                "mediatype": "text/plain",
                "body": self.chance.choice(HOSTILE),
                "encoding": "none",
            }
        )
        transcript = [
            {"parties": number % 2, "start": f"2026-03-02T09:00:{number:02}.000Z", "duration": 1, "text": text}
            for number, (_, _, _, text) in enumerate(words)
        ]
        analysis = [
            {"type": "transcript", "dialog": 0, "vendor": "somebody", "encoding": "json", "body": transcript},
            {"type": "summary", "vendor": self.chance.choice(HOSTILE), "encoding": "none", "body": self._said()},
            {"type": "sentiment", "vendor": "somebody", "encoding": "none", "body": self._said()},
        ]
        whole = {
            "vcon": "0.4.0",
            "uuid": f"01900000-0000-8000-8000-{self.chance.getrandbits(48):012x}",
            "created_at": "2026-03-02T09:00:00Z",
            "subject": self._said(),
            "parties": [
                {"tel": self.chance.choice(["+15125550143", "tel:+15125550143", "=1+1"]), "name": self._said()},
                {"name": self._said(), "mailto": self._said()},
            ],
            "dialog": dialog,
            "analysis": analysis,
            "attachments": [],
        }
        self._text(stem + ".vcon", json.dumps(whole, ensure_ascii=self.chance.random() < 0.5))

    def _hostile_name(self, stem):
        name = self.chance.choice(NAMES)
        if not (self.path / f"{name}.wav").exists():
            stem = name
        self._captions(stem)

    def _vtt(self):
        cues = [
            f"{clock(start, '.')} --> {clock(end, '.')}\n<v {flat(speaker).replace('>', '')}>{flat(words)}\n"
            for start, end, speaker, words in self._turns()
        ]
        return "WEBVTT\n\n" + "\n".join(cues)

    def _turns(self):
        """Start and end in seconds, who, and what."""
        turns, at = [], 0.0
        for number in range(self.chance.randint(1, 8)):
            length = self.chance.choice([0.25, 0.5, 1.0])
            speaker = self.chance.choice(["Agent", "Customer", ["Agent", "Customer"][number % 2], self._said()[:40]])
            turns.append((at, at + length, speaker, self._said()))
            at += length
        return turns

    def _said(self):
        return self.chance.choice(HOSTILE if self.chance.random() < 0.6 else PLAIN)

    def _wave(self, stem):
        self._keep(stem + ".wav", self._wave_bytes())

    def _wave_bytes(self):
        path = self.path / ".generated"
        channels, width = self.chance.choice([(1, 1), (1, 2), (2, 2)])
        frames = self.chance.choice([1, 799, 8000, 20_000, 64 * 1024])
        with wave.open(str(path), "wb") as out:
            out.setnchannels(channels)
            out.setsampwidth(width)
            out.setframerate(8000)
            out.writeframes(self.chance.randbytes(frames * channels * width))
        data = path.read_bytes()
        path.unlink()
        return data

    def _keep(self, name, data):
        self.audio.add(hashlib.sha256(data).hexdigest())
        self._write(name, data)

    def _text(self, name, text):
        self._write(name, text.encode("utf-8"))

    def _write(self, name, data):
        with open(os.path.join(self.path, name), "wb") as out:
            out.write(data)


def clock(seconds, mark):
    milliseconds = round(seconds * 1000)
    minutes, rest = divmod(milliseconds, 60_000)
    return f"{minutes // 60:02}:{minutes % 60:02}:{rest // 1000:02}{mark}{rest % 1000:03}"


def flat(text):
    """Without the line breaks that would end a cue, and the zero that would make the file no text; all else stays."""
    return text.replace("\n", " ").replace("\r", " ").replace("\0", "") or "…"


def url64(data):
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode("ascii")
