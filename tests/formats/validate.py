# SPDX-License-Identifier: GPL-2.0-or-later
"""What makes a document of each format valid, and inert, whatever was in the evidence.

faults(format, data) lists what is wrong with one document, later_faults() what the second opinions
(ajv, promtool) say of all documents so far. Tools that are missing are in MISSING after that: the
callers tell, and skip what only those can see.
"""
import html.parser
import itertools
import json
import os
import re
import shutil
import subprocess
import sys
import xml.etree.ElementTree as ET

HERE = os.path.dirname(os.path.abspath(__file__))
TESTS = os.path.dirname(HERE)
SCHEMAS = os.path.join(TESTS, "data", "schemas")
OWN_SCHEMAS = os.path.join(os.path.dirname(TESTS), "reports", "schema")
SARIF_SCHEMA = os.path.join(SCHEMAS, "sarif-schema-2.1.0.json")
sys.path.insert(0, TESTS)
import schema  # noqa: E402

FORMATS = {
    "audit": ["text", "json", "ndjson", "sarif", "junit", "markdown", "html", "github", "prometheus"],
    "explain": ["text", "json", "ndjson", "markdown", "html", "prometheus"],
    "denials": ["text", "json", "ndjson", "markdown", "html", "prometheus"],
    "reach": ["text", "json", "ndjson", "markdown", "html", "prometheus"],
    "fix": ["text", "json"],
    "baseline": ["json"],
}
MISSING = set()
NOTED = []  # (name, schema, document) for ajv
PROM = []  # (name, text) for promtool

# escape, other controls, DEL, C1, bidirectional, zero-width, line separators, byte order mark, tags
HIDDEN = re.compile("[\x00-\x09\x0b-\x1f\x7f-\x9f\xad\u034f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f"
                    "\ufe00-\ufe0f\ufeff\ufff9-\ufffb\U000e0000-\U000e0fff]")
# what runners carry out: GitHub's at the front of a line, the others' anywhere
COMMAND = re.compile(r"(?m)^\s*::[A-Za-z_-]+(?: [^\n]*)?::|##\[|##[a-z]+\[")


def tool(name):
    """Path of a program, or None, which is remembered."""
    path = shutil.which(name)
    if not path:
        MISSING.add(name)
    return path


def load(data):
    """JSON without doubled keys."""
    def once(pairs):
        keys = [k for k, _ in pairs]
        if len(keys) != len(set(keys)):
            raise ValueError(f"a key twice in {keys}")
        return dict(pairs)
    return json.loads(data, object_pairs_hook=once)


# ---- JSON ----------------------------------------------------------------------------------------

def by_schema(name, document):
    if schema.jsonschema is None:
        MISSING.add("python3-jsonschema")
        return []
    kind = "record" if "record" in document else document["verb"]
    kind = "plan" if kind == "fix" else kind  # "fix" is one fix, of any verb
    NOTED.append((name, f"urn:postseal:1:{kind}", document))
    return schema.errors(document)[:2]


def json_faults(name, data):
    return by_schema(name, load(data))


def ndjson_faults(name, data):
    lines = data.decode("utf-8").splitlines()
    if not data.endswith(b"\n") or "" in lines:
        return ["an empty line, or the last one is not whole"]
    records = [load(line) for line in lines]
    out = [f"line {i}: {e}" for i, r in enumerate(records, 1) for e in by_schema(name, r)][:3]
    kinds = [r["record"] for r in records]
    if kinds[0] != "run" or kinds[-1] != "end" or kinds.count("run") + kinds.count("end") != 2:
        out.append(f"begins with {kinds[0]}, ends with {kinds[-1]}")
    elif records[-1]["records"] != len(records) - 2:
        out.append("end counts other lines")
    if len({(r["run"], r["host_name"]) for r in records}) != 1:
        out.append("more than one run or host")
    return out


def sarif_schema():
    with open(SARIF_SCHEMA, encoding="utf-8") as f:
        return json.load(f)


SARIF = []


def sarif_faults(name, data):
    document = load(data)
    out = []
    if schema.jsonschema is None:
        MISSING.add("python3-jsonschema")
    else:
        if not SARIF:
            SARIF.append(schema.jsonschema.Draft4Validator(sarif_schema()))
        out += [e.message[:200] for e in SARIF[0].iter_errors(document)][:3]
        NOTED.append((name, "sarif", document))
    run = document["runs"][0]
    rules = [r["id"] for r in run["tool"]["driver"]["rules"]]
    if len(rules) != len(set(rules)):
        out.append("a rule twice")
    for r in run["results"]:
        place = r["locations"][0]["physicalLocation"]
        uri = place["artifactLocation"]["uri"]
        if r["ruleId"] not in rules:
            out.append("a result without its rule")
        if not r["message"]["text"]:
            out.append("a result without words")
        if not re.fullmatch(r"[A-Za-z0-9._~%-][A-Za-z0-9._~%/-]*", uri) or ".." in uri.split("/"):
            out.append(f"uri {uri}")
        if place["region"]["startLine"] < 1:
            out.append("line 0")
        if not re.fullmatch("v1:[0-9a-f]{32}", r["partialFingerprints"]["primaryLocationLineHash"]):
            out.append("fingerprint")
    for rule in run["tool"]["driver"]["rules"]:
        if not 0 < float(rule["properties"]["security-severity"]) <= 10:
            out.append("security-severity")
    return out[:5]


