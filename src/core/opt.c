/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/opt.h"

#include <errno.h>
#include <getopt.h>

#include "core/vec.h"

#define OPTIONS_MAX 96
#define HELP_COLUMN 30
#define HELP_WIDTH  80

static size_t table_size(const struct seal_opt *table)
{
	size_t n = 0;

	while (table[n].name)
		n++;
	return n;
}

int seal_opt_parse(const struct seal_opt *table, unsigned verb, int argc, char **argv, void *data,
		   char ***args, size_t *n_args, struct seal_err *err)
{
	struct option longs[OPTIONS_MAX + 1] = {0};
	char letters[2 * OPTIONS_MAX + 2] = ":";
	size_t n = table_size(table), i, n_letters = 1;
	int c, at = 0, r;

	if (n > OPTIONS_MAX)
		return seal_err_set(err, -EINVAL, "option table too long");
	for (i = 0; i < n; i++) {
		longs[i] = (struct option){table[i].name,
					   table[i].arg ? required_argument : no_argument, NULL, 1};
		if (!table[i].letter)
			continue;
		letters[n_letters++] = table[i].letter;
		if (table[i].arg)
			letters[n_letters++] = ':';
	}

	optind = 0; /* glibc: start over */
	opterr = 0;
	while ((c = getopt_long(argc, argv, letters, longs, &at)) != -1) {
		if (c == ':')
			return seal_err_set(err, -EINVAL, "%s needs an argument", argv[optind - 1]);
		if (c == '?')
			return seal_err_set(err, -EINVAL, "no option %s", argv[optind - 1]);
		for (i = 0; c != 1 && i < n; i++)
			if (table[i].letter == c)
				at = (int)i;
		if (!(table[at].verbs & verb))
			return seal_err_set(err, -EINVAL, "this verb takes no --%s",
					    table[at].name);
		r = table[at].set(data, optarg, err);
		if (r < 0)
			return seal_err_add(err, r, "--%s", table[at].name);
	}
	*args = argv + optind;
	*n_args = (size_t)(argc - optind);
	return 0;
}

/* put_wrapped - words of @text from column HELP_COLUMN, broken before HELP_WIDTH */
static void put_wrapped(struct seal_buf *out, const char *text)
{
	struct seal_bytes rest = seal_bytes_of(text), word;
	size_t column = HELP_COLUMN;

	for (word = seal_bytes_word(&rest); word.n; word = seal_bytes_word(&rest)) {
		if (column > HELP_COLUMN && column + 1 + word.n > HELP_WIDTH) {
			seal_buf_printf(out, "\n%*s", HELP_COLUMN, "");
			column = HELP_COLUMN;
		} else if (column > HELP_COLUMN) {
			seal_buf_putc(out, ' ');
			column++;
		}
		seal_buf_put(out, word.p, word.n);
		column += word.n;
	}
	seal_buf_putc(out, '\n');
}

void seal_opt_help(const struct seal_opt *table, unsigned verb, struct seal_buf *out)
{
	size_t before, width;

	for (; table->name; table++) {
		if (!(table->verbs & verb))
			continue;
		before = out->n;
		seal_buf_puts(out, "  ");
		if (table->letter)
			seal_buf_printf(out, "-%c, ", table->letter);
		seal_buf_printf(out, "--%s%s%s", table->name, table->arg ? " " : "",
				table->arg ? table->arg : "");
		width = out->n - before;
		if (width + 2 > HELP_COLUMN)
			seal_buf_printf(out, "\n%*s", HELP_COLUMN, "");
		else
			seal_buf_printf(out, "%*s", (int)(HELP_COLUMN - width), "");
		put_wrapped(out, table->help);
	}
}
