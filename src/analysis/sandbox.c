/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "analysis/sandbox.h"

#include <errno.h>

#include "core/path.h"

#define SERVICE "Service"

/* usable - a unit of which something is in the evidence, be it a drop-in alone */
static const struct seal_unit *usable(const struct seal_unit *u)
{
	return u && (u->config.status == 0 || u->config.settings.n) ? u : NULL;
}

/* stands_for_all - postfix.service of Debian runs nothing: its instances are units of their own */
static bool stands_for_all(const struct seal_unit *u)
{
	const struct seal_setting *s = seal_config_get(&u->config, SERVICE, "ExecStart");

	return s && seal_bytes_find(s->value, "/bin/true") >= 0;
}

const struct seal_unit *seal_sandbox_unit(const struct seal_host *h, size_t instance)
{
	const struct seal_unit *all = usable(seal_setup_unit(&h->setup, "postfix.service"));
	const struct seal_unit *one = NULL;

	seal_vec_each (u, &h->setup.units) {
		if (u->instance == (int32_t)instance)
			one = usable(u);
	}
	if (one && (!all || stands_for_all(all) || instance > 0))
		return one;
	return all;
}

struct seal_sandbox seal_sandbox_of(const struct seal_host *h, size_t instance)
{
	struct seal_sandbox s = {.unit = seal_sandbox_unit(h, instance)};
	const struct seal_setting *slice;

	slice = s.unit ? seal_config_get(&s.unit->config, SERVICE, "Slice") : NULL;
	if (s.unit && (!slice || seal_bytes_is(slice->value, "system.slice")))
		s.slice = seal_setup_unit(&h->setup, "system.slice");
	return s;
}

static bool is_key(const struct seal_setting *s, const char *section, const char *key)
{
	return seal_bytes_icase_eq(s->section, seal_bytes_of(section)) &&
	       seal_bytes_icase_eq(s->key, seal_bytes_of(key));
}

static bool is_true(struct seal_bytes v)
{
	return seal_bytes_is(v, "1") || seal_bytes_icase_eq(v, SEAL_LIT("yes")) ||
	       seal_bytes_icase_eq(v, SEAL_LIT("y")) || seal_bytes_icase_eq(v, SEAL_LIT("true")) ||
	       seal_bytes_icase_eq(v, SEAL_LIT("t")) || seal_bytes_icase_eq(v, SEAL_LIT("on"));
}

static const struct seal_setting *last_of(const struct seal_sandbox *s, const char *key)
{
	return s->unit ? seal_config_get(&s->unit->config, SERVICE, key) : NULL;
}

const struct seal_setting *seal_sandbox_flag(const struct seal_sandbox *s, const char *key)
{
	const struct seal_setting *last = last_of(s, key);

	return last && is_true(last->value) ? last : NULL;
}

/* covers_address - one word of an address list: a name or "ADDRESS[/LENGTH]" */
static bool covers_address(struct seal_bytes word, const void *what)
{
	const struct seal_addr *a = what;
	struct seal_prefix p;

	if (seal_bytes_is(word, "any"))
		return true;
	if (seal_bytes_is(word, "localhost"))
		return seal_addr_is_loopback(a);
	if (seal_bytes_is(word, "link-local"))
		return a->bits == 32 ? a->b[0] == 169 && a->b[1] == 254
				     : a->b[0] == 0xfe && (a->b[1] & 0xc0) == 0x80;
	if (seal_bytes_is(word, "multicast"))
		return a->bits == 32 ? (a->b[0] & 0xf0) == 0xe0 : a->b[0] == 0xff;
	return seal_prefix_parse(word, &p) == 0 && seal_prefix_has(&p, a);
}

/* in_list - the line of a list setting with a word that @names what is asked for; an empty one
 * forgets those before it */
