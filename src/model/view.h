/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/* view.h - questions about single files of the host, answered when they are asked: analysis may
 * name a path only after it has read the logs. The evidence layer fills in the functions; tests use
 * literals. */

#include "core/arena.h"
#include "core/bytes.h"

#include <errno.h>

struct seal_file {
	char type;               /* f d l s p b c, as find -printf %y */
	uint32_t mode, uid, gid; /* mode: permission bits only */
	uint64_t size_bytes;
	int64_t mtime_us;
	struct seal_bytes link; /* target text of a link, in the host's arena */
	bool has_owner; /* mode and owner are the host's own, not those of an unpacked copy */
};

/* enum seal_acl_tag - as the kernel stores it (acl(5)) */
enum seal_acl_tag {
	SEAL_ACL_OWNER = 0x01,
	SEAL_ACL_USER = 0x02,
	SEAL_ACL_OWNING_GROUP = 0x04,
	SEAL_ACL_GROUP = 0x08,
	SEAL_ACL_MASK = 0x10,
	SEAL_ACL_OTHER = 0x20,
};

struct seal_acl_entry {
	enum seal_acl_tag tag;
	uint32_t id;    /* of USER and GROUP */
	unsigned perms; /* r 4, w 2, x 1 */
};

#define SEAL_ACL_ENTRIES_MAX 64

/* struct seal_acl - the access ACL of a file; n 0: it has none beyond its mode */
struct seal_acl {
	struct seal_acl_entry v[SEAL_ACL_ENTRIES_MAX];
	size_t n;
};

/* struct seal_context_entry - one entry of file_contexts; borrowed from the evidence */
struct seal_context_entry {
	struct seal_bytes regex;   /* as written */
	struct seal_bytes literal; /* what every match begins with, escapes taken out */
	struct seal_bytes context; /* empty for <<none>> */
	char type;                 /* as seal_file.type, '?' = any */
	bool local;                /* made by the administrator */
	bool whole;                /* it matches @literal itself, and at most what lies below */
};

/* struct seal_certificate - the first certificate of a PEM file, and how many there are */
struct seal_certificate {
	size_t n;
	int64_t not_before_us, not_after_us;
	int64_t first_end_us;      /* the earliest end among all of them */
	struct seal_bytes subject; /* RFC 4514, in the host's arena */
	bool self_signed;
};

/* the certificates of a PEM file that a server or client shows, in the order of the file */
#define SEAL_CHAIN_MAX       ((size_t)16)
#define SEAL_CHAIN_NAMES_MAX ((size_t)64)
#define SEAL_KEY_ID_SIZE     ((size_t)32)

struct seal_chain_link {
	struct seal_bytes subject, issuer; /* RFC 4514, in the host's arena */
	int64_t not_before_us, not_after_us;
	unsigned char key_id[SEAL_KEY_ID_SIZE]; /* SHA-256 of its public key with algorithm */
	bool ca, self_signed;
	bool by_next; /* the next one of the file is its issuer's */
};

enum seal_issuer {
	SEAL_ISSUER_UNKNOWN, /* no list of known CAs was read, or one could not be */
	SEAL_ISSUER_KNOWN,   /* the last certificate is a root, or the issuer of it is known */
	SEAL_ISSUER_ABSENT,
};

struct seal_chain {
	size_t n; /* those of @v; further ones of the file are passed over */
	struct seal_chain_link v[SEAL_CHAIN_MAX];
	struct seal_bytes names[SEAL_CHAIN_NAMES_MAX]; /* DNS names of the first; of one that has
							  none its common name */
	size_t n_names;
	enum seal_issuer issuer;
	bool issuer_published; /* the last one tells where its issuer's certificate is fetched */
};

/* struct seal_chain_query - the certificates that stand together in @path, with no private key
 * between them: the first such group is 0. @group -1: all of the file. */
struct seal_chain_query {
	struct seal_bytes path;
	int group;
	struct seal_bytes ca_file; /* CAs besides those of the system; may be empty */
};

