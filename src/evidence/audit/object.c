/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "evidence/audit/interpret.h"

#include <errno.h>
#include <libaudit.h>

#include "core/path.h"

#define PATHS_MAX 16 /* PATH records of an event that are looked at */
#define PORT_MAX  65535

/* struct item - a PATH record */
struct item {
	struct seal_bytes path; /* joined with the working directory */
	uint64_t inode; /* 0 = it has none: the lookup failed, or the file did not exist yet */
	bool created;   /* nametype=CREATE */
};

struct surroundings {
	struct seal_bytes cwd;
	struct item items[PATHS_MAX];
	size_t n_items;
	struct seal_audit_address address;
};

/* append_components - "/" and each component of @path but empty ones and "." */
static void append_components(struct seal_buf *b, struct seal_bytes path)
{
	struct seal_bytes rest = path, c;

	while (rest.p) {
		c = seal_bytes_cut(rest, '/', &rest);
		if (c.n == 0 || seal_bytes_is(c, "."))
			continue;
		seal_buf_putc(b, '/');
		seal_buf_put(b, c.p, c.n);
	}
}

/* join - @name as seen from @cwd; none when it is relative and @cwd is not known */
static int join(struct seal_arena *a, struct seal_bytes cwd, struct seal_bytes name,
		struct seal_bytes *ret)
{
	seal_auto_buf struct seal_buf b = {0};

	*ret = SEAL_BYTES_NONE;
	if (name.n == 0 || (name.p[0] != '/' && cwd.n == 0))
		return 0;
	if (name.p[0] != '/')
		append_components(&b, cwd);
	append_components(&b, name);
	if (b.n == 0)
		seal_buf_putc(&b, '/');
	if (b.err)
		return b.err;
	return seal_arena_intern(a, seal_buf_bytes(&b), ret);
}

static int read_item(struct seal_arena *a, const struct seal_audit_record *r,
		     struct surroundings *s)
{
	struct item *it = &s->items[s->n_items];
	struct seal_bytes v;
	int rc;

	*it = (struct item){.inode = 0};
	rc = seal_audit_field_text(a, r->body, "name", &v);
	if (rc == 0)
		rc = join(a, s->cwd, v, &it->path);
	if (rc < 0)
		return rc;
	seal_audit_number(r->body, "inode", 10, &it->inode);
	it->created = seal_audit_field(r->body, "nametype", &v) && seal_bytes_is(v, "CREATE");
	if (it->path.n)
		s->n_items++;
	return 0;
}

static int read_surroundings(struct seal_arena *a, const struct seal_audit_event *e,
			     struct surroundings *s)
{
	const struct seal_audit_record *r;
	struct seal_bytes v;
	size_t i;
	int rc = 0;

	s->address.port = -1;
	r = seal_audit_event_find(e, AUDIT_CWD);
	if (r)
		rc = seal_audit_field_text(a, r->body, "cwd", &s->cwd);
	for (i = 0; i < e->n && rc >= 0; i++)
		if (e->rec[i].type == AUDIT_PATH && s->n_items < PATHS_MAX)
			rc = read_item(a, &e->rec[i], s);
	r = seal_audit_event_find(e, AUDIT_SOCKADDR);
	if (rc == 0 && r && seal_audit_field(r->body, "saddr", &v))
		rc = seal_audit_address(a, v, &s->address);
	return rc;
}

/* cut_at - @path up to its only component @name; none when there is not exactly one.
 * @whole: the last component counts too */
static struct seal_bytes cut_at(struct seal_bytes path, struct seal_bytes name, bool whole)
{
	struct seal_bytes rest = path, c, found = SEAL_BYTES_NONE;

	while (rest.p) {
		c = seal_bytes_cut(rest, '/', &rest);
		if (!seal_bytes_eq(c, name) || (!rest.p && !whole))
			continue;
		if (found.p)
			return SEAL_BYTES_NONE;
		found = seal_bytes_first(path, (size_t)(c.p + c.n - path.p));
	}
	return found;
}

/* by_inode - the item that is the object: its inode, and of several the one with its name */
static const struct item *by_inode(const struct surroundings *s, const struct seal_denial_object *o)
{
	const struct item *found = NULL;
	size_t i;

	for (i = 0; i < s->n_items && o->inode; i++) {
		if (s->items[i].inode != o->inode)
			continue;
		if (!found || seal_bytes_eq(seal_path_name(s->items[i].path), o->name))
			found = &s->items[i];
	}
	return found;
}

/* find_path - the path of an object of which the denial gives the last component only. One that is
 * about to be made has no inode; one on the way to the PATH record's name is a component of it. */
