#!/bin/sh
# SPDX-License-Identifier: 0BSD
#
# unshare: namespaces of its own kinds, maps, the fork and what util-linux's
# does with the same words.
#
# shellcheck disable=SC2015,SC2016,SC2046,SC2086 # words are words, $ for inner shells
# shellcheck source=tests/lib.sh
. "${LIB:-${0%/*}/lib.sh}"

# What an ordinary user adds to get anything else, and gets with it.
as=$(is_root || echo -r)
user=${as:+"user "}
also=${as:+" user"}
ours=$("$HELPER/facts" ns_cgroup ns_ipc ns_mnt ns_net ns_pid ns_time ns_user ns_uts)

# same_as_theirs OPTION... WORD...: as util-linux's, in stdout and status
same_as_theirs()
{
	run ul_unshare "$@"
	theirs=$(cat "$T/out") status=$rc
	run "$CB" unshare "$@"
	assert_status $status
	assertEquals "unshare $*" "$theirs" "$(cat "$T/out")"
}

# made WORDS KINDS: the program stands in new ones of these kinds and no others.
made()
{
	run "$CB" unshare $1 "$HELPER/facts" $(echo "$ours" | sed 's/=.*//')
	assert_status 0
	assert_err ''
	made=$(grep -vxF "$ours" "$T/out" | sed 's/^ns_//; s/=.*//' | tr '\n' ' ')
	assertEquals "unshare $1" "$2" "${made% }"
}

testNothingAsked()
{
	made '' ''
	run "$CB" unshare sh -c 'exit 7'
	assert_status 7
}

testEachKind()
{
	can_ns -Ur || return 0
	made "$as -m" "mnt$also"
	made "$as --mount" "mnt$also"
	made "$as -u" "${user}uts"
	made "$as --uts" "${user}uts"
	made "$as -i" "ipc$also"
	made "$as --ipc" "ipc$also"
	made "$as -n" "net$also"
	made "$as --net" "net$also"
	made "$as -p" "${also# }" # its children alone
	run "$CB" unshare ${as:+"$as"} -p readlink /proc/self/ns/pid_for_children
	assertNotEquals "$(readlink /proc/self/ns/pid)" "$(cat "$T/out")"
	made "$as -pf" "pid$also"
	made "$as --pid --fork" "pid$also"
	made "-U" user
	made "--user" user
	made "$as -C" "cgroup$also"
	made "$as --cgroup" "cgroup$also"
	made "$as -Tf" "time$also"
	made "$as --time -f" "time$also"
}

testClusters()
{
	can_ns -Ur || return 0
	made -Urn 'net user'
	made -mUr 'mnt user'
	made -Ucfpm 'mnt pid user'
	made -rUnpf 'net pid user'
	made '-r -n -m -u' 'mnt net user uts'
}

testListOfKinds()
{
	can_ns -Ur || return 0
	made '--ns uts,user' 'user uts'
	made '--ns=user,net,ipc' 'ipc net user'
	made '-r --ns mount,uts,ipc,net,cgroup' 'cgroup ipc mnt net user uts'
	made '-rf --ns fs,ipc,pid,uts,net,user' 'ipc mnt net pid user uts'
	made '-rf --ns mnt,time' 'mnt time user'
}

testPrefixesOfOptions()
{
	can_ns -Ur || return 0
	run "$CB" unshare --map-root id -u
	assert_out 0
	run "$CB" unshare --map-c id -u
	assert_out "$(id -u)"
	made '--us' user
	made '-r --mount --ut' 'mnt user uts' # exact, though --mount-proc begins so
	run "$CB" unshare -rm --prop=slave true
	assert_status 0
}

# With every fact of the program that can be compared.
facts='uid gid groups uid_map gid_map setgroups CapInh CapPrm CapEff CapBnd
	CapAmb NoNewPrivs SigBlk SigIgn fds cwd umask hostname pdeathsig dumpable'

testMapsAreTheirs()
{
	can_ns -Ur || return 0
	same_as_theirs -r "$HELPER/facts" $facts
	grep -qx "uid_map=0 $(id -u) 1" "$T/out" || fail "uid_map of -r"
	grep -qx "gid_map=0 $(id -g) 1" "$T/out" || fail "gid_map of -r"
	grep -qx "setgroups=deny" "$T/out" || fail "setgroups of -r"
	same_as_theirs -c "$HELPER/facts" $facts
	grep -qx "uid_map=$(id -u) $(id -u) 1" "$T/out" || fail "uid_map of -c"
	same_as_theirs -U "$HELPER/facts" $facts
	grep -qx "uid=65534 65534 65534" "$T/out" || fail "uid of -U"
	same_as_theirs -Ur "$HELPER/facts" $facts
	same_as_theirs -cm "$HELPER/facts" $facts
	same_as_theirs -rf "$HELPER/facts" $facts
	same_as_theirs -rpf "$HELPER/facts" $facts pid ppid
}