struct seal_view {
	void *data;
	/* file - metadata of a path (absolute on the host), not following a final link.
	 * Returns 0, -ENOENT, -ENODATA (the evidence cannot tell) or another negative errno. */
	int (*file)(void *data, struct seal_bytes path, struct seal_file *ret);
	/* label - its security context as stored. Same returns. */
	int (*label)(void *data, struct seal_bytes path, struct seal_bytes *ret);
	/* expected - the context file_contexts asks for; @type as seal_file.type, '?' = any.
	 * -ENOENT: no entry (or <<none>>). */
	int (*expected)(void *data, struct seal_bytes path, char type, struct seal_bytes *ret);
	/* acl - its access ACL. Same returns; -ENODATA: it may have one. */
	int (*acl)(void *data, struct seal_bytes path, struct seal_acl *ret);
	/* spec_path - how an entry of file_contexts has to write @path, which equivalences
	 * (file_contexts.subs) may label as another; the text goes into @arena. Returns 0, -EXDEV
	 * (semanage takes no entry for it), -EINVAL, -ENODATA or -ENOMEM. */
	int (*spec_path)(void *data, struct seal_bytes path, struct seal_arena *arena,
			 struct seal_bytes *ret);
	/* entry - the entry of that number, from 0 on; a later one goes before an earlier one.
	 * Returns 0, -ENOENT (no more) or -ENODATA. */
	int (*entry)(void *data, size_t n, struct seal_context_entry *ret);
	/* text - the content of a small file that holds no secret, links followed, in the host's
	 * arena. Same returns, and -EFBIG. */
	int (*text)(void *data, struct seal_bytes path, struct seal_bytes *ret);
	/* certificate - of a PEM file, links followed; keys in it are passed over.
	 * Same returns, and -EBADMSG: no certificate is in it. */
	int (*certificate)(void *data, struct seal_bytes path, struct seal_certificate *ret);
	/* chain - Same returns; -EBADMSG: no such group of certificates, or a damaged one. */
	int (*chain)(void *data, const struct seal_chain_query *query, struct seal_chain *ret);
	/* key - which public key belongs to the @nth private key (from 0 on) of a PEM file; nothing
	 * else of the key is kept. Same returns, -EBADMSG: there is none, -ENOKEY: it is encrypted.
	 */
	int (*key)(void *data, struct seal_bytes path, unsigned nth,
		   unsigned char ret[SEAL_KEY_ID_SIZE]);
};

static inline int seal_view_file(const struct seal_view *v, struct seal_bytes path,
				 struct seal_file *ret)
{
	return v->file ? v->file(v->data, path, ret) : -ENODATA;
}

static inline int seal_view_label(const struct seal_view *v, struct seal_bytes path,
				  struct seal_bytes *ret)
{
	return v->label ? v->label(v->data, path, ret) : -ENODATA;
}

static inline int seal_view_expected(const struct seal_view *v, struct seal_bytes path, char type,
				     struct seal_bytes *ret)
{
	return v->expected ? v->expected(v->data, path, type, ret) : -ENODATA;
}

static inline int seal_view_acl(const struct seal_view *v, struct seal_bytes path,
				struct seal_acl *ret)
{
	return v->acl ? v->acl(v->data, path, ret) : -ENODATA;
}

static inline int seal_view_spec_path(const struct seal_view *v, struct seal_bytes path,
				      struct seal_arena *arena, struct seal_bytes *ret)
{
	return v->spec_path ? v->spec_path(v->data, path, arena, ret) : -ENODATA;
}

static inline int seal_view_entry(const struct seal_view *v, size_t n,
				  struct seal_context_entry *ret)
{
	return v->entry ? v->entry(v->data, n, ret) : -ENODATA;
}

static inline int seal_view_text(const struct seal_view *v, struct seal_bytes path,
				 struct seal_bytes *ret)
{
	return v->text ? v->text(v->data, path, ret) : -ENODATA;
}

static inline int seal_view_certificate(const struct seal_view *v, struct seal_bytes path,
					struct seal_certificate *ret)
{
	return v->certificate ? v->certificate(v->data, path, ret) : -ENODATA;
}

static inline int seal_view_chain(const struct seal_view *v, const struct seal_chain_query *query,
				  struct seal_chain *ret)
{
	return v->chain ? v->chain(v->data, query, ret) : -ENODATA;
}

static inline int seal_view_key(const struct seal_view *v, struct seal_bytes path, unsigned nth,
				unsigned char ret[SEAL_KEY_ID_SIZE])
{
	return v->key ? v->key(v->data, path, nth, ret) : -ENODATA;
}
