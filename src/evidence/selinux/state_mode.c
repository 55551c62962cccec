/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "evidence/selinux/state_impl.h"

#include "core/input.h"

#include <dirent.h>
#include <errno.h>
#include <jansson.h>
#include <stdio.h>

#define BOOT_ENTRIES "boot/loader/entries"

static int set_mode(struct seal_host *h, enum seal_selinux_mode mode, const char *path,
		    uint64_t line)
{
	struct seal_bytes kept;

	if (seal_arena_copy(h->arena, seal_bytes_of(path), &kept) < 0)
		return -ENOMEM;
	h->selinux.mode = mode;
	h->selinux.mode_origin =
		(struct seal_origin){.source = SEAL_SOURCE_SELINUX, .path = kept, .line = line};
	return 0;
}

static enum seal_selinux_mode mode_of(struct seal_bytes word)
{
	enum seal_selinux_mode m;

	for (m = SEAL_SELINUX_DISABLED; m < SEAL_SELINUX_MODE_MAX_; m++)
		if (seal_bytes_icase_eq(word, seal_bytes_of(seal_selinux_mode_name(m))))
			return m;
	return SEAL_SELINUX_UNKNOWN;
}

int seal_state_config(const struct seal_root *root, struct seal_host *h)
{
	static const char path[] = "etc/selinux/config";
	seal_auto_free char *text = NULL;
	struct seal_err err = {0};
	struct seal_bytes rest, line, value;
	struct seal_source_state *row;
	uint64_t number = 0, keys = 0;
	size_t n = 0;
	int r;

	r = seal_root_read(root, path, SEAL_STATE_FILE_MAX, &text, &n, &err);
	h->selinux.configured_status = r == -ENOENT && !seal_root_is_whole(root) ? -ENODATA : r;
	if (r < 0)
		return seal_state_row(h, SEAL_SOURCE_SELINUX, path,
				      r == -ENOENT ? SEAL_READ_ABSENT : SEAL_READ_UNREADABLE,
				      err.text)
			       ? 0
			       : -ENOMEM;

	/* as libselinux reads it: the key begins the line, the last one counts, blanks end the
	 * value */
	for (rest = (struct seal_bytes){text, n}; rest.n > 0;) {
		line = seal_bytes_cut(rest, '\n', &rest);
		number++;
		while (line.n > 0 && (line.p[0] == ' ' || line.p[0] == '\t'))
			line = seal_bytes_from(line, 1);
		if (seal_bytes_starts(line, "SELINUX=")) {
			value = seal_bytes_from(line, strlen("SELINUX="));
			if (set_mode(h, mode_of(seal_bytes_trim(value)), path, number) < 0)
				return -ENOMEM;
			keys++;
		} else if (seal_bytes_starts(line, "SELINUXTYPE=")) {
			value = seal_bytes_trim(seal_bytes_from(line, strlen("SELINUXTYPE=")));
			if (seal_arena_copy(h->arena, value, &h->selinux.type) < 0)
				return -ENOMEM;
			keys++;
		}
	}
	h->selinux.configured = h->selinux.mode;
	h->selinux.configured_origin = h->selinux.mode_origin;
	row = seal_state_row(h, SEAL_SOURCE_SELINUX, path, SEAL_READ_READ, "");
	if (!row)
		return -ENOMEM;
	row->records = keys;
	return 0;
}

/* struct boot - what the kernel command lines of a root say: counts of lines */
struct boot {
	const struct seal_root *root;
	unsigned lines, disabled, permissive, enforcing, with_backlog;
	uint32_t least_backlog;
	bool read;
	int unread;     /* as in struct seal_boot_lines */
	char path[192]; /* of the last line that says something */
	uint64_t line;
};

/* note_backlog - audit_backlog_limit= of a line; of several the last holds */
static void note_backlog(struct boot *b, uint32_t limit)
{
	if (!b->with_backlog || limit < b->least_backlog)
		b->least_backlog = limit;
	b->with_backlog++;
}

