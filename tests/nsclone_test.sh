#!/bin/sh
# SPDX-License-Identifier: 0BSD
#
# nsclone: the child in new namespaces, and the parent that stays outside.
#
# shellcheck disable=SC2015,SC2016,SC2046,SC2086 # words are words, $ for inner shells
# shellcheck source=tests/lib.sh
. "${LIB:-${0%/*}/lib.sh}"
# shellcheck source=tests/background.sh
. "$TOP/tests/background.sh"

# An ordinary user needs a user namespace for all others.
as=$(is_root || echo -r)
user=${as:+"user "}
also=${as:+" user"}
ours=$("$HELPER/facts" ns_cgroup ns_ipc ns_mnt ns_net ns_pid ns_time ns_user ns_uts)

# made WORDS KINDS: the program stands in new ones of these kinds and no others.
made()
{
	run "$CB" nsclone $1 "$HELPER/facts" $(echo "$ours" | sed 's/=.*//')
	assert_status 0
	assert_err ''
	made=$(grep -vxF "$ours" "$T/out" | sed 's/^ns_//; s/=.*//' | tr '\n' ' ')
	assertEquals "nsclone $1" "$2" "${made% }"
}

testEachKind()
{
	can_ns -Ur || return 0
	made '' ''
	made "$as -m" "mnt$also"
	made "$as --uts" "${user}uts"
	made "$as -i" "ipc$also"
	made "$as -n" "net$also"
	made "$as -p" "pid$also"
	made "$as -C" "cgroup$also"
	made "$as -T" "time$also"
	made -U user
	made -rmpiun 'ipc mnt net pid user uts'
	made '-r --ns fs,ipc,uts' 'ipc mnt user uts'
}

testPlainFork()
{
	can_ns -Ur || return 0
	run sh -c 'echo $$; exec "$@"' sh "$CB" nsclone "$HELPER/facts" ppid pdeathsig fds
	assert_status 0
	assert_out "$(sed -n 1p "$T/out")
ppid=$(sed -n 1p "$T/out")
fds=0:chr 1:file 2:file
pdeathsig=9"
	run "$CB" nsclone nsclone unshare -rf nsclone sh -c 'exit 5'
	assert_status 5
}

testMaps()
{
	can_ns -Ur || return 0
	run ul_unshare -r "$HELPER/facts" uid gid uid_map gid_map setgroups CapEff
	theirs=$(cat "$T/out")
	run "$CB" nsclone -r "$HELPER/facts" uid gid uid_map gid_map setgroups CapEff
	assertEquals "$theirs" "$(cat "$T/out")"
	assert_out "uid=0 0 0
gid=0 0 0
uid_map=0 $(id -u) 1
gid_map=0 $(id -g) 1
setgroups=deny
CapEff=*[1-9a-f]*"
	run "$CB" nsclone -U "$HELPER/facts" uid uid_map
	assert_out "uid=65534 65534 65534
uid_map="
	# From nothing but a user namespace of one id.
	run ul_unshare -c "$CB" nsclone -r nsclone -r "$HELPER/facts" uid uid_map
	assert_out "uid=0 0 0
uid_map=0 0 1"
}

testPidNamespace()
{
	can_ns || return 0
	run "$CB" nsclone $as -p "$HELPER/facts" pid ppid
	assert_out "pid=1
ppid=0"
}

testHostname()
{
	can_ns -Ur || return 0
	before=$(uname -n)
	long=$(printf '%064d' 0)
	for name in web a.b-c_D9 "$long"; do
		run "$CB" nsclone -ru --hostname "$name" hostname
		assert_status 0
		assert_out "$name"
	done
	run "$CB" nsclone $as --uts --hostname=web hostname
	assert_out web
	run "$CB" nsclone -ru nsclone --hostname web hostname
	assert_out web # that of the uts namespace made before
	assertEquals "$before" "$(uname -n)"
}

testLoopback()
{
	can_ns -Ur || return 0
	run "$CB" nsclone -rn --lo ip addr show lo
	assert_status 0
	assert_out "*<LOOPBACK,UP,LOWER_UP>*inet 127.0.0.1/8 *"
	run "$CB" nsclone -rn ip addr show lo
	assert_out "*<LOOPBACK>*"
	assertNotContains "$(cat "$T/out")" 127.0.0.1
}

