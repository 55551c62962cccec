/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "model/mail.h"

static const char *const rcpt_status_names[SEAL_RCPT_STATUS_MAX_] = {
	[SEAL_RCPT_WAITING] = "stuck",     [SEAL_RCPT_DEFERRED] = "deferred",
	[SEAL_RCPT_BOUNCED] = "bounced",   [SEAL_RCPT_EXPIRED] = "expired",
	[SEAL_RCPT_REJECTED] = "rejected", [SEAL_RCPT_STUCK] = "stuck",
	[SEAL_RCPT_SENT] = "sent",
};

const char *seal_rcpt_status_name(enum seal_rcpt_status s)
{
	return s < SEAL_RCPT_STATUS_MAX_ ? rcpt_status_names[s] : "stuck";
}

static const char *const queue_names[SEAL_QUEUE_NAME_MAX_] = {
	[SEAL_QUEUE_NONE] = "none",         [SEAL_QUEUE_MAILDROP] = "maildrop",
	[SEAL_QUEUE_INCOMING] = "incoming", [SEAL_QUEUE_ACTIVE] = "active",
	[SEAL_QUEUE_DEFERRED] = "deferred", [SEAL_QUEUE_HOLD] = "hold",
	[SEAL_QUEUE_CORRUPT] = "corrupt",
};

const char *seal_queue_name(enum seal_queue_name q)
{
	return q < SEAL_QUEUE_NAME_MAX_ ? queue_names[q] : "none";
}
