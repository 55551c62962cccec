/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/errnos.h"

#include <errno.h>

static const struct {
	int error;
	const char *name, *text;
} errnos[] = {
	{EPERM, "EPERM", "Operation not permitted"},
	{ENOENT, "ENOENT", "No such file or directory"},
	{EINTR, "EINTR", "Interrupted system call"},
	{EIO, "EIO", "Input/output error"},
	{ENXIO, "ENXIO", "No such device or address"},
	{ENOEXEC, "ENOEXEC", "Exec format error"},
	{EBADF, "EBADF", "Bad file descriptor"},
	{ECHILD, "ECHILD", "No child processes"},
	{EAGAIN, "EAGAIN", "Resource temporarily unavailable"},
	{ENOMEM, "ENOMEM", "Cannot allocate memory"},
	{EACCES, "EACCES", "Permission denied"},
	{EBUSY, "EBUSY", "Device or resource busy"},
	{EEXIST, "EEXIST", "File exists"},
	{EXDEV, "EXDEV", "Invalid cross-device link"},
	{ENODEV, "ENODEV", "No such device"},
	{ENOTDIR, "ENOTDIR", "Not a directory"},
	{EISDIR, "EISDIR", "Is a directory"},
	{EINVAL, "EINVAL", "Invalid argument"},
	{ENFILE, "ENFILE", "Too many open files in system"},
	{EMFILE, "EMFILE", "Too many open files"},
	{ETXTBSY, "ETXTBSY", "Text file busy"},
	{EFBIG, "EFBIG", "File too large"},
	{ENOSPC, "ENOSPC", "No space left on device"},
	{EROFS, "EROFS", "Read-only file system"},
	{EMLINK, "EMLINK", "Too many links"},
	{EPIPE, "EPIPE", "Broken pipe"},
	{EDEADLK, "EDEADLK", "Resource deadlock avoided"},
	{ENAMETOOLONG, "ENAMETOOLONG", "File name too long"},
	{ENOLCK, "ENOLCK", "No locks available"},
	{ENOSYS, "ENOSYS", "Function not implemented"},
	{ENOTEMPTY, "ENOTEMPTY", "Directory not empty"},
	{ELOOP, "ELOOP", "Too many levels of symbolic links"},
	{EPROTO, "EPROTO", "Protocol error"},
	{EOVERFLOW, "EOVERFLOW", "Value too large for defined data type"},
	{ENOTSOCK, "ENOTSOCK", "Socket operation on non-socket"},
	{EMSGSIZE, "EMSGSIZE", "Message too long"},
	{EPROTOTYPE, "EPROTOTYPE", "Protocol wrong type for socket"},
	{ENOPROTOOPT, "ENOPROTOOPT", "Protocol not available"},
	{EPROTONOSUPPORT, "EPROTONOSUPPORT", "Protocol not supported"},
	{EOPNOTSUPP, "EOPNOTSUPP", "Operation not supported"},
	{EAFNOSUPPORT, "EAFNOSUPPORT", "Address family not supported by protocol"},
	{EADDRINUSE, "EADDRINUSE", "Address already in use"},
	{EADDRNOTAVAIL, "EADDRNOTAVAIL", "Cannot assign requested address"},
	{ENETDOWN, "ENETDOWN", "Network is down"},
	{ENETUNREACH, "ENETUNREACH", "Network is unreachable"},
	{ENETRESET, "ENETRESET", "Network dropped connection on reset"},
	{ECONNABORTED, "ECONNABORTED", "Software caused connection abort"},
	{ECONNRESET, "ECONNRESET", "Connection reset by peer"},
	{ENOBUFS, "ENOBUFS", "No buffer space available"},
	{ENOTCONN, "ENOTCONN", "Transport endpoint is not connected"},
	{ETIMEDOUT, "ETIMEDOUT", "Connection timed out"},
	{ECONNREFUSED, "ECONNREFUSED", "Connection refused"},
	{EHOSTDOWN, "EHOSTDOWN", "Host is down"},
	{EHOSTUNREACH, "EHOSTUNREACH", "No route to host"},
	{ESTALE, "ESTALE", "Stale file handle"},
	{EDQUOT, "EDQUOT", "Disk quota exceeded"},
	{ECANCELED, "ECANCELED", "Operation canceled"},
	/* other libcs: the BSDs, macOS, Solaris, musl, glibc before 2.14 */
	{ETIMEDOUT, "ETIMEDOUT", "Operation timed out"},
	{ECONNRESET, "ECONNRESET", "Connection reset"},
	{ENETUNREACH, "ENETUNREACH", "Network unreachable"},
	{EHOSTUNREACH, "EHOSTUNREACH", "Host is unreachable"},
	{EADDRNOTAVAIL, "EADDRNOTAVAIL", "Can't assign requested address"},
	{EAFNOSUPPORT, "EAFNOSUPPORT", "Address family not supported by protocol family"},
	{EDQUOT, "EDQUOT", "Disc quota exceeded"},
	{EDQUOT, "EDQUOT", "Quota exceeded"},
	{ESTALE, "ESTALE", "Stale NFS file handle"},
	{ENOMEM, "ENOMEM", "Out of memory"},
	{EIO, "EIO", "I/O error"},
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

int seal_errno_of_text(struct seal_bytes text)
{
	size_t i;

	for (i = 0; i < ERRNOS_N; i++)
		if (seal_bytes_is(text, errnos[i].text))
			return errnos[i].error;
	return 0;
}

int seal_errno_at_end(struct seal_bytes text, size_t *start)
{
	size_t i;

	for (i = 0; i < ERRNOS_N; i++) {
		size_t at;

		if (!seal_bytes_ends(text, errnos[i].text))
			continue;
		at = text.n - strlen(errnos[i].text);
		if (at && text.p[at - 1] != ' ' && text.p[at - 1] != ':')
			continue;
		if (start)
			*start = at;
		return errnos[i].error;
	}
	return 0;
}
