/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "apply/rules.h"

#include <errno.h>

#include "apply/child.h"
#include "fix/nft_rule.h"

#define CHAIN "chain"

static int run(const struct seal_bytes *words, size_t n, int dir, struct seal_buf *out,
	       struct seal_err *err)
{
	struct seal_argv argv = {0};
	struct seal_child child = {0};
	int r;

	if (seal_argv_set(&argv, words, n) < 0)
		return seal_err_set(err, -ENOMEM, "out of memory");
	r = seal_child_run(&argv, dir, !out, &child, err);
	if (r == 0 && child.status != 0)
		r = seal_err_set(err, -EIO, "nft: exit status %d: %.200s", child.status,
				 child.out.p && !out ? child.out.p : "");
	seal_vec_done(&argv.v);
	if (out)
		*out = child.out;
	else
		seal_buf_done(&child.out);
	return r;
}

static int list(const struct seal_plan_step *s, int dir, struct seal_buf *out, struct seal_err *err)
{
	const struct seal_bytes *w = s->argv.v.v;

	return run((struct seal_bytes[]){SEAL_LIT("nft"), SEAL_LIT("-s"), SEAL_LIT("-a"),
					 SEAL_LIT("list"), SEAL_LIT("chain"), w[3], w[4], w[5]},
		   8, dir, out, err);
}

int seal_rules_keep(const struct seal_state *state, const struct seal_plan_step *s, unsigned n,
		    int dir, struct seal_err *err)
{
	seal_auto_buf struct seal_buf now = {0};
	int r = seal_state_has(state, n, CHAIN, err);

	if (r)
		return r < 0 ? r : 0;
	r = list(s, dir, &now, err);
	return r < 0 ? r : seal_state_put(state, n, CHAIN, seal_buf_bytes(&now), err);
}

/* delete_new - the rule the step added goes, wherever it is found */
static int delete_new(const struct seal_plan_step *s, struct seal_bytes now, struct seal_bytes old,
		      int dir, struct seal_err *err)
{
	const struct seal_bytes *w = s->argv.v.v;
	struct seal_bytes text = seal_nft_text(s), handle = SEAL_BYTES_NONE;

	if (!text.n)
		return seal_err_set(err, -ENODATA, "the step does not tell how its rule is listed");
	if (!seal_nft_find(now, old, &text, &handle))
		return 0;
	return run((struct seal_bytes[]){SEAL_LIT("nft"), SEAL_LIT("delete"), SEAL_LIT("rule"),
					 w[3], w[4], w[5], SEAL_LIT("handle"), handle},
		   8, dir, NULL, err);
}

static int replace_new(const struct seal_plan_step *s, struct seal_bytes now, struct seal_bytes old,
		       int dir, struct seal_err *err)
{
	struct seal_bytes was = SEAL_BYTES_NONE, its = seal_nft_handle(s), *w = s->argv.v.v;
	struct seal_bytes text = seal_nft_text(s), handle = SEAL_BYTES_NONE, at = SEAL_BYTES_NONE;

	if (!text.n || !seal_nft_find(old, SEAL_BYTES_NONE, &was, &its))
		return seal_err_set(err, -ENODATA, "the kept listing does not tell of the rule");
	/* some kernels keep the handle */
	if (seal_nft_find(now, SEAL_BYTES_NONE, &at, &its) && seal_bytes_eq(at, text))
		handle = its;
	else if (!seal_nft_find(now, old, &text, &handle))
		return 0;
	return run((struct seal_bytes[]){SEAL_LIT("nft"), SEAL_LIT("replace"), SEAL_LIT("rule"),
					 w[3], w[4], w[5], SEAL_LIT("handle"), handle, was},
		   9, dir, NULL, err);
}

static int add_deleted(const struct seal_plan_step *s, struct seal_bytes now, struct seal_bytes old,
		       int dir, struct seal_err *err)
{
	struct seal_bytes was = SEAL_BYTES_NONE, its = seal_nft_handle(s);
	struct seal_bytes text = SEAL_BYTES_NONE, handle = its;

	if (seal_nft_find(now, SEAL_BYTES_NONE, &text, &handle))
		return 0; /* it was not deleted */
	if (!seal_nft_find(old, SEAL_BYTES_NONE, &was, &its))
		return seal_err_set(err, -ENODATA, "the kept listing does not tell of the rule");
	if (seal_nft_find(now, old, &was, &its))
		return 0; /* back already */
	if (!s->undo.v.n)
		return seal_err_set(err, -ENODATA, "nothing tells where the rule stood");
	return run(s->undo.v.v, s->undo.v.n, dir, NULL, err);
}

int seal_rules_back(const struct seal_state *state, const struct seal_plan_step *s, unsigned n,
		    int dir, struct seal_err *err)
{
	seal_auto_buf struct seal_buf old = {0}, now = {0};
	int r = seal_state_get(state, n, CHAIN, &old);

	if (r == -ENOENT)
		return 0; /* given back, and then something came in between */
	if (r < 0)
		return seal_err_set(err, r, "the kept listing cannot be read: %s", strerror(-r));
	r = list(s, dir, &now, err);
	if (r < 0)
		return r;
	switch (seal_nft_verb(s)) {
	case SEAL_NFT_ADD:
		return delete_new(s, seal_buf_bytes(&now), seal_buf_bytes(&old), dir, err);
	case SEAL_NFT_REPLACE:
		return replace_new(s, seal_buf_bytes(&now), seal_buf_bytes(&old), dir, err);
	case SEAL_NFT_DELETE:
		return add_deleted(s, seal_buf_bytes(&now), seal_buf_bytes(&old), dir, err);
	case SEAL_NFT_NONE:
		break;
	}
	return 0;
}
