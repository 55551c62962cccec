/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "evidence/firewall/ruleset.h"

#include <errno.h>
#include <linux/capability.h>
#include <nftables/libnftables.h>
#include <stdio.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "core/input.h"
#include "evidence/firewall/boot.h"
#include "evidence/firewall/firewalld.h"
#include "evidence/firewall/firewalld_origin.h"
#include "evidence/firewall/nft_json.h"
#include "evidence/firewall/nft_text.h"

#define LISTING_MAX ((size_t)1 << 30)

/* one row for a listing: what was read of it, and what of it was not understood */
static int row(struct seal_host *h, struct seal_bytes path, enum seal_read_status status,
	       const struct seal_ruleset *rs, struct seal_bytes detail)
{
	seal_auto_buf struct seal_buf text = {0};
	struct seal_source_state *s;

	seal_buf_put(&text, detail.p, detail.n);
	if (rs && rs->n_unknown)
		seal_buf_printf(&text, "%s%zu expressions not understood", text.n ? "; " : "",
				rs->n_unknown);
	if (rs && rs->warnings.n) {
		seal_buf_puts(&text, text.n ? "; " : "");
		seal_buf_put(&text, rs->warnings.v[0].p, rs->warnings.v[0].n);
	}
	if (text.err)
		return text.err;
	s = seal_host_source(h, SEAL_SOURCE_RULESET, path, status, seal_buf_bytes(&text));
	if (!s)
		return -ENOMEM;
	s->records = rs ? rs->n_rules : 0;
	return 0;
}

static int take(struct seal_host *h, struct seal_bytes json, struct seal_bytes path,
		struct seal_bytes note)
{
	struct seal_ruleset *rs = NULL;
	struct seal_err err = {0};
	int r;

	r = seal_nft_json_parse(json, &rs, &err);
	if (r == -ENOMEM)
		return r;
	if (r < 0)
		return row(h, path, SEAL_READ_UNREADABLE, NULL, seal_bytes_of(err.text));
	rs->origin.source = SEAL_SOURCE_RULESET;
	r = seal_arena_copy(rs->arena, path, &rs->origin.path);
	if (r == 0)
		r = row(h, path, SEAL_READ_READ, rs, note);
	if (r < 0) {
		seal_ruleset_free(rs);
		return r;
	}
	h->ruleset = rs;
	return 0;
}

/* ---- a bundle's listing ---- */

/* read_bundle - Returns 1 (there is one, whether or not it could be read), 0 or -ENOMEM */
static int read_bundle(const struct seal_root *root, struct seal_host *h)
{
	static const char name[] = "nftables.json";
	struct seal_bytes path = SEAL_LIT("live/nftables.json");
	seal_auto_free char *json = NULL;
	struct seal_err err = {0};
	size_t n = 0;
	int fd, r;

	fd = seal_root_open_live(root, name, &err);
	if (fd == -ENOENT)
		return 0;
	r = fd < 0 ? fd : seal_read_all(fd, LISTING_MAX, &json, &n, &err);
	if (r == -ENOMEM)
		return r;
	if (r < 0)
		r = row(h, path, SEAL_READ_UNREADABLE, NULL, seal_bytes_of(err.text));
	else
		r = take(h, (struct seal_bytes){json, n}, path, SEAL_BYTES_NONE);
	return r < 0 ? r : 1;
}

/* ---- the kernel ---- */

/* may_ask - the kernel tells its rules to CAP_NET_ADMIN alone, and libnftables would say so on
 * stderr */
static bool may_ask(void)
{
	struct __user_cap_header_struct head = {.version = _LINUX_CAPABILITY_VERSION_3};
	struct __user_cap_data_struct caps[_LINUX_CAPABILITY_U32S_3] = {0};

	return syscall(SYS_capget, &head, caps) < 0 ||
	       (caps[CAP_NET_ADMIN / 32].effective & 1u << CAP_NET_ADMIN % 32);
}

/* list_json - the listing into the context's output buffer. Returns 0, -ENOMEM or -EPERM */
static int list_json(struct nft_ctx *nft)
{
	char command[] = "list ruleset";

	nft_ctx_output_set_flags(nft, NFT_CTX_OUTPUT_JSON | NFT_CTX_OUTPUT_HANDLE |
					      NFT_CTX_OUTPUT_NUMERIC_ALL);
	if (nft_ctx_buffer_output(nft) || nft_ctx_buffer_error(nft))
		return -ENOMEM;
	return nft_run_cmd_from_buffer(nft, command) ? -EPERM : 0;
}

int seal_ruleset_kernel_json(struct seal_buf *out)
{
	struct nft_ctx *nft;
	int r;

	if (!may_ask())
		return -EPERM;
	nft = nft_ctx_new(NFT_CTX_DEFAULT);
	if (!nft)
		return -ENOMEM;
	r = list_json(nft);
	if (r == 0)
		seal_buf_puts(out, nft_ctx_get_output_buffer(nft));
	nft_ctx_free(nft);
	return r < 0 ? r : out->err;
}

static int list_live(struct nft_ctx *nft, struct seal_host *h)
{
	struct seal_bytes path = SEAL_LIT("nft list ruleset");
	const char *text;
	int r;

	r = list_json(nft);
	if (r == -ENOMEM)
		return r;
	text = nft_ctx_get_error_buffer(nft);
	if (r != 0)
		return row(h, path, SEAL_READ_UNREADABLE, NULL,
			   seal_bytes_trim(seal_bytes_first(seal_bytes_of(text), 160)));
	text = nft_ctx_get_output_buffer(nft);
	return take(h, seal_bytes_of(text), path, SEAL_BYTES_NONE);
}

/* tables whose flags libnftables before 1.1.0 prints from freed memory: its text listing is right
 */
