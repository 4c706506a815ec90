/* verb.c - the verbs of nsmount
 *
 * SPDX-License-Identifier: 0BSD
 */
#include "verb.h"

#include <errno.h>
#include <fcntl.h>
#include <stddef.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "dev.h"
#include "fmt.h"
#include "path.h"
#include "safe.h"
#include "source.h"

static int done(int fd, int failed)
{
	sys_close(fd);
	return failed ? -1 : 0;
}

/* mkdir[=MODE]: the target, if it is missing: a file for what is no directory */
static int make_target(struct work *w)
{
	struct step *s = w->s;
	mode_t mode = s->mnt.mode & 07777, mask = 0;
	struct stat st;
	int fd = path_open(w->root, s->target);

	if (fd >= 0 || errno != ENOENT)
		return done(fd, fd < 0);
	mode |= S_IFDIR;
	if (s->mnt.source_fd && !fstat(s->mnt.source_fd, &st) &&
	    !S_ISDIR(st.st_mode))
		mode = S_IFREG | (mode & 0666);
	if (s->mnt.mode & MNT_MODE_SAID)
		mask = umask(0);
	s->made = path_make(w->root, s->target, mode, NULL);
	if (s->mnt.mode & MNT_MODE_SAID)
		umask(mask);
	return s->made < 0 ? -1 : 0;
}

static int do_mount(struct work *w)
{
	struct step *s = w->s;
	int fd;

	if (s->mnt.mode && make_target(w))
		return -1;
	fd = mnt_make(&s->mnt, w->root, s->target, w->log);
	s->mnt.source_fd = 0;
	if (fd < 0 && errno == EINVAL && s->verb->kind & VERB_BINDS &&
	    !source_again(&s->mnt, w->log)) {
		fd = mnt_make(&s->mnt, w->root, s->target, w->log);
		s->mnt.source_fd = 0;
	}
	if (fd < 0)
		return -1;
	s->fd = fd;
	return s->mnt.safe ? safe_cover(fd, &w->part, w->log) : 0;
}

static int do_dev(struct work *w)
{
	int fd;

	if (w->s->mnt.mode && make_target(w))
		return -1;
	fd = dev_mount(w->root, w->s->target, &w->part, w->log);
	w->s->fd = fd < 0 ? 0 : fd;
	return fd < 0 ? -1 : 0;
}

static int do_mask(struct work *w)
{
	int fd = safe_mask(w->root, w->s->target, w->log);

	if (fd < 0 && errno == ENOENT && w->s->mnt.try)
		return 0;
	w->s->fd = fd < 0 ? 0 : fd;
	return fd < 0 ? -1 : 0;
}

static int do_make(struct work *w)
{
	struct step *s = w->s;

	s->made = path_make(w->root, s->target, s->verb->how,
			    S_ISLNK(s->verb->how) ? s->mnt.source : NULL);
	return s->made < 0 ? -1 : 0;
}

static int do_remount(struct work *w)
{
	int fd = path_open(w->root, w->s->target);

	return done(fd, fd < 0 || mnt_remount(&w->s->mnt, fd, w->log));
}

static int do_propagation(struct work *w)
{
	int fd = path_open(w->root, w->s->target);

	return done(fd, fd < 0 || mnt_call(fd, w->s->verb->how, NULL));
}

static int do_umount(struct work *w)
{
	char name[256];
	int dir = path_parent(w->root, w->s->target, name, sizeof(name));

	return done(dir, dir < 0 || mnt_umount(dir, name, w->s->umount));
}

#define FS   (MNT_FLAGS | MNT_FS | MNT_MAKE | MNT_IDMAP)
#define BIND (MNT_FLAGS | MNT_MAKE | MNT_TRY | MNT_IDMAP)
#define NEW  (VERB_MOUNTS | VERB_UNDONE)

/* clang-format off */
static const struct verb verbs[] = {
	{"bind", 2, BIND, VERB_BINDS | VERB_UNDONE, 0, do_mount},
	{"rbind", 2, BIND, VERB_BINDS | VERB_UNDONE, MS_REC, do_mount},
	{"move", 2, MNT_MAKE | MNT_TRY, VERB_BINDS, MS_MOVE, do_mount},
	{"proc", 1, FS, NEW, 0, do_mount},
	{"sysfs", 1, FS, NEW, 0, do_mount},
	{"tmpfs", 1, FS, NEW, 0, do_mount},
	{"devpts", 1, FS, NEW, 0, do_mount},
	{"mqueue", 1, FS, NEW, 0, do_mount},
	{"cgroup2", 1, FS, NEW, 0, do_mount},
	{"overlay", 1, FS, NEW, 0, do_mount},
	{"fs", 3, FS | MNT_TRY, NEW, 0, do_mount},
	{"dev", 1, MNT_MAKE, VERB_UNDONE, 0, do_dev},
	{"mkdir", 1, 0, VERB_UNDONE, S_IFDIR | 0755, do_make},
	{"file", 1, 0, VERB_UNDONE, S_IFREG | 0644, do_make},
	{"symlink", 2, 0, VERB_UNDONE, S_IFLNK, do_make},
	{"mask", VERB_LIST, MNT_TRY, VERB_UNDONE, 0, do_mask},
	{"remount", 1, MNT_FLAGS | MNT_FS, 0, 0, do_remount},
	{"umount", 1, 0, VERB_UMOUNTS, 0, do_umount},
	{"private", 1, 0, 0, MS_PRIVATE, do_propagation},
	{"rprivate", 1, 0, 0, MS_PRIVATE | MS_REC, do_propagation},
	{"slave", 1, 0, 0, MS_SLAVE, do_propagation},
	{"rslave", 1, 0, 0, MS_SLAVE | MS_REC, do_propagation},
	{"shared", 1, 0, 0, MS_SHARED, do_propagation},
	{"rshared", 1, 0, 0, MS_SHARED | MS_REC, do_propagation},
	{"unbindable", 1, 0, 0, MS_UNBINDABLE, do_propagation},
	{"runbindable", 1, 0, 0, MS_UNBINDABLE | MS_REC, do_propagation},
};
/* clang-format on */

#define N (sizeof(verbs) / sizeof(*verbs))

const struct verb *verb_find(const char *name)
{
	for (size_t i = 0; i < N; i++)
		if (!strncmp(verbs[i].name, name, sizeof(verbs->name)))
			return verbs + i;
	return NULL;
}

const char *verb_names(char buf[VERB_NAMES])
{
	char *at = buf;

	for (size_t i = 0; i < N; i++) {
		fmt_str(at, buf + VERB_NAMES - at, "%s%s", i ? " " : "",
			verbs[i].name);
		at += strlen(at);
	}
	return buf;
}
