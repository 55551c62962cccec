/* SPDX-License-Identifier: GPL-2.0-or-later */

/* local times to UTC, compared with the C library over the zones of this machine */

#include "core/input.h"
#include "core/zone.h"

#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <time.h>
/* after the four above */
#include <cmocka.h>

static int load(const char *name, struct seal_zone **z)
{
	seal_auto_free char *text = NULL;
	char path[128];
	size_t n;
	int fd;

	snprintf(path, sizeof(path), "/usr/share/zoneinfo/%s", name);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	assert_int_equal(seal_read_all(fd, 1 << 20, &text, &n, NULL), 0);
	return seal_zone_parse((struct seal_bytes){text, n}, z);
}

/* utc_agrees - the local time of a moment leads back to it, or to the other hour of the same name
 */
static void utc_agrees(const char *name, const struct seal_zone *z, time_t t)
{
	struct tm local, other;
	time_t back;
	int64_t wall;

	localtime_r(&t, &local);
	wall = seal_time_civil(local.tm_year + 1900, local.tm_mon + 1, local.tm_mday, local.tm_hour,
			       local.tm_min, local.tm_sec);
	back = (time_t)(seal_zone_utc(z, wall, (int64_t)t * SEAL_SECOND_US) / SEAL_SECOND_US);
	if (back == t)
		return;
	localtime_r(&back, &other);
	if (other.tm_hour != local.tm_hour || other.tm_min != local.tm_min ||
	    other.tm_mday != local.tm_mday)
		fail_msg("%s: %lld comes back as %lld", name, (long long)t, (long long)back);
}

static void agrees_with_libc(void **state)
{
	static const char *const names[] = {
		"Europe/Berlin",       "America/New_York", "America/Sao_Paulo",
		"Australia/Lord_Howe", "Asia/Kathmandu",   "Asia/Tehran",
		"Africa/Casablanca",   "Europe/Dublin",    "America/Nuuk",
		"Pacific/Chatham",     "Antarctica/Troll", "UTC",
		"Pacific/Kiritimati",
	};
	struct seal_zone *z;
	size_t i, n = 0;
	time_t t;

	(void)state;
	for (i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		if (load(names[i], &z) < 0)
			continue;
		setenv("TZ", names[i], 1);
		tzset();
		/* 2000 to 2043, past the last transition that a slim file lists */
		for (t = 946684800; t < 2303683200; t += 3600 * 5 + 7)
			utc_agrees(names[i], z, t);
		seal_zone_free(z);
		n++;
	}
	if (!n)
		skip();
}

static void damaged(void **state)
{
	seal_auto_free char *text = NULL;
	struct seal_zone *z;
	size_t n, i;
	int fd, r;

	(void)state;
	assert_int_equal(seal_zone_parse(SEAL_LIT(""), &z), -EINVAL);
	assert_int_equal(seal_zone_parse(SEAL_LIT("TZif2"), &z), -EINVAL);
	fd = open("/usr/share/zoneinfo/Europe/Berlin", O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		skip();
	assert_int_equal(seal_read_all(fd, 1 << 20, &text, &n, NULL), 0);
	for (i = 0; i < n; i++) {
		r = seal_zone_parse((struct seal_bytes){text, i}, &z);
		if (r == 0)
			seal_zone_free(z);
		text[i] = (char)~text[i];
		r = seal_zone_parse((struct seal_bytes){text, n}, &z);
		if (r == 0) {
			seal_zone_utc(z, 1795200000 * SEAL_SECOND_US, SEAL_TIME_NONE);
			seal_zone_free(z);
		}
		text[i] = (char)~text[i];
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(agrees_with_libc),
		cmocka_unit_test(damaged),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
