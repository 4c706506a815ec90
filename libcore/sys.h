/* sys.h - system calls and constants that libc lacks, or wraps at a price
 *
 * SPDX-License-Identifier: 0BSD
 *
 * The only file, with sys.c, that says SYS_ or #ifdef. Each function is the
 * system call of its name: -1 and errno on error (ENOSYS where the kernel or
 * these headers are too old). Every descriptor is close-on-exec from birth.
 */
#ifndef SYS_H
#define SYS_H

#include <sched.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/mount.h>
#include <sys/types.h>

#ifndef CLONE_NEWTIME
#define CLONE_NEWTIME 0x00000080 /* Linux 5.6 */
#endif
#ifndef CLONE_NEWCGROUP
#define CLONE_NEWCGROUP 0x02000000 /* Linux 4.6 */
#endif
#ifndef MS_NOSYMFOLLOW
#define MS_NOSYMFOLLOW 256 /* Linux 5.10 */
#endif
#ifndef MS_LAZYTIME
#define MS_LAZYTIME (1 << 25)
#endif
#ifndef UMOUNT_NOFOLLOW
#define UMOUNT_NOFOLLOW 8
#endif

#ifndef MOUNT_ATTR_RDONLY
#define MOUNT_ATTR_RDONLY      0x00000001
#define MOUNT_ATTR_NOSUID      0x00000002
#define MOUNT_ATTR_NODEV       0x00000004
#define MOUNT_ATTR_NOEXEC      0x00000008
#define MOUNT_ATTR__ATIME      0x00000070
#define MOUNT_ATTR_RELATIME    0x00000000
#define MOUNT_ATTR_NOATIME     0x00000010
#define MOUNT_ATTR_STRICTATIME 0x00000020
#define MOUNT_ATTR_NODIRATIME  0x00000080
#endif
#ifndef MOUNT_ATTR_NOSYMFOLLOW
#define MOUNT_ATTR_NOSYMFOLLOW 0x00200000
#endif
#ifndef MOUNT_ATTR_IDMAP
#define MOUNT_ATTR_IDMAP 0x00100000
#endif

#ifndef OPEN_TREE_CLONE
#define OPEN_TREE_CLONE		 1
#define MOVE_MOUNT_F_EMPTY_PATH	 0x00000004
#define MOVE_MOUNT_T_EMPTY_PATH	 0x00000040
#define FSCONFIG_SET_FLAG	 0
#define FSCONFIG_SET_STRING	 1
#define FSCONFIG_CMD_CREATE	 6
#define FSCONFIG_CMD_RECONFIGURE 7
#endif
#ifndef AT_RECURSIVE
#define AT_RECURSIVE 0x8000
#endif

/* All signals: bit N-1 is signal N, the 64 of the kernel, not libc's fewer. */
typedef uint64_t sys_sigset;
#define SYS_SIG(n) (1ULL << ((n)-1))

/* struct mount_attr of mount_setattr(2) */
struct sys_attr {
	uint64_t set, clear, propagation, userns_fd;
};

/* rt_sigprocmask(2); musl's leaves out 32 to 34 */
int sys_sigmask(int how, const sys_sigset *set, sys_sigset *old);
/* signalfd4(2), close-on-exec and non-blocking; fd: one that is changed, or -1 */
int sys_signalfd(int fd, sys_sigset set);

/* rt_sigqueueinfo(2): as sigqueue(3) */
int sys_sigqueue(pid_t pid, int sig, int value);
/* The kernel counts the signals that are queued to all of a user's processes. This
 * one takes half of them at most: who sends on what it gets has room for it. */
void sys_halve_queue(void);
/* rt_sigtimedwait(2): the number of a signal of set, which must be blocked; -1
 * and EAGAIN after so many milliseconds (negative: never) */
int sys_sigwait(sys_sigset set, int ms);

/* True if this process ignores the signal. */
int sys_ignores(int sig);
/* Ignores it from now on, or has the standard action. 1 if it was ignored, 0 if
 * not, -1 and errno. rt_sigaction(2) */
int sys_ignore(int sig, int ignore);

/* Milliseconds of the clock that is never set back; never 0 */
int64_t sys_now(void);
/* getcwd(2); musl's brings malloc */
int sys_getcwd(char *buf, size_t size);

