/* without.c - run a command on a kernel without some system calls */
/* SPDX-License-Identifier: 0BSD */
/*
 * without [-p] NAME... -- CMD: each of these calls gives ENOSYS, as on a kernel
 * that is too old for it; -p: EPERM, as older container engines answer.
 */
#include "helper.h"

#include <errno.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stddef.h>
#include <sys/prctl.h>

static const struct {
	const char *name;
	unsigned int number; /* the same on every architecture */
} calls[] = {
	{"pidfd_send_signal", 424},
	{"open_tree", 428},
	{"move_mount", 429},
	{"fsopen", 430},
	{"fsconfig", 431},
	{"fsmount", 432},
	{"fspick", 433},
	{"pidfd_open", 434},
	{"clone3", 435},
	{"close_range", 436},
	{"openat2", 437},
	{"mount_setattr", 442},
};

#define MAX 32

static unsigned int number(const char *name)
{
	for (size_t i = 0; i < sizeof(calls) / sizeof(*calls); i++)
		if (!strcmp(calls[i].name, name))
			return calls[i].number;
	fprintf(stderr, "without: no call '%s'\n", name);
	exit(125);
}

int main(int argc, char **argv)
{
	struct sock_filter f[2 * MAX + 2];
	struct sock_fprog prog = {.filter = f};
	unsigned int answer = SECCOMP_RET_ERRNO | ENOSYS;
	int n = 0;

	(void)argc;
	if (argv[1] && !strcmp(argv[1], "-p")) {
		answer = SECCOMP_RET_ERRNO | EPERM;
		argv++;
	}
	f[n++] = (struct sock_filter)BPF_STMT(
		BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr));
	while (*++argv && strcmp(*argv, "--") && n < 2 * MAX) {
		f[n++] = (struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K,
						      number(*argv), 0, 1);
		f[n++] = (struct sock_filter)BPF_STMT(BPF_RET | BPF_K, answer);
	}
	f[n++] = (struct sock_filter)BPF_STMT(BPF_RET | BPF_K,
					      SECCOMP_RET_ALLOW);
	prog.len = (unsigned short)n;
	if (!*argv || !argv[1] || prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) ||
	    prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &prog)) {
		fprintf(stderr, "without: %s\n", strerror(errno));
		exit(125);
	}
	execvp(argv[1], argv + 1);
	fprintf(stderr, "without: run '%s': %s\n", argv[1], strerror(errno));
	return 127;
}