static void read_parameters(struct boot *b, struct seal_bytes line, const char *path,
			    uint64_t number)
{
	static const char backlog[] = "audit_backlog_limit=";
	bool off = false, permissive = false, enforcing = false, limited = false;
	struct seal_bytes word;
	uint32_t limit = 0;

	b->lines++;
	while ((word = seal_bytes_word(&line)).n > 0) {
		struct seal_bytes value;

		/* GRUB_CMDLINE_LINUX="word word" */
		if (seal_bytes_chr(word, '"') > 0) {
			seal_bytes_cut(word, '"', &value);
			if (value.n > 0)
				word = value;
		}
		while (word.n > 0 && (word.p[0] == '"' || word.p[0] == '\''))
			word = seal_bytes_from(word, 1);
		while (word.n > 0 && (word.p[word.n - 1] == '"' || word.p[word.n - 1] == '\''))
			word.n--;
		off |= seal_bytes_is(word, "selinux=0");
		permissive |= seal_bytes_is(word, "enforcing=0");
		enforcing |= seal_bytes_is(word, "enforcing=1");
		limited |= seal_bytes_starts(word, backlog) &&
			   seal_parse_u32(seal_bytes_from(word, strlen(backlog)), 10, &limit) == 0;
	}
	if (limited)
		note_backlog(b, limit);
	b->disabled += off;
	b->permissive += !off && permissive;
	b->enforcing += !off && !permissive && enforcing;
	if (off || permissive || enforcing) {
		snprintf(b->path, sizeof(b->path), "%s", path);
		b->line = number;
	}
}

/* note_unread - @r, of looking for a file or a folder, says that it is there and cannot be read */
static bool note_unread(struct boot *b, int r)
{
	if (r < 0 && r != -ENOENT && r != -ENOTDIR)
		b->unread = r;
	return r < 0;
}

/* read_boot_file - the lines of a file that begin with @key ("" takes all). Returns whether it was
 * there */
static bool read_boot_file(struct boot *b, const char *path, const char *key)
{
	seal_auto_free char *text = NULL;
	struct seal_bytes rest, line;
	uint64_t number = 0;
	size_t n = 0;

	if (note_unread(b, seal_root_read(b->root, path, SEAL_STATE_FILE_MAX, &text, &n, NULL)))
		return false;
	b->read = true;
	for (rest = (struct seal_bytes){text, n}; rest.n > 0;) {
		line = seal_bytes_trim(seal_bytes_cut(rest, '\n', &rest));
		number++;
		if (line.n > 0 && seal_bytes_starts(line, key))
			read_parameters(b, seal_bytes_from(line, strlen(key)), path, number);
	}
	return true;
}

static int read_boot_entry(void *data, const char *name, unsigned char type)
{
	struct boot *b = data;
	char path[192];

	if (type == DT_REG && seal_bytes_ends(seal_bytes_of(name), ".conf") &&
	    snprintf(path, sizeof(path), BOOT_ENTRIES "/%s", name) < (int)sizeof(path))
		read_boot_file(b, path, "options ");
	return 0;
}

/* read_boot - the first kind of evidence that there is: the running kernel's line, boot loader
 * entries, the generated grub.cfg, and last the defaults it is generated from */
static void read_boot(struct boot *b)
{
	if (read_boot_file(b, "proc/cmdline", ""))
		return;
	note_unread(b, seal_root_list(b->root, BOOT_ENTRIES, read_boot_entry, b, NULL));
	if (b->lines > 0)
		return;
	if (read_boot_file(b, "boot/grub/grub.cfg", "linux") ||
	    read_boot_file(b, "boot/grub2/grub.cfg", "linux") ||
	    read_boot_file(b, "etc/kernel/cmdline", ""))
		return;
	/* GRUB_CMDLINE_LINUX and GRUB_CMDLINE_LINUX_DEFAULT become one line: what either says holds
	 */
	read_boot_file(b, "etc/default/grub", "GRUB_CMDLINE_LINUX");
	b->lines = b->disabled + b->permissive + b->enforcing + b->with_backlog > 0;
}

