/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/time.h"

#include <errno.h>

#define DAY_S 86400

/* days_from_civil - days since 1970-01-01 of a proleptic Gregorian date */
static int64_t days_from_civil(int64_t y, int m, int d)
{
	int64_t era, yoe, doy, doe;

	y -= m <= 2;
	era = (y >= 0 ? y : y - 399) / 400;
	yoe = y - era * 400;
	doy = (153 * (m + (m > 2 ? -3 : 9)) + 2) / 5 + d - 1;
	doe = yoe * 365 + yoe / 4 - yoe / 100 + doy;
	return era * 146097 + doe - 719468;
}

struct civil {
	int64_t year;
	int month, day, hour, minute, second, micro;
};

static struct civil civil_of(int64_t time_us)
{
	int64_t s = time_us / SEAL_SECOND_US, us = time_us % SEAL_SECOND_US;
	int64_t days, rest, era, doe, yoe, doy, mp;
	struct civil c;

	if (us < 0) {
		us += SEAL_SECOND_US;
		s--;
	}
	days = s / DAY_S;
	rest = s % DAY_S;
	if (rest < 0) {
		rest += DAY_S;
		days--;
	}
	days += 719468;
	era = (days >= 0 ? days : days - 146096) / 146097;
	doe = days - era * 146097;
	yoe = (doe - doe / 1460 + doe / 36524 - doe / 146096) / 365;
	doy = doe - (365 * yoe + yoe / 4 - yoe / 100);
	mp = (5 * doy + 2) / 153;
	c.day = (int)(doy - (153 * mp + 2) / 5 + 1);
	c.month = (int)(mp < 10 ? mp + 3 : mp - 9);
	c.year = yoe + era * 400 + (c.month <= 2);
	c.hour = (int)(rest / 3600);
	c.minute = (int)(rest / 60 % 60);
	c.second = (int)(rest % 60);
	c.micro = (int)us;
	return c;
}

int64_t seal_time_civil(int year, int month, int day, int hour, int minute, int second)
{
	int64_t days = days_from_civil(year, month, day);

	return ((days * 24 + hour) * 60 + minute) * 60 * SEAL_SECOND_US + second * SEAL_SECOND_US;
}

int seal_time_year(int64_t time_us)
{
	return (int)civil_of(time_us).year;
}

/* two - the two digits at @off, -1 when they are not digits */
static int two(struct seal_bytes s, size_t off)
{
	if (off + 2 > s.n || s.p[off] < '0' || s.p[off] > '9' || s.p[off + 1] < '0' ||
	    s.p[off + 1] > '9')
		return -1;
	return (s.p[off] - '0') * 10 + (s.p[off + 1] - '0');
}

static bool is_clock(int hour, int minute, int second)
{
	/* 60: a leap second */
	return hour >= 0 && hour < 24 && minute >= 0 && minute < 60 && second >= 0 && second <= 60;
}

/* date_at - "YYYY-MM-DD" at the front; false when there is none */
static bool date_at(struct seal_bytes s, int *year, int *month, int *day)
{
	int century = two(s, 0), rest = two(s, 2);

	*month = two(s, 5);
	*day = two(s, 8);
	if (s.n < 10 || century < 0 || rest < 0 || s.p[4] != '-' || s.p[7] != '-')
		return false;
	*year = century * 100 + rest;
	if (*month < 1 || *month > 12 || *day < 1 || *day > 31)
		return false;
	/* 31 February would be another day's name */
	return *day <= 28 || civil_of(seal_time_civil(*year, *month, *day, 0, 0, 0)).day == *day;
}

/* fraction_at - ".839227" at @off as microseconds, digits beyond six dropped; *next is where it
 * ends */
static int fraction_at(struct seal_bytes s, size_t off, size_t *next)
{
	int us = 0, scale = 100000;

	*next = off;
	if (off >= s.n || (s.p[off] != '.' && s.p[off] != ','))
		return 0;
	for (off++; off < s.n && s.p[off] >= '0' && s.p[off] <= '9'; off++) {
		us += (s.p[off] - '0') * scale;
		scale /= 10;
	}
	*next = off;
	return us;
}

