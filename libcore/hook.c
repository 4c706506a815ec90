/* hook.c - the mount and umount strings of uWSGI's hooks
 *
 * SPDX-License-Identifier: 0BSD
 */
#include "hook.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "err.h"
#include "fmt.h"
#include "mountinfo.h"
#include "path.h"
#include "tree.h"

#define FIELDS 5

static const struct {
	const char *name;
	unsigned long how;
} hows[] = {
	{"move", MS_MOVE},
	{"remount", MS_REMOUNT},
	{"private", MS_PRIVATE},
	{"shared", MS_SHARED},
};

int hook_is(const char *word)
{
	return !strncmp(word, "mount:", 6) || !strncmp(word, "umount:", 7);
}

/* Fields between spaces; NULL for those that are missing. */
static void split(char *text, const char *word, char **field, int most)
{
	char *save;
	int n = 0;

	for (char *at = strtok_r(text, " ", &save); at;
	     at = strtok_r(NULL, " ", &save)) {
		if (n == most)
			die("'%s': '%s' is one word too many", word, at);
		mountinfo_unescape(at);
		field[n++] = at;
	}
}

static void mount_flag(struct hook *h, const char *word, const char *flag)
{
	if (!strcmp(flag, "bind")) {
		h->mnt.type = NULL;
		return;
	}
	if (!strcmp(flag, "rec") || !strcmp(flag, "recursive")) {
		h->recursive = 1;
		return;
	}
	for (size_t i = 0; i < sizeof(hows) / sizeof(*hows); i++)
		if (!strcmp(flag, hows[i].name)) {
			h->how |= hows[i].how;
			return;
		}
	if (!strcmp(flag, "rdonly") || !strcmp(flag, "readonly"))
		flag = "ro";
	if (!strcmp(flag, "mandlock"))
		flag = "mand";
	if (!mnt_is_flag(flag))
		die("'%s': unknown flag '%s'", word, flag);
	mnt_options(&h->mnt, flag, word, MNT_FLAGS | MNT_FS);
}

static void umount_flag(struct hook *h, const char *word, const char *flag)
{
	if (!strcmp(flag, "rec") || !strcmp(flag, "recursive"))
		h->recursive = 1;
	else if (!strcmp(flag, "detach") || !strcmp(flag, "force"))
		h->umount_flags |= mnt_umount_options(flag);
	else
		die("'%s': unknown flag '%s'", word, flag);
}

static void flags(struct hook *h, const char *word, char *list)
{
	char *save;

	for (char *flag = strtok_r(list, ",", &save); flag;
	     flag = strtok_r(NULL, ",", &save))
		if (h->umount)
			umount_flag(h, word, flag);
		else
			mount_flag(h, word, flag);
}

void hook_parse(struct hook *h, const char *word)
{
	char *field[FIELDS] = {NULL};
	int umount = *word == 'u';

	memset(h, 0, sizeof(*h));
	h->umount = umount;
	if (fmt_str(h->text, sizeof(h->text), "%s", strchr(word, ':') + 1))
		die("'%s': too long", word);
	split(h->text, word, field, umount ? 2 : FIELDS);
	if (umount && !field[0])
		die("'%s': usage: umount:WHERE [FLAG,FLAG...]", word);
	if (!umount && !field[2])
		die("'%s': usage: mount:TYPE WHAT WHERE [FLAG,...] [DATA]",
		    word);
	h->where = umount ? field[0] : field[2];
	if (!umount) {
		h->mnt.type = field[0];
		h->mnt.source = field[1];
	}
	if (field[umount ? 1 : 3])
		flags(h, word, field[umount ? 1 : 3]);
	if (field[4])
		mnt_options(&h->mnt, field[4], word,
			    h->mnt.type ? MNT_FLAGS | MNT_FS : MNT_FLAGS);
	else
		h->mnt.list = NULL;
	if (h->mnt.safe)
		die("'%s': 'safe' is a word of 'nsmount proc' only", word);
	if (!umount && h->mnt.type && !strcmp(h->mnt.type, "none") && !h->how)
		die("'%s': neither a file system nor bind, move, remount, "
		    "private or shared",
		    word);
	if (!h->mnt.type && h->mnt.flags & MNT_SUPER)
		die("'%s': a bind has no sync, dirsync, lazytime or mandlock",
		    word);
	h->mnt.how = h->recursive && !h->mnt.type ? MS_REC : 0;
}

static int act_umount(const struct hook *h)
{
	return h->recursive ? tree_umount(h->where, h->umount_flags)
			    : umount2(h->where, h->umount_flags);
}

/* MS_MOVE, MS_REMOUNT: one mount(2) as it is */
static int change(const struct hook *h, unsigned long how)
{
	char data[MNT_DATA];

	if (how & MS_REMOUNT && !h->mnt.type)
		how |= MS_BIND;
	if (mnt_data(&h->mnt, data))
		return -1;
	return mount(h->mnt.source, h->where, NULL, how | h->mnt.flags,
		     *data ? data : NULL);
}

/* A mount of its own, if there is one, and then how it propagates: in one call
 * the kernel would pass one of them over. */
static int act_mount(const struct hook *h, char log[MNT_LOG])
{
	unsigned long propagation = h->how & (MS_PRIVATE | MS_SHARED);
	int is_new = !h->mnt.type || strcmp(h->mnt.type, "none");
	int fd = is_new ? mnt_make(&h->mnt, AT_FDCWD, h->where, log)
			: path_open(AT_FDCWD, h->where);
	int failed;

	if (fd < 0)
		return -1;
	if (h->recursive)
		propagation |= propagation ? MS_REC : 0;
	failed = propagation && mnt_call(fd, propagation, NULL);
	if (failed && is_new)
		mnt_undo(fd);
	sys_close(fd);
	return -failed;
}

int hook_act(const struct hook *h, char log[MNT_LOG])
{
	unsigned long changes = h->how & (MS_MOVE | MS_REMOUNT);

	*log = 0;
	if (h->umount)
		return act_umount(h);
	return changes ? change(h, changes) : act_mount(h, log);
}
