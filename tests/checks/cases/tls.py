# SPDX-License-Identifier: GPL-2.0-or-later
import certs
from cases import case, no_postfix

CERT, KEY = "etc/ssl/certs/mail.pem", "etc/ssl/private/mail.key"
CHAIN = "etc/ssl/private/chain.pem"
CAS = "etc/ssl/certs/ca-certificates.crt"
NAME = "mail.example.org"
OBJECT = [{"path": "/" + CERT, "parameter": "smtpd_tls_cert_file"}]
IN_CHAIN = [{"path": "/" + CHAIN, "parameter": "smtpd_tls_chain_files"}]
NO_TLS = {"smtpd_tls_cert_file": None, "smtpd_tls_key_file": None}


def own(*lines, **kwargs):
    """The server's own certificate, then that of its issuer."""
    return {CERT: certs.server(NAME, *lines, **kwargs) + certs.authority("Test Issuer")}


def chain(*parts):
    return {"put": {CHAIN: "".join(parts)}, "main": {"smtpd_tls_chain_files": "/" + CHAIN}}


def pem():
    return certs.server(NAME) + certs.authority("Test Issuer")


def bundled(keys):
    """A bundle without the key, and what it tells of the key."""
    return lambda r: setattr(r.cut(KEY), "live", {} if keys is None else {"keys.tsv": keys})


for check in ("TLS-001", "TLS-002", "TLS-003", "TLS-004"):
    case(check, "pass")
    no_postfix(check)
    case(check, "na", "none", main=NO_TLS)
    case(check, "na", "TLS is off", main={"smtpd_tls_security_level": "none"},
         edit={"etc/postfix/master.cf": ("  -o smtpd_tls_security_level=encrypt\n", "")})
    case(check, "unknown", loop=[CERT, KEY])
    case(check, "pass", "a chain file", **chain(certs.key(NAME), pem()))

case("TLS-001", "fail", put=own(dates=("2025-01-01 00:00:00 UTC", "2026-11-19 00:00:00 UTC")), objects=OBJECT,
     says="has ended on 2026-11-19.")
case("TLS-001", "fail", "soon", put=own(dates=("2026-01-01 00:00:00 UTC", "2026-11-30 00:00:00 UTC")), objects=OBJECT)
case("TLS-001", "pass", "not so soon", put=own(dates=("2026-01-01 00:00:00 UTC", "2026-12-30 00:00:00 UTC")))
case("TLS-001", "fail", "not yet", put=own(dates=("2026-12-01 00:00:00 UTC", "2027-12-01 00:00:00 UTC")), objects=OBJECT)
case("TLS-001", "fail", "not there", cut=[CERT], objects=OBJECT)
case("TLS-001", "fail", "no PEM", put={CERT: "-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n"},
     objects=OBJECT)
case("TLS-001", "fail", "a key alone in a chain file", **chain(certs.key(NAME)), objects=IN_CHAIN)
case("TLS-001", "fail", "of one service", put={"etc/ssl/sub.pem": certs.server(
    NAME, dates=("2025-01-01 00:00:00 UTC", "2026-01-01 00:00:00 UTC"))},
     master="465 inet n - n - - smtpd\n  -o smtpd_tls_wrappermode=yes\n  -o smtpd_tls_cert_file=/etc/ssl/sub.pem\n",
     objects=[{"path": "/etc/ssl/sub.pem", "parameter": "smtpd_tls_cert_file"}])
OLD = {"smtpd_tls_security_level": None, "smtpd_tls_cert_file": "/etc/ssl/none.pem"}
AS_MAY = {"etc/postfix/master.cf": ("  -o smtpd_tls_security_level=encrypt\n", "")}
for switch in ("smtpd_use_tls", "smtpd_enforce_tls", "smtpd_tls_wrappermode"):
    case("TLS-001", "fail", "as of old, " + switch, main={**OLD, switch: "yes"}, edit=AS_MAY,
         objects=[{"path": "/etc/ssl/none.pem", "parameter": "smtpd_tls_cert_file"}], at="etc/postfix/main.cf")
case("TLS-001", "na", "no level, and no switch", main=OLD, edit=AS_MAY)
for kind in ("ec", "d"):
    case("TLS-001", "fail", kind + " as well", main={f"smtpd_tls_{kind}cert_file": "/etc/ssl/none.pem"},
         objects=[{"path": "/etc/ssl/none.pem", "parameter": f"smtpd_tls_{kind}cert_file"}])
case("TLS-001", "unknown", "a value", main={"smtpd_tls_cert_file": "${other"}, says="a value that names certificates cannot be expanded")
case("TLS-001", "fail", "of the client", main={"smtp_tls_cert_file": "/etc/ssl/none.pem"},
     objects=[{"path": "/etc/ssl/none.pem", "parameter": "smtp_tls_cert_file"}])

