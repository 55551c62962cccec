/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/* root.h - the evidence root: the live host's "/", an image directory, a sosreport or a bundle
 * (CONTRACT: bundle.json, root/, live/), as a directory or a tar of any compression.
 * Nothing is written below it and nothing is followed out of it: every open is openat2(2) with
 * RESOLVE_IN_ROOT | RESOLVE_NO_MAGICLINKS, or a component walk with O_NOFOLLOW where the kernel
 * refuses openat2. Paths are relative to the root; a leading "/" is ignored. */

#include "core/bytes.h"
#include "core/err.h"

#include <sys/stat.h>

struct seal_root;

enum seal_root_kind {
	SEAL_ROOT_LIVE,    /* "/" of the running host: live sources may be asked as well */
	SEAL_ROOT_IMAGE,   /* a directory that looks like "/" */
	SEAL_ROOT_BUNDLE,  /* a bundle directory: files below root/, live state below live/ */
	SEAL_ROOT_ARCHIVE, /* a bundle or image in a tar, read into memory */
	SEAL_ROOT_KIND_MAX_,
};

/* seal_root_new - open the evidence root
 * @path: directory or tar file, as the user named it; resolved by the host as usual
 * @ret:  new root, caller frees with seal_root_free(); untouched on failure
 * Returns 0, -ENOENT, -ENOTDIR (neither directory nor archive), -EACCES, -EFBIG, -ENOMEM or an I/O
 * errno. */
int seal_root_new(const char *path, struct seal_root **ret, struct seal_err *err);
void seal_root_free(struct seal_root *root);
SEAL_DEFINE_AUTO(root, struct seal_root *, seal_root_free);
#define seal_auto_root __attribute__((cleanup(seal_auto_root_)))

/* seal_root_is_own - whether @path is the root directory of this process: the running host */
bool seal_root_is_own(const char *path);

enum seal_root_kind seal_root_kind(const struct seal_root *root);
/* seal_root_name - the path given to seal_root_new(), for messages; borrowed */
const char *seal_root_name(const struct seal_root *root);

/* seal_root_open - open a regular file for reading
 * Links are resolved inside the root. Opened O_NONBLOCK | O_NOCTTY | O_CLOEXEC and checked with
 * fstat(2), so a FIFO, socket or device never blocks and is never read.
 * Returns a file descriptor the caller closes, or -ENOENT, -EACCES, -ELOOP, -EISDIR,
 * -ENXIO (not a regular file), -ENAMETOOLONG, -ENOMEM or an I/O errno. */
int seal_root_open(const struct seal_root *root, const char *path, struct seal_err *err);

/* seal_root_open_secret - as seal_root_open(), of a file whose content must not leave the host: a
 * struct seal_watch is told that its metadata was asked for */
int seal_root_open_secret(const struct seal_root *root, const char *path, struct seal_err *err);

/* seal_root_open_live - open a file of the bundle's live/ directory; -ENOENT for other kinds of
 * root. Otherwise as seal_root_open(). */
int seal_root_open_live(const struct seal_root *root, const char *name, struct seal_err *err);

/* seal_root_give_queue - what "postqueue -j" says of a live host whose spool we may not read; from
 * here on it is live/queue.ndjson
 * @fd: a file; taken over */
void seal_root_give_queue(struct seal_root *root, int fd);

/* seal_root_open_bundle - open a file of the bundle itself: "bundle.json"; -ENOENT for other kinds
 * of root. Otherwise as seal_root_open(). */
int seal_root_open_bundle(const struct seal_root *root, const char *name, struct seal_err *err);

/* seal_root_is_whole - whether a file that is not there is not on the host either: true of a live
 * host and an image, not of a bundle or a sosreport, which hold a part of the host */
bool seal_root_is_whole(const struct seal_root *root);

/* seal_root_is_running - whether proc/ and sys/ of the root are those of the host's running kernel:
 * of the live host, and of a bundle that was made on it */
bool seal_root_is_running(const struct seal_root *root);

/* seal_root_is_partial - whether a bundle tells what of the host is not in it (root_partial.h) */
bool seal_root_is_partial(const struct seal_root *root);

/* seal_root_has_owners - whether a bundle says that owners and ACLs of its entries are the host's
 */
bool seal_root_has_owners(const struct seal_root *root);

/* what is asked of a root; where the path counts from */
enum seal_touch {
	SEAL_TOUCH_LOOK, /* metadata, label, ACL, target of a link */
	SEAL_TOUCH_READ, /* content */
	SEAL_TOUCH_LIST, /* entries of a directory */
	SEAL_TOUCH_DIR,  /* content of a file of a directory kept open (struct seal_dir) */
};
enum seal_root_place {
	SEAL_AT_HOST,
	SEAL_AT_LIVE,
	SEAL_AT_BUNDLE,
};

