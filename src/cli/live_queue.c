/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "cli/live_queue.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

#include "apply/child.h"
#include "core/fdio.h"

static int nothing(void *data, const char *name, unsigned char type)
{
	(void)data;
	(void)name;
	(void)type;
	return 0;
}

void seal_cli_queue(struct seal_root *root)
{
	seal_auto_close int dir = -1, fd = -1;
	struct seal_child child = {0};

	if (seal_root_kind(root) != SEAL_ROOT_LIVE ||
	    seal_root_list(root, "var/spool/postfix/active", nothing, NULL, NULL) != -EACCES)
		return;
	dir = open("/", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (dir >= 0 && seal_child_queue(dir, &child, NULL) == 0 && child.status == 0)
		fd = memfd_create("queue", MFD_CLOEXEC);
	if (fd >= 0 && seal_fd_write(fd, seal_buf_bytes(&child.out)) == 0)
		seal_root_give_queue(root, seal_take_fd(&fd));
	seal_buf_done(&child.out);
}
