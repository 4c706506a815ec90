/* cap.h - capability sets
 *
 * SPDX-License-Identifier: 0BSD
 *
 * A set is a word of 64 bits: bit N is capability N of capabilities(7).
 */
#ifndef CAP_H
#define CAP_H

#include <stdint.h>

#define CAP_BIT(n) (1ULL << (n))

/* Those that we name: cap.c holds them against libcap's header. */
#define CAPS_DAC_OVERRIDE CAP_BIT(1)
#define CAPS_KILL	  CAP_BIT(5)
#define CAPS_SETGID	  CAP_BIT(6)
#define CAPS_SETUID	  CAP_BIT(7)
#define CAPS_SYS_PTRACE	  CAP_BIT(19)
#define CAPS_SYS_ADMIN	  CAP_BIT(21)
#define CAPS_SYS_RESOURCE CAP_BIT(24)

/* Gives up every permitted, effective, inheritable and ambient capability but
 * those in set (of which this process may have fewer), and reads it back.
 * 0, or -1 and errno. */
int cap_keep_only(uint64_t set);

/* Makes all permitted capabilities inheritable and ambient, so that a program
 * keeps them, and reads it back. 0, or -1 and errno. */
int cap_make_ambient(void);

/* The effective set of this process; 0 if it cannot be read. */
uint64_t cap_effective(void);

#endif