/* zone_at - length of "Z" or "+hh:mm" or "+hhmm" at @off, 0 when none; *seconds to subtract */
static size_t zone_at(struct seal_bytes s, size_t off, int64_t *seconds)
{
	int h, m;
	size_t colon;

	*seconds = 0;
	if (off < s.n && (s.p[off] == 'Z' || s.p[off] == 'z'))
		return 1;
	if (off >= s.n || (s.p[off] != '+' && s.p[off] != '-'))
		return 0;
	h = two(s, off + 1);
	colon = off + 3 < s.n && s.p[off + 3] == ':';
	m = two(s, off + 3 + colon);
	if (h < 0 || m < 0 || h > 23 || m > 59)
		return 0;
	*seconds = (s.p[off] == '-' ? -1 : 1) * (h * 3600 + m * 60);
	return 5 + colon;
}

size_t seal_time_rfc3339(struct seal_bytes s, int64_t *ret)
{
	int year, month, day, hour, minute, second, us;
	int64_t zone;
	size_t at, n;

	if (s.n < 20 || !date_at(s, &year, &month, &day) ||
	    (s.p[10] != 'T' && s.p[10] != 't' && s.p[10] != ' '))
		return 0;
	hour = two(s, 11);
	minute = two(s, 14);
	second = two(s, 17);
	if (s.p[13] != ':' || s.p[16] != ':' || !is_clock(hour, minute, second))
		return 0;
	us = fraction_at(s, 19, &at);
	n = zone_at(s, at, &zone);
	if (!n)
		return 0;
	*ret = seal_time_civil(year, month, day, hour, minute, second) + us - zone * SEAL_SECOND_US;
	return at + n;
}

size_t seal_time_rfc3164(struct seal_bytes s, int year, int64_t *ret)
{
	static const char months[] = "JanFebMarAprMayJunJulAugSepOctNovDec";
	int month, day, hour, minute, second;

	if (s.n < 15 || s.p[3] != ' ' || s.p[6] != ' ' || s.p[9] != ':' || s.p[12] != ':')
		return 0;
	for (month = 0; month < 12; month++)
		if (memcmp(months + 3 * month, s.p, 3) == 0)
			break;
	day = s.p[4] == ' ' ? (s.p[5] >= '0' && s.p[5] <= '9' ? s.p[5] - '0' : -1) : two(s, 4);
	hour = two(s, 7);
	minute = two(s, 10);
	second = two(s, 13);
	if (month == 12 || day < 1 || day > 31 || !is_clock(hour, minute, second))
		return 0;
	*ret = seal_time_civil(year, month + 1, day, hour, minute, second);
	return 15;
}

int seal_time_parse(struct seal_bytes s, int64_t *ret)
{
	int year, month, day;
	uint64_t seconds;
	int64_t t;

	if (s.n && seal_time_rfc3339(s, &t) == s.n) {
		*ret = t;
		return 0;
	}
	if (s.n == 10 && date_at(s, &year, &month, &day)) {
		*ret = seal_time_civil(year, month, day, 0, 0, 0);
		return 0;
	}
	if (s.n > 1 && s.p[0] == '@' && seal_parse_u64(seal_bytes_from(s, 1), 10, &seconds) == 0 &&
	    seconds < UINT64_C(253402300800)) {
		*ret = (int64_t)seconds * SEAL_SECOND_US;
		return 0;
	}
	return -EINVAL;
}

void seal_time_put(struct seal_buf *b, int64_t time_us)
{
	struct civil c = civil_of(time_us);

	seal_buf_printf(b, "%04d-%02d-%02dT%02d:%02d:%02d", (int)c.year, c.month, c.day, c.hour,
			c.minute, c.second);
	if (c.micro >= 1000)
		seal_buf_printf(b, ".%03d", c.micro / 1000);
	seal_buf_putc(b, 'Z');
}

void seal_time_put_clock(struct seal_buf *b, int64_t time_us)
{
	struct civil c = civil_of(time_us);

	seal_buf_printf(b, "%02d:%02d:%02d", c.hour, c.minute, c.second);
}