/* struct seal_watch - told of each path before it is looked up, whether or not it is there */
struct seal_watch {
	void (*touch)(void *data, enum seal_root_place place, enum seal_touch touch,
		      const char *path);
	void *data;
};

/* seal_root_watch - tell @watch from now on of everything that is asked of the root: so that what
 * the readers need is known from themselves, not from a list beside them
 * @watch: borrowed, must outlive the root or its replacement; NULL ends it */
void seal_root_watch(struct seal_root *root, const struct seal_watch *watch);

/* struct seal_root_fault - a path that machine or medium failed to give: an I/O error, no memory,
 * no descriptor. Callers take many a file for absent that they cannot read. */
struct seal_root_fault {
	char path[256]; /* relative; cut when it is longer */
	int code;       /* negative errno */
};

/* seal_root_faults - the faults met since seal_root_forget_faults(), the first SEAL_ROOT_FAULTS_MAX
 * of them, a path and errno once; borrowed, they stay as they are until the next forgetting
 * @beyond: how often other paths failed after that, whose names are not kept; may be NULL */
#define SEAL_ROOT_FAULTS_MAX 32
size_t seal_root_faults(const struct seal_root *root, const struct seal_root_fault **ret,
			size_t *beyond);

/* seal_root_forget_faults - from here on another reading of the evidence is told about */
void seal_root_forget_faults(const struct seal_root *root);

/* seal_root_note - remember @code of reading the content of @path among the faults where it is one.
 * -EBADMSG is none: it says that a compression is damaged. The lookups below note their own faults,
 * seal_dir_open_file() excepted. Any thread may note.
 * Returns @code. */
int seal_root_note(const struct seal_root *root, const char *path, int code);

/* seal_root_damage - what an archive lost on the way: cut off, names that lead out, contents over
 * the limit; printable, borrowed, empty when nothing is missing */
const char *seal_root_damage(const struct seal_root *root);

/* seal_root_stat - metadata of @path as the root itself holds it (archives and copies lose owners
 * and sockets: ask evidence/host/files.h, which knows the bundle's files.tsv)
 * @follow: whether a link as last component is followed (inside the root)
 * Returns 0 or a negative errno as seal_root_open(). */
int seal_root_stat(const struct seal_root *root, const char *path, bool follow, struct stat *ret);

/* seal_root_readlink - the text of the link at @path
 * Returns its length (cut to @size), or -EINVAL (no link) or another negative errno. */
ssize_t seal_root_readlink(const struct seal_root *root, const char *path, char *buf, size_t size);

/* seal_root_list - call @each for every entry of a directory, in byte order of the names
 * @type:  DT_* of dirent.h, never DT_UNKNOWN
 * @each:  a negative result stops the walk and is returned
 * Limits: 4,000,000 entries; beyond: -EFBIG.
 * Returns 0 or a negative errno. */
int seal_root_list(const struct seal_root *root, const char *path,
		   int (*each)(void *data, const char *name, unsigned char type), void *data,
		   struct seal_err *err);

/* struct seal_dir - a directory of the root kept open, for opening many files right in it */
struct seal_dir {
	const struct seal_root *root; /* borrowed */
	const char *path;             /* borrowed */
	int fd;                       /* -1 in an archive */
};

/* seal_dir_open - @path must outlive it; end with seal_dir_close()
 * Returns 0 or a negative errno as seal_root_open(). */
int seal_dir_open(const struct seal_root *root, const char *path, struct seal_dir *ret);
void seal_dir_close(struct seal_dir *d);

/* seal_dir_open_file - the regular file @name of the directory, a link is -ELOOP; *st describes it
 * Its faults are not remembered: a directory may hold thousands of files, and whoever reads them
 * counts those that fail.
 * Returns a file descriptor the caller closes, or a negative errno as seal_root_open(). */
int seal_dir_open_file(const struct seal_dir *d, const char *name, struct stat *st);

/* seal_root_label - the security.selinux attribute of @path itself (links not followed)
 * @buf: receives the context without its trailing NUL
 * Returns its length, -ENODATA (none), -ENOTSUP, -ERANGE or another negative errno. */
ssize_t seal_root_label(const struct seal_root *root, const char *path, char *buf, size_t size);

/* seal_root_acl - the system.posix_acl_access attribute of @path itself, raw (acl(5), kernel
 * posix_acl_xattr.h)
 * Returns its length, -ENODATA (none), -ENOTSUP (an archive: not known), -ERANGE or another
 * negative errno. */
ssize_t seal_root_acl(const struct seal_root *root, const char *path, char *buf, size_t size);
