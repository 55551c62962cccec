/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <sys/xattr.h>
#include <unistd.h>

#include <cmocka.h>

#include "core/root.h"
#include "evidence/host/facts.h"
#include "evidence/host/files.h"

struct file {
	const char *path, *content;
};

/* struct scene - a root made of a few files, and what was read of it */
struct scene {
	char top[32];
	struct seal_root *root;
	struct seal_host *host;
};

static void put(const char *top, const struct file *f)
{
	char path[256], *p;
	int fd;

	snprintf(path, sizeof(path), "%s/%s", top, f->path);
	for (p = path + strlen(top) + 1; (p = strchr(p, '/')); p++) {
		*p = '\0';
		mkdir(path, 0755);
		*p = '/';
	}
	fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
	assert_true(fd >= 0);
	assert_int_equal(write(fd, f->content, strlen(f->content)), strlen(f->content));
	close(fd);
}

static void build(struct scene *s, const struct file *files, size_t n)
{
	size_t i;

	snprintf(s->top, sizeof(s->top), "/tmp/postseal-facts-XXXXXX");
	assert_non_null(mkdtemp(s->top));
	for (i = 0; i < n; i++)
		put(s->top, &files[i]);
	assert_int_equal(seal_root_new(s->top, &s->root, NULL), 0);
	s->host = seal_host_new();
	assert_non_null(s->host);
	assert_int_equal(seal_host_facts_read(s->root, s->host, NULL), 0);
}
#define BUILD(scene, files) build(scene, files, sizeof(files) / sizeof(files[0]))

static void done(struct scene *s)
{
	pid_t pid;

	seal_host_free(s->host);
	seal_root_free(s->root);
	pid = fork();
	if (pid == 0) {
		execl("/bin/rm", "rm", "-rf", "--", s->top, (char *)NULL);
		_exit(1);
	}
	waitpid(pid, NULL, 0);
}

static void expect(struct seal_bytes got, const char *text)
{
	if (!seal_bytes_is(got, text))
		fail_msg("\"%.*s\", expected \"%s\"", (int)got.n, got.p, text);
}

static enum seal_read_status status_of(const struct seal_host *h, const char *path)
{
	seal_vec_each (it, &h->sources)
		if (seal_bytes_is(it->path, path))
			return it->status;
	fail_msg("no row for %s", path);
	return SEAL_READ_STATUS_MAX_;
}

static struct seal_addr addr(const char *text)
{
	struct seal_addr a = {0};

	assert_int_equal(seal_addr_parse(seal_bytes_of(text), &a), 0);
	return a;
}

static void test_distro(void **state)
{
	static const struct {
		const char *os_release, *expect;
	} rows[] = {
		{"PRETTY_NAME=\"Debian GNU/Linux 12 (bookworm)\"\nVERSION_ID=\"12\"\nID=debian\n",
		 "debian-12"},
		{"ID=\"rhel\"\nID_LIKE=\"fedora\"\nVERSION_ID=\"9.4\"\n", "rhel-9"},
		{"ID=\"centos\"\nID_LIKE=\"rhel fedora\"\nVERSION_ID=\"9\"\n", "centos-9"},
		{"ID='rocky'\nID_LIKE='rhel centos fedora'\nVERSION_ID='9.3'\n", "rocky-9"},
		{"ID=ubuntu\nID_LIKE=debian\nVERSION_ID=\"22.04\"\n", "ubuntu-22.04"},
		{"ID=fedora\nVERSION_ID=40", "fedora-40"},
		{"ID=debian\n", "debian"},
		{"nonsense\n", ""},
		{"", ""},
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		const struct file files[] = {{"etc/os-release", rows[i].os_release},
					     {"etc/hostname", "# name\n mx1.example \n"}};
		struct scene s;

		BUILD(&s, files);
		expect(s.host->distro, rows[i].expect);
		expect(s.host->name, "mx1.example");
		done(&s);
	}
}

