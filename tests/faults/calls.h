/* calls.h - what the injector knows of system calls */
/* SPDX-License-Identifier: 0BSD */
#ifndef CALLS_H
#define CALLS_H

/* The name of call number nr; its number in words where none is known. */
const char *call_name(long nr);

/*
 * The errnos that can occur at call nr, 0 at the end. flags is the argument
 * that decides for open and fcntl (0 elsewhere).
 */
const int *call_errnos(long nr, unsigned long flags);

/* The index of the argument that call_errnos wants as flags, or -1. */
int call_flags_arg(long nr);

/* EPERM <-> "EPERM"; -1 and NULL for what is not in the table. */
int errno_number(const char *name);
const char *errno_name(int err);

/* Does the text hold errno's words, in glibc's or musl's spelling? */
int errno_told(const char *text, int err);

/* Can libc's start-up make this call before main() (static programs)? */
int call_is_startup(long nr);

#endif
