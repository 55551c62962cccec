/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "evidence/selinux/policy_impl.h"

#include "core/arena.h"
#include "core/input.h"
#include "evidence/selinux/store.h"

#include <errno.h>
#include <limits.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/wait.h>

#define POLICY_MAX_BYTES    (64u << 20)
#define PARSE_MEMORY_BYTES  ((size_t)1 << 30)
#define SUBS_MAX_BYTES      (1u << 20)
#define PARSE_SECONDS       2
#define BOUNDS_DEPTH        16
#define POLICY_MAGIC        0xf97cff8cu
#define POLICY_HEADER_BYTES 8

/* the first thing libsepol complains about says most */
struct complaint {
	char text[160];
};

SEAL_PRINTF(3, 4)
static void keep_message(void *data, sepol_handle_t *handle, const char *fmt, ...)
{
	struct complaint *c = data;
	va_list ap;

	if (c->text[0] || sepol_msg_get_level(handle) != SEPOL_MSG_ERR)
		return;

	va_start(ap, fmt);
	vsnprintf(c->text, sizeof(c->text), fmt, ap);
	va_end(ap);
}

static uint32_t le32(const char *p)
{
	const unsigned char *u = (const unsigned char *)p;

	return (uint32_t)u[0] | (uint32_t)u[1] << 8 | (uint32_t)u[2] << 16 | (uint32_t)u[3] << 24;
}

/* check_header - name what libsepol would refuse in words of its own. The header: magic, length of
 * an identifier, the identifier, version */
static int check_header(struct seal_bytes image, struct seal_err *err)
{
	int min = sepol_policy_kern_vers_min(), max = sepol_policy_kern_vers_max();
	uint32_t len, version;

	if (image.n < POLICY_HEADER_BYTES || le32(image.p) != POLICY_MAGIC)
		return seal_err_set(err, -EBADMSG, "no binary SELinux policy");

	len = le32(image.p + 4);
	if (len > image.n || image.n - len < POLICY_HEADER_BYTES + 4)
		return seal_err_set(err, -EBADMSG, "policy ends in its header");

	version = le32(image.p + POLICY_HEADER_BYTES + len);
	if (version > (uint32_t)max)
		return seal_err_set(
			err, -EPROTONOSUPPORT,
			"policy version %u is newer than %d, the newest this libsepol reads",
			version, max);
	if (version < (uint32_t)min)
		return seal_err_set(
			err, -EPROTONOSUPPORT,
			"policy version %u is older than %d, the oldest this libsepol reads",
			version, min);
	return 0;
}

/* parse - libsepol's memory comes out of an arena by now */
static int parse(struct seal_bytes image, sepol_policydb_t **ret, struct seal_err *err)
{
	struct complaint why = {""};
	sepol_policydb_t *handle = NULL;
	sepol_handle_t *h;
	int r = -1;

	h = sepol_handle_create();
	if (!h || sepol_policydb_create(&handle) < 0)
		return seal_err_set(err, -ENOMEM, "out of memory");
	sepol_msg_set_callback(h, keep_message, &why);
	/* the image is only read; the interface lacks a const */
	r = sepol_policydb_from_image(h, (void *)(uintptr_t)image.p, image.n, handle);
	if (r < 0)
		return seal_err_set(err, -EBADMSG, "damaged policy%s%s", why.text[0] ? ": " : "",
				    why.text);
	if (evaluate_conds(&handle->p) < 0)
		return seal_err_set(err, -EBADMSG, "damaged policy: conditional expression");
	*ret = handle;
	return 0;
}

/* struct outcome - what the child of parse_apart() leaves, at the start of its arena */
struct outcome {
	struct seal_err err; /* code 0: accepted */
	sepol_policydb_t *handle;
	size_t used;
};

static void parse_in_child(struct seal_bytes image, struct seal_policy *p, struct outcome *out)
{
	struct rlimit cpu = {PARSE_SECONDS, PARSE_SECONDS}, core = {0, 0};

	setrlimit(RLIMIT_CPU, &cpu);
	setrlimit(RLIMIT_CORE, &core);
	parse(image, &out->handle, &out->err);
	out->used = p->memory.used;
}

/* parse_apart - parse in a child, in memory that becomes ours when it comes to a good end: libsepol
 * 3.4 crashes on some damaged policies, for others while it frees what it read of them, and loops
 * for hours on a third kind; none of it may take us along.
 * Returns 0, -EBADMSG or -ENOMEM */
