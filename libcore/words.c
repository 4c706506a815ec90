/* words.c - the words of mount options
 *
 * SPDX-License-Identifier: 0BSD
 */
#include <string.h>

#include "err.h"
#include "fmt.h"
#include "mnt.h"

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
	char name[32];

	if (!n)
		die("-o '%s': an option is empty", list);
	if (!m->type) {
		fmt_str(name, sizeof(name), "%s", word);
		name[n < sizeof(name) ? n : sizeof(name) - 1] = 0;
		die("-o '%s': a bind knows no option '%s'", list, name);
	}
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

		if (n == 4 && !memcmp(word, "safe", n)) {
			if (!m->type || strcmp(m->type, "proc"))
				die("-o '%s': 'safe' is for proc only", list);
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
