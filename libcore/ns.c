/* ns.c - the kinds of namespaces
 *
 * SPDX-License-Identifier: 0BSD
 */
#include "ns.h"

#include <errno.h>
#include <fcntl.h>
#include <net/if.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "chain.h"
#include "err.h"
#include "fmt.h"
#include "sys.h"
#include "why.h"

const struct ns ns_table[] = {
	{'m', "mount", "mnt", "fs", CLONE_NEWNS, 3, "2.4.19"},
	{'u', "uts", "uts", NULL, CLONE_NEWUTS, 10, "2.6.19"},
	{'i', "ipc", "ipc", NULL, CLONE_NEWIPC, 2, "2.6.19"},
	{'n', "net", "net", NULL, CLONE_NEWNET, 4, "2.6.24"},
	{'p', "pid", "pid", NULL, CLONE_NEWPID, 5, "2.6.24"},
	{'U', "user", "user", NULL, CLONE_NEWUSER, 9, "3.8"},
	{'C', "cgroup", "cgroup", NULL, CLONE_NEWCGROUP, 1, "4.6"},
	{'T', "time", "time", NULL, CLONE_NEWTIME, 7, "5.6"},
	{0, NULL, NULL, NULL, 0, 0, NULL},
};

int ns_kept(const struct ns_choice *c)
{
	int kinds = 0;

	for (int i = 0; i < NS_KINDS; i++)
		kinds |= c->file[i] ? ns_table[i].kind : 0;
	return kinds;
}

const struct ns *ns_by_letter(char letter)
{
	for (const struct ns *ns = ns_table; ns->name; ns++)
		if (ns->letter == letter)
			return ns;
	return NULL;
}

static int is_word(const char *name, const char *word, unsigned long n)
{
	return name && strlen(name) == n && !memcmp(name, word, n);
}

const struct ns *ns_by_name(const char *word, unsigned long n)
{
	for (const struct ns *ns = ns_table; ns->name; ns++)
		if (is_word(ns->name, word, n) || is_word(ns->file, word, n) ||
		    is_word(ns->alias, word, n))
			return ns;
	return NULL;
}

int ns_parse(const char *list)
{
	const char *word = list;
	int kinds = 0;

	for (;;) {
		unsigned long n = strcspn(word, ",");
		const struct ns *ns = ns_by_name(word, n);

		if (!ns)
			die("--ns '%s': unknown namespace (known: mount or fs, "
			    "uts, ipc, net, pid, user, cgroup, time)",
			    list);
		kinds |= ns->kind;
		if (!word[n])
			return kinds;
		word += n + 1;
	}
}

const char *ns_names(char buf[NS_NAMES], int kinds)
{
	size_t n = 0;

	*buf = 0;
	for (const struct ns *ns = ns_table; ns->name; ns++)
		if (kinds & ns->kind) {
			fmt_str(buf + n, NS_NAMES - n, "%s%s", n ? "," : "",
				ns->name);
			n += strlen(buf + n);
		}
	return buf;
}

int ns_try_unshare(int kinds)
{
	char why[WHY_SIZE], names[NS_NAMES];

	if (!unshare(kinds))
		return 0;
	complain("unshare '%s': %m%s", ns_names(names, kinds),
		 why_namespaces(why, kinds));
	return -1;
}

void ns_unshare(int kinds)
{
	if (ns_try_unshare(kinds))
		_exit(STATUS_FAILED);
}

int ns_leave_chroot(void)
{
	int own = sys_pidfd_open(getpid());

	if (own >= 0 && !setns(own, CLONE_NEWNS))
		return own;
	if (own >= 0)
		close(own);
	own = sys_open(AT_FDCWD, "/proc/self/ns/mnt", O_RDONLY, 0);
	if (own >= 0 && setns(own, CLONE_NEWNS)) {
		int err = errno;

		close(own);
		errno = err;
		return -1;
	}
	return own;
}

