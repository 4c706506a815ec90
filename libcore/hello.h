/* hello.h - what the processes of a sentence say to the parents that wait
 *
 * SPDX-License-Identifier: 0BSD
 *
 * Each fork makes a pair of SEQPACKET sockets. The child's end stays open in
 * every process of the sentence up to the exec of the program (close-on-exec),
 * so end-of-file tells the parent that the program runs, or that all are gone.
 * Parent and child say, in this order:
 *
 *	parent	STANDS, LISTENS or OPENS	once: what it had to do is done
 *	child	HELLO		by the last process, if that parent listens
 *	parent	ANSWER		go on; end-of-file: refused
 *	child	GO		to all, when all have answered
 *
 * and a step that fails says FAILED at any time.
 */
#ifndef HELLO_H
#define HELLO_H

#include "limit.h"

enum hello_word {
	HELLO_STANDS = 'S',
	HELLO_LISTENS = 'L', /* and wants a hello before the program */
	HELLO_OPENS = 'O',   /* and will open the namespaces of who says it */
	HELLO_HELLO = 'H',
	HELLO_ANSWER = 'A',
	HELLO_GO = 'G',
	HELLO_FAILED = 'F', /* behind GO: the exec failed */
};

#define HELLO_STEP 16
#define HELLO_MAX  16

struct hello_message {
	int word;
	int err;	       /* FAILED: errno, */
	char step[HELLO_STEP]; /* and the step's name */
	struct limits limits;  /* HELLO to a parent that opens */
};

/* The child's ends of the pairs, oldest first; the rest are sets of them */
struct hello {
	int end[HELLO_MAX], n;
	int stands, listens, opens;
};

/* 0, or -1: too many parents wait */
int hello_add(struct hello *h, int end);
/* Waits until the newest parent stands. Ends the process, in silence, if it
 * never will: it has said why. 0, or -1 and errno. */
int hello_await(struct hello *h);
/* 1 if the newest parent is gone, 0 if not, -1 and errno. */
int hello_is_orphan(const struct hello *h);
/* HELLO, answers and GO, by the last process. 0, or -1 and errno. Ends the
 * process, in silence, where a parent has refused. */
int hello_program(struct hello *h);
/* FAILED, to every parent */
void hello_failed(const struct hello *h, const char *step, int err);

#endif
