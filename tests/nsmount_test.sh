#!/bin/sh
# SPDX-License-Identifier: 0BSD
#
# nsmount: each verb, its options, and a target that cannot leave its root.
#
# shellcheck disable=SC2015,SC2016,SC2046,SC2086 # words are words, $ for inner shells
# shellcheck source=tests/lib.sh
. "${LIB:-${0%/*}/lib.sh}"

as=$(is_root || echo -r)

# inside SCRIPT: with $CB and $T, in a mount namespace that is nobody else's,
# made by another's hand.
inside()
{
	run ul_unshare $as -m sh -c "$1"
}

# The flags of the last mount on a path in a script of inside
export flags='s|^[0-9]* [0-9]* [^ ]* [^ ]* \([^ ]*\) \([^ ]*\) .*|\1 \2|p'

setUp()
{
	rm -rf "$T/a" "$T/b"
	mkdir -p "$T/a/sub" "$T/b"
	echo file >"$T/a/file"
}

# A file, a directory; what is mounted below comes along with rbind only.
testBind()
{
	can_ns -Ur || return 0
	inside '
		mount -t tmpfs none $T/a/sub && echo below >$T/a/sub/below
		$CB nsmount bind $T/a $T/b || exit
		cat $T/b/file && echo $T/b/sub/*
		$CB nsmount rbind $T/a $T/b || exit
		cat $T/b/file && echo $T/b/sub/*
		>$T/a/other && $CB nsmount bind $T/a/file $T/a/other && cat $T/a/other'
	assert_status 0
	assert_err ''
	assert_out "file
$T/b/sub/\\*
file
$T/b/sub/below
file"
}

# Asked read-only it is read-only: its source, and what is below, by rbind, too.
testReadOnlyBindIsReadOnly()
{
	can_ns -Ur || return 0
	inside '
		mount -t tmpfs none $T/a/sub
		$CB nsmount -o ro bind $T/a $T/b
		touch $T/b/new; echo $?
		$CB nsmount -o ro,nosuid,nodev,noexec rbind $T/a $T/b
		touch $T/b/new; echo $?; touch $T/b/sub/new; echo $?
		sed -n "$flags" /proc/self/mountinfo | grep "^$T/b" | tail -n 2
		touch $T/a/new; echo $?'
	assert_out "1
1
1
$T/b ro,nosuid,nodev,noexec,relatime
$T/b/sub ro,nosuid,nodev,noexec,relatime
0"
}

# A user namespace may take nothing away, and the atime words are one choice.
testBindOptions()
{
	can_ns -Ur || return 0
	# shellcheck disable=SC2089,SC2090
	export options='nosuid nodev noexec ro nosymfollow ro,ro nosuid,defaults defaults'
	is_root && options="$options noatime strictatime nodiratime nostrictatime"
	inside 'for option in $options; do
			$CB nsmount -o $option bind $T/a $T/b || exit
			sed -n "$flags" /proc/self/mountinfo | tail -n 1
		done | sed "s|.*/b r|r|"'
	assert_status 0
	assert_err ''
	expected="rw,nosuid,relatime rw,nodev,relatime rw,noexec,relatime ro,relatime"
	expected="$expected rw,relatime,nosymfollow ro,relatime rw,nosuid,relatime rw,relatime"
	is_root && expected="$expected rw,noatime rw rw,nodiratime,relatime rw,relatime"
	assertEquals "$expected" "$(tr "\n" " " <"$T/out" | sed "s/ $//")"
}

# A step that fails half-way undoes its own half: a mount that is locked
# read-only cannot be made writable.
testHalfABindIsUndone()
{
	can_ns -Ur || return 0
	ul_unshare -rm sh -c '
		mount -t tmpfs none $T/a && mount -o remount,bind,ro $T/a &&
		exec unshare -rm sh -c "
			$CB nsmount -o rw bind $T/a $T/b; echo \$?
			$CB nsmount -R $T -o rw bind $T/a /b; echo \$?
			grep -c $T/b /proc/self/mountinfo"' >"$T/out" 2>"$T/err"
	assert_out "125
125
0"
	line="nsmount: bind '$T/a' '$T/b': Operation not permitted (flags are locked: a user namespace may add ro, nosuid, nodev, noexec, not take one away nor change atime)"
	assertEquals "$line
$line" "$(cat "$T/err")"
}

