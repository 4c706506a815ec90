/* nsclone.c - go on as a child cloned into new namespaces
 *
 * SPDX-License-Identifier: 0BSD
 *
 * Theory of operation: the child goes on with the sentence. The parent stays
 * outside of every new namespace: it writes the child's uid and gid maps, for
 * which the child waits, then forwards signals and ends as the child ended
 * (libcore/stay.h). The jail lives no longer than the parent.
 */
#include <fcntl.h>
#include <stddef.h>
#include <string.h>
#include <unistd.h>

#include "chain.h"
#include "err.h"
#include "idmap.h"
#include "ns.h"
#include "opt.h"
#include "report.h"
#include "stay.h"

/* The parent's life */
_Noreturn static void supervise(struct stay *s, int report)
{
	if (report >= 0) {
		s->listens = HELLO_LISTENS;
		s->keep_fd = report;
	}
	if (stay_stand(s))
		_exit(STATUS_FAILED);
	for (;;)
		switch (stay_next(s)) {
		case STAY_HELLO:
			report_hello(report, s);
			if (stay_answer(s))
				_exit(STATUS_FAILED);
			break;
		case STAY_READY:
			report_ready(report);
			break;
		case STAY_FD:
			break;
		case STAY_ENDED:
			if (report >= 0)
				report_end(report, s);
			stay_end(s);
		}
}

static char **run(char **argv)
{
	int kinds = 0, root = 0, lo = 0, report = -1, init;
	const char *hostname = NULL;
	struct idmap map = {.wanted = 0};
	struct stay s;
	const struct opt options[] = {
		OPT_NAMESPACES(&kinds),
		OPT_FLAG('r', "map-root-user", &root,
			 "be root in a new user namespace (implies -U)"),
		OPT_STR(0, "hostname", &hostname, "NAME",
			"set the hostname of the new uts namespace"),
		OPT_FLAG(0, "lo", &lo, "bring up lo in the new net namespace"),
		OPT_NUMBER(0, "report", &report, "FD",
			   "tell there how the jail fares, a record a line"),
		OPT_END,
	};

	opt_parse(&argv, options, 0);
	argv = chain_or_shell(argv);
	if (root)
		kinds |= CLONE_NEWUSER;
	if (hostname)
		ns_check_hostname(hostname);
	chain_makes(kinds);
	if (hostname && !(chain_made() & CLONE_NEWUTS))
		die("--hostname needs a new uts namespace: add -u");
	if (lo && !(chain_made() & CLONE_NEWNET))
		die("--lo needs a new net namespace: add -n");
	init = chain_forks(!(kinds & CLONE_NEWNS));
	if (chain_reading(argv))
		return argv;

	if (root)
		map = idmap_caller(1);
	if (report >= 0 && fcntl(report, F_GETFD) < 0)
		die("--report '%d': %m", report);
	if (!stay_fork(&s, kinds, init, 1)) {
		if (map.wanted && idmap_write(s.child, &map) < 0) {
			stay_refuse(&s);
			_exit(STATUS_FAILED);
		}
		supervise(&s, report);
	}
	if (report >= 0)
		close(report); /* its reader waits for the parent alone */
	if (map.wanted)
		stay_await();
	if (kinds & CLONE_NEWNS)
		ns_propagation(MS_PRIVATE);
	if (hostname && sethostname(hostname, strlen(hostname)))
		die("sethostname '%s': %m", hostname);
	if (lo)
		ns_loopback_up();
	return argv;
}

const struct applet applet_nsclone = {
	.name = "nsclone",
	.args = "[OPTIONS] [PROGRAM [ARG...]]",
	.brief = "go on as a child in new namespaces; wait outside",
	.examples = "cellbox nsclone -mpiun --hostname web "
		    "nsmount -R /ns proc /proc pivotroot /ns nsinit sh\n"
		    "cellbox nsclone -r -mpiun --lo pivotroot /ns nsinit sh\n"
		    "cellbox nsclone --ns fs,net,ipc,uts,pid nsinit sh",
	.run = run,
};
