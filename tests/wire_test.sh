#!/bin/sh
# SPDX-License-Identifier: 0BSD
#
# The socket between setns-serve and setns-join, with a hostile peer on either
# side: each is refused in one line, and the server goes on.
#
# shellcheck disable=SC2015,SC2016,SC2046,SC2086 # words are words, $ for inner shells
# shellcheck source=tests/lib.sh
. "${LIB:-${0%/*}/lib.sh}"
# shellcheck source=tests/handover.sh
. "$TOP/tests/handover.sh"

S=$T/sock
P=$T/peer

# --- a hostile server ------------------------------------------------------------

# said MODE PATTERN [FILE]: what setns-join says of a server of this mode.
said()
{
	up "$P" "$HELPER/peer" serve "$P" "$1" ${3-} || return 0
	run /usr/bin/timeout 30 "$CB" setns-join --keep-privileges "$P" touch "$T/ran"
	ran="$1: $ran"
	assert_status 125
	assert_err "setns-join: '$P': $2"
	assertFalse "$1: the program ran" "[ -e $T/ran ]"
	down_by KILL
	rm -f "$P" "$T/ran"
}

closed="the server closed the connection without an answer"
alien="the answer is not that of a server of namespaces"
lost="descriptors were lost on the way (the limit of open files, ulimit -n, or too many were sent)"
other="the server sent something else than the '*' that it says: *"
unasked="the server sent what was not asked for"
twice="the server sent two of a kind"
none="the server sent a descriptor that is no namespace: *"

# nothing MODE: a server that serves nothing is no jail.
nothing()
{
	up "$P" "$HELPER/peer" serve "$P" "$1" || return 0
	refused "setns-join: no namespace is served" setns-join --keep-privileges "$P" touch "$T/ran"
	assertFalse "$1: the program ran" "[ -e $T/ran ]"
	down_by KILL
	rm -f "$P"
}

# Two of a kind; the same twice is fine: uWSGI sends pid and pid_for_children.
two()
{
	up "$T/up" "$CB" nsclone $as -u sh -c "$sleeper" "$T/up" || return 0
	jail=$outer
	said "$1" "$2" "/proc/$(sleeper_pid)/ns/uts"
	kill $jail
	wait $jail 2>/dev/null
	return 0
}

testServerOfOurs()
{
	can_ns || return 0
	said close "$closed"
	said hang-up "$closed"
	said garbage "$alien"
	said magic "$alien"
	said bare "the server says it sent 8 descriptors, 0 came"
	said long "$alien"
	said short "$alien"
	said endless "$alien"
	said version "the server speaks another version of the protocol"
	said known "$alien"
	said few "the server says it sent 8 descriptors, 3 came"
	said many "the server says it sent 3 descriptors, 8 came"
	said too-many "$twice"
	said flood "$lost"
	said files "$other"
	said swap "$other"
	said inode "$other"
	said zero "$unasked"
	said name "$unasked"
	said unasked "$unasked"
	two twice "$twice"
	nothing none
}

testServerOfUwsgi()
{
	can_ns || return 0
	said u-close "$closed"
	said u-garbage "$alien"
	said u-magic "$alien"
	said u-bare "the server says it sent 8 descriptors, 0 came"
	said u-short "$alien"
	said u-endless "$alien"
	said u-few "the server says it sent 8 descriptors, 3 came"
	said u-many "the server says it sent 3 descriptors, 8 came"
	said u-minus "the server says it sent -1 descriptors, 8 came"
	said u-flood "$lost"
	said u-files "$none"
	nothing u-none
	two u-twice "the server sent two uts namespaces"
}

# The modes are refused for what they do: without it, the peer is served.
testPeerThatIsGood()
{
	for mode in good u-good u-long; do
		up "$P" "$HELPER/peer" serve "$P" $mode || return 0
		run "$CB" setns-join --keep-privileges "$P" echo in
		assert_status 0
		assert_out in
		down_by KILL
		rm -f "$P"
	done
}

# 10 seconds, all at once: one that accepts and says nothing, two that do not
# even accept (the first client has taken the place in the queue).
testDeadline()
{
	[ "$WAY" = root/dash ] || [ "$WAY" = user/ash ] || return 0 # it is long
	for mode in silent u-silent no-accept; do
		up "$T/$mode" "$HELPER/peer" serve "$T/$mode" $mode || return 0
		peers="${peers-} $outer"
	done
	"$HELPER/peer" ask "$T/no-accept" none >"$T/asked" &
	peers="$peers $!"
	until [ -s "$T/asked" ]; do sleep 0.02; done
	begin=$(date +%s)
	for mode in silent u-silent no-accept; do
		{
			/usr/bin/timeout 30 "$CB" setns-join --keep-privileges "$T/$mode" touch "$T/ran" 2>"$T/err.$mode"
			echo $? >"$T/rc.$mode"
		} &
		joins="${joins-} $!"
	done
	wait $joins
	took=$(($(date +%s) - begin))
	assertEquals "125 125 125" "$(cat "$T"/rc.* | xargs)"
	assertTrue "it took $took s" "[ $took -ge 9 ] && [ $took -le 14 ]"
	for mode in silent u-silent; do
		assertEquals "setns-join: '$T/$mode': Resource temporarily unavailable (no answer within 10 seconds)" "$(cat "$T/err.$mode")"
	done
	assertEquals "setns-join: connect '$T/no-accept': Resource temporarily unavailable (no answer within 10 seconds)" "$(cat "$T/err.no-accept")"
	assertFalse "the program ran" "[ -e $T/ran ]"
	kill -KILL $peers
	wait $peers 2>/dev/null
	rm -f "$T/silent" "$T/u-silent" "$T/no-accept"
}

