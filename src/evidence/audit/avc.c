/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "evidence/audit/avc.h"

#include <errno.h>
#include <libaudit.h>

struct seal_bytes seal_context_type(struct seal_bytes context)
{
	struct seal_bytes rest = context;
	int i;

	for (i = 0; i < 2 && rest.p; i++)
		seal_bytes_cut(rest, ':', &rest);
	if (!rest.p)
		return SEAL_BYTES_NONE;
	return seal_bytes_cut(rest, ':', &rest);
}

static bool is_symbol(struct seal_bytes s, bool blanks)
{
	size_t i;

	for (i = 0; i < s.n; i++)
		if (s.p[i] < ' ' || (s.p[i] == ' ' && !blanks) || s.p[i] > '~' || s.p[i] == '"' ||
		    s.p[i] == '\'')
			return false;
	return s.n > 0;
}

static bool is_context(struct seal_bytes c)
{
	return is_symbol(c, false) && seal_context_type(c).n > 0;
}

bool seal_avc_is_sound(const struct seal_avc *avc)
{
	if (!is_context(avc->scontext) || !is_context(avc->tcontext))
		return false;
	if (avc->kind == SEAL_DENIAL_SELINUX_ERR)
		return (!avc->tclass.n || is_symbol(avc->tclass, false)) &&
		       (!avc->perms.n || is_symbol(avc->perms, false));
	return is_symbol(avc->tclass, false) && is_symbol(avc->perms, true);
}

/* find_last - offset of the last @needle (which starts with a blank) in @b, or -1 */
static ssize_t find_last(struct seal_bytes b, const char *needle)
{
	size_t n = strlen(needle), end = b.n;
	ssize_t at;

	while ((at = seal_bytes_rchr(seal_bytes_first(b, end), needle[0])) >= 0) {
		if (b.n - (size_t)at >= n && memcmp(b.p + at, needle, n) == 0)
			return at;
		end = (size_t)at;
	}
	return -1;
}

/* inner - what a user-space manager sent: the part inside msg='...' */
static struct seal_bytes inner(struct seal_bytes body)
{
	ssize_t at = seal_bytes_find(body, "msg='");

	if (at < 0)
		return body;
	body = seal_bytes_from(body, (size_t)at + 5);
	at = seal_bytes_rchr(body, '\'');
	return at < 0 ? body : seal_bytes_first(body, (size_t)at);
}

/* take_value - the next word of *rest without its @key in front; none when it has another */
static struct seal_bytes take_value(struct seal_bytes *rest, const char *key)
{
	struct seal_bytes word = seal_bytes_cut(*rest, ' ', rest);

	return seal_bytes_starts(word, key) ? seal_bytes_from(word, strlen(key)) : SEAL_BYTES_NONE;
}

/* take_contexts - split what follows "for" at the last scontext= and read the three names behind it
 */
static int take_contexts(struct seal_bytes rest, struct seal_avc *ret)
{
	ssize_t at = find_last(rest, " scontext=");

	if (at < 0)
		return -EBADMSG;
	ret->details = seal_bytes_first(rest, (size_t)at);
	ret->tail = rest = seal_bytes_from(rest, (size_t)at + 1);
	ret->scontext = take_value(&rest, "scontext=");
	ret->tcontext = take_value(&rest, "tcontext=");
	ret->tclass = take_value(&rest, "tclass=");
	return ret->scontext.n && ret->tcontext.n && ret->tclass.n ? 1 : -EBADMSG;
}

/* parse_avc - "avc:  denied  { PERMS } for  DETAILS scontext=..." */
static int parse_avc(struct seal_avc *ret)
{
	struct seal_bytes rest = seal_bytes_from(ret->text, 4), word;
	ssize_t open, close;

	word = seal_bytes_word(&rest);
	ret->granted = seal_bytes_is(word, "granted");
	if (!ret->granted && !seal_bytes_is(word, "denied"))
		return 0;
	open = seal_bytes_chr(rest, '{');
	close = seal_bytes_chr(rest, '}');
	if (open < 0 || close < open)
		return -EBADMSG;
	ret->perms =
		seal_bytes_trim((struct seal_bytes){rest.p + open + 1, (size_t)(close - open) - 1});
	rest = seal_bytes_from(rest, (size_t)close + 1);
	word = seal_bytes_word(&rest);
	if (!seal_bytes_is(word, "for") || ret->perms.n == 0)
		return -EBADMSG;
	return take_contexts(rest, ret);
}

