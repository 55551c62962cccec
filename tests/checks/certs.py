# SPDX-License-Identifier: GPL-2.0-or-later
"""Certificates and keys as PEM, made by certtool(1): a root, an issuer below it, and what these sign."""
import functools
import os
import subprocess
import tempfile

ISSUED = ("2026-01-05 00:00:00 UTC", "2027-06-05 00:00:00 UTC")


def certtool(*args):
    return subprocess.run(["certtool", *args], capture_output=True, check=True).stdout.decode()


@functools.lru_cache(maxsize=None)
def key(name):
    del name  # each name has a key of its own
    text = certtool("--generate-privkey", "--key-type", "ecdsa", "--curve", "secp256r1", "--no-text")
    return text[text.index("-----BEGIN"):]


@functools.lru_cache(maxsize=None)
def certificate(name, lines, issuer=None, dates=ISSUED):
    """The certificate @name with the template's @lines (a tuple), signed by @issuer, else by itself."""
    lines += (f'cn = "{name}"', f'activation_date = "{dates[0]}"', f'expiration_date = "{dates[1]}"')
    with tempfile.TemporaryDirectory() as top:
        paths = {}
        for what, text in (("template", "\n".join(lines) + "\n"), ("key", key(name)),
                           ("ca", authority(issuer) if issuer else ""), ("cakey", key(issuer) if issuer else "")):
            paths[what] = os.path.join(top, what)
            with open(paths[what], "w", encoding="ascii") as f:
                f.write(text)
        how = ["--generate-certificate", "--load-ca-certificate", paths["ca"], "--load-ca-privkey", paths["cakey"]] \
            if issuer else ["--generate-self-signed"]
        text = certtool(*how, "--load-privkey", paths["key"], "--template", paths["template"], "--no-text")
    return text[text.index("-----BEGIN"):]


def authority(name):
    """"Test Root", or "Test Issuer" below it."""
    return certificate(name, ("ca", "cert_signing_key"), None if name == "Test Root" else "Test Root")


def server(name, *lines, dates=ISSUED, issuer="Test Issuer"):
    """A server's own certificate for @name, or for the names that @lines give."""
    if not any(s.startswith("dns_name") for s in lines):
        lines += (f'dns_name = "{name}"',)
    return certificate(name, lines + ("tls_www_server", "signing_key"), issuer, dates)


def encrypted(name):
    """The key of @name under a passphrase."""
    with tempfile.TemporaryDirectory() as top:
        path = os.path.join(top, "key")
        with open(path, "w", encoding="ascii") as f:
            f.write(key(name))
        text = certtool("--load-privkey", path, "--to-p8", "--pkcs-cipher", "aes-256", "--password", "word", "--no-text")
    return text[text.index("-----BEGIN"):]
