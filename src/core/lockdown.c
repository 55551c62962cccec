/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/lockdown.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/capability.h>
#include <linux/landlock.h>
#include <seccomp.h>
#include <stdint.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

/* of newer kernels than the header may be */
#define FS_EXECUTE   (UINT64_C(1) << 0)
#define FS_WRITE     (UINT64_C(1) << 1)
#define FS_CHANGE    (UINT64_C(0x1ff0)) /* remove and make anything: bits 4 to 12 */
#define FS_REFER     (UINT64_C(1) << 13)
#define FS_TRUNCATE  (UINT64_C(1) << 14)
#define FS_IOCTL_DEV (UINT64_C(1) << 15)
#define FS_OUTPUT                                                                                  \
	(FS_WRITE | FS_TRUNCATE | UINT64_C(1) << 4 /* remove dir */ |                              \
	 UINT64_C(1) << 5 /* file */ | UINT64_C(1) << 7 /* make dir */ |                           \
	 UINT64_C(1) << 8 /* regular file */)
#define NET_ALL   UINT64_C(3) /* TCP: bind, connect */
#define SCOPE_ALL UINT64_C(1) /* abstract unix sockets */

/* struct landlock_attr - struct landlock_ruleset_attr of the newest kernel; older ones take a part
 */
struct landlock_attr {
	uint64_t fs, net, scoped;
};

static uint64_t handled_fs(long abi)
{
	uint64_t fs = FS_EXECUTE | FS_WRITE | FS_CHANGE;

	if (abi >= 2)
		fs |= FS_REFER;
	if (abi >= 3)
		fs |= FS_TRUNCATE;
	if (abi >= 5)
		fs |= FS_IOCTL_DEV;
	return fs;
}

static int allow_dir(int ruleset, const char *dir, uint64_t handled)
{
	struct landlock_path_beneath_attr rule = {.allowed_access = FS_OUTPUT & handled};
	seal_auto_close int fd = open(dir, O_PATH | O_DIRECTORY | O_CLOEXEC);

	if (fd < 0)
		return 0;
	rule.parent_fd = fd;
	return syscall(SYS_landlock_add_rule, ruleset, LANDLOCK_RULE_PATH_BENEATH, &rule, 0) < 0
		       ? -errno
		       : 0;
}

static int lock_landlock(const char *const *dirs, size_t n, struct seal_lockdown *ret)
{
	long abi = syscall(SYS_landlock_create_ruleset, NULL, 0, LANDLOCK_CREATE_RULESET_VERSION);
	struct landlock_attr attr = {.fs = handled_fs(abi)};
	size_t size = sizeof(attr.fs), i;
	seal_auto_close int fd = -1;
	int r;

	if (abi < 1) {
		ret->why_landlock =
			errno == EOPNOTSUPP ? "turned off in this kernel" : "this kernel has none";
		return 0;
	}
	if (abi >= 4) {
		attr.net = NET_ALL;
		size = 2 * sizeof(uint64_t);
	}
	if (abi >= 6) {
		attr.scoped = SCOPE_ALL;
		size = sizeof(attr);
	}
	fd = (int)syscall(SYS_landlock_create_ruleset, &attr, size, 0);
	if (fd < 0)
		return -errno;
	for (i = 0; i < n; i++) {
		r = allow_dir(fd, dirs[i], attr.fs);
		if (r < 0)
			return r;
	}
	if (syscall(SYS_landlock_restrict_self, fd, 0) < 0)
		return -errno;
	ret->landlock = (unsigned)abi;
	return 0;
}

/* what no reader of evidence calls. A list of what is refused, not of what is allowed: the
 * libraries below us change their calls from one release to the next, and a program that dies of a
 * new harmless one would be switched off. */
static const char *const refused[] = {
	"execve",
	"execveat",
	"ptrace",
	"process_vm_readv",
	"process_vm_writev",
	"connect",
	"listen",
	"accept",
	"accept4",
	"mount",
	"umount2",
	"pivot_root",
	"chroot",
	"unshare",
	"setns",
	"move_mount",
	"fsopen",
	"open_tree",
	"bpf",
	"perf_event_open",
	"userfaultfd",
	"io_uring_setup",
	"keyctl",
	"add_key",
	"request_key",
	"init_module",
	"finit_module",
	"delete_module",
	"kexec_load",
	"kexec_file_load",
	"reboot",
	"swapon",
	"swapoff",
	"settimeofday",
	"clock_settime",
	"clock_adjtime",
	"adjtimex",
	"sethostname",
	"setdomainname",
	"open_by_handle_at",
	"mknod",
	"mknodat",
	"symlink",
	"symlinkat",
	"link",
	"linkat",
	"setxattr",
	"lsetxattr",
	"fsetxattr",
	"removexattr",
	"lremovexattr",
	"fremovexattr",
	"chown",
	"lchown",
	"fchown",
	"fchownat",
	"iopl",
	"ioperm",
	"acct",
	"quotactl",
	"personality",
	"modify_ldt",
};

