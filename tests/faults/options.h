/* options.h - what inject was called with */
/* SPDX-License-Identifier: 0BSD */
#ifndef OPTIONS_H
#define OPTIONS_H

#include "trace.h"

#define MAX_WATCH 8

struct options {
	struct command cmd;
	const char *proc;
	int call;
	int err; /* -1: all, 0: KILL */
	int list;
	int fail;
	int sample;
	unsigned seed;
	int verbose;
	const char *again;
	char *watch[MAX_WATCH + 1];
	int n_watch;
};

extern struct options opt;

/* Fills opt; bad usage ends with 125. */
void options_parse(int argc, char **argv);

#endif
