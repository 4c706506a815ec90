/* nsenter.c - go on in the namespaces of others: nsenter(1)
 *
 * SPDX-License-Identifier: 0BSD
 *
 * The drop-in: it keeps privileges and descriptors, as util-linux's does. What
 * enters a jail with no more rights than the jail has is setns-join.
 */
#include <errno.h>
#include <fcntl.h>
#include <stddef.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cap.h"
#include "cgroup.h"
#include "chain.h"
#include "env.h"
#include "err.h"
#include "jail.h"
#include "num.h"
#include "opt.h"
#include "proc.h"
#include "stay.h"
#include "sys.h"

struct enter {
	const char *target, *uid, *gid, *root, *wd, *wdns;
	int all, preserve, no_fork, env, cgroup, keep_caps, user_parent;
	int net_socket, context;
	struct ns_choice choice;

	uint32_t pid, inode; /* of -t; 0: none */
	int follows;	     /* an id is to be the target's */
};

/* The number of -S or -G, or of its own */
static uint32_t id_of(const char *word, uint32_t follow)
{
	const char *number = word;
	uint32_t id;

	if (!strcmp(word, "follow"))
		return follow;
	if (num_take32(&number, 0, &id) || id == ~0U)
		die("'%s': neither a number nor follow", word);
	return id;
}

/* -t PID:INODE is of that process, and of none that got its number since. */
static void check_inode(const struct jail *j, const struct enter *o)
{
	struct stat st;

	if (o->inode &&
	    (fstat(j->fd[JAIL_PIDFD], &st) || st.st_ino != o->inode ||
	     sys_pidfd_signal(j->fd[JAIL_PIDFD], 0)))
		die("-t '%s': it is not that process (pidfds have inodes of "
		    "their own since Linux 6.9)",
		    o->target);
}

/* --user-parent: of the user namespace, else of the owner of another one */
static void find_parent(struct jail *j)
{
	int user = 0, fd = -1;

	while (ns_table[user].kind != CLONE_NEWUSER)
		user++;
	if (j->fd[user] >= 0)
		fd = sys_ns_parent(j->fd[user]);
	for (int i = 0; i < NS_KINDS && j->fd[user] < 0 && fd < 0; i++)
		if (j->fd[i] >= 0)
			fd = sys_ns_owner(j->fd[i]);
	if (fd < 0)
		die("--user-parent: %m");
	jail_close(j, CLONE_NEWUSER);
	j->fd[user] = fd;
}

static void net_of_socket(struct jail *j, int number)
{
	int sock = sys_pidfd_getfd(j->fd[JAIL_PIDFD], number);
	int fd = sock < 0 ? -1 : sys_socket_namespace(sock);

	if (fd < 0)
		die("--net-socket '%d': %m", number);
	jail_close(j, CLONE_NEWNET);
	jail_take(j, fd);
	close(sock);
}

/* A DIR of ours in the place of the target's */
static void open_dir(struct jail *j, int row, const char *dir)
{
	if (!dir || !*dir)
		return;
	j->fd[row] = sys_open(AT_FDCWD, dir, O_PATH | O_DIRECTORY, 0);
	if (j->fd[row] < 0)
		die("open '%s': %m", dir);
}

/* Whose ids are followed must be numbered as we will be. */
static void follow(struct jail *j, const struct enter *o)
{
	const struct ns *user = ns_by_letter('U');

	if (!(o->choice.kinds & CLONE_NEWUSER) &&
	    !jail_is_same(jail_open_one(o->pid, user),
			  jail_open_one(getpid(), user)))
		die("follow: process %u is of another user namespace: add -U",
		    o->pid);
	if (jail_read_limits(j, o->pid))
		die("read the ids of process %u: %m", o->pid);
}

static void open_all(struct jail *j, const struct enter *o)
{
	const struct ns_choice *c = &o->choice;
	int kinds = c->kinds & ~ns_kept(c);

	if (o->root && !*o->root)
		kinds |= JAIL_BIT(JAIL_ROOT);
	if (o->wd && !*o->wd)
		kinds |= JAIL_BIT(JAIL_CWD);
	jail_clear(j);
	if (o->pid)
		jail_must_open(j, o->pid, kinds | JAIL_BIT(JAIL_PIDFD));
	jail_open_files(j, c);
	if (!o->all)
		jail_must_have(j, c->kinds);
	if (o->net_socket >= 0)
		net_of_socket(j, o->net_socket);
	if (o->user_parent)
		find_parent(j);
	open_dir(j, JAIL_ROOT, o->root);
	open_dir(j, JAIL_CWD, o->wd);
	if (o->follows)
		follow(j, o);
	if (o->env && env_take(o->pid))
		die("read the environment of process %u: %m", o->pid);
	check_inode(j, o);
	if (o->cgroup)
		cgroup_join(j->fd[JAIL_PIDFD], o->pid);
}

/* In a new user namespace our ids may mean nothing: root's are there. */
static void become(const struct enter *o, const struct jail *j, int kinds)
{
	int root = kinds & CLONE_NEWUSER && !o->preserve;
	const char *uid = o->uid ? o->uid : root ? "0" : NULL;
	const char *gid = o->gid ? o->gid : root ? "0" : NULL;

	if (o->keep_caps && prctl(PR_SET_KEEPCAPS, 1UL, 0UL, 0UL, 0UL))
		die("--keep-caps: %m");
	/* EPERM: setgroups is denied there */
	if (gid && ((sys_no_groups() && errno != EPERM) ||
		    sys_setgid(id_of(gid, j->limits.gid))))
		die("become gid '%s': %m", gid);
	if (uid && sys_setuid(id_of(uid, j->limits.uid)))
		die("become uid '%s': %m", uid);
	if (o->keep_caps && kinds & CLONE_NEWUSER && cap_make_ambient())
		die("--keep-caps: %m");
}

