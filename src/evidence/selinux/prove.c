/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "evidence/selinux/prove_impl.h"

#include "core/input.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/wait.h>

#define PROVE_SECONDS      120
#define PROVE_MEMORY_BYTES (UINT64_C(2) << 30)
#define LINKED_MAX_BYTES   (64u << 20)
/* rules that may differ beside the candidates' before two policies are no longer compared: one was
 * optimised and the other was not */
#define FAR_RULES 256

/* struct outcome - what the child shares */
struct outcome {
	struct seal_err err;
	int r;
	struct seal_proof_run run;
	struct seal_proof proofs[];
};

/* struct prover - the candidates, and the policy before */
struct prover {
	const struct seal_store *store;
	const struct seal_candidate *v;
	size_t n;
	struct outcome *out;
	struct seal_policy *linked; /* what the store's tools made of it; may be NULL */
	char linked_path[sizeof(((struct seal_proof_run *)0)->before)];
	struct seal_policy *alone;  /* the store compiled by itself, made when it is needed */
	bool asserted, keeps_rules; /* whether that was asked, and the answer */
	bool suspect;               /* linked differs by more than the candidates */
};

static int load_linked(struct prover *p, const char *name)
{
	seal_auto_free char *image = NULL;
	size_t n = 0;

	snprintf(p->linked_path, sizeof(p->linked_path), "%.120s/%.32s", p->store->folder, name);
	if (seal_root_read(p->store->root, p->linked_path, LINKED_MAX_BYTES, &image, &n, NULL) < 0)
		return -ENOENT;
	return seal_policy_load((struct seal_bytes){image, n}, &p->linked, NULL);
}

static int compile(struct prover *p, size_t low, size_t high, bool assertions,
		   struct seal_compiled *ret)
{
	struct seal_compile c = {.store = p->store,
				 .v = p->v + low,
				 .n = high - low,
				 .assertions = assertions,
				 .version = p->linked ? seal_policy_version(p->linked) : 0};

	p->out->run.compiles++;
	return seal_compile(&c, ret);
}

/* compile_alone - the store by itself. Returns 0 or -EBADMSG, -ENOMEM with the error set */
static int compile_alone(struct prover *p)
{
	struct seal_compiled c;
	char words[160];
	int r;

	if (p->alone)
		return 0;
	r = compile(p, 0, 0, false, &c);
	if (r == 0)
		p->alone = seal_take(c.policy);
	else
		seal_compiled_words(&c, words, sizeof(words));
	seal_compiled_done(&c);
	return r < 0 ? seal_err_set(&p->out->err, r, "the store does not compile: %s", words) : 0;
}

/* compare_linked - with what the store's tools linked. Returns 1 when the difference is exactly
 * what is asked for, 0 when it is not or the two cannot be compared, or a negative errno */
static int compare_linked(struct prover *p, size_t low, size_t high,
			  const struct seal_policy *after)
{
	int r;

	if (!p->linked || p->alone)
		return 0;
	r = seal_policy_alike(p->linked, after);
	if (r <= 0 || seal_policy_far(p->linked, after, FAR_RULES + (uint32_t)p->n))
		return r < 0 ? r : 0;
	if (seal_policy_compare(p->linked, after, p->v + low, high - low, p->out->proofs + low)) {
		snprintf(p->out->run.before, sizeof(p->out->run.before), "%s", p->linked_path);
		return 1;
	}
	p->suspect = true;
	return 0;
}

/* compare_alone - with the store compiled by itself. Returns as above, 0 also when more than rules
 * differ */
static int compare_alone(struct prover *p, size_t low, size_t high, const struct seal_policy *after)
{
	struct seal_proof *proofs = p->out->proofs + low;
	int r;

	r = compile_alone(p);
	if (r == 0)
		r = seal_policy_alike(p->alone, after);
	if (r < 0)
		return r;
	p->out->run.before[0] = '\0';
	if (r > 0) {
		r = seal_policy_compare(p->alone, after, p->v + low, high - low, proofs);
		p->out->run.apart |= r > 0 && p->suspect;
		return r;
	}
	for (size_t i = 0; i < high - low; i++)
		snprintf(proofs[i].detail, sizeof(proofs[i].detail),
			 "types, attributes, conditionals or others of its parts differ");
	return 0;
}

