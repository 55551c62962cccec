/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/* policy.h - a loaded SELinux kernel policy and the questions postseal asks it: why an access is
 * denied, what a change would allow, and how much it would open. The policy is a libsepol policydb;
 * all names handed out are borrowed from it and live as long as it does. Not thread-safe:
 * libsepol's services are global, several policies may be open and are switched on every call.
 * Names that come in are untrusted bytes; one that the policy does not know gives -ENOENT (or the
 * reason SEAL_WHY_UNKNOWN), never a message on stderr. */

#include "core/root.h"
#include "core/vec.h"
#include "model/fix.h"
#include "model/selinux.h"

/* struct seal_names - names borrowed from a policy; sorted by bytes unless said otherwise. The
 * caller frees with seal_vec_done(). */
struct seal_names {
	seal_vec(struct seal_bytes) v;
};

/* seal_selinux_type_valid - whether a SELINUXTYPE is one harmless path component of at most 64
 * letters, digits, "._-" */
bool seal_selinux_type_valid(struct seal_bytes type);

/* --- loading --- */

/* seal_policy_load - parse a binary kernel policy held in memory
 * @image: the bytes, not compressed; not kept
 * @ret:   new policy, caller frees with seal_policy_free(); untouched on failure
 * libsepol parses it in a child, which may crash or run out of its two seconds, and leaves it in
 * memory that is handed over; seal_policy_open() reads the live host's own policy without one.
 * Limits: 64 MiB of policy, 1 GiB of memory to parse it. Returns 0, -EPROTONOSUPPORT (version newer
 * than this libsepol reads, or older than it accepts), -EBADMSG (not a policy, a module, damaged),
 * -EFBIG or -ENOMEM; the error carries libsepol's words. */
int seal_policy_load(struct seal_bytes image, struct seal_policy **ret, struct seal_err *err);
void seal_policy_free(struct seal_policy *p);

/* seal_policy_preload - parse the policy of a root for processes that are started later: one of
 * them that comes upon the very same bytes takes this copy, and parses nothing
 * @type: SELINUXTYPE
 * At most SEAL_POLICY_KEPT policies are kept, until the process ends; one that is there already is
 * not parsed again. Returns 0, -EMFILE (no more room) or as seal_policy_open(). */
#define SEAL_POLICY_KEPT 4
int seal_policy_preload(const struct seal_root *root, struct seal_bytes type, struct seal_err *err);

/* seal_policy_was_kept - whether the policy is one of those, not parsed by this process */
bool seal_policy_was_kept(const struct seal_policy *p);
SEAL_DEFINE_AUTO(policy, struct seal_policy *, seal_policy_free);
#define seal_auto_policy __attribute__((cleanup(seal_auto_policy_)))

/* seal_policy_open - the policy of a root: of the running kernel when live
 * (/sys/fs/selinux/policy), else etc/selinux/TYPE/policy/policy.N of the highest N, else
 * var/lib/selinux/TYPE/active/policy.kern
 * @type:   SELINUXTYPE, one path component
 * @origin: optional; its path is the file read, kept by the policy
 * booleans.subs_dist of the type is read with it. Returns as seal_policy_load(), or -ENOENT,
 * -EINVAL. */
int seal_policy_open(const struct seal_root *root, struct seal_bytes type, struct seal_policy **ret,
		     struct seal_origin *origin, struct seal_err *err);

/* struct seal_policy_difference - what one of two policies has and the other has not */
struct seal_policy_difference {
	uint32_t names; /* classes, roles, types, users, booleans, or other values of them */
	uint32_t rules; /* of type enforcement, conditional ones too; not counted when names differ
			 */
	bool settings;  /* unknown classes, MLS, capabilities, permissive domains */
};

/* seal_policy_differ - by what they say, not by how they are written; states of booleans do not
 * count */
void seal_policy_differ(const struct seal_policy *a, const struct seal_policy *b,
			struct seal_policy_difference *ret);

/* seal_policy_differ_from_disk - the kernel's policy and the file it would load at the next boot
 * Returns 0, -ENODATA (this is not the kernel's), -ENOENT (there is no such file), -EXDEV (their
 * format is of two versions, which drops rules) or as seal_policy_load(). */
int seal_policy_differ_from_disk(const struct seal_policy *p, struct seal_policy_difference *ret,
				 struct seal_err *err);

/* seal_policy_version - of the binary format: 33, ... */
unsigned seal_policy_version(const struct seal_policy *p);
/* seal_policy_unknown - what becomes of classes and permissions that the kernel has and the policy
 * does not: "deny", "reject" (the policy is not loaded) or "allow" */
const char *seal_policy_unknown(const struct seal_policy *p);
/* seal_policy_has_mls - contexts carry a level or range */
bool seal_policy_has_mls(const struct seal_policy *p);

/* --- names --- */

