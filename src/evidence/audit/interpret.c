/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "evidence/audit/interpret.h"

#include "evidence/audit/audit.h"
#include "evidence/audit/change.h"

#include <auparse.h>
#include <errno.h>
#include <libaudit.h>

#define PERMS_MAX 64 /* an access vector has 32 bits */

struct seal_audit_interpreter {
	auparse_state_t *au;
	struct seal_buf text; /* work space */
	char syscall[64];     /* its name, from the record fed last; empty when unknown */
};

/* take_event - libauparse has an event ready: note the name of its system call */
static void take_event(auparse_state_t *au, auparse_cb_event_t kind, void *data)
{
	struct seal_audit_interpreter *in = data;
	const char *name;

	if (kind != AUPARSE_CB_EVENT_READY || auparse_first_record(au) <= 0)
		return;
	if (auparse_get_type(au) != AUDIT_SYSCALL || !auparse_find_field(au, "syscall"))
		return;
	name = auparse_interpret_field(au);
	if (name && strlen(name) < sizeof(in->syscall) && !strchr(name, '(') &&
	    (name[0] < '0' || name[0] > '9'))
		memcpy(in->syscall, name, strlen(name) + 1);
}

struct seal_audit_interpreter *seal_audit_interpreter_new(void)
{
	struct seal_audit_interpreter *in;

	in = calloc(1, sizeof(*in));
	if (!in)
		return NULL;
	in->au = auparse_init(AUSOURCE_FEED, NULL);
	if (!in->au) {
		free(in);
		return NULL;
	}
	auparse_add_callback(in->au, take_event, in, NULL);
	return in;
}

void seal_audit_interpreter_free(struct seal_audit_interpreter *in)
{
	if (!in)
		return;
	auparse_destroy(in->au);
	seal_buf_done(&in->text);
	free(in);
}

static bool is_plain(struct seal_bytes b)
{
	size_t i;

	for (i = 0; i < b.n; i++)
		if (b.p[i] < ' ' || b.p[i] > '~')
			return false;
	return b.n > 0;
}

/* ask_syscall - name of the system call of a SYSCALL record: what auditd wrote behind the
 * separator, else what libauparse makes of arch= and syscall=. Only records of the kernel's shape
 * are fed to it. */
static void ask_syscall(struct seal_audit_interpreter *in, const struct seal_audit_record *r)
{
	struct seal_bytes name;

	in->syscall[0] = '\0';
	if (seal_audit_field(r->extra, "SYSCALL", &name) && name.n < sizeof(in->syscall) &&
	    is_plain(name)) {
		memcpy(in->syscall, name.p, name.n);
		in->syscall[name.n] = '\0';
		return;
	}
	if (!seal_bytes_starts(r->body, "arch=") || !is_plain(r->body) ||
	    r->body.n > SEAL_AUDIT_RECORD_MAX / 2)
		return;
	in->text.n = 0;
	seal_buf_printf(&in->text, "type=SYSCALL msg=audit(%lld.%03lld:%llu): ",
			(long long)(r->time_us / SEAL_SECOND_US),
			(long long)(r->time_us % SEAL_SECOND_US / 1000),
			(unsigned long long)r->serial);
	seal_buf_put(&in->text, r->body.p, r->body.n);
	seal_buf_put(&in->text, "\n", 2); /* and a NUL */
	if (in->text.err)
		return;
	auparse_feed(in->au, in->text.p, in->text.n - 1);
	auparse_flush_feed(in->au);
}

static int take_syscall(struct seal_audit_interpreter *in, struct seal_arena *a,
			const struct seal_audit_record *r, struct seal_denial *d)
{
	struct seal_bytes v;
	uint64_t n;
	int rc;

	d->has_syscall = true;
	if (seal_audit_field(r->body, "exit", &v)) {
		bool minus = seal_bytes_starts(v, "-");

		if (seal_parse_u64(seal_bytes_from(v, minus), 10, &n) == 0 && n <= INT64_MAX)
			d->exit = minus ? -(int64_t)n : (int64_t)n;
	}
	rc = seal_audit_field_text(a, r->body, "exe", &d->exe);
	if (rc == 0 && d->comm.n == 0 && !d->object.varies)
		rc = seal_audit_field_text(a, r->body, "comm", &d->comm);
	if (rc < 0)
		return rc;
	ask_syscall(in, r);
	return in->syscall[0] ? seal_arena_intern(a, seal_bytes_of(in->syscall), &d->syscall) : 0;
}

static int by_bytes(const void *a, const void *b)
{
	return seal_bytes_cmp(*(const struct seal_bytes *)a, *(const struct seal_bytes *)b);
}

