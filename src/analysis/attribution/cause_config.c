/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>

#include "analysis/attribution/attribution_impl.h"
#include "analysis/daemon.h"
#include "evidence/postfix/mastercf.h"

/* cause_config.c - was it the configuration, or a service that is not there? */

/* transport_name - the service a "connect to transport private/NAME: why" speaks of */
static struct seal_bytes transport_name(const struct seal_case *c)
{
	struct seal_bytes rest = c->texts[0], name;
	ssize_t at = seal_bytes_find(rest, "connect to transport ");

	if (at < 0)
		return SEAL_BYTES_NONE;
	rest = seal_bytes_from(rest, (size_t)at + strlen("connect to transport "));
	name = seal_bytes_cut(rest, ':', &rest);
	at = seal_bytes_chr(name, '/');
	return at < 0 ? name : seal_bytes_from(name, (size_t)at + 1);
}

static bool has_service(const struct seal_host *h, struct seal_bytes name)
{
	seal_vec_each (i, &h->postfix.instances) {
		if (seal_mastercf_find(i, name, SEAL_SERVICE_UNIX) ||
		    seal_mastercf_find(i, name, SEAL_SERVICE_FIFO))
			return true;
	}
	return false;
}

static bool has_master_cf(const struct seal_host *h)
{
	seal_vec_each (i, &h->postfix.instances) {
		if (i->has_master_cf)
			return true;
	}
	return false;
}

static int test_transport(struct seal_attribution *at, const struct seal_case *c,
			  struct seal_finding *f)
{
	struct seal_origin o = {.source = SEAL_SOURCE_MASTER_CF,
				.path = SEAL_LIT("etc/postfix/master.cf")};
	struct seal_bytes name = transport_name(c);

	if (!name.n || !has_master_cf(at->h))
		return 0;
	f->object.service = name;
	if (has_service(at->h, name))
		return seal_finding_refute(at, f, "master.cf has the service");
	f->certainty = SEAL_CERTAINTY_CERTAIN;
	return seal_finding_say(at, f, &o, "master.cf has no service of that name");
}

/* test_path - a file that has to be there */
static int test_path(struct seal_attribution *at, const struct seal_case *c, struct seal_finding *f)
{
	struct seal_origin o = {.source = SEAL_SOURCE_FILES};
	struct seal_bytes path;
	struct seal_file file;
	int r;

	if (!c->reason.path.n || seal_process_path(at->h, c->process, c->reason.path, &path) < 0)
		return 0;
	o.path = path;
	f->object.path = path;
	r = seal_view_file(&at->h->view, path, &file);
	if (r == 0)
		return seal_finding_refute(at, f, "the file is there");
	if (r != -ENOENT)
		return 0;
	f->certainty = c->reason.error == ENOENT ? SEAL_CERTAINTY_CERTAIN : SEAL_CERTAINTY_LIKELY;
	return seal_finding_say(at, f, &o, "the file is not there");
}

/* test_conflict - another program holds the port */
static int test_conflict(struct seal_attribution *at, const struct seal_case *c,
			 struct seal_finding *f)
{
	struct seal_origin o = {.source = SEAL_SOURCE_NETWORK};

	if (c->reason.error != EADDRINUSE)
		return seal_finding_refute(at, f, "the port was not in use");
	f->object.port = c->reason.port;
	f->object.protocol = "tcp";
	f->certainty = SEAL_CERTAINTY_LIKELY;
	seal_vec_each (l, &at->h->net.listeners) {
		if (l->port != c->reason.port || l->udp || !l->program.n ||
		    seal_bytes_is(l->program, "master"))
			continue;
		f->certainty = SEAL_CERTAINTY_CERTAIN;
		f->object.service = l->program;
		return seal_finding_say(at, f, &o, "pid %u listens on port %u", l->pid, l->port);
	}
	return 0;
}

static int test_bind_address(struct seal_attribution *at, const struct seal_case *c,
			     struct seal_finding *f)
{
	struct seal_origin o = {.source = SEAL_SOURCE_NETWORK};

	if (!c->reason.addr.bits || !at->h->net.has_addrs)
		return seal_test_words(at, c, c->symptom->verdict, f);
	f->object.address = c->reason.address;
	seal_vec_each (a, &at->h->net.addrs) {
		if (seal_addr_eq(&a->prefix.addr, &c->reason.addr))
			return seal_finding_refute(at, f, "the host has the address");
	}
	f->certainty = SEAL_CERTAINTY_CERTAIN;
	return seal_finding_say(at, f, &o, "no interface of the host has the address");
}

int seal_test_config(struct seal_attribution *at, const struct seal_case *c,
		     const struct seal_verdict *v, struct seal_finding *f)
{
	if (strcmp(v->id, "config.transport_name") == 0)
		return test_transport(at, c, f);
	if (strcmp(v->id, "config.map_missing") == 0)
		return test_path(at, c, f);
	if (strcmp(v->id, "config.port_conflict") == 0)
		return test_conflict(at, c, f);
	if (strcmp(v->id, "config.bind_address") == 0)
		return test_bind_address(at, c, f);
	return seal_test_words(at, c, v, f);
}

static int test_socket(struct seal_attribution *at, const struct seal_case *c,
		       struct seal_finding *f)
{
	struct seal_origin o = {.source = SEAL_SOURCE_FILES};
	struct seal_bytes path;
	struct seal_file file;
	int r;

	if (seal_process_inner_path(at->h, c->process, c->reason.socket, &path) < 0)
		return 0;
	o.path = path;
	f->object.path = path;
	r = seal_view_file(&at->h->view, path, &file);
	if (c->reason.error == ENOENT && r == -ENOENT) {
		f->certainty = SEAL_CERTAINTY_CERTAIN;
		return seal_finding_say(at, f, &o, "the socket is not there");
	}
	if (c->reason.error == ECONNREFUSED) {
		f->certainty = r == 0 ? SEAL_CERTAINTY_CERTAIN : SEAL_CERTAINTY_LIKELY;
		return seal_finding_say(at, f, &o, "nobody answers on the socket%s",
					r == 0 ? ", which is there" : "");
	}
	return 0;
}

static int test_listener(struct seal_attribution *at, const struct seal_case *c,
			 struct seal_finding *f)
{
	struct seal_origin o = {.source = SEAL_SOURCE_NETWORK};

	if (!c->reason.addr.bits || !seal_net_has(&at->h->net, &c->reason.addr))
		return c->reason.addr.bits ? seal_finding_refute(at, f, "the peer is another host")
					   : 0;
	f->object.address = c->reason.address;
	f->object.port = c->reason.port;
	f->object.protocol = "tcp";
	if (c->reason.error == ECONNREFUSED)
		f->certainty = SEAL_CERTAINTY_LIKELY;
	if (!at->h->net.has_listeners || !c->reason.port)
		return 0;
	seal_vec_each (l, &at->h->net.listeners) {
		if (l->port == c->reason.port && !l->udp)
			return seal_finding_refute(at, f, "a program listens on port %u", l->port);
	}
	f->certainty = SEAL_CERTAINTY_CERTAIN;
	return seal_finding_say(at, f, &o, "nothing listens on port %u of this host",
				c->reason.port);
}

int seal_test_service(struct seal_attribution *at, const struct seal_case *c,
		      const struct seal_verdict *v, struct seal_finding *f)
{
	if (strcmp(v->id, "service.down_local") == 0 || strcmp(v->id, "service.filter_down") == 0) {
		if (c->reason.socket.n)
			return test_socket(at, c, f);
		return test_listener(at, c, f);
	}
	return seal_test_words(at, c, v, f);
}
