#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""The HTML reports in headless Chromium: they ask for nothing, and are not blank, too wide or alike.

usage: page.py PROGRAM [FOLDER]       FOLDER keeps the pages and their pictures, to be looked at

Every page is drawn 360 and 1280 pixels wide, light and dark. Nothing may stand in the margin at the
right, the two colour schemes must differ as they say, and the browser must have asked for no address.
A page with these faults planted in it shows that the test would see them. Exit status 77 without Chromium.
"""
import json
import os
import shutil
import struct
import subprocess
import sys
import tempfile
import zlib

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path[:0] = [HERE, os.path.join(HERE, "..", "incidents")]
import assemble  # noqa: E402
import validate  # noqa: E402

INCIDENTS = os.path.join(HERE, "..", "incidents")
PAGES = [("71-mixed-queue-many-causes", "audit"), ("71-mixed-queue-many-causes", "explain"),
         ("40-firewalld-zone-no-smtp", "reach"), ("17-maildir-home-label", "denials")]
WIDTHS = (360, 1280)
SCHEMES = {"light": "1", "dark": "0"}
MARGIN = 8  # pixels at the right that stay empty
# fetches, is blank and too wide
PLANTED = b"""<!DOCTYPE html><body><img src=http://postseal.invalid/x.png>
<div style="width: 3000px; height: 9px; background: red"></div>"""


def browser():
    for name in ("chromium", "chromium-browser", "google-chrome"):
        if shutil.which(name):
            return shutil.which(name)
    return None


def rows(png):
    """Width, bytes a pixel and the rows of a PNG of 8 bits a channel, not interlaced (RFC 2083)."""
    assert png[:8] == b"\x89PNG\r\n\x1a\n"
    at, data = 8, b""
    while at < len(png):
        n, kind = struct.unpack(">I4s", png[at:at + 8])
        body = png[at + 8:at + 8 + n]
        if kind == b"IHDR":
            width, height, depth, color, _, _, interlaced = struct.unpack(">IIBBBBB", body)
            assert depth == 8 and color in (2, 6) and not interlaced
        elif kind == b"IDAT":
            data += body
        at += 12 + n
    size = 3 if color == 2 else 4
    data, line, out = zlib.decompress(data), width * size, []
    before = bytearray(line)
    for y in range(height):
        kind, row = data[y * (line + 1)], bytearray(data[y * (line + 1) + 1:(y + 1) * (line + 1)])
        for i in range(line):
            left = row[i - size] if i >= size else 0
            up, corner = before[i], before[i - size] if i >= size else 0
            if kind == 1:
                row[i] = (row[i] + left) & 255
            elif kind == 2:
                row[i] = (row[i] + up) & 255
            elif kind == 3:
                row[i] = (row[i] + (left + up) // 2) & 255
            elif kind == 4:
                p = left + up - corner
                best = min((abs(p - left), 0, left), (abs(p - up), 1, up), (abs(p - corner), 2, corner))
                row[i] = (row[i] + best[2]) & 255
        out.append(bytes(row))
        before = row
    return width, size, out


def look(path, width, scheme):
    """What is wrong with one picture."""
    with open(path, "rb") as f:
        got, size, lines = rows(f.read())
    out = []
    if got != width:
        out.append(f"{got} pixels wide")
    page = lines[0][:3]
    if (sum(page) > 384) != (scheme == "light"):
        out.append(f"background {tuple(page)} in the {scheme} scheme")
    colours = {line[i:i + 3] for line in lines[::3] for i in range(0, len(line), size * 3)}
    if len(colours) < 30:
        out.append(f"only {len(colours)} colours: blank?")
    inked = [y for y, line in enumerate(lines)
             if any(line[i:i + 3] != page for i in range((got - MARGIN) * size, got * size, size))]
    if inked:
        out.append(f"too wide: something in the right margin from row {inked[0]} on")
    return out


def asked(log):
    """Addresses a page asked for; what the browser asks for itself comes from no page."""
    with open(log, encoding="utf-8", errors="replace") as f:
        events = json.load(f)["events"]
    return sorted({e["params"]["url"] for e in events
                   if "initiator" in e.get("params", {}) and "url" in e["params"] and
                   e["params"]["initiator"] != "not an origin" and
                   not e["params"]["url"].startswith(("file:", "chrome:", "chrome-extension:"))})


def draw(program, page, png, width, scheme, scratch):
    """Addresses the page asked for while it was drawn."""
    log = os.path.join(scratch, "net.json")
    profile = os.path.join(scratch, "profile")
    command = [program, "--headless=new", "--no-sandbox", "--disable-gpu", "--hide-scrollbars",
               "--disable-background-networking", "--disable-component-update", "--no-first-run",
               "--host-resolver-rules=MAP * ~NOTFOUND", f"--user-data-dir={profile}",
               f"--window-size={width},2400", f"--blink-settings=preferredColorScheme={SCHEMES[scheme]}",
               f"--log-net-log={log}", f"--screenshot={png}", "file://" + page]
    subprocess.run(command, check=True, timeout=180, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                   stderr=subprocess.DEVNULL)
    return asked(log)


def check(program, chromium, folder, scratch):
    out = []
    planted, png = os.path.join(scratch, "planted.html"), os.path.join(scratch, "planted.png")
    with open(planted, "wb") as f:
        f.write(PLANTED)
    if not draw(chromium, planted, png, 360, "light", scratch):
        return ["the browser's log does not show what a page asks for"]
    seen = " ".join(look(png, 360, "dark"))
    if not all(word in seen for word in ("background", "blank", "too wide")):
        return [f"of a blank, wide, light page only this is seen: {seen}"]
    for name, verb in PAGES:
        root = os.path.join(scratch, name[:2])
        if not os.path.isdir(root):
            assemble.assemble(os.path.join(INCIDENTS, name), root)
        page = os.path.join(folder, f"{verb}-{name[:2]}.html")
        with open(page, "wb") as f:
            f.write(validate.run(program, verb, "html", root)[1])
        for width in WIDTHS:
            for scheme in SCHEMES:
                what = f"{verb}-{name[:2]}-{width}-{scheme}"
                png = os.path.join(folder, what + ".png")
                urls = draw(chromium, page, png, width, scheme, scratch)
                out += [f"{what}: asked for {u}" for u in urls]
                out += [f"{what}: {e}" for e in look(png, width, scheme)]
    return out


def main():
    chromium = browser()
    if not chromium:
        print("no Chromium")
        return 77
    with tempfile.TemporaryDirectory(prefix="postseal-page-") as scratch:
        folder = os.path.abspath(sys.argv[2]) if len(sys.argv) > 2 else scratch
        os.makedirs(folder, exist_ok=True)
        out = check(os.path.abspath(sys.argv[1]), chromium, folder, scratch)
    for fault in out:
        print(fault)
    print(f"{len(PAGES) * len(WIDTHS) * len(SCHEMES)} pictures, {len(out)} faults")
    return 1 if out else 0


if __name__ == "__main__":
    sys.exit(main())