static int find_path(struct seal_arena *a, const struct surroundings *s,
		     const struct seal_denial *d, struct seal_denial_object *o)
{
	const struct item *it = by_inode(s, o);
	bool is_dir = seal_bytes_is(d->tclass, "dir");
	size_t i;

	if (it) {
		o->path_is_inferred = !seal_bytes_eq(seal_path_name(it->path), o->name);
		if (!o->path_is_inferred || !seal_bytes_starts(it->path, "/proc/"))
			o->path = it->path;
		return 0;
	}
	for (i = 0; i < s->n_items && !o->path.n; i++) {
		it = &s->items[i];
		if (!o->inode && it->created && seal_bytes_eq(seal_path_name(it->path), o->name)) {
			o->path = it->path;
			return 0;
		}
		if (o->inode && (is_dir || !it->inode)) {
			o->path = is_dir ? cut_at(it->path, o->name, !it->inode) : SEAL_BYTES_NONE;
			if (!is_dir && seal_bytes_eq(seal_path_name(it->path), o->name))
				o->path = it->path;
			o->path_is_inferred = o->path.n > 0;
		}
	}
	if (o->path.n || !s->address.path.n ||
	    !seal_bytes_eq(seal_path_name(s->address.path), o->name))
		return 0;
	o->path_is_inferred = true;
	return join(a, s->cwd, s->address.path, &o->path);
}

static int take_file(struct seal_arena *a, const struct surroundings *s, const struct seal_avc *avc,
		     struct seal_denial *d)
{
	struct seal_denial_object *o = &d->object;
	int r;

	seal_audit_number(avc->details, "ino", 10, &o->inode);
	r = seal_audit_field_text(a, avc->details, "dev", &o->dev);
	if (r == 0)
		r = seal_audit_field_text(a, avc->details, "name", &o->name);
	if (r == 0)
		r = seal_audit_field_text(a, avc->details, "path", &o->path);
	if (r == 0 && !o->path.n && o->name.n)
		r = find_path(a, s, d, o);
	/* a capability is denied on no object: the file that the call was about is the last one it
	 * looked up, after the folder that holds it */
	if (seal_bytes_starts(d->tclass, "cap") && !o->path.n && s->n_items) {
		o->path = s->items[s->n_items - 1].path;
		o->path_is_inferred = true;
	}
	if (r < 0)
		return r;
	o->path_is_inferred = o->path_is_inferred && o->path.n > 0;
	o->path_is_relative_to_root = avc->kind == SEAL_DENIAL_AVC &&
				      seal_bytes_starts(o->path, "/") &&
				      (s->cwd.n == 0 || seal_bytes_is(s->cwd, "/"));
	return 0;
}

static bool take_port(struct seal_bytes details, const char *key, int32_t *ret)
{
	uint64_t n;

	if (!seal_audit_number(details, key, 10, &n) || n > PORT_MAX)
		return false;
	*ret = (int32_t)n;
	return true;
}

/* take_socket - port and address; the denial's own words come before the SOCKADDR record */
static int take_socket(struct seal_arena *a, const struct surroundings *s,
		       const struct seal_avc *avc, struct seal_denial *d)
{
	static const char *const addresses[] = {"daddr", "faddr", "saddr", "laddr"};
	struct seal_denial_object *o = &d->object;
	size_t i;
	int r = 0;

	if (!take_port(avc->details, "dest", &o->port) &&
	    !take_port(avc->details, "fport", &o->port) &&
	    !take_port(avc->details, "src", &o->port) &&
	    !take_port(avc->details, "lport", &o->port))
		o->port = s->address.port;
	o->address = s->address.text;
	for (i = 0; i < sizeof(addresses) / sizeof(addresses[0]) && r == 0 && !o->address.n; i++)
		r = seal_audit_field_text(a, avc->details, addresses[i], &o->address);
	o->socket_path = s->address.path;
	if (r == 0 && !o->socket_path.n && seal_bytes_starts(d->tclass, "unix_"))
		o->socket_path = o->path;
	return r;
}

int seal_audit_object(struct seal_arena *a, const struct seal_audit_event *e,
		      const struct seal_avc *avc, struct seal_denial *d)
{
	struct surroundings s = {.n_items = 0};
	uint64_t n;
	int r;

	r = read_surroundings(a, e, &s);
	if (r == 0)
		r = take_file(a, &s, avc, d);
	if (r == 0)
		r = take_socket(a, &s, avc, d);
	if (r < 0)
		return r;
	if (seal_audit_number(avc->details, "capability", 10, &n) && n < 64)
		d->object.capability = (int32_t)n;
	if (seal_audit_number(avc->details, "ioctlcmd", 16, &n) && n <= UINT32_MAX)
		d->object.ioctl = (int64_t)n;
	return 0;
}
