/* ns.h - the kinds of namespaces
 *
 * SPDX-License-Identifier: 0BSD
 *
 * A set of kinds is an or of CLONE_NEW* (namespaces(7)).
 */
#ifndef NS_H
#define NS_H

struct ns {
	char letter;	   /* of unshare(1) and nsenter(1) */
	const char *name;  /* long option */
	const char *file;  /* in /proc/PID/ns; with name and alias: in a LIST */
	const char *alias; /* uWSGI's word, or NULL */
	int kind;	   /* CLONE_NEW* */
	unsigned int ioctl; /* N of PIDFD_GET_*_NAMESPACE, Linux 6.11 */
	const char *since;  /* version of Linux */
};

#define NS_KINDS 8
#define NS_ALL	 0x7e020080 /* an or of all */

/* A choice of kinds, some of them by a FILE */
struct ns_choice {
	int kinds;
	const char *file[NS_KINDS]; /* by the row of ns_table, or NULL */
};

/* The kinds that have a file */
int ns_kept(const struct ns_choice *c);

/* In the order of the letters in our usage lines; ends with a NULL name. */
extern const struct ns ns_table[];

const struct ns *ns_by_letter(char letter);
/* By any of its names; n: the length of the word. NULL: none. */
const struct ns *ns_by_name(const char *word, unsigned long n);
/* "fs,net,ipc" to kinds. Dies on a word that is none. */
int ns_parse(const char *list);

/* Room for all names; ns_names gives "mount,pid" and returns buf. */
#define NS_NAMES 64
const char *ns_names(char buf[NS_NAMES], int kinds);

/* unshare(2); tells chain nothing. 0, or -1 after telling the cause. */
int ns_try_unshare(int kinds);
/* The same; dies. */
void ns_unshare(int kinds);

/* Leaves a chroot: root and working directory become the root of the mount
 * namespace, by setns(2) to it (from Linux 5.8 by a pidfd, before by /proc).
 * A descriptor with which setns(2) does that again, or -1 and errno. */
int ns_leave_chroot(void);

/* private, shared, slave or unchanged (0) to MS_*. Dies. */
unsigned long ns_parse_propagation(const char *word);
/* Sets the propagation of all mounts of this namespace: MS_PRIVATE, MS_SLAVE,
 * MS_SHARED; also in a chroot whose "/" is no mount point. Dies. */
void ns_propagation(unsigned long how);

/* Dies if a word is no whole number of seconds, or no time namespace was made;
 * each may be NULL. For both walks. */
void ns_check_offsets(const char *monotonic, const char *boottime);
/* Sets them in the time namespace made for the children, which has none yet
 * (time_namespaces(7)); dir: this process's in procfs. Dies. */
void ns_set_offsets(int dir, const char *monotonic, const char *boottime);

/* What new namespaces are to be like */
struct ns_setup {
	const char *hostname, *domainname;
	int lo;
};

/* Rows of a table of offsets; AT(member) is that of a member of s, a struct
 * ns_setup. */
/* clang-format off */
/* NOLINTBEGIN(bugprone-macro-parentheses): members of a struct */
#define NS_SETUP_OPTIONS(AT, s) \
	OPT_STR(0, "hostname", AT(s.hostname), "NAME", \
		"set the hostname of the new uts namespace"), \
	OPT_STR(0, "domainname", AT(s.domainname), "NAME", \
		"set its NIS domain name"), \
	OPT_FLAG(0, "lo", AT(s.lo), "bring up lo in the new net namespace")
/* NOLINTEND(bugprone-macro-parentheses) */
/* clang-format on */

/* Dies on names that the kernel or their readers cannot take, and where the
 * namespaces made so far are not those it is about. For both walks. */
void ns_check(const struct ns_setup *s);
/* Does it, in the new namespaces. Dies. */
void ns_set_up(const struct ns_setup *s);

#endif
