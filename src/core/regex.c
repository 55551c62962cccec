/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/regex.h"

#include <errno.h>

#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>

#define PATTERN_MAX  4096
#define PARENS_MAX   32
#define STEPS_MAX    50000
#define DEPTH_MAX    1000
#define HEAP_KIB_MAX 1024

struct seal_regex {
	pcre2_code *code;
	pcre2_match_data *data;
	pcre2_match_context *limits;
};

void seal_regex_free(struct seal_regex *re)
{
	if (!re)
		return;
	pcre2_match_context_free(re->limits);
	pcre2_match_data_free(re->data);
	pcre2_code_free(re->code);
	free(re);
}

static int compile(struct seal_bytes pattern, unsigned flags, pcre2_code **ret,
		   struct seal_err *err)
{
	uint32_t options = PCRE2_DOTALL | PCRE2_DOLLAR_ENDONLY | PCRE2_NEVER_UTF | PCRE2_NEVER_UCP |
			   PCRE2_NEVER_BACKSLASH_C | PCRE2_NO_AUTO_CAPTURE;
	pcre2_compile_context *context;
	unsigned char why[120];
	size_t offset = 0;
	int error = 0;

	if (flags & SEAL_REGEX_CASELESS)
		options |= PCRE2_CASELESS;
	context = pcre2_compile_context_create(NULL);
	if (!context)
		return seal_err_set(err, -ENOMEM, "out of memory");

	pcre2_set_parens_nest_limit(context, PARENS_MAX);
	*ret = pcre2_compile((PCRE2_SPTR)pattern.p, pattern.n, options, &error, &offset, context);
	pcre2_compile_context_free(context);
	if (*ret)
		return 0;
	if (error == PCRE2_ERROR_HEAP_FAILED)
		return seal_err_set(err, -ENOMEM, "out of memory");
	if (pcre2_get_error_message(error, why, sizeof(why)) < 0)
		why[0] = '\0';
	return seal_err_set(err, -EINVAL, "pattern, offset %zu: %s", offset, (const char *)why);
}

int seal_regex_new(struct seal_bytes pattern, unsigned flags, struct seal_regex **ret,
		   struct seal_err *err)
{
	seal_auto_regex struct seal_regex *re = NULL;
	int r;

	if (pattern.n > PATTERN_MAX)
		return seal_err_set(err, -E2BIG, "pattern over %d bytes", PATTERN_MAX);
	re = calloc(1, sizeof(*re));
	if (!re)
		return seal_err_set(err, -ENOMEM, "out of memory");
	r = compile(pattern, flags, &re->code, err);
	if (r < 0)
		return r;

	re->data = pcre2_match_data_create(1, NULL);
	re->limits = pcre2_match_context_create(NULL);
	if (!re->data || !re->limits)
		return seal_err_set(err, -ENOMEM, "out of memory");
	pcre2_set_match_limit(re->limits, STEPS_MAX);
	pcre2_set_depth_limit(re->limits, DEPTH_MAX);
	pcre2_set_heap_limit(re->limits, HEAP_KIB_MAX);
	*ret = seal_take(re);
	return 0;
}

int seal_regex_match(const struct seal_regex *re, struct seal_bytes subject)
{
	int r = pcre2_match(re->code, (PCRE2_SPTR)(subject.p ? subject.p : ""), subject.n, 0, 0,
			    re->data, re->limits);

	if (r == PCRE2_ERROR_NOMATCH)
		return 0;
	return r < 0 ? -ELOOP : 1;
}
