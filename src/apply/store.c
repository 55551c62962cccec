/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "apply/store.h"

#include <errno.h>
#include <selinux/selinux.h>
#include <semanage/semanage.h>
#include <stdio.h>

/* store.c - a change is read strictly: what is not one of the forms of store.h is left to the
 * program it names */

#define NAME_MAX_ 512
#define CONTEXT   "system_u:object_r:%s:s0"

enum kind {
	NOTHING,
	BOOLEAN,
	PORT_SET,
	PORT_DROP,
	FCONTEXT_SET,
	FCONTEXT_DROP,
	MODULE_IN,
	MODULE_OUT
};

/* struct change - an argv understood; the texts end with NUL */
struct change {
	enum kind kind;
	char name[NAME_MAX_], type[NAME_MAX_]; /* name: boolean, expression, module */
	bool value;                            /* of a boolean */
	int proto, low, high;                  /* of a port */
};

struct seal_store {
	semanage_handle_t *h;
	bool live;       /* the store of the running host, and SELinux is on */
	char said[200];  /* the last fault libsemanage told of */
	bool in_process; /* of a transaction */
};

/* ---- the words ---- */

static bool text_of(struct seal_bytes w, char ret[NAME_MAX_])
{
	if (w.n == 0 || w.n >= NAME_MAX_ || memchr(w.p, '\0', w.n))
		return false;
	memcpy(ret, w.p, w.n);
	ret[w.n] = '\0';
	return true;
}

static bool is_identifier(struct seal_bytes w)
{
	size_t i;

	for (i = 0; i < w.n; i++)
		if (!((w.p[i] >= 'a' && w.p[i] <= 'z') || (w.p[i] >= 'A' && w.p[i] <= 'Z') ||
		      (w.p[i] >= '0' && w.p[i] <= '9') || w.p[i] == '_' || w.p[i] == '.'))
			return false;
	return w.n > 0;
}

static bool port_of(struct change *c, struct seal_bytes proto, struct seal_bytes range)
{
	struct seal_bytes high, low = seal_bytes_cut(range, '-', &high);
	uint32_t a, b;

	if (seal_bytes_is(proto, "tcp"))
		c->proto = SEMANAGE_PROTO_TCP;
	else if (seal_bytes_is(proto, "udp"))
		c->proto = SEMANAGE_PROTO_UDP;
	else
		return false;
	if (seal_parse_u32(low, 10, &a) < 0)
		return false;
	b = a;
	if (high.p && seal_parse_u32(high, 10, &b) < 0)
		return false;
	c->low = (int)a;
	c->high = (int)b;
	return a > 0 && a <= b && b <= UINT16_MAX;
}

static bool semanage_of(const struct seal_bytes *w, size_t n, struct change *c)
{
	bool sets = n > 3 && (seal_bytes_is(w[2], "-a") || seal_bytes_is(w[2], "-m")) &&
		    seal_bytes_is(w[3], "-t");
	bool drops = n > 3 && seal_bytes_is(w[2], "-d");

	if (sets && !(n > 4 && is_identifier(w[4]) && text_of(w[4], c->type)))
		return false;
	if (n > 1 && seal_bytes_is(w[1], "port")) {
		c->kind = sets ? PORT_SET : PORT_DROP;
		if (sets)
			return n == 8 && seal_bytes_is(w[5], "-p") && port_of(c, w[6], w[7]);
		return drops && n == 6 && seal_bytes_is(w[3], "-p") && port_of(c, w[4], w[5]);
	}
	if (n > 1 && seal_bytes_is(w[1], "fcontext")) {
		c->kind = sets ? FCONTEXT_SET : FCONTEXT_DROP;
		return (sets && n == 6 && w[5].n && w[5].p[0] == '/' && text_of(w[5], c->name)) ||
		       (drops && n == 4 && w[3].n && w[3].p[0] == '/' && text_of(w[3], c->name));
	}
	return false;
}

