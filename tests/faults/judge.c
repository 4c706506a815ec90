/* judge.c - what is right after a fault */
/* SPDX-License-Identifier: 0BSD */
#include "judge.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/syscall.h>

#include "calls.h"
#include "host.h"

#define PAYLOAD_FIRST "facts of the jail\n"

const char *const verdict_names[N_VERDICTS] = {
	"fail-open", "false success", "hang", "unclear", "stray", "leftover",
};

__attribute__((format(printf, 3, 4))) static void find(struct judgement *j,
						       enum verdict v,
						       const char *fmt, ...)
{
	va_list ap;

	if (j->found[v]++)
		return;
	va_start(ap, fmt);
	vsnprintf(j->why[v], sizeof j->why[v], fmt, ap);
	va_end(ap);
}

/* The lines of stderr but warnings: how many, and the first one. */
static int told(const char *err, char *line, size_t size)
{
	char buf[512];
	size_t len;
	int n = 0;

	line[0] = '\0';
	for (; *err; err += len + (err[len] == '\n')) {
		len = strcspn(err, "\n");
		snprintf(buf, sizeof buf, "%.*s", (int)len, err);
		if (strstr(buf, ": warning: "))
			continue;
		if (!n++)
			snprintf(line, size, "%s", buf);
	}
	return n;
}

/* The facts of one program each: how long is the first, 0 at the end? */
static size_t block(const char *out)
{
	const char *next = *out ? strstr(out + 1, PAYLOAD_FIRST) : NULL;

	return next ? (size_t)(next - out) : strlen(out);
}

/*
 * Of the programs in out: those whose facts are one of ref's are counted;
 * the first of another jail is returned, NULL for none.
 */
static const char *compare(const char *ref, const char *out, int *same)
{
	const char *r, *strange = NULL;
	size_t len;

	for (*same = 0; *out; out += len) {
		len = block(out);
		for (r = ref; *r; r += block(r))
			if (block(r) == len && !strncmp(r, out, len))
				break;
		*same += *r != 0;
		if (!*r && !strange)
			strange = out;
	}
	return strange;
}

/* Does the line begin with a word of the sentence, as "word: "? */
static int names_step(const struct command *cmd, const char *line)
{
	size_t len = strcspn(line, ":");
	const char *slash;
	char **arg;

	if (strncmp(line + len, ": ", 2))
		return 0;
	if (len == 7 && !strncmp(line, "cellbox", 7))
		return 1;
	for (arg = cmd->argv; *arg; arg++) {
		slash = strrchr(*arg, '/');
		if (strlen(slash ? slash + 1 : *arg) == len &&
		    !strncmp(slash ? slash + 1 : *arg, line, len))
			return 1;
		/* a driver script has the steps as words of its own */
		if (cmd->only && len && strstr(*arg, ".sh"))
			return 1;
	}
	return 0;
}

/*
 * The one line after an error: STEP: ACT 'OBJECT': REASON. Of other tools
 * any word is enough.
 */
static void check_told(const struct command *cmd, int strict,
		       const struct fault *fault, const char *err,
		       struct judgement *j)
{
	char line[512];
	int n = told(err, line, sizeof line);

	if (!n)
		find(j, UNCLEAR, "nothing on stderr");
	else if (!strict || (cmd->only && errno_told(err, fault->err)))
		return;
	else if (n > 1)
		find(j, UNCLEAR, "%d lines on stderr", n);
	else if (!names_step(cmd, line))
		find(j, UNCLEAR, "the line names no step");
	else if (!strstr(strstr(line, ": ") + 2, ": "))
		find(j, UNCLEAR, "the line names no act");
	else if (!errno_told(line, fault->err))
		find(j, UNCLEAR, "the line does not tell errno");
}

static void check_kill_told(const struct command *cmd, const char *err,
			    struct judgement *j)
{
	char line[512];
	int n = told(err, line, sizeof line);

	if (n != 1)
		find(j, UNCLEAR, "%d lines on stderr", n);
	else if (!names_step(cmd, line))
		find(j, UNCLEAR, "the line names no step");
	else if (!strstr(line, "KILL") && !strstr(line, "illed") &&
		 !strstr(line, "signal 9"))
		find(j, UNCLEAR, "the line does not name the signal");
}

static void judge_kill(const struct command *cmd, int fail,
		       const struct run *ref, const struct fault *fault,
		       const struct run *run, int all_ran, struct judgement *j)
{
	int outer = !strcmp(fault->place->proc, "0");

	if (cmd->only) { /* its driver makes a status of the two */
		if (!all_ran && (!run->status || run->status == ref->status))
			find(j, FALSE_SUCCESS, "status %d, not all ran",
			     run->status);
		return;
	}
	if (outer) {
		if (run->status != 137)
			find(j, UNCLEAR, "status %d, not 137", run->status);
		return;
	}
	/* From GO to execve nobody can tell whether it runs. */
	if (run->ready || (run->gone && run->status != fail)) {
		if (run->status != 137 && run->status != ref->status)
			find(j, UNCLEAR, "status %d after the program ran",
			     run->status);
		return;
	}
	if (all_ran)
		return; /* a fallback, or a helper that nobody needs */
	if (!run->status || run->status == ref->status)
		find(j, FALSE_SUCCESS, "status %d, no program ran",
		     run->status);
	else if (fail >= 0 && run->status != fail)
		find(j, UNCLEAR, "status %d, not %d", run->status, fail);
	if (fail >= 0)
		check_kill_told(cmd, run->err, j);
}

static void judge_error(const struct command *cmd, int fail,
			const struct run *ref, const struct fault *fault,
			const struct run *run, int all_ran, struct judgement *j)
{
	int ok = run->status == fail;

	if (fault->place->program)
		ok |= run->status == 126 || run->status == 127;
	if (fail < 0)
		ok = 1;
	if (all_ran) {
		if (run->status != ref->status)
			find(j, UNCLEAR, "status %d, not the program's %d",
			     run->status, ref->status);
		return;
	}
	if (!run->status || run->status == ref->status)
		find(j, FALSE_SUCCESS, "status %d, no program ran",
		     run->status);
	else if (!ok)
		find(j, UNCLEAR, "status %d, not %d", run->status, fail);
	check_told(cmd, fail >= 0, fault, run->err, j);
}

void judge(const struct command *cmd, int fail, const struct run *ref,
	   const struct fault *fault, const struct run *run, const char *left,
	   struct judgement *j)
{
	const char *strange;
	char diff[400];
	int same, all;

	memset(j, 0, sizeof *j);
	if (run->left)
		find(j, STRAY, "%s, alive after a second",
		     *run->stray ? run->stray : "a process");
	else if (fault->err && run->strays > ref->strays)
		find(j, STRAY, "%s", run->stray);
	/* What may not be removed stays; a warning shall say so. */
	if (*left && !(fault->place->nr == SYS_unlink &&
		       errno_told(run->err, fault->err)))
		find(j, LEFTOVER, "%s", left);
	if (run->hang) {
		find(j, HANG, "no end after %d ms", cmd->deadline);
		return;
	}
	strange = compare(ref->out, run->out, &same);
	compare(ref->out, ref->out, &all);
	if (strange) {
		text_diff(ref->out, strange, 2, diff, sizeof diff);
		find(j, FAIL_OPEN, "%s", diff);
	} else if (fault->err) {
		judge_error(cmd, fail, ref, fault, run, same == all, j);
	} else {
		judge_kill(cmd, fail, ref, fault, run, same == all, j);
	}
}
