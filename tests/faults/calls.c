/* calls.c - which error can occur at which system call */
/* SPDX-License-Identifier: 0BSD */
#include "calls.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/syscall.h>

/* Made from <asm/unistd.h> by tests/faults/run: [nr] = "name". */
static const char *const names[] = {
#include "names.h"
};

#define N_NAMES ((long)(sizeof names / sizeof *names))

/* P EPERM, S ENOSYS, I EINTR, M ENOMEM, F EMFILE, N ENOSPC, A EAGAIN */
static const struct errno_row {
	char letter;
	int err;
	const char *name;
	const char *glibc;
	const char *musl;
} errnos[] = {
	{'P', EPERM, "EPERM", "Operation not permitted", NULL},
	{'S', ENOSYS, "ENOSYS", "Function not implemented", NULL},
	{'I', EINTR, "EINTR", "Interrupted system call", NULL},
	{'M', ENOMEM, "ENOMEM", "Cannot allocate memory", "Out of memory"},
	{'F', EMFILE, "EMFILE", "Too many open files",
	 "No file descriptors available"},
	{'N', ENOSPC, "ENOSPC", "No space left on device", NULL},
	{'A', EAGAIN, "EAGAIN", "Resource temporarily unavailable", NULL},
};

#define N_ERRNOS (sizeof errnos / sizeof *errnos)

/*
 * ENOSYS stands where a kernel that is still in use lacks the call or a
 * container's filter is known to answer so; EPERM at whatever a filter or
 * a security module may refuse. A call that is not here can get EPERM.
 */
static const struct row {
	const char *letters;
	const char *calls; /* names between single spaces */
} rows[] = {
	/* What cannot fail, or not in a way that a program could notice. */
	{"",
	 " close exit exit_group getpid gettid getppid getuid geteuid getgid"
	 " getegid getpgid getpgrp getsid getresuid getresgid umask lseek"
	 " brk arch_prctl set_tid_address set_robust_list rseq futex uname"
	 " sched_yield rt_sigreturn restart_syscall fcntl getrlimit alarm"
	 " times clock_gettime gettimeofday getcpu madvise sigaltstack"
	 " sync setitimer fstat "},
	{"M", " stat lstat newfstatat statfs fstatfs readlink readlinkat"
	      " getdents64 getcwd munmap mprotect mremap sysinfo getxattr"
	      " fgetxattr lgetxattr getsockname getpeername getsockopt"
	      " getgroups shutdown "},
	{"MP", " access faccessat chdir fchdir mmap capget umount2 chmod fchmod"
	       " fchmodat chown fchown lchown fchownat unlink unlinkat rmdir"
	       " setns setgroups setxattr name_to_handle_at"
	       " setsockopt sched_getaffinity "},
	{"MPS", " statx faccessat2 close_range listmount statmount"
		" mount_setattr move_mount seccomp userfaultfd "},
	{"MPSF",
	 " open_tree openat2 fsopen fsmount fspick pidfd_open pidfd_getfd"
	 " name_to_handle_at memfd_create landlock_create_ruleset "},
	{"MPSN", " fsconfig add_key keyctl "},
	{"MPN", " mount unshare mkdir mkdirat mknod mknodat symlink symlinkat"
		" link linkat rename renameat renameat2 ftruncate fallocate"
		" bind epoll_ctl "},
	{"MPIF", " open openat creat open_by_handle_at "},
	{"MPI", " read pread64 readv recvmsg recvfrom "},
	{"MPIN", " write pwrite64 writev sendfile copy_file_range "},
	{"MPIA", " sendmsg sendto flock "},
	{"MPI", " connect "},
	{"MPFIA", " accept accept4 "},
	{"MPF", " socket socketpair pipe pipe2 "},
	{"MF", " eventfd eventfd2 signalfd signalfd4 epoll_create epoll_create1"
	       " timerfd_create inotify_init inotify_init1 "},
	{"MI", " poll ppoll select pselect6 epoll_wait epoll_pwait "},
	{"I", " wait4 waitid nanosleep clock_nanosleep "},
	{"IA", " rt_sigtimedwait getrandom "},
	{"F", " dup "},
	{"FI", " dup2 dup3 "},
	{"MPA", " fork vfork "},
	{"MPAN", " clone "},
	{"MPANS", " clone3 "},
	{"MPAF", " execve execveat "},
	{"PA", " setuid setgid setreuid setregid setresuid setresgid "},
	{"PS", " pidfd_send_signal prctl "},
};

const char *call_name(long nr)
{
	static char buf[32];

	if (nr < 0)
		return "(the program runs)";
	if (nr >= 0 && nr < N_NAMES && names[nr])
		return names[nr];
	snprintf(buf, sizeof buf, "syscall_%ld", nr);
	return buf;
}

int call_flags_arg(long nr)
{
	switch (nr) {
	case SYS_open:
	case SYS_fcntl:
	case SYS_ioctl:
		return 1;
	case SYS_openat:
		return 2;
	}
	return -1;
}

static const char *letters_of(long nr, unsigned long flags)
{
	const char *name = call_name(nr);
	char word[48];
	size_t i;

	if (nr < 0)
		return "";
	if ((nr == SYS_open || nr == SYS_openat) && (flags & O_CREAT))
		return "MPIFN";
	if (nr == SYS_fcntl && (flags == F_DUPFD || flags == F_DUPFD_CLOEXEC))
		return "F";
	/* NS_GET_USERNS, NS_GET_PARENT make a descriptor, others answer. */
	if (nr == SYS_ioctl)
		return flags == 0xb701 || flags == 0xb702 ? "MPF" : "P";
	snprintf(word, sizeof word, " %s ", name);
	for (i = 0; i < sizeof rows / sizeof *rows; i++)
		if (strstr(rows[i].calls, word))
			return rows[i].letters;
	return "P";
}

const int *call_errnos(long nr, unsigned long flags)
{
	static int out[N_ERRNOS + 1];
	const char *letters = letters_of(nr, flags);
	size_t i, n = 0;

	for (i = 0; i < N_ERRNOS; i++)
		if (strchr(letters, errnos[i].letter))
			out[n++] = errnos[i].err;
	out[n] = 0;
	return out;
}

int errno_number(const char *name)
{
	size_t i;

	for (i = 0; i < N_ERRNOS; i++)
		if (!strcmp(errnos[i].name, name))
			return errnos[i].err;
	return -1;
}

const char *errno_name(int err)
{
	size_t i;

	for (i = 0; i < N_ERRNOS; i++)
		if (errnos[i].err == err)
			return errnos[i].name;
	return NULL;
}

int errno_told(const char *text, int err)
{
	size_t i;

	for (i = 0; i < N_ERRNOS; i++)
		if (errnos[i].err == err)
			return strstr(text, errnos[i].glibc) ||
			       (errnos[i].musl && strstr(text, errnos[i].musl));
	return 0;
}

int call_is_startup(long nr)
{
	switch (nr) {
	case SYS_arch_prctl:
	case SYS_set_tid_address:
	case SYS_set_robust_list:
	case SYS_rseq:
	case SYS_brk:
	case SYS_mprotect:
	case SYS_prlimit64:
	case SYS_getrandom:
	case SYS_readlink:
	case SYS_readlinkat:
		return 1;
	}
	return 0;
}