/* openat(2) with O_CLOEXEC; musl's open adds an fcntl */
int sys_open(int dir, const char *path, int flags, mode_t mode);
/* Sets the soft limit of open files, to the hard one at most; *was: what it was.
 * libc's setrlimit tells all threads, which are none. prlimit(2) */
int sys_files(uint64_t limit, uint64_t *was);
/* Memory of no file, whose pages come when they are touched; NULL and errno.
 * mmap(2): libc's takes EPERM for ENOMEM */
void *sys_map(size_t bytes);
/* getdents64(2): records of a directory, the length in the two bytes at 16, the
 * name at 19 */
int sys_getdents(int dir, void *buf, unsigned int size);
/* close(2), unless fd is negative; errno is kept */
void sys_close(int fd);
/* openat2(2) with O_CLOEXEC, Linux 5.6; resolve: RESOLVE_* */
int sys_openat2(int dir, const char *path, uint64_t flags, uint64_t resolve);
/* close_range(2), Linux 5.9; before: one by one */
void sys_close_range(unsigned int first, unsigned int last);
/* Marks all descriptors from first up close-on-exec: the same call, Linux 5.11;
 * before: one by one */
void sys_cloexec_from(unsigned int first);

/* Raises the soft limit of open files to the hard one, if it can. prlimit(2):
 * libc's brings its threads along */
void sys_raise_files(void);

/* fork(2) into the new namespaces of kinds (CLONE_NEW*), and into the cgroup v2
 * of the directory cgroup (-1: none; Linux 5.7): clone3(2), Linux 5.3, else
 * clone(2), which knows neither time namespaces nor cgroups */
pid_t sys_clone(unsigned int kinds, int cgroup);
/* pidfd_open(2), Linux 5.3; pidfd_send_signal(2), Linux 5.1 */
int sys_pidfd_open(pid_t pid);
int sys_pidfd_signal(int pidfd, int sig);
/* A copy of a descriptor of that process: pidfd_getfd(2), Linux 5.6 */
int sys_pidfd_getfd(int pidfd, int fd);

/* ioctl(2) of nsfs, Linux 4.9 and 4.11: the owning user namespace of a
 * namespace, the parent of a user or pid namespace (descriptors), and its
 * kind (CLONE_NEW*) */
int sys_ns_owner(int fd);
int sys_ns_parent(int fd);
int sys_ns_kind(int fd);
/* The namespace of this id (NS_GET_ID): open_by_handle_at(2), Linux 6.19. ESTALE:
 * there is none, or 6.18. */
int sys_ns_by_id(uint64_t id);
/* The network namespace of a socket: SIOCGSKNS, Linux 4.9 */
int sys_socket_namespace(int sock);
/* SO_PEERPIDFD of a unix socket, Linux 6.5: a pidfd of who connected.
 * ENOPROTOOPT where there is none. */
int sys_peer_pidfd(int sock);
/* ioctl(2) of a pidfd, Linux 6.11: the namespace of PIDFD_GET_*_NAMESPACE n */
int sys_pidfd_namespace(int pidfd, unsigned int n);

/* setgroups(2) to none, setresgid(2), setresuid(2) to one id, of this thread:
 * libc's tell all threads, which are none, at 3 KB */
int sys_no_groups(void);
int sys_setgid(gid_t gid);
int sys_setuid(uid_t uid);

/* Lets the pages of the program's text and constants go, to be read again where
 * they are used: the first `used` bytes without the rest. madvise(2) */
void sys_drop_text(size_t used);

/* pivot_root(2) */
int sys_pivot_root(const char *new_root, const char *put_old);
/* The id of the mount that path lies on, as mountinfo shows it: statx(2) from
 * Linux 5.8, before that name_to_handle_at(2). -1 and errno. */
int64_t sys_mount_id(int dir, const char *path);

/* The mount API of Linux 5.2; mount_setattr(2) of 5.12 */
int sys_open_tree(int dir, const char *path, unsigned int flags);
/* Onto the path in dir, or onto the descriptor target */
int sys_move_mount_to(int tree, int dir, const char *path);
int sys_move_mount(int tree, int target);
int sys_fsopen(const char *type);
int sys_fsconfig(int fs, unsigned int cmd, const char *key, const char *value);
int sys_fspick(int mount);
int sys_fsmount(int fs, unsigned int attr);
int sys_mount_setattr(int dir, const char *path, unsigned int flags,
		      const struct sys_attr *attr);

#endif
