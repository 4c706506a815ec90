/* jailrow.c - the rows of a jail's descriptors, as bits and as names
 *
 * SPDX-License-Identifier: 0BSD
 */
#include "jail.h"
#include "sys.h"

/* In the order of ns_table, whose kinds and file names these are */
static const struct {
	char name[8];
	int bit;
} rows[JAIL_FDS] = {
	{"mnt", CLONE_NEWNS},
	{"uts", CLONE_NEWUTS},
	{"ipc", CLONE_NEWIPC},
	{"net", CLONE_NEWNET},
	{"pid", CLONE_NEWPID},
	{"user", CLONE_NEWUSER},
	{"cgroup", CLONE_NEWCGROUP},
	{"time", CLONE_NEWTIME},
	{"root", JAIL_BIT(JAIL_ROOT)},
	{"cwd", JAIL_BIT(JAIL_CWD)},
	{"pidfd", JAIL_BIT(JAIL_PIDFD)},
};

int jail_bit(int row)
{
	return rows[row].bit;
}

const char *jail_name(int row)
{
	return rows[row].name;
}
