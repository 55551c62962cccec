/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "fix/probe.h"

#include <errno.h>

static const char *const programs[][2] = {
	{"chcon", "/bin/chcon"},
	{"chgrp", "/bin/chgrp"},
	{"chmod", "/bin/chmod"},
	{"chown", "/bin/chown"},
	{"firewall-cmd", "/usr/bin/firewall-cmd"},
	{"getsebool", "/usr/sbin/getsebool"},
	{"nft", "/usr/sbin/nft"},
	{"pgrep", "/usr/bin/pgrep"},
	{"postconf", "/usr/sbin/postconf"},
	{"postfix", "/usr/sbin/postfix"},
	{"postmap", "/usr/sbin/postmap"},
	{"postqueue", "/usr/sbin/postqueue"},
	{"restorecon", "/sbin/restorecon"},
	{"semanage", "/usr/sbin/semanage"},
	{"semodule", "/usr/sbin/semodule"},
	{"setfattr", "/usr/bin/setfattr"},
	{"setsebool", "/usr/sbin/setsebool"},
	{"stat", "/usr/bin/stat"},
	{"systemctl", "/bin/systemctl"},
};

const char *seal_program_path(struct seal_bytes name)
{
	size_t i;

	for (i = 0; i < sizeof(programs) / sizeof(programs[0]); i++)
		if (seal_bytes_is(name, programs[i][0]))
			return programs[i][1];
	return NULL;
}

static int text_of(struct seal_arena *a, struct seal_bytes *ret, const char *before,
		   struct seal_bytes b, const char *after)
{
	const char *s = seal_arena_printf(a, "%s%.*s%s", before, (int)b.n, b.p ? b.p : "", after);

	*ret = seal_bytes_of(s);
	return s ? 0 : -ENOMEM;
}

/* words - the first @n of @w, and then @last */
static int words(struct seal_probe *p, const char *const *w, struct seal_bytes last)
{
	struct seal_bytes argv[8];
	size_t n = 0;

	for (; w[n]; n++)
		argv[n] = seal_bytes_of(w[n]);
	if (last.n)
		argv[n++] = last;
	return seal_argv_set(&p->argv, argv, n);
}

#define WORDS(...) ((const char *const[]){__VA_ARGS__, NULL})

/* semanage -E prints an entry as the command that would make it (seobject.py: customized()):
 *   port -a -t smtp_port_t -r 's0' -p tcp 2525
 *   fcontext -a -f a -t mail_spool_t -r 's0' '/srv/mail(/.*)?'
 *   fcontext -a -e /var/spool/postfix /srv/queue */
static int local_port(const struct seal_condition *c, struct seal_arena *a, struct seal_probe *p)
{
	ssize_t slash = seal_bytes_chr(c->subject, '/');
	struct seal_bytes proto = seal_bytes_first(c->subject, slash > 0 ? (size_t)slash : 0);
	struct seal_bytes port = seal_bytes_from(c->subject, (size_t)(slash + 1));

	p->test = SEAL_PROBE_PARTS;
	p->end = seal_bytes_of(
		seal_arena_printf(a, " -p %.*s %.*s", (int)proto.n, proto.p, (int)port.n, port.p));
	if (!p->end.n)
		return -ENOMEM;
	if (c->value.n && text_of(a, &p->text, " -t ", c->value, " ") < 0)
		return -ENOMEM;
	return words(p, WORDS("semanage", "port", "-E"), SEAL_BYTES_NONE);
}

static int local_fcontext(const struct seal_condition *c, struct seal_arena *a,
			  struct seal_probe *p)
{
	p->test = SEAL_PROBE_PARTS;
	if (text_of(a, &p->end, " '", c->subject, "'") < 0 ||
	    (c->value.n && text_of(a, &p->text, " -t ", c->value, " ") < 0))
		return -ENOMEM;
	return words(p, WORDS("semanage", "fcontext", "-E"), SEAL_BYTES_NONE);
}

static int local_equivalent(const struct seal_condition *c, struct seal_arena *a,
			    struct seal_probe *p)
{
	p->test = c->value.n ? SEAL_PROBE_LINE : SEAL_PROBE_PARTS;
	p->text = SEAL_LIT(" -e ");
	if (!c->value.n && text_of(a, &p->end, " ", c->subject, "") < 0)
		return -ENOMEM;
	if (c->value.n) {
		p->text = seal_bytes_of(seal_arena_printf(a, "fcontext -a -e %.*s %.*s",
							  (int)c->value.n, c->value.p,
							  (int)c->subject.n, c->subject.p));
		if (!p->text.n)
			return -ENOMEM;
	}
	return words(p, WORDS("semanage", "fcontext", "-E"), SEAL_BYTES_NONE);
}

/* object_of - @first, and then the words of "inet filter output". Returns how many words there are
 */
static size_t object_of(struct seal_bytes argv[10], const char *const *first,
			struct seal_bytes subject)
{
	size_t n = 0;