/* "/" is a chroot's, and no mount point: there and back again. */
static int propagate_from_true_root(unsigned long how)
{
	int root = sys_open(AT_FDCWD, "/", O_PATH | O_DIRECTORY, 0);
	int cwd = sys_open(AT_FDCWD, ".", O_PATH | O_DIRECTORY, 0);
	int own = root < 0 || cwd < 0 ? -1 : ns_leave_chroot();

	if (own < 0 || mount("none", "/", NULL, MS_REC | how, NULL) ||
	    fchdir(root) || chroot(".") || fchdir(cwd))
		return -1;
	close(root);
	close(cwd);
	close(own);
	return 0;
}

unsigned long ns_parse_propagation(const char *word)
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

void ns_propagation(unsigned long how)
{
	char why[WHY_SIZE];

	if (mount("none", "/", NULL, MS_REC | how, NULL) &&
	    (errno != EINVAL || propagate_from_true_root(how)))
		die("set the propagation of '/': %m%s",
		    why_mount(why, NULL, NULL, "/"));
}

static void check_offset(const char *option, const char *word)
{
	const char *digits = word && *word == '-' ? word + 1 : word;

	if (!word)
		return;
	if (!*digits || strlen(digits) > 19 ||
	    digits[strspn(digits, "0123456789")])
		die("--%s '%s': not a number of seconds", option, word);
	if (!(chain_made() & CLONE_NEWTIME))
		die("--%s needs a new time namespace: add -T", option);
}

void ns_check_offsets(const char *monotonic, const char *boottime)
{
	check_offset("monotonic", monotonic);
	check_offset("boottime", boottime);
}

static void set_offset(int dir, const char *clock, const char *seconds)
{
	char text[96];
	int fd;

	if (!seconds)
		return;
	fd = sys_open(dir, "timens_offsets", O_WRONLY, 0);
	if (fmt_str(text, sizeof(text), "%s %s 0", clock, seconds) || fd < 0 ||
	    write(fd, text, strlen(text)) < 0)
		die("set the offset '%s' of the %s clock: %m", seconds, clock);
	close(fd);
}

void ns_set_offsets(int dir, const char *monotonic, const char *boottime)
{
	set_offset(dir, "monotonic", monotonic);
	set_offset(dir, "boottime", boottime);
}

static void loopback_up(void)
{
	struct ifreq lo = {.ifr_name = "lo"};
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);

	if (fd < 0 || ioctl(fd, SIOCGIFFLAGS, &lo))
		die("bring up 'lo': %m");
	lo.ifr_flags |= IFF_UP;
	if (ioctl(fd, SIOCSIFFLAGS, &lo))
		die("bring up 'lo': %m");
	close(fd);
}

static void check_name(const char *option, const char *name)
{
	size_t n = name ? strlen(name) : 1;

	if (!n || n > 64)
		die("--%s '%s': a %s has 1 to 64 bytes", option, name, option);
	if (name &&
	    name[strspn(name, "abcdefghijklmnopqrstuvwxyz"
			      "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-._")])
		die("--%s '%s': a %s has letters, digits, '-', '.' and '_' "
		    "only",
		    option, name, option);
	if (name && !(chain_made() & CLONE_NEWUTS))
		die("--%s needs a new uts namespace: add -u", option);
}

void ns_check(const struct ns_setup *s)
{
	check_name("hostname", s->hostname);
	check_name("domainname", s->domainname);
	if (s->lo && !(chain_made() & CLONE_NEWNET))
		die("--lo needs a new net namespace: add -n");
}

void ns_set_up(const struct ns_setup *s)
{
	if (s->hostname && sethostname(s->hostname, strlen(s->hostname)))
		die("sethostname '%s': %m", s->hostname);
	if (s->domainname &&
	    setdomainname(s->domainname, strlen(s->domainname)))
		die("setdomainname '%s': %m", s->domainname);
	if (s->lo)
		loopback_up();
}
