/* words.c - the words of mount options
 *
 * SPDX-License-Identifier: 0BSD
 */
#include <errno.h>
#include <string.h>

#include "err.h"
#include "fmt.h"
#include "idmount.h"
#include "mnt.h"

/* What a word says: the value (MOUNT_ATTR_*) of a field of them, and MS_* for
 * mount(2). A word without a field is the super block's. */
static const struct word {
	char name[16];
	uint32_t set, field, ms;
} words[] = {
	{"ro", MOUNT_ATTR_RDONLY, MOUNT_ATTR_RDONLY, MS_RDONLY},
	{"rw", 0, MOUNT_ATTR_RDONLY, 0},
	{"nosuid", MOUNT_ATTR_NOSUID, MOUNT_ATTR_NOSUID, MS_NOSUID},
	{"suid", 0, MOUNT_ATTR_NOSUID, 0},
	{"nodev", MOUNT_ATTR_NODEV, MOUNT_ATTR_NODEV, MS_NODEV},
	{"dev", 0, MOUNT_ATTR_NODEV, 0},
	{"noexec", MOUNT_ATTR_NOEXEC, MOUNT_ATTR_NOEXEC, MS_NOEXEC},
	{"exec", 0, MOUNT_ATTR_NOEXEC, 0},
	{"nosymfollow", MOUNT_ATTR_NOSYMFOLLOW, MOUNT_ATTR_NOSYMFOLLOW,
	 MS_NOSYMFOLLOW},
	{"symfollow", 0, MOUNT_ATTR_NOSYMFOLLOW, 0},
	{"nodiratime", MOUNT_ATTR_NODIRATIME, MOUNT_ATTR_NODIRATIME,
	 MS_NODIRATIME},
	{"diratime", 0, MOUNT_ATTR_NODIRATIME, 0},
	{"noatime", MOUNT_ATTR_NOATIME, MOUNT_ATTR__ATIME, MS_NOATIME},
	{"atime", MOUNT_ATTR_RELATIME, MOUNT_ATTR__ATIME, MS_RELATIME},
	{"relatime", MOUNT_ATTR_RELATIME, MOUNT_ATTR__ATIME, MS_RELATIME},
	{"strictatime", MOUNT_ATTR_STRICTATIME, MOUNT_ATTR__ATIME,
	 MS_STRICTATIME},
	{"nostrictatime", MOUNT_ATTR_RELATIME, MOUNT_ATTR__ATIME, MS_RELATIME},
	{"sync", 0, 0, MS_SYNCHRONOUS},
	{"async", 0, 0, 0},
	{"dirsync", 0, 0, MS_DIRSYNC},
	{"lazytime", 0, 0, MS_LAZYTIME},
	{"nolazytime", 0, 0, 0},
	{"mand", 0, 0, MS_MANDLOCK},
	{"nomand", 0, 0, 0},
};

/* The words that are ours */
static const struct own {
	char name[16];
	int takes; /* MNT_*, or 0: of proc */
} owns[] = {
	{"try", MNT_TRY},     {"nofail", MNT_TRY},
	{"mkdir", MNT_MAKE},  {"X-mount.mkdir", MNT_MAKE},
	{"idmap", MNT_IDMAP}, {"safe", 0},
	{"defaults", ~0},
};

static int is(const char *name, const char *word, size_t n)
{
	return !strncmp(name, word, n) && !name[n];
}

static const struct word *find(const char *word, size_t n)
{
	for (size_t i = 0; i < sizeof(words) / sizeof(*words); i++)
		if (n < sizeof(words->name) && is(words[i].name, word, n))
			return words + i;
	return NULL;
}

/* With an r in front a flag is for all mounts below, too. */
static const struct word *find_deep(const char *word, size_t n)
{
	const struct word *w = n && *word == 'r' ? find(word + 1, n - 1) : NULL;

	return w && w->field ? w : NULL;
}

static const struct own *find_own(const char *word, size_t n)
{
	size_t name = 0;

	while (name < n && word[name] != '=')
		name++;
	for (size_t i = 0; i < sizeof(owns) / sizeof(*owns); i++)
		if (name < sizeof(owns->name) && is(owns[i].name, word, name))
			return owns + i;
	return NULL;
}

int mnt_is_flag(const char *word)
{
	return find(word, strlen(word)) || !strcmp(word, "defaults");
}

