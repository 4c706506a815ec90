/* trace.h - run a command under ptrace, with one fault or none */
/* SPDX-License-Identifier: 0BSD */
#ifndef TRACE_H
#define TRACE_H

#include <sys/types.h>

#define MAX_PLACES 8192
#define MAX_TEXT   32768
#define LABEL	   24

/*
 * A place is a process by its line of descent (the command is "0", its second
 * child "0.1": the same in every run, whoever is faster; with `only` the first
 * program of that name is "1", the next "2") and the number of the call in
 * that process; 0, with nr -1: whatever it does while the program runs.
 */
struct place {
	char proc[LABEL];
	int call;
	long nr;
	unsigned long flags; /* the argument that call_errnos wants */
	int program;	     /* execve of the program itself */
	char object[256];    /* the path, where the first argument is one */
};

struct fault {
	const struct place *place; /* NULL: none */
	int err;		   /* 0: SIGKILL */
	const struct place *go;	   /* the last word of who runs the program */
};

struct command {
	char **argv;
	const char *payload; /* last component of the program's path */
	const char *only;    /* count in programs of that name only, or NULL */
	uid_t uid;
	int deadline; /* ms */
};

struct run {
	int status; /* of the outer process, 128 + N for a signal */
	int hang;
	int hit;	 /* the fault took place */
	int ready;	 /* ... when the program already ran */
	int gone;	 /* `go` was said, if only after the fault */
	int ran;	 /* programs let go */
	int strays;	 /* processes that fell to us */
	int left;	 /* ... alive a second after the outer one ended */
	char stray[160]; /* the first one, in words */
	char out[MAX_TEXT];
	char err[MAX_TEXT];
	int n_places; /* of a run without fault */
	struct place places[MAX_PLACES];
};

/*
 * Runs the command in a child, its stdin an empty pipe, and waits for every
 * process of it; the caller is a child subreaper without other children, in
 * a pid namespace of the harness: what does not end is killed by kill(-1).
 * All are dead at the return. -1 with errno: could not be started.
 */
int trace_run(const struct command *cmd, const struct fault *fault,
	      struct run *run);

#endif
