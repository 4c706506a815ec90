/* mnt.c - mount words -> struct -> kernel
 *
 * SPDX-License-Identifier: 0BSD
 */
#include "mnt.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/statfs.h>
#include <unistd.h>

#include "err.h"
#include "fmt.h"
#include "path.h"

/* What a word sets and takes away: MS_* of mount(2), MOUNT_ATTR_* of
 * mount_setattr(2). The atime words are one choice: each clears the field. */
static const struct word {
	const char *name;
	unsigned long set, clear;
	uint64_t attr_set, attr_clear;
} words[] = {
	{"ro", MS_RDONLY, 0, MOUNT_ATTR_RDONLY, 0},
	{"rw", 0, MS_RDONLY, 0, MOUNT_ATTR_RDONLY},
	{"nosuid", MS_NOSUID, 0, MOUNT_ATTR_NOSUID, 0},
	{"suid", 0, MS_NOSUID, 0, MOUNT_ATTR_NOSUID},
	{"nodev", MS_NODEV, 0, MOUNT_ATTR_NODEV, 0},
	{"dev", 0, MS_NODEV, 0, MOUNT_ATTR_NODEV},
	{"noexec", MS_NOEXEC, 0, MOUNT_ATTR_NOEXEC, 0},
	{"exec", 0, MS_NOEXEC, 0, MOUNT_ATTR_NOEXEC},
	{"nosymfollow", MS_NOSYMFOLLOW, 0, MOUNT_ATTR_NOSYMFOLLOW, 0},
	{"symfollow", 0, MS_NOSYMFOLLOW, 0, MOUNT_ATTR_NOSYMFOLLOW},
	{"noatime", MS_NOATIME, MS_RELATIME | MS_STRICTATIME,
	 MOUNT_ATTR_NOATIME, MOUNT_ATTR__ATIME},
	{"relatime", MS_RELATIME, MS_NOATIME | MS_STRICTATIME,
	 MOUNT_ATTR_RELATIME, MOUNT_ATTR__ATIME},
	{"strictatime", MS_STRICTATIME, MS_NOATIME | MS_RELATIME,
	 MOUNT_ATTR_STRICTATIME, MOUNT_ATTR__ATIME},
	{"nodiratime", MS_NODIRATIME, 0, MOUNT_ATTR_NODIRATIME, 0},
	{"diratime", 0, MS_NODIRATIME, 0, MOUNT_ATTR_NODIRATIME},
	{"defaults", 0, 0, 0, 0},
};

static void add_data(struct mnt *m, const char *list, const char *word,
		     size_t n)
{
	size_t have = strlen(m->data);

	if (!n)
		die("-o '%s': an option is empty", list);
	if (!m->type)
		die("-o '%s': a bind knows no such option", word);
	if (have + n + 2 > sizeof(m->data))
		die("-o '%s': too long", list);
	if (have)
		m->data[have++] = ',';
	memcpy(m->data + have, word, n);
	m->data[have + n] = 0;
}

static const struct word *find(const char *word, size_t n)
{
	for (size_t i = 0; i < sizeof(words) / sizeof(*words); i++)
		if (strlen(words[i].name) == n &&
		    !memcmp(words[i].name, word, n))
			return words + i;
	return NULL;
}

int mnt_is_flag(const char *word)
{
	return !!find(word, strlen(word));
}

void mnt_options(struct mnt *m, const char *list)
{
	for (const char *word = list;;) {
		size_t n = strcspn(word, ",");
		const struct word *w = find(word, n);

		if (n == 4 && !memcmp(word, "safe", n) && m->type &&
		    !strcmp(m->type, "proc")) {
			m->safe = 1;
		} else if (!w) {
			add_data(m, list, word, n);
		} else {
			m->flags = (m->flags & ~w->clear) | w->set;
			m->attr_set &= ~w->attr_clear;
			m->attr_set |= w->attr_set;
			m->attr_clear &= ~w->attr_set;
			m->attr_clear |= w->attr_clear;
		}
		if (!word[n])
			return;
		word += n + 1;
	}
}

int mnt_umount_options(const char *list)
{
	static const struct {
		const char *name;
		int flag;
	} known[] = {{"detach", MNT_DETACH}, {"force", MNT_FORCE}};
	int flags = 0;

	for (const char *word = list;;) {
		size_t n = strcspn(word, ","), i = 0;

		while (i < 2 && (strlen(known[i].name) != n ||
				 memcmp(known[i].name, word, n)))
			i++;
		if (i == 2)
			die("-o '%s': umount knows detach and force", list);
		flags |= known[i].flag;
		if (!word[n])
			return flags;
		word += n + 1;
	}
}

/* Before Linux 5.12 a remount says all flags of one mount: those asked for and
 * those it has (in a user namespace they are locked). */