def ajv_faults():
    """The second opinion on all JSON so far."""
    node = tool("node") or tool("nodejs")
    if not node or not NOTED:
        return []
    lines = "".join(json.dumps({"name": n, "schema": s, "document": d}) + "\n" for n, s, d in NOTED)
    done = subprocess.run([node, os.path.join(HERE, "ajv.js"), OWN_SCHEMAS, SARIF_SCHEMA],
                          input=lines.encode(), capture_output=True, timeout=300, check=False,
                          env={**os.environ, "NODE_PATH": "/usr/share/nodejs:/usr/lib/nodejs"})
    if done.returncode == 77:
        MISSING.add("node-ajv")
        return []
    MISSING.discard("node")
    out = done.stdout.decode().splitlines()
    if done.returncode and not out:
        out = ["ajv: " + done.stderr.decode()[-300:]]
    return out


# ---- XML -----------------------------------------------------------------------------------------

def junit_faults(name, data):
    top = ET.fromstring(data)
    cases = top.findall("testsuite/testcase")
    out = []
    for attribute, tag in (("failures", "failure"), ("errors", "error")):
        if int(top.get(attribute)) != len(top.findall(f"testsuite/testcase/{tag}")):
            out.append(f"{attribute} counts others")
    if int(top.get("tests")) != len(cases):
        out.append("tests counts others")
    for suite in top.findall("testsuite"):
        if int(suite.get("tests")) != len(suite.findall("testcase")) or \
           int(suite.get("skipped")) != len(suite.findall("testcase/skipped")):
            out.append(f"suite {suite.get('name')} counts others")
    xmllint = tool("xmllint")
    if xmllint:
        done = subprocess.run([xmllint, "--noout", "--nonet", "--schema",
                               os.path.join(SCHEMAS, "junit-10.xsd"), "-"], input=data,
                              capture_output=True, timeout=60, check=False)
        if done.returncode:
            out.append("xmllint: " + done.stderr.decode(errors="replace").splitlines()[0])
    return out


# ---- Markdown ------------------------------------------------------------------------------------

FENCE = re.compile(r"^```sh\n(.*?)^```\n", re.M | re.S)


def markdown_faults(name, data):
    text = data.decode("utf-8")
    out = []
    for block in FENCE.findall(text):
        if "```" in block or HIDDEN.search(block.replace("\n", "")):
            out.append("a block of commands that does not hold")
    text = FENCE.sub("", text)
    outside = re.sub(r"<code>(?:[0-9A-Za-z /,]|[^\x00-\x7f]|&#\d+;)*</code>", "", text)
    outside = re.sub(r"</?details>|</?summary>|<br>", "", outside)
    if re.search(r"[<>@\[\]!\\&$~]|https?:|www\.", outside.replace("`--format json`", "")):
        at = re.search(r"[<>@\[\]!\\&$~]|https?:|www\.", outside.replace("`--format json`", ""))
        out.append(f"markup outside of code: {outside[max(0, at.start() - 40):at.end() + 20]!r}")
    for is_row, lines in itertools.groupby(outside.splitlines(), lambda line: line.startswith("|")):
        widths = {line.count("|") for line in lines} if is_row else ()
        if len(widths) > 1:
            out.append(f"rows of one table with {sorted(widths)} borders")
    if outside.count("`") % 2 or "```" in outside:
        out.append("an open back-tick")
    return out


# ---- HTML ----------------------------------------------------------------------------------------

class Page(html.parser.HTMLParser):
    """Names and attributes that a report uses, and no others; nesting must close."""
    VOID = {"meta", "br", "circle", "line", "path", "rect", "use"}
    TAGS = VOID | set("html head title style body header main footer nav p div span h1 h2 h3 ul ol li dl "
                      "dt dd a b code pre small article figure details summary table thead tr th td svg "
                      "symbol text".split())
    ATTRIBUTES = set("lang charset http-equiv content name class id href title aria-hidden aria-label "
                     "role open width height viewbox x y x1 x2 y1 y2 cx cy r rx d fill stroke "
                     "stroke-width opacity overflow".split())

    def __init__(self):
        super().__init__(convert_charrefs=True)
        self.open, self.wrong, self.ids, self.links, self.text = [], [], [], [], []
        self.policy = None

    def handle_starttag(self, tag, attrs):
        if tag not in self.TAGS:
            self.wrong.append(f"<{tag}>")
        for key, value in attrs:
            if key not in self.ATTRIBUTES:
                self.wrong.append(f"{tag} {key}=")
            if key == "href":
                self.links.append(value)
            if key == "id":
                self.ids.append(value)
        names = dict(attrs)
        if names.get("http-equiv") == "Content-Security-Policy":
            self.policy = names["content"]
        if tag not in self.VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag, attrs):
        self.handle_starttag(tag, attrs)
        if tag not in self.VOID:
            self.open.pop()

    def handle_endtag(self, tag):
        if not self.open or self.open[-1] != tag:
            # a paragraph or row that the parser of a browser would end by itself is a fault here
            self.wrong.append(f"</{tag}> in {self.open[-3:]}")
        else:
            self.open.pop()

    def handle_data(self, data):
        self.text.append(data)

    def handle_comment(self, data):
        self.wrong.append("a comment")

    def handle_pi(self, data):
        self.wrong.append("a processing instruction")


