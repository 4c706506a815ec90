#!/bin/sh
# SPDX-License-Identifier: 0BSD
#
# setns-join takes the limits of the jail on; who may serve, and who may ask.
#
# shellcheck disable=SC2015,SC2016,SC2046,SC2086 # words are words, $ for inner shells
# shellcheck source=tests/lib.sh
. "${LIB:-${0%/*}/lib.sh}"
# shellcheck source=tests/handover.sh
. "$TOP/tests/handover.sh"

S=$T/sock

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

# --- limits ------------------------------------------------------------------

# Those of the last process of the sentence over the socket, those of PID with -t.
testLimitsAreTakenOn()
{
	can_ns -Ur || return 0
	caps=$(ul_unshare ${as:--m} /usr/bin/setpriv --bounding-set -net_raw,-sys_time,-chown "$HELPER/facts" CapBnd)
	# In a new user namespace the bounding set would be whole again.
	up "$T/up" "$CB" nsclone $as /usr/bin/setpriv --bounding-set -net_raw,-sys_time,-chown \
		--inh-caps -all --no-new-privs "$CB" setns-serve "$S" nsclone -mpiun \
		sh -c "$sleeper" "$T/up" || return 0
	for words in "$S" "-t $(sleeper_pid)"; do
		run "$CB" setns-join $words "$HELPER/facts" uid gid groups CapInh CapPrm CapEff CapBnd CapAmb NoNewPrivs
		assert_status 0
		assert_out "uid=0 0 0
gid=0 0 0
$(is_root && echo groups= || ul_unshare -r "$HELPER/facts" groups)
CapInh=0000000000000000
CapPrm=${caps#*=}
CapEff=${caps#*=}
$caps
CapAmb=0000000000000000
NoNewPrivs=1"
	done
	for words in "$S" "-t $(sleeper_pid)"; do
		run "$CB" setns-join --keep-privileges $words "$HELPER/facts" CapBnd NoNewPrivs
		assert_out "$(ul_unshare ${as:--m} "$HELPER/facts" CapBnd)
NoNewPrivs=0"
	done
	down
	assert_status 143
}

testIdsOfTheTarget()
{
	can_ns -Ur || return 0
	drop=$(is_root && echo "--reuid 12345 --regid 54321 --clear-groups")
	mkdir -p "$T/theirs" && chmod 777 "$T/theirs"
	up "$T/theirs/up" "$CB" nsclone $as -mpiun /usr/bin/setpriv $drop --bounding-set -all --inh-caps -all \
		sh -c "$sleeper" "$T/theirs/up" || return 0
	none=0000000000000000
	ids="12345 12345 12345
gid=54321 54321 54321"
	is_root || ids="0 0 0
gid=0 0 0"
	run $(is_root && echo /usr/bin/setpriv --groups 4,20) "$CB" setns-join -t "$(sleeper_pid)" \
		"$HELPER/facts" uid gid groups CapPrm CapEff CapBnd CapAmb
	assert_status 0
	assert_out "uid=$ids
$(is_root && echo groups= || ul_unshare -r "$HELPER/facts" groups)
CapPrm=$none
CapEff=$none
CapBnd=$none
CapAmb=$none"
	down
}

testSeccompIsRefused()
{
	can_ns -Ur || return 0
	up "$T/up" "$CB" nsclone $as -mu "$HELPER/seizer" filtered sh -c "$sleeper" "$T/up" || return 0
	refused "setns-join: the jail has a seccomp filter, which cannot be taken on (add --keep-privileges to enter without it)" \
		setns-join -t "$(sleeper_pid)" true
	run "$CB" setns-join --keep-privileges -t "$(sleeper_pid)" "$HELPER/facts" Seccomp
	assert_out "Seccomp=0"
	down
}

# --- who may -----------------------------------------------------------------

# Another uid, whether it serves or asks: refused, in one line.
testOtherUids()
{
	can_ns || return 0
	other='/usr/bin/setpriv --reuid 12345 --regid 12345 --clear-groups' uid=12345
	if ! is_root; then # one of the subordinate ids
		other='ul_unshare -r --map-auto'
		uid=$($other awk '$1 <= 1 && 1 < $1 + $3 { print $2 + 1 - $1 }' /proc/self/uid_map)
		other="$other /usr/bin/setpriv --reuid 1 --regid 1 --clear-groups"
	fi
	jail || return 0
	chmod 666 "$S"
	run $other "$CB" setns-join "$S" true
	assert_status 125
	assert_err "setns-join: '$S': the server closed the connection without an answer"
	run $other "$HELPER/peer" ask "$S" ask
	assert_out closed
	assertEquals "told, each once" "setns-serve: '$S': refused to uid $uid, process N
setns-serve: '$S': refused to uid $uid, process N" "$(sed 's/process [0-9]*$/process N/' "$T/up.err")"
	: >"$T/up.err"
	run "$CB" setns-join "$S" true
	assert_status 0
	gone
}

# Who is not mapped is nobody, and not the one that the overflow id looks like.
testUnmappedServer()
{
	can_ns -Ur || return 0
	up "$T/up" "$CB" nsclone -U setns-serve "$S" nsclone -mpiu sh -c "$sleeper" "$T/up" || return 0
	chmod 666 "$S"
	other='/usr/bin/setpriv --reuid 12345 --regid 12345 --clear-groups'
	is_root || other='ul_unshare -r --map-auto /usr/bin/setpriv --reuid 1 --regid 1 --clear-groups'
	run $other "$HELPER/peer" ask "$S" ask
	assert_out closed
	down
}

testTrustUid()
{
	can_ns -Ur || return 0
	is_root || { trustAsUser; return 0; }
	mkdir -p "$T/theirs" && chmod 777 "$T/theirs"
	up "$T/theirs/up" /usr/bin/setpriv --reuid 12345 --regid 12345 --clear-groups "$CB" setns-serve \
		"$T/theirs/sock" nsclone -r -mpiu --hostname user sh -c "$sleeper" "$T/theirs/up" || return 0
	no="setns-join: '$T/theirs/sock': it is served by uid 12345, which is neither root nor this user"
	refused "$no" setns-join "$T/theirs/sock" true
	refused "$no" setns-join --trust-uid 1234 "$T/theirs/sock" true
	run "$CB" setns-join --trust-uid 12345 "$T/theirs/sock" "$HELPER/facts" uid uid_map hostname
	assert_status 0
	assert_out "uid=0 0 0
uid_map=0 12345 1
hostname=user"
	# setgroups is denied in there: groups of ours would stay.
	run /usr/bin/setpriv --groups 4242 "$CB" setns-join --trust-uid 12345 "$T/theirs/sock" \
		"$HELPER/facts" groups
	assert_out "groups="
	down
	assert_status 143
}

# From a user namespace that does not map the server's uid.
trustAsUser()
{
	jail || return 0
	refused "setns-join: '$S': it is served by uid 65534, which is neither root nor this user" \
		nsclone -U setns-join "$S" true
	gone
}

# A caller without CAP_SYS_PTRACE, as in many containers: its jail is served.
testCallerWithoutPtrace()
{
	can_ns || return 0
	up "$T/up" "$CB" nsclone $as /usr/bin/setpriv --bounding-set -sys_ptrace --inh-caps -all \
		"$CB" setns-serve "$S" nsclone -mpiu --hostname web sh -c "$sleeper" "$T/up" || return 0
	run "$CB" setns-join "$S" hostname
	assert_out web
	gone
}

# -t PID by one who is in that user namespace already, and its root
testTargetInOurOwnUserNamespace()
{
	can_ns -Ur || return 0
	drop=$(is_root && echo "/usr/bin/setpriv --reuid 12345 --regid 12345 --clear-groups")
	run $drop /usr/bin/unshare -r sh -c '"$CB" nsclone -u --hostname in sleep $nap &
		until child=$(cat /proc/$!/task/$!/children) && [ "$child" ]; do sleep 0.02; done
		tries=100
		until [ "$("$CB" setns-join -t $child hostname)" = in ] || [ $tries = 0 ]; do
			tries=$((tries - 1)) child=$(cat /proc/$!/task/$!/children)
		done
		"$CB" setns-join -t $child "$HELPER/facts" hostname uid
		kill $!
		wait'
	assert_err ''
	assert_out "uid=0 0 0
hostname=in"
	no_left "sleep $nap"
}

. shunit2