static int remount(const struct mnt *m, const char *target)
{
	struct statfs fs;
	unsigned long has;

	if (m->recursive) {
		errno = ENOSYS;
		return -1;
	}
	if (statfs(target, &fs))
		return -1;
	/* ST_* of statfs(2) are MS_* but for relatime and nosymfollow */
	has = fs.f_flags & (MS_RDONLY | MS_NOSUID | MS_NODEV | MS_NOEXEC |
			    MS_NOATIME | MS_NODIRATIME);
	if (fs.f_flags & 0x1000)
		has |= MS_RELATIME;
	if (m->attr_clear & MOUNT_ATTR__ATIME)
		has &= ~(MS_NOATIME | MS_RELATIME);
	if (m->attr_clear & MOUNT_ATTR_RDONLY)
		has &= ~MS_RDONLY;
	return mount(NULL, target, NULL, MS_REMOUNT | MS_BIND | m->flags | has,
		     NULL);
}

/* The attributes of a bind: on the tree of a descriptor, or of a path. */
static int set_attributes(const struct mnt *m, int fd, const char *path)
{
	const struct sys_attr attr = {m->attr_set, m->attr_clear, 0, 0};
	unsigned int flags = fd >= 0 ? AT_EMPTY_PATH : 0;

	if (!attr.set && !attr.clear)
		return 0;
	if (m->recursive)
		flags |= AT_RECURSIVE;
	return sys_mount_setattr(fd >= 0 ? fd : AT_FDCWD, fd >= 0 ? "" : path,
				 flags, &attr);
}

static int is_absent(void)
{
	return errno == ENOSYS || errno == EPERM;
}

int mnt_mount(const struct mnt *m, const char *target)
{
	unsigned long bind = MS_BIND | (m->recursive ? MS_REC : 0);
	int err;

	if (m->type)
		return mount(m->source, target, m->type, m->flags,
			     *m->data ? m->data : NULL);
	if (mount(m->source, target, NULL, bind, NULL))
		return -1;
	if (!set_attributes(m, -1, target) ||
	    (is_absent() && !remount(m, target)))
		return 0;
	err = errno;
	umount2(target, MNT_DETACH);
	errno = err;
	return -1;
}

static int configure(int fs, const struct mnt *m)
{
	char data[MNT_DATA];

	if (m->source &&
	    sys_fsconfig(fs, FSCONFIG_SET_STRING, "source", m->source))
		return -1;
	memcpy(data, m->data, sizeof(data));
	for (char *word = data, *next; *word; word = next) {
		char *value;
		size_t n = strcspn(word, ",");

		next = word + n + (word[n] == ',');
		word[n] = 0;
		value = strchr(word, '=');
		if (value)
			*value++ = 0;
		if (sys_fsconfig(
			    fs, value ? FSCONFIG_SET_STRING : FSCONFIG_SET_FLAG,
			    word, value))
			return -1;
	}
	return sys_fsconfig(fs, FSCONFIG_CMD_CREATE, NULL, NULL);
}

/* A detached tree, whole; -1 and errno. */
static int make_tree(const struct mnt *m)
{
	int fs, tree, err;

	if (!m->type) {
		tree = sys_open_tree(AT_FDCWD, m->source,
				     OPEN_TREE_CLONE |
					     (m->recursive ? AT_RECURSIVE : 0));
		if (tree < 0 || !set_attributes(m, tree, NULL))
			return tree;
		err = errno;
		close(tree);
		errno = err;
		return -1;
	}
	fs = sys_fsopen(m->type);
	if (fs < 0)
		return -1;
	tree = configure(fs, m) ? -1 : sys_fsmount(fs, m->attr_set);
	err = errno;
	close(fs);
	errno = err;
	return tree;
}

static int attach_old(const struct mnt *m, int target)
{
	char path[32];

	/* The path of a descriptor is below the new mount, not on it: there a
	 * remount would hit the wrong one. */
	if (!m->type && (m->attr_set || m->attr_clear)) {
		errno = ENOSYS;
		return -1;
	}
	fmt_str(path, sizeof(path), "/proc/self/fd/%d", target);
	return mnt_mount(m, path);
}

int mnt_attach(const struct mnt *m, int target)
{
	int tree = make_tree(m);
	int failed, err;

	if (tree < 0 && is_absent()) {
		err = errno;
		if (!attach_old(m, target))
			return 0;
		errno = err;
	}
	if (tree < 0)
		return -1;
	failed = sys_move_mount(tree, target);
	err = errno;
	close(tree);
	errno = err;
	return failed;
}

int mnt_umount(int dir, const char *name, int flags)
{
	int back = sys_open(AT_FDCWD, ".", O_PATH | O_DIRECTORY, 0);
	int failed, err;

	if (back < 0 || fchdir(dir))
		return -1;
	failed = umount2(name, flags | UMOUNT_NOFOLLOW);
	err = errno;
	if (fchdir(back))
		return -1;
	close(back);
	errno = err;
	return failed;
}

void mnt_undo(int root, const char *target)
{
	char name[256];
	int err = errno;
	int parent = path_parent(root, target, name, sizeof(name));

	if (parent >= 0) {
		mnt_umount(parent, name, MNT_DETACH);
		close(parent);
	}
	errno = err;
}
