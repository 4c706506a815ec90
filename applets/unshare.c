/* unshare.c - go on in new namespaces
 *
 * SPDX-License-Identifier: 0BSD
 *
 * Theory of operation: without -f one process, which changes. With -f it forks
 * after unshare(2) and the maps; the child goes on with the sentence (and is
 * PID 1 of a new pid namespace), the parent waits (libcore/stay.h).
 */
#include <errno.h>
#include <stddef.h>
#include <string.h>
#include <unistd.h>

#include "chain.h"
#include "err.h"
#include "idmap.h"
#include "ns.h"
#include "opt.h"
#include "stay.h"
#include "why.h"

/* 0: leave them as they are */
static unsigned long parse_propagation(const char *word)
{
	static const struct {
		const char *name;
		unsigned long flag;
	} words[] = {
		{"private", MS_PRIVATE},
		{"shared", MS_SHARED},
		{"slave", MS_SLAVE},
		{"unchanged", 0},
	};

	for (size_t i = 0; i < sizeof(words) / sizeof(*words); i++)
		if (!strcmp(words[i].name, word))
			return words[i].flag;
	die("--propagation '%s': not one of private, shared, slave, unchanged",
	    word);
}

static void mount_proc(const char *dir, unsigned long propagation)
{
	char why[WHY_SIZE];

	/* Not to be seen outside, wherever the rest may be. EINVAL: DIR is no
	 * mount point, and as private as what it lies on. */
	if (propagation != MS_PRIVATE &&
	    mount("none", dir, NULL, MS_PRIVATE | MS_REC, NULL) &&
	    errno != EINVAL)
		die("make '%s' private: %m", dir);
	if (mount("proc", dir, "proc", MS_NOSUID | MS_NODEV | MS_NOEXEC, NULL))
		die("mount 'proc' '%s': %m%s", dir,
		    why_mount(why, "proc", NULL, dir));
}

static char **run(char **argv)
{
	int kinds = 0, forks = 0, root = 0, current = 0, init = 0;
	const char *proc = NULL, *propagation = "private";
	struct idmap map = {.wanted = 0};
	struct stay s;
	const struct opt options[] = {
		OPT_NAMESPACES(&kinds),
		OPT_FLAG('f', "fork", &forks, "run the rest as a child"),
		OPT_FLAG('r', "map-root-user", &root,
			 "be root in a new user namespace (implies -U)"),
		OPT_FLAG('c', "map-current-user", &current,
			 "be oneself in a new user namespace (implies -U)"),
		OPT_MAYBE(0, "mount-proc", &proc, "[=DIR]",
			  "mount a new proc on /proc or DIR (implies -m)"),
		OPT_STR(0, "propagation", &propagation, "WORD",
			"private (default), shared, slave or unchanged"),
		OPT_END,
	};
	unsigned long how;

	opt_parse(&argv, options, 0);
	argv = chain_or_shell(argv);
	how = parse_propagation(propagation);
	if (root && current)
		die("-r and -c exclude each other");
	if (root || current)
		kinds |= CLONE_NEWUSER;
	if (proc) {
		kinds |= CLONE_NEWNS;
		proc = *proc ? proc : "/proc";
	}
	chain_makes(kinds);
	if (forks)
		init = chain_forks(1);
	if (proc && chain_pid_pending())
		die("--mount-proc would show the old pid namespace: "
		    "-p needs -f");
	if (chain_reading(argv))
		return argv;

	if (root || current)
		map = idmap_caller(root);
	if (kinds)
		ns_unshare(kinds);
	if (kinds & CLONE_NEWUSER && chain_credentials_changed())
		die("die with the parent: %m");
	if (map.wanted && idmap_write(0, &map))
		_exit(STATUS_FAILED);
	if (forks && !stay_fork(&s, 0, init, 0))
		stay_wait(&s);
	if (kinds & CLONE_NEWNS && how)
		ns_propagation(how);
	if (proc)
		mount_proc(proc, how);
	return argv;
}

const struct applet applet_unshare = {
	.name = "unshare",
	.args = "[OPTIONS] [PROGRAM [ARG...]]",
	.brief = "go on in new namespaces",
	.examples = "unshare -Urn ip link\n"
		    "unshare -mpf --mount-proc ps\n"
		    "cellbox unshare --ns ipc,uts /usr/sbin/nginx",
	.run = run,
};
