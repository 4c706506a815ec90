#!/bin/sh
# SPDX-License-Identifier: 0BSD
#
# nsmount: the verbs that bind no tree, the options, and where a source is.
#
# shellcheck disable=SC2015,SC2016,SC2046,SC2086 # words are words, $ for inner shells
# shellcheck source=tests/lib.sh
. "${LIB:-${0%/*}/lib.sh}"

as=$(is_root || echo -r)

# inside SCRIPT: in a mount namespace that is nobody else's; there `m WORDS` is
# nsmount, `last` the flags and more of the newest mount, less what varies.
inside()
{
	run ul_unshare $as -m sh -c '
		m() { $CB nsmount "$@"; }
		flags() { sed -n "s|^[0-9]* [0-9]* [0-9:]* [^ ]* $1 \([^-]*\) - .*|\1|p" \
			/proc/self/mountinfo | tail -n 1; }
		'"$1"
}

setUp()
{
	rm -rf "$T/a" "$T/b" "$T/c"
	mkdir -p "$T/a/sub" "$T/b" "$T/c"
	echo file >"$T/a/file"
}

testFileSystems()
{
	needs_root || return 0
	inside 'for type in sysfs mqueue cgroup2 devpts proc; do
			m -o nosuid $type $T/b && tail -n 1 /proc/self/mountinfo |
				sed "s/.*$type $type .*/$type/" && flags $T/b
		done'
	assert_status 0
	assert_out "sysfs
rw,nosuid,relatime
mqueue
rw,nosuid,relatime
cgroup2
rw,nosuid,relatime
devpts
rw,nosuid,relatime
proc
rw,nosuid,relatime"
}

# An ordinary user's, too (Linux 5.11).
testOverlay()
{
	can_ns -Ur || return 0
	inside 'grep -q overlay /proc/filesystems || exit 99
		m tmpfs $T/c nsmount mkdir $T/c/up nsmount mkdir $T/c/work &&
		m -o lowerdir=$T/a,upperdir=$T/c/up,workdir=$T/c/work overlay $T/b &&
		cat $T/b/file && echo new >$T/b/new && cat $T/c/up/new
		m -R $T -o lowerdir=$T/a:$T/c/up,ro overlay /b && ls $T/b && flags $T/b
		m -o lowerdir=$T/none overlay $T/b; echo $?'
	[ $rc = 99 ] && { skip "this kernel has no overlay"; return 0; }
	assert_out "file
new
file
new
sub
ro,relatime
125"
	assert_err "nsmount: mount 'overlay' '$T/b': No such file or directory*"
}

# A data word longer than fsconfig(2) takes, 255 bytes, goes by mount(2).
testLongData()
{
	needs_root || return 0
	inside 'grep -q overlay /proc/filesystems || exit 99
		dirs=$T/a i=0
		while [ $i -lt 30 ]; do
			i=$((i + 1)); mkdir -p $T/c/directory$i; dirs=$dirs:$T/c/directory$i
		done
		m -o lowerdir=$dirs overlay $T/b && cat $T/b/file'
	[ $rc = 99 ] && { skip "this kernel has no overlay"; return 0; }
	assert_status 0
	assert_out file
}