#define AT(member) (void *)offsetof(struct enter, member)
static const struct opt options[] = {
	OPT_STR('t', "target", AT(target), "PID[:INODE]",
		"the process whose namespaces are entered"),
	OPT_FLAG('a', "all", AT(all),
		 "all of them; what is missing or own is left out"),
	OPT_CHOICE(AT(choice)),
	OPT_NUMBER('N', "net-socket", AT(net_socket), "FD",
		   "the net namespace of this socket of the target"),
	OPT_FLAG(0, "user-parent", AT(user_parent),
		 "the parent of that user namespace"),
	OPT_STR('S', "setuid", AT(uid), "UID", "or follow: the target's"),
	OPT_STR('G', "setgid", AT(gid), "GID", "or follow; drops groups"),
	OPT_FLAG(0, "preserve-credentials", AT(preserve),
		 "keep uid, gid and groups with -U"),
	OPT_FLAG(0, "keep-caps", AT(keep_caps),
		 "the program keeps the capabilities that -U gives"),
	OPT_MAYBE('r', "root", AT(root), "[=DIR]", "the root; the target's"),
	OPT_MAYBE('w', "wd", AT(wd), "[=DIR]", "likewise, to be in"),
	OPT_MAYBE('W', "wdns", AT(wdns), "[=DIR]", "a DIR in there, to be in"),
	OPT_FLAG('e', "env", AT(env), "the environment of the target"),
	OPT_FLAG('c', "join-cgroup", AT(cgroup), "the cgroup of the target"),
	OPT_FLAG('F', "no-fork", AT(no_fork), "do not fork with -p"),
	OPT_FLAG('Z', "follow-context", AT(context), "not in cellbox"),
	OPT_END,
};

static void check_target(struct enter *o)
{
	const char *c = o->target;
	uint64_t pid;

	if (!c)
		return;
	if (num_take(&c, 10, &pid) || !pid || pid > 0x7fffffff ||
	    (*c++ && (c[-1] != ':' || num_take32(&c, 0, &o->inode))))
		die("-t '%s': not the number of a process", o->target);
	o->pid = pid;
}

static void check(struct enter *o)
{
	struct ns_choice *c = &o->choice;
	int dirs = (o->root && !*o->root) || (o->wd && !*o->wd);

	check_target(o);
	if (o->context)
		die("-Z: SELinux contexts are not followed here");
	if (o->wdns && (!*o->wdns || o->wd))
		die("--wdns needs a =DIR, and no --wd");
	if (o->all)
		c->kinds = NS_ALL;
	if (o->uid)
		o->follows |= !strcmp(o->uid, "follow"), id_of(o->uid, 0);
	if (o->gid)
		o->follows |= !strcmp(o->gid, "follow"), id_of(o->gid, 0);
	for (int i = 0; i < NS_KINDS && !o->pid; i++)
		if (c->kinds & ns_table[i].kind && !c->file[i])
			die("--%s needs =FILE or -t PID", ns_table[i].name);
	if (!o->pid &&
	    (dirs || o->follows || o->env || o->cgroup || o->net_socket >= 0))
		die("-r, -w, -e, -c, -N and follow need -t PID");
	if (!c->kinds && !o->root && !o->wd && !o->wdns && !o->uid && !o->gid &&
	    !o->env && !o->cgroup && o->net_socket < 0)
		die("no namespace is named (see: nsenter --help)");
	if (o->net_socket >= 0)
		c->kinds |= CLONE_NEWNET;
	if (o->user_parent)
		c->kinds |= CLONE_NEWUSER;
}

static char **run(char **argv)
{
	struct enter o = {.net_socket = -1};
	struct jail jail;
	struct stay s;
	int kinds;

	opt_parse_in(&argv, options, 0, &o);
	argv = chain_or_shell(argv);
	check(&o);
	kinds = o.choice.kinds;
	chain_joins(kinds);
	if (o.root)
		chain_leaves_root(0);
	if (kinds & CLONE_NEWPID && !o.no_fork)
		chain_forks(kinds & CLONE_NEWNS ? 0 : 1);
	if (chain_reading(argv))
		return argv;

	open_all(&jail, &o);
	kinds = jail_enter(&jail);
	if (o.wdns && chdir(o.wdns))
		die("change to '%s': %m", o.wdns);
	become(&o, &jail, kinds);
	jail_close(&jail, JAIL_ALL);
	if (chain_credentials_changed())
		die("die with the parent: %m");
	if (kinds & CLONE_NEWPID && !o.no_fork && !stay_fork(&s, 0, 0, 0))
		stay_wait(&s);
	return argv;
}

const struct applet applet_nsenter = {
	.name = "nsenter",
	.args = "[OPTIONS] [PROGRAM [ARG...]]",
	.brief = "go on in the namespaces of others, with all privileges kept",
	.examples = "nsenter -t 4711 -a\n"
		    "nsenter -t 4711 -n ip addr\n"
		    "nsenter --net=/run/netns/blue ip addr",
	.run = run,
};
