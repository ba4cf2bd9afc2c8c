"""What other people's programs say of Turnstone's exports, and what Turnstone says of exports that were tampered with.

    python proof.py --turnstone PROGRAM [--exports 60] [--tampered 3] [--seed 1] [--schema FILE]

The last line is `N passed, N failed`; the exit code says the same. README.md tells more.
"""

import argparse
import collections
import concurrent.futures
import hashlib
import json
import os
import random
import shutil
import sys
import tempfile
import threading
import time
from pathlib import Path

import jsonschema

import bags
import calls
import keys
import orders
import tampering
import turnstone
import zips

LIBRARIES = 4
CALLS = 20
NOT_VALID, NO_BAG = 4, 1
# Every so many exports the same order is given again.
AGAIN = 10
HERE = Path(__file__).parent


class Tally:
    """Counts what passed, by group, and prints what did not."""

    def __init__(self):
        self.lock = threading.Lock()
        self.passed = collections.Counter()
        self.failed = collections.Counter()

    def run(self, group, name, test):
        try:
            test()
        except Exception as error:
            self.fail(group, name, f"{type(error).__name__}: {error}")
        else:
            self.add(group)

    def add(self, group):
        with self.lock:
            self.passed[group] += 1

    def fail(self, group, name, why):
        with self.lock:
            self.failed[group] += 1
            print(f"FAILED {group}: {name}: {why}", flush=True)


class Schemas:
    """Several schemas at once."""

    def __init__(self, files):
        self.validators = []
        for file in files:
            schema = json.loads(Path(file).read_text(encoding="utf-8"))
            jsonschema.Draft7Validator.check_schema(schema)
            formats = jsonschema.Draft7Validator.FORMAT_CHECKER
            self.validators.append(jsonschema.Draft7Validator(schema, format_checker=formats))

    def iter_errors(self, value):
        for validator in self.validators:
            yield from validator.iter_errors(value)