/* is_needed_here - the leak check of a sanitizer looks at the threads of its own process */
static bool is_needed_here(const char *name)
{
#ifdef SEAL_ASAN
	return strcmp(name, "ptrace") == 0;
#else
	(void)name;
	return false;
#endif
}

static int fill_filter(scmp_filter_ctx ctx)
{
	size_t i;
	int r = 0, call;

	for (i = 0; i < sizeof(refused) / sizeof(refused[0]) && r == 0; i++) {
		if (is_needed_here(refused[i]))
			continue;
		call = seccomp_syscall_resolve_name(refused[i]);
		if (call != __NR_SCMP_ERROR)
			r = seccomp_rule_add(ctx, SCMP_ACT_ERRNO(EPERM), call, 0);
		if (r == -EDOM) /* not of this architecture */
			r = 0;
	}
	/* the kernel's ruleset and network are asked through netlink; nothing else is spoken */
	if (r == 0)
		r = seccomp_rule_add(ctx, SCMP_ACT_ERRNO(EPERM), SCMP_SYS(socket), 1,
				     SCMP_A0(SCMP_CMP_NE, AF_NETLINK));
	return r;
}

static int lock_seccomp(struct seal_lockdown *ret)
{
	scmp_filter_ctx ctx = seccomp_init(SCMP_ACT_ALLOW);
	int r;

	if (!ctx)
		return -ENOMEM;
	(void)seccomp_attr_set(ctx, SCMP_FLTATR_CTL_NNP, 1);
	r = fill_filter(ctx);
	if (r == 0)
		r = seccomp_load(ctx);
	seccomp_release(ctx);
	if (r == -EINVAL || r == -ENOSYS || r == -ECANCELED) {
		ret->why_seccomp = "this kernel refuses a filter";
		return 0;
	}
	ret->seccomp = r == 0;
	return r;
}

int seal_lockdown(const char *const *dirs, size_t n, struct seal_lockdown *ret,
		  struct seal_err *err)
{
	int r;

	*ret = (struct seal_lockdown){.landlock = 0};
	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0)
		return seal_err_set(err, -errno, "no_new_privs: %s", strerror(errno));
	r = lock_landlock(dirs, n, ret);
	if (r < 0)
		return seal_err_set(err, r, "Landlock: %s", strerror(-r));
	r = lock_seccomp(ret);
	if (r < 0)
		return seal_err_set(err, r, "seccomp: %s", strerror(-r));
	return 0;
}

/* --- capabilities ------------------------------------------------------------------------------
 */

static const struct {
	unsigned rights; /* 0: always */
	unsigned cap;
} needed[] = {
	{0, CAP_DAC_READ_SEARCH}, /* logs, the queue, labels */
	{0, CAP_MAC_ADMIN},       /* labels that the running policy does not know, as they are */
	{SEAL_RIGHTS_OUTPUTS, CAP_DAC_OVERRIDE},
	{SEAL_RIGHTS_OUTPUTS, CAP_FOWNER}, /* to replace a file of another in /tmp */
	{SEAL_RIGHTS_LIVE, CAP_NET_ADMIN}, /* the ruleset */
	{SEAL_RIGHTS_LIVE, CAP_AUDIT_CONTROL},
	{SEAL_RIGHTS_LIVE, CAP_AUDIT_READ},
	{SEAL_RIGHTS_LIVE, CAP_SYS_PTRACE}, /* who holds which socket */
	{SEAL_RIGHTS_LIVE, CAP_SYSLOG},
};

int seal_lockdown_rights(unsigned rights, struct seal_err *err)
{
	struct __user_cap_header_struct head = {.version = _LINUX_CAPABILITY_VERSION_3};
	struct __user_cap_data_struct caps[_LINUX_CAPABILITY_U32S_3] = {0};
	uint32_t keep[_LINUX_CAPABILITY_U32S_3] = {0};
	bool more = false;
	size_t i;

	for (i = 0; i < sizeof(needed) / sizeof(needed[0]); i++)
		if ((needed[i].rights & ~rights) == 0)
			keep[needed[i].cap / 32] |= UINT32_C(1) << needed[i].cap % 32;
	if (syscall(SYS_capget, &head, caps) < 0)
		return seal_err_set(err, -errno, "capabilities: %s", strerror(errno));
	for (i = 0; i < _LINUX_CAPABILITY_U32S_3; i++) {
		more = more || ((caps[i].permitted | caps[i].effective) & ~keep[i]);
		caps[i].permitted &= keep[i];
		caps[i].effective &= keep[i];
		caps[i].inheritable = 0;
	}
	/* a unit that gives no more than these may refuse the call itself */
	if (more && syscall(SYS_capset, &head, caps) < 0)
		return seal_err_set(err, -errno, "capabilities: %s", strerror(errno));
	return 0;
}