case("TLS-002", "fail", put={KEY: certs.key("another")}, objects=OBJECT)
case("TLS-002", "fail", "not there", cut=[KEY], objects=OBJECT)
case("TLS-002", "fail", "empty", put={KEY: ""}, objects=OBJECT)
case("TLS-002", "fail", "encrypted", put={KEY: certs.encrypted(NAME)}, objects=OBJECT)
case("TLS-002", "pass", "in one file", put={CERT: certs.server(NAME) + certs.key(NAME)},
     main={"smtpd_tls_key_file": None})
case("TLS-002", "fail", "keys and certificates exchanged",
     **chain(certs.key(NAME), certs.server("b.example"), certs.key("b.example"), certs.server(NAME)), objects=IN_CHAIN)
case("TLS-002", "pass", "two of each",
     **chain(certs.key(NAME), certs.server(NAME), certs.key("b.example"), certs.server("b.example")))
case("TLS-002", "fail", "the second key is another's",
     **chain(certs.key(NAME), certs.server(NAME), certs.key("b.example"), certs.server("c.example")), objects=IN_CHAIN, says="is not that of")
case("TLS-002", "fail", "a chain without a key", **chain(pem()), objects=IN_CHAIN)
case("TLS-002", "unknown", "a bundle", do=bundled(None), objects=OBJECT)
case("TLS-002", "unknown", "a bundle with the key taken out", put={KEY: "taken out"}, live={}, objects=OBJECT)
case("TLS-002", "fail", "a bundle tells of another key", do=bundled(f"/{KEY}\t0\t{'0' * 64}\n"), objects=OBJECT)
case("TLS-002", "fail", "a bundle tells that it is encrypted", do=bundled(f"/{KEY}\t0\tencrypted\n"), objects=OBJECT)

case("TLS-003", "fail", "the other way round", put={CERT: certs.authority("Test Issuer") + certs.server(NAME)},
     objects=OBJECT, says="begins with the certificate of a CA")
case("TLS-003", "fail", "a stranger", put={CERT: certs.server(NAME) + certs.server("b.example")}, objects=OBJECT,
     says="Certificate 2 in")
LEFT_OUT = certs.server(NAME, 'ca_issuers_uri = "http://ca.example/issuer.der"')
HOUSE = "etc/ssl/house.pem"
case("TLS-003", "fail", "the issuer left out", put={CERT: LEFT_OUT}, objects=OBJECT)
# a list that cannot be read may have it
case("TLS-003", "fail", "and no list of the house", put={CERT: LEFT_OUT}, main={"smtpd_tls_CAfile": "/" + HOUSE},
     objects=OBJECT)
case("TLS-003", "unknown", "a list in a loop", put={CERT: LEFT_OUT}, main={"smtpd_tls_CAfile": "/" + HOUSE}, loop=[HOUSE],
     objects=OBJECT)
case("TLS-003", "unknown", "a folder as list", put={CERT: LEFT_OUT}, main={"smtpd_tls_CAfile": "/etc/ssl"}, objects=OBJECT)
case("TLS-003", "unknown", "a list not in the bundle", put={CERT: LEFT_OUT}, live={}, objects=OBJECT)
case("TLS-003", "pass", "a list in a loop, and known", main={"smtpd_tls_CAfile": "/" + HOUSE}, loop=[HOUSE],
     put={CERT: LEFT_OUT, "etc/pki/tls/certs/ca-bundle.crt": certs.authority("Test Issuer")})
case("TLS-003", "unknown", "an issuer of the house", put={CERT: certs.server(NAME)}, objects=OBJECT)
case("TLS-003", "pass", "an issuer of the house, known", main={"smtpd_tls_CAfile": "/" + HOUSE},
     put={CERT: certs.server(NAME), HOUSE: certs.authority("Test Issuer")})
case("TLS-003", "pass", "signed by itself", put={CERT: certs.server(NAME, issuer=None)})
case("TLS-003", "pass", "with the root", put={CERT: pem() + certs.authority("Test Root")})
case("TLS-003", "unknown", "no certificate", cut=[CERT], objects=OBJECT, says="holds no certificate that can be looked at")
case("TLS-003", "unknown", "no list of CAs", cut=[CAS], objects=OBJECT)

case("TLS-004", "fail", put=own('dns_name = "www.example.org"'), objects=OBJECT, says="is for www.example.org, not for myhostname")
case("TLS-004", "pass", "a wildcard", put=own('dns_name = "*.example.org"'))
case("TLS-004", "pass", "letters", put=own('dns_name = "b.example"', 'dns_name = "MAIL.Example.Org"'))
case("TLS-004", "fail", "a wildcard for one label", put=own('dns_name = "*.org"'), objects=OBJECT)
case("TLS-004", "fail", "a wildcard below", put=own('dns_name = "*.mail.example.org"'), objects=OBJECT)
case("TLS-004", "fail", "a name in part", put=own('dns_name = "m*.example.org"'), objects=OBJECT)
case("TLS-004", "fail", "the name of one service", main={},
     master="465 inet n - n - - smtpd\n  -o smtpd_tls_wrappermode=yes\n  -o myhostname=smtp.example.org\n",
     objects=OBJECT)
