/* setpriv.c - the words of setpriv(1) that suites use, for the booted guests */
/* SPDX-License-Identifier: 0BSD */
/*
 * setpriv [--reuid N] [--regid N] [--clear-groups | --groups N,...]
 *	   [--bounding-set -CAP,... | -all] [--inh-caps -all] [--no-new-privs]
 *	   CMD...
 *
 * busybox's has none of them, and nothing else may stand in an initramfs.
 */
#include "helper.h"

#include <errno.h>
#include <getopt.h>
#include <grp.h>
#include <linux/capability.h>
#include <sys/prctl.h>

static const struct {
	const char *name;
	int cap;
} caps[] = {
	{"chown", 0},	   {"kill", 5},	       {"net_admin", 12},
	{"net_raw", 13},   {"sys_chroot", 18}, {"sys_ptrace", 19},
	{"sys_admin", 21}, {"sys_time", 25},   {"mknod", 27},
};

static void must(int ok, const char *what)
{
	if (ok)
		return;
	fprintf(stderr, "setpriv: %s: %s\n", what, strerror(errno));
	exit(127);
}

static void drop(const char *word)
{
	unsigned int i;
	int cap;

	if (!strcmp(word, "-all")) {
		for (cap = 0; cap < 64; cap++)
			prctl(PR_CAPBSET_DROP, cap, 0, 0, 0);
		return;
	}
	for (i = 0; i < sizeof(caps) / sizeof(*caps); i++)
		if (*word == '-' && !strcmp(word + 1, caps[i].name)) {
			must(!prctl(PR_CAPBSET_DROP, caps[i].cap, 0, 0, 0),
			     word);
			return;
		}
	errno = EINVAL;
	must(0, word);
}

static void bounding_set(char *list)
{
	char *word;

	for (word = strtok(list, ","); word; word = strtok(NULL, ","))
		drop(word);
}

static void no_inheritable(void)
{
	struct __user_cap_header_struct head = {_LINUX_CAPABILITY_VERSION_3, 0};
	struct __user_cap_data_struct data[2];

	must(!syscall(SYS_capget, &head, data), "capget");
	data[0].inheritable = data[1].inheritable = 0;
	must(!syscall(SYS_capset, &head, data), "capset");
}

static int groups(char *list, gid_t *group, int most)
{
	char *word;
	int n = 0;

	for (word = strtok(list, ","); word && n < most;
	     word = strtok(NULL, ","))
		group[n++] = (gid_t)atoi(word);
	return n;
}

int main(int argc, char **argv)
{
	static const struct option options[] = {
		{"reuid", 1, NULL, 'u'},
		{"regid", 1, NULL, 'g'},
		{"clear-groups", 0, NULL, 'c'},
		{"groups", 1, NULL, 'G'},
		{"bounding-set", 1, NULL, 'b'},
		{"inh-caps", 1, NULL, 'i'},
		{"no-new-privs", 0, NULL, 'n'},
		{"nnp", 0, NULL, 'n'},
		{NULL, 0, NULL, 0},
	};
	gid_t group[32];
	int c, uid = -1, gid = -1, n = -1;

	while ((c = getopt_long(argc, argv, "+", options, NULL)) != -1)
		switch (c) {
		case 'u':
			uid = atoi(optarg);
			break;
		case 'g':
			gid = atoi(optarg);
			break;
		case 'c':
			n = 0;
			break;
		case 'G':
			n = groups(optarg, group, 32);
			break;
		case 'b':
			bounding_set(optarg);
			break;
		case 'i':
			no_inheritable();
			break;
		case 'n':
			must(!prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0), "nnp");
			break;
		default:
			return 127;
		}
	must(n < 0 || !setgroups((size_t)n, group), "setgroups");
	must(gid < 0 || !setresgid(gid, gid, gid), "setresgid");
	must(uid < 0 || !setresuid(uid, uid, uid), "setresuid");
	if (!argv[optind])
		return 127;
	execvp(argv[optind], argv + optind);
	must(0, argv[optind]);
	return 127;
}
