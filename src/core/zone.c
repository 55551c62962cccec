/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/zone.h"

#include "core/input.h"
#include "core/vec.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>

#define HEADER_BYTES    ((size_t)44)
#define TRANSITIONS_MAX 4096
#define FILE_MAX_BYTES  ((size_t)256 * 1024)
#define DAY_S           INT64_C(86400)
#define ZONEINFO        "usr/share/zoneinfo/"

/* one rule of a POSIX TZ text (RFC 8536 3.3): when the clocks change, in seconds of that day */
struct rule {
	char form; /* 'M' month.week.day, 'J' day without Feb 29, 'n' day from 0 */
	int month, week, day;
	int32_t time_s;
};

struct seal_zone {
	int64_t *at;   /* n_at transitions, rising */
	uint8_t *type; /* of each: index into offset */
	size_t n_at;
	int32_t offset[256]; /* seconds east of UTC */
	bool has_footer, has_dst;
	int32_t std_s, dst_s;
	struct rule start, end;
};

void seal_zone_free(struct seal_zone *z)
{
	if (!z)
		return;
	free(z->at);
	free(z->type);
	free(z);
}

static uint64_t big_endian(const char *p, size_t n)
{
	uint64_t v = 0;
	size_t i;

	for (i = 0; i < n; i++)
		v = v << 8 | (unsigned char)p[i];
	return v;
}

struct header {
	char version;
	uint32_t isut, isstd, leap, time, type, chars;
};

static bool header_at(struct seal_bytes b, struct header *h)
{
	if (b.n < HEADER_BYTES || memcmp(b.p, "TZif", 4) != 0)
		return false;
	h->version = b.p[4];
	h->isut = (uint32_t)big_endian(b.p + 20, 4);
	h->isstd = (uint32_t)big_endian(b.p + 24, 4);
	h->leap = (uint32_t)big_endian(b.p + 28, 4);
	h->time = (uint32_t)big_endian(b.p + 32, 4);
	h->type = (uint32_t)big_endian(b.p + 36, 4);
	h->chars = (uint32_t)big_endian(b.p + 40, 4);
	return h->time <= TRANSITIONS_MAX && h->type >= 1 && h->type <= 256 &&
	       h->leap <= TRANSITIONS_MAX && h->chars <= TRANSITIONS_MAX && h->isut <= 256 &&
	       h->isstd <= 256;
}

static size_t data_bytes(const struct header *h, size_t word)
{
	return h->time * (word + 1) + (size_t)h->type * 6 + h->chars + h->leap * (word + 4) +
	       h->isstd + h->isut;
}

/* a number of at most three digits at the front; -1 when there is none */
static int take_number(struct seal_bytes *s)
{
	int v = 0, digits = 0;

	while (s->n && digits < 3 && s->p[0] >= '0' && s->p[0] <= '9') {
		v = v * 10 + (s->p[0] - '0');
		*s = seal_bytes_from(*s, 1);
		digits++;
	}
	return digits ? v : -1;
}

static bool take_char(struct seal_bytes *s, char c)
{
	if (!s->n || s->p[0] != c)
		return false;
	*s = seal_bytes_from(*s, 1);
	return true;
}

/* [+-]hh[:mm[:ss]] in seconds */
static bool take_clock(struct seal_bytes *s, int32_t *ret)
{
	bool west = take_char(s, '-');
	int h, m = 0, sec = 0;

	if (!west)
		take_char(s, '+');
	h = take_number(s);
	if (h >= 0 && take_char(s, ':')) {
		m = take_number(s);
		if (m >= 0 && take_char(s, ':'))
			sec = take_number(s);
	}
	if (h < 0 || h > 167 || m < 0 || m > 59 || sec < 0 || sec > 59)
		return false;
	*ret = (west ? -1 : 1) * (h * 3600 + m * 60 + sec);
	return true;
}

static bool take_name(struct seal_bytes *s)
{
	size_t i = 0;

	if (take_char(s, '<')) {
		ssize_t end = seal_bytes_chr(*s, '>');

		if (end < 0)
			return false;
		*s = seal_bytes_from(*s, (size_t)end + 1);
		return true;
	}
	while (i < s->n &&
	       ((s->p[i] >= 'A' && s->p[i] <= 'Z') || (s->p[i] >= 'a' && s->p[i] <= 'z')))
		i++;
	*s = seal_bytes_from(*s, i);
	return i >= 3;
}