static const struct seal_setting *in_list(const struct seal_unit *u, const char *section,
					  const char *key,
					  bool (*names)(struct seal_bytes word, const void *what),
					  const void *what)
{
	const struct seal_setting *found = NULL;
	struct seal_bytes rest, word;

	if (!u)
		return NULL;
	seal_vec_each (it, &u->config.settings) {
		if (!is_key(it, section, key))
			continue;
		rest = it->value;
		if (!rest.n)
			found = NULL;
		for (word = seal_bytes_word(&rest); word.n; word = seal_bytes_word(&rest))
			if (names(word, what))
				found = it;
	}
	return found;
}

const struct seal_setting *seal_sandbox_address(const struct seal_sandbox *s,
						const struct seal_addr *a)
{
	const struct seal_setting *deny =
		in_list(s->unit, SERVICE, "IPAddressDeny", covers_address, a);

	if (!deny)
		deny = in_list(s->slice, "Slice", "IPAddressDeny", covers_address, a);
	if (in_list(s->unit, SERVICE, "IPAddressAllow", covers_address, a) ||
	    in_list(s->slice, "Slice", "IPAddressAllow", covers_address, a))
		return NULL;
	return deny;
}

const struct seal_setting *seal_sandbox_network(const struct seal_sandbox *s)
{
	return seal_sandbox_flag(s, "PrivateNetwork");
}

/* has_word - @word is in the list; the names of capabilities and families in any case of letters */
static bool has_word(struct seal_bytes list, const char *word)
{
	struct seal_bytes w;

	for (w = seal_bytes_word(&list); w.n; w = seal_bytes_word(&list))
		if (seal_bytes_icase_eq(w, seal_bytes_of(word)))
			return true;
	return false;
}

const struct seal_setting *seal_sandbox_family(const struct seal_sandbox *s, const char *family)
{
	const struct seal_setting *by = NULL;
	bool limited = false, listed_allowed = false, allowed = true;

	if (!s->unit)
		return NULL;
	/* the first list says what the setting is: those allowed, or with ~ those denied; later
	 * ones of the other kind take away from it (systemd.exec(5)) */
	seal_vec_each (it, &s->unit->config.settings) {
		bool inverted = it->value.n && it->value.p[0] == '~';
		struct seal_bytes list = inverted ? seal_bytes_from(it->value, 1) : it->value;

		if (!is_key(it, SERVICE, "RestrictAddressFamilies"))
			continue;
		if (!it->value.n) {
			limited = false;
			allowed = true;
			by = NULL;
			continue;
		}
		if (!limited) {
			limited = true;
			listed_allowed = !inverted;
			allowed = inverted;
			by = inverted ? NULL : it;
		}
		if (seal_bytes_is(it->value, "none")) {
			allowed = false;
			by = it;
		} else if (has_word(list, family)) {
			allowed = !inverted;
			by = inverted ? it : NULL;
		} else if (listed_allowed && !allowed && !inverted) {
			by = it;
		}
	}
	return allowed ? NULL : by;
}

const struct seal_setting *seal_sandbox_capability(const struct seal_sandbox *s,
						   const char *capability)
{
	const struct seal_setting *by = NULL;
	bool limited = false, has = true;

	if (!s->unit)
		return NULL;
	seal_vec_each (it, &s->unit->config.settings) {
		bool inverted = it->value.n && it->value.p[0] == '~';
		struct seal_bytes list = inverted ? seal_bytes_from(it->value, 1) : it->value;
		bool named = has_word(list, capability);

		if (!is_key(it, SERVICE, "CapabilityBoundingSet"))
			continue;
		if (!list.n) /* "" is the empty set, "~" the full one */
			has = inverted;
		else if (inverted)
			has = has && !named;
		else
			has = named || (limited && has);
		limited = true;
		if (!has)
			by = it;
	}
	return has ? NULL : by;
}

/* names_port - one word of SocketBindAllow=, SocketBindDeny=: "[family:][protocol:]port[-port]", or
 * any */