# All mounts are private, whatever the caller's are.
testMountsArePrivate()
{
	can_ns -Ur || return 0
	run ul_unshare $as -m --propagation shared sh -c '
		grep -c shared: /proc/self/mountinfo
		"$0" nsclone '"$as"' -m grep -c -e shared: -e master: /proc/self/mountinfo
		grep -c shared: /proc/self/mountinfo' "$CB"
	all=$(sed -n 1p "$T/out")
	assertTrue "$all mounts were shared" "[ ${all:-0} -gt 0 ]"
	assert_out "$all
0
$all"
}

testShellAtTheEnd()
{
	can_ns -Ur || return 0
	printf '#!/bin/sh\necho "mine $# $(id -u)"\nexit 5\n' >"$T/shell"
	chmod 755 "$T/shell"
	SHELL=$T/shell run "$CB" nsclone -r
	assert_status 5
	assert_out "mine 0 0"
}

# --- who stays ---------------------------------------------------------------

# It stands in no new namespace, and nothing it holds is of use to a jail.
testParentIsOutsideAndHarmless()
{
	can_ns -Ur || return 0
	start "$HELPER/with" --open 7 "$CB" nsclone -rmpiun sh -c "$sleeper"
	assertEquals 1 "$said"
	kept=$(is_root && echo 20 || echo 00) # CAP_KILL
	assertEquals "CapInh 0000000000000000
CapPrm 00000000000000$kept
CapEff 00000000000000$kept
CapAmb 0000000000000000" "$(sed -n 's/^\(Cap[IPEA][a-z]*\):[[:space:]]*/\1 /p' /proc/$outer/status)"
	assertEquals "undumpable" 0 "$(stat -c %u /proc/$outer/environ)"
	if is_root; then
		for kind in mnt net pid user uts; do
			assertEquals "$(readlink /proc/self/ns/$kind)" \
				"$(readlink /proc/$outer/ns/$kind)"
		done
		assertEquals "0 1 2 and two of its own" 5 \
			"$(find /proc/$outer/fd -type l | wc -l)"
		assertEquals "" "$(find /proc/$outer/fd -lname /)"
	else
		for file in exe ns/mnt root cwd fd/0; do
			readlink /proc/$outer/$file && fail "$file can be read"
		done
	fi
	kill -TERM $outer # without a handler: KILL to PID 1, and the status of TERM
	finish
	assert_status 143
}

testJailDiesWithItsParent()
{
	can_ns -Ur || return 0
	for words in -r -rmpiun '-r nsclone -rp nsclone -r'; do
		start "$CB" nsclone $words sh -c "$sleeper"
		assertNotEquals "$outer" "$said"
		kill -KILL $outer
		finish
		assert_status 137
	done
}

testParentForwardsSignals()
{
	can_ns -Ur || return 0
	for words in -r -rp '-r unshare -rpf'; do
		for signal in HUP INT QUIT USR1 USR2 TERM; do
			# A shell's background ignores INT and QUIT; reap's child not.
			start "$HELPER/reap" "$CB" nsclone $words sh -c '
				trap "kill \$!; exit 7" $0
				sleep $nap & echo >"$T/ready"; wait' $signal
			kill -$signal $(cat /proc/$outer/task/$outer/children)
			finish
			assert_status 7
		done
	done
	# Without a handler it ends the program, and the parent tells how.
	for signal in 1 12 15; do
		start "$CB" nsclone -r sh -c "$sleeper"
		assertNotEquals "$outer" "$said"
		kill -$signal $outer
		finish
		assert_status $((128 + signal))
	done
}

# What stops the program does not stop who waits, and CONT goes on to it.
testStopAndContinue()
{
	can_ns -Ur || return 0
	start "$CB" nsclone -r sh -c "$sleeper"
	assertNotEquals "$outer" "$said"
	kill -STOP "$said"
	until grep -q '^State:.*T' /proc/$said/status; do sleep 0.01; done
	kill -TERM $outer
	sleep 0.1
	assertTrue "it waits" "kill -0 $outer"
	kill -CONT $outer
	finish
	assert_status 143
}

. shunit2
