/* sysns.c - the part of sys that asks descriptors for namespaces and processes
 *
 * SPDX-License-Identifier: 0BSD
 */
#include <fcntl.h>
#include <sys/ioctl.h>
#include <sys/socket.h>

#include "sys.h"

int sys_ns_owner(int fd)
{
	return ioctl(fd, _IO(0xb7, 1), NULL);
}

int sys_ns_parent(int fd)
{
	return ioctl(fd, _IO(0xb7, 2), NULL);
}

int sys_ns_kind(int fd)
{
	return ioctl(fd, _IO(0xb7, 3), NULL);
}

int sys_ns_by_id(uint64_t id)
{
	/* struct file_handle with a struct nsfs_file_handle in it */
	struct {
		unsigned int bytes;
		int type;
		uint64_t id;
		uint32_t kind, inode; /* 0: any */
	} handle = {16, 0xf1 /* FILEID_NSFS */, id, 0, 0};

	return open_by_handle_at(-10003 /* FD_NSFS_ROOT */, (void *)&handle,
				 O_RDONLY | O_CLOEXEC);
}

int sys_socket_namespace(int sock)
{
	return ioctl(sock, 0x894c /* SIOCGSKNS */, NULL);
}

int sys_peer_pidfd(int sock)
{
	int fd = -1;
	socklen_t size = sizeof(fd);

	return getsockopt(sock, SOL_SOCKET, 77 /* SO_PEERPIDFD */, &fd, &size)
		       ? -1
		       : fd;
}

int sys_pidfd_namespace(int pidfd, unsigned int n)
{
	return ioctl(pidfd, _IO(0xff, n), NULL);
}
