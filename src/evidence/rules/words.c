/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "evidence/rules/causes.h"

static const char *const transport_names[SEAL_TRANSPORT_MAX_] = {
	[SEAL_TRANSPORT_NONE] = "none", [SEAL_TRANSPORT_TCP4] = "tcp4",
	[SEAL_TRANSPORT_TCP6] = "tcp6", [SEAL_TRANSPORT_UDP] = "udp",
	[SEAL_TRANSPORT_UNIX] = "unix", [SEAL_TRANSPORT_LISTEN] = "listen",
	[SEAL_TRANSPORT_FILE] = "file",
};

static const char *const form_names[SEAL_FORM_MAX_] = {
	[SEAL_FORM_TEXT] = "text",       [SEAL_FORM_CONNECT] = "connect",
	[SEAL_FORM_SAID] = "said",       [SEAL_FORM_GREETING] = "greeting",
	[SEAL_FORM_SASL] = "sasl",       [SEAL_FORM_LOST] = "lost",
	[SEAL_FORM_STALLED] = "stalled", [SEAL_FORM_COMMAND] = "command",
	[SEAL_FORM_REJECT] = "reject",   [SEAL_FORM_MILTER] = "milter",
};

static const char *const phase_names[SEAL_PHASE_MAX_] = {
	[SEAL_PHASE_NONE] = "none", [SEAL_PHASE_GREETING] = "greeting",
	[SEAL_PHASE_HELO] = "helo", [SEAL_PHASE_TLS] = "tls",
	[SEAL_PHASE_AUTH] = "auth", [SEAL_PHASE_MAIL] = "mail",
	[SEAL_PHASE_RCPT] = "rcpt", [SEAL_PHASE_DATA] = "data",
	[SEAL_PHASE_BODY] = "body", [SEAL_PHASE_END] = "end",
	[SEAL_PHASE_QUIT] = "quit", [SEAL_PHASE_OTHER] = "other",
};

static const char *const slot_names[SEAL_SLOT_MAX_] = {
	[SEAL_SLOT_DAEMON] = "daemon",
	[SEAL_SLOT_HOST] = "host",
	[SEAL_SLOT_ADDRESS] = "address",
	[SEAL_SLOT_PORT] = "port",
	[SEAL_SLOT_PATH] = "path",
	[SEAL_SLOT_SOCKET] = "socket",
	[SEAL_SLOT_PHASE] = "phase",
	[SEAL_SLOT_REPLY_CODE] = "reply_code",
	[SEAL_SLOT_SOURCE_TYPE] = "source_type",
	[SEAL_SLOT_TARGET_TYPE] = "target_type",
	[SEAL_SLOT_TCLASS] = "tclass",
	[SEAL_SLOT_PERMS] = "perms",
	[SEAL_SLOT_TABLE] = "table",
	[SEAL_SLOT_CHAIN] = "chain",
	[SEAL_SLOT_ZONE] = "zone",
	[SEAL_SLOT_RESOLVER] = "resolver",
	[SEAL_SLOT_PARAMETER] = "parameter",
	[SEAL_SLOT_SERVICE] = "service",
	[SEAL_SLOT_USER] = "user",
};

const char *seal_transport_name(enum seal_transport t)
{
	return t < SEAL_TRANSPORT_MAX_ ? transport_names[t] : "none";
}

const char *seal_reason_form_name(enum seal_reason_form f)
{
	return f < SEAL_FORM_MAX_ ? form_names[f] : "text";
}

const char *seal_phase_name(enum seal_phase p)
{
	return p < SEAL_PHASE_MAX_ ? phase_names[p] : "none";
}

const char *seal_slot_name(enum seal_slot s)
{
	return s < SEAL_SLOT_MAX_ ? slot_names[s] : "";
}