testMove()
{
	can_ns -Ur || return 0
	inside 'm -o size=1m tmpfs $T/b nsmount mkdir $T/b/x || exit
		m move $T/b $T/c && ls $T/c && echo $T/b/* &&
		m -R $T move $T/c b && ls $T/b && grep -c " $T/" /proc/self/mountinfo
		m move $T/a $T/c; echo $?
		m -o ro move $T/b $T/c; echo $?'
	assert_out "x
$T/b/\\*
x
1
125
125"
	assertEquals "nsmount: move '$T/a' '$T/c': Invalid argument ('$T/a' is not a mount point)
nsmount: -o 'ro': 'move' knows no option 'ro'" "$(cat "$T/err")"
}

testFileSymlink()
{
	run "$CB" nsmount -R "$T/b" file /x/f nsmount file "$T/b/f" \
		nsmount -R "$T/b" symlink 'a b' y/link nsmount -R "$T/b" symlink 'a b' y/link
	assert_status 0
	assert_err ''
	assertTrue "[ -f $T/b/x/f ] && [ -f $T/b/f ]"
	assertEquals "a b" "$(readlink "$T/b/y/link")"
	run "$CB" nsmount symlink other "$T/b/y/link"
	assert_status 125
	assert_err "nsmount: symlink 'other' '$T/b/y/link': File exists"
	run "$CB" nsmount file "$T/a"
	assert_err "nsmount: file '$T/a': File exists"
	run "$CB" nsmount mkdir "$T/a/file"
	assert_err "nsmount: mkdir '$T/a/file': File exists"
	# What it made on the way it takes away again.
	ln -s /none "$T/b/dangling"
	for path in n/../dangling/q dangling/q n/m/../q n/./q n/; do
		run "$CB" nsmount mkdir "$T/b/$path" nsmount fs nosuchfs x "$T/b"
		assert_status 125
		[ "$path" = n/ ] || assertFalse "$path" "[ -e $T/b/n ]"
		assertTrue "$path" "[ -L $T/b/dangling ]"
	done
	assertTrue "[ -d $T/b/n ]"
}

testMask()
{
	can_ns -Ur || return 0
	inside 'm mask $T/a/file $T/a/sub -- nsmount -R $T mask /b -- &&
		wc -c <$T/a/file && stat -c %t:%T $T/a/file && touch $T/a/sub/x
		flags $T/a/sub
		m mask $T/c $T/none --; echo $?; m -o try mask $T/c $T/none --; echo $?
		grep -c $T/c /proc/self/mountinfo
		m mask $T/c; echo $?; m mask --; echo $?'
	assert_out "0
1:3
ro,nosuid,nodev,noexec,relatime*
125
0
1
125
125"
	assertEquals "nsmount: mask '$T/none': No such file or directory
nsmount: 'mask' wants paths and then --
nsmount: 'mask' wants paths and then --" "$(grep ^nsmount "$T/err")"
}

testRemount()
{
	can_ns -Ur || return 0
	inside 'm -o size=1m tmpfs $T/b && mkdir $T/b/x && m tmpfs $T/b/x
		m -o ro,nodev remount $T/b && flags $T/b && flags $T/b/x
		m -R $T -o rnosuid,rnoexec remount /b && flags $T/b && flags $T/b/x
		m -o rw remount $T/b && flags $T/b
		m -o size=2m remount $T/b && df -k $T/b | tail -n 1 | tr -s " " |
			cut -d " " -f 2
		m -o rro,nosuid remount $T/b; m remount $T/b; m -o ro,size=1m remount $T/b
		m -o bogus=1 remount $T/b; m -o ro remount $T/a'
	assert_out "ro,nodev,relatime
rw,relatime
ro,nosuid,nodev,noexec,relatime
rw,nosuid,noexec,relatime
rw,nosuid,nodev,noexec,relatime
2048"
	wants="nsmount: 'remount' wants -o with flags, all of them with an r or none, or with words of the file system"
	assertEquals "$wants
$wants
$wants
nsmount: remount '$T/b': Invalid argument (tmpfs: Unknown parameter 'bogus')
nsmount: remount '$T/a': Invalid argument ('$T/a' is not a mount point)" "$(cat "$T/err")"
}

testPropagation()
{
	can_ns -Ur || return 0
	inside 'm tmpfs $T/b nsmount mkdir $T/b/x nsmount tmpfs $T/b/x
		for verb in shared slave private unbindable; do
			m $verb $T/b && flags $T/b && flags $T/b/x
			m -R $T r$verb b && flags $T/b && flags $T/b/x
		done | sed "s/:[0-9]*//"
		m private $T/a'
	assert_out "rw,relatime shared
rw,relatime
rw,relatime shared
rw,relatime shared
rw,relatime*
rw,relatime shared
*
rw,relatime
rw,relatime
rw,relatime
rw,relatime
rw,relatime unbindable
rw,relatime
rw,relatime unbindable
rw,relatime unbindable"
	assert_err "nsmount: private '$T/a': Invalid argument ('$T/a' is not a mount point)"
}

# mkdir: a directory, or a file for what is none; its mode, whatever the umask.
testMakesItsTarget()
{
	can_ns -Ur || return 0
	inside 'umask 077
		m -o mkdir tmpfs $T/b/1/2 && m -o mkdir=0751 bind $T/a $T/b/3 &&
		m -R $T -o mkdir,ro bind $T/a/file b/4/f && cat $T/b/4/f &&
		m umount $T/b/3 && stat -c %a $T/b/3 && m -o mkdir dev $T/b/5 &&
		[ -c $T/b/5/null ] && m -o X-mount.mkdir=0700 tmpfs $T/b/6
		m -o mkdir=9 tmpfs $T/b/7; m -o mkdir bind $T/none $T/b/8; echo $T/b/[78]'
	assert_out "file
751
$T/b/\\[78]"
	assertEquals "nsmount: -o 'mkdir=9': a mode is octal, as in mkdir=0755
nsmount: bind '$T/none' '$T/b/8': No such file or directory ('$T/none' does not exist)" \
		"$(cat "$T/err")"
	# A mount that fails takes the directory it made away again.
	inside 'm -o mkdir fs nosuchfs x $T/b/9/9; echo $T/b/9*'
	assert_out "$T/b/9\\*"
}

