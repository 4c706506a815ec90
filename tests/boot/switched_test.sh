#!/bin/sh
# SPDX-License-Identifier: 0BSD
#
# switched: behind switch_root as PID 1 of a booted kernel (tests/boot/switch.sh)
#
# shellcheck disable=SC2016 # $ for inner shells
# shellcheck source=tests/lib.sh
. "${LIB:-${0%/*}/../lib.sh}"

testSecondRoot()
{
	assertEquals second "$(cat /marker)"
	assertEquals "of PID 1" 1 "$(cat /before/pid)"
	assertEquals / "$(cat /before/cwd)"
	assertEquals second "$(tr '\000' ' ' </proc/1/cmdline | sed 's/ $//; s|.*/||')"
	# Its own, and that of the directory it reads
	assertEquals "0 1 2 3" "$(tr '\n' ' ' </before/fds | sed 's/ $//; s/ 10//')"
}

# Moved: once there, and with what was in them
testMounts()
{
	needs_root || return 0
	for dir in /dev /proc /sys /run /; do
		assertEquals "$dir" 1 "$(awk -v dir=$dir '$5 == dir' /proc/self/mountinfo | wc -l)"
	done
	assertEquals run "$(cat /run/marker)"
	assertTrue "[ -c /dev/pts/ptmx ]"
	assertEquals "nothing else" "" "$(awk '{ print $5 }' /proc/self/mountinfo |
		grep -vE '^/(|dev(/.*)?|proc|sys(/.*)?|run|tmp)$')"
}

# Nothing of the first root is behind it, for a root that looks for it either.
testNothingIsLeft()
{
	needs_root || return 0
	assertEquals second "$("$HELPER/ownroot" /marker)"
	run "$CB" nsclone -m "$HELPER/ownroot" -u /init /bin/busybox /ballast
	assert_out '*No such file or directory*No such file or directory*No such file or directory'
}

# Its memory came back: most of the ballast of 200 MB and all else that was there.
testMemoryIsFreed()
{
	freed=$(($(cat /before/now) - $(cat /before/full)))
	assertTrue "freed: $freed kB" "[ $freed -gt 150000 ]"
}

testRefusedBefore()
{
	assertEquals "switch_root: INIT '/bin/none' in NEW: No such file or directory
125
switch_root: 'none' is no step: name INIT by its path in NEW
125
switch_root: INIT '/etc/passwd' in NEW is no program
125
switch_root: an operand is missing: INIT
125
switch_root: '/srv/web' is not a mount point
125
switch_root: open '/none': No such file or directory
125
switch_root: open '/dev/none': No such file or directory
125
switch_root: '/dev/null' is no terminal
125
switch_root: '/etc/passwd' is no terminal
125" "$(cat /before/out)"
	for dir in /dev /proc /sys /run /new /; do
		assertEquals "before: $dir" 1 "$(grep -cx "$dir" /before/mounts)"
	done
}

. shunit2