static bool semodule_of(const struct seal_bytes *w, size_t n, struct change *c)
{
	struct seal_bytes name;

	if (n != 3)
		return false;
	name = w[2];
	if (seal_bytes_is(w[1], "-i") && seal_bytes_ends(name, ".cil")) {
		c->kind = MODULE_IN;
		name.n -= strlen(".cil");
	} else if (seal_bytes_is(w[1], "-r")) {
		c->kind = MODULE_OUT;
	} else {
		return false;
	}
	return is_identifier(name) && text_of(name, c->name);
}

static bool change_of(const struct seal_argv *argv, struct change *c)
{
	const struct seal_bytes *w = argv->v.v;
	size_t n = argv->v.n;

	*c = (struct change){NOTHING};
	if (n == 0)
		return false;
	if (seal_bytes_is(w[0], "semanage"))
		return semanage_of(w, n, c);
	if (seal_bytes_is(w[0], "semodule"))
		return semodule_of(w, n, c);
	if (!seal_bytes_is(w[0], "setsebool") || n != 4 || !seal_bytes_is(w[1], "-P") ||
	    !is_identifier(w[2]) || !text_of(w[2], c->name))
		return false;
	c->kind = BOOLEAN;
	c->value = seal_bytes_is(w[3], "on") || seal_bytes_is(w[3], "1");
	return c->value || seal_bytes_is(w[3], "off") || seal_bytes_is(w[3], "0");
}

bool seal_store_knows(const struct seal_argv *argv)
{
	struct change c;

	return change_of(argv, &c);
}

/* ---- the connection ---- */

__attribute__((format(printf, 3, 4))) static void keep_fault(void *data, semanage_handle_t *h,
							     const char *fmt, ...)
{
	struct seal_store *s = data;
	va_list ap;

	if (semanage_msg_get_level(h) != SEMANAGE_MSG_ERR || s->said[0])
		return;
	va_start(ap, fmt);
	vsnprintf(s->said, sizeof(s->said), fmt, ap);
	va_end(ap);
}

static int fail(struct seal_store *s, int code, const char *what, struct seal_err *err)
{
	seal_err_set(err, code, "%s%s%s", what, s->said[0] ? ": " : "", s->said);
	s->said[0] = '\0';
	return code;
}

void seal_store_free(struct seal_store *s)
{
	if (!s)
		return;
	if (s->h && semanage_is_connected(s->h))
		semanage_disconnect(s->h);
	if (s->h)
		semanage_handle_destroy(s->h);
	free(s);
}

/* select_type - SELINUXTYPE of a root that is not the host's: the default of a new handle is that
 * of the host. Returns 0, -ENOENT or -EINVAL */
static int select_type(struct seal_store *s, const char *root)
{
	seal_auto_buf struct seal_buf path = {0};
	seal_auto_free char *line = NULL;
	char type[NAME_MAX_] = "";
	size_t size = 0;
	ssize_t n;
	FILE *f;

	seal_buf_printf(&path, "%s/etc/selinux/config", root);
	seal_buf_putc(&path, '\0');
	f = path.err ? NULL : fopen(path.p, "re");
	if (!f)
		return -ENOENT;
	while ((n = getline(&line, &size, f)) > 0) {
		struct seal_bytes w = seal_bytes_trim((struct seal_bytes){line, (size_t)n});

		if (seal_bytes_starts(w, "SELINUXTYPE="))
			text_of(seal_bytes_from(w, strlen("SELINUXTYPE=")), type);
	}
	fclose(f);
	if (!is_identifier(seal_bytes_of(type)))
		return -EINVAL;
	semanage_select_store(s->h, type, SEMANAGE_CON_DIRECT);
	return 0;
}