# A user who has nothing but a user namespace, one that maps one id.
testMapsInAUserNamespace()
{
	can_ns -Ur || return 0
	for first in -r -c; do
		run ul_unshare $first "$CB" unshare -r \
			"$HELPER/facts" uid uid_map gid_map
		assert_status 0
		inner=$([ $first = -r ] && echo 0 || id -u)
		inner_gid=$([ $first = -r ] && echo 0 || id -g)
		assert_out "uid=0 0 0
uid_map=0 $inner 1
gid_map=0 $inner_gid 1"
		run "$CB" unshare $first unshare -c "$HELPER/facts" uid uid_map
		assert_out "uid=$inner $inner $inner
uid_map=$inner $inner 1"
	done
	run "$CB" unshare -r unshare -c unshare -r unshare -cm id -u
	assert_out 0
}

testForkKeepsStatus()
{
	can_ns -Ur || return 0
	for status in 0 1 42 255; do
		same_as_theirs -rf sh -c "exit $status"
		same_as_theirs -rpf sh -c "exit $status"
	done
	for signal in 1 2 15; do # KILL: theirs ends with 1
		same_as_theirs -rf sh -c 'kill -$0 $$; sleep 9' $signal
		assert_status $((128 + signal))
	done
}

# The program is a child, in its caller's session, and may outlive unshare.
testForkMakesAChild()
{
	can_ns -Ur || return 0
	run sh -c 'echo $$; exec "$@"' sh "$CB" unshare -rf \
		"$HELPER/facts" ppid pdeathsig
	assert_out "$(sed -n 1p "$T/out")
ppid=$(sed -n 1p "$T/out")
pdeathsig=0"
	run sh -c 'echo $$; exec "$@"' sh "$CB" unshare -r "$HELPER/facts" pid
	assert_out "$(sed -n 1p "$T/out")
pid=$(sed -n 1p "$T/out")"
	run "$CB" unshare -rpf "$HELPER/facts" pid ppid
	assert_out "pid=1
ppid=0"
}

testMountProc()
{
	can_ns -Ur || return 0
	same_as_theirs -rpf --mount-proc "$HELPER/facts" pid processes
	assert_out "pid=1
processes=1"
	mkdir "$T/proc"
	same_as_theirs -rpf --mount-proc="$T/proc" sh -c \
		'cd "$0" && echo [0-9]*; read -r pid rest <self/stat; echo $pid' \
		"$T/proc"
	assert_out "1
1"
	same_as_theirs -rpf --mount-proc sh -c 'grep " /proc " /proc/self/mountinfo |
		sed "s/^[0-9 ]*[0-9]*:[0-9]* //; s/ - .*//" | tail -n 1'
	assert_out "/ /proc rw,nosuid,nodev,noexec,relatime"
	# It is ours alone.
	quiet_host "$CB" unshare -rpf --mount-proc true
	assert_status 0
}

# optional WORDS: the tags of "/" (shared, master, both, none), where the caller's
# is shared. The peer groups' numbers differ from run to run.
optional()
{
	run ul_unshare ${as:+"$as"} -m --propagation shared sh -c '"$@"; exit $?' sh \
		"$@" sh -c 'sed -n "s|^[0-9]* [0-9]* [^ ]* [^ ]* / [^ ]* \(.*\)- .*|\1|p" \
			/proc/self/mountinfo | tail -n 1 | sed "s/:[0-9]*//g"'
	assert_status 0
	cat "$T/out"
}

testPropagation()
{
	can_ns -Ur || return 0
	assertEquals "default" "" "$(optional "$CB" unshare -m)"
	assertEquals "private" "" "$(optional "$CB" unshare -m --propagation private)"
	assertEquals "slave" "master " "$(optional "$CB" unshare -m --propagation slave)"
	assertEquals "shared" "shared " "$(optional "$CB" unshare -m --propagation shared)"
	assertEquals "unchanged" "shared " \
		"$(optional "$CB" unshare -m --propagation unchanged)"
	# In a user namespace of its own a shared mount becomes a slave first.
	for how in private slave shared unchanged; do
		assertEquals "-r $how" "$(optional /usr/bin/unshare -rm --propagation $how)" \
			"$(optional "$CB" unshare -rm --propagation $how)"
	done
	# Without -m the word changes nothing.
	assertEquals "no -m" "shared " "$(optional "$CB" unshare -u --propagation private)"
}

# No mount of the program comes out to a caller whose "/" is shared.
testMountsStayInside()
{
	can_ns -Ur || return 0
	mkdir "$T/target"
	run ul_unshare ${as:+"$as"} -m --propagation shared sh -c '
		"$0" unshare -m mount -t tmpfs none "$1" && grep -c "$1" /proc/self/mountinfo
		"$0" unshare -m --propagation unchanged mount -t tmpfs none "$1" &&
			grep -c "$1" /proc/self/mountinfo' "$CB" "$T/target"
	assert_out "0
1"
}

testShellAtTheEnd()
{
	can_ns -Ur || return 0
	printf '#!/bin/sh\necho "mine $# $(id -u)"\nexit 5\n' >"$T/shell"
	chmod 755 "$T/shell"
	SHELL=$T/shell run "$CB" unshare -r
	assert_status 5
	assert_out "mine 0 0"
	echo 'id -u; exit 6' >"$T/script"
	for shell in '-u SHELL' SHELL=; do
		run env $shell "$CB" unshare -r <"$T/script"
		assert_status 6
		assert_out 0
	done
	SHELL=$T/shell run "$CB" unshare -r unshare -rf --
	assert_status 5
}

. shunit2