static const struct file bundle[] = {
	{"bundle.json", "{\"schema\": \"postseal-bundle/1\", \"host\": \"mail\", "
			"\"time\": \"2026-11-20T18:53:36Z\", \"tool\": \"x\"}"},
	{"root/etc/os-release", "ID=debian\nVERSION_ID=12\n"},
	{"root/etc/passwd", "root:x:0:0:root:/root:/bin/bash\n"
			    "postfix:x:104:112::/var/spool/postfix:/usr/sbin/nologin\n"
			    "broken line\n+nis::::::\npostfix:x:999:999:again:/:/\n"
			    "bob:x:1001:1001:Bob,,,:/home/bob:/bin/bash\n"
			    "big:x:4294967296:1::/:/\n"},
	{"root/etc/group", "root:x:0:\nmail:x:8:bob, postfix\nsasl:x:45:postfix\n"
			   "postfix:x:112:\nbob:x:1001:bob\ntwice:x:45:postfix\n"},
	{"root/etc/resolv.conf",
	 "# nameserver 192.0.2.9\nsearch example\nnameserver 192.0.2.2\n"
	 "nameserver fe80::1%lan0\nnameserver nonsense\noptions timeout:3\n"},
	{"live/addresses.json",
	 "[{\"ifindex\":1,\"ifname\":\"lo\",\"addr_info\":[{\"family\":\"inet\","
	 "\"local\":\"127.0.0.1\",\"prefixlen\":8},{\"family\":\"inet6\",\"local\":\"::1\","
	 "\"prefixlen\":128}]},{\"ifname\":\"lan0\",\"addr_info\":[{\"family\":\"inet\","
	 "\"local\":\"192.0.2.1\",\"prefixlen\":24},{\"local\":\"192.0.2.1\",\"prefixlen\":33}]},"
	 "{\"addr_info\":[]}, 7]"},
	{"live/routes.json",
	 "[{\"dst\":\"default\",\"gateway\":\"192.0.2.2\",\"dev\":\"lan0\",\"flags\":[]},"
	 "{\"dst\":\"192.0.2.0/24\",\"dev\":\"lan0\",\"table\":\"main\",\"prefsrc\":\"192.0.2.1\"},"
	 "{\"type\":\"unreachable\",\"dst\":\"198.51.100.0/24\"},"
	 "{\"type\":\"local\",\"dst\":\"192.0.2.1\",\"dev\":\"lan0\",\"table\":\"local\"},"
	 "{\"dst\":\"default\",\"via\":{\"family\":\"inet6\",\"host\":\"fe80::1\"},\"dev\":\"x\"},"
	 "{\"dst\":\"default\",\"dev\":\"lan0\",\"pref\":\"medium\",\"metric\":1024},"
	 "{\"type\":\"broadcast\",\"dst\":\"192.0.2.255\",\"dev\":\"lan0\"},"
	 "{\"dst\":\"default\",\"nexthops\":[{\"gateway\":\"192.0.2.3\",\"dev\":\"a\"}]},"
	 "{\"dst\":\"192.0.2.0/99\"}, {}]"},
	{"live/sockets.json",
	 "[{\"address\":\"0.0.0.0\",\"port\":25,\"program\":\"master\",\"pid\":612},"
	 "{\"address\":\"[::1]\",\"port\":53,\"udp\":true},"
	 "{\"address\":\"*\",\"port\":587},"
	 "{\"address\":\"127.0.0.53%lo\",\"port\":53},"
	 "{\"path\":\"/run/opendkim/opendkim.sock\",\"program\":\"opendkim\"},"
	 "{\"address\":\"0.0.0.0\",\"port\":70000}]"},
	{"live/df.json",
	 "{\"space\": {\"source\": \"/dev/vda\", \"size\": \"2.9G\", \"used\": "
	 "\"618M\", \"avail\": \"2.2G\", \"target\": \"/\"}, \"inodes\": [{\"target\": "
	 "\"/\", \"size\": \"196608\", \"avail\": \"175072\"}, {\"target\": "
	 "\"/var/mail\", \"size\": 10, \"avail\": 0}, {\"target\": \"x\"}]}"},
};