static bool names_port(struct seal_bytes word, const void *what)
{
	const uint16_t port = *(const uint16_t *)what;
	struct seal_bytes rest = word, last;
	uint32_t low, high;
	ssize_t colon;

	if (seal_bytes_is(word, "any"))
		return true;
	for (colon = seal_bytes_chr(rest, ':'); colon >= 0; colon = seal_bytes_chr(rest, ':')) {
		if (seal_bytes_is(seal_bytes_first(rest, (size_t)colon), "udp"))
			return false;
		rest = seal_bytes_from(rest, (size_t)colon + 1);
	}
	if (seal_bytes_is(rest, "tcp") || seal_bytes_is(rest, "ipv4") ||
	    seal_bytes_is(rest, "ipv6"))
		return true;
	rest = seal_bytes_cut(rest, '-', &last);
	if (seal_parse_u32(rest, 10, &low) < 0)
		return false;
	high = low;
	if (last.p && seal_parse_u32(last, 10, &high) < 0)
		return false;
	return low <= port && port <= high;
}

const struct seal_setting *seal_sandbox_bind(const struct seal_sandbox *s, uint16_t port)
{
	if (in_list(s->unit, SERVICE, "SocketBindAllow", names_port, &port))
		return NULL;
	return in_list(s->unit, SERVICE, "SocketBindDeny", names_port, &port);
}

const struct seal_setting *seal_sandbox_program(const struct seal_sandbox *s)
{
	static const char *const keys[] = {"BPFProgram", "IPEgressFilterPath"};
	const struct seal_setting *found;
	size_t i;

	for (i = 0; i < sizeof(keys) / sizeof(keys[0]); i++) {
		found = last_of(s, keys[i]);
		if (found && found->value.n)
			return found;
	}
	return NULL;
}

const struct seal_setting *seal_sandbox_limit(const struct seal_sandbox *s, int error)
{
	static const char *const of_tasks[] = {"TasksMax", "LimitNPROC"};
	static const char *const of_memory[] = {"MemoryMax", "MemoryLimit", "LimitAS", "LimitDATA"};
	const struct seal_setting *found;
	size_t i;

	for (i = 0; i < (error == EAGAIN ? 2 : 4); i++) {
		found = last_of(s, error == EAGAIN ? of_tasks[i] : of_memory[i]);
		if (found && found->value.n &&
		    !seal_bytes_icase_eq(found->value, SEAL_LIT("infinity")))
			return found;
	}
	return NULL;
}

/* enum mount - what a line makes of the tree below a path */
enum mount {
	MOUNT_NONE,
	MOUNT_WRITABLE,
	MOUNT_READ_ONLY,
	MOUNT_INACCESSIBLE,
	MOUNT_EMPTY,
};

/* struct deepest - the deepest mount so far that covers the path; of equals the last one */
struct deepest {
	struct seal_bytes path;
	enum mount mount;
	size_t depth;
	const struct seal_setting *by;
};

static void consider(struct deepest *d, struct seal_bytes dir, enum mount m,
		     const struct seal_setting *by)
{
	if (!seal_path_is_within(d->path, dir))
		return;
	while (dir.n > 1 && dir.p[dir.n - 1] == '/')
		dir.n--;
	if (d->mount != MOUNT_NONE && dir.n < d->depth)
		return;
	d->mount = m;
	d->depth = dir.n;
	d->by = by;
}

static void consider_all(struct deepest *d, const char *const *dirs, enum mount m,
			 const struct seal_setting *by)
{
	for (; *dirs; dirs++)
		consider(d, seal_bytes_of(*dirs), m, by);
}

static void protect_system(struct deepest *d, const struct seal_setting *s)
{
	static const char *const base[] = {"/usr", "/boot", "/efi", NULL};
	static const char *const etc[] = {"/etc", NULL};
	static const char *const all[] = {"/", NULL};
	static const char *const kernel[] = {"/proc", "/sys", "/dev", NULL};

	if (!s)
		return;
	if (seal_bytes_is(s->value, "strict")) {
		consider_all(d, all, MOUNT_READ_ONLY, s);
		consider_all(d, kernel, MOUNT_WRITABLE, s);
	} else if (seal_bytes_is(s->value, "full") || is_true(s->value)) {
		consider_all(d, base, MOUNT_READ_ONLY, s);
		if (seal_bytes_is(s->value, "full"))
			consider_all(d, etc, MOUNT_READ_ONLY, s);
	}
}

