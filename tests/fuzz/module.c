/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <ctype.h>
#include <errno.h>
#include <sepol/cil/cil.h>
#include <sepol/policydb.h>
#include <stdlib.h>

#include "analysis/denials/module.h"
#include "fuzz.h"

/* module.c - words that become text of the policy language */

static const char base_cil[] =
	"(handleunknown deny)(mls false)(policycap open_perms)(sid kernel)(sidorder (kernel))"
	"(class file (read write open ioctl append))(class dir (search read write))"
	"(class tcp_socket (name_bind name_connect))(classorder (file dir tcp_socket))"
	"(sensitivity s0)(sensitivityorder (s0))(category c0)(categoryorder (c0))"
	"(sensitivitycategory s0 (c0))(user system_u)(role object_r)(role system_r)"
	"(userrole system_u object_r)(userrole system_u system_r)(userlevel system_u (s0))"
	"(userrange system_u ((s0) (s0)))(typeattribute domain)(type smtp_t)(type local_t)"
	"(type port_t)(type home_t)(typealias old_t)(typealiasactual old_t home_t)"
	"(typeattributeset domain (smtp_t local_t))(roletype system_r domain)"
	"(context top (system_u system_r smtp_t ((s0) (s0))))(sidcontext kernel top)"
	"(allow smtp_t home_t (dir (search)))(allow local_t home_t (file (ioctl)))"
	"(allowx local_t home_t (ioctl file (0x5401)))\n";

/* compile - the base policy, with @more behind it; NULL: it does not compile */
static sepol_policydb_t *compile(struct seal_bytes more)
{
	sepol_policydb_t *db = NULL;
	cil_db_t *cil = NULL;

	cil_set_log_level(CIL_ERR);
	cil_db_init(&cil);
	if (cil_add_file(cil, "base", base_cil, sizeof(base_cil) - 1) != SEPOL_OK ||
	    (more.n && cil_add_file(cil, "module", more.p, more.n) != SEPOL_OK) ||
	    cil_compile(cil) != SEPOL_OK || cil_build_policydb(cil, &db) != SEPOL_OK)
		db = NULL;
	cil_db_destroy(&cil);
	return db;
}

static const struct seal_policy *policy(void)
{
	static struct seal_policy *p;
	sepol_policydb_t *db;
	void *image = NULL;
	size_t n = 0;

	if (p)
		return p;
	db = compile(SEAL_BYTES_NONE);
	fuzz_must(db && sepol_policydb_to_image(NULL, db, &image, &n) == 0);
	fuzz_must(seal_policy_load((struct seal_bytes){image, n}, &p, NULL) == 0);
	sepol_policydb_free(db);
	free(image);
	return p;
}

/* rule_of - "[!]SOURCE TARGET CLASS WORD ...", a word that begins with "0x" being a command of
 * ioctl;
 * "!" is dontaudit */
static void rule_of(struct seal_bytes line, struct seal_module_rule *rule)
{
	struct seal_bytes word;
	uint32_t number;

	*rule = (struct seal_module_rule){.dontaudit = line.n && line.p[0] == '!'};
	line = seal_bytes_from(line, rule->dontaudit);
	rule->source = seal_bytes_cut(line, ' ', &line);
	rule->target = seal_bytes_cut(line, ' ', &line);
	rule->tclass = seal_bytes_cut(line, ' ', &line);
	while (line.n) {
		word = seal_bytes_cut(line, ' ', &line);
		if (seal_bytes_starts(word, "0x") &&
		    seal_parse_u32(seal_bytes_from(word, 2), 16, &number) == 0) {
			if (rule->n_ioctls < SEAL_MODULE_IOCTLS_MAX)
				rule->ioctls[rule->n_ioctls++] = number;
		} else if (rule->n_perms < SEAL_MODULE_PERMS_MAX) {
			rule->perms[rule->n_perms++] = word;
		}
	}
}

/* inert - nothing stands in it but names, numbers, and what the skeletons have */
static bool inert(struct seal_bytes text)
{
	for (size_t i = 0; i < text.n; i++)
		if (!isalnum((unsigned char)text.p[i]) && !strchr("_ \t\n(){};:,.'", text.p[i]))
			return false;
	return text.n > 0;
}

/* fuzz_module - what is written compiles with the policy it was written for, and has no byte that
 * ends a name, a rule or a comment early */
void fuzz_module(const uint8_t *p, size_t n)
{
	struct seal_bytes rest = {(const char *)p, n}, line;
	struct seal_arena *arena = seal_arena_new();
	struct seal_module_rule *rules = calloc(16, sizeof(*rules));
	struct seal_fix fix = {0};
	sepol_policydb_t *db;
	size_t k = 0;
	int r;

	fuzz_must(arena && rules);
	while (rest.n && k < 16) {
		line = seal_bytes_cut(rest, '\n', &rest);
		rule_of(line, &rules[k++]);
	}
	/* any of them is refused as a whole, so each is tried alone as well */
	for (size_t i = 0; i <= k; i++) {
		r = i < k ? seal_module_write(policy(), &rules[i], 1, arena, &fix)
			  : seal_module_write(policy(), rules, k, arena, &fix);
		fuzz_must(r == 0 || r == -EINVAL || r == -ENOENT);
		if (r < 0)
			continue;
		fuzz_must(inert(fix.module_cil) && inert(fix.module_te) && inert(fix.module_name));
		db = compile(fix.module_cil);
		fuzz_must(db);
		sepol_policydb_free(db);
	}
	free(rules);
	seal_arena_free(arena);
}