static void test_identity_and_accounts(void **state)
{
	const struct seal_user *u;
	struct scene s;
	uint32_t gids[8];

	(void)state;
	BUILD(&s, bundle);
	expect(s.host->name, "mail");
	expect(s.host->distro, "debian-12");
	assert_int_equal(s.host->now_us, seal_time_civil(2026, 11, 20, 18, 53, 36));

	assert_true(s.host->users.has_users && s.host->users.has_groups);
	u = seal_users_by_name(&s.host->users, SEAL_LIT("postfix"));
	assert_non_null(u);
	assert_int_equal(u->uid, 104);
	expect(u->home, "/var/spool/postfix");
	assert_int_equal(seal_users_groups_of(&s.host->users, u, gids, 8), 3);
	assert_int_equal(gids[0], 112);
	assert_int_equal(gids[1], 8);
	assert_int_equal(gids[2], 45);
	assert_int_equal(seal_users_groups_of(&s.host->users, u, gids, 1), 4);
	assert_null(seal_users_by_name(&s.host->users, SEAL_LIT("big")));
	assert_null(seal_users_by_name(&s.host->users, SEAL_LIT("+nis")));
	assert_ptr_equal(seal_users_by_uid(&s.host->users, 1001)->name.p,
			 seal_users_by_name(&s.host->users, SEAL_LIT("bob"))->name.p);
	assert_int_equal(seal_users_group(&s.host->users, SEAL_LIT("sasl"))->gid, 45);
	assert_int_equal(status_of(s.host, "etc/passwd"), SEAL_READ_TRUNCATED);
	assert_int_equal(status_of(s.host, "etc/group"), SEAL_READ_READ);
	done(&s);
}

static void test_network(void **state)
{
	const struct seal_net *n;
	const struct seal_route *rt;
	struct seal_addr a;
	struct scene s;

	(void)state;
	BUILD(&s, bundle);
	n = &s.host->net;
	assert_true(n->has_addrs && n->has_routes && n->has_listeners && n->has_resolvers);
	assert_int_equal(n->interfaces.n, 2);
	assert_int_equal(n->addrs.n, 3);
	expect(n->addrs.v[2].ifname, "lan0");
	assert_int_equal(n->addrs.v[2].prefix.len, 24);
	assert_int_equal(status_of(s.host, "live/addresses.json"), SEAL_READ_TRUNCATED);

	assert_int_equal(n->routes.n, 8);
	rt = n->routes.v;
	a = addr("192.0.2.2");
	assert_true(seal_addr_eq(&rt[0].gateway, &a));
	assert_int_equal(rt[0].dst.addr.bits, 32);
	assert_int_equal(rt[0].dst.len, 0);
	expect(rt[1].table, "");
	a = addr("192.0.2.1");
	assert_true(seal_addr_eq(&rt[1].source, &a));
	assert_int_equal(rt[2].type, SEAL_ROUTE_UNREACHABLE);
	assert_int_equal(rt[3].type, SEAL_ROUTE_LOCAL);
	assert_int_equal(rt[3].dst.len, 32);
	expect(rt[3].table, "local");
	assert_int_equal(rt[4].dst.addr.bits, 32);
	assert_int_equal(rt[5].dst.addr.bits, 128);
	assert_int_equal(rt[5].metric, 1024);
	assert_int_equal(rt[6].type, SEAL_ROUTE_GROUP);
	expect(rt[7].dev, "a");

	assert_int_equal(n->listeners.n, 5);
	assert_int_equal(n->listeners.v[0].port, 25);
	expect(n->listeners.v[0].program, "master");
	assert_true(n->listeners.v[1].udp);
	assert_int_equal(n->listeners.v[2].addr.bits, 128);
	expect(n->listeners.v[4].path, "/run/opendkim/opendkim.sock");

	assert_int_equal(n->resolvers.n, 2);
	a = addr("fe80::1");
	assert_true(seal_addr_eq(&n->resolvers.v[1], &a));
	done(&s);
}

