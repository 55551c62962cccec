/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <arpa/inet.h>
#include <errno.h>
#include <jansson.h>

#include "core/input.h"
#include "core/json.h"
#include "core/time.h"
#include "evidence/bundle/bundle_impl.h"
#include "evidence/firewall/ruleset.h"
#include "evidence/host/certificates.h"

/* state.c - bundle.json, and what a live host does not keep in files: addresses, disks, ruleset.
 * Routes, sockets, processes and the state of SELinux are files of proc/ and sys/. */

#define BUNDLE_JSON_MAX ((size_t)1024 * 1024)

/* original - bundle.json of the source; NULL when it is no bundle */
static json_t *original(const struct seal_packing *p)
{
	seal_auto_free char *text = NULL;
	size_t n = 0;
	int fd;

	fd = seal_root_open_bundle(p->b->root, "bundle.json", NULL);
	if (fd < 0 || seal_read_all(fd, BUNDLE_JSON_MAX, &text, &n, NULL) < 0)
		return NULL;
	return json_loadb(text, n, 0, NULL);
}

static int pack_bundle_json(struct seal_packing *p)
{
	json_t *top = original(p),
	       *name = json_stringn(p->b->h->name.p ? p->b->h->name.p : "", p->b->h->name.n);
	seal_auto_buf struct seal_buf time = {0};
	char *text = NULL;
	int r = -ENOMEM;

	seal_time_put(&time, p->b->time_us);
	seal_buf_putc(&time, '\0');
	if (time.err)
		goto out;
	if (!json_is_object(top)) {
		json_decref(top);
		top = json_pack("{s:s, s:s}", "schema", "postseal-bundle/1", "time", time.p);
		if (top && name)
			json_object_set(top, "host", name);
	}
	if (top)
		json_object_set_new(top, "collected",
				    json_pack("{s:s, s:s, s:b}", "tool", "postseal " SEAL_VERSION,
					      "time", time.p, "redacted", p->b->redact != NULL));
	if (top)
		text = json_dumps(top, JSON_INDENT(1) | JSON_SORT_KEYS);
	if (text)
		r = seal_pack_bytes(p, "bundle.json", seal_bytes_of(text));
out:
	free(text);
	json_decref(name);
	json_decref(top);
	return r;
}

/* put_prefix - an address as inet_ntop(3) writes it */
static bool address_text(const struct seal_addr *a, char *buf, socklen_t size)
{
	return inet_ntop(a->bits == 32 ? AF_INET : AF_INET6, a->b, buf, size);
}

/* pack_addresses - as ip(8) -j address: an object an interface */
static int pack_addresses(struct seal_packing *p)
{
	const struct seal_net *net = &p->b->h->net;
	seal_auto_buf struct seal_buf out = {0};
	char text[INET6_ADDRSTRLEN];
	struct seal_json j;

	seal_json_init(&j, &out, true);
	seal_json_array(&j, NULL);
	seal_vec_each (name, &net->interfaces) {
		seal_json_object(&j, NULL);
		seal_json_bytes(&j, "ifname", *name);
		seal_json_array(&j, "addr_info");
		seal_vec_each (a, &net->addrs) {
			if (!seal_bytes_eq(a->ifname, *name) ||
			    !address_text(&a->prefix.addr, text, sizeof(text)))
				continue;
			seal_json_object(&j, NULL);
			seal_json_text(&j, "family", a->prefix.addr.bits == 32 ? "inet" : "inet6");
			seal_json_text(&j, "local", text);
			seal_json_u64(&j, "prefixlen", a->prefix.len);
			seal_json_object_end(&j);
		}
		seal_json_array_end(&j);
		seal_json_object_end(&j);
	}
	seal_json_array_end(&j);
	return out.err ? out.err : seal_pack_bytes(p, "live/addresses.json", seal_buf_bytes(&out));
}

static void put_filesystem(struct seal_json *j, const struct seal_filesystem *fs, bool inodes)
{
	seal_json_object(j, NULL);
	seal_json_bytes(j, "source", fs->source);
	seal_json_bytes(j, "target", fs->target);
	seal_json_u64(j, "size", inodes ? fs->inodes : fs->size_bytes);
	seal_json_u64(j, "avail", inodes ? fs->inodes_free : fs->avail_bytes);
	if (!inodes)
		seal_json_bool(j, "read_only", fs->read_only);
	seal_json_object_end(j);
}

static int pack_disks(struct seal_packing *p)
{
	const struct seal_disk *d = &p->b->h->disk;
	seal_auto_buf struct seal_buf out = {0};
	struct seal_json j;

	seal_json_init(&j, &out, true);
	seal_json_object(&j, NULL);
	seal_json_array(&j, "space");
	seal_vec_each (fs, &d->filesystems)
		if (fs->has_space)
			put_filesystem(&j, fs, false);
	seal_json_array_end(&j);
	seal_json_array(&j, "inodes");
	seal_vec_each (fs, &d->filesystems)
		if (fs->has_inodes)
			put_filesystem(&j, fs, true);
	seal_json_array_end(&j);
	seal_json_object_end(&j);
	return out.err ? out.err : seal_pack_bytes(p, "live/df.json", seal_buf_bytes(&out));
}

static int pack_ruleset(struct seal_packing *p)
{
	seal_auto_buf struct seal_buf out = {0};
	int r;

	r = seal_ruleset_kernel_json(&out);
	if (r == -ENOMEM)
		return r;
	/* not allowed to ask: the sources of the bundle say that it is not there */
	return r < 0 ? 0 : seal_pack_bytes(p, "live/nftables.json", seal_buf_bytes(&out));
}

/* pack_keys - which public keys belong to the private ones, which stay where they are; what a
 * bundle tells of them is taken over as it is */
static int pack_keys(struct seal_packing *p)
{
	seal_auto_buf struct seal_buf out = {0};

	seal_vec_each (name, &p->b->haul->live) {
		if (strcmp(*name, "keys.tsv") == 0)
			return 0;
	}
	seal_certificates_put_keys(p->b->h, &out);
	if (out.err || !out.n)
		return out.err;
	return seal_pack_bytes(p, "live/keys.tsv", seal_buf_bytes(&out));
}

int seal_pack_state(struct seal_packing *p)
{
	int r;

	r = pack_bundle_json(p);
	if (r == 0)
		r = pack_keys(p);
	if (r < 0 || seal_root_kind(p->b->root) != SEAL_ROOT_LIVE)
		return r;
	if (p->b->h->net.has_addrs)
		r = pack_addresses(p);
	if (r == 0 && p->b->h->disk.present)
		r = pack_disks(p);
	return r < 0 ? r : pack_ruleset(p);
}