static bool take_rule(struct seal_bytes *s, struct rule *r)
{
	r->time_s = 2 * 3600;
	if (!take_char(s, ','))
		return false;
	if (take_char(s, 'M')) {
		r->form = 'M';
		r->month = take_number(s);
		if (!take_char(s, '.'))
			return false;
		r->week = take_number(s);
		if (!take_char(s, '.'))
			return false;
		r->day = take_number(s);
		if (r->month < 1 || r->month > 12 || r->week < 1 || r->week > 5 || r->day < 0 ||
		    r->day > 6)
			return false;
	} else {
		r->form = take_char(s, 'J') ? 'J' : 'n';
		r->day = take_number(s);
		if (r->day < (r->form == 'J') || r->day > 365)
			return false;
	}
	return !take_char(s, '/') || take_clock(s, &r->time_s);
}

/* parse_footer - "CET-1CEST,M3.5.0,M10.5.0/3"; what cannot be read leaves has_footer false */
static void parse_footer(struct seal_zone *z, struct seal_bytes s)
{
	int32_t west;

	if (!take_name(&s) || !take_clock(&s, &west))
		return;
	z->std_s = -west;
	z->has_footer = true;
	if (!s.n)
		return;

	z->dst_s = z->std_s + 3600;
	z->has_dst = take_name(&s);
	if (z->has_dst && s.n && s.p[0] != ',') {
		z->has_dst = take_clock(&s, &west);
		z->dst_s = -west;
	}
	z->has_dst = z->has_dst && take_rule(&s, &z->start) && take_rule(&s, &z->end) && !s.n;
	z->has_footer = z->has_dst;
}

static int parse_data(struct seal_zone *z, struct seal_bytes b, const struct header *h, size_t word)
{
	const char *types = b.p + h->time * word, *infos = types + h->time;
	size_t i;

	z->n_at = h->time;
	z->at = calloc(z->n_at + 1, sizeof(*z->at));
	z->type = calloc(z->n_at + 1, 1);
	if (!z->at || !z->type)
		return -ENOMEM;

	for (i = 0; i < h->type; i++)
		z->offset[i] = (int32_t)big_endian(infos + i * 6, 4);
	for (i = 0; i < h->time; i++) {
		z->at[i] = word == 8 ? (int64_t)big_endian(b.p + i * 8, 8)
				     : (int32_t)big_endian(b.p + i * 4, 4);
		z->type[i] = (uint8_t)types[i];
		if (z->type[i] >= h->type || (i && z->at[i] < z->at[i - 1]))
			return -EINVAL;
	}
	for (i = 0; i < h->type; i++)
		if (z->offset[i] < -26 * 3600 || z->offset[i] > 26 * 3600)
			return -EINVAL;
	return 0;
}

int seal_zone_parse(struct seal_bytes data, struct seal_zone **ret)
{
	seal_auto_zone struct seal_zone *z = NULL;
	struct header h;
	size_t word = 4, n;
	ssize_t end;
	int r;

	if (!header_at(data, &h) || data.n < HEADER_BYTES + data_bytes(&h, 4))
		return -EINVAL;
	if (h.version >= '2') {
		data = seal_bytes_from(data, HEADER_BYTES + data_bytes(&h, 4));
		word = 8;
		if (!header_at(data, &h) || data.n < HEADER_BYTES + data_bytes(&h, 8))
			return -EINVAL;
	}
	z = calloc(1, sizeof(*z));
	if (!z)
		return -ENOMEM;
	data = seal_bytes_from(data, HEADER_BYTES);
	r = parse_data(z, data, &h, word);
	if (r < 0)
		return r;

	n = data_bytes(&h, word);
	data = seal_bytes_from(data, n);
	if (word == 8 && data.n > 1 && data.p[0] == '\n') {
		data = seal_bytes_from(data, 1);
		end = seal_bytes_chr(data, '\n');
		if (end > 0)
			parse_footer(z, seal_bytes_first(data, (size_t)end));
	}
	*ret = seal_take(z);
	return 0;
}

