/* sysmnt.c - system calls of the mount API of Linux 5.2 (sys.h)
 *
 * SPDX-License-Identifier: 0BSD
 */
#include <fcntl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "sys.h"

/* Numbers of the calls since Linux 5.2, the same on every architecture. */
#ifndef SYS_open_tree
#define SYS_open_tree  428
#define SYS_move_mount 429
#define SYS_fsopen     430
#define SYS_fsconfig   431
#define SYS_fsmount    432
#define SYS_fspick     433
#endif
#ifndef SYS_mount_setattr
#define SYS_mount_setattr 442
#endif

int sys_open_tree(int dir, const char *path, unsigned int flags)
{
	return syscall(SYS_open_tree, (long)dir, path,
		       (long)(flags | O_CLOEXEC));
}

int sys_move_mount_to(int tree, int dir, const char *path)
{
	/* MOVE_MOUNT_T_SYMLINKS and _AUTOMOUNTS: as mount(2) */
	return syscall(SYS_move_mount, (long)tree, "", (long)dir, path,
		       (long)(MOVE_MOUNT_F_EMPTY_PATH |
			      (*path ? 0x30 : MOVE_MOUNT_T_EMPTY_PATH)));
}

int sys_move_mount(int tree, int target)
{
	return sys_move_mount_to(tree, target, "");
}

int sys_fsopen(const char *type)
{
	return syscall(SYS_fsopen, type, 1L /* FSOPEN_CLOEXEC */);
}

int sys_fsconfig(int fs, unsigned int cmd, const char *key, const char *value)
{
	return syscall(SYS_fsconfig, (long)fs, (long)cmd, key, value, 0L);
}

int sys_fspick(int mount)
{
	return syscall(SYS_fspick, (long)mount, "",
		       9L /* FSPICK_CLOEXEC | FSPICK_EMPTY_PATH */);
}

int sys_fsmount(int fs, unsigned int attr)
{
	return syscall(SYS_fsmount, (long)fs, 1L /* FSMOUNT_CLOEXEC */,
		       (long)attr);
}

int sys_mount_setattr(int dir, const char *path, unsigned int flags,
		      const struct sys_attr *attr)
{
	return syscall(SYS_mount_setattr, (long)dir, path, (long)flags, attr,
		       sizeof(*attr));
}
