/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "firewall_fixture.h"

#include "core/input.h"

#include <fcntl.h>
#include <ftw.h>
#include <stdio.h>

struct line {
	struct seal_bytes key, text;
	size_t order;
};

static int compare_lines(const void *a, const void *b)
{
	const struct line *x = a, *y = b;
	int r = seal_bytes_cmp(x->key, y->key);

	return r ? r : x->order < y->order ? -1 : 1;
}

void fixture_rules(const struct seal_ruleset *rs, struct seal_buf *out)
{
	seal_vec(struct line) lines = {0};
	struct seal_arena *arena = seal_arena_new();
	struct seal_buf b = {0};

	for (struct seal_fw_table *t = rs->tables; t; t = t->next) {
		for (struct seal_fw_set *s = t->sets; s; s = s->next) {
			struct line *l = seal_vec_add(&lines);

			l->order = lines.n;
			l->text = seal_bytes_of(seal_arena_printf(arena, "set %.*s %zu",
								  (int)s->name.n, s->name.p, s->n));
			l->key = l->text;
		}
		for (struct seal_fw_chain *c = t->chains; c; c = c->next) {
			for (struct seal_fw_rule *r = c->first; r; r = r->next) {
				struct line *l = seal_vec_add(&lines);

				b.n = 0;
				seal_rule_put(&b, r);
				l->order = lines.n;
				l->key = c->name;
				l->text = seal_bytes_of(seal_arena_printf(arena, "%.*s: %.*s",
									  (int)c->name.n, c->name.p,
									  (int)b.n, b.p));
			}
		}
	}
	qsort(lines.v, lines.n, sizeof(*lines.v), compare_lines);
	seal_vec_each (l, &lines) {
		seal_buf_put(out, l->text.p, l->text.n);
		seal_buf_putc(out, '\n');
	}
	seal_vec_done(&lines);
	seal_buf_done(&b);
	seal_arena_free(arena);
}

bool fixture_compare(const struct seal_ruleset *rs, const char *path)
{
	seal_auto_buf struct seal_buf got = {0};
	seal_auto_free char *text = NULL;
	struct seal_bytes a, b, x, y;
	size_t n;

	if (seal_read_all(open(path, O_RDONLY | O_CLOEXEC), 1u << 24, &text, &n, NULL) < 0)
		return false;
	fixture_rules(rs, &got);
	a = (struct seal_bytes){text, n};
	b = seal_buf_bytes(&got);
	while (a.n || b.n) {
		x = seal_bytes_cut(a, '\n', &a);
		y = seal_bytes_cut(b, '\n', &b);
		if (!seal_bytes_eq(x, y)) {
			fprintf(stderr, "%s\n wanted %.*s\n got    %.*s\n", path, (int)x.n, x.p,
				(int)y.n, y.p);
			return false;
		}
	}
	return true;
}

char *fixture_root(void)
{
	char *path = strdup("/tmp/postseal-firewall-XXXXXX");

	return path && mkdtemp(path) ? path : NULL;
}

void fixture_write(const char *root, const char *path, const void *p, size_t n)
{
	char full[512], *slash;
	FILE *f;

	snprintf(full, sizeof(full), "%s/%s", root, path);
	for (slash = full + strlen(root) + 1; (slash = strchr(slash, '/')); *slash++ = '/') {
		*slash = 0;
		(void)mkdir(full, 0755);
	}
	f = fopen(full, "w");
	if (f) {
		(void)fwrite(p, 1, n, f);
		(void)fclose(f);
	}
}

static int remove_one(const char *path, const struct stat *st SEAL_UNUSED, int type SEAL_UNUSED,
		      struct FTW *ftw SEAL_UNUSED)
{
	return remove(path);
}

void fixture_remove(const char *root)
{
	(void)nftw(root, remove_one, 16, FTW_DEPTH | FTW_PHYS);
}
