/* host.c - is the host as it was? */
/* SPDX-License-Identifier: 0BSD */
#include "host.h"

#include <fcntl.h>
#include <ftw.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/utsname.h>
#include <unistd.h>

/* nftw passes no argument of ours along. */
static struct host *at_work;

static void add(struct host *host, const char *line)
{
	size_t used = strlen(host->text);

	snprintf(host->text + used, HOST_TEXT - used, "%s", line);
}

static int has_line(const char *text, const char *line, size_t len)
{
	const char *p = text;

	while ((p = strstr(p, line))) {
		/* strstr may have found the beginning of a longer one. */
		if ((p == text || p[-1] == '\n') && p[len] == '\n')
			return 1;
		p++;
	}
	return 0;
}

static void add_mounts(struct host *host)
{
	char line[4096];
	FILE *f = fopen("/proc/self/mountinfo", "re");

	while (f && fgets(line, sizeof line, f))
		add(host, line);
	if (f)
		fclose(f);
}

/* The names of sockets, each once: connections bear that of the listener. */
static void add_sockets(struct host *host)
{
	char line[512], name[300], out[320];
	FILE *f = fopen("/proc/net/unix", "re");

	while (f && fgets(line, sizeof line, f)) {
		/* Num RefCount Protocol Flags Type St Inode Path */
		if (sscanf(line, "%*s %*s %*s %*s %*s %*s %*s %299s", name) !=
		    1)
			continue;
		snprintf(out, sizeof out, "socket %s\n", name);
		if (!strstr(host->text, out))
			add(host, out);
	}
	if (f)
		fclose(f);
}

static int add_node(const char *path, const struct stat *st, int type,
		    struct FTW *ftw)
{
	char line[4400];

	(void)type;
	(void)ftw;
	/* A directory's time tells of files that came and went: allowed. */
	if (S_ISDIR(st->st_mode))
		snprintf(line, sizeof line, "dir %s %o %d:%d\n", path,
			 st->st_mode, (int)st->st_uid, (int)st->st_gid);
	else
		snprintf(line, sizeof line, "file %s %o %d:%d %ld %ld.%09ld\n",
			 path, st->st_mode, (int)st->st_uid, (int)st->st_gid,
			 (long)st->st_size, (long)st->st_mtim.tv_sec,
			 (long)st->st_mtim.tv_nsec);
	add(at_work, line);
	return 0;
}

void host_read(struct host *host, char *const *watch)
{
	char line[256];
	struct utsname uts;
	struct stat st;

	host->text[0] = '\0';
	add_mounts(host);
	add_sockets(host);
	uname(&uts);
	if (!stat("/", &st)) {
		snprintf(line, sizeof line, "root %lx:%lu\nhostname %s\n",
			 (unsigned long)st.st_dev, (unsigned long)st.st_ino,
			 uts.nodename);
		add(host, line);
	}
	at_work = host;
	for (; *watch; watch++)
		nftw(*watch, add_node, 16, FTW_PHYS);
}

static int lines_lacking(const char *text, const char *other, char sign, int n,
			 char *buf, unsigned size)
{
	char line[4400];
	size_t len, used;

	for (; *text && n > 0; text += len + (text[len] == '\n')) {
		len = strcspn(text, "\n");
		snprintf(line, sizeof line, "%.*s", (int)len, text);
		if (!len || len >= sizeof line || has_line(other, line, len))
			continue;
		used = strlen(buf);
		snprintf(buf + used, size - used, "%s%c %s", used ? "; " : "",
			 sign, line);
		n--;
	}
	return n;
}

void text_diff(const char *was, const char *is, int n, char *buf, unsigned size)
{
	buf[0] = '\0';
	if (!strcmp(was, is))
		return;
	lines_lacking(was, is, '-', n, buf, size);
	lines_lacking(is, was, '+', n, buf, size);
	if (!*buf)
		snprintf(buf, size, "the same lines, in another number");
}

void host_diff(const struct host *was, const struct host *is, char *buf,
	       unsigned size)
{
	text_diff(was->text, is->text, 1, buf, size);
}