/* The length of the word at the beginning of a list, to a comma without a
 * backslash (overlay has such) */
static size_t length(const char *list)
{
	size_t n = 0;

	while (list[n] && list[n] != ',')
		n += list[n] == '\\' && list[n + 1] ? 2 : 1;
	return n;
}

const char *mnt_next(const char **list, size_t *n)
{
	while (*list && **list) {
		const char *word = *list;
		const struct word *w;

		*n = length(word);
		*list += *n + (word[*n] == ',');
		w = find(word, *n);
		if (w ? !w->field : !find_deep(word, *n) && !find_own(word, *n))
			return word;
	}
	return NULL;
}

int mnt_data(const struct mnt *m, char data[MNT_DATA])
{
	const char *list = m->list, *word;
	size_t n, have = 0;

	*data = 0;
	while ((word = mnt_next(&list, &n))) {
		if (find(word, n)) /* a flag of mount(2) */
			continue;
		if (have + n + 2 > MNT_DATA) {
			errno = ENAMETOOLONG;
			return -1;
		}
		if (have)
			data[have++] = ',';
		memcpy(data + have, word, n);
		have += n;
		data[have] = 0;
	}
	return 0;
}

static void take_flag(struct mnt *m, const struct word *w, const char *list,
		      int deep)
{
	if ((m->set ^ w->set) & m->named & w->field)
		die("-o '%s': '%s' contradicts a word before it", list,
		    w->name);
	m->flags |= w->ms;
	m->set |= w->set;
	m->named |= w->field;
	if (deep)
		m->deep = 1;
	else
		m->shallow = 1;
}

/* The mode of "mkdir=0700" */
static unsigned int mode_of(const char *word, size_t n, const char *list)
{
	unsigned int mode = 0;
	size_t i = strcspn(word, "=") + 1;

	if (i > n)
		return 0755;
	for (; i < n && word[i] >= '0' && word[i] <= '7' && mode < 01000; i++)
		mode = mode << 3 | (word[i] - '0');
	if (i < n || !mode || mode > 07777)
		die("-o '%s': a mode is octal, as in mkdir=0755", list);
	return mode | MNT_MODE_SAID;
}

static void take_own(struct mnt *m, const struct own *own, const char *word,
		     size_t n, const char *list)
{
	if (own->takes == MNT_TRY)
		m->try = 1;
	else if (own->takes == MNT_MAKE)
		m->mode = mode_of(word, n, list);
	else if (own->takes == MNT_IDMAP) {
		m->idmap = word + strlen(own->name) + (n > strlen(own->name));
		idmount_check(m->idmap, list);
	} else if (!own->takes)
		m->safe = 1;
}

/* One word of list, of n bytes */
static void take(struct mnt *m, const char *word, size_t n, const char *list,
		 const char *verb, int takes)
{
	const struct word *super = find(word, n), *deep, *flag;
	const struct own *own = find_own(word, n);
	int is_proc = m->type && !strcmp(m->type, "proc");
	char name[64];

	deep = super ? NULL : find_deep(word, n);
	flag = super && super->field ? super : deep;
	if (takes & (flag	  ? MNT_FLAGS
		     : !own	  ? MNT_FS
		     : own->takes ? own->takes
		     : is_proc	  ? ~0
				  : 0)) {
		if (flag)
			take_flag(m, flag, list, !!deep);
		else if (own)
			take_own(m, own, word, n, list);
		else if (super)
			m->flags |= super->ms;
		return;
	}
	fmt_str(name, sizeof(name), "%s", word);
	name[n < sizeof(name) ? n : sizeof(name) - 1] = 0;
	die("-o '%s': '%s' knows no option '%s'", list, verb, name);
}

void mnt_options(struct mnt *m, const char *list, const char *verb, int takes)
{
	for (const char *word = list;;) {
		size_t n = length(word);

		if (!n)
			die("-o '%s': an option is empty", list);
		take(m, word, n, list, verb, takes);
		if (!word[n])
			break;
		word += n + 1;
	}
	m->list = list;
}

int mnt_umount_options(const char *list)
{
	int flags = 0;

	for (const char *word = list;;) {
		size_t n = length(word);

		if (is("detach", word, n))
			flags |= MNT_DETACH;
		else if (is("force", word, n))
			flags |= MNT_FORCE;
		else
			die("-o '%s': umount knows detach and force", list);
		if (!word[n])
			return flags;
		word += n + 1;
	}
}
