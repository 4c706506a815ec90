#!/bin/sh
# SPDX-License-Identifier: 0BSD
#
# Namespaces that are kept as files: entered again by tools that are not ours;
# and where one cannot be kept, nothing is left.
#
# timeout: 60
#
# shellcheck disable=SC2015,SC2016,SC2046,SC2086 # words are words, $ for inner shells
# shellcheck source=tests/lib.sh
. "${LIB:-${0%/*}/lib.sh}"

# On one CPU: Linux 6.18 numbers namespaces by batches of each CPU's own, and lets no
# mount namespace be kept in one of a higher number (util-linux fails as we do).
cpu=$(taskset -pc $$ 2>/dev/null | sed 's/.*: \([0-9]*\).*/\1/')

# inside HOW SCRIPT [WORD...]: the script, in a mount namespace of the test's own
# with this propagation; the ordinary user is root of a user namespace there.
inside()
{
	how=$1 script=$2
	shift 2
	run ${cpu:+taskset -c $cpu} /usr/bin/unshare $(is_root || echo -r) -m --propagation "$how" sh -c "$script" \
		"$CB" "$T" "$@"
}

file_of()
{
	case $1 in
	mount) echo mnt ;;
	*) echo $1 ;;
	esac
}

setUp()
{
	rm -rf "$T/ns"
	mkdir "$T/ns"
}

# What nsenter(1) finds by the file is what the program stood in, and the file,
# which was not there, is a mount of its own, as shared as its place.
testEachKindIsEnteredAgain()
{
	can_ns -Urm || return 0
	for how in private shared; do
		for kind in mount uts ipc net cgroup; do
			inside $how '
				"$0" unshare --$2="$1/ns/$2" stat -Lc %i /proc/self/ns/$3
				nsenter --$2="$1/ns/$2" stat -Lc %i /proc/self/ns/$3
				stat -fc %T "$1/ns/$2"
				grep -c "$1/ns" /proc/self/mountinfo
				grep "$1/ns" /proc/self/mountinfo | grep -c shared: ' \
				$kind $(file_of $kind)
			made=$(sed -n 1p "$T/out")
			shared=$([ $how = shared ] && echo 1 || echo 0)
				assertNotEquals "$kind" "$made" "$(stat -Lc %i /proc/self/ns/$(file_of $kind))"
			assert_out "$made
$made
nsfs
1
$shared"
			assert_err ''
			assertEquals "regular and empty" 0 "$(stat -c %s "$T/ns/$kind")"
			rm "$T/ns/$kind"
		done
	done
}

# Where the new mount namespace would get it as well, which the kernel forbids, the
# directory becomes a private mount; of the other kinds nothing needs that.
testSharedPlaceBecomesPrivate()
{
	can_ns -Urm || return 0
	for how in shared slave unchanged; do
		inside shared '
			"$0" unshare --mount="$1/ns/m" --uts="$1/ns/u" --propagation $2 \
				stat -Lc %i /proc/self/ns/mnt &&
			nsenter --mount="$1/ns/m" stat -Lc %i /proc/self/ns/mnt &&
			nsenter --uts="$1/ns/u" echo uts &&
			sed -n "s|^[^/]*/[^ ]* $1/ns\(.*\) - .*|\1|p" /proc/self/mountinfo |
				grep -c shared:' $how
		assert_out "$(sed -n 1p "$T/out")
$(sed -n 1p "$T/out")
uts
0"
		assert_err ''
		rm "$T/ns/m" "$T/ns/u"
	done
}

# With -f, too, and from a working directory, by a relative name.
testForkAndRelativeName()
{
	can_ns -Urm || return 0
	inside shared 'cd "$1/ns" && "$0" unshare -f --mount=m --uts=u --hostname kept \
			stat -Lc %i /proc/self/ns/mnt &&
		nsenter --mount=m stat -Lc %i /proc/self/ns/mnt
		nsenter --uts="$1/ns/u" hostname
		grep -c "$1/ns" /proc/self/mountinfo'
	assert_out "$(sed -n 1p "$T/out")
$(sed -n 1p "$T/out")
kept
2"
}

