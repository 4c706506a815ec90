/* limit.c - what the program of a jail may do at most
 *
 * SPDX-License-Identifier: 0BSD
 */
#include "limit.h"

#include <errno.h>
#include <sys/prctl.h>
#include <unistd.h>

#include "cap.h"
#include "sys.h"

/* The words of a capability set have 64 bits; the kernel knows the first of
 * them and answers EINVAL to the rest. */
static int read_bounding(uint64_t *set)
{
	*set = 0;
	for (unsigned long n = 0; n < 64; n++) {
		int has = prctl(PR_CAPBSET_READ, n, 0UL, 0UL, 0UL);

		if (has < 0 && errno != EINVAL)
			return -1;
		if (has > 0)
			*set |= CAP_BIT(n);
	}
	return 0;
}

int limit_own(struct limits *l)
{
	int nnp = prctl(PR_GET_NO_NEW_PRIVS, 0UL, 0UL, 0UL, 0UL);
	int seccomp;

	if (nnp < 0)
		return -1;
	seccomp = prctl(PR_GET_SECCOMP, 0UL, 0UL, 0UL, 0UL);
	if (seccomp < 0 && errno != EINVAL) /* a kernel without it */
		return -1;
	l->no_new_privs = nnp;
	l->seccomp = seccomp > 0 ? seccomp : 0;
	l->uid = geteuid();
	l->gid = getegid();
	return read_bounding(&l->bounding);
}

static int drop_bounding(uint64_t keep)
{
	uint64_t has;

	if (read_bounding(&has))
		return -1;
	for (unsigned long n = 0; n < 64; n++)
		if (has & ~keep & CAP_BIT(n) &&
		    prctl(PR_CAPBSET_DROP, n, 0UL, 0UL, 0UL))
			return -1;
	if (read_bounding(&has))
		return -1;
	errno = EPERM;
	return has & ~keep ? -1 : 0;
}

int limit_take(const struct limits *l)
{
	/* While we still have CAP_SETPCAP and CAP_SETGID. An ordinary user
	 * with setgroups denied keeps what he always had. */
	if (drop_bounding(l->bounding) || (sys_no_groups() && errno != EPERM) ||
	    sys_setgid(l->gid) || sys_setuid(l->uid))
		return -1;
	if (l->no_new_privs && prctl(PR_SET_NO_NEW_PRIVS, 1UL, 0UL, 0UL, 0UL))
		return -1;
	if (geteuid() != l->uid || getegid() != l->gid) {
		errno = EPERM;
		return -1;
	}
	return cap_keep_only(l->bounding);
}