int seal_state_command_line(const struct seal_root *root, struct seal_host *h)
{
	struct boot b = {.root = root};
	enum seal_selinux_mode mode = h->selinux.mode;

	read_boot(&b);
	h->selinux.boot = (struct seal_boot_lines){
		.lines = b.lines,
		.disabled = b.disabled,
		.permissive = b.permissive,
		.enforcing = b.enforcing,
		.with_backlog = b.with_backlog,
		.least_backlog = b.least_backlog,
		.read = b.read,
		.unread = b.unread,
		.origin = {.source = SEAL_SOURCE_SELINUX, .line = b.line},
	};
	if (seal_arena_copy(h->arena, seal_bytes_of(b.path), &h->selinux.boot.origin.path) < 0)
		return -ENOMEM;
	/* the running kernel itself tells more than the line it was started with */
	if (b.disabled + b.permissive + b.enforcing == 0 || seal_root_kind(root) == SEAL_ROOT_LIVE)
		return 0;
	if (b.disabled == b.lines)
		mode = SEAL_SELINUX_DISABLED;
	else if (b.disabled > 0)
		mode = SEAL_SELINUX_UNKNOWN; /* it depends on the entry that is booted */
	else if (mode == SEAL_SELINUX_DISABLED)
		return 0; /* the configuration has the last word here */
	else if (b.permissive == b.lines)
		mode = SEAL_SELINUX_PERMISSIVE;
	else if (b.enforcing == b.lines)
		mode = SEAL_SELINUX_ENFORCING;
	else
		mode = SEAL_SELINUX_UNKNOWN;
	return set_mode(h, mode, b.path, b.line);
}

static int note_kernel_boolean(void *data, const char *name, unsigned char type)
{
	struct seal_host *h = data;
	struct seal_boolean *b;

	(void)type;
	b = seal_state_boolean(h, seal_bytes_of(name));
	return b ? 0 : -ENOMEM;
}

static int8_t switch_of(struct seal_bytes word)
{
	return seal_bytes_is(word, "1") ? 1 : seal_bytes_is(word, "0") ? 0 : -1;
}

static int read_kernel_booleans(const struct seal_root *root, struct seal_host *h)
{
	static const char folder[] = "sys/fs/selinux/booleans";
	char path[sizeof(folder) + 256];
	int r;

	r = seal_root_list(root, folder, note_kernel_boolean, h, NULL);
	if (r == -ENOMEM)
		return r;
	seal_vec_each (b, &h->selinux.booleans) {
		seal_auto_free char *text = NULL;
		struct seal_bytes rest;
		size_t n = 0;

		snprintf(path, sizeof(path), "%s/%.*s", folder, (int)b->name.n, b->name.p);
		if (seal_root_read(root, path, 64, &text, &n, NULL) < 0)
			continue;
		rest = (struct seal_bytes){text, n};
		b->active = switch_of(seal_bytes_word(&rest));
		b->pending = switch_of(seal_bytes_trim(seal_bytes_word(&rest)));
	}
	return 0;
}

/* read_checkreqprot - gone from kernels that have no such switch any more: then it is off */
static void read_checkreqprot(const struct seal_root *root, struct seal_host *h)
{
	seal_auto_free char *text = NULL;
	size_t n = 0;
	int r = seal_root_read(root, "sys/fs/selinux/checkreqprot", 64, &text, &n, NULL);

	if (r == -ENOENT)
		h->selinux.checkreqprot = 0;
	else if (r == 0 && n > 0)
		h->selinux.checkreqprot = text[0] == '1';
}

