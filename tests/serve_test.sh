#!/bin/sh
# SPDX-License-Identifier: 0BSD
#
# setns-serve and setns-join: a jail is handed to others.
#
# shellcheck disable=SC2015,SC2016,SC2046,SC2086 # words are words, $ for inner shells
# shellcheck source=tests/lib.sh
. "${LIB:-${0%/*}/lib.sh}"
# shellcheck source=tests/handover.sh
. "$TOP/tests/handover.sh"

S=$T/sock
facts=$(printf 'ns_%s ' $kinds)

# jail: in the background, served at $S; its program sees $T/up.facts.
jail()
{
	up "$T/up" "$CB" setns-serve "$S" nsclone $as -mpiun --hostname web sh -c "$sleeper" "$T/up"
}

# gone: the jail ends by TERM as it should, and nothing is left.
gone()
{
	down
	assert_status 143
	assertEquals "stderr of the jail" "" "$(cat "$T/up.err")"
	assertFalse "the socket is left" "[ -e $S ]"
	no_left "sleep $nap"
}

testAllNamespacesAreJoined()
{
	can_ns -Ur || return 0
	jail || return 0
	for words in "$S" "-t $(sleeper_pid)" "--target=$(sleeper_pid) --"; do
		run "$CB" setns-join $words "$HELPER/facts" $facts
		assert_status 0
		assert_err ''
		assertEquals "$(cat "$T/up.facts")" "$(cat "$T/out")"
		run "$CB" setns-join $words hostname
		assert_out web
	done
	"$HELPER/facts" $facts >"$T/ours"
	assertEquals "made" "ns_ipc ns_mnt ns_net ns_pid ${as:+ns_user }ns_uts" \
		"$(grep -vxFf "$T/ours" "$T/up.facts" | sed 's/=.*//' | xargs)"
	gone
}

testPivotedJail()
{
	can_ns || return 0
	make_root "$T/root"
	up "$T/root/up" "$CB" setns-serve "$S" nsclone $as -mpiun \
		nsmount -R "$T/root" proc /proc pivotroot "$T/root" nsinit \
		sh -c 'echo $$ >/up; exec sleep '$nap || return 0
	run "$CB" setns-join "$S" /bin/facts cwd fds pid ppid
	assert_status 0
	assertNotContains "$(cat "$T/out")" pid=1
	assert_out "pid=*
ppid=0
fds=0:chr 1:file 2:file
cwd=/"
	run "$CB" setns-join "$S" sh -c '[ -e "$0" ]; echo $?; cd ../..; ls; cat /proc/1/comm' "$T/root"
	assert_out "1
bin
dev
etc
proc
sys
tmp
up
up.err
up.out
cellbox"
	gone
}

testStatusAndSignals()
{
	can_ns -Ur || return 0
	jail || return 0
	run "$CB" setns-join "$S" sh -c 'exit 7'
	assert_status 7
	run "$CB" setns-join "$S" sh -c 'kill -KILL $$'
	assert_status 137
	run "$CB" setns-join "$S" /no/such
	assert_status 127
	assert_err "cellbox: run '/no/such': No such file or directory"
	run "$CB" setns-join "$S" /etc/passwd
	assert_status 126
	SHELL=/bin/echo run "$CB" setns-join "$S"
	assert_status 0
	assert_out ''
	keep=$outer
	for signal in HUP TERM USR1; do
		up "$T/in" "$HELPER/reap" "$CB" setns-join "$S" sh -c \
			'trap "kill \$!; exit 9" $1; sleep '$nap' & echo 1 >"$0"; wait' "$T/in" $signal
		kill -$signal $(cat /proc/$outer/task/$outer/children)
		wait $outer
		assertEquals "$signal" 9 $?
	done
	# Who joined lives no longer than who waits outside.
	up "$T/in" "$CB" setns-join "$S" sh -c "echo 1 >$T/in; exec sleep 1$nap"
	down_by KILL
	no_left "sleep 1$nap"
	outer=$keep
	gone
}

testForkForPidOnly()
{
	can_ns -Ur || return 0
	jail || return 0
	run "$CB" setns-join "$S" "$HELPER/facts" ppid pdeathsig
	assert_out "ppid=0
pdeathsig=9"
	gone
	up "$T/up" "$CB" setns-serve "$S" nsclone $as -mu sh -c "$sleeper" "$T/up" || return 0
	run sh -c 'echo $$; exec "$0" setns-join "$@"' "$CB" "$S" "$HELPER/facts" pid
	assertEquals "pid=$(sed -n 1p "$T/out")" "$(sed -n 2p "$T/out")"
	gone
}

