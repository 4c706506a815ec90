#!/bin/sh
# SPDX-License-Identifier: 0BSD
#
# boot: jails in the initramfs of a booted kernel, by the sentence of the README.
# Before Linux 7.0 its root has no parent mount, and cannot be dropped.
#
# shellcheck disable=SC2015,SC2016,SC2046,SC2086 # words are words, $ for inner shells
# shellcheck source=tests/lib.sh
. "${LIB:-${0%/*}/../lib.sh}"

as=$(is_root || echo -r)
stays=$(awk '$5 == "/" && $1 == $2' /proc/self/mountinfo)
warning="pivotroot: warning: before Linux 7.0 the initramfs stays below '/': a program with CAP_SYS_ADMIN can unmount '/' and reach it (as the last step add: unshare -Um --map-users all --map-groups all)"

# bare NAME: as run, of what was run before anything was mounted
bare()
{
	ran="bare $1"
	cp "/bare/$1.out" "$T/out"
	cp "/bare/$1.err" "$T/err"
	rc=$(cat "/bare/$1.rc")
}

assert_warning()
{
	assert_err "${stays:+$warning}"
}

# The first boot only: it is not there behind switch_root.
needs_bare()
{
	needs_root && { [ -d /bare ] || skip "this is the second root"; }
}

jail='hostname; echo $$; ls /; cut -d " " -f 5 /proc/self/mountinfo; ownroot /etc/name
	unshare -U echo user; ls /.. | wc -l'
assert_jail()
{
	assert_status 0
	assert_warning
	assert_out "web
2
bin
dev
etc
inner
proc
/
/proc
web
user
5"
}

testNothingMounted()
{
	needs_bare || return 0
	bare jail
	assert_jail
	bare nested
	assert_status 0
	assert_out "inner
inner"
	assert_warning
}

# The lock, or no lock, with nothing mounted.
testNothingMountedAndTheLock()
{
	needs_bare || return 0
	bare locked
	assert_status 1
	assert_err ''
	assert_out 'umount: Invalid argument'
	bare open
	if [ "$stays" ]; then
		assert_out '# shellcheck shell=sh'
		assert_warning
		bare strict
		assert_status 125
		assert_out ''
		assert_err "pivotroot: pivot_root '/srv/web': Invalid argument*"
	else
		assert_err ''
		bare strict
		assert_status 0
		assert_out ran
	fi
}

# Nobody but root can mount the proc that the maps of ids are written by.
testNothingMountedAndNotRoot()
{
	needs_bare || return 0
	bare user
	assert_status 125
	assert_out ''
	assert_err "nsclone: *: No such file or directory (/proc is not mounted)"
}

testSwitchRootRefuses()
{
	needs_bare || return 0
	bare switch
	assert_status 125
	assert_err "switch_root: '/srv/web' is not a mount point"
}

testJail()
{
	run "$CB" nsclone $as -mpiun --hostname web \
		nsmount rbind /srv/web /ns \
		nsmount -R /ns proc /proc \
		pivotroot /ns \
		nsinit \
		/bin/sh -c "$jail"
	assert_jail
	# NEW is no mount point, and lies on the file system of "/".
	run "$CB" nsclone $as -mpiun --hostname web nsmount -R /srv/web proc /proc \
		pivotroot /srv/web nsinit /bin/sh -c "$jail"
	assert_jail
}

testJailInAJail()
{
	run "$CB" nsclone $as -mpiun nsmount rbind /srv/web /ns nsmount -R /ns proc /proc \
		pivotroot /ns nsinit \
		/bin/cellbox nsclone -mpiun nsmount -R /inner proc /proc pivotroot /inner nsinit \
		/bin/sh -c 'cat /etc/name; ownroot /etc/name; cut -d " " -f 5 /proc/self/mountinfo
			ls /'
	assert_out "inner
inner
/
/proc
bin
dev
etc
proc"
	assert_warning
}

testPutOld()
{
	run "$CB" nsclone $as -m pivotroot --put-old /srv/web/inner /srv/web /bin/sh -c '
		cat /etc/name; ls -d /inner/helper; ownroot /etc/name
		umount -l /inner; ls /inner/etc'
	assert_status 0
	assert_out "web
/inner/helper
web
name"
	assert_err ''
}

# The way out that the warning is about, and what closes it.
testEscape()
{
	for words in "nsmount rbind /srv/web /ns pivotroot /ns" "pivotroot /srv/web"; do
		run "$CB" nsclone $as -mp $words ownroot -u /boot/bare.sh /etc/name
		if [ "$stays" ]; then
			assert_warning
			assert_out '# shellcheck shell=sh*'
		else
			assert_err ''
			assertNotContains "$words" "$(cat "$T/out")" shellcheck
		fi
		run "$CB" nsclone $as -mp nsmount -R /srv/web proc /proc $words \
			unshare -Um --map-users all --map-groups all ownroot -u /boot/bare.sh
		assert_err ''
		assert_out 'umount: Invalid argument'
	done
	run "$CB" nsclone $as -mp nsmount -R /srv/web proc /proc \
		pivotroot --strict /srv/web unshare -Um --map-users all --map-groups all cat /etc/name
	assert_err ''
	assert_out web
	run "$CB" nsclone $as -mp pivotroot --strict /srv/web cat /etc/name
	[ "$stays" ] || return 0
	assert_status 125
	assert_err "pivotroot: pivot_root '/srv/web': Invalid argument ('/' is the initramfs, which stays before Linux 7.0*)"
}

testBareCall()
{
	run "$CB" unshare ${as:+-r} -m nsmount rbind /srv/web /ns \
		pivot_root /ns /ns/inner cat /etc/name
	if [ "$stays" ]; then
		assert_status 125
		assert_err "pivot_root: pivot_root '/ns' '/ns/inner': Invalid argument ('/' is the initramfs, which stays before Linux 7.0: switch_root leaves it for good, pivotroot for a jail)"
	else
		assert_status 0
		assert_out web
	fi
}

. shunit2