testTmpfs()
{
	can_ns -Ur || return 0
	inside '$CB nsmount -o size=1m,mode=0700,nosuid,ro tmpfs $T/b &&
		stat -fc %T $T/b && stat -c %a $T/b && df -k $T/b | tail -n 1 |
		tr -s " " | cut -d " " -f 2 && sed -n "$flags" /proc/self/mountinfo |
		tail -n 1'
	assert_status 0
	assert_out "tmpfs
700
1024
$T/b ro,nosuid,relatime"
}

testFs()
{
	can_ns -Ur || return 0
	inside '$CB nsmount -o size=2m fs tmpfs my-source $T/b &&
		tail -n 1 /proc/self/mountinfo'
	assert_status 0
	assert_out "* / $T/b rw,relatime - tmpfs my-source rw,size=2048k*"
	inside '$CB nsmount fs nosuchfs none $T/b'
	assert_status 125
	assert_err "nsmount: mount 'none' '$T/b': No such device (this kernel has no file system 'nosuchfs')"
}

testProc()
{
	can_ns || return 0
	run "$CB" nsclone $as -mp nsmount -o nosuid,noexec proc "$T/b" \
		sh -c 'echo $0/[0-9]* && tail -n 1 /proc/self/mountinfo' "$T/b"
	assert_status 0
	assert_out "$T/b/1
* / $T/b rw,nosuid,noexec,relatime - proc proc rw"
}

# A private /dev: as root by mknod, else by binds of the host's own.
testDev()
{
	can_ns -Ur || return 0
	inside '$CB nsmount dev $T/b && cd $T/b || exit
		echo [a-z]*
		for name in null zero full random urandom tty; do
			stat -c "%n %F %t:%T %a" $name
		done
		for name in fd stdin stdout stderr ptmx; do
			readlink $name
		done
		echo out >null && head -c 3 zero | od -An -tx1
		{ echo full >full; } 2>null; echo "full $?"
		test -r urandom && head -c 9 urandom | wc -c
		stat -c "%n %a %U" shm pts pts/ptmx . | sed "s/ [a-z0-9]*$//"
		stat -fc %T pts shm . && sed -n "$flags" /proc/self/mountinfo |
			grep -e "$T/b " -e pts$ -e "/b/shm " -e "/b/pts "
		umask'
	assert_status 0
	assert_out "fd full null ptmx pts random shm stderr stdin stdout tty urandom zero
null character special file 1:3 666
zero character special file 1:5 666
full character special file 1:7 666
random character special file 1:8 666
urandom character special file 1:9 666
tty character special file 5:0 666
/proc/self/fd
/proc/self/fd/0
/proc/self/fd/1
/proc/self/fd/2
pts/ptmx
 00 00 00
full 1
9
shm 1777
pts 755
pts/ptmx 666
. 755
devpts
tmpfs
tmpfs
$T/b rw,nosuid,noexec,relatime
$T/b/pts rw,nosuid,noexec,relatime
$T/b/shm rw,nosuid,nodev,relatime
0022"
	assert_err ''
	# Of its own: a terminal of the host is not in it.
	inside 'umask 077; $CB nsmount -R $T dev /b && stat -c %a $T/b/null $T/b && echo $T/b/pts/[0-9]*'
	assert_out "666
755
$T/b/pts/\\[0-9\\]\\*"
}

testMkdir()
{
	run "$CB" nsmount mkdir "$T/b/x/y/z"
	assert_status 0
	assertEquals 755 "$(stat -c %a "$T/b/x/y/z")"
	run "$CB" nsmount -R "$T/b" mkdir x/y/w/
	assertTrue "[ -d $T/b/x/y/w ]"
	run "$CB" nsmount mkdir "$T/b/x" # as mkdir -p
	assert_status 0
	run "$CB" nsmount mkdir "$T/a/file/x"
	assert_status 125
	assert_err "nsmount: mkdir '$T/a/file/x': Not a directory*"
	cd "$T/b" && run "$CB" nsmount mkdir rel/x
	cd "$T" && assertTrue "[ -d $T/b/rel/x ]"
}