static int parse_apart(struct seal_bytes image, struct seal_policy *p, struct seal_err *err)
{
	struct outcome *out = seal_sepol_calloc(1, sizeof(*out));
	int status = 0;
	pid_t pid;

	if (!out)
		return seal_err_set(err, -ENOMEM, "out of memory");
	pid = fork();
	if (pid == 0) {
		parse_in_child(image, p, out);
		_exit(0);
	}
	if (pid < 0)
		return seal_err_set(err, -ENOMEM, "no child to parse it in");
	while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
		;

	if (!WIFEXITED(status) || WEXITSTATUS(status) != 0)
		return seal_err_set(err, -EBADMSG, "damaged policy: libsepol %s",
				    WIFSIGNALED(status) && (WTERMSIG(status) == SIGXCPU ||
							    WTERMSIG(status) == SIGKILL)
					    ? "does not come to an end of it"
					    : "crashes on it");
	if (out->err.code < 0)
		return seal_err_set(err, out->err.code, "%s", out->err.text);
	p->handle = out->handle;
	if (seal_sepol_arena_settle(&p->memory, out->used) < 0)
		return seal_err_set(err, -ENOMEM, "out of memory");
	return 0;
}

/* parse_here - an image that is no stranger's */
static int parse_here(struct seal_bytes image, struct seal_policy *p, struct seal_err *err)
{
	int r = parse(image, &p->handle, err);

	if (r < 0)
		return r;
	if (seal_sepol_arena_settle(&p->memory, p->memory.used) < 0)
		return seal_err_set(err, -ENOMEM, "out of memory");
	return 0;
}

/* check_bounds - refuse bounding types that go in a circle, which libsepol would follow for ever */
static int check_bounds(struct seal_policy *p, struct seal_err *err)
{
	const policydb_t *db = p->db;

	for (uint32_t i = 0; i < db->p_types.nprim; i++) {
		const type_datum_t *t = db->type_val_to_struct[i];
		unsigned depth = 0;

		while (t && t->bounds && t->bounds <= db->p_types.nprim) {
			if (++depth > BOUNDS_DEPTH)
				return seal_err_set(err, -EBADMSG,
						    "damaged policy: typebounds go in a circle");
			t = db->type_val_to_struct[t->bounds - 1];
		}
		if (depth > 1)
			p->deep_bounds = true;
	}
	return 0;
}

/* policies parsed before this process was started, with the bytes they were made of */
static struct kept {
	char *image;
	size_t n;
	struct seal_policy *policy; /* NULL: taken */
} kept_policies[SEAL_POLICY_KEPT];

static struct kept *find_kept(struct seal_bytes image)
{
	for (size_t i = 0; i < SEAL_POLICY_KEPT; i++)
		if (kept_policies[i].image && kept_policies[i].n == image.n &&
		    memcmp(kept_policies[i].image, image.p, image.n) == 0)
			return &kept_policies[i];
	return NULL;
}

static int load(struct seal_bytes image, bool trusted, struct seal_policy **ret,
		struct seal_err *err)
{
	seal_auto_policy struct seal_policy *p = NULL;
	struct kept *k = find_kept(image);
	int r;

	if (k && k->policy) {
		k->policy->was_kept = true;
		*ret = seal_take(k->policy);
		return 0;
	}
	if (image.n > POLICY_MAX_BYTES)
		return seal_err_set(err, -EFBIG, "policy is over %u MiB", POLICY_MAX_BYTES >> 20);
	r = check_header(image, err);
	if (r < 0)
		return r;

	sepol_debug(0); /* what has no handle would go to stderr */
	p = calloc(1, sizeof(*p));
	if (!p)
		return seal_err_set(err, -ENOMEM, "out of memory");
	p->arena = seal_arena_new();
	if (!p->arena || seal_sepol_arena_open(&p->memory, !trusted, PARSE_MEMORY_BYTES) < 0)
		return seal_err_set(err, -ENOMEM, "out of memory");

	seal_sepol_arena_fill(&p->memory);
	r = trusted ? parse_here(image, p, err) : parse_apart(image, p, err);
	seal_sepol_arena_fill(NULL);
	if (r < 0)
		return r;
	p->db = &p->handle->p;
	if (p->db->policy_type != POLICY_KERN || p->db->target_platform != SEPOL_TARGET_SELINUX)
		return seal_err_set(err, -EBADMSG, "not a kernel policy for SELinux");

	if (p->db->p_types.nprim >= UINT16_MAX || p->db->p_classes.nprim >= UINT16_MAX)
		return seal_err_set(err, -EBADMSG,
				    "damaged policy: more types than rules can name");

