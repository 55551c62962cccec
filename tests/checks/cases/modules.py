# SPDX-License-Identifier: GPL-2.0-or-later
from cases import case, no_selinux
from roots import STORE, module

case("MOD-003", "pass")
case("MOD-003", "fail", do=lambda r: module(r, 400, "postfix", "(type x)"), objects=[{"path": "postfix"}])
case("MOD-003", "fail", "disabled", put={STORE + "modules/disabled/postfix": ""})
no_selinux("MOD-003")
case("MOD-003", "unknown", loop=[STORE + "modules"])
