"""Keys for signing, made and used with minisign itself."""

import base64
import subprocess


class Key:
    """A minisign key pair without a password."""

    def __init__(self, folder, name):
        self.public_file = folder / f"{name}.pub"
        self.secret_file = folder / f"{name}.key"
        minisign("-G", "-W", "-f", "-p", self.public_file, "-s", self.secret_file)
        self.secret = self.secret_file.read_text()

    def sign(self, file):
        """Signs a file into the one beside it that ends in `.minisig`."""
        minisign("-S", "-s", self.secret_file, "-m", file)


def minisign(*arguments):
    done = subprocess.run(["minisign", *map(str, arguments)], capture_output=True, stdin=subprocess.DEVNULL, check=False)
    if done.returncode != 0:
        raise AssertionError(f"minisign {arguments[0]}: {(done.stdout + done.stderr).decode('utf-8', 'replace').strip()}")


def ed25519(public_file):
    """The 32 bytes of the public key in a minisign file."""
    return base64.b64decode(public_file.read_text().splitlines()[1])[10:42]