	r = check_bounds(p, err);
	if (r < 0)
		return r;
	if (sepol_sidtab_init(&p->sidtab) < 0)
		return seal_err_set(err, -ENOMEM, "out of memory");

	*ret = seal_take(p);
	return 0;
}

int seal_policy_load(struct seal_bytes image, struct seal_policy **ret, struct seal_err *err)
{
	return load(image, false, ret, err);
}

int seal_policy_load_trusted(struct seal_bytes image, struct seal_policy **ret,
			     struct seal_err *err)
{
	return load(image, true, ret, err);
}

void seal_policy_free(struct seal_policy *p)
{
	if (!p)
		return;
	seal_policy_restore(p);
	if (p->sidtab.htable)
		sepol_sidtab_destroy(&p->sidtab);
	seal_vec_each (node, &p->fresh)
		seal_sepol_free(*node); /* the one thing of the policy that is not in its arena */
	seal_sepol_arena_close(&p->memory);
	free((char *)(uintptr_t)p->disk.image.p);
	free(p->by_source.v);
	free(p->by_source.start);
	free(p->by_target.v);
	free(p->by_target.start);
	free(p->cond_rules);
	seal_vec_done(&p->injected);
	seal_vec_done(&p->ioctls);
	seal_vec_done(&p->fresh);
	seal_vec_done(&p->aliases);
	seal_arena_free(p->arena);
	free(p);
}

void seal_policy_select(struct seal_policy *p)
{
	sepol_set_policydb(p->db);
	sepol_set_sidtab(&p->sidtab);
}

