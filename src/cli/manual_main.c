/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdio.h>

#include "cli/manual.h"

/* manual_main.c - run by the build: manual_main man|bash|zsh */

int main(int argc, char **argv)
{
	static const struct {
		const char *name;
		void (*put)(struct seal_buf *out);
	} kinds[] = {
		{"man", seal_manual_page}, {"bash", seal_manual_bash}, {"zsh", seal_manual_zsh}};
	seal_auto_buf struct seal_buf out = {0};
	size_t i;

	for (i = 0; argc == 2 && i < sizeof(kinds) / sizeof(kinds[0]); i++)
		if (strcmp(argv[1], kinds[i].name) == 0)
			kinds[i].put(&out);
	if (!out.n || out.err)
		return 1;
	return fwrite(out.p, 1, out.n, stdout) == out.n && fflush(stdout) == 0 ? 0 : 1;
}
