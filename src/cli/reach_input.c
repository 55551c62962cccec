/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "cli/reach_input.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>

#include "cli/lock.h"
#include "core/input.h"
#include "core/time.h"
#include "evidence/firewall/firewalld.h"
#include "evidence/firewall/nft_json.h"
#include "evidence/firewall/nft_text.h"
#include "evidence/firewall/topology.h"

#define FILE_MAX ((size_t)1 << 30)

static int open_file(const char *path, struct seal_err *err)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);

	if (fd < 0)
		return seal_err_set(err, -errno, "%s: %s", path, strerror(errno));
	return fd;
}

static int read_file(const char *path, char **ret, size_t *n, struct seal_err *err)
{
	int fd = open_file(path, err), r;

	if (fd < 0)
		return fd;
	r = seal_read_all(fd, FILE_MAX, ret, n, err);
	return r < 0 ? seal_err_add(err, r, "%s", path) : 0;
}

static bool is_json(struct seal_bytes text)
{
	text = seal_bytes_trim(text);
	return text.n && text.p[0] == '{';
}

static int load_ruleset(const char *path, struct reach_input *in, struct seal_err *err)
{
	seal_auto_free char *text = NULL;
	size_t n = 0;
	int r, fd;

	r = read_file(path, &text, &n, err);
	if (r < 0)
		return r;
	if (is_json((struct seal_bytes){text, n})) {
		r = seal_nft_json_parse((struct seal_bytes){text, n}, &in->own, err);
	} else {
		fd = open_file(path, err);
		if (fd < 0)
			return fd;
		r = seal_nft_text_read_file(in->root, path, fd, in->host, &in->own, err);
	}
	return r < 0 ? seal_err_add(err, r, "%s", path) : 0;
}

static int load_firewalld(const char *path, struct reach_input *in, struct seal_err *err)
{
	seal_auto_root struct seal_root *root = NULL;
	int r;

	r = seal_root_new(path, &root, err);
	if (r >= 0)
		r = seal_firewalld_read(root, in->host, &in->own, err);
	return r < 0 ? seal_err_add(err, r, "%s", path) : 0;
}

static int load_topology(const char *path, struct reach_input *in, struct seal_err *err)
{
	seal_auto_free char *text = NULL;
	size_t n = 0;
	int r;

	r = read_file(path, &text, &n, err);
	if (r >= 0) {
		r = seal_topology_parse((struct seal_bytes){text, n}, in->host->arena,
					&in->topology, err);
		if (r < 0)
			seal_err_add(err, r, "%s", path);
	}
	return r;
}

enum seal_exit reach_input_load(const struct seal_cli *cli, struct reach_input *in,
				struct seal_err *err)
{
	bool given = cli->reach.ruleset || cli->reach.firewalld;
	struct seal_evidence_query query = {
		.what = SEAL_EV_POSTFIX,
		.span = {.since_us = SEAL_TIME_NONE, .until_us = SEAL_TIME_NONE}};
	int r;

	*in = (struct reach_input){.root = NULL};
	if (cli->reach.ruleset && cli->reach.firewalld) {
		seal_err_set(err, -EINVAL, "--ruleset and --firewalld exclude each other");
		return SEAL_EXIT_USAGE;
	}
	if (cli->reach.probe)
		query.what = 0; /* the probes say what to ask */
	if (!given)
		query.what |= SEAL_EV_RULESET;
	r = seal_root_new(cli->root, &in->root, err);
	if (r >= 0)
		r = seal_cli_lock(cli, err);
	if (r >= 0)
		r = seal_evidence_read(in->root, &query, &in->host, err);
	if (r >= 0 && cli->reach.ruleset)
		r = load_ruleset(cli->reach.ruleset, in, err);
	if (r >= 0 && cli->reach.firewalld)
		r = load_firewalld(cli->reach.firewalld, in, err);
	if (r >= 0 && cli->reach.topology)
		r = load_topology(cli->reach.topology, in, err);
	if (r < 0)
		return SEAL_EXIT_FAILED;
	in->ruleset = in->own ? in->own : in->host->ruleset;
	/* a ruleset from elsewhere says nothing about this root's network */
	in->net = cli->reach.topology || given ? &in->topology : &in->host->net;
	return SEAL_EXIT_OK;
}

void reach_input_done(struct reach_input *in)
{
	seal_net_done(&in->topology);
	seal_ruleset_free(in->own);
	seal_evidence_free(in->host);
	seal_root_free(in->root);
}