bool seal_selinux_type_valid(struct seal_bytes s)
{
	if (s.n == 0 || s.n > 64 || s.p[0] == '.')
		return false;
	for (size_t i = 0; i < s.n; i++) {
		char c = s.p[i];

		if (!((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
		      c == '_' || c == '-' || c == '.'))
			return false;
	}
	return true;
}

static int note_version(void *data, const char *name, unsigned char type)
{
	struct seal_bytes n = seal_bytes_of(name);
	uint32_t *best = data, v;

	(void)type;
	if (seal_bytes_starts(n, "policy.") &&
	    seal_parse_u32(seal_bytes_from(n, strlen("policy.")), 10, &v) == 0 && v > *best)
		*best = v;
	return 0;
}

/* find_file - where the policy of a root lies. Returns 0 or -ENOENT or what listing the folder gave
 */
static int find_file(const struct seal_root *root, const char *type, char *path, size_t size)
{
	char dir[PATH_MAX];
	uint32_t best = 0;
	struct stat st;
	int r, r2;

	snprintf(dir, sizeof(dir), "etc/selinux/%s/policy", type);
	r = seal_root_list(root, dir, note_version, &best, NULL);
	if (r == -ENOMEM)
		return r;
	if (r >= 0 && best > 0) {
		snprintf(path, size, "%.200s/policy.%u", dir, best);
		return 0;
	}

	seal_selinux_store(root, type, dir);
	snprintf(path, size, "%.200s/policy.kern", dir);
	r2 = seal_root_stat(root, path, true, &st);
	if (r2 == 0)
		return 0;
	return r < 0 && r != -ENOENT ? r : r2;
}

/* read_aliases - booleans.subs_dist: "old new" a line */
static int read_aliases(const struct seal_root *root, const char *type, struct seal_policy *p)
{
	seal_auto_free char *text = NULL;
	struct seal_bytes rest, line;
	struct seal_alias *a;
	char path[128];
	size_t n = 0;

	snprintf(path, sizeof(path), "etc/selinux/%s/booleans.subs_dist", type);
	if (seal_root_read(root, path, SUBS_MAX_BYTES, &text, &n, NULL) < 0)
		return 0;

	for (rest = (struct seal_bytes){text, n}; rest.n > 0;) {
		struct seal_bytes from, to;

		line = seal_bytes_cut(rest, '\n', &rest);
		from = seal_bytes_word(&line);
		to = seal_bytes_word(&line);
		if (from.n == 0 || to.n == 0 || from.p[0] == '#')
			continue;
		a = seal_vec_add(&p->aliases);
		if (!a || seal_arena_copy(p->arena, from, &a->from) < 0 ||
		    seal_arena_copy(p->arena, to, &a->to) < 0)
			return -ENOMEM;
	}
	return 0;
}

static int load_file(const struct seal_root *root, const char *path, bool trusted,
		     struct seal_policy **ret, struct seal_err *err)
{
	seal_auto_free char *image = NULL;
	size_t n = 0;
	int r;

	r = seal_root_read(root, path, POLICY_MAX_BYTES, &image, &n, err);
	if (r < 0)
		return r;
	r = load((struct seal_bytes){image, n}, trusted, ret, err);
	return r < 0 ? seal_err_add(err, r, "%s", path) : 0;
}

int seal_policy_preload(const struct seal_root *root, struct seal_bytes type, struct seal_err *err)
{
	seal_auto_policy struct seal_policy *p = NULL;
	seal_auto_free char *image = NULL;
	char name[65], path[256];
	size_t n = 0, i;
	int r;

	for (i = 0; i < SEAL_POLICY_KEPT && kept_policies[i].image; i++)
		;
	if (i == SEAL_POLICY_KEPT)
		return seal_err_set(err, -EMFILE, "policies enough are kept");
	if (!seal_selinux_type_valid(type))
		return seal_err_set(err, -EINVAL, "SELINUXTYPE is no plain name");
	memcpy(name, type.p, type.n);
	name[type.n] = '\0';

	r = find_file(root, name, path, sizeof(path));
	if (r == 0)
		r = seal_root_read(root, path, POLICY_MAX_BYTES, &image, &n, NULL);
	if (r < 0)
		return seal_err_set(err, r, "no policy of type %s in this root", name);
	if (find_kept((struct seal_bytes){image, n}))
		return 0;
	r = load((struct seal_bytes){image, n}, false, &p, err);
	if (r == 0)
		kept_policies[i] = (struct kept){seal_take(image), n, seal_take(p)};
	return r;
}

bool seal_policy_was_kept(const struct seal_policy *p)
{
	return p->was_kept;
}

/* read_disk - keep the file beside the kernel's policy, for seal_policy_differ_from_disk() to
 * parse. Returns 0 or -ENOMEM */
static int read_disk(const struct seal_root *root, const char *type, struct seal_policy *p)
{
	struct seal_policy_disk *d = &p->disk;
	struct seal_err err = {0};
	char path[256] = "etc/selinux";
	char *image = NULL;

	d->trusted = seal_root_kind(root) == SEAL_ROOT_LIVE;
	d->status = find_file(root, type, path, sizeof(path));
	if (d->status == 0)
		d->status = seal_root_read(root, path, POLICY_MAX_BYTES, &image, &d->image.n, &err);
	d->image.p = image;
	if (d->status < 0)
		snprintf(d->why, sizeof(d->why), "%s",
			 err.text[0] ? err.text : "there is no policy on disk");
	return seal_arena_copy(p->arena, seal_bytes_of(path), &d->path);
}

int seal_policy_open(const struct seal_root *root, struct seal_bytes type, struct seal_policy **ret,
		     struct seal_origin *origin, struct seal_err *err)
{
	seal_auto_policy struct seal_policy *p = NULL;
	char name[65], path[256] = "sys/fs/selinux/policy";
	struct seal_bytes kept;
	/* what the kernel of this very machine runs it has accepted */
	const bool live = seal_root_kind(root) == SEAL_ROOT_LIVE;
	int r = -ENOENT;

	if (!seal_selinux_type_valid(type))
		return seal_err_set(err, -EINVAL, "SELINUXTYPE is no plain name");
	memcpy(name, type.p, type.n);
	name[type.n] = '\0';

	if (seal_root_is_running(root))
		r = load_file(root, path, live, &p, err);
	if (r == 0 && read_disk(root, name, p) < 0)
		return seal_err_set(err, -ENOMEM, "out of memory");
	if (r == -ENOENT || r == -EACCES) {
		r = find_file(root, name, path, sizeof(path));
		if (r < 0)
			return seal_err_set(err, r, "no policy of type %s in this root", name);
		r = load_file(root, path, live, &p, err);
	}
	if (r < 0)
		return r;

	if (read_aliases(root, name, p) < 0 ||
	    seal_arena_copy(p->arena, seal_bytes_of(path), &kept) < 0)
		return seal_err_set(err, -ENOMEM, "out of memory");
	if (origin)
		*origin = (struct seal_origin){.source = SEAL_SOURCE_POLICY, .path = kept};
	*ret = seal_take(p);
	return 0;
}

unsigned seal_policy_version(const struct seal_policy *p)
{
	return p->db->policyvers;
}

const char *seal_policy_unknown(const struct seal_policy *p)
{
	switch (p->db->handle_unknown) {
	case SEPOL_REJECT_UNKNOWN:
		return "reject";
	case SEPOL_ALLOW_UNKNOWN:
		return "allow";
	default:
		return "deny";
	}
}

bool seal_policy_has_mls(const struct seal_policy *p)
{
	return p->db->mls;
}
