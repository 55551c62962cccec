#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Check JSON output of postseal against the published schemas of reports/schema.

usage: schema.py FILE...          exit status 0 when every document is valid, 77 without jsonschema
"""
import json
import os
import sys

try:
    import jsonschema
except ImportError:
    jsonschema = None

FOLDER = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "reports", "schema")


def load():
    """All published schemas by their $id."""
    schemas = {}
    for name in sorted(os.listdir(FOLDER)):
        if name.endswith(".schema.json"):
            with open(os.path.join(FOLDER, name), encoding="utf-8") as f:
                schema = json.load(f)
            schemas[schema["$id"]] = schema
    return schemas


SCHEMAS = load()


def errors(document):
    """What is wrong with @document, one text a fault; its verb chooses the schema, a line of NDJSON
    has its own."""
    name = "envelope"
    if isinstance(document, dict):
        name = "record" if "record" in document else document.get("verb")
        name = "needs" if "needs" in document else name
        if name == "fix":  # "urn:postseal:1:fix" is one fix, of any verb
            name = "applied" if "applied" in document else "plan"
    schema = SCHEMAS.get(f"urn:postseal:1:{name}", SCHEMAS["urn:postseal:1:envelope"])
    resolver = jsonschema.RefResolver(schema["$id"], schema, store=SCHEMAS)
    validator = jsonschema.Draft7Validator(schema, resolver=resolver)
    faults = sorted(validator.iter_errors(document), key=lambda e: [str(p) for p in e.absolute_path])
    return ["/" + "/".join(str(p) for p in e.absolute_path) + ": " + e.message[:200] for e in faults]


def main():
    if jsonschema is None:
        print("schema.py: python3-jsonschema is not installed", file=sys.stderr)
        return 77
    bad = 0
    for schema in SCHEMAS.values():
        jsonschema.Draft7Validator.check_schema(schema)
    for path in sys.argv[1:]:
        with open(path, encoding="utf-8") as f:
            faults = errors(json.load(f))
        for fault in faults:
            print(f"{path}: {fault}")
        bad += bool(faults)
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