/* take_perms - "read open" or "read,open", sorted, each once */
static int take_perms(struct seal_arena *a, struct seal_bytes perms, struct seal_denial *d)
{
	size_t i = 0, end, n = 0;

	d->perms = seal_arena_alloc(a, PERMS_MAX * sizeof(*d->perms));
	if (!d->perms)
		return -ENOMEM;
	while (i < perms.n && n < PERMS_MAX) {
		for (end = i; end < perms.n && perms.p[end] != ' ' && perms.p[end] != ','; end++)
			;
		if (end > i &&
		    seal_arena_intern(a, (struct seal_bytes){perms.p + i, end - i}, &d->perms[n++]))
			return -ENOMEM;
		i = end + 1;
	}
	if (n)
		qsort(d->perms, n, sizeof(*d->perms), by_bytes);
	for (i = 0; i < n; i++)
		if (!i || !seal_bytes_eq(d->perms[i], d->perms[d->n_perms - 1]))
			d->perms[d->n_perms++] = d->perms[i];
	return 0;
}

/* take_names - contexts, types, class, permissions and mode */
static int take_names(struct seal_arena *a, const struct seal_avc *avc, struct seal_denial *d)
{
	const struct {
		struct seal_bytes from, *to;
	} copies[] = {
		{avc->scontext, &d->scontext},
		{avc->tcontext, &d->tcontext},
		{seal_context_type(avc->scontext), &d->source_type},
		{seal_context_type(avc->tcontext), &d->target_type},
		{avc->tclass, &d->tclass},
	};
	uint64_t n;
	size_t i;

	for (i = 0; i < sizeof(copies) / sizeof(copies[0]); i++)
		if (copies[i].from.n && seal_arena_intern(a, copies[i].from, copies[i].to) < 0)
			return -ENOMEM;
	d->kind = avc->kind;
	d->granted = avc->granted;
	d->has_permissive = seal_audit_number(avc->tail, "permissive", 10, &n);
	d->permissive = d->has_permissive && n == 1;
	return take_perms(a, avc->perms, d);
}

/* take_record - the record as logged, and where it stood */
static int take_record(struct seal_audit_interpreter *in, struct seal_host *h,
		       const struct seal_audit_record *r, struct seal_denial *d)
{
	const struct seal_source_state *from = &h->sources.v[r->source];

	d->origin.source = from->source;
	d->origin.path = from->path;
	d->origin.line = r->line;
	d->origin.ref = seal_audit_ref(h, r->time_us, r->serial);
	if (!d->origin.ref.p)
		return -ENOMEM;
	in->text.n = 0;
	seal_buf_printf(&in->text, "type=%s msg=audit(%s): ", seal_audit_type_name(r->type),
			d->origin.ref.p);
	seal_buf_put(&in->text, r->body.p, r->body.n);
	if (in->text.err)
		return in->text.err;
	return seal_arena_copy(h->arena, seal_buf_bytes(&in->text), &d->record);
}

/* take_actor - who did it, from the denial itself; SELINUX_ERR says more about contexts instead */
static int take_actor(struct seal_arena *a, const struct seal_avc *avc, struct seal_denial *d)
{
	int r = 0;

	if (avc->kind == SEAL_DENIAL_SELINUX_ERR) {
		r = seal_audit_field_text(a, avc->text, "op", &d->operation);
		if (r == 0)
			r = seal_audit_field_text(a, avc->text, "invalid_context",
						  &d->invalid_context);
		return r;
	}
	if (!d->object.varies)
		r = seal_audit_field_text(a, avc->details, "comm", &d->comm);
	if (r == 0 && avc->kind == SEAL_DENIAL_AVC)
		r = seal_audit_field_text(a, avc->details, "exe", &d->exe);
	return r;
}

int seal_audit_interpret(struct seal_audit_interpreter *in, struct seal_host *h,
			 const struct seal_audit_event *e, const struct seal_audit_record *r,
			 struct seal_denial *d)
{
	const struct seal_audit_record *syscall = seal_audit_event_find(e, AUDIT_SYSCALL);
	const struct seal_audit_record *title = seal_audit_event_find(e, AUDIT_PROCTITLE);
	bool varies = d->object.varies;
	struct seal_avc avc;
	int rc;

	d->object = (struct seal_denial_object){
		.port = -1, .capability = -1, .ioctl = -1, .varies = varies};
	rc = take_record(in, h, r, d);
	if (rc < 0)
		return rc;
	if (seal_avc_parse(r, &avc) <= 0)
		return 0;
	rc = take_names(h->arena, &avc, d);
	if (rc == 0)
		rc = take_actor(h->arena, &avc, d);
	if (rc == 0 && syscall)
		rc = take_syscall(in, h->arena, syscall, d);
	if (rc == 0 && title && !varies)
		rc = seal_audit_field_text(h->arena, title->body, "proctitle", &d->command);
	if (rc == 0 && !varies)
		rc = seal_audit_object(h->arena, e, &avc, d);
	return rc;
}