/* seal_policy_type - the primary name of a type or alias
 * Returns 0, -ENOENT, or -EISDIR when the name is an attribute. */
int seal_policy_type(const struct seal_policy *p, struct seal_bytes name, struct seal_bytes *ret);

/* seal_policy_type_has - whether a type carries an attribute; false when either is unknown */
bool seal_policy_type_has(const struct seal_policy *p, struct seal_bytes type,
			  struct seal_bytes attr);

/* seal_policy_attributes - the attributes of a type. Returns 0, -ENOENT or -ENOMEM. */
int seal_policy_attributes(const struct seal_policy *p, struct seal_bytes type,
			   struct seal_names *ret);

/* seal_policy_members - the types with an attribute; of a type, the type alone. Returns as above.
 */
int seal_policy_members(const struct seal_policy *p, struct seal_bytes attr,
			struct seal_names *ret);

/* seal_policy_aliases - the other names of a type. Returns as above. */
int seal_policy_aliases(const struct seal_policy *p, struct seal_bytes type,
			struct seal_names *ret);

/* seal_policy_permissions - all permissions of a class, in the order of their bits. Returns as
 * above. */
int seal_policy_permissions(const struct seal_policy *p, struct seal_bytes tclass,
			    struct seal_names *ret);

/* seal_policy_has_permission - whether class and permission exist */
bool seal_policy_has_permission(const struct seal_policy *p, struct seal_bytes tclass,
				struct seal_bytes perm);

/* seal_context_part - the user, role, type ('u' 'r' 't') or range ('l') of a context as text; no
 * policy needed. Empty when the context has no such part. */
struct seal_bytes seal_context_part(struct seal_bytes context, char part);

/* seal_policy_context_valid - whether the policy accepts a context. Returns 0 or -EINVAL, the error
 * says which part is wrong. */
int seal_policy_context_valid(const struct seal_policy *p, struct seal_bytes context,
			      struct seal_err *err);

/* seal_policy_is_permissive - whether the policy marks the domain permissive */
bool seal_policy_is_permissive(const struct seal_policy *p, struct seal_bytes type);
/* seal_policy_permissive_types - all of them. Returns 0 or -ENOMEM. */
int seal_policy_permissive_types(const struct seal_policy *p, struct seal_names *ret);

/* --- why --- */

/* the layers that deny; several may hold at once */
enum seal_why {
	SEAL_WHY_TE = 1 << 0,         /* no active rule allows it */
	SEAL_WHY_CONSTRAINT = 1 << 1, /* constrain, UBAC */
	SEAL_WHY_MLS = 1 << 2,        /* mlsconstrain: level or categories, MCS too */
	SEAL_WHY_RBAC = 1 << 3,       /* no role allow */
	SEAL_WHY_BOUNDS = 1 << 4,     /* the bounding type lacks it */
	SEAL_WHY_XPERM = 1 << 5,      /* ioctl is allowed, this command is not */
	SEAL_WHY_ALLOWED = 1 << 6,    /* alone: the policy as loaded allows all of it */
	SEAL_WHY_UNKNOWN = 1 << 7,    /* alone: a name the policy does not have */
};

/* seal_why_name - the word of the JSON contract for one bit */
const char *seal_why_name(enum seal_why bit);

/* struct seal_access - one access to ask about; bytes borrowed */
struct seal_access {
	struct seal_bytes scontext, tcontext; /* whole contexts, or bare type names: user, role and
						 range are then taken so that TE alone decides */
	struct seal_bytes tclass;
	const struct seal_bytes *perms;
	size_t n_perms;
	int64_t ioctl; /* command of the ioctl permission, -1 = not known */
};

/* struct seal_constraint - one expression that fails */
struct seal_constraint {
	/* "u1 == u2 or t1 == ubac_exempt", attribute names where the sets match */
	struct seal_bytes text;
	struct seal_names perms;      /* of those asked for, the ones it takes away */
	bool mls;                     /* it compares levels */
	bool user, role, type, level; /* what it looks at: the sides that could be changed */
};

/* struct seal_why_result - the whole answer; free with seal_why_done() */
struct seal_why_result {
	unsigned reasons;                           /* bits of enum seal_why */
	struct seal_bytes source_type, target_type; /* primary names; empty when unknown */
	struct seal_names te; /* permissions no active rule allows, in bit order */
	seal_vec(struct seal_constraint) constraints;
	struct seal_bytes bounds; /* the bounding type that lacks the access */
	struct seal_names bounds_perms;
	bool permissive;   /* the source domain is permissive */
	bool dontaudit;    /* some permission denied is silenced by a dontaudit rule */
	char unknown[128]; /* the name at fault, printable */
};