static void test_disk(void **state)
{
	const struct seal_filesystem *fs;
	struct scene s;

	(void)state;
	BUILD(&s, bundle);
	assert_true(s.host->disk.present);
	fs = seal_disk_of(&s.host->disk, SEAL_LIT("/var/spool/postfix"));
	assert_non_null(fs);
	expect(fs->target, "/");
	assert_int_equal(fs->size_bytes / (100 << 20), 29);
	assert_int_equal(fs->inodes_free, 175072);
	fs = seal_disk_of(&s.host->disk, SEAL_LIT("/var/mail/bob"));
	expect(fs->target, "/var/mail");
	assert_true(fs->has_inodes && !fs->has_space);
	assert_int_equal(fs->inodes_free, 0);
	expect(seal_disk_of(&s.host->disk, SEAL_LIT("/var/mailbox"))->target, "/");
	assert_null(seal_disk_of(&s.host->disk, SEAL_LIT("relative")));
	assert_int_equal(status_of(s.host, "live/df.json"), SEAL_READ_TRUNCATED);
	done(&s);
}

static void test_damaged(void **state)
{
	static const struct file files[] = {
		{"bundle.json", "{\"schema\": \"other/1\", \"host\": \"evil\"}"},
		{"live/addresses.json", "{\"not\": \"an array\"}"},
		{"live/routes.json", "[{\"dst\": \"default\", \"dst\": \"0.0.0.0/0\"}]"},
		{"live/sockets.json", "[\x01\x02"},
		{"live/df.json", ""},
	};
	struct scene s;

	(void)state;
	BUILD(&s, files);
	expect(s.host->name, "");
	assert_false(s.host->net.has_addrs || s.host->net.has_routes || s.host->net.has_listeners);
	assert_false(s.host->disk.present);
	assert_int_equal(status_of(s.host, "live/addresses.json"), SEAL_READ_TRUNCATED);
	assert_int_equal(status_of(s.host, "live/routes.json"), SEAL_READ_UNREADABLE);
	assert_int_equal(status_of(s.host, "live/sockets.json"), SEAL_READ_UNREADABLE);
	assert_int_equal(status_of(s.host, "live/df.json"), SEAL_READ_UNREADABLE);
	assert_int_equal(status_of(s.host, "etc/passwd"), SEAL_READ_ABSENT);
	done(&s);
}

/* proc/net of a little-endian sosreport */
static void test_proc_net(void **state)
{
#if __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
	static const struct file files[] = {
		{"sos_commands/date", ""},
		{"proc/net/tcp", "  sl  local_address rem_address   st tx_queue rx_queue\n"
				 "   0: 0100007F:0019 00000000:0000 0A 00000000:00000000\n"
				 "   1: 010200C0:0019 020200C0:9C40 01 00000000:00000000\n"},
		{"proc/net/tcp6", "  sl  local_address rem_address st\n"
				  "   0: 00000000000000000000000001000000:024B "
				  "00000000000000000000000000000000:0000 0A 0\n"},
		{"proc/net/unix", "Num       RefCount Protocol Flags    Type St Inode Path\n"
				  "0000000000000000: 00000002 00000000 00010000 0001 01 20100 "
				  "/run/with blank.sock\n"
				  "0000000000000000: 00000003 00000000 00000000 0001 03 20101\n"},
		{"proc/net/route",
		 "Iface\tDestination\tGateway \tFlags\tRefCnt\tUse\tMetric\tMask\t\tMTU\n"
		 "lan0\t00000000\t020200C0\t0003\t0\t0\t100\t00000000\t0\t0\t0\n"
		 "*\t006433C6\t00000000\t0201\t0\t0\t0\t00FFFFFF\t0\t0\t0\n"},
		{"proc/net/ipv6_route",
		 "fe800000000000000000000000000000 40 00000000000000000000000000000000 00 "
		 "00000000000000000000000000000000 00000100 00000001 00000000 00000001     lan0\n"
		 "damaged\n"},
	};
	const struct seal_net *n;
	struct seal_addr a;
	struct scene s;

	BUILD(&s, files);
	n = &s.host->net;
	assert_true(n->has_routes && n->has_listeners);
	assert_int_equal(n->listeners.n, 3);
	a = addr("127.0.0.1");
	assert_true(seal_addr_eq(&n->listeners.v[0].addr, &a));
	assert_int_equal(n->listeners.v[0].port, 25);
	a = addr("::1");
	assert_true(seal_addr_eq(&n->listeners.v[1].addr, &a));
	assert_int_equal(n->listeners.v[1].port, 587);
	expect(n->listeners.v[2].path, "/run/with blank.sock");
	assert_int_equal(n->routes.n, 3);
	a = addr("192.0.2.2");
	assert_true(seal_addr_eq(&n->routes.v[0].gateway, &a));
	assert_int_equal(n->routes.v[0].metric, 100);
	a = addr("198.51.100.0");
	assert_true(seal_addr_eq(&n->routes.v[1].dst.addr, &a));
	assert_int_equal(n->routes.v[1].dst.len, 24);
	assert_int_equal(n->routes.v[1].type, SEAL_ROUTE_UNREACHABLE);
	assert_int_equal(n->routes.v[2].dst.len, 64);
	assert_int_equal(status_of(s.host, "proc/net/ipv6_route"), SEAL_READ_TRUNCATED);
	done(&s);
#endif
	(void)state;
}

