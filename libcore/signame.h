/* signame.h - signals by name
 *
 * SPDX-License-Identifier: 0BSD
 *
 * Source: signal(7). The numbers of the kernel: 1 to 64.
 */
#ifndef SIGNAME_H
#define SIGNAME_H

/* TERM, SIGTERM, sigterm, 15, RTMIN+2, RTMAX-1 (34 and 64 are RTMIN and RTMAX).
 * 0 if the word is no signal. */
int signame_parse(const char *word);

#endif
