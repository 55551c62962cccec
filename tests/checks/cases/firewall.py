# SPDX-License-Identifier: GPL-2.0-or-later
from cases import case, no_postfix

NFT = "etc/nftables.conf"
MASTER = "etc/postfix/master.cf"
OUT = 'oif "lo" accept'

case("FWI-003", "pass")
case("FWI-003", "fail", edit={NFT: ("22, 25, 587", "22, 587")},
     objects=[{"port": "25", "protocol": "tcp", "purpose": "listener smtpd smtp"}])
case("FWI-003", "na", "the role", base="null-client")
no_postfix("FWI-003", args=["--role", "mx"])
case("FWI-003", "unknown", loop=[NFT])
case("FWI-003", "unknown", "master.cf", loop=[MASTER], args=["--role", "mx"])

case("FWO-001", "pass")
case("FWO-001", "fail", edit={NFT: (OUT, "tcp dport { 25, 587 } drop")})
case("FWO-001", "na", "sends nothing", main={"default_transport": "error:none", "relay_transport": "error:none",
                                             "transport_maps": None, "smtpd_milters": None})
no_postfix("FWO-001")
case("FWO-001", "unknown", loop=[NFT])
case("FWO-001", "unknown", "a table", loop=["etc/postfix/transport"])

case("FWO-002", "pass")
case("FWO-002", "fail", edit={NFT: (OUT, "udp dport 53 drop")})
case("FWO-002", "fail", "TCP", edit={NFT: (OUT, "tcp dport 53 drop")},
     objects=[{"port": "53", "protocol": "tcp", "purpose": "resolver"}])
no_postfix("FWO-002")
case("FWO-002", "unknown", loop=[NFT])
