/* sys.c - system calls and constants that libc lacks, or wraps at a price
 *
 * SPDX-License-Identifier: 0BSD
 */
#include "sys.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <poll.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

/* Numbers of the calls since Linux 5.2, the same on every architecture. */
#ifndef SYS_pidfd_send_signal
#define SYS_pidfd_send_signal 424
#endif
#ifndef SYS_pidfd_open
#define SYS_pidfd_open 434
#endif
#ifndef SYS_clone3
#define SYS_clone3 435
#endif
#ifndef SYS_close_range
#define SYS_close_range 436
#endif
#ifndef SYS_openat2
#define SYS_openat2 437
#endif
#ifndef SYS_pidfd_getfd
#define SYS_pidfd_getfd 438
#endif
/* Ids have 32 bits; on old 32-bit architectures that is another call. */
#ifdef SYS_setresuid32
#undef SYS_setgroups
#undef SYS_setresgid
#undef SYS_setresuid
#define SYS_setgroups SYS_setgroups32
#define SYS_setresgid SYS_setresgid32
#define SYS_setresuid SYS_setresuid32
#endif
#ifdef SYS_mmap2 /* of 32 bits; the last word is the offset in pages */
#undef SYS_mmap
#define SYS_mmap SYS_mmap2
#endif
#ifndef STATX_MNT_ID
#define STATX_MNT_ID 0x1000
#endif
#ifndef MAX_HANDLE_SZ
#define MAX_HANDLE_SZ 128
#endif
int sys_open(int dir, const char *path, int flags, mode_t mode)
{
	/* O_LARGEFILE: what libc adds for itself on 32 bits */
	return syscall(SYS_openat, (long)dir, path,
		       (long)(flags | O_CLOEXEC | O_LARGEFILE), (long)mode);
}

int sys_files(uint64_t limit, uint64_t *was)
{
	uint64_t both[2]; /* soft, hard */

	if (syscall(SYS_prlimit64, 0L, (long)RLIMIT_NOFILE, NULL, both))
		return -1;
	*was = both[0];
	both[0] = limit < both[1] ? limit : both[1];
	return syscall(SYS_prlimit64, 0L, (long)RLIMIT_NOFILE, both, NULL);
}

void *sys_map(size_t bytes)
{
	long at = syscall(SYS_mmap, 0L, bytes, (long)(PROT_READ | PROT_WRITE),
			  (long)(MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE),
			  -1L, 0L);

	return at == -1 ? NULL : (void *)at;
}

int sys_getdents(int dir, void *buf, unsigned int size)
{
	return syscall(SYS_getdents64, (long)dir, buf, (long)size);
}

void sys_close(int fd)
{
	int err = errno;

	if (fd >= 0)
		close(fd);
	errno = err;
}

int sys_openat2(int dir, const char *path, uint64_t flags, uint64_t resolve)
{
	struct open_how how = {
		.flags = flags | O_CLOEXEC,
		.resolve = resolve,
	};

	return syscall(SYS_openat2, (long)dir, path, &how, sizeof(how));
}

/* Without close_range(2): each open descriptor from first to last, found by
 * poll(2), which tells of many at once. A limit that was lowered closed none. */
static void each_open(unsigned int first, unsigned int last, void (*act)(int))
{
	struct rlimit limit = {.rlim_cur = 256};
	struct pollfd fds[256];
	unsigned int most = 1 << 20, n; /* fs.nr_open's default */

	getrlimit(RLIMIT_NOFILE, &limit);
	n = limit.rlim_cur < 256 ? limit.rlim_cur + !limit.rlim_cur : 256;
	if (limit.rlim_max != RLIM_INFINITY && limit.rlim_max > most)
		most = limit.rlim_max;
	for (; first <= last && first < most; first += n) {
		if (last - first < n)
			n = last - first + 1;
		for (unsigned int i = 0; i < n; i++)
			fds[i] = (struct pollfd){.fd = first + i};
		if (poll(fds, n, 0) < 0)
			n = 1; /* EINVAL: the limit is below that; blindly */
		for (unsigned int i = 0; i < n; i++)
			if (!(fds[i].revents & POLLNVAL))
				act(first + i);
	}
}

static void close_one(int fd)
{
	close(fd);
}

static void cloexec_one(int fd)
{
	fcntl(fd, F_SETFD, FD_CLOEXEC);
}

void sys_close_range(unsigned int first, unsigned int last)
{
	if (syscall(SYS_close_range, (long)first, (long)last, 0L))
		each_open(first, last, close_one);
}