static int prove_range(struct prover *p, size_t low, size_t high);

static int split(struct prover *p, size_t low, size_t high)
{
	size_t middle = low + (high - low) / 2;
	int r = prove_range(p, low, middle);

	return r < 0 ? r : prove_range(p, middle, high);
}

static int refused(struct prover *p, size_t low, size_t high, const struct seal_compiled *c)
{
	struct seal_proof *proof = &p->out->proofs[low];
	int r = compile_alone(p); /* whose fault is it? */

	if (r < 0)
		return r;
	if (high - low > 1)
		return split(p, low, high);
	seal_compiled_words(c, proof->detail, sizeof(proof->detail));
	return 0; /* the candidate's: compiled stays false */
}

/* assert_store - whether the store keeps its own neverallow rules. Returns 1, 0 or -ENOMEM */
static int assert_store(struct prover *p)
{
	struct seal_compiled c;
	int r;

	if (!p->asserted) {
		r = compile(p, 0, 0, true, &c);
		p->keeps_rules = r == 0 && !c.broken;
		seal_compiled_done(&c);
		if (r == -ENOMEM)
			return r;
		p->asserted = true;
	}
	return p->keeps_rules;
}

/* judge - who broke what; complaints in words that are not understood are told apart by who is in
 * the compilation. Returns 0 or -ENOMEM, -EBADMSG */
static int judge(struct prover *p, size_t low, size_t high, const struct seal_compiled *c)
{
	struct seal_proof *proofs = p->out->proofs + low;
	struct seal_compile asked = {.n = high - low};
	int r;

	if (seal_compiled_judge(c, &asked, proofs, &p->out->run.broken))
		return 0;
	r = assert_store(p);
	if (r <= 0)
		return r;
	if (high - low > 1)
		return split(p, low, high);
	proofs->neverallow = SEAL_NEVERALLOW_VIOLATED;
	seal_compiled_words(c, proofs->detail, sizeof(proofs->detail));
	return 0;
}

static int prove_range(struct prover *p, size_t low, size_t high)
{
	struct seal_compiled c;
	int r;

	memset(p->out->proofs + low, 0, (high - low) * sizeof(*p->out->proofs));
	r = compile(p, low, high, true, &c);
	if (r == -EBADMSG) {
		r = refused(p, low, high, &c);
		goto done;
	}
	for (size_t i = low; r == 0 && i < high; i++)
		p->out->proofs[i].compiled = true;
	if (r == 0)
		r = compare_linked(p, low, high, c.policy);
	if (r == 0)
		r = compare_alone(p, low, high, c.policy);
	if (r == 0 && high - low > 1)
		r = split(p, low, high);
	else if (r >= 0)
		r = judge(p, low, high, &c);
done:
	seal_compiled_done(&c);
	return r;
}

/* address_space - bytes mapped by this process, 0 when /proc does not say */
static uint64_t address_space(void)
{
	seal_auto_close int fd = -1;
	struct seal_bytes text;
	uint64_t pages;
	char buf[64];
	ssize_t n;

	fd = open("/proc/self/statm", O_RDONLY | O_CLOEXEC);
	n = fd < 0 ? -1 : read(fd, buf, sizeof(buf));
	if (n <= 0)
		return 0;
	text = (struct seal_bytes){buf, (size_t)n};
	if (seal_parse_u64(seal_bytes_word(&text), 10, &pages) < 0)
		return 0;
	return pages * (uint64_t)sysconf(_SC_PAGESIZE);
}

/* memory_limit - let the address space grow by no more than @growth bytes from here; not where it
 * is limited to less already, or /proc does not say how much is mapped */
