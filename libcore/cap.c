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

static uint32_t half(uint64_t set, int i)
{
	return set >> 32 * i;
}

static int set_all(uint64_t set)
{
	struct __user_cap_header_struct head = {_LINUX_CAPABILITY_VERSION_3, 0};
	struct __user_cap_data_struct data[2];

	for (int i = 0; i < 2; i++)
		data[i] = (struct __user_cap_data_struct){
			.effective = half(set, i),
			.permitted = half(set, i),
		};
	/* The kernel drops an ambient one that is no longer inheritable. */
	return capset(&head, data);
}

int cap_keep_only(uint64_t set)
{
	struct __user_cap_header_struct head = {_LINUX_CAPABILITY_VERSION_3, 0};
	struct __user_cap_data_struct data[2];

	/* EPERM: one of set is not ours to keep; then none. */
	if (set_all(set) && (errno != EPERM || set_all(0)))
		return -1;
	if (capget(&head, data))
		return -1;
	for (int i = 0; i < 2; i++)
		if ((data[i].permitted | data[i].effective) & ~half(set, i) ||
		    data[i].inheritable) {
			errno = EPERM;
			return -1;
		}
	return 0;
}

uint64_t cap_effective(void)
{
	struct __user_cap_header_struct head = {_LINUX_CAPABILITY_VERSION_3, 0};
	struct __user_cap_data_struct data[2];

	if (capget(&head, data))
		return 0;
	return data[0].effective | (uint64_t)data[1].effective << 32;
}

uint64_t cap_permitted(void)
{
	struct __user_cap_header_struct head = {_LINUX_CAPABILITY_VERSION_3, 0};
	struct __user_cap_data_struct data[2];

	if (capget(&head, data))
		return 0;
	return data[0].permitted | (uint64_t)data[1].permitted << 32;
}
