/* proc.h - fork in two; stay, forward and reap
 *
 * SPDX-License-Identifier: 0BSD
 *
 * Who waits: the parent of a step that forks stays, forwards signals and ends
 * as its child ended (design: "Who stays"). Each fork makes a pair of sockets;
 * the child keeps its end up to the exec of the program, so the parent hears
 * what the jail's last process says, or that it died.
 */
#ifndef PROC_H
#define PROC_H

#include <sys/types.h>

struct stay {
	pid_t child;
	int init;  /* the child is PID 1 of a new pid namespace */
	int hello; /* our end of the pair */
	int sigfd;
	int ready;  /* GO was heard: the jail stood */
	int fatal;  /* the signal for which we KILLed it, or 0 */
	int due;    /* the signal after which KILL is due, or 0 */
	int killed; /* the signal that ended it, or 0 */
	int status; /* its end, as a shell sees it */
};

/* Forks into new namespaces (CLONE_NEW* or 0); init: what chain_forks told.
 * Returns 1 in the child, which lives no longer than its parent; keep: not even
 * the program it executes does. Returns 0 in the parent. Dies on failure. */
int proc_fork(struct stay *s, int kinds, int init, int keep);

/* The child waits here until its parent stands (proc_stay); if it never will,
 * the child ends in silence. The program waits for that in any case. */
void proc_await(void);

/* A process's number in the /proc that this process sees, whatever pid
 * namespace it shows; -1 and errno if it cannot be told. */
pid_t proc_number(pid_t pid);

/* The rest of a parent's life: closes all descriptors but its own and 0 to 2,
 * becomes undumpable, keeps CAP_KILL alone, forwards signals, reaps, and ends
 * the process as the child ended. */
_Noreturn void proc_stay(struct stay *s);
/* The same after something failed in the parent, which was told: the child is
 * refused and its end awaited. */
_Noreturn void proc_refuse(struct stay *s);

#endif