/* of this machine: tells no secret, and holds the same rules under the same names everywhere */
static int open_own(const char *name)
{
	char path[PATH_MAX];
	int n, fd;

	if (strstr(name, "..") || name[0] == '/' || name[0] == '\0')
		return -ENOENT;
	n = snprintf(path, sizeof(path), "/" ZONEINFO "%s", name);
	if (n < 0 || (size_t)n >= sizeof(path))
		return -ENAMETOOLONG;
	fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
	return fd < 0 ? -errno : fd;
}

int seal_zone_read(const struct seal_root *root, struct seal_zone **ret, struct seal_err *err)
{
	seal_auto_free char *text = NULL;
	char link[PATH_MAX];
	const char *name;
	size_t n = 0;
	ssize_t len;
	int fd, r;

	fd = seal_root_open(root, "etc/localtime", err);
	if (fd < 0) {
		len = seal_root_readlink(root, "etc/localtime", link, sizeof(link) - 1);
		if (len < 0)
			return fd;
		link[len] = '\0';
		name = strstr(link, ZONEINFO);
		r = name ? open_own(name + strlen(ZONEINFO)) : -ENOENT;
		if (r < 0)
			return r == -ENOENT ? -ENODATA : r;
		fd = r;
	}
	r = seal_read_all(fd, FILE_MAX_BYTES, &text, &n, err);
	if (r == 0)
		r = seal_zone_parse((struct seal_bytes){text, n}, ret);
	return r < 0 ? seal_err_add(err, r, "etc/localtime") : 0;
}

static bool is_leap(int year)
{
	return (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
}

/* rule_at - local time, in seconds since 1970 as if UTC, of a rule in @year */
static int64_t rule_at(const struct rule *r, int year)
{
	static const int days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
	int64_t day = seal_time_civil(year, 1, 1, 0, 0, 0) / (DAY_S * SEAL_SECOND_US);
	int length, weekday, add;

	if (r->form == 'J')
		return (day + r->day - 1 + (is_leap(year) && r->day > 59)) * DAY_S + r->time_s;
	if (r->form == 'n')
		return (day + r->day) * DAY_S + r->time_s;

	day = seal_time_civil(year, r->month, 1, 0, 0, 0) / (DAY_S * SEAL_SECOND_US);
	length = days[r->month - 1] + (r->month == 2 && is_leap(year));
	weekday = (int)(((day + 4) % 7 + 7) % 7); /* 1970-01-01 was a Thursday */
	add = (r->day - weekday + 7) % 7 + (r->week - 1) * 7;
	if (add >= length)
		add -= 7;
	return (day + add) * DAY_S + r->time_s;
}

static int32_t footer_offset(const struct seal_zone *z, int64_t utc_s)
{
	int64_t start, end;
	int year;

	if (!z->has_dst)
		return z->std_s;
	year = seal_time_year((utc_s + z->std_s) * SEAL_SECOND_US);
	start = rule_at(&z->start, year) - z->std_s;
	end = rule_at(&z->end, year) - z->dst_s;
	if (start < end)
		return utc_s >= start && utc_s < end ? z->dst_s : z->std_s;
	return utc_s >= end && utc_s < start ? z->std_s : z->dst_s;
}

static int32_t offset_at(const struct seal_zone *z, int64_t utc_s)
{
	size_t low = 0, high = z->n_at, mid;

	if (z->has_footer && (!z->n_at || utc_s >= z->at[z->n_at - 1]))
		return footer_offset(z, utc_s);
	while (low < high) {
		mid = low + (high - low) / 2;
		if (z->at[mid] <= utc_s)
			low = mid + 1;
		else
			high = mid;
	}
	return z->offset[low ? z->type[low - 1] : 0];
}

int64_t seal_zone_utc(const struct seal_zone *z, int64_t local_us, int64_t after_us)
{
	int64_t local_s = local_us / SEAL_SECOND_US, a, b;
	int32_t before, later;

	before = offset_at(z, local_s - DAY_S);
	later = offset_at(z, local_s + DAY_S);
	a = local_us - before * SEAL_SECOND_US;
	b = local_us - later * SEAL_SECOND_US;
	if (a == b || offset_at(z, b / SEAL_SECOND_US) != later)
		return a;
	if (offset_at(z, a / SEAL_SECOND_US) != before)
		return b;
	/* both hold: the hour that comes twice */
	return after_us != SEAL_TIME_NONE && a < after_us - 60 * SEAL_SECOND_US ? b : a;
}