static void protect_home(struct deepest *d, const struct seal_setting *s)
{
	static const char *const homes[] = {"/home", "/root", "/run/user", NULL};

	if (!s)
		return;
	if (seal_bytes_is(s->value, "read-only"))
		consider_all(d, homes, MOUNT_READ_ONLY, s);
	else if (seal_bytes_is(s->value, "tmpfs"))
		consider_all(d, homes, MOUNT_EMPTY, s);
	else if (is_true(s->value))
		consider_all(d, homes, MOUNT_INACCESSIBLE, s);
}

/* paths_setting - a list of paths: "-" in front ignores one that is missing, "+" means below
 * RootDirectory= */
static void paths_setting(struct deepest *d, const struct seal_sandbox *s, const char *key,
			  enum mount m)
{
	struct deepest before = *d;
	struct seal_bytes rest, word;

	seal_vec_each (it, &s->unit->config.settings) {
		if (!is_key(it, SERVICE, key))
			continue;
		rest = it->value;
		if (!rest.n)
			*d = before;
		for (word = seal_bytes_word(&rest); word.n; word = seal_bytes_word(&rest)) {
			while (word.n && (word.p[0] == '-' || word.p[0] == '+'))
				word = seal_bytes_from(word, 1);
			if (m == MOUNT_EMPTY)
				word = seal_bytes_first(
					word, seal_bytes_chr(word, ':') < 0
						      ? word.n
						      : (size_t)seal_bytes_chr(word, ':'));
			if (word.n && word.p[0] == '/')
				consider(d, word, m, it);
		}
	}
}

const struct seal_setting *seal_sandbox_path(const struct seal_sandbox *s, struct seal_bytes path,
					     int *ret)
{
	static const char *const tmp[] = {"/tmp", "/var/tmp", NULL};
	struct deepest d = {.path = path};
	const struct seal_setting *private_tmp;

	*ret = 0;
	if (!s->unit || !path.n || path.p[0] != '/')
		return NULL;
	protect_system(&d, last_of(s, "ProtectSystem"));
	protect_home(&d, last_of(s, "ProtectHome"));
	private_tmp = last_of(s, "PrivateTmp");
	if (private_tmp &&
	    (is_true(private_tmp->value) || seal_bytes_is(private_tmp->value, "disconnected")))
		consider_all(&d, tmp, MOUNT_EMPTY, private_tmp);
	paths_setting(&d, s, "TemporaryFileSystem", MOUNT_EMPTY);
	paths_setting(&d, s, "InaccessiblePaths", MOUNT_INACCESSIBLE);
	paths_setting(&d, s, "InaccessibleDirectories", MOUNT_INACCESSIBLE);
	paths_setting(&d, s, "ReadOnlyPaths", MOUNT_READ_ONLY);
	paths_setting(&d, s, "ReadOnlyDirectories", MOUNT_READ_ONLY);
	paths_setting(&d, s, "ReadWritePaths", MOUNT_WRITABLE);
	paths_setting(&d, s, "ReadWriteDirectories", MOUNT_WRITABLE);
	paths_setting(&d, s, "BindPaths", MOUNT_WRITABLE);
	switch (d.mount) {
	case MOUNT_READ_ONLY:
		*ret = EROFS;
		return d.by;
	case MOUNT_INACCESSIBLE:
		*ret = EACCES;
		return d.by;
	case MOUNT_EMPTY:
		*ret = ENOENT;
		return d.by;
	case MOUNT_NONE:
	case MOUNT_WRITABLE:
		break;
	}
	return NULL;
}