static void memory_limit(uint64_t growth)
{
	uint64_t now = address_space();
	struct rlimit lim;

	if (now == 0 || getrlimit(RLIMIT_AS, &lim) < 0)
		return;
	if (lim.rlim_cur != RLIM_INFINITY && lim.rlim_cur < now + growth)
		return;
	lim.rlim_cur = now + growth;
	setrlimit(RLIMIT_AS, &lim);
}

/* the exit status of a compiler without memory: it calls exit(3), which would also write what the
 * parent has in its buffers */
#define OUT_OF_MEMORY 3

static void no_memory(void)
{
	_exit(OUT_OF_MEMORY);
}

static void prove(const struct seal_store *store, const struct seal_candidate *v, size_t n,
		  struct outcome *out)
{
	struct rlimit cpu = {PROVE_SECONDS, PROVE_SECONDS}, core = {0, 0};
	struct prover p = {.store = store, .v = v, .n = n, .out = out};

	setrlimit(RLIMIT_CPU, &cpu);
	setrlimit(RLIMIT_CORE, &core);
	memory_limit(PROVE_MEMORY_BYTES);
	atexit(no_memory);
	if (load_linked(&p, "policy.linked") < 0)
		load_linked(&p, "policy.kern");
	out->r = prove_range(&p, 0, n);
	seal_policy_free(p.linked);
	seal_policy_free(p.alone);
}

/* run - the compiler gets a child, as the parser does: modules of an image are its author's */
static int run(const struct seal_store *s, const struct seal_candidate *v, size_t n,
	       struct outcome *out)
{
	int status = 0;
	pid_t pid;

	pid = fork();
	if (pid < 0)
		return seal_err_set(&out->err, -ENOMEM, "no child to compile in");
	if (pid == 0) {
		prove(s, v, n, out);
		_exit(0);
	}
	while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
		;
	if (WIFEXITED(status) && WEXITSTATUS(status) == 0)
		return out->r;
	if (WIFEXITED(status) && WEXITSTATUS(status) == OUT_OF_MEMORY)
		return seal_err_set(&out->err, -EFBIG, "the store asks for over %u MiB of memory",
				    (unsigned)(PROVE_MEMORY_BYTES >> 20));
	return seal_err_set(
		&out->err, -EBADMSG, "the compiler %s",
		WIFSIGNALED(status) && (WTERMSIG(status) == SIGXCPU || WTERMSIG(status) == SIGKILL)
			? "does not come to an end"
			: "crashes on a module");
}

static int prove_store(const struct seal_store *s, const struct seal_candidate *v, size_t n,
		       struct seal_proof *ret, struct seal_proof_run *how, struct seal_err *err)
{
	size_t size = sizeof(struct outcome) + n * sizeof(*ret);
	struct outcome *out;
	int r;

	out = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (out == MAP_FAILED)
		return seal_err_set(err, -ENOMEM, "out of memory");
	out->run.modules = s->n_active;
	snprintf(out->run.store, sizeof(out->run.store), "%.150s/modules", s->folder);
	r = run(s, v, n, out);
	if (r < 0)
		seal_err_set(err, r, "%s", out->err.text);
	else
		memcpy(ret, out->proofs, n * sizeof(*ret));
	if (how)
		*how = out->run;
	munmap(out, size);
	return r;
}

int seal_policy_prove(const struct seal_root *root, struct seal_bytes type,
		      const struct seal_candidate *v, size_t n, struct seal_proof *ret,
		      struct seal_proof_run *how, struct seal_err *err)
{
	struct seal_store s = {0};
	char name[65];
	int r;

	if (!seal_selinux_type_valid(type))
		return seal_err_set(err, -EINVAL, "SELINUXTYPE is no plain name");
	if (n > SEAL_CANDIDATES_MAX)
		return seal_err_set(err, -EFBIG, "over %d modules to prove", SEAL_CANDIDATES_MAX);
	memcpy(name, type.p, type.n);
	name[type.n] = '\0';
	r = seal_store_read(root, name, &s, err);
	if (r < 0)
		return r;
	r = prove_store(&s, v, n, ret, how, err);
	seal_store_done(&s);
	return r;
}