def html_faults(name, data):
    text = data.decode("utf-8")
    page = Page()
    page.feed(text)
    page.close()
    out = sorted(set(page.wrong))[:5]
    if page.open:
        out.append(f"never closed: {page.open}")
    if len(page.ids) != len(set(page.ids)):
        out.append(f"ids twice: {sorted(i for i in set(page.ids) if page.ids.count(i) > 1)}")
    for link in page.links:
        if not link.startswith("#") or link[1:] not in page.ids:
            out.append(f"a link to {link}")
    if not page.policy or not page.policy.startswith("default-src 'none'; style-src 'sha256-") or \
       "unsafe" in page.policy:
        out.append(f"policy {page.policy}")
    body = text[text.index("</style>"):]
    if re.search(r"url\(|@import|src=|https?://|javascript:", re.sub(r"<[^>]*>|[^<]+", lambda m: (
            m.group() if m.group()[0] == "<" else ""), body)):
        out.append("something to fetch")
    if re.search(r"url\(|@import|https?:", text[:text.index("</style>")]):
        out.append("something to fetch in the style")
    return out


# ---- others --------------------------------------------------------------------------------------

def github_faults(name, data):
    text = data.decode("utf-8")
    out, kinds = [], {}
    for line in text.splitlines():
        command = re.fullmatch(r"::(error|warning|notice) ((?:[a-z]+=[^,:\n]*)(?:,[a-z]+=[^,:\n]*)*)"
                               r"::(.*)", line)
        if command:
            kinds[command[1]] = kinds.get(command[1], 0) + 1
            if any(p.split("=")[0] not in ("file", "line", "title") for p in command[2].split(",")):
                out.append(f"a property in {line[:80]}")
        elif not re.fullmatch(r"\d+ more are not shown here; the other formats have them\.", line):
            out.append(f"no command: {line[:80]}")
    if any(n > 10 for n in kinds.values()):
        out.append(f"more than GitHub keeps: {kinds}")
    return out


def prometheus_faults(name, data):
    text = data.decode("utf-8")
    out = []
    sample = re.compile(r'postseal_[a-z_]+(\{[a-z]+="(?:[^"\\\n]|\\[\\"n])*"(,[a-z]+="(?:[^"\\\n]|'
                        r'\\[\\"n])*")*\})? \d+')
    for line in text.splitlines():
        if not sample.fullmatch(line) and not re.match(r"# (HELP|TYPE) postseal_", line):
            out.append(f"line {line[:80]}")
    PROM.append((name, text))
    return out[:3]


def promtool_faults():
    promtool = tool("promtool")
    out = []
    for name, text in PROM if promtool else []:
        done = subprocess.run([promtool, "check", "metrics"], input=text.encode(), timeout=60,
                              capture_output=True, check=False)
        if done.returncode:
            out.append(f"{name}: promtool: {(done.stdout + done.stderr).decode()[:200]}")
    return out


def text_faults(name, data):
    data.decode("utf-8")
    return []


CHECKS = {"text": text_faults, "json": json_faults, "ndjson": ndjson_faults, "sarif": sarif_faults,
          "junit": junit_faults, "markdown": markdown_faults, "html": html_faults,
          "github": github_faults, "prometheus": prometheus_faults}


def faults(name, form, data):
    """What is wrong with one document, a text a fault."""
    try:
        text = data.decode("utf-8")
        out = CHECKS[form](name, data)
    except (ValueError, KeyError, IndexError, ET.ParseError) as e:
        return [f"{name}: {form}: {type(e).__name__}: {str(e)[:200]}"]
    bad = HIDDEN.search(text)
    if bad:
        out.append(f"a character that hides: {text[max(0, bad.start() - 40):bad.end()]!r}")
    bad = COMMAND.search(text) if form != "github" else re.search(r"##\[|##[a-z]+\[", text)
    if bad:
        out.append(f"a runner's command: {text[max(0, bad.start() - 40):bad.end() + 20]!r}")
    return [f"{name}: {form}: {e}" for e in out]


def later_faults():
    """What ajv and promtool say of all documents seen by faults()."""
    return ajv_faults() + promtool_faults()


def run(program, verb, form, root, *args, env=None):
    """Exit status, document and complaints of one run."""
    done = subprocess.run([program, verb, "--root", root, "--format", form, *args],
                          capture_output=True, timeout=120, stdin=subprocess.DEVNULL, check=False,
                          env={**os.environ, "SOURCE_DATE_EPOCH": "1795200000", **(env or {})})
    return done.returncode, done.stdout, done.stderr.decode(errors="replace")