# Only a source that is missing is passed over.
testTry()
{
	can_ns -Ur || return 0
	inside 'm -o try bind $T/none $T/b && m -o nofail,ro rbind $T/none $T/none &&
		m -o try move $T/none $T/b && m -o try fs ext4 /dev/none $T/b; echo $?
		m -o try bind $T/a $T/none; m -o try bind $T/a/file $T/b
		m -o try tmpfs $T/b; grep -c $T /proc/self/mountinfo'
	assert_out "0
0"
	assertEquals "nsmount: bind '$T/a' '$T/none': No such file or directory ('$T/none' does not exist; add: nsmount mkdir $T/none)
nsmount: bind '$T/a/file' '$T/b': Not a directory ('$T/b' is a directory, '$T/a/file' is not)
nsmount: -o 'try': 'tmpfs' knows no option 'try'" "$(cat "$T/err")"
}

testOptions()
{
	can_ns -Ur || return 0
	inside 'for list in sync,noatime nodiratime,strictatime atime \
			rnosuid,rro,nodev nosymfollow,dev,exec,suid,rw; do
			m -o $list tmpfs $T/b && tail -n 1 /proc/self/mountinfo |
				sed "s/.*b \(.*\) - tmpfs tmpfs \(r[ow][,a-z]*\).*/\1 \2/; s/,inode.*//; s/,uid.*//"
		done'
	assert_out "rw,noatime rw,sync*
rw,nodiratime rw*
rw,relatime rw*
ro,nosuid,nodev,relatime ro*
rw,relatime,nosymfollow rw*"
	run "$CB" nsmount -o ro,nosuid,rrw tmpfs "$T/b"
	assert_err "nsmount: -o 'ro,nosuid,rrw': 'rw' contradicts a word before it"
	run "$CB" nsmount -o noatime,relatime tmpfs "$T/b"
	assert_err "nsmount: -o 'noatime,relatime': 'relatime' contradicts a word before it"
	run "$CB" nsmount -o safe tmpfs "$T/b"
	assert_err "nsmount: -o 'safe': 'tmpfs' knows no option 'safe'"
	run "$CB" nsmount -o lazytime bind "$T/a" "$T/b"
	assert_err "nsmount: -o 'lazytime': 'bind' knows no option 'lazytime'"
}

# What the outer namespace locked stays, whatever is asked on top of it.
testLockedFlagsAreKept()
{
	can_ns -Ur || return 0
	run ul_unshare -rm sh -c 'mount -t tmpfs -o nosuid,nodev,noatime none $T/a &&
		exec unshare -rm sh -c "
			for verb in bind rbind; do
				$CB nsmount -o ro,noexec \$verb $T/a $T/b || exit
				tail -n 1 /proc/self/mountinfo
			done
			$CB nsmount -o relatime bind $T/a $T/c"'
	assert_out "*$T/b ro,nosuid,nodev,noexec,noatime - *
*$T/b ro,nosuid,nodev,noexec,noatime - *"
	assert_err "nsmount: bind '$T/a' '$T/c': Operation not permitted (flags are locked: *"
}

testProcOptions()
{
	can_ns || return 0
	run "$CB" nsclone $as -mp nsmount -o subset=pid,hidepid=2 proc "$T/b" \
		sh -c 'ls $0 | grep -v "^[0-9]" | xargs; tail -n 1 /proc/self/mountinfo' "$T/b"
	if grep -q "too revealing" "$T/err"; then
		skip "this /proc is overmounted"
		return 0
	fi
	assert_out "self thread-self
*hidepid=*subset=pid*"
}

# Ids on disk, seen as others; by a user namespace that is there, too.
testIdmap()
{
	needs_root || return 0
	inside 'm -o mode=0755 tmpfs $T/c && echo x >$T/c/f && chown 5:6 $T/c/f
		m -o idmap=0:1000:10 bind $T/c $T/b || exit 99
		stat -c %u:%g $T/b/f && touch $T/b/f2 2>/dev/null; stat -c %u $T/c/f
		m -R $T -o idmap=5:7:1,ro bind $T/c b && stat -c %u:%g $T/b/f && flags $T/b
		m -o idmap=0:1000:10,mode=0700 tmpfs $T/b && stat -c %u $T/b
		unshare -U sleep 9 & sleep 0.3; cat /proc/$!/ns/user >/dev/null 2>&1
		m -o idmap=/proc/$!/ns/user bind $T/c $T/b; kill $!
		m -o idmap=1 bind $T/a $T/b; m -o idmap=/none bind $T/a $T/b'
	[ $rc = 99 ] && { skip "no idmapped tmpfs (Linux 6.3)"; return 0; }
	assert_out "1005:1006
5
7:65534
ro,relatime,idmapped
1000"
	assertEquals "nsmount: bind '$T/c' '$T/b': Invalid argument
nsmount: -o 'idmap=1': idmap wants IN:OUT:N or the file of a user namespace
nsmount: bind '$T/a' '$T/b': No such file or directory" "$(grep ^nsmount "$T/err")"
	run "$CB" unshare -rp nsmount -o idmap=0:0:1 bind / / true
	assert_err "nsmount: idmap=IN:OUT:N needs a process: 'unshare -p' needs -f"
}