int seal_store_open(const char *root, struct seal_store **ret, struct seal_err *err)
{
	seal_auto_store struct seal_store *s = calloc(1, sizeof(*s));

	if (!s)
		return seal_err_set(err, -ENOMEM, "out of memory");
	if (root && semanage_set_root(root) != 0)
		return seal_err_set(err, -ENOMEM, "out of memory");
	s->h = semanage_handle_create();
	if (!s->h)
		return seal_err_set(err, -ENOTSUP, "libsemanage cannot be used here");
	semanage_msg_set_callback(s->h, keep_fault, s);
	if (root && select_type(s, root) < 0)
		return seal_err_set(err, -ENOTSUP,
				    "%s/etc/selinux/config: not there, or without SELINUXTYPE",
				    root);
	s->live = !root && is_selinux_enabled() > 0;
	if (semanage_is_managed(s->h) != 1)
		return fail(s, -ENOTSUP, "there is no policy store to manage", err);
	if (semanage_access_check(s->h) < SEMANAGE_CAN_WRITE)
		return fail(s, -EACCES, "the policy store may not be written", err);
	if (semanage_connect(s->h) < 0)
		return fail(s, -EBUSY, "the policy store cannot be opened", err);
	semanage_set_reload(s->h, s->live);
	*ret = seal_take(s);
	return 0;
}

/* ---- changes ---- */

/* ok - the functions of libsemanage give the number of the last commit, or less than 0. Returns 0
 * or -1 */
static int ok(int r)
{
	return r < 0 ? -1 : 0;
}

static int set_boolean(struct seal_store *s, const struct change *c, bool drop)
{
	semanage_bool_key_t *key = NULL;
	semanage_bool_t *b = NULL;
	int there = 0, r;

	r = ok(semanage_bool_key_create(s->h, c->name, &key));
	if (r == 0)
		r = ok(semanage_bool_exists(s->h, key, &there));
	if (r == 0 && !there) {
		snprintf(s->said, sizeof(s->said), "there is no boolean %.100s", c->name);
		r = -1;
	}
	if (r == 0)
		r = ok(semanage_bool_create(s->h, &b));
	if (r == 0)
		r = ok(semanage_bool_set_name(s->h, b, c->name));
	if (r == 0)
		semanage_bool_set_value(b, c->value);
	if (r == 0)
		r = drop ? ok(semanage_bool_del_local(s->h, key))
			 : ok(semanage_bool_modify_local(s->h, key, b));
	if (r == 0 && s->live)
		r = ok(semanage_bool_set_active(s->h, key, b));
	semanage_bool_free(b);
	semanage_bool_key_free(key);
	return r;
}

/* new_context - the context of a local entry. Returns NULL when it cannot be made */
static semanage_context_t *new_context(struct seal_store *s, const char *type)
{
	char text[NAME_MAX_ + sizeof(CONTEXT)];
	semanage_context_t *con = NULL;

	snprintf(text, sizeof(text), CONTEXT, type);
	if (semanage_context_from_string(s->h, text, &con) < 0)
		return NULL;
	return con;
}

static int set_port(struct seal_store *s, const struct change *c)
{
	semanage_context_t *con = NULL;
	semanage_port_key_t *key = NULL;
	semanage_port_t *port = NULL;
	int r;

	r = ok(semanage_port_key_create(s->h, c->low, c->high, c->proto, &key));
	if (r == 0 && c->kind == PORT_DROP) {
		r = ok(semanage_port_del_local(s->h, key));
	} else if (r == 0) {
		con = new_context(s, c->type);
		r = con ? ok(semanage_port_create(s->h, &port)) : -1;
		if (r == 0) {
			semanage_port_set_proto(port, c->proto);
			semanage_port_set_range(port, c->low, c->high);
			r = ok(semanage_port_set_con(s->h, port, con));
		}
		if (r == 0)
			r = ok(semanage_port_modify_local(s->h, key, port));
	}
	semanage_port_free(port);
	semanage_port_key_free(key);
	semanage_context_free(con);
	return r;
}