testUmount()
{
	can_ns -Ur || return 0
	inside '
		$CB nsmount tmpfs $T/b && $CB nsmount umount $T/b &&
		$CB nsmount tmpfs $T/b && cd $T/b && $CB nsmount umount $T/b; echo $?
		$CB nsmount -o detach umount $T/b; cd /
		$CB nsmount -R $T tmpfs /b && $CB nsmount -R $T umount /b
		$CB nsmount umount $T/b; echo $?
		grep -c $T/b /proc/self/mountinfo'
	assert_out "125
125
0"
	assertEquals "nsmount: umount '$T/b': Device or resource busy (process N, 'sh', is in it)
nsmount: umount '$T/b': Invalid argument ('$T/b' is not a mount point)" \
		"$(sed 's/: Resource busy/: Device or resource busy/; s/process [0-9]*/process N/' "$T/err")"
}

# Links in the tree lead out of it for everyone but -R.
testTargetStaysBelowItsRoot()
{
	can_ns -Ur || return 0
	mkdir -p "$T/b/in" "$T/b$T" "$T/out.d"
	ln -s "$T/out.d" "$T/b/abs"
	ln -s ../../../../../../../../.. "$T/b/up"
	ln -s loop "$T/b/loop"
	ln -s /in "$T/b/in-link"
	inside '
		$CB nsmount -R $T/b tmpfs /in-link &&
		$CB nsmount -R $T/b tmpfs up/in/../in &&
		$CB nsmount -R $T/b tmpfs ../../in &&
		$CB nsmount -R $T/b tmpfs /up/../in
		grep -c " $T/b/in " /proc/self/mountinfo
		for verb in tmpfs "bind $T/a" dev umount; do
			$CB nsmount -R $T/b $verb /abs; echo $?
			$CB nsmount -R $T/b $verb /loop; echo $?
		done
		$CB nsmount -R $T/b mkdir abs/made; echo $?
		$CB nsmount -R $T/b mkdir up$T/out.d/made; echo $?
		$CB nsmount -R $T/b tmpfs up; echo $?
		grep -c -e "$T/out.d" -e " / / .* tmpfs" /proc/self/mountinfo'
	assertEquals "inside" "4 125 125 125 125 125 125 125 125" \
		"$(head -n 9 "$T/out" | tr '\n' ' ' | sed 's/ $//')"
	assertEquals "mkdir up, tmpfs up" "0" "$(tail -n 1 "$T/out")"
	assertEquals "leaked" "" "$(ls "$T/out.d")"
	assertTrue "within" "[ -d $T/b$T/out.d/made ]"
	assertEquals "nsmount: mount 'tmpfs' '$T/b/abs': No such file or directory (add: nsmount -R $T/b mkdir /abs)" \
		"$(head -n 1 "$T/err")"
	assertEquals "loops" 3 "$(grep -Ec "'$T/b/loop': (Symbolic link loop|Too many lev)" "$T/err")"
}

# Without -R a target is a path like any other.
testTargetIsAPath()
{
	can_ns -Ur || return 0
	ln -sfn "$T/b" "$T/link"
	inside '$CB nsmount tmpfs $T/link && grep -c " $T/b " /proc/self/mountinfo
		cd $T && $CB nsmount tmpfs b && grep -c " $T/b " /proc/self/mountinfo'
	assert_out "1
2"
}

# An act: no program, status 0, on the namespace it is called in; several in
# one sentence; before a program their mounts are its own.
testSentencesOfMounts()
{
	can_ns -Ur || return 0
	inside '$CB nsmount tmpfs $T/b nsmount mkdir $T/b/x nsmount tmpfs $T/b/x &&
		grep -c $T/b /proc/self/mountinfo'
	assert_status 0
	assert_out 2
	quiet_host "$CB" unshare -rm nsmount tmpfs "$T/b" nsmount -R "$T/b" mkdir /x \
		grep -c "$T/b" /proc/self/mountinfo
	assert_status 0
	assert_out 1
}

. shunit2
