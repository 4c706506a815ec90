#!/bin/sh
# SPDX-License-Identifier: 0BSD
#
# The socket of setns-serve as a file: where it may be bound, what it replaces,
# its mode, and that none is left.
#
# shellcheck disable=SC2015,SC2016,SC2046,SC2086 # words are words, $ for inner shells
# shellcheck source=tests/lib.sh
. "${LIB:-${0%/*}/lib.sh}"
# shellcheck source=tests/handover.sh
. "$TOP/tests/handover.sh"

S=$T/sock
taken="Address in use (somebody serves it, or it is not a socket of ours)"
# A path of 107 bytes is the longest, of 108 too long.
longest=$T/$(printf "%0$((106 - ${#T}))d" 0)

testNobodyServes()
{
	refused "setns-join: connect '$S': No such file or directory" setns-join "$S" true
	refused "setns-join: connect '': No such file or directory" setns-join "" true
	refused "setns-join: connect '${longest}0': Filename too long" setns-join "${longest}0" true
	echo word >"$T/file"
	refused "setns-join: connect '$T/file': Connection refused (nobody serves it)" setns-join "$T/file" true
	refused "setns-join: connect '$T': Connection refused (nobody serves it)" setns-join "$T" true
	stale "$S" peer
	refused "setns-join: connect '$S': Connection refused (nobody serves it)" setns-join "$S" true
	rm "$S"
	refused "setns-join: an operand is missing (usage: *)" setns-join
}

# stale PATH MODE [CMD]: a socket that nobody serves any more
stale()
{
	path=$1 mode=$2
	shift 2
	[ "$mode" != peer ] || mode=good
	up "$path" "$@" "$HELPER/peer" serve "$path" $mode || return 1
	down_by KILL
	[ -S "$path" ] || fail "there is no socket"
}

# shellcheck disable=SC2059 # they are formats
testPathsThatCannotBe()
{
	for words in "setns-serve %s true" "setns-serve --uwsgi %s true" "setns-serve --target $$ %s"; do
		refused "setns-serve: bind the socket '${longest}0': Filename too long" $(printf "$words" "${longest}0")
		refused "setns-serve: bind the socket '$T/no/dir': No such file or directory" $(printf "$words" "$T/no/dir")
		echo word >"$T/file"
		refused "setns-serve: bind the socket '$T/file': $taken" $(printf "$words" "$T/file")
		assertEquals word "$(cat "$T/file")"
		mkdir -p "$T/dir"
		refused "setns-serve: bind the socket '$T/dir': $taken" $(printf "$words" "$T/dir")
		ln -sf nowhere "$T/link"
		refused "setns-serve: bind the socket '$T/link': $taken" $(printf "$words" "$T/link")
		assertEquals nowhere "$(readlink "$T/link")"
	done
	refused "setns-serve: bind the socket '': No such file or directory" setns-serve "" true
	run "$CB" setns-serve "$longest" sh -c '[ -S "$0" ]' "$longest"
	assert_status 0
	assertFalse "the longest is left" "[ -e $longest ]"
}

testStaleIsReplaced()
{
	can_ns || return 0
	for mode in good u-good; do
		stale "$S" $mode || return 0
		run "$CB" setns-serve "$S" nsclone $as -u sh -c '[ -S "$0" ] && "$1" setns-join "$0" echo in' "$S" "$CB"
		assert_status 0
		assert_out in
		assertFalse "it is left" "[ -e $S ]"
	done
	# What only leads to a stale one is not a socket of ours.
	stale "$S" good
	ln -sf sock "$T/link"
	refused "setns-serve: bind the socket '$T/link': $taken" setns-serve "$T/link" true
	assertTrue "it is gone" "[ -S $S ] && [ -h $T/link ]"
	rm "$S"
}

testOtherOnesStaleSocket()
{
	can_ns || return 0
	mkdir -p "$T/pub" && chmod 777 "$T/pub"
	if is_root; then
		stale "$T/pub/sock" good /usr/bin/setpriv --reuid 12345 --regid 12345 --clear-groups
	else
		stale "$T/pub/sock" good /usr/bin/unshare -r --map-auto /usr/bin/setpriv --reuid 1 --regid 1 --clear-groups
	fi || return 0
	refused "setns-serve: bind the socket '$T/pub/sock': $taken" setns-serve "$T/pub/sock" true
	assertTrue "it is gone" "[ -S $T/pub/sock ]"
	rm -f "$T/pub/sock"
}