/* seal_policy_why - every layer that denies an access
 * What type enforcement lacks is injected in memory, the access recomputed by libsepol, and the
 * policy put back, so that constraints, roles and bounds show as well. @a with more than 32
 * permissions, or a kernel-unknown class: SEAL_WHY_UNKNOWN. Returns 0, -ENOMEM, or -EPROTO when
 * libsepol and our own evaluation differ (then nothing is claimed). */
int seal_policy_why(struct seal_policy *p, const struct seal_access *a,
		    struct seal_why_result *ret);
void seal_why_done(struct seal_why_result *r);

/* seal_policy_allows - whether the policy as it stands (what-if included) allows all of an access
 * Returns 1, 0, -ENOENT (unknown name) or -EPROTO. */
int seal_policy_allows(struct seal_policy *p, const struct seal_access *a);

/* --- what if --- */

struct seal_switch {
	struct seal_bytes name; /* boolean; old names are understood */
	bool value;
};

/* struct seal_allow - "allow source target:tclass perms", on types (never attributes); with @ioctls
 * also "allowxperm source target:tclass ioctl" of these commands */
struct seal_allow {
	struct seal_bytes source, target, tclass;
	const struct seal_bytes *perms;
	size_t n_perms;
	const uint32_t *ioctls;
	size_t n_ioctls;
};

/* struct seal_policy_change - what is to be tried or costed; arrays borrowed */
struct seal_policy_change {
	const struct seal_switch *switches;
	size_t n_switches;
	const struct seal_allow *allows;
	size_t n_allows;
};

/* seal_policy_try - change the policy in memory until seal_policy_restore(); at most one change at
 * a time. Returns 0, -EBUSY, -ENOENT (a name), -EINVAL (an attribute, or an ioctl command of more
 * than 16 bits) or -ENOMEM; on failure nothing is changed. */
int seal_policy_try(struct seal_policy *p, const struct seal_policy_change *c,
		    struct seal_err *err);
void seal_policy_restore(struct seal_policy *p);

/* seal_policy_cost - access tuples (source type, target type, class, permission) that type
 * enforcement newly allows with @c: own (of type @own, may be empty), domains touched, and all of
 * them; and how many it takes away, as a boolean may. Not to be called between seal_policy_try()
 * and _restore() (-EBUSY). Returns 0 or as seal_policy_try(); ret->known is set. */
int seal_policy_cost(struct seal_policy *p, const struct seal_policy_change *c,
		     struct seal_bytes own, struct seal_cost *ret, struct seal_err *err);

/* struct seal_switches - a set of booleans to change, names borrowed from the policy */
struct seal_switches {
	struct seal_switch v[3];
	size_t n;
};

/* struct seal_boolean_sets - minimal sets: none contains another; free with seal_vec_done(&sets.v)
 */
struct seal_boolean_sets {
	seal_vec(struct seal_switches) v;
};

/* seal_policy_boolean_sets - all minimal sets of one to three boolean changes after which type
 * enforcement allows every one of @n accesses; each was tried. Sorted by size, then names. Limits:
 * 64 candidate booleans, 256 sets. Returns 0 (also when there are none), -ENOENT, -EBUSY or
 * -ENOMEM. */
int seal_policy_boolean_sets(struct seal_policy *p, const struct seal_access *a, size_t n,
			     struct seal_boolean_sets *ret);

/* --- who may do what to what --- */

/* seal_policy_types_with - the types on which @source has all @perms of @tclass
 * Returns 0, -ENOENT or -ENOMEM. */
int seal_policy_types_with(const struct seal_policy *p, struct seal_bytes source,
			   struct seal_bytes tclass, const struct seal_bytes *perms, size_t n_perms,
			   struct seal_names *ret);

/* seal_policy_sources_with - the types that have all @perms of @tclass on @target. Returns as
 * above. */
int seal_policy_sources_with(const struct seal_policy *p, struct seal_bytes target,
			     struct seal_bytes tclass, const struct seal_bytes *perms,
			     size_t n_perms, struct seal_names *ret);

/* seal_policy_allowed - the permissions @source has on @target, in bit order. Returns as above. */
int seal_policy_allowed(const struct seal_policy *p, struct seal_bytes source,
			struct seal_bytes target, struct seal_bytes tclass, struct seal_names *ret);

/* seal_policy_granted - whether other rules than the one of exactly these two types grant an
 * access: rules on their attributes, which no module that names the types made
 * @source, @target: types. Returns 2 (rules of a boolean are needed, whatever its state), 1, 0 or
 * -ENOENT. */
int seal_policy_granted(const struct seal_policy *p, struct seal_bytes source,
			struct seal_bytes target, struct seal_bytes tclass,
			const struct seal_bytes *perms, size_t n_perms);

/* seal_policy_ioctl - how ioctl commands of a pair are decided
 * Returns 1 when no allowxperm rule narrows them (any command goes with the ioctl permission), 0
 * when some do, or -ENOENT. An allowxperm added to a pair that gives 1 would take the other
 * commands away. */
