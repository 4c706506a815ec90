#!/bin/sh
# SPDX-License-Identifier: 0BSD
#
# The real uWSGI (Debian's uwsgi-core): we join it, and it joins us. An ordinary
# user does it all as root of a user namespace.
#
# shellcheck disable=SC2015,SC2016,SC2046,SC2086 # words are words, $ for inner shells
# shellcheck source=tests/lib.sh
. "${LIB:-${0%/*}/lib.sh}"
# shellcheck source=tests/handover.sh
. "$TOP/tests/handover.sh"

S=$T/sock
wrap=$(is_root || echo '/usr/bin/unshare -r')
facts=$(printf 'ns_%s ' $kinds)

has_uwsgi()
{
	command -v uwsgi >/dev/null || skip "no uwsgi (package uwsgi-core)"
}

# The first instance: setns-socket, unshare = ipc,uts; the second one: ours
testWeJoinTheirs()
{
	can_ns || return 0
	has_uwsgi || return 0
	up "$T/two" $wrap sh -c '
		uwsgi --master --die-on-term --setns-socket "$1" --unshare ipc,uts --plugin echo --http-socket "$2/http" \
			--hook-as-root "exec:hostname first" \
			--hook-as-root "exec:\"\$HELPER/facts\" $3 >$2/theirs" >"$2/uwsgi.log" 2>&1 &
		until [ -S "$1" ] && [ -S "$2/http" ] && [ -s "$2/theirs" ]; do sleep 0.05; done
		"$CB" setns-join "$1" true 2>"$2/refused"; echo $? >>"$2/refused"
		"$CB" setns-join --keep-privileges "$1" hostname >"$2/name"
		"$CB" setns-join --keep-privileges "$1" "$HELPER/facts" $3 >"$2/ours"
		kill %1 2>/dev/null || kill $!
		wait $!
		echo $? >"$2/two"' sh "$S" "$T" "$facts" || return 0
	wait $outer
	assertEquals first "$(cat "$T/name")"
	assertEquals "setns-join: the limits of this jail are not known, so they cannot be taken on (add --keep-privileges to enter without them)
125" "$(cat "$T/refused")"
	grep -v ns_user "$T/theirs" >"$T/theirs.joined"
	assertEquals "$(cat "$T/theirs.joined")" "$(grep -v ns_user "$T/ours")"
	assertEquals "two new ones" 2 "$("$HELPER/facts" $facts | grep -vxFf "$T/theirs.joined" | grep -vc ns_user)"
	rm -f "$S" "$T/http"
}

# The first instance: ours, --uwsgi; the second one is uWSGI, which joins it and
# serves a page from in there.
testTheyJoinOurs()
{
	can_ns -Ur || return 0
	has_uwsgi || return 0
	up "$T/done" $wrap sh -c '
		"$CB" setns-serve --uwsgi "$1" nsclone -mpiunCT --hostname first sh -c "\"\$HELPER/facts\" $3 >$2/ours; exec sleep '$nap'" &
		until [ -S "$1" ] && [ -s "$2/ours" ]; do sleep 0.05; done
		uwsgi --setns "$1" --plugin echo --http-socket "$2/http" --http-socket-modifier1 101 --die-on-term \
			--exec-as-root "hostname >$2/name; \"\$HELPER/facts\" $3 >$2/theirs" >"$2/uwsgi.log" 2>&1 &
		until [ -S "$2/http" ] && [ -s "$2/theirs" ]; do sleep 0.05; done
		curl -s --http0.9 --max-time 10 --unix-socket "$2/http" http://x/page >"$2/page"
		kill $!
		wait $!
		ls -l "$1" >"$2/mode"
		kill $(cat /proc/$$/task/$$/children)
		wait
		echo 0 >"$2/done"' sh "$S" "$T" "$facts" || return 0
	wait $outer
	assertEquals first "$(cat "$T/name")"
	# All kinds are new, because it cannot enter again what it is in already and,
	# as root of a user namespace, does not own.
	# It enters pid with its next fork: exec-as-root is one.
	assertEquals "$(grep -v ns_user "$T/ours")" "$(grep -v ns_user "$T/theirs")"
	# Its plugin echo says what it was asked for.
	assertContains "$(tr -cd '[:alpha:]/_' <"$T/page")" REQUEST_URI/page
	assertContains "$(cat "$T/mode")" srw-------
	assertFalse "the socket is left" "[ -e $S ]"
	rm -f "$T/http"
}

# Two of ours, by scripts/jail: the second one sees the first one's hostname.
testSecondInstanceSeesTheFirst()
{
	can_ns -Ur || return 0
	make_root "$T/root"
	up "$T/root/up" "$TOP/scripts/jail" "$T/root:first" ${as:+--user} --serve "$S" -- sh -c 'echo 1 >/up; exec sleep '$nap || return 0
	run "$CB" setns-join "$S" sh -c 'hostname; ls /; cat /proc/1/comm'
	assert_status 0
	assert_out "first
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
	down
	assert_status 143
	assertFalse "the socket is left" "[ -e $S ]"
}

. shunit2
