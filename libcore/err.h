/* err.h - one line on stderr, and the end of the sentence
 *
 * SPDX-License-Identifier: 0BSD
 *
 * A message is `applet: act 'word' 'word': reason (hint)`: lower case, no full
 * stop; the applet is put in front by these functions, %m is errno's text. See
 * fmt.h for the conversions.
 */
#ifndef ERR_H
#define ERR_H

/* What an exit status says when it is not the program's own */
enum {
	STATUS_FAILED = 125,   /* the jail was not built */
	STATUS_CANNOT = 126,   /* the program was found but cannot be run */
	STATUS_NOTFOUND = 127, /* the program was not found */
	STATUS_SIGNAL = 128,   /* and N: killed by signal N */
};

/* Tells, also the parents that wait (chain_fail), and ends the process with
 * STATUS_FAILED. */
_Noreturn void die(const char *format, ...)
	__attribute__((format(printf, 1, 2)));
_Noreturn void die_status(int status, const char *format, ...)
	__attribute__((format(printf, 2, 3)));
/* Tells: `applet: warning: ...` */
void warn(const char *format, ...) __attribute__((format(printf, 1, 2)));
/* Tells, as die does, and goes on: for who still has to wait, or to undo. */
void complain(const char *format, ...) __attribute__((format(printf, 1, 2)));

#endif