static void test_live(void **state)
{
	struct seal_root *root = NULL;
	struct seal_host *h = seal_host_new();

	(void)state;
	assert_int_equal(seal_root_new("/", &root, NULL), 0);
	assert_int_equal(seal_host_facts_read(root, h, NULL), 0);
	assert_true(h->name.n > 0);
	assert_true(h->now_us > seal_time_civil(2024, 1, 1, 0, 0, 0));
	assert_true(h->users.has_users);
	assert_non_null(seal_users_by_uid(&h->users, 0));
	assert_true(h->net.has_addrs);
	seal_host_free(h);
	seal_root_free(root);
}

static const char tsv[] = "path\ttype\tmode\tuid\tgid\tsize\tmtime\tlink\n"
			  "/srv\td\t755\t0\t0\t4096\t1795200717.5000000000\t\n"
			  "/srv-x\tf\t644\t0\t0\t1\t1795200717.0000000000\t\n"
			  "/srv/mail\td\t2750\t104\t8\t4096\t1795200717.0000000000\t\n"
			  "/srv/mail/sock\ts\t666\t104\t104\t0\t1795200717.0000000000\t\n"
			  "/srv/link\tl\t777\t0\t0\t9\t1795200717.0000000000\t/srv/mail\n"
			  "/srv/empty\td\t755\t0\t0\t4096\t1795200717.0000000000\t\n"
			  "/srv/twice\tf\t600\t0\t0\t5\t1795200717.0000000000\t\n"
			  "/srv/same\tf\t600\t0\t0\t5\t1795200717.0000000000\t\n"
			  "/srv/same\tf\t600\t0\t0\t5\t1795200717.0000000000\t\n"
			  "/srv/a name with\n"
			  "/srv/twice\tf\t666\t0\t0\t5\t1795200717.0000000000\t\n"
			  "no slash\tf\t644\t0\t0\t1\t1\t\n"
			  "/bad/mode\tf\t99\t0\t0\t1\t1\t\n"
			  "/bad/type\tx\t644\t0\t0\t1\t1\t\n";

static void test_files_of_bundle(void **state)
{
	static const struct file files[] = {
		{"bundle.json", "{}"}, {"live/files.tsv", tsv}, {"root/etc/aliases", "x"}};
	static const struct {
		const char *path;
		int expect;
	} rows[] = {
		{"/srv", 0},
		{"/srv/mail/", 0},
		{"/srv/mail/sock", 0},
		{"/srv/twice", -ENODATA}, /* forged by a newline in a name, perhaps */
		{"/srv/same", 0},
		{"/srv/none", -ENOENT}, /* the listing went into /srv */
		{"/srv/empty/none", -ENODATA},
		{"/etc/none", -ENODATA}, /* the bundle holds a part of /etc */
		{"/elsewhere", -ENODATA},
		{"/etc/aliases", 0},
		{"relative", -ENODATA},
		{"", -ENODATA},
	};
	struct seal_files *f = NULL;
	struct seal_file got;
	struct scene s;
	size_t i;

	(void)state;
	BUILD(&s, files);
	assert_int_equal(seal_files_open(s.root, s.host, &f, NULL), 0);
	assert_int_equal(status_of(s.host, "live/files.tsv"), SEAL_READ_TRUNCATED);
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		int r = seal_files_view(f, seal_bytes_of(rows[i].path), &got);

		if (r != rows[i].expect)
			fail_msg("\"%s\": %d, expected %d", rows[i].path, r, rows[i].expect);
	}

	assert_int_equal(seal_files_view(f, SEAL_LIT("/srv/mail"), &got), 0);
	assert_int_equal(got.type, 'd');
	assert_int_equal(got.mode, 02750);
	assert_int_equal(got.uid, 104);
	assert_int_equal(got.gid, 8);
	assert_true(got.has_owner);
	assert_int_equal(seal_files_view(f, SEAL_LIT("/srv"), &got), 0);
	assert_int_equal(got.mtime_us, INT64_C(1795200717500000));
	assert_int_equal(seal_files_view(f, SEAL_LIT("/srv/link"), &got), 0);
	expect(got.link, "/srv/mail");
	assert_int_equal(seal_files_view(f, SEAL_LIT("/etc/aliases"), &got), 0);
	assert_false(got.has_owner);
	seal_files_free(f);
	done(&s);
}