# The init of a pid namespace must live; a user namespace wants a map.
testPidUserAndTime()
{
	can_ns -Urm || return 0
	inside private '
		"$0" unshare -pf --pid="$1/ns/pid" sh -c "echo \$\$ >\"\$0/ready\"
			exec sleep 98767" "$1" &
		until [ -s "$1/ready" ]; do sleep 0.1; done
		nsenter --pid="$1/ns/pid" sh -c "kill -0 1 && echo init"
		kill $!; wait
		"$0" unshare -r --user="$1/ns/user" stat -Lc %i /proc/self/ns/user
		nsenter --preserve-credentials --user="$1/ns/user" stat -Lc %i /proc/self/ns/user
		"$0" unshare -f --time="$1/ns/time" --boottime 100000000 stat -Lc %i /proc/self/ns/time
		nsenter --time="$1/ns/time" stat -Lc %i /proc/self/ns/time
		nsenter --time="$1/ns/time" cut -d . -f 1 /proc/uptime
		"$0" unshare --time="$1/ns/time2" stat -Lc %i /proc/self/ns/time_for_children
		nsenter --time="$1/ns/time2" stat -Lc %i /proc/self/ns/time'
	assert_out "init
[0-9]*
[0-9]*
[0-9]*
[0-9]*
1????????
[0-9]*
[0-9]*"
	for n in 2 4 7; do
		assertEquals "$(sed -n ${n}p "$T/out")" "$(sed -n $((n + 1))p "$T/out")"
	done
}

# All at once, each verified; then `ip netns`, which knows them by name.
testAllAtOnce()
{
	can_ns -Urm || return 0
	inside shared '
		set --
		for kind in mount uts ipc net pid user cgroup time; do
			set -- "$@" --$kind="ns/$kind"
		done
		"$0" unshare -rf "$@" sh -c "cd /proc/self/ns && stat -Lc %i cgroup ipc mnt net pid time user uts" &&
		cd ns && stat -Lc %i cgroup ipc mount net pid time user uts'
	assert_status 0
	assertEquals "$(sed -n '1,8p' "$T/out")" \
		"$(sed -n '9,16p' "$T/out")"
	assertEquals 16 "$(wc -l <"$T/out")"
}

testIpNetns()
{
	needs_root || return 0
	command -v ip >/dev/null || skip "no ip" || return 0
	[ -d /run/netns ] || run mkdir /run/netns
	inside private 'mount -t tmpfs none /run && mkdir /run/netns &&
		"$0" unshare --net=/run/netns/kept --lo stat -Lc %i /proc/self/ns/net &&
		ip netns list && ip netns exec kept stat -Lc %i /proc/self/ns/net &&
		ip -n kept addr show lo && ip netns delete kept && ls /run/netns'
	rmdir /run/netns 2>/dev/null
	assert_status 0
	assert_out "$(sed -n 1p "$T/out")
kept*
$(sed -n 1p "$T/out")
*<LOOPBACK,UP,LOWER_UP>* 127.0.0.1/8 *"
}

# A file that is there is used as it is, and a second one covers the first.
testFileThatIsThere()
{
	can_ns -Urm || return 0
	echo mine >"$T/ns/uts"
	inside private '
		"$0" unshare --uts="$1/ns/uts" --hostname first true
		"$0" unshare --uts="$1/ns/uts" --hostname second true
		nsenter --uts="$1/ns/uts" hostname; umount "$1/ns/uts"
		nsenter --uts="$1/ns/uts" hostname; umount "$1/ns/uts"
		cat "$1/ns/uts"'
	assert_out 'second
first
mine'
}