/* parse_error - "op=security_compute_sid invalid_context=C scontext=A tcontext=B tclass=process",
 * "op=security_bounded_transition seresult=denied oldcontext=A newcontext=B", and the older
 * "security_compute_sid:  invalid context C for scontext=A tcontext=B tclass=process" */
static int parse_error(struct seal_avc *ret)
{
	struct seal_bytes text = ret->text;

	if (!seal_bytes_starts(text, "op=") && !seal_bytes_starts(text, "security_"))
		return 0;
	ret->tail = text;
	seal_audit_field(text, "perms", &ret->perms);
	seal_audit_field(text, "tclass", &ret->tclass);
	if (!seal_audit_field(text, "scontext", &ret->scontext) &&
	    !seal_audit_field(text, "oldcontext", &ret->scontext))
		return 0;
	if (!seal_audit_field(text, "tcontext", &ret->tcontext))
		seal_audit_field(text, "newcontext", &ret->tcontext);
	return ret->scontext.n && ret->tcontext.n ? 1 : -EBADMSG;
}

int seal_avc_parse(const struct seal_audit_record *r, struct seal_avc *ret)
{
	bool user = r->type == AUDIT_USER_AVC || r->type == AUDIT_USER_SELINUX_ERR;

	*ret = (struct seal_avc){.text = user ? inner(r->body) : r->body};
	if (r->type == AUDIT_SELINUX_ERR || r->type == AUDIT_USER_SELINUX_ERR) {
		ret->kind = SEAL_DENIAL_SELINUX_ERR;
		return parse_error(ret);
	}
	ret->kind = user ? SEAL_DENIAL_USER_AVC : SEAL_DENIAL_AVC;
	if (!seal_bytes_starts(ret->text, "avc:"))
		return 0;
	return parse_avc(ret);
}

/* put_without - append @text without the digits behind each @needle */
static void put_without(struct seal_buf *key, struct seal_bytes text, const char *needle)
{
	ssize_t hit;
	size_t n;

	while ((hit = seal_bytes_find(text, needle)) >= 0) {
		n = (size_t)hit + strlen(needle);
		seal_buf_put(key, text.p, n);
		while (n < text.n && text.p[n] >= '0' && text.p[n] <= '9')
			n++;
		text = seal_bytes_from(text, n);
	}
	seal_buf_put(key, text.p, text.n);
}

/* put_kernel - the kernel's "pid=" stands first; pipes and sockets have numbers for names */
static void put_kernel(struct seal_buf *key, const struct seal_avc *avc)
{
	struct seal_bytes rest = avc->details;

	while (rest.n && rest.p[0] == ' ')
		rest = seal_bytes_from(rest, 1);
	if (seal_bytes_starts(rest, "pid="))
		seal_bytes_cut(rest, ' ', &rest);
	if (seal_bytes_find(rest, "=\"pipe:[") >= 0 || seal_bytes_find(rest, "=\"socket:[") >= 0)
		rest = seal_bytes_first(rest, (size_t)seal_bytes_chr(rest, '['));
	seal_buf_put(key, rest.p, rest.n);
}

/* put_access - what equal accesses share: no comm, no object */
static void put_access(const struct seal_avc *avc, struct seal_buf *key)
{
	seal_buf_putc(key, (char)('a' + avc->kind));
	seal_buf_putc(key, avc->granted ? 'g' : 'd');
	seal_buf_put(key, avc->perms.p, avc->perms.n);
	seal_buf_putc(key, ' ');
	seal_buf_put(key, avc->tail.p, avc->tail.n);
}

size_t seal_avc_key(const struct seal_avc *avc, struct seal_buf *key)
{
	size_t n = key->n;

	put_access(avc, key);
	n = key->n - n;
	seal_buf_putc(key, '\n');
	if (avc->kind == SEAL_DENIAL_AVC)
		put_kernel(key, avc);
	else
		put_without(key, avc->details, "pid=");
	return n;
}

uint32_t seal_avc_pid(const struct seal_avc *avc)
{
	uint64_t pid;

	if (!seal_audit_number(avc->details, "pid", 10, &pid) &&
	    !seal_audit_number(avc->details, "spid", 10, &pid))
		return 0;
	return pid <= UINT32_MAX ? (uint32_t)pid : 0;
}
