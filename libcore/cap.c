/* cap.c - capability sets
 *
 * SPDX-License-Identifier: 0BSD
 *
 * The only file that includes libcap. Its cap_t lives on the heap, so the two
 * plain calls it exports serve where only bits are moved.
 */
#include "cap.h"

#include <errno.h>
#include <sys/capability.h>
#include <sys/prctl.h>

_Static_assert(CAPS_DAC_OVERRIDE >> CAP_DAC_OVERRIDE == 1 &&
		       CAPS_KILL >> CAP_KILL == 1 &&
		       CAPS_SETGID >> CAP_SETGID == 1 &&
		       CAPS_SETUID >> CAP_SETUID == 1 &&
		       CAPS_SYS_PTRACE >> CAP_SYS_PTRACE == 1 &&
		       CAPS_SYS_ADMIN >> CAP_SYS_ADMIN == 1 &&
		       CAPS_SYS_RESOURCE >> CAP_SYS_RESOURCE == 1,
	       "capabilities(7)");

static uint32_t half(uint64_t set, int i)
{
	return set >> 32 * i;
}

struct sets {
	uint64_t effective, permitted, inheritable;
};

static int get(struct sets *s)
{
	struct __user_cap_header_struct head = {_LINUX_CAPABILITY_VERSION_3, 0};
	struct __user_cap_data_struct d[2];

	if (capget(&head, d))
		return -1;
	*s = (struct sets){
		d[0].effective | (uint64_t)d[1].effective << 32,
		d[0].permitted | (uint64_t)d[1].permitted << 32,
		d[0].inheritable | (uint64_t)d[1].inheritable << 32,
	};
	return 0;
}

/* Permitted and effective alike; the kernel drops an ambient one that is no
 * longer inheritable. */
static int set(uint64_t caps, uint64_t inheritable)
{
	struct __user_cap_header_struct head = {_LINUX_CAPABILITY_VERSION_3, 0};
	struct __user_cap_data_struct d[2];

	for (int i = 0; i < 2; i++)
		d[i] = (struct __user_cap_data_struct){
			.effective = half(caps, i),
			.permitted = half(caps, i),
			.inheritable = half(inheritable, i),
		};
	return capset(&head, d);
}

int cap_keep_only(uint64_t caps)
{
	struct sets has;

	/* EPERM: some of them it does not have. */
	if (set(caps, 0)) {
		if (get(&has))
			return -1;
		if (!((has.permitted | has.inheritable) & ~caps))
			return 0;
		if (set(caps & has.permitted, 0))
			return -1;
	}
	if (get(&has))
		return -1;
	errno = EPERM;
	return (has.permitted | has.effective | has.inheritable) & ~caps ? -1
									 : 0;
}

int cap_make_ambient(void)
{
	struct sets has;

	if (get(&has) || set(has.permitted, has.permitted))
		return -1;
	for (unsigned long n = 0; n < 64; n++)
		if (has.permitted & CAP_BIT(n) &&
		    (prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_RAISE, n, 0UL, 0UL) ||
		     prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_IS_SET, n, 0UL,
			   0UL) != 1))
			return -1;
	return 0;
}

uint64_t cap_effective(void)
{
	struct sets has;

	return get(&has) ? 0 : has.effective;
}
