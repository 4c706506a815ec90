/* unshare.c - go on in new namespaces: unshare(1)
 *
 * SPDX-License-Identifier: 0BSD
 *
 * Theory of operation: without -f one process, which changes. With -f it forks
 * after unshare(2) and the maps; the child goes on with the sentence (and is
 * PID 1 of a new pid namespace), the parent waits (libcore/stay.h). Maps of
 * more than one's own ids, and files that keep namespaces, are the work of a
 * helper that stays outside (libcore/helper.h); it is gone when the step ends.
 */
#include <stddef.h>
#include <string.h>
#include <sys/prctl.h>
#include <unistd.h>

#include "cap.h"
#include "chain.h"
#include "env.h"
#include "err.h"
#include "helper.h"
#include "idmap.h"
#include "jail.h"
#include "ns.h"
#include "num.h"
#include "opt.h"
#include "ownfs.h"
#include "signame.h"
#include "stay.h"
#include "sys.h"
#include "user.h"

#define BINFMT "/proc/sys/fs/binfmt_misc"

/* The options' words, and what they mean */
struct ask {
	struct ns_setup setup;
	const char *propagation, *proc, *binfmt, *interpreter;
	const char *root, *wd, *uid, *gid, *owner, *monotonic, *boottime;
	const char *kill_child, *environment;
	int all, forks, forwards, keep_caps, clear_env;

	unsigned long propagates; /* MS_*, 0: as it is */
	int kill_signal, init;
	uint32_t uid_number, gid_number, owner_numbers[2];
	/* Last, for the code is shorter where the offset of a member is. */
	struct ns_choice kinds;
	struct idmap_words maps;
};

/* The last number there could be means "no change" to the kernel. */
static int take_id(const char *word, char end, uint32_t *id)
{
	return num_take32(&word, end, id) || *id == UINT32_MAX;
}

static void parse_id(const char *option, const char *word, uint32_t *id)
{
	if (word && take_id(word, 0, id))
		die("%s '%s': not the number of a user or group", option, word);
}

static void parse_words(struct ask *a)
{
	const char *group = a->owner ? strchr(a->owner, ':') : NULL;

	a->propagates = ns_parse_propagation(a->propagation);
	if (a->kill_child)
		a->kill_signal =
			signame_parse(*a->kill_child ? a->kill_child : "KILL");
	if (a->kill_child && !a->kill_signal)
		die("--kill-child '%s': not a signal", a->kill_child);
	parse_id("-S", a->uid, &a->uid_number);
	parse_id("-G", a->gid, &a->gid_number);
	if (a->owner &&
	    (!group || take_id(a->owner, ':', &a->owner_numbers[0]) ||
	     take_id(group + 1, 0, &a->owner_numbers[1])))
		die("--owner '%s': not UID:GID", a->owner);
}

/* What one option implies of others */
static void imply(struct ask *a)
{
	if (idmap_check(&a->maps) || a->owner)
		a->kinds.kinds |= CLONE_NEWUSER;
	if (a->all)
		a->kinds.kinds |= NS_ALL;
	if (a->interpreter && !a->binfmt)
		a->binfmt = "";
	if (a->proc || a->binfmt)
		a->kinds.kinds |= CLONE_NEWNS;
	if (a->proc && !*a->proc)
		a->proc = "/proc";
	if (a->binfmt && !*a->binfmt)
		a->binfmt = BINFMT;
	a->forks |= a->forwards || a->kill_child;
	a->clear_env |= !!a->environment;
}

static void check(struct ask *a)
{
	const char *of_user = a->keep_caps	  ? "keep-caps"
			      : a->maps.setgroups ? "setgroups"
						  : NULL;

	chain_makes(a->kinds.kinds);
	parse_words(a);
	ns_check(&a->setup);
	ns_check_offsets(a->monotonic, a->boottime);
	if (of_user && !(a->kinds.kinds & CLONE_NEWUSER))
		die("--%s needs a new user namespace: add -U", of_user);
	if (a->forks)
		a->init = chain_forks(1);
	if ((a->proc || ns_kept(&a->kinds) & CLONE_NEWPID) &&
	    chain_pid_pending())
		die("%s: nobody is in the new pid namespace: -p needs -f",
		    a->proc ? "--mount-proc" : "--pid=FILE");
	if (a->root)
		chain_leaves_root(0);
}

/* To whom the new user namespace will belong; who changed its uid has lost its
 * own files in /proc. */
static void become_owner(const uint32_t owner[2])
{
	if (sys_no_groups() || sys_setgid(owner[1]) || sys_setuid(owner[0]) ||
	    prctl(PR_SET_DUMPABLE, 1UL, 0UL, 0UL, 0UL))
		die("become the owner '%u:%u': %m", owner[0], owner[1]);
}

static void change_root(const struct ask *w, int shared)
{
	/* Its interpreter, with the flag F, is a file of the caller's root. */
	if (w->interpreter && w->root) {
		ownfs_binfmt(w->binfmt, shared);
		ownfs_register(w->binfmt, w->interpreter);
	}
	if (w->root && (chroot(w->root) || chdir("/")))
		die("chroot '%s': %m", w->root);
	if (w->proc)
		ownfs_proc(w->proc, shared);
	if (w->binfmt)
		ownfs_binfmt(w->binfmt, shared);
	if (w->interpreter && !w->root)
		ownfs_register(w->binfmt, w->interpreter);
	if (w->wd && chdir(w->wd))
		die("chdir '%s': %m", w->wd);
}

static void change_ids(const struct ask *w)
{
	if (w->gid && (sys_no_groups() || sys_setgid(w->gid_number)))
		die("-G '%s': %m", w->gid);
	if (w->uid && w->keep_caps &&
	    prctl(PR_SET_KEEPCAPS, 1UL, 0UL, 0UL, 0UL))
		die("keep capabilities: %m");
	if (w->uid && sys_setuid(w->uid_number))
		die("-S '%s': %m", w->uid);
	if (w->keep_caps && cap_make_ambient())
		die("--keep-caps: %m");
}

