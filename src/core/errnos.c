/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/errnos.h"

#include <errno.h>

#define ROW(error, text)                                                                           \
	{                                                                                          \
		error, #error, text, sizeof(text) - 1                                              \
	}

static const struct {
	int error;
	const char *name, *text;
	size_t text_n;
} errnos[] = {
	ROW(EPERM, "Operation not permitted"),
	ROW(ENOENT, "No such file or directory"),
	ROW(EINTR, "Interrupted system call"),
	ROW(EIO, "Input/output error"),
	ROW(ENXIO, "No such device or address"),
	ROW(ENOEXEC, "Exec format error"),
	ROW(EBADF, "Bad file descriptor"),
	ROW(ECHILD, "No child processes"),
	ROW(EAGAIN, "Resource temporarily unavailable"),
	ROW(ENOMEM, "Cannot allocate memory"),
	ROW(EACCES, "Permission denied"),
	ROW(EBUSY, "Device or resource busy"),
	ROW(EEXIST, "File exists"),
	ROW(EXDEV, "Invalid cross-device link"),
	ROW(ENODEV, "No such device"),
	ROW(ENOTDIR, "Not a directory"),
	ROW(EISDIR, "Is a directory"),
	ROW(EINVAL, "Invalid argument"),
	ROW(ENFILE, "Too many open files in system"),
	ROW(EMFILE, "Too many open files"),
	ROW(ETXTBSY, "Text file busy"),
	ROW(EFBIG, "File too large"),
	ROW(ENOSPC, "No space left on device"),
	ROW(EROFS, "Read-only file system"),
	ROW(EMLINK, "Too many links"),
	ROW(EPIPE, "Broken pipe"),
	ROW(EDEADLK, "Resource deadlock avoided"),
	ROW(ENAMETOOLONG, "File name too long"),
	ROW(ENOLCK, "No locks available"),
	ROW(ENOSYS, "Function not implemented"),
	ROW(ENOTEMPTY, "Directory not empty"),
	ROW(ELOOP, "Too many levels of symbolic links"),
	ROW(EPROTO, "Protocol error"),
	ROW(EOVERFLOW, "Value too large for defined data type"),
	ROW(ENOTSOCK, "Socket operation on non-socket"),
	ROW(EMSGSIZE, "Message too long"),
	ROW(EPROTOTYPE, "Protocol wrong type for socket"),
	ROW(ENOPROTOOPT, "Protocol not available"),
	ROW(EPROTONOSUPPORT, "Protocol not supported"),
	ROW(EOPNOTSUPP, "Operation not supported"),
	ROW(EAFNOSUPPORT, "Address family not supported by protocol"),
	ROW(EADDRINUSE, "Address already in use"),
	ROW(EADDRNOTAVAIL, "Cannot assign requested address"),
	ROW(ENETDOWN, "Network is down"),
	ROW(ENETUNREACH, "Network is unreachable"),
	ROW(ENETRESET, "Network dropped connection on reset"),
	ROW(ECONNABORTED, "Software caused connection abort"),
	ROW(ECONNRESET, "Connection reset by peer"),
	ROW(ENOBUFS, "No buffer space available"),
	ROW(ENOTCONN, "Transport endpoint is not connected"),
	ROW(ETIMEDOUT, "Connection timed out"),
	ROW(ECONNREFUSED, "Connection refused"),
	ROW(EHOSTDOWN, "Host is down"),
	ROW(EHOSTUNREACH, "No route to host"),
	ROW(ESTALE, "Stale file handle"),
	ROW(EDQUOT, "Disk quota exceeded"),
	ROW(ECANCELED, "Operation canceled"),
	/* other libcs: the BSDs, macOS, Solaris, musl, glibc before 2.14 */
	ROW(ETIMEDOUT, "Operation timed out"),
	ROW(ECONNRESET, "Connection reset"),
	ROW(ENETUNREACH, "Network unreachable"),
	ROW(EHOSTUNREACH, "Host is unreachable"),
	ROW(EADDRNOTAVAIL, "Can't assign requested address"),
	ROW(EAFNOSUPPORT, "Address family not supported by protocol family"),
	ROW(EDQUOT, "Disc quota exceeded"),
	ROW(EDQUOT, "Quota exceeded"),
	ROW(ESTALE, "Stale NFS file handle"),
	ROW(ENOMEM, "Out of memory"),
	ROW(EIO, "I/O error"),
};

#define ERRNOS_N (sizeof(errnos) / sizeof(errnos[0]))

int seal_errno_of_name(struct seal_bytes name)
{
	size_t i;

	for (i = 0; i < ERRNOS_N; i++)
		if (seal_bytes_is(name, errnos[i].name))
			return errnos[i].error;
	return 0;
}

const char *seal_errno_name(int error)
{
	size_t i;

	for (i = 0; i < ERRNOS_N; i++)
		if (errnos[i].error == error)
			return errnos[i].name;
	return NULL;
}

/* is_text - @s is the text of that row; its length and last letter tell most of them apart */
static bool is_text(const char *s, size_t i)
{
	size_t n = errnos[i].text_n;

	return s[n - 1] == errnos[i].text[n - 1] && memcmp(s, errnos[i].text, n) == 0;
}

int seal_errno_of_text(struct seal_bytes text)
{
	size_t i;

	for (i = 0; i < ERRNOS_N; i++)
		if (text.n == errnos[i].text_n && is_text(text.p, i))
			return errnos[i].error;
	return 0;
}

int seal_errno_at_end(struct seal_bytes text, size_t *start)
{
	size_t i, at;

	for (i = 0; i < ERRNOS_N; i++) {
		if (text.n < errnos[i].text_n)
			continue;
		at = text.n - errnos[i].text_n;
		if (!is_text(text.p + at, i))
			continue;
		if (at && text.p[at - 1] != ' ' && text.p[at - 1] != ':')
			continue;
		if (start)
			*start = at;
		return errnos[i].error;
	}
	return 0;
}
