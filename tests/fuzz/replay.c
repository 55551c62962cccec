/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <dirent.h>
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "fuzz.h"

/* replay.c - replay DIR: every file of DIR/NAME/ through the parser NAME, and its first and second
 * half as well; the name of the file is told when it takes more than a second of processor time */

#define INPUT_MAX ((size_t)4 * 1024 * 1024)

static const struct {
	const char *name;
	void (*run)(const uint8_t *p, size_t n);
} targets[] = {
#define ROW(name) {#name, fuzz_##name},
	FUZZ_TARGETS(ROW)};

static const uint8_t *read_file(const char *path, size_t *n)
{
	static uint8_t p[INPUT_MAX];
	FILE *f = fopen(path, "rb");

	if (!f) {
		perror(path);
		exit(1);
	}
	*n = fread(p, 1, INPUT_MAX, f);
	fclose(f);
	return p;
}

/* run_file - on a heap copy of the exact length, so that a read behind the end is seen */
static void run_part(size_t t, const uint8_t *p, size_t n)
{
	uint8_t *copy = malloc(n + !n);

	if (!copy)
		exit(1);
	if (n)
		memcpy(copy, p, n);
	targets[t].run(copy, n);
	free(copy);
}

static int run_file(size_t t, const char *path)
{
	clock_t start = clock();
	double seconds;
	const uint8_t *p;
	size_t n;

	p = read_file(path, &n);
	run_part(t, p, n);
	seconds = (double)(clock() - start) / CLOCKS_PER_SEC;
	run_part(t, p, n / 2);
	run_part(t, p + n / 2, n - n / 2);
	if (seconds > 5)
		fprintf(stderr, "%s: %.1f s\n", path, seconds);
	return seconds > 5;
}

int main(int argc, char **argv)
{
	size_t n = 0, t;
	int slow = 0;

	for (int i = 1; i < argc; i++)
		for (t = 0; t < sizeof(targets) / sizeof(targets[0]); t++) {
			char folder[PATH_MAX], path[PATH_MAX];
			struct dirent *e;
			DIR *d;

			snprintf(folder, sizeof(folder), "%s/%s", argv[i], targets[t].name);
			d = opendir(folder);
			if (!d)
				continue;
			while ((e = readdir(d))) {
				if (e->d_name[0] == '.' ||
				    (size_t)snprintf(path, sizeof(path), "%s/%s", folder,
						     e->d_name) >= sizeof(path))
					continue;
				if (getenv("FUZZ_VERBOSE"))
					fprintf(stderr, "%s\n", path);
				slow += run_file(t, path);
				n++;
			}
			closedir(d);
		}
	printf("%zu inputs\n", n);
	return n == 0 || slow;
}
