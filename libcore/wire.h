/* wire.h - what goes over the socket of a jail, apart from the socket
 *
 * SPDX-License-Identifier: 0BSD
 *
 * setns-socket(5) is the page of it. Nothing here makes a system call or ends
 * the process: what comes from strangers is looked at in one place, which can
 * be tried with anything (tests/fuzz). Numbers have the byte order of the
 * machine.
 */
#ifndef WIRE_H
#define WIRE_H

#include <stddef.h>
#include <stdint.h>

#include "jail.h"

/* Ours, on a SOCK_SEQPACKET; the last byte is the version. */
#define WIRE_MAGIC "cellbox2"

struct wire_request {
	char magic[8];
	uint32_t wanted; /* CLONE_NEW* and JAIL_BIT: an or */
	uint32_t zero;
};

struct wire_item {
	char name[8];	/* jail_name, filled with NUL */
	uint64_t inode; /* st_ino of the descriptor */
};

struct wire_answer {
	char magic[8];
	uint32_t n;	/* items, and descriptors that come with them */
	uint32_t known; /* 1: the limits are */
	struct limits limits;
	struct wire_item item[JAIL_FDS]; /* n are filled, the rest is 0 */
};

/* uWSGI's, on a SOCK_STREAM, unasked */
#define WIRE_UWSGI     "uwsgi-setns"
#define WIRE_UWSGI_MAX 64 /* as many as its own client takes */

struct wire_uwsgi {
	char magic[11];
	int n;
} __attribute__((packed));

enum wire_fault {
	WIRE_GOOD,
	WIRE_ALIEN,   /* that is another protocol, */
	WIRE_VERSION, /* another version, */
	WIRE_COUNT,   /* more or fewer descriptors came than it says, */
	WIRE_NAME,    /* a name that is none of ours or was not asked for, */
	WIRE_TWICE,   /* or came before */
};

/* A request of size bytes: what it wants, or -1. */
int wire_read_request(const struct wire_request *r, size_t size);

/* An answer of size bytes (of a message that was whole) with n descriptors, to
 * who wanted that: the rows of jail.h that they are for, in row. */
enum wire_fault wire_read_answer(const struct wire_answer *a, size_t size,
				 int n, int wanted, int row[JAIL_FDS]);
/* uWSGI's frame */
enum wire_fault wire_read_uwsgi(const struct wire_uwsgi *u, size_t size, int n);

#endif
