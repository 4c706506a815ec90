/* mount.c - ways out by mounts and namespaces */
/* SPDX-License-Identifier: 0BSD */
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "escape.h"

/* Mounts TYPE on /mnt; the namespace ends with us. */
static int can_mount(const char *type, const char *data)
{
	return !mount(type, "/mnt", type, 0, data);
}

static int mount_tmpfs(void)
{
	return verdict(can_mount("tmpfs", NULL));
}

static int mount_proc(void)
{
	return verdict(can_mount("proc", NULL));
}

static int mount_sysfs(void)
{
	return verdict(can_mount("sysfs", NULL));
}

static int mount_devtmpfs(void)
{
	return verdict(can_mount("devtmpfs", NULL));
}

static int mount_debugfs(void)
{
	return verdict(can_mount("debugfs", NULL));
}

static int mount_overlay(void)
{
	return verdict(can_mount("overlay", "lowerdir=/tmp:/mnt"));
}

/* A release agent runs as the host's root: opened for writing only. */
static int mount_cgroup(void)
{
	if (!can_mount("cgroup", "none,name=systemd") &&
	    !can_mount("cgroup", "memory"))
		return is_held("mount: %s", strerror(errno));
	return open("/mnt/release_agent", O_WRONLY | O_CLOEXEC) < 0
		       ? is_open("mounted, release_agent: %s", strerror(errno))
		       : is_open("release_agent");
}

static int mount_cgroup2(void)
{
	if (!can_mount("cgroup2", NULL))
		return is_held("mount: %s", strerror(errno));
	return verdict(open("/mnt/cgroup.procs", O_WRONLY | O_CLOEXEC) >= 0);
}

/* The host sees it if the jail's mounts are shared: stage.c looks. */
static int propagation(void)
{
	if (!can_mount("tmpfs", NULL))
		return is_held("mount: %s", strerror(errno));
	return is_held("the host does not see it");
}

static int remount_rw(void)
{
	struct statvfs fs;

	if (statvfs("/", &fs) || !(fs.f_flag & ST_RDONLY))
		return untried("the root is writable");
	return verdict(!mount(NULL, "/", NULL, MS_REMOUNT | MS_BIND, NULL));
}

/* A submount of a read-only root that stayed writable. */
static int ro_submount(void)
{
	struct statvfs fs;
	int fd;

	if (statvfs("/", &fs) || !(fs.f_flag & ST_RDONLY))
		return untried("the root is writable");
	if (access("/sub/mounted", F_OK))
		return untried("no submount here");
	fd = open("/sub/new", O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
	return verdict(fd >= 0);
}

static int umount_cover(void)
{
	return verdict(!umount2("/proc", MNT_DETACH));
}

/* Below each mount namespace lies the boot rootfs (facts.md 8, 4). */
static int umount_root(void)
{
	struct stat was, is;
	int ns = open("/proc/self/ns/mnt", O_RDONLY | O_CLOEXEC);

	if (ns < 0)
		return untried("no /proc");
	if (in_host_ns("mnt"))
		return untried("it would be the harness's own");
	stat("/", &was);
	if (umount2("/", MNT_DETACH))
		return is_held("umount: %s", strerror(errno));
	if (setns(ns, CLONE_NEWNS))
		return is_held("setns: %s", strerror(errno));
	stat("/", &is);
	return was.st_dev != is.st_dev || was.st_ino != is.st_ino
		       ? is_open("stands in another root")
		       : is_held("the same root");
}

static int setns_self(void)
{
	int ns = open("/proc/self/ns/mnt", O_RDONLY | O_CLOEXEC);

	if (ns < 0)
		return untried("no /proc");
	if (setns(ns, CLONE_NEWNS))
		return is_held("setns: %s", strerror(errno));
	return root_is_host() ? is_open("the host's root")
			      : is_held("the same root");
}

/* What pivot_root left behind: ".." of the root must not lead to it. */
static int dotdot_mount(void)
{
	if (chdir("/..") || chdir(".."))
		return is_held("%s", strerror(errno));
	return verdict(sees_marker(AT_FDCWD, host("MARKER") + 1));
}

static int in_child(int flags)
{
	int status;
	pid_t pid = fork();

	if (!pid) {
		if (unshare(flags))
			_exit(errno);
		_exit(0);
	}
	waitpid(pid, &status, 0);
	errno = WEXITSTATUS(status);
	return !errno;
}

static int new_user(void)
{
	return verdict(in_child(CLONE_NEWUSER));
}

static int new_user_mount(void)
{
	return verdict(in_child(CLONE_NEWUSER | CLONE_NEWNS));
}

/* Past a filter that reads the flags of clone and unshare only. */
static int clone3_user(void)
{
	unsigned long long args[8] = {CLONE_NEWUSER, 0, 0, 0, 17, 0, 0, 0};
	long pid = syscall(SYS_clone3, args, sizeof args);

	if (!pid)
		_exit(0);
	if (pid > 0)
		waitpid((pid_t)pid, NULL, 0);
	return verdict(pid > 0);
}

static int set_hostname(void)
{
	if (!in_host_ns("uts"))
		return is_held("a uts namespace of its own");
	return verdict(!sethostname("escaped", 7));
}

const struct attempt mount_attempts[] = {
	{"mount-tmpfs", mount_tmpfs},	    {"mount-proc", mount_proc},
	{"mount-sysfs", mount_sysfs},	    {"mount-devtmpfs", mount_devtmpfs},
	{"mount-debugfs", mount_debugfs},   {"mount-overlay", mount_overlay},
	{"mount-cgroup", mount_cgroup},	    {"mount-cgroup2", mount_cgroup2},
	{"propagation", propagation},	    {"remount-rw", remount_rw},
	{"ro-submount", ro_submount},	    {"umount-cover", umount_cover},
	{"umount-root", umount_root},	    {"setns-self", setns_self},
	{"dotdot-mount", dotdot_mount},	    {"new-user", new_user},
	{"new-user-mount", new_user_mount}, {"clone3-user", clone3_user},
	{"hostname", set_hostname},	    {NULL, NULL},
};