testDescriptors()
{
	can_ns -Ur || return 0
	jail || return 0
	with="$HELPER/with --open 3 --open 7 --open 300 $CB setns-join"
	run $with "$S" "$HELPER/facts" fds
	assert_out "fds=0:chr 1:file 2:file"
	run $with --keep-fd 7 --keep-fd=300 "$S" "$HELPER/facts" fds
	assert_out "fds=0:chr 1:file 2:file 7:dir 300:dir"
	run $with --keep-fd 0 --keep-fd 3 -t "$(sleeper_pid)" "$HELPER/facts" fds
	assert_out "fds=0:chr 1:file 2:file 3:dir"
	refused "setns-join: --keep-fd '5': Bad file descriptor" setns-join --keep-fd 5 "$S" true
	refused "setns-join: --keep-fd '4294967296': too big a number" setns-join --keep-fd 4294967296 "$S" true
	refused "setns-join: --keep-fd is given more than 16 times" setns-join \
		$(printf -- '--keep-fd %d ' 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0) "$S" true
	run "$HELPER/with" --close 0 --close 2 "$CB" setns-join "$S" "$HELPER/facts" fds
	assert_out "fds=0:chr 1:file 2:chr"
	gone
}

testStandAlone()
{
	can_ns -Ur || return 0
	up "$T/up" "$CB" nsclone $as -mpiun --hostname web sh -c "$sleeper" "$T/up" || return 0
	jailer=$outer pid=$(sleeper_pid)
	for end in 'TERM 143' 'INT 130' 'QUIT 131' 'HUP 129'; do
		up "$S" "$HELPER/reap" "$CB" setns-serve --target $pid "$S"
		run "$CB" setns-join "$S" "$HELPER/facts" $facts
		assertEquals "$(cat "$T/up.facts")" "$(cat "$T/out")"
		kill -${end% *} $(cat /proc/$outer/task/$outer/children)
		wait $outer
		assertEquals "$end" ${end#* } $?
		assertFalse "$end: the socket is left" "[ -e $S ]"
	done
	up "$S" "$HELPER/with" --ignore HUP --ignore USR1 "$CB" setns-serve --target $pid "$S"
	kill -HUP $outer
	kill -USR1 $outer
	run "$CB" setns-join "$S" hostname
	assert_out web
	kill $jailer
	wait $outer
	assertEquals "it ends with its target" 0 $?
	assertFalse "the socket is left" "[ -e $S ]"
	wait $jailer 2>/dev/null
	refused "setns-serve: open the namespaces of process $pid: No such process" setns-serve --target $pid "$S"
	refused "setns-join: open the namespaces of process $pid: No such process" setns-join -t $pid true
	refused "setns-serve: --target stands alone: 'true' is one word too many" setns-serve --target 1 "$S" true
	refused "setns-join: -*0*" setns-join -t 0 true
	refused "setns-serve: -*0*" setns-serve --target 0 "$S"
	assertFalse "a socket is left" "[ -e $S ]"
}

# Two servers, and user namespaces in each other; who joins goes the whole way.
testNestedAndTwice()
{
	can_ns -Ur || return 0
	up "$T/up" "$CB" setns-serve "$S" setns-serve --uwsgi "$T/two" nsclone -r -mpiu \
		unshare -r -n nsclone -r --ns uts,ipc --hostname deep sh -c "$sleeper" "$T/up" || return 0
	run "$CB" setns-join "$S" "$HELPER/facts" $facts
	assert_status 0
	assertEquals "$(cat "$T/up.facts")" "$(cat "$T/out")"
	assertEquals "600 600" "$(stat -c %a "$S" "$T/two" | xargs)"
	run "$CB" setns-join "$S" sh -c 'hostname; exec "$0" setns-join -t $$ hostname' "$CB"
	assert_out "deep
deep"
	gone
	assertFalse "the second socket is left" "[ -e $T/two ]"
}

testStaysOutside()
{
	why="setns-serve: it has to stay outside of the jail: put setns-serve before the step that enters a pid namespace"
	refused "$why" nsclone -rp setns-serve "$S" true
	refused "$why" unshare -rp setns-serve "$S" true
	refused "$why" setns-join -t $$ setns-serve "$S" true
	assertFalse "a socket is left" "[ -e $S ]"
	run "$CB" -n setns-serve "$S" nsclone -mpiu nsinit sh
	assert_out "setns-serve $S
nsclone -mpiu
nsinit
sh"
}

# A pid namespace that only a descriptor holds. The pid is that of a sleeper in it.
initless='up() { "$HELPER/peer" serve "$1" one /proc/self/fd/8 & until [ -S "$1" ]; do sleep 0.02; done; }
	exec 8<"/proc/$2/ns/pid" && up "$1" && kill -KILL "$2" || exit
	while [ -d "/proc/$2" ]; do sleep 0.02; done
	"$CB" setns-join "$1" true
	echo $? >&2
	"$CB" nsenter --pid=/proc/self/fd/8 true
	echo $? >&2
	kill $!'
testInitHasExited()
{
	can_ns || return 0
	wrap=$(is_root || echo 'ul_unshare -r')
	run $wrap sh -c '"$CB" nsclone -p sleep 1$nap & until pid=$(cat /proc/$!/task/$!/children) && [ "$pid" ]; do
		sleep 0.02; done; sh -c "$0" sh "$T/peer" $pid; wait' "$initless"
	assertEquals "setns-join: fork: Out of memory (the pid namespace: its init has exited)
125
nsenter: fork: Out of memory (the pid namespace: its init has exited)
125" "$(cat "$T/err")"
	no_left "sleep 1$nap"
}

. shunit2
