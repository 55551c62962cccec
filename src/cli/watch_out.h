/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/* watch_out.h - where verb watch tells what it finds: a screen that changes, lines of text, NDJSON,
 * a file for Prometheus */

#include "cli/cli.h"
#include "cli/watching.h"
#include "evidence/live/live.h"
#include "report/watch.h"

/* struct watch_stream - one --format */
struct watch_stream {
	const struct seal_output *to;
	int fd;
	bool json, screen;
	struct seal_text_style style;
	struct seal_buf buf;
	struct seal_records records;
};

struct watch_out {
	const struct seal_cli *cli;
	seal_vec(struct watch_stream) streams;
	char *head, *name; /* owned: the first line, printable; the host's name for the records */
	size_t n_name;
	bool begun;
	struct seal_watch_note last[SEAL_WATCH_NOTES_SHOWN];
	size_t n_last;
	struct seal_watch_losses lost; /* as told */
};

/* watch_out_open - open the outputs, before the lock-down. Returns SEAL_EXIT_OK or
 * SEAL_EXIT_FAILED (reported). */
int watch_out_open(struct watch_out *o, const struct seal_cli *cli);

/* watch_out_begin - the first line; once there are facts of the host */
void watch_out_begin(struct watch_out *o, const struct seal_host *h);
/* watch_out_found - a new cause (for watching_merge(); @o is a struct watch_out). Returns 0 */
int watch_out_found(void *o, const struct watch_found *f);
/* watch_out_note - something happened */
void watch_out_note(struct watch_out *o, const struct seal_watch_note *n);
/* watch_out_update - what grew since the last time, and losses */
void watch_out_update(struct watch_out *o, struct seal_watched *w);
/* watch_out_textfile - the file for Prometheus. Returns SEAL_EXIT_OK or SEAL_EXIT_FAILED */
int watch_out_textfile(struct watch_out *o, const struct seal_host *h,
		       const struct seal_watched *w);
void watch_out_end(struct watch_out *o, const struct seal_watched *w);

/* watch_out_flush - write what was told. Returns 0 or a negative errno */
int watch_out_flush(struct watch_out *o);
/* watch_out_close - the terminal is as before. What was not flushed is dropped. */
void watch_out_close(struct watch_out *o);
