/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "policy_fixture.h"

#include <sepol/cil/cil.h>
#include <sepol/policydb.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>

#include <cmocka.h>

#include "core/input.h"

struct seal_bytes fixture_image(const char *name, int version)
{
	seal_auto_root struct seal_root *root = NULL;
	seal_auto_free char *text = NULL;
	const char *data = getenv("SEAL_TEST_DATA");
	sepol_policydb_t *db = NULL;
	cil_db_t *cil = NULL;
	void *image = NULL;
	char path[128];
	size_t n, size;

	assert_non_null(data);
	snprintf(path, sizeof(path), "selinux/%s", name);
	assert_int_equal(seal_root_new(data, &root, NULL), 0);
	assert_int_equal(seal_root_read(root, path, 1 << 20, &text, &n, NULL), 0);

	cil_set_log_level(CIL_ERR);
	cil_db_init(&cil);
	cil_set_disable_neverallow(cil, 1); /* it breaks its typebounds, on purpose */
	cil_set_policy_version(cil, version);
	cil_set_attrs_expand_size(cil, 0);
	assert_int_equal(cil_add_file(cil, name, text, n), 0);
	assert_int_equal(cil_compile(cil), 0);
	assert_int_equal(cil_build_policydb(cil, &db), 0);
	assert_int_equal(sepol_policydb_to_image(NULL, db, &image, &size), 0);
	sepol_policydb_free(db);
	cil_db_destroy(&cil);
	return (struct seal_bytes){image, size};
}

struct seal_policy *fixture_policy(const char *name)
{
	struct seal_bytes image = fixture_image(name, sepol_policy_kern_vers_max());
	struct seal_policy *p = NULL;
	struct seal_err err = {0};

	if (seal_policy_load(image, &p, &err) < 0)
		fail_msg("%s: %s", name, err.text);
	free((char *)(uintptr_t)image.p);
	return p;
}

void fixture_access(struct fixture_access *f, const char *text, int64_t ioctl)
{
	struct seal_bytes rest = seal_bytes_of(text), word;

	*f = (struct fixture_access){.a.ioctl = ioctl};
	f->a.scontext = seal_bytes_word(&rest);
	f->a.tcontext = seal_bytes_word(&rest);
	f->a.tclass = seal_bytes_word(&rest);
	while ((word = seal_bytes_word(&rest)).n > 0)
		f->perms[f->a.n_perms++] = word;
	f->a.perms = f->perms;
}

const char *fixture_join(const struct seal_names *n)
{
	static char text[4096];
	size_t o = 0;

	text[0] = '\0';
	for (size_t i = 0; i < n->v.n && o < sizeof(text); i++)
		o += (size_t)snprintf(text + o, sizeof(text) - o, "%s%.*s", i ? " " : "",
				      (int)n->v.v[i].n, n->v.v[i].p);
	return text;
}