# All or nothing: whatever the limit of files is, it is joined whole or refused.
testLimitOfFiles()
{
	can_ns -Ur || return 0
	up "$T/up" "$CB" setns-serve "$S" nsclone $as -mpiun sh -c "$sleeper" "$T/up" || return 0
	refusals=0
	for n in 4 5 6 7 8 9 10 11 12 13 14 15 16 20 24 32; do
		run "$HELPER/with" --nofile $n "$CB" setns-join "$S" "$HELPER/facts" $(printf 'ns_%s ' $kinds)
		if [ "$rc" = 125 ]; then
			refusals=$((refusals + 1))
			assert_err "setns-join: *"
			assert_out ''
		else
			assert_status 0
			assertEquals "$n" "$(cat "$T/up.facts")" "$(cat "$T/out")"
		fi
	done
	assertTrue "$refusals refused" "[ $refusals -ge 6 ] && [ $refusals -le 14 ]"
	run "$HELPER/with" --nofile 8 "$CB" setns-join "$S" true
	assert_err "setns-join: '$S': $lost"
	down
	assert_status 143
}

# --- a hostile client ------------------------------------------------------------

# A served jail in $outer
serve()
{
	up "$T/up" "$@" "$CB" setns-serve "$S" nsclone $as -mpiu --hostname web sh -c "$sleeper" "$T/up"
}

# The server still serves, has told nothing and holds no more than before.
serves()
{
	run "$CB" setns-join "$S" hostname
	assert_out web
	assertEquals "$1: told" "" "$(cat "$T/up.err")"
	is_root || return 0
	tries=20
	until now=$(ls "/proc/$outer/fd"); [ "$now" = "$held" ] || [ $tries = 0 ]; do
		tries=$((tries - 1))
		sleep 0.05
	done
	assertEquals "$1: descriptors of the server" "$held" "$now"
}

testClients()
{
	can_ns || return 0
	serve || return 0
	is_root && held=$(ls "/proc/$outer/fd")
	serves "a good one"
	run "$HELPER/peer" ask "$S" ask 50
	assertEquals "216 8" "$(sort -u "$T/out")"
	assertEquals 50 "$(wc -l <"$T/out")"
	for mode in garbage short long empty fds half; do
		run /usr/bin/timeout 20 "$HELPER/peer" ask "$S" $mode 20
		assert_status 0
		case $mode in
		fds | half) assertEquals "$mode" "216 8" "$(sort -u "$T/out")" ;;
		*) assertEquals "$mode" closed "$(sort -u "$T/out")" ;;
		esac
		serves $mode
	done
	run "$HELPER/peer" ask "$S" stream
	assert_status 125
	assert_err "peer: $S: Protocol wrong type for socket"
	server=$outer
	up "$T/mute" sh -c 'exec "$HELPER/peer" ask "$0" mute 50 >"$1"' "$S" "$T/mute"
	mute=$outer outer=$server
	serves "50 that ask and do not read"
	kill -KILL $mute
	serves "and are killed"
	down
	assert_status 143
	assertFalse "the socket is left" "[ -e $S ]"
}

# 200 that say nothing while 200 others are served; then more than it has room for.
testSilentClients()
{
	can_ns || return 0
	serve || return 0
	is_root && held=$(ls "/proc/$outer/fd")
	server=$outer
	up "$T/silent" sh -c 'exec "$HELPER/peer" ask "$0" none 200 >"$1"' "$S" "$T/silent" || return 0
	silent=$outer outer=$server
	run /usr/bin/timeout 30 "$HELPER/peer" ask "$S" ask 200
	assertEquals "200 216 8" "$(uniq -c "$T/out" | xargs)"
	if [ "$WAY" = root/dash ]; then
		n=0
		while [ $n -lt 200 ] && "$CB" setns-join "$S" true; do n=$((n + 1)); done
		assertEquals 200 $n
	fi
	is_root && assertTrue "they hang on it" "[ $(find "/proc/$server/fd" -type l | wc -l) -gt 200 ]"
	up "$T/more" sh -c 'exec "$HELPER/peer" ask "$0" none 200 >"$1"' "$S" "$T/more" || return 0
	more=$outer outer=$server
	run "$CB" setns-join "$S" hostname
	assert_out web
	# The table is full: the oldest go, not who has just come.
	"$HELPER/peer" ask "$S" slow >"$T/slow" &
	slow=$!
	sleep 0.1
	run "$HELPER/peer" ask "$S" ask 5
	wait $slow
	assertEquals "216 8" "$(cat "$T/slow")"
	kill -KILL $silent $more
	wait $silent $more 2>/dev/null
	serves "after 400 silent ones"
	down
	assert_status 143
}

# A server that runs out of descriptors closes the oldest and goes on.
testServerWithFewFiles()
{
	can_ns || return 0
	serve "$HELPER/with" --nofile 24 || return 0
	server=$outer
	up "$T/silent" sh -c 'exec "$HELPER/peer" ask "$0" none 60 >"$1"' "$S" "$T/silent" || return 0
	silent=$outer outer=$server
	run /usr/bin/timeout 20 "$CB" setns-join "$S" hostname
	assert_status 0
	assert_out web
	kill -KILL $silent
	wait $silent 2>/dev/null
	down
	assert_status 143
}

. shunit2