void sys_cloexec_from(unsigned int first)
{
	if (syscall(SYS_close_range, (long)first, ~0L,
		    4L /* CLOSE_RANGE_CLOEXEC */))
		each_open(first, ~0U, cloexec_one);
}

/* struct clone_args of Linux 5.7, in words */
enum { FLAGS, EXIT_SIGNAL = 4, LINUX_5_3 = 8, CGROUP = 10, LINUX_5_7 };

#define CLEAR_SIGHAND (1ULL << 32) /* Linux 5.5 */
#define INTO_CGROUP   (1ULL << 33)

void sys_raise_files(void)
{
	uint64_t limit[2]; /* struct rlimit64: soft, hard */

	if (syscall(SYS_prlimit64, 0L, (long)RLIMIT_NOFILE, NULL, limit))
		return;
	limit[0] = limit[1];
	syscall(SYS_prlimit64, 0L, (long)RLIMIT_NOFILE, limit, NULL);
}

pid_t sys_clone(unsigned int kinds, int cgroup)
{
	uint64_t args[LINUX_5_7] = {
		[FLAGS] = kinds | CLEAR_SIGHAND |
			  (cgroup < 0 ? 0 : INTO_CGROUP),
		[EXIT_SIGNAL] = SIGCHLD,
		[CGROUP] = cgroup < 0 ? 0 : cgroup,
	};
	long size = (cgroup < 0 ? LINUX_5_3 : LINUX_5_7) * sizeof(*args);
	pid_t pid = syscall(SYS_clone3, args, size);

	if (pid < 0 && errno == EINVAL) {
		args[FLAGS] &= ~CLEAR_SIGHAND;
		pid = syscall(SYS_clone3, args, size);
	}
	if (pid >= 0 || cgroup >= 0 || kinds & CLONE_NEWTIME ||
	    (errno != ENOSYS && errno != EPERM))
		return pid;
	return syscall(SYS_clone, (long)(kinds | SIGCHLD), NULL, NULL, NULL,
		       0L);
}

int sys_pidfd_open(pid_t pid)
{
	return syscall(SYS_pidfd_open, (long)pid, 0L);
}

int sys_pidfd_getfd(int pidfd, int fd)
{
	return syscall(SYS_pidfd_getfd, (long)pidfd, (long)fd, 0L);
}

int sys_pidfd_signal(int pidfd, int sig)
{
	return syscall(SYS_pidfd_send_signal, (long)pidfd, (long)sig, NULL, 0L);
}

int sys_no_groups(void)
{
	return syscall(SYS_setgroups, 0L, NULL);
}

int sys_setgid(gid_t gid)
{
	return syscall(SYS_setresgid, (long)gid, (long)gid, (long)gid);
}

int sys_setuid(uid_t uid)
{
	return syscall(SYS_setresuid, (long)uid, (long)uid, (long)uid);
}

extern const char __executable_start[], __init_array_start[]; /* the linker's */

/* A fault brings 64 KB of neighbours, but only those of the same mapping: advice
 * about a part of it makes that part one of its own. */
void sys_drop_text(size_t used)
{
	uintptr_t page = 4095, from = (uintptr_t)__executable_start & ~page;
	uintptr_t to = (uintptr_t)__init_array_start & ~page;

	if (from + used < to)
		madvise((void *)from, used, MADV_DONTDUMP);
	madvise((void *)from, to - from, MADV_DONTNEED);
}

int sys_pivot_root(const char *new_root, const char *put_old)
{
	return syscall(SYS_pivot_root, new_root, put_old);
}

int64_t sys_mount_id(int dir, const char *path)
{
	/* struct statx: stx_mask first, stx_mnt_id at byte 144 of 256 */
	union {
		uint32_t mask;
		uint64_t word[32];
	} stx = {0};
	struct {
		unsigned int bytes;
		int type;
		unsigned char handle[MAX_HANDLE_SZ];
	} handle = {.bytes = MAX_HANDLE_SZ};
	int id;

	if (!syscall(SYS_statx, (long)dir, path, (long)AT_EMPTY_PATH,
		     (long)STATX_MNT_ID, &stx) &&
	    stx.mask & STATX_MNT_ID)
		return stx.word[18];
	if (syscall(SYS_name_to_handle_at, (long)dir, path, &handle, &id,
		    (long)AT_EMPTY_PATH))
		return -1;
	return id;
}
