/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "evidence/postfix/conf_defaults.h"

#include <errno.h>

/* parameters named after a service of master.cf: what stands before the suffix is its name */
static const struct {
	const char *suffix, *value;
} service_defaults[] = {
	{"_delivery_slot_cost", "$default_delivery_slot_cost"},
	{"_delivery_slot_discount", "$default_delivery_slot_discount"},
	{"_delivery_slot_loan", "$default_delivery_slot_loan"},
	{"_destination_concurrency_failed_cohort_limit",
	 "$default_destination_concurrency_failed_cohort_limit"},
	{"_destination_concurrency_limit", "$default_destination_concurrency_limit"},
	{"_destination_concurrency_negative_feedback",
	 "$default_destination_concurrency_negative_feedback"},
	{"_destination_concurrency_positive_feedback",
	 "$default_destination_concurrency_positive_feedback"},
	{"_destination_rate_delay", "$default_destination_rate_delay"},
	{"_destination_recipient_limit", "$default_destination_recipient_limit"},
	{"_extra_recipient_limit", "$default_extra_recipient_limit"},
	{"_initial_destination_concurrency", "$initial_destination_concurrency"},
	{"_minimum_delivery_slots", "$default_minimum_delivery_slots"},
	{"_recipient_limit", "$default_recipient_limit"},
	{"_recipient_refill_delay", "$default_recipient_refill_delay"},
	{"_recipient_refill_limit", "$default_recipient_refill_limit"},
	{"_time_limit", "$command_time_limit"},
	{"_transport_rate_delay", "$default_transport_rate_delay"},
};

/* version_number - 307 of "3.7.11", 0 when it is not told */
static unsigned version_number(struct seal_bytes version)
{
	struct seal_bytes rest, minor;
	uint32_t a, b;

	if (seal_parse_u32(seal_bytes_cut(version, '.', &rest), 10, &a) < 0 || a > 99)
		return 0;
	minor = seal_bytes_cut(rest, '.', &rest);
	minor = seal_bytes_cut(minor, '-', &rest);
	if (seal_parse_u32(minor, 10, &b) < 0 || b > 99)
		return 0;
	return 100 * a + b;
}

/* find_first - the first row with this name */
static const struct seal_conf_default *find_first(const struct seal_conf_default *t, size_t n,
						  struct seal_bytes name)
{
	size_t low = 0, high = n;

	while (low < high) {
		size_t mid = low + (high - low) / 2;

		if (seal_bytes_cmp(seal_bytes_of(t[mid].name), name) < 0)
			low = mid + 1;
		else
			high = mid;
	}
	return low < n && seal_bytes_is(name, t[low].name) ? &t[low] : NULL;
}

static int service_default(struct seal_bytes name, struct seal_bytes *ret)
{
	size_t i;

	for (i = 0; i < sizeof(service_defaults) / sizeof(service_defaults[0]); i++) {
		if (name.n > strlen(service_defaults[i].suffix) &&
		    seal_bytes_ends(name, service_defaults[i].suffix)) {
			*ret = seal_bytes_of(service_defaults[i].value);
			return 0;
		}
	}
	return -ENOENT;
}

int seal_conf_default(struct seal_bytes name, struct seal_bytes version, struct seal_bytes *ret)
{
	const struct seal_conf_default *row, *end;
	unsigned v = version_number(version);

	end = seal_conf_defaults + seal_conf_n_defaults;
	row = find_first(seal_conf_defaults, seal_conf_n_defaults, name);
	if (!row) {
		end = seal_conf_smtp_defaults + seal_conf_n_smtp_defaults;
		row = find_first(seal_conf_smtp_defaults, seal_conf_n_smtp_defaults, name);
	}
	if (!row)
		return service_default(name, ret);

	for (; row < end && seal_bytes_is(name, row->name); row++) {
		if (!row->value || (!v && (row->from || row->until)))
			return -ENODATA;
		if (v >= row->from && (!row->until || v < row->until)) {
			*ret = seal_bytes_of(row->value);
			return 0;
		}
	}
	return -ENODATA;
}