int seal_state_kernel(const struct seal_root *root, struct seal_host *h)
{
	static const char path[] = "sys/fs/selinux/enforce";
	seal_auto_free char *text = NULL;
	struct seal_err err = {0};
	struct seal_source_state *row;
	size_t n = 0;
	int r;

	r = seal_root_read(root, path, 64, &text, &n, &err);
	row = seal_state_row(h, SEAL_SOURCE_SELINUX, path,
			     r == 0         ? SEAL_READ_READ
			     : r == -ENOENT ? SEAL_READ_ABSENT
					    : SEAL_READ_UNREADABLE,
			     r == -ENOENT ? "this kernel runs without SELinux" : err.text);
	if (!row)
		return -ENOMEM;
	h->selinux.running = r == -ENOENT;
	if (r == -ENOENT)
		return set_mode(h, SEAL_SELINUX_DISABLED, path, 0);
	if (r < 0)
		return set_mode(h, SEAL_SELINUX_UNKNOWN, path, 0);
	row->records = 1;
	h->selinux.running = true;
	r = set_mode(h, n > 0 && text[0] == '1' ? SEAL_SELINUX_ENFORCING : SEAL_SELINUX_PERMISSIVE,
		     path, 1);
	read_checkreqprot(root, h);
	return r < 0 ? r : read_kernel_booleans(root, h);
}

static int8_t json_switch(const json_t *v)
{
	if (json_is_boolean(v))
		return (int8_t)json_is_true(v);
	return json_is_integer(v) && (json_integer_value(v) & ~1) == 0
		       ? (int8_t)json_integer_value(v)
		       : -1;
}

static int take_json(struct seal_host *h, const json_t *top, const char *path, uint64_t *records)
{
	const char *mode = json_string_value(json_object_get(top, "mode"));
	json_t *booleans = json_object_get(top, "booleans"), *v;
	const char *name;

	if (mode && set_mode(h, mode_of(seal_bytes_of(mode)), path, 0) < 0)
		return -ENOMEM;
	h->selinux.running = mode && h->selinux.mode != SEAL_SELINUX_UNKNOWN;
	json_object_foreach(booleans, name, v)
	{
		struct seal_boolean *b;

		if (h->selinux.booleans.n >= SEAL_BOOLEANS_MAX)
			break;
		b = seal_state_boolean(h, seal_bytes_of(name));
		if (!b)
			return -ENOMEM;
		b->active = json_switch(json_array_get(v, 0));
		b->pending = json_switch(json_array_get(v, 1));
		(*records)++;
	}
	return 0;
}

int seal_state_bundle(const struct seal_root *root, struct seal_host *h)
{
	static const char path[] = "live/selinux.json";
	seal_auto_free char *text = NULL;
	struct seal_err err = {0};
	struct seal_source_state *row;
	uint64_t records = 0;
	json_error_t why;
	json_t *top;
	size_t n = 0;
	int r;

	r = seal_root_open_live(root, "selinux.json", &err);
	if (r >= 0)
		r = seal_read_all(r, SEAL_STATE_FILE_MAX, &text, &n, &err);
	if (r == -ENOENT)
		return 0;
	if (r < 0)
		return seal_state_row(h, SEAL_SOURCE_SELINUX, path, SEAL_READ_UNREADABLE, err.text)
			       ? 0
			       : -ENOMEM;
	top = json_loadb(text, n, JSON_REJECT_DUPLICATES, &why);
	if (!json_is_object(top)) {
		json_decref(top);
		return seal_state_row(h, SEAL_SOURCE_SELINUX, path, SEAL_READ_UNREADABLE,
				      "not a JSON object")
			       ? 0
			       : -ENOMEM;
	}
	r = take_json(h, top, path, &records);
	json_decref(top);
	row = seal_state_row(h, SEAL_SOURCE_SELINUX, path, SEAL_READ_READ, "");
	if (r < 0 || !row)
		return -ENOMEM;
	row->records = records;
	return 0;
}
