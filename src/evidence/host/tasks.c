/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "evidence/host/tasks.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>

#include "core/input.h"

/* struct walk - through proc/ */
struct walk {
	const struct seal_root *root;
	struct seal_host *h;
	bool missed; /* a process that was there could not be read */
};

/* proc_word - the one line of proc/PID/NAME in the arena. Returns 0, -ENOMEM or why not */
static int proc_word(const struct walk *w, uint32_t pid, const char *name, struct seal_bytes *ret)
{
	seal_auto_free char *text = NULL;
	char path[64];
	size_t n = 0;
	int r;

	snprintf(path, sizeof(path), "proc/%u/%s", pid, name);
	r = seal_root_read(w->root, path, 4096, &text, &n, NULL);
	if (r < 0)
		return r;
	while (n && (text[n - 1] == '\n' || text[n - 1] == '\0'))
		n--;
	return seal_arena_intern(w->h->arena, (struct seal_bytes){text, n}, ret);
}

static int note_task(void *data, const char *name, unsigned char type)
{
	struct walk *w = data;
	struct seal_task p = {0}, *place;
	int r;

	if (type != DT_DIR || seal_parse_u32(seal_bytes_of(name), 10, &p.pid) < 0)
		return 0;
	if (w->h->tasks.v.n == SEAL_TASKS_MAX)
		return -EFBIG;
	r = proc_word(w, p.pid, "attr/current", &p.label);
	if (r == 0 && p.label.n)
		r = proc_word(w, p.pid, "comm", &p.comm);
	/* gone since, or a kernel that keeps no labels */
	w->missed = w->missed || (r < 0 && r != -ENOENT && r != -ESRCH && r != -EINVAL);
	if (r < 0 || !p.label.n)
		return r == -ENOMEM ? r : 0;
	place = seal_vec_add(&w->h->tasks.v);
	if (!place)
		return -ENOMEM;
	*place = p;
	return 0;
}

static int by_pid(const void *a, const void *b)
{
	const struct seal_task *x = a, *y = b;

	return x->pid < y->pid ? -1 : x->pid > y->pid;
}

int seal_tasks_read(const struct seal_root *root, struct seal_host *h)
{
	struct walk w = {.root = root, .h = h};
	int r;

	if (!seal_root_is_running(root))
		return 0;
	r = seal_root_list(root, "proc", note_task, &w, NULL);
	if (r == -ENOMEM)
		return r;
	if (h->tasks.v.n > 1)
		qsort(h->tasks.v.v, h->tasks.v.n, sizeof(*h->tasks.v.v), by_pid);
	h->tasks.present = r == 0 && h->tasks.v.n > 0 && !w.missed;
	return 0;
}