	for (; first[n]; n++)
		argv[n] = seal_bytes_of(first[n]);
	while (subject.n && n < 9) {
		struct seal_bytes rest, word = seal_bytes_cut(subject, ' ', &rest);

		argv[n++] = word;
		subject = rest;
	}
	return n;
}

/* nft_rule - without the values of counters, and with handles: "\t\ttcp dport 25 accept # handle 7"
 */
static int nft_rule(const struct seal_condition *c, struct seal_probe *p)
{
	struct seal_bytes argv[10];
	size_t n = object_of(argv, WORDS("nft", "-s", "-a", "list", "chain"), c->subject);

	p->test = SEAL_PROBE_PARTS;
	if (seal_bytes_find(c->value, "# handle ") >= 0)
		p->end = c->value;
	else
		p->text = c->value;
	return seal_argv_set(&p->argv, argv, n);
}

static int nft_element(const struct seal_condition *c, struct seal_probe *p)
{
	struct seal_bytes argv[10];
	size_t n = object_of(argv, WORDS("nft", "get", "element"), c->subject);

	p->test = SEAL_PROBE_EXIT_0;
	argv[n++] = c->value;
	return seal_argv_set(&p->argv, argv, n);
}

static int firewalld(const struct seal_condition *c, struct seal_probe *p)
{
	struct seal_bytes argv[10];
	size_t n = object_of(argv, WORDS("firewall-cmd"), c->subject);

	p->test = SEAL_PROBE_QUERY;
	argv[n++] = c->value;
	return seal_argv_set(&p->argv, argv, n);
}

int seal_probe_of(const struct seal_condition *c, struct seal_arena *arena, struct seal_probe *ret)
{
	struct seal_probe p = {.not = c->not };
	bool tree = seal_bytes_is(c->value, "tree");
	int r = 0;

	switch (c->kind) {
	case SEAL_CONDITION_NONE:
	case SEAL_CONDITION_KIND_MAX_:
		return 0;
	case SEAL_CONDITION_LABELS:
		p.test = SEAL_PROBE_EMPTY;
		r = words(&p, WORDS("restorecon", tree ? "-RFnv" : "-Fnv", "--"), c->subject);
		break;
	case SEAL_CONDITION_CONTEXT:
		p.test = SEAL_PROBE_IS;
		p.text = c->value;
		r = words(&p, WORDS("stat", "-c", "%C", "--"), c->subject);
		break;
	case SEAL_CONDITION_FCONTEXT:
		p.not = c->not == (c->value.n > 0);
		r = local_fcontext(c, arena, &p);
		break;
	case SEAL_CONDITION_EQUIVALENT:
		p.not = c->not == (c->value.n > 0);
		r = local_equivalent(c, arena, &p);
		break;
	case SEAL_CONDITION_PORT:
		p.not = c->not == (c->value.n > 0);
		r = local_port(c, arena, &p);
		break;
	case SEAL_CONDITION_BOOLEAN:
		p.test = SEAL_PROBE_IS;
		p.text =
			seal_bytes_of(seal_arena_printf(arena, "%.*s --> %.*s", (int)c->subject.n,
							c->subject.p, (int)c->value.n, c->value.p));
		r = p.text.n ? words(&p, WORDS("getsebool"), c->subject) : -ENOMEM;
		break;
	case SEAL_CONDITION_MODULE:
		p.test = SEAL_PROBE_LINE;
		p.text = c->subject;
		r = words(&p, WORDS("semodule", "-l"), SEAL_BYTES_NONE);
		break;
	case SEAL_CONDITION_GROUP:
		p.test = SEAL_PROBE_IS;
		p.text = c->value;
		r = words(&p, WORDS("stat", "-c", "%g", "--"), c->subject);
		break;
	case SEAL_CONDITION_MODE:
		p.test = SEAL_PROBE_IS;
		p.text = c->value;
		r = words(&p, WORDS("stat", "-c", "%04a", "--"), c->subject);
		break;
	case SEAL_CONDITION_NFT_RULE:
		r = nft_rule(c, &p);
		break;
	case SEAL_CONDITION_FIREWALLD:
		r = firewalld(c, &p);
		break;
	case SEAL_CONDITION_NFT_ELEMENT:
		r = nft_element(c, &p);
		break;
	case SEAL_CONDITION_PARAMETER:
		p.test = SEAL_PROBE_IS;
		p.text = c->value;
		r = words(&p, WORDS("postconf", "-h"), c->subject);
		break;
	case SEAL_CONDITION_SERVICE:
		p.test = SEAL_PROBE_EXIT_0;
		r = words(&p, WORDS("systemctl", "is-active", "--quiet"), c->subject);
		break;
	}
	if (r < 0)
		seal_probe_done(&p);
	else
		*ret = p;
	return r < 0 ? r : 1;
}

void seal_probe_done(struct seal_probe *p)
{
	seal_vec_done(&p->argv.v);
}