static int mend_flags(struct nft_ctx *nft, struct seal_ruleset *rs)
{
	struct seal_fw_table *t;
	char command[256];
	const char *text;

	for (t = rs->tables; t; t = t->next) {
		if (!t->flags_unknown)
			continue;
		if (t->name.n > 200 || memchr(t->name.p, '"', t->name.n))
			continue;
		snprintf(command, sizeof(command), "list table %s %.*s",
			 seal_fw_family_name(t->family), (int)t->name.n, t->name.p);
		nft_ctx_output_set_flags(nft, NFT_CTX_OUTPUT_STATELESS);
		if (nft_run_cmd_from_buffer(nft, command) != 0)
			continue;
		text = nft_ctx_get_output_buffer(nft);
		t->dormant = seal_bytes_find(seal_bytes_first(seal_bytes_of(text), 512),
					     "\tflags dormant") >= 0;
		t->flags_unknown = false;
	}
	return seal_ruleset_link(rs, NULL);
}

static int read_live(struct seal_host *h)
{
	struct nft_ctx *nft;
	int r;

	if (!may_ask())
		return row(h, SEAL_LIT("nft list ruleset"), SEAL_READ_UNREADABLE, NULL,
			   SEAL_LIT("needs CAP_NET_ADMIN"));
	nft = nft_ctx_new(NFT_CTX_DEFAULT);
	if (!nft)
		return -ENOMEM;
	r = list_live(nft, h);
	if (r == 0 && h->ruleset)
		r = mend_flags(nft, h->ruleset);
	nft_ctx_free(nft);
	return r;
}

/* ---- configuration ---- */

/* a reader of configuration has said in the sources why it gave nothing */
static int not_fatal(int r)
{
	return r == -ENOMEM ? r : 0;
}

static int read_config(const struct seal_root *root, struct seal_host *h, struct seal_ruleset **to)
{
	struct seal_firewall_boot boot = {.nftables_conf = NULL};
	struct seal_err err = {0};
	int r = 0;

	seal_firewall_boot_owner(root, &boot);
	if (boot.unread)
		r = row(h, SEAL_LIT("etc/systemd/system"), SEAL_READ_UNREADABLE, NULL,
			seal_bytes_of(strerror(-boot.unread)));
	if (r == 0 && boot.iptables)
		r = row(h, SEAL_LIT("etc/iptables"), SEAL_READ_SKIPPED, NULL,
			SEAL_LIT(
				"a service restores iptables rules at boot: they are not read, the "
				"answers are those of nftables and firewalld alone"));
	if (r == 0 && boot.firewalld && boot.nftables && boot.nftables_conf)
		r = row(h, seal_bytes_of(boot.nftables_conf), SEAL_READ_SKIPPED, NULL,
			SEAL_LIT("nftables.service is enabled beside firewalld: its tables are not "
				 "in the answers"));
	if (r == 0 && boot.firewalld)
		r = not_fatal(seal_firewalld_read(root, h, to, &err));
	else if (r == 0 && boot.nftables && boot.nftables_conf)
		r = not_fatal(seal_nft_text_read(root, boot.nftables_conf, h, to, &err));
	if (*to && boot.iptables)
		(*to)->incomplete = SEAL_LIT("iptables rules restored at boot");
	else if (*to && boot.firewalld && boot.nftables && boot.nftables_conf)
		(*to)->incomplete = SEAL_LIT("the tables of nftables.service");
	else if (*to && boot.unread)
		(*to)->incomplete = SEAL_LIT("a firewall whose unit could not be looked for");
	return r;
}

/* read_unowned - no service says what starts: a lone configuration is still the best there is to
 * say */
static int read_unowned(const struct seal_root *root, struct seal_host *h, struct seal_ruleset **to)
{
	struct seal_err err = {0};
	struct stat st;
	int r = seal_root_stat(root, "etc/nftables.conf", true, &st);

	/* the reader tells what it is that cannot be looked at */
	if (r != -ENOENT && r != -ENOTDIR)
		return not_fatal(seal_nft_text_read(root, "etc/nftables.conf", h, to, &err));
	if (seal_root_stat(root, "etc/firewalld", true, &st) == 0)
		return not_fatal(seal_firewalld_read(root, h, to, &err));
	return row(h, SEAL_LIT("etc/nftables.conf"), SEAL_READ_ABSENT, NULL,
		   SEAL_LIT("no ruleset in this root"));
}

int seal_ruleset_read_boot(const struct seal_root *root, struct seal_host *h)
{
	const char *path = h->ruleset ? h->ruleset->origin.path.p : NULL;

	/* one that was made of the configuration is the one of the next boot */
	if (!h->ruleset || (seal_root_kind(root) != SEAL_ROOT_LIVE &&
			    !(path && seal_bytes_starts(h->ruleset->origin.path, "live/"))))
		return 0;
	return read_config(root, h, &h->ruleset_boot);
}

int seal_ruleset_read(const struct seal_root *root, struct seal_host *h, struct seal_err *err)
{
	int r;

	if (seal_root_kind(root) == SEAL_ROOT_LIVE)
		r = read_live(h);
	else
		r = read_bundle(root, h);
	/* a running ruleset that cannot be read is not the one of the next boot */
	if (r == 0 && !h->ruleset && seal_root_kind(root) != SEAL_ROOT_LIVE) {
		r = read_config(root, h, &h->ruleset);
		if (r == 0 && !h->ruleset)
			r = read_unowned(root, h, &h->ruleset);
	}
	if (r >= 0 && h->ruleset && h->ruleset->numbered)
		r = seal_firewalld_origins(root, h->ruleset);
	return r < 0 ? seal_err_set(err, r, "out of memory") : 0;
}
