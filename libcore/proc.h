/* proc.h - a process among others: its number, and how it guards itself
 *
 * SPDX-License-Identifier: 0BSD
 */
#ifndef PROC_H
#define PROC_H

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

/* A process's number in the /proc that this process sees, whatever pid
 * namespace it shows; -1 and errno if it cannot be told. */
pid_t proc_number(pid_t pid);
/* The same of a pidfd; ESRCH: it has ended. */
pid_t proc_number_of(int pidfd);

/* Opens the directory (O_PATH) of process pid (0: this one) in procfs: of /proc
 * if that is one (whatever pid namespace it shows), else of one of our own, Linux
 * 5.2, which root can make. -1 and errno. */
int proc_open_dir(pid_t pid);
/* Opens a file in that of this process. */
int proc_open(const char *file, int flags);

/* What follows name in text; NULL if it is not there. */
const char *proc_find(const char *text, const char *name);
/* The text that follows name in the first bytes of a small file of /proc, held
 * in buf; NULL if there is none. */
const char *proc_field(const char *path, const char *name, char *buf,
		       size_t size);

/* Closes all descriptors but 0 to 2 and the n of keep (-1: none). */
void proc_close_others(const int *keep, int n);

/* Leaves a jail nothing to use if it got hold of this process: closes all
 * descriptors but 0 to 2 and the n of keep, becomes undumpable, keeps only the
 * capabilities of caps (bits), and reads them back. 0, or -1 and errno. */
int proc_guard(const int *keep, int n, uint64_t caps);
/* For one that stays inside a jail: no_new_privs, the working directory "/", and
 * where the kernel allows it never the victim of a full memory. 0, or -1. */
int proc_ward(void);
/* Wipes the arguments, from the first on, and the environment: what /proc/PID
 * shows of them is one word, name. They must not be used any more. */
void proc_wipe(char *first, const char *name);
/* It has CAP_SYS_PTRACE, as far as /proc tells. */
int proc_can_trace(pid_t pid);
/* This is the initial user namespace, as far as /proc tells. */
int proc_is_initial_user(void);

#endif