def main():
    options = arguments()
    begun = time.monotonic()
    schemas = Schemas([HERE / "vcon_as_written.schema.json", *([options.schema] if options.schema else [])])
    tally = Tally()
    with tempfile.TemporaryDirectory(prefix="turnstone-proof-") as home:
        home = Path(home)
        key, foreign = keys.Key(home, "own"), keys.Key(home, "foreign")
        shares = [options.exports // LIBRARIES + (number < options.exports % LIBRARIES) for number in range(LIBRARIES)]
        with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
            campaign = lambda number: library(options, home, number, shares[number], key, schemas, tally)
            exports = [export for some in pool.map(campaign, range(LIBRARIES)) for export in some]
            made = time.monotonic()
            attack = lambda kind: tamper_with_all(kind, exports, home, foreign, options, tally)
            list(pool.map(attack, tampering.KINDS + zips.KINDS if options.tampered else []))
    report(tally, made - begun, time.monotonic() - made, options)
    failed = sum(tally.failed.values())
    print(f"{sum(tally.passed.values())} passed, {failed} failed")
    sys.exit(failed != 0)


def library(options, home, number, share, key, schemas, tally):
    """Makes a library from generated calls and exports from it; answers with the exports."""
    chance = random.Random(f"{options.seed}/{number}")
    home = home / f"library-{number}"
    program = turnstone.Turnstone(options.turnstone, home)
    folder = calls.Folder(home / "calls", chance)
    folder.fill(CALLS)
    program.must("source", "add", "folder", chance.choice(["Calls", "=1+1", "<b>Calls</b>"]), "--path", str(folder.path))
    synced = program.run("sync")
    assert synced.code in orders.DONE_OR_IN_PART, synced.words()
    given = orders.Orders(program, folder, key, chance, home / "out")
    made = []
    for count in range(share):
        wanted = given.options()
        tally.run("exports", wanted, lambda: made.append(export(given, wanted, schemas, home / f"unpacked-{count}")))
        if made and count % AGAIN == 0:
            tally.run("the same again", wanted, lambda: again(given, wanted, made[-1]))
    return made


def export(given, wanted, schemas, scratch):
    one = given.export(wanted)
    bags.check(one, given.turnstone, schemas, scratch)
    shutil.rmtree(scratch, ignore_errors=True)
    return one


def again(given, wanted, first):
    """The same selection gives the same payload, and nothing is overwritten."""
    form, audio, signed, words = wanted
    second = given.export((form, audio, not signed, words))
    assert second.path != first.path
    assert payload(second) == payload(first), "the same calls give another payload"


def payload(export):
    if export.form == "folder":
        files = sorted(file for file in export.path.rglob("*") if file.is_file())
        return [(str(file.relative_to(export.path)), hashlib.sha256(file.read_bytes()).hexdigest()) for file in files]
    with tempfile.TemporaryDirectory() as scratch:
        bag = bags.unpacked(export.path, Path(scratch)) if export.form == "zip" else export.path
        return [(bag / name).read_bytes() for name in ("manifest-sha256.txt", "manifest-sha512.txt")]


def tamper_with_all(kind, exports, home, foreign, options, tally):
    """One kind of tampering with as many bags as are wanted, whichever it can be done to."""
    group = f"tampering: {kind.__module__}.{kind.__name__}"
    chance = random.Random(f"{options.seed}/{group}")
    form, test = ("zip", tamper_zip) if kind.__module__ == "zips" else ("bag", tamper_bag)
    fit = [one for one in exports if one.form == form]
    chance.shuffle(fit)
    done = 0
    for one in fit:
        with tempfile.TemporaryDirectory(dir=home) as scratch:
            scratch = Path(scratch)
            program = turnstone.Turnstone(options.turnstone, scratch / "recipient")
            try:
                if not test(kind, one, program, scratch, foreign, chance):
                    continue
                tally.add(group)
            except Exception as error:
                tally.fail(group, one.words(), f"{type(error).__name__}: {error}")
            done += 1
        if done == options.tampered:
            return
    tally.fail(group, f"{len(fit)} exports", f"it could be done to {done} of {options.tampered} bags only")


def tamper_bag(kind, export, program, scratch, foreign, chance):
    """False if it cannot be done to this bag."""
    copy = Path(shutil.copytree(export.path, scratch / export.path.name))
    victim = tampering.Victim(copy, export, foreign, chance)
    expected = kind(victim)
    if expected is None:
        return False
    ran = program.verify(victim.path, *tampering.arguments(kind, export))
    if kind is tampering.delete_bagit_and_manifests and ran.code == NO_BAG:
        return True
    assert ran.code == NOT_VALID, f"not noticed: {ran.words()}"
    named = {problem["path"] for problem in ran.json()["problems"]}
    assert named & expected, f"named {sorted(named)[:6]} and none of {sorted(expected)}"
    return True


def tamper_zip(kind, export, program, scratch, _foreign, chance):
    parts = zips.Parts(export.path.read_bytes())
    changed, file = kind(parts, chance)
    assert changed != parts.data, "nothing was changed"
    victim = scratch / export.path.name
    victim.write_bytes(changed)
    ran = program.verify(victim)
    assert ran.code == NOT_VALID or (ran.code == NO_BAG and file is None), f"not noticed: {ran.words()}"
    if ran.code == NOT_VALID:
        named = {problem["path"] for problem in ran.json()["problems"]}
        assert named and (file is None or file in named), f"named {sorted(named)[:6]} and not {file}"
    return True


def report(tally, making, tampering_took, options):
    kinds = [name for name in {**tally.passed, **tally.failed} if name.startswith("tampering: ")]
    noticed = sum(tally.passed[name] for name in kinds)
    again = tally.passed["the same again"]
    print(f"{tally.passed['exports']} exports valid; {again} made again, the payload the same; {making:.0f} s")
    print(f"{len(kinds)} kinds of tampering with {options.tampered} bags each: {noticed} noticed; {tampering_took:.0f} s")
    if not options.schema:
        print("The working group's own schema of vCons was not given (--schema FILE); README.md says where it is.")


def arguments():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--turnstone", type=lambda text: Path(text).absolute(), required=True, help="the program")
    parser.add_argument("--exports", type=int, default=60, help="how many exports")
    parser.add_argument("--tampered", type=int, default=3, help="how many bags for each kind of tampering")
    parser.add_argument("--seed", type=int, default=1, help="the same seed gives the same calls and orders")
    parser.add_argument("--schema", default=os.environ.get("TURNSTONE_VCON_SCHEMA"), help="the working group's schema")
    return parser.parse_args()


if __name__ == "__main__":
    main()
