/* options.c - what inject was called with */
/* SPDX-License-Identifier: 0BSD */
#include "options.h"

#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "calls.h"

static const char usage[] =
	"usage: inject [OPTION]... -- CMD...\n"
	"  -l, --list         number the system calls, no fault\n"
	"  -p, --proc P       faults in this process only (0, 0.1, ...)\n"
	"  -c, --call C       ... at this call only\n"
	"  -e, --errno NAME   ... this error only\n"
	"  -k, --kill         ... SIGKILL only\n"
	"  -u, --uid UID      run CMD as this user\n"
	"  -f, --fail N       status of a jail that was not built (125);\n"
	"                     any: for tools that are not ours\n"
	"  -s, --sample N     a fixed choice of N faults\n"
	"      --seed N       ... another one\n"
	"  -w, --watch DIR    no file below may change; may be repeated\n"
	"      --again TEXT   the command to print for seeing a fault again\n"
	"      --payload NAME the program, let go at its exec (payload)\n"
	"      --only NAME    count in programs of this name only\n"
	"  -d, --deadline MS  of a run (5000)\n"
	"  -v, --verbose      print each fault and its outcome\n";

struct options opt = {.cmd = {.payload = "payload", .deadline = 5000},
		      .call = -1,
		      .err = -1,
		      .fail = 125,
		      .seed = 1};

void options_parse(int argc, char **argv)
{
	enum { SEED = 256, PAYLOAD, ONLY, AGAIN };
	static const struct option longs[] = {
		{"list", 0, NULL, 'l'},	       {"proc", 1, NULL, 'p'},
		{"call", 1, NULL, 'c'},	       {"errno", 1, NULL, 'e'},
		{"kill", 0, NULL, 'k'},	       {"uid", 1, NULL, 'u'},
		{"fail", 1, NULL, 'f'},	       {"sample", 1, NULL, 's'},
		{"seed", 1, NULL, SEED},       {"watch", 1, NULL, 'w'},
		{"payload", 1, NULL, PAYLOAD}, {"only", 1, NULL, ONLY},
		{"again", 1, NULL, AGAIN},     {"deadline", 1, NULL, 'd'},
		{"verbose", 0, NULL, 'v'},     {NULL, 0, NULL, 0}};
	int c, bad = 0;

	while ((c = getopt_long(argc, argv, "+lp:c:e:ku:f:s:w:d:v", longs,
				NULL)) != -1)
		switch (c) {
		case 'l':
			opt.list = 1;
			break;
		case 'p':
			opt.proc = optarg;
			break;
		case 'c':
			opt.call = atoi(optarg);
			break;
		case 'e':
			opt.err = errno_number(optarg);
			bad |= opt.err < 0;
			break;
		case 'k':
			opt.err = 0;
			break;
		case 'u':
			opt.cmd.uid = (uid_t)atoi(optarg);
			break;
		case 'f':
			opt.fail = strcmp(optarg, "any") ? atoi(optarg) : -1;
			break;
		case 's':
			opt.sample = atoi(optarg);
			break;
		case SEED:
			opt.seed = (unsigned)atoi(optarg);
			break;
		case 'w':
			if (opt.n_watch < MAX_WATCH)
				opt.watch[opt.n_watch++] = optarg;
			break;
		case PAYLOAD:
			opt.cmd.payload = optarg;
			break;
		case ONLY:
			opt.cmd.only = optarg;
			break;
		case AGAIN:
			opt.again = optarg;
			break;
		case 'd':
			opt.cmd.deadline = atoi(optarg);
			break;
		case 'v':
			opt.verbose = 1;
			break;
		default:
			bad = 1;
		}
	if (bad || optind == argc) {
		fputs(usage, stderr);
		exit(125);
	}
	opt.cmd.argv = argv + optind;
}