static int set_fcontext(struct seal_store *s, const struct change *c)
{
	semanage_context_t *con = NULL;
	semanage_fcontext_key_t *key = NULL;
	semanage_fcontext_t *fc = NULL;
	int r;

	r = ok(semanage_fcontext_key_create(s->h, c->name, SEMANAGE_FCONTEXT_ALL, &key));
	if (r == 0 && c->kind == FCONTEXT_DROP) {
		r = ok(semanage_fcontext_del_local(s->h, key));
	} else if (r == 0) {
		con = new_context(s, c->type);
		r = con ? ok(semanage_fcontext_create(s->h, &fc)) : -1;
		if (r == 0) {
			semanage_fcontext_set_type(fc, SEMANAGE_FCONTEXT_ALL);
			r = ok(semanage_fcontext_set_expr(s->h, fc, c->name));
		}
		if (r == 0)
			r = ok(semanage_fcontext_set_con(s->h, fc, con));
		if (r == 0)
			r = ok(semanage_fcontext_modify_local(s->h, key, fc));
	}
	semanage_fcontext_free(fc);
	semanage_fcontext_key_free(key);
	semanage_context_free(con);
	return r;
}

static int put_module(struct seal_store *s, const struct seal_plan *p, struct change *c)
{
	seal_vec_each (m, &p->modules) {
		seal_auto_free char *text = NULL;

		if (!seal_bytes_is(m->name, c->name))
			continue;
		text = malloc(m->cil.n + 1);
		if (!text)
			return -1;
		memcpy(text, m->cil.p, m->cil.n);
		text[m->cil.n] = '\0';
		return semanage_module_install(s->h, text, m->cil.n, c->name, (char[]){"cil"}) < 0
			       ? -1
			       : 0;
	}
	snprintf(s->said, sizeof(s->said), "the plan has no text of module %.100s", c->name);
	return -1;
}

static int make(struct seal_store *s, const struct seal_plan *p, const struct seal_store_change *ch)
{
	struct change c;

	if (!change_of(ch->argv, &c))
		return -1;
	switch (c.kind) {
	case NOTHING:
		break;
	case BOOLEAN:
		return set_boolean(s, &c, ch->drop);
	case PORT_SET:
	case PORT_DROP:
		return set_port(s, &c);
	case FCONTEXT_SET:
	case FCONTEXT_DROP:
		return set_fcontext(s, &c);
	case MODULE_IN:
		return put_module(s, p, &c);
	case MODULE_OUT:
		return semanage_module_remove(s->h, c.name) < 0 ? -1 : 0;
	}
	return -1;
}

/* reconnect - what a transaction that is not committed held is dropped with its connection */
static int reconnect(struct seal_store *s)
{
	semanage_disconnect(s->h);
	return semanage_connect(s->h) < 0 ? -EBUSY : 0;
}

int seal_store_run(struct seal_store *s, const struct seal_plan *p,
		   const struct seal_store_change *changes, size_t n, struct seal_err *err)
{
	size_t i;
	int r;

	s->said[0] = '\0';
	if (semanage_begin_transaction(s->h) < 0)
		return fail(s, -EBUSY, "the policy store takes no transaction", err);
	for (i = 0, r = 0; i < n && r == 0; i++)
		r = make(s, p, &changes[i]);
	if (r == 0)
		r = semanage_commit(s->h) < 0 ? -1 : 0;
	if (r == 0)
		return 0;
	fail(s, -EIO, "the policy store did not take the change", err);
	reconnect(s);
	return -EIO;
}

/* ---- questions ---- */

/* type_is - the type of @con. Returns 1 or 0 */
static int type_is(const semanage_context_t *con, struct seal_bytes want)
{
	const char *type = con ? semanage_context_get_type(con) : NULL;

	return type && seal_bytes_is(want, type);
}

static int boolean_holds(struct seal_store *s, const struct seal_condition *c)
{
	bool on = seal_bytes_is(c->value, "on");
	semanage_bool_key_t *key = NULL;
	semanage_bool_t *b = NULL;
	char name[NAME_MAX_];
	int r, active;

	if (!text_of(c->subject, name))
		return -EINVAL;
	r = ok(semanage_bool_key_create(s->h, name, &key));
	if (r == 0)
		r = ok(semanage_bool_query(s->h, key, &b));
	if (r == 0)
		r = (semanage_bool_get_value(b) != 0) == on;
	semanage_bool_free(b);
	semanage_bool_key_free(key);
	if (r < 0)
		return -ENOENT;
	if (!s->live)
		return r;
	active = security_get_boolean_active(name);
	return active < 0 ? -ENOENT : (r && (active != 0) == on);
}

