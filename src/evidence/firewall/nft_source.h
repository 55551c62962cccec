/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/* nft_source.h - a file in nft's language with everything it includes, as one text whose lines know
 * where they come from */

#include "core/buf.h"
#include "core/root.h"
#include "core/vec.h"
#include "model/ruleset.h"

#define NFT_FILES_MAX   4096u
#define NFT_TEXT_MAX    (32u << 20)
#define NFT_INCLUDE_MAX 16u

/* struct nft_line - origin of one line of the text */
struct nft_line {
	uint32_t file; /* index of nft_source.files */
	uint32_t line; /* from 1 */
};

struct nft_source {
	const struct seal_root *root;
	struct seal_arena *arena; /* borrowed: paths */
	const char *beside;       /* directory of a file outside the root, NULL for one below it */
	struct seal_buf text;
	seal_vec(struct nft_line) lines;
	seal_vec(struct seal_bytes) files;
	bool mentions_dormant;
};

void nft_source_done(struct nft_source *s);
static inline void seal_auto_nft_source_(struct nft_source *s)
{
	nft_source_done(s);
}
#define seal_auto_nft_source __attribute__((cleanup(seal_auto_nft_source_)))

/* nft_source_read - append the file at @path and what it includes
 * Returns 0, -ENOENT (this file is not there), -ENOTSUP (an include is not there or cannot be
 * resolved), -ELOOP (includes nested too deeply), -EFBIG, -ENOMEM or an I/O errno. */
int nft_source_read(struct nft_source *s, const char *path, struct seal_err *err);
/* nft_source_add - the same for the bytes of a file already read */
int nft_source_add(struct nft_source *s, struct seal_bytes path, struct seal_bytes bytes,
		   struct seal_err *err);

/* enum nft_token_kind, nft_token - the next token of a text in nft's language: a word, a string
 * (its content), or one byte of punctuation; comments and blanks are skipped. A newline is a token,
 * unless a backslash stands before it. */
enum nft_token_kind {
	NFT_TOKEN_END,
	NFT_TOKEN_WORD,
	NFT_TOKEN_STRING,
	NFT_TOKEN_PUNCT,
	NFT_TOKEN_NEWLINE,
};

struct nft_token {
	enum nft_token_kind kind;
	struct seal_bytes text;
	size_t start, end; /* offsets */
	uint32_t line;     /* of the text, from 0 */
};

struct nft_scanner {
	struct seal_bytes text;
	size_t at;
	uint32_t line;
};

void nft_token(struct nft_scanner *s, struct nft_token *ret);

/* nft_source_interfaces - call @each for every word that may be the name of an interface the rules
 * look up when they are loaded (iif, oif, devices); words of the language are among them */
int nft_source_interfaces(const struct nft_source *s,
			  int (*each)(void *data, struct seal_bytes name), void *data);

/* nft_source_origins - give the rules of @rs the file and line they stand at, chain by chain, where
 * the text holds as many rules of the chain as the ruleset; else none Returns 0 or -ENOMEM. */
int nft_source_origins(const struct nft_source *s, struct seal_ruleset *rs);

/* struct nft_listing - what the kernel says about a text */
struct nft_listing {
	struct seal_buf json,
		dormant; /* dormant: the text listing, when the source says "dormant" */
};

/* nft_load - load the text in a child's private network namespace and list it
 * Returns 0, -EBADMSG (nft refuses it: @err has its first line), -EPERM (no namespaces), -EMSGSIZE,
 * -ETIMEDOUT, -EFBIG, -ENOMEM or another negative errno. */
int nft_load(const struct nft_source *s, struct nft_listing *ret, struct seal_err *err);
