"""The program under test, started from outside in a home of its own."""

import json
import os
import subprocess
from pathlib import Path

TIMEOUT_SECONDS = 300


class Ran:
    """What one run gave."""

    def __init__(self, code, stdout, stderr):
        self.code = code
        self.stdout = stdout
        self.stderr = stderr

    def json(self):
        """The one line of JSON that was printed."""
        return json.loads(self.stdout)

    def words(self):
        return f"exit {self.code}: {(self.stdout + self.stderr).strip()[:600]}"


class Turnstone:
    """A library in a folder, and the program that works on it."""

    def __init__(self, program, home):
        self.program = Path(program)
        self.home = Path(home)
        self.library = self.home / "library"
        (self.home / "run").mkdir(parents=True, exist_ok=True, mode=0o700)

    def run(self, *arguments, key=None):
        """Runs the program to its end; `key` is the text of a minisign secret key."""
        ran = subprocess.run(
            [self.program, *arguments],
            env=self._environment(key),
            cwd=self.home,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            timeout=TIMEOUT_SECONDS,
            check=False,
        )
        return Ran(ran.returncode, ran.stdout.decode("utf-8"), ran.stderr.decode("utf-8", "replace"))

    def must(self, *arguments, key=None):
        """Runs what has to succeed before anything can be tested."""
        ran = self.run(*arguments, key=key)
        if ran.code != 0:
            raise RuntimeError(f"turnstone {' '.join(arguments)}: {ran.words()}")
        return ran

    def verify(self, path, *arguments):
        return self.run("--json", "--quiet", "verify", str(path), *arguments)

    def _environment(self, key):
        # Without a bus there is no keychain, and nothing of the user's is seen.
        kept = {name: os.environ[name] for name in ("PATH", "SYSTEMROOT") if name in os.environ}
        kept |= {
            "HOME": str(self.home),
            "XDG_RUNTIME_DIR": str(self.home / "run"),
            "DBUS_SESSION_BUS_ADDRESS": f"unix:path={self.home}/no-bus",
            "TURNSTONE_LIBRARY": str(self.library),
            "TZ": "America/Chicago",
            "LANG": "C.UTF-8",
        }
        if key is not None:
            kept["TURNSTONE_SECRET_SIGNING_KEY"] = key
        return kept