testSourceIsADescriptor()
{
	can_ns -Ur || return 0
	inside 'exec 9<$T/a
		m bind fd:9 $T/b && cat $T/b/file
		# found again by its path in a namespace made since
		$CB unshare -m nsmount -R $T -o ro bind fd:9 /c sh -c "cat $T/c/file; touch $T/c/x; echo \$?"
		# and not if another stands there
		$CB unshare -m nsmount tmpfs $T/a nsmount bind fd:9 $T/c true
		m bind fd:8 $T/c; m bind fd: $T/c; m bind fd:9x $T/c'
	assert_out "file
file
1"
	gone="neither a detached tree nor, by its path, in this mount namespace"
	assertEquals "nsmount: bind 'fd:9' '$T/c': Invalid argument (descriptor 9 is $gone)
nsmount: bind 'fd:8' '$T/c': Bad file descriptor (descriptor 8 is not open)
nsmount: 'fd:': fd: wants a number
nsmount: 'fd:9x': fd: wants a number" "$(grep ^nsmount "$T/err")"
}

# A detached tree is attached as it is, in whatever namespace.
testSourceIsADetachedTree()
{
	can_ns -Ur || return 0
	inside 'm tmpfs $T/a/sub || exit
		$HELPER/detached 9 $T/a true || exit 99
		$HELPER/detached 9 $T/a $CB unshare -m nsmount -R $T -o ro,mkdir bind fd:9 b/x \
			nsmount bind fd:9 $T/c sh -c "cat $T/b/x/file $T/c/file; touch $T/c/y; echo \$?"'
	[ $rc = 99 ] && { skip "no detached trees (Linux 5.2)"; return 0; }
	assert_status 0
	assert_out "file
file
1"
}

testSourceInTheRoot()
{
	can_ns -Ur || return 0
	ln -s / "$T/a/up"
	inside 'm -R $T/a bind in-root:/up/sub/../file /sub; echo $?
		>$T/a/x; m -R $T/a bind in-root:up/../file x && cat $T/a/x
		m bind in-root:/x /y'
	assert_out "125
file"
	assertEquals "nsmount: bind 'in-root:/up/sub/../file' '$T/a/sub': Not a directory
nsmount: 'in-root:/x': in-root: wants -R" "$(cat "$T/err")"
}

# The kernel's own words, where it has some.
testKernelsWords()
{
	can_ns -Ur || return 0
	inside 'm -o size=1m,bogus=2 tmpfs $T/b; m -R $T -o huge tmpfs b'
	assertEquals "nsmount: mount 'tmpfs' '$T/b': Invalid argument (tmpfs: Unknown parameter 'bogus')" \
		"$(head -n 1 "$T/err")"
}

testBusy()
{
	can_ns -Ur || return 0
	inside 'm tmpfs $T/b nsmount mkdir $T/b/x nsmount tmpfs $T/b/x; m umount $T/b
		m umount $T/b/x; exec 9>$T/b/open; m umount $T/b; exec 9>&-
		m -o force umount $T/b; m umount /; m umount $T'
	assertEquals "nsmount: umount '$T/b': busy ('$T/b/x' is mounted below it)
nsmount: umount '$T/b': busy (process N, 'sh', is in it)
nsmount: umount '/': Invalid argument
nsmount: umount '$T': Invalid argument ('$T' is not a mount point)" \
		"$(sed 's/: [A-Za-z ]* busy/: busy/; s/process [0-9]*/process N/' "$T/err")"
}

# Too few, too many, too long: told while reading, or in one line.
testBadWords()
{
	for verb in bind rbind move symlink; do
		run "$CB" nsmount $verb x
		assert_status 125
		assert_err 'nsmount: an operand is missing (usage: *'
	done
	for verb in sysfs devpts mqueue cgroup2 overlay file umount private; do
		run "$CB" nsmount $verb
		assert_err 'nsmount: an operand is missing (usage: *'
		run "$CB" -n nsmount $verb /x -y
		assert_err "nsmount: '-y' stands where a step or a program should"
	done
	for verb in private mkdir file "symlink x"; do
		run "$CB" nsmount -o ro $verb /x
		assert_err "nsmount: -o 'ro': '${verb% x}' has no options"
	done
	long=$(printf %04096d 0)
	for verb in tmpfs mkdir umount "bind /tmp" private remount; do
		opt=$([ "$verb" = remount ] && echo -o ro)
		run "$CB" nsmount $opt $verb /$long
		assert_status 125
		assertEquals "$verb" 1 "$(wc -l <"$T/err")"
	done
}

. shunit2