/* All kinds that this kernel has */
static int known_kinds(void)
{
	struct jail own;
	int kinds;

	if (jail_open(&own, getpid(), NS_ALL))
		die("open our own namespaces: %m");
	kinds = jail_kinds(&own);
	jail_close(&own, NS_ALL);
	return kinds;
}

/* Into the new namespaces, with maps and offsets */
static void leave(const struct ask *a, struct helper *h)
{
	struct idmap map;
	int kinds = a->kinds.kinds, outside, own = -1;

	idmap_make(&map, &a->maps, a->owner ? a->owner_numbers : NULL);
	outside = idmap_needs_outside(&map);
	/* A new user namespace can make no proc of its own any more. */
	if (a->monotonic || a->boottime || !(outside || idmap_is_empty(&map)))
		own = idmap_open();
	if (outside || ns_kept(&a->kinds))
		helper_start(h, &map, &a->kinds, a->forks ? 0 : kinds);
	if (a->owner)
		become_owner(a->owner_numbers);
	if (kinds && ns_try_unshare(kinds)) {
		helper_end(h); /* nobody else would wait for it */
		_exit(STATUS_FAILED);
	}
	if (kinds & CLONE_NEWUSER && chain_credentials_changed())
		die("die with the parent: %m");
	if (outside)
		helper_map(h);
	else if (idmap_write_own(own, &map))
		_exit(STATUS_FAILED);
	if (outside && !ns_kept(&a->kinds))
		helper_end(h);
	ns_set_offsets(own, a->monotonic, a->boottime);
	if (own >= 0)
		close(own);
}

/* At home in them */
static void settle(const struct ask *a)
{
	int shared = a->propagates != MS_PRIVATE;

	if (a->kinds.kinds & CLONE_NEWNS && a->propagates)
		ns_propagation(a->propagates);
	ns_set_up(&a->setup);
	change_root(a, shared);
	change_ids(a);
	if (a->clear_env)
		env_keep_only(a->environment ? a->environment : "");
}

#define AT(member) ((void *)offsetof(struct ask, member))

static const struct opt options[] = {
	OPT_KEPT(AT(kinds)),
	OPT_FLAG('a', "all", AT(all), "all kinds that this kernel has"),
	OPT_FLAG('f', "fork", AT(forks), "run the rest as a child"),
	OPT_FLAG(0, "forward-signals", AT(forwards),
		 "as -f, which always does"),
	OPT_MAYBE(0, "kill-child", AT(kill_child), "[=SIGNAL]",
		  "the child dies with this process (implies -f)"),
	IDMAP_OPTIONS(AT, maps),
	OPT_STR(0, "owner", AT(owner), "UID:GID",
		"whose the new user namespace is (implies -U)"),
	OPT_STR(0, "propagation", AT(propagation), "WORD",
		"private (default), shared, slave or unchanged"),
	OPT_STR('R', "root", AT(root), "DIR", "chroot(2) into DIR"),
	OPT_MAYBE(0, "mount-proc", AT(proc), "[=DIR]",
		  "mount a new proc on /proc or DIR (implies -m)"),
	OPT_MAYBE(0, "mount-binfmt", AT(binfmt), "[=DIR]",
		  "mount a new binfmt_misc (implies -m)"),
	OPT_STR('l', "load-interp", AT(interpreter), "FORMAT",
		"register it there (implies --mount-binfmt)"),
	OPT_STR('w', "wd", AT(wd), "DIR", "change to DIR"),
	OPT_STR('S', "setuid", AT(uid), "UID", "become this user"),
	OPT_STR('G', "setgid", AT(gid), "GID", "become of this group alone"),
	OPT_FLAG(0, "keep-caps", AT(keep_caps),
		 "the program keeps the capabilities of -U"),
	OPT_STR(0, "monotonic", AT(monotonic), "SECONDS",
		"offset of the clock in the time namespace"),
	OPT_STR(0, "boottime", AT(boottime), "SECONDS",
		"offset of the clock in the time namespace"),
	NS_SETUP_OPTIONS(AT, setup),
	OPT_FLAG(0, "clear-env", AT(clear_env), "pass no environment on"),
	OPT_STR(0, "whitelist-env", AT(environment), "LIST",
		"but these variables (implies --clear-env)"),
	OPT_END,
};

static char **run(char **argv)
{
	struct ask a = {.propagation = "private"};
	struct helper h = {.fd = -1};
	struct stay s;

	opt_parse_in(&argv, options, 0, &a);
	argv = chain_or_shell(argv);
	imply(&a);
	check(&a);
	if (chain_reading(argv))
		return argv;

	if (a.all)
		a.kinds.kinds &= known_kinds();
	leave(&a, &h);
	if (a.forks && !stay_fork(&s, 0, a.init, a.kill_signal))
		stay_wait(&s);
	settle(&a);
	/* The last act: nothing that fails behind it would undo it. */
	if (ns_kept(&a.kinds)) {
		if (a.forks)
			stay_await();
		helper_keep(&h);
		helper_end(&h);
	}
	return argv;
}

const struct applet applet_unshare = {
	.name = "unshare",
	.args = "[OPTIONS] [PROGRAM [ARG...]]",
	.brief = "go on in new namespaces",
	.examples = "unshare -Urn ip link\n"
		    "unshare -mpf --mount-proc ps\n"
		    "unshare --map-auto -r --net=/run/netns/blue true\n"
		    "cellbox unshare --ns ipc,uts /usr/sbin/nginx",
	.run = run,
};
