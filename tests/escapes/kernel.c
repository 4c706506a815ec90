/* kernel.c - ways out by files and calls that reach the one kernel */
/* SPDX-License-Identifier: 0BSD */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/io.h>
#include <sys/klog.h>
#include <sys/socket.h>
#include <sys/swap.h>
#include <sys/syscall.h>
#include <sys/timex.h>
#include <unistd.h>

#include "escape.h"

/* Opens and never writes. */
static int writable(const char *path)
{
	int fd = open(path, O_WRONLY | O_CLOEXEC);

	if (fd < 0 && errno == ENOENT && access("/proc/self", F_OK))
		return untried("no /proc");
	return verdict(fd >= 0);
}

static int readable(const char *path)
{
	char c;
	int fd = open(path, O_RDONLY | O_CLOEXEC);

	if (fd < 0 && errno == ENOENT)
		return untried("not there");
	return verdict(fd >= 0 && read(fd, &c, 1) == 1);
}

static int core_pattern(void)
{
	return writable("/proc/sys/kernel/core_pattern");
}

static int modprobe_path(void)
{
	return writable("/proc/sys/kernel/modprobe");
}

static int drop_caches(void)
{
	return writable("/proc/sys/vm/drop_caches");
}

static int sysrq(void)
{
	return writable("/proc/sysrq-trigger");
}

static int kcore(void)
{
	return readable("/proc/kcore");
}

static int timer_list(void)
{
	return readable("/proc/timer_list");
}

static int proc_keys(void)
{
	char line[512];
	FILE *f = fopen("/proc/keys", "re");
	int seen = 0;

	if (!f)
		return errno == ENOENT ? untried("not there") : verdict(0);
	while (!seen && fgets(line, sizeof line, f))
		seen = strstr(line, "cellbox-host") != NULL;
	fclose(f);
	return seen ? is_open("the caller's key is told")
		    : is_held("not the caller's");
}

static int kernel_log(void)
{
	char buf[16];

	return verdict(klogctl(3, buf, sizeof buf) >= 0);
}

/*
 * Calls whose first act is to ask for the capability, made with an argument
 * that is wrong otherwise: EPERM is held, any other refusal is open.
 */
static int asks_first(long result)
{
	if (result < 0 &&
	    (errno == EPERM || errno == EACCES || errno == ENOSYS))
		return is_held("%s", strerror(errno));
	return is_open("%s", result < 0 ? strerror(errno) : "done");
}

static int init_module(void)
{
	return asks_first(syscall(SYS_init_module, "no module", 9L, ""));
}

static int finit_module(void)
{
	return asks_first(syscall(SYS_finit_module, -1L, "", 0L));
}

static int kexec(void)
{
	return asks_first(syscall(SYS_kexec_load, 0L, 0L, NULL, ~0L));
}

static int swap_on(void)
{
	return asks_first(swapon("/no/such", 0));
}

static int account(void)
{
	return asks_first(syscall(SYS_acct, "/no/such"));
}

static int set_time(void)
{
	struct timex tx;

	memset(&tx, 0, sizeof tx);
	tx.modes = ADJ_TICK; /* of no length: EINVAL */
	return asks_first(syscall(SYS_adjtimex, &tx));
}

static int io_ports(void)
{
	return verdict(!ioperm(0x80, 1, 1));
}

static int bpf(void)
{
	/* BPF_MAP_CREATE: an array of one long */
	struct {
		unsigned type, key, value, entries, flags, rest[27];
	} attr = {2, 4, 8, 1, 0, {0}};

	return verdict(syscall(SYS_bpf, 0L, &attr, sizeof attr) >= 0);
}

/* struct perf_event_attr: a software event; pid -1 is a whole processor. */
static int perf(long pid, long cpu)
{
	struct {
		unsigned type, size;
		unsigned long long config, rest[12];
	} attr = {1, 64, 0, {0}};

	return verdict(syscall(SYS_perf_event_open, &attr, pid, cpu, -1L, 0L) >=
		       0);
}

static int perf_self(void)
{
	return perf(0, -1);
}

static int perf_cpu(void)
{
	return perf(-1, 0);
}

static int io_uring(void)
{
	char params[120] = {0};

	return verdict(syscall(SYS_io_uring_setup, 4L, params) >= 0);
}

static int userfault(void)
{
	return verdict(syscall(SYS_userfaultfd, (long)O_CLOEXEC) >= 0);
}

static int fanotify(void)
{
	int fd = (int)syscall(SYS_fanotify_init, 0L, (long)O_RDONLY);

	if (fd < 0)
		return is_held("%s", strerror(errno));
	/* FAN_MARK_ADD | FAN_MARK_FILESYSTEM, FAN_OPEN: all of the disk */
	return verdict(!syscall(SYS_fanotify_mark, (long)fd, 0x101L, 0x20L,
				(long)AT_FDCWD, "/"));
}

static int vsock(void)
{
	return verdict(socket(AF_VSOCK, SOCK_STREAM | SOCK_CLOEXEC, 0) >= 0);
}

const struct attempt kernel_attempts[] = {
	{"core-pattern", core_pattern},
	{"modprobe-path", modprobe_path},
	{"drop-caches", drop_caches},
	{"sysrq", sysrq},
	{"kcore", kcore},
	{"timer-list", timer_list},
	{"proc-keys", proc_keys},
	{"kernel-log", kernel_log},
	{"init-module", init_module},
	{"finit-module", finit_module},
	{"kexec", kexec},
	{"swapon", swap_on},
	{"acct", account},
	{"set-time", set_time},
	{"io-ports", io_ports},
	{"bpf", bpf},
	{"perf-self", perf_self},
	{"perf-cpu", perf_cpu},
	{"io-uring", io_uring},
	{"userfaultfd", userfault},
	{"fanotify", fanotify},
	{"vsock", vsock},
	{NULL, NULL},
};
