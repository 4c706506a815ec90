/* judge.h - what is right after a fault */
/* SPDX-License-Identifier: 0BSD */
#ifndef JUDGE_H
#define JUDGE_H

#include "trace.h"

enum verdict {
	FAIL_OPEN,     /* the program ran in another jail */
	FALSE_SUCCESS, /* it did not run, and the status says that it did */
	HANG,
	UNCLEAR,  /* a wrong status, or not the one line that tells why */
	STRAY,	  /* a process was left */
	LEFTOVER, /* a mount, socket or file was left */
	N_VERDICTS
};

extern const char *const verdict_names[N_VERDICTS];

struct judgement {
	int found[N_VERDICTS];
	char why[N_VERDICTS][512];
};

/*
 * ref is the run without a fault, left the difference in the host ("" for
 * none). fail is the status of a jail that was not built, -1 for any but 0
 * and ref's (tools that are not ours; then any line on stderr is enough, and
 * after a KILL none is needed).
 */
void judge(const struct command *cmd, int fail, const struct run *ref,
	   const struct fault *fault, const struct run *run, const char *left,
	   struct judgement *j);

#endif