static int port_holds(struct seal_store *s, const struct seal_condition *c)
{
	struct seal_bytes range, proto = seal_bytes_cut(c->subject, '/', &range);
	semanage_port_key_t *key = NULL;
	semanage_port_t *port = NULL;
	int there = 0, r;
	struct change w;

	if (!port_of(&w, proto, range))
		return -EINVAL;
	r = ok(semanage_port_key_create(s->h, w.low, w.high, w.proto, &key));
	if (r == 0)
		r = ok(semanage_port_exists_local(s->h, key, &there));
	if (r == 0 && there)
		r = ok(semanage_port_query_local(s->h, key, &port));
	if (r == 0)
		r = there ? type_is(semanage_port_get_con(port), c->value) : c->value.n == 0;
	else
		r = -EIO;
	semanage_port_free(port);
	semanage_port_key_free(key);
	return r;
}

static int fcontext_holds(struct seal_store *s, const struct seal_condition *c)
{
	semanage_fcontext_key_t *key = NULL;
	semanage_fcontext_t *fc = NULL;
	char name[NAME_MAX_];
	int there = 0, r;

	if (!text_of(c->subject, name))
		return -EINVAL;
	r = ok(semanage_fcontext_key_create(s->h, name, SEMANAGE_FCONTEXT_ALL, &key));
	if (r == 0)
		r = ok(semanage_fcontext_exists_local(s->h, key, &there));
	if (r == 0 && there)
		r = ok(semanage_fcontext_query_local(s->h, key, &fc));
	if (r == 0)
		r = there ? type_is(semanage_fcontext_get_con(fc), c->value) : c->value.n == 0;
	else
		r = -EIO;
	semanage_fcontext_free(fc);
	semanage_fcontext_key_free(key);
	return r;
}

static int module_holds(struct seal_store *s, const struct seal_condition *c)
{
	semanage_module_info_t *list = NULL;
	int n = 0, i, found = 0;

	if (semanage_module_list(s->h, &list, &n) < 0)
		return -EIO;
	for (i = 0; i < n; i++) {
		semanage_module_info_t *m = semanage_module_list_nth(list, i);

		found = found || seal_bytes_is(c->subject, semanage_module_get_name(m));
		semanage_module_info_datum_destroy(m);
	}
	free(list);
	return found;
}

int seal_store_holds(struct seal_store *s, const struct seal_condition *c, struct seal_err *err)
{
	int r;

	s->said[0] = '\0';
	if (c->kind == SEAL_CONDITION_BOOLEAN)
		r = boolean_holds(s, c);
	else if (c->kind == SEAL_CONDITION_PORT)
		r = port_holds(s, c);
	else if (c->kind == SEAL_CONDITION_FCONTEXT)
		r = fcontext_holds(s, c);
	else if (c->kind == SEAL_CONDITION_MODULE)
		r = module_holds(s, c);
	else
		return -EOPNOTSUPP;
	if (r < 0)
		return fail(s, r, "the policy store does not tell of it", err);
	return c->not ? !r : r;
}

int seal_store_has_own(struct seal_store *s, const struct seal_argv *argv)
{
	semanage_bool_key_t *key = NULL;
	struct change c;
	int there = 0, r;

	if (!change_of(argv, &c) || c.kind != BOOLEAN)
		return 0;
	r = ok(semanage_bool_key_create(s->h, c.name, &key));
	if (r == 0)
		r = ok(semanage_bool_exists_local(s->h, key, &there));
	semanage_bool_key_free(key);
	return r < 0 ? -EIO : there;
}