/* an ACL set on a file of this machine, read back: user 101 rw-, mask rw- */
static void test_acl(void **state)
{
	static const unsigned char raw[] = {
		2,    0, 0, 0,                         /* version */
		0x01, 0, 6, 0, 0xff, 0xff, 0xff, 0xff, /* owner */
		0x02, 0, 6, 0, 101,  0,    0,    0,    /* user 101 */
		0x04, 0, 0, 0, 0xff, 0xff, 0xff, 0xff, /* owning group */
		0x10, 0, 6, 0, 0xff, 0xff, 0xff, 0xff, /* mask */
		0x20, 0, 0, 0, 0xff, 0xff, 0xff, 0xff, /* others */
	};
	static const struct file files[] = {{"etc/passwd", ""}, {"srv/key", "x"}};
	seal_auto_files struct seal_files *f = NULL;
	struct seal_acl acl;
	struct scene s;
	char path[64];

	(void)state;
	build(&s, files, 2);
	snprintf(path, sizeof(path), "%s/srv/key", s.top);
	if (setxattr(path, "system.posix_acl_access", raw, sizeof(raw), 0) < 0 || geteuid() != 0) {
		done(&s);
		skip();
	}
	assert_int_equal(seal_files_open(s.root, s.host, &f, NULL), 0);
	assert_int_equal(seal_files_acl(f, SEAL_LIT("/srv/key"), &acl), 0);
	assert_int_equal(acl.n, 5);
	assert_int_equal(acl.v[1].tag, SEAL_ACL_USER);
	assert_int_equal(acl.v[1].id, 101);
	assert_int_equal(acl.v[1].perms, 6);
	assert_int_equal(seal_files_acl(f, SEAL_LIT("/etc/passwd"), &acl), 0);
	assert_int_equal(acl.n, 0);
	assert_int_equal(seal_files_acl(f, SEAL_LIT("/srv/none"), &acl), -ENODATA);
	done(&s);
}

static void test_files_of_image(void **state)
{
	static const struct file files[] = {{"etc/aliases", "x"}};
	struct seal_files *f = NULL;
	struct seal_file got;
	struct scene s;

	(void)state;
	BUILD(&s, files);
	assert_int_equal(seal_files_open(s.root, s.host, &f, NULL), 0);
	assert_int_equal(seal_files_view(f, SEAL_LIT("/etc/aliases"), &got), 0);
	assert_int_equal(got.type, 'f');
	assert_int_equal(got.size_bytes, 1);
	assert_int_equal(got.has_owner, geteuid() == 0);
	assert_int_equal(seal_files_view(f, SEAL_LIT("/etc/none"), &got), -ENOENT);
	assert_int_equal(seal_files_view(f, SEAL_LIT("/etc/aliases/x"), &got), -ENOTDIR);
	seal_files_free(f);
	done(&s);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_distro),         cmocka_unit_test(test_identity_and_accounts),
		cmocka_unit_test(test_network),        cmocka_unit_test(test_disk),
		cmocka_unit_test(test_damaged),        cmocka_unit_test(test_proc_net),
		cmocka_unit_test(test_live),           cmocka_unit_test(test_files_of_bundle),
		cmocka_unit_test(test_files_of_image), cmocka_unit_test(test_acl),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