int seal_policy_ioctl_unrestricted(const struct seal_policy *p, struct seal_bytes source,
				   struct seal_bytes target, struct seal_bytes tclass);

/* seal_policy_transition - the type a new object or process gets: by type_transition @source
 * @target:@tclass
 * @name:  last path component for named transitions, or empty
 * @found: optional; whether a rule says so (else *ret is the class's default: source or target)
 * Returns 0 or -ENOENT. */
int seal_policy_transition(const struct seal_policy *p, struct seal_bytes source,
			   struct seal_bytes target, struct seal_bytes tclass,
			   struct seal_bytes name, struct seal_bytes *ret, bool *found);

/* seal_policy_exec_types - file types whose execution by @source leads to domain @domain
 * Returns 0, -ENOENT or -ENOMEM. */
int seal_policy_exec_types(const struct seal_policy *p, struct seal_bytes source,
			   struct seal_bytes domain, struct seal_names *ret);

/* enum seal_initial - initial SIDs: the labels of what bears none of its own, or none the policy
 * knows. Values are those of every SELinux kernel (flask.h). */
enum seal_initial {
	SEAL_INITIAL_KERNEL = 1,
	SEAL_INITIAL_UNLABELED = 3,
	SEAL_INITIAL_FILE = 5,
	SEAL_INITIAL_PORT = 9,
};

/* seal_policy_initial - the type of an initial SID. Returns 0 or -ENOENT. */
int seal_policy_initial(const struct seal_policy *p, enum seal_initial which,
			struct seal_bytes *ret);

/* seal_policy_mounts_with - the file systems ("nfs", "cifs", "fuse") all of whose files bear @type,
 * because they keep no labels of their own; none: it is not such a label. Returns 0 or -ENOMEM. */
int seal_policy_mounts_with(const struct seal_policy *p, struct seal_bytes type,
			    struct seal_names *ret);

/* --- ports --- */

struct seal_port_label {
	struct seal_bytes type; /* borrowed from the policy */
	char protocol[8];       /* "tcp", "udp", "dccp", "sctp" */
	uint16_t low,
		high; /* of the entry that decides; low 0 high 0: none, the initial SID "port" */
};

/* seal_policy_port - the label of a port: the first entry of the policy that holds it, as the
 * kernel looks Returns 0, -ENOENT (no entry and no initial SID) or -EINVAL (protocol). */
int seal_policy_port(const struct seal_policy *p, const char *protocol, uint16_t port,
		     struct seal_port_label *ret);

/* seal_policy_ports - every entry, in the order of the policy; @type empty or the only type wanted
 * @ret: array, caller frees with free(). Returns the count, -ENOENT (type) or -ENOMEM. */
ssize_t seal_policy_ports(const struct seal_policy *p, struct seal_bytes type,
			  struct seal_port_label **ret);

/* struct seal_relabel_cost - what moving an object from one type to another changes */
struct seal_relabel_cost {
	struct seal_names gain,
		lose; /* source types that newly have, or no longer have, any of the permissions */
	/* in policy tuples a relabel opens none; here: permissions the domains that gain newly hold
	 * on that one object: own, domains, tuples */
	struct seal_cost opens;
};

/* seal_policy_relabel_cost - moving one object of @tclass from type @from to @to
 * @a: tclass and perms say which permissions count (name_connect for a port; n_perms 0: all of the
 * class); scontext is the domain whose own gain is counted Returns 0, -ENOENT or -ENOMEM. Free with
 * seal_vec_done() of both names. */
int seal_policy_relabel_cost(const struct seal_policy *p, struct seal_bytes from,
			     struct seal_bytes to, const struct seal_access *a,
			     struct seal_relabel_cost *ret);

/* --- booleans --- */

/* seal_policy_boolean - name, alias of booleans.subs_dist, or the name with "allow_" put before or
 * taken off
 * @ret: the name this policy uses; @value: optional, its state in memory. Returns 0 or -ENOENT. */
int seal_policy_boolean(const struct seal_policy *p, struct seal_bytes name, struct seal_bytes *ret,
			bool *value);

/* seal_policy_booleans - all names. Returns 0 or -ENOMEM. */
int seal_policy_booleans(const struct seal_policy *p, struct seal_names *ret);

/* seal_policy_boolean_sources - the types and attributes that the allow rules of a boolean are for
 * Returns 0, -ENOENT or -ENOMEM. */
int seal_policy_boolean_sources(const struct seal_policy *p, struct seal_bytes name,
				struct seal_names *ret);

/* seal_policy_set_booleans - take over the state of the running host, for good
 * Returns the number set (unknown names are passed over) or -EBUSY. */
ssize_t seal_policy_set_booleans(struct seal_policy *p, const struct seal_switch *s, size_t n);