testServedIsNotReplaced()
{
	can_ns || return 0
	for mode in good u-good silent; do
		up "$S" "$HELPER/peer" serve "$S" $mode || return 0
		refused "setns-serve: bind the socket '$S': $taken" setns-serve "$S" true
		refused "setns-serve: bind the socket '$S': $taken" setns-serve --uwsgi "$S" true
		assertTrue "$mode: it is gone" "[ -S $S ]"
		down_by KILL
		rm "$S"
	done
	# Its queue is full: it is served all the same, and nobody waits for it.
	up "$S" "$HELPER/peer" serve "$S" no-accept || return 0
	"$HELPER/peer" ask "$S" none >"$T/asked" &
	asker=$!
	until [ -s "$T/asked" ]; do sleep 0.02; done
	run /usr/bin/timeout -s KILL 3 "$CB" setns-serve "$S" true
	assert_status 125
	assert_err "setns-serve: bind the socket '$S': $taken"
	assertTrue "it is gone" "[ -S $S ]"
	kill -KILL $asker
	wait $asker 2>/dev/null
	down_by KILL
	rm -f "$S"
	# One of ours
	up "$T/up" "$CB" setns-serve "$S" nsclone $as -mpiu --hostname first sh -c "$sleeper" "$T/up" || return 0
	refused "setns-serve: bind the socket '$S': $taken" setns-serve "$S" nsclone -ru --hostname second true
	run "$CB" setns-join "$S" hostname
	assert_out first
	# Somebody else's in its place is not removed at the end.
	mv "$S" "$T/moved"
	echo word >"$S"
	down
	assert_status 143
	assertEquals word "$(cat "$S")"
	rm "$T/moved" "$S"
}

# uWSGI's client says nothing: what others say does not matter, and each gets
# the frame, 15 bytes with all but the user namespace, and the end.
testUwsgiFrame()
{
	can_ns || return 0
	up "$T/up" "$CB" setns-serve --uwsgi "$S" nsclone $as -mpiunCT --hostname web sh -c "$sleeper" "$T/up" || return 0
	run /usr/bin/timeout 20 "$HELPER/peer" ask "$S" stream 50
	assertEquals "50 15 7" "$(uniq -c "$T/out" | xargs)"
	run "$HELPER/peer" ask "$S" none-of-ours
	assert_err "peer: $S: Protocol wrong type for socket"
	"$HELPER/peer" ask "$S" stream 200 >"$T/out" &
	wait $!
	assertEquals 200 "$(grep -cx '15 7' "$T/out")"
	if is_root; then # ours joins it, too; an ordinary user needs the user namespace
		run "$CB" setns-join --keep-privileges "$S" hostname
		assert_out web
		chmod 666 "$S"
		run /usr/bin/setpriv --reuid 12345 --regid 12345 --clear-groups "$HELPER/peer" ask "$S" stream
		assert_out closed
		assertEquals "setns-serve: '$S': refused to uid 12345, process N" "$(sed 's/process [0-9]*$/process N/' "$T/up.err")"
	else
		refused "setns-join: setns '*': Operation not permitted*" setns-join --keep-privileges "$S" true
	fi
	down
	assert_status 143
	assertFalse "it is left" "[ -e $S ]"
}

testModeFromBirth()
{
	for words in "" --uwsgi; do
		for mask in 0 022 0777; do
			(umask $mask && exec strace -f -qq -o "$T/trace" -e trace=umask,bind,listen,chmod,fchmod,fchmodat \
				"$CB" setns-serve $words "$S" sh -c 'stat -c %a "$0"; umask' "$S") >"$T/out" 2>"$T/err" </dev/null
			assertEquals "umask $mask" "600
$(printf %04o 0$mask)" "$(cat "$T/out")"
			assertEquals "umask bind umask listen" "$(sed -n '1,4s/^[0-9]* *\([a-z]*\)(.*/\1/p' "$T/trace" | xargs)"
			assertTrue "$(head -n 1 "$T/trace")" "head -n 1 $T/trace | grep -q 'umask(0177)'"
			assertEquals "no chmod" 0 "$(grep -c chmod "$T/trace")"
		done
	done
	up "$S" "$CB" setns-serve --target $$ "$S" || return 0
	assertEquals 600 "$(stat -c %a "$S")"
	down
	assert_status 143
	assertFalse "it is left" "[ -e $S ]"
}

# However it ends, no socket is left: but by KILL, and then the next one takes it.
testNoneIsLeft()
{
	can_ns -Ur || return 0
	printf '#!/bin/sh\nkill -KILL $$\n' >"$T/dies"
	chmod 755 "$T/dies"
	for words in true false /no/such "$T/dies" "nsclone -rp $T/dies" 'nsclone -rm nsmount bind /no/such /mnt true' \
		'nsclone -rmp pivotroot /no/such true'; do
		run "$CB" setns-serve "$S" $words
		assertFalse "$words" "[ -e $S ]"
	done
	for signal in TERM INT HUP QUIT USR1; do
		up "$T/up" "$HELPER/reap" "$CB" setns-serve "$S" nsclone $as -mpiu sh -c "$sleeper" "$T/up" || return 0
		kill -$signal $(cat /proc/$outer/task/$outer/children)
		wait $outer
		assertFalse "$signal" "[ -e $S ]"
		no_left "sleep $nap"
	done
	up "$T/up" "$CB" setns-serve "$S" nsclone $as -mpiu sh -c "$sleeper" "$T/up" || return 0
	down_by KILL
	no_left "sleep $nap"
	assertTrue "KILL leaves it" "[ -S $S ]"
	run "$CB" setns-serve "$S" nsclone -ru --hostname next sh -c '"$0" setns-join "$1" hostname' "$CB" "$S"
	assert_out next
	assertFalse "it is left" "[ -e $S ]"
}

. shunit2
