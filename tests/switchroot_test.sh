#!/bin/sh
# SPDX-License-Identifier: 0BSD
#
# switch_root: in a jail whose root is a tmpfs with an /init, as an initramfs is;
# in a booted one by tests/boot.
#
# shellcheck disable=SC2015,SC2016,SC2046,SC2086 # words are words, $ for inner shells
# shellcheck source=tests/lib.sh
. "${LIB:-${0%/*}/lib.sh}"

as=$(is_root || echo -r)
export T

oneTimeSetUp()
{
	make_root "$T/first"
	make_root "$T/second"
	cp "$CB" "$T/first/bin/cellbox"
	cp "$HELPER/ownroot" "$T/second/bin/"
	mkdir "$T/first/new" "$T/first/run" "$T/first/keep" "$T/second/run" "$T/ram" \
		"$T/keep"
	echo first >"$T/first/etc/name"
	echo second >"$T/second/etc/name"
	: >"$T/first/init"
	: >"$T/keep/file"
}

# in_ram SCRIPT [WORDS]: SCRIPT is PID 1 there, with the second root on /new, a
# /keep and a /run that are mounts; stdout ends with what is left of the first
# root afterwards.
in_ram()
{
	run ul_unshare $as -m sh -c '
		mount -t tmpfs none $T/ram && cp -RP $T/first/. $T/ram &&
		mount -t tmpfs none $T/ram/new && cp -RP $T/second/. $T/ram/new &&
		mount --bind $T/keep $T/ram/keep &&
		mount -t tmpfs none $T/ram/run && echo run >$T/ram/run/name &&
		$CB nsclone -mp '"$2"' nsmount -R $T/ram proc /proc pivotroot $T/ram /bin/sh -c "$0"
		echo "status $?"
		cd $T/ram && find . | sort | tr "\n" " "' "$1"
}

testSwitches()
{
	can_ns -Ur || return 0
	in_ram 'cd /etc; exec cellbox switch_root /new /bin/sh -c "
		cat /etc/name /run/name; pwd; ownroot /etc/name; ls / | xargs
		cut -d \" \" -f 5 /proc/self/mountinfo | sort | xargs; echo \$\$"'
	assert_err ''
	assert_out "second
run
/
second
bin dev etc proc run sys tmp
/ /proc /run
1
status 0
. "
	# It lives in memory here or not: what is mounted is not entered.
	assertTrue "[ -f $T/keep/file ] && [ -f $T/second/etc/name ]"
}

# A relative NEW, a symlink, the end by a step
testWords()
{
	can_ns -Ur || return 0
	for words in "cd / && exec cellbox switch_root new" "cd /new && exec cellbox switch_root ." \
		"ln -s /new /link && exec cellbox switch_root link" \
		"exec cellbox switch_root -- /new"; do
		in_ram "$words /bin/sh -c 'cat /etc/name; echo \$\$'"
		assert_err ''
		assert_out "second
1
status 0*"
	done
	in_ram 'exec cellbox switch_root /new nsinit /bin/sh -c "echo \$\$; cat /proc/1/comm"'
	assert_err ''
	assert_out "*
cellbox
status 0*"
	in_ram 'exec cellbox -x switch_root /new unshare -u sh -c "hostname x; exit 7"'
	assert_out "status 7*"
}

# What another already put there stays, and what NEW has no directory for.
testMovesWhatIsNotThere()
{
	can_ns -Ur || return 0
	in_ram 'mount -t tmpfs new /new/run && echo newer >/new/run/name
		exec cellbox switch_root /new /bin/sh -c "cat /run/name"'
	assert_err ''
	assert_out "newer
status 0*"
	in_ram 'rm -r /new/run; exec cellbox switch_root /new /bin/sh -c "ls -d /run"'
	assert_err 'ls: /run: No such file or directory'
	in_ram 'rm -r /new/run; ln -s /../../tmp /new/run
		exec cellbox switch_root /new /bin/sh -c "ls /run; cut -d \" \" -f 5 /proc/self/mountinfo | xargs"'
	assert_err ''
	assert_out "name
/ /tmp /proc*"
}

# Only what is one is freed.
testNoInitramfs()
{
	can_ns -Ur || return 0
	in_ram 'rm /init; exec cellbox switch_root /new /bin/sh -c "cat /etc/name"'
	assert_err "switch_root: warning: '/' is no initramfs with an /init: it is not freed"
	assert_out "second
status 0
*./bin/busybox*"
	run "$CB" nsclone $as -mp nsmount tmpfs "$T/first/new" \
		nsmount rbind "$T/second" "$T/first/new" \
		nsmount -R "$T/first/new" tmpfs /tmp \
		pivotroot "$T/first" /bin/cellbox switch_root /new /bin/sh -c 'cat /etc/name'
	assertTrue "nothing is deleted" "[ -f $T/first/init ] && [ -f $T/second/etc/name ]"
}

testNotPidOne()
{
	can_ns -Ur || return 0
	in_ram 'cellbox switch_root /new /bin/sh -c "cat /etc/name; exit 3"
		echo "rc $?"; cat /etc/name' nsinit
	assert_err "switch_root: warning: this is not PID 1: '/bin/sh' will not be, either"
	assert_out "second
rc 3
second
status 0*"
}

# Nothing was changed: the next try is the same.
testRefused()
{
	can_ns -Ur || return 0
	in_ram 'mkdir /dir; ln -s /etc/name /new/link; : >/new/plain; mkfifo /fifo
		for words in "/dir /bin/sh" "/none /bin/sh" "/init /bin/sh" "/new /none" "/new sh" \
			"/new /link" "/new /plain" "/new /bin" "/new" "" "-c /none /new /bin/sh" \
			"-c /init /new /bin/sh" "/new none/nsinit" "/new nsini" "/ /bin/sh" \
			"-x /new /bin/sh" "/new -c /init"; do
			cellbox switch_root $words
			echo $?
		done 2>&1
		mount -o bind /dir /dir; cellbox switch_root /dir /bin/sh 2>&1
		cut -d " " -f 5 /proc/self/mountinfo | sort | xargs'
	assert_out "switch_root: '/dir' is not a mount point
125
switch_root: open '/none': No such file or directory
125
switch_root: open '/init': Not a directory
125
switch_root: INIT '/none' in NEW: No such file or directory
125
switch_root: 'sh' is no step: name INIT by its path in NEW
125
switch_root: INIT '/link' in NEW is no program
125
switch_root: INIT '/plain' in NEW is no program
125
switch_root: INIT '/bin' in NEW is no program
125
switch_root: an operand is missing: INIT
125
switch_root: an operand is missing (usage: switch_root * NEW INIT)
125
switch_root: open '/none': No such file or directory
125
switch_root: '/init' is no terminal
125
switch_root: INIT 'none/nsinit' in NEW: No such file or directory
125
switch_root: 'nsini' is no step: name INIT by its path in NEW
125
switch_root: '/' is on the file system of '/'
125
switch_root: unknown option '-x' (see: switch_root --help)
125
switch_root: '-c' stands where a step or a program should
125
switch_root: '/dir' is on the file system of '/'
/ /dir /keep /new /proc /run
status 0*"
}

testNotPermitted()
{
	needs_user || return 0
	run "$CB" switch_root /proc /bin/sh
	assert_status 125
	assertEquals 1 "$(wc -l <"$T/err")"
}

. shunit2
