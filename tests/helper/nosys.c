/* nosys.c - a kernel that is older, or an engine that forbids what is newer */
/* SPDX-License-Identifier: 0BSD */
/*
 * nosys [-e] CALL,... CMD...
 *	executes CMD where those system calls answer ENOSYS, with -e EPERM, as the
 *	seccomp filters of old container engines do. Their flags and ioctl(2)s are
 *	not aged. "all": each that is known here. As root no_new_privs is not set.
 */
#include "helper.h"

#include <errno.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stddef.h>
#include <sys/prctl.h>

/* The same numbers on every architecture, but for statx */
static const struct {
	const char *name;
	unsigned int number;
} calls[] = {
	{"statx", SYS_statx},	{"open_tree", 428},  {"move_mount", 429},
	{"fsopen", 430},	{"pidfd_open", 434}, {"clone3", 435},
	{"close_range", 436},	{"openat2", 437},    {"faccessat2", 439},
	{"mount_setattr", 442}, {"fchmodat2", 452},  {"statmount", 457},
	{"listmount", 458},
};

#define CALLS (sizeof(calls) / sizeof(*calls))

static int is_wanted(const char *list, const char *name)
{
	size_t n = strlen(name);

	for (; list; list = strchr(list, ',')) {
		list += *list == ',';
		if (!strncmp(list, "all", 3) ||
		    (!strncmp(list, name, n) && (!list[n] || list[n] == ',')))
			return 1;
	}
	return 0;
}

int main(int argc, char **argv)
{
	int eperm = argc > 1 && !strcmp(argv[1], "-e");
	struct sock_filter code[2 * CALLS + 2];
	struct sock_fprog program = {0, code};
	unsigned int i, n = 0;

	argv += eperm;
	if (argc - eperm < 3)
		return 125;
	code[n++] = (struct sock_filter)BPF_STMT(
		BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr));
	for (i = 0; i < CALLS; i++) {
		if (!is_wanted(argv[1], calls[i].name))
			continue;
		code[n++] = (struct sock_filter)BPF_JUMP(
			BPF_JMP | BPF_JEQ | BPF_K, calls[i].number, 0, 1);
		code[n++] = (struct sock_filter)BPF_STMT(
			BPF_RET | BPF_K,
			SECCOMP_RET_ERRNO | (eperm ? EPERM : ENOSYS));
	}
	if (n == 1) {
		fprintf(stderr, "nosys: '%s' is no system call\n", argv[1]);
		return 125;
	}
	code[n++] = (struct sock_filter)BPF_STMT(BPF_RET | BPF_K,
						 SECCOMP_RET_ALLOW);
	program.len = (unsigned short)n;
	if (prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program, 0, 0) &&
	    (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) ||
	     prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program, 0, 0))) {
		fprintf(stderr, "nosys: no filter: %s\n", strerror(errno));
		return 125;
	}
	execvp(argv[2], argv + 2);
	fprintf(stderr, "nosys: '%s': %s\n", argv[2], strerror(errno));
	return 127;
}