# kept_not LINE OPTION...: refused by this line; mounts and files are as before.
kept_not()
{
	line=$1
	shift
	find "$T/ns" | sort >"$T/before"
	inside shared 'cd "$1/ns"; cat /proc/self/mountinfo >../mounts; shift
		"$0" unshare "$@" true; echo $?
		cat /proc/self/mountinfo | diff ../mounts -' "$@"
	assert_out 125
	assertEquals "$*" "unshare: $line" "$(cat "$T/err")"
	assertEquals "files: $*" "$(cat "$T/before")" "$(find "$T/ns" | sort)"
}

testTargetsThatCannotBe()
{
	can_ns -Urm || return 0
	mkdir "$T/ns/dir"
	mkfifo "$T/ns/fifo"
	ln -s file "$T/ns/link"
	ln -s nowhere "$T/ns/dangling"
	echo x >"$T/ns/file"
	for option in net mount; do
		what="keep the $option namespace at"
		kept_not "$what 'dir': Is a directory" --$option=dir
		kept_not "$what '$T/ns/dir': Is a directory" --$option="$T/ns/dir"
		kept_not "$what 'link': Symbolic link loop" --$option=link
		kept_not "$what 'dangling': Symbolic link loop" --$option=dangling
		kept_not "$what 'fifo': Invalid argument" --$option=fifo
		kept_not "$what 'none/x': No such file or directory" --$option=none/x
		kept_not "$what 'file/x': Not a directory" --$option=file/x
		kept_not "$what '': Is a directory" --$option=
		long=$(printf '%0300d' 0)
		kept_not "$what '$long': Filename too long" --$option=$long
	done
	assertEquals x "$(cat "$T/ns/file")"
}

testReadOnlyFileSystem()
{
	can_ns -Urm || return 0
	inside private 'mount -t tmpfs -o ro none "$1/ns"
		"$0" unshare --net="$1/ns/x" true; echo $?; ls "$1/ns"
		grep -c "$1/ns" /proc/self/mountinfo'
	assert_out '125
1'
	assert_err "unshare: keep the net namespace at '$T/ns/x': Read-only file system"
}

# The first two could be kept, the third not: nothing is.
testLaterOneFails()
{
	can_ns -Urm || return 0
	mkdir "$T/ns/dir"
	kept_not "keep the net namespace at 'dir': Is a directory" \
		--mount=m --uts=u --net=dir
	kept_not "keep the time namespace at 'none/t': No such file or directory" \
		-f --mount=m --uts=u --ipc=i --net=n --time=none/t
	# Nor where the step fails before, or another way.
	kept_not "chdir '/nowhere': No such file or directory" --uts=u --wd /nowhere
	kept_not "--pid=FILE: nobody is in the new pid namespace: -p needs -f" --pid=p
}

testNotPermitted()
{
	can_ns -Ur || return 0
	chmod 777 "$T/ns"
	for words in "-r --uts=$T/ns/uts" "-U --user=$T/ns/user"; do
		quiet_host $(is_root && echo /usr/bin/setpriv --reuid 12345 --regid 12345 --clear-groups) \
			"$CB" unshare $words true
		assert_status 125
		assert_err "unshare: keep the * namespace at '$T/ns/*': Operation not permitted (needs CAP_SYS_ADMIN; *)"
		assertEquals "" "$(ls "$T/ns")"
	done
	is_root || return 0
	chmod 700 "$T/ns"
	run /usr/bin/setpriv --reuid 12345 --regid 12345 --clear-groups "$CB" unshare -r \
		--uts="$T/ns/uts" true
	assert_status 125
	assert_err "unshare: keep the uts namespace at '$T/ns/uts': Permission denied"
}

# A later step's failure is not undone: the namespace was made, and has its file.
testWhatFollowsIsNotItsAffair()
{
	can_ns -Urm || return 0
	inside private '"$0" unshare --uts="$1/ns/uts" /nosuchprogram; echo $?
		nsenter --uts="$1/ns/uts" echo entered'
	assert_out '127
entered'
	no_left "$T/"
}

. shunit2
