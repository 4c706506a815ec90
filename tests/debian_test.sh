#!/bin/sh
# SPDX-License-Identifier: 0BSD
# timeout: 900
#
# The main job: a real Debian (scripts/debootstrap.sh, kept in root's cache) with
# real services in it, started by scripts/jail, asked over HTTP from outside,
# from within and over a unix socket. An ordinary user, who cannot read that
# cache, does it with busybox httpd in a tree of his own; an ordinary user with
# the Debian is below, in the root ways.
#
# shellcheck disable=SC2015,SC2016,SC2046,SC2086 # words are words, $ for inner shells
# shellcheck source=tests/lib.sh
. "${LIB:-${0%/*}/lib.sh}"
# shellcheck source=tests/handover.sh
. "$TOP/tests/handover.sh"

S=$T/sock
jail=$TOP/scripts/jail
starts=50
[ "$WAY" = root/dash ] || starts=5
starts=$((starts * ${CELLBOX_LOAD:-100} / 100))
[ $starts -gt 0 ] || starts=1

oneTimeSetUp()
{
	debian='' why_not=''
	mkdir -p "$T/keep/run" "$T/keep/lib" "$T/keep/srv"
	echo "a page of $NAME" >"$T/keep/srv/page"
	if ! is_root; then
		make_root "$T/root"
		mkdir "$T/root/srv"
		return 0
	fi
	# HOME is a scratch of this run: the cache is not.
	home=$(sed -n 's/^root:[^:]*:[^:]*:[^:]*:[^:]*:\([^:]*\):.*/\1/p' /etc/passwd)
	debian=$(HOME=$home "$TOP/scripts/debootstrap.sh" 2>"$T/why") || why_not=$(cat "$T/why")
	return 0
}

# has_debian || return 0: an ordinary user does not need it.
has_debian()
{
	[ -z "$why_not" ] || skip "$why_not"
}

# A port of 127.0.0.1 that nobody listens at
free_port()
{
	port=$((20000 + $$ % 20000))
	while grep -q "$(printf ':%04X 00000000:0000 0A' $port)" /proc/net/tcp; do port=$((port + 1)); done
	echo $port
}

# nginx PORT [OPTIONS]: in the background, with all it writes into kept places
nginx()
{
	cat >"$T/keep/run/nginx.conf" <<-END
	user www-data;
	pid /run/nginx.pid;
	error_log stderr;
	worker_processes 2;
	events {}
	http {
		access_log off;
		server {
			listen 127.0.0.1:$1;
			listen unix:/run/http.sock;
			root /srv;
			location = /host { return 200 "\$hostname\\n"; }
		}
	}
	END
	shift
	rm -f "$T/keep/run/http.sock"
	up "$T/keep/run/nginx.pid" "$jail" "$debian:web" --ro "$@" --keep-mount "$T/keep/run:/run" \
		--keep-mount "$T/keep/lib:/var/lib/nginx" --keep-mount "$T/keep/srv:/srv" \
		-- /usr/sbin/nginx -c /run/nginx.conf -g "daemon off; env N$nap;" || return 1
	tries=100
	until curl -s --unix-socket "$T/keep/run/http.sock" http://web/host >/dev/null || [ $tries = 0 ]; do
		tries=$((tries - 1))
		sleep 0.02
	done
}

# httpd OPTIONS -- WORDS: busybox's, the user's service; says itself when it is up
httpd()
{
	rm -f "$T/keep/run/up"
	up "$T/keep/run/up" "$jail" "$T/root:web" --user "$@"
}

get()
{
	run curl -sS --noproxy '*' --max-time 10 "$@"
}

testFromOutside()
{
	can_ns || return 0
	has_debian || return 0
	port=$(free_port)
	if is_root; then
		nginx "$port" || return 0
		get -i "http://127.0.0.1:$port/page"
		assertContains "$(cat "$T/out")" "HTTP/1.1 200 OK"
		assertContains "$(cat "$T/out")" "Server: nginx"
		assertContains "$(cat "$T/out")" "a page of $NAME"
		get "http://127.0.0.1:$port/host"
		assert_out web
		inside=$(readlink "/proc/$(xargs </proc/$outer/task/$outer/children)/ns/uts")
		workers=''
		for pid in $(processes_like 'nginx: worker process' | sed 's/ .*//'); do
			[ "$(readlink "/proc/$pid/ns/uts")" != "$inside" ] ||
				workers="$workers $(sed -n 's/^Uid:[[:space:]]*//p' "/proc/$pid/status" | xargs)"
		done
		assertEquals "workers, by uid" " 33 33 33 33 33 33 33 33" "$workers"
		status=0
	else
		httpd --keep-mount "$T/keep/srv:/srv" --keep-mount "$T/keep/run:/tmp" -- sh -c \
			"echo 1 >/tmp/up; exec httpd -f -p 127.0.0.1:$port -h /srv" || return 0
		sleep 0.2
		get "http://127.0.0.1:$port/page"
		assert_out "a page of $NAME"
		status=143
	fi
	down
	assert_status $status
	get "http://127.0.0.1:$port/page"
	assert_status 7
}

# A network of its own: nobody outside reaches it, who came in through the socket does.
testOwnNetwork()
{
	can_ns || return 0
	has_debian || return 0
	port=$(free_port)
	if is_root; then
		up "$S" "$jail" "$debian:app" --ro --net --serve "$S" --keep-mount "$T/keep/srv:/srv" -- \
			/usr/bin/setpriv --reuid 33 --regid 33 --clear-groups --inh-caps -all \
			python3 -m http.server $port --bind 127.0.0.1 --directory /srv || return 0
		ask="import urllib.request, socket, os
page = urllib.request.urlopen('http://127.0.0.1:$port/page', timeout=10).read().decode()
print(page + socket.gethostname(), os.stat('/proc/2').st_uid)"
		ask() { run "$CB" setns-join "$S" python3 -c "$ask"; }
		name="app 33"
	else
		up "$S" "$jail" "$T/root:app" --user --net --serve "$S" --keep-mount "$T/keep/srv:/srv" -- \
			httpd -f -p 127.0.0.1:$port -h /srv || return 0
		ask() { run "$CB" setns-join "$S" sh -c "wget -q -O - http://127.0.0.1:$port/page; hostname"; }
		name=app
	fi
	tries=100
	until ask && [ "$rc" = 0 ] && [ -s "$T/out" ] && grep -q page "$T/out" || [ $tries = 0 ]; do
		tries=$((tries - 1))
		sleep 0.05
	done
	assert_status 0
	assert_out "a page of $NAME
$name"
	get "http://127.0.0.1:$port/page"
	assert_status 7
	down
	assert_status 143
	assertFalse "the socket is left" "[ -e $S ]"
}

# "UNIX sockets are a good way for inter-namespaces communications"
testUnixSocket()
{
	can_ns || return 0
	has_debian || return 0
	if ! is_root; then # busybox knows no such socket: our own helper serves
		cp "$HELPER/peer" "$T/root/bin/"
		up "$T/keep/run/peer" "$jail" "$T/root:inside" --user --net --keep-mount "$T/keep/run:/tmp" -- peer serve /tmp/peer u-good || return 0
		run "$CB" setns-join --keep-privileges "$T/keep/run/peer" hostname
		assert_status 0
		assert_out inside
		down
		rm -f "$T/keep/run/peer"
		return 0
	fi
	nginx "$(free_port)" --net || return 0
	get --unix-socket "$T/keep/run/http.sock" http://web/page
	assert_status 0
	assert_out "a page of $NAME"
	get "http://127.0.0.1:$(free_port)/page"
	assert_status 7
	assertEquals "a root that nobody writes" "" "$(find "$debian" -newer "$T/keep/run/nginx.conf" | head)"
	down
	assert_status 0
	assertFalse "nginx takes its socket away" "[ -e $T/keep/run/http.sock ]"
}

# An ordinary user of the host, root of the jail
testOrdinaryUser()
{
	can_ns || return 0
	has_debian || return 0
	is_root || { run "$jail" "$T/root" --user -- facts uid uid_map; assert_out "uid=0 0 0
uid_map=0 $(id -u) 1"; return 0; }
	mkdir -p "$T/debian" "$T/pub"
	chmod 777 "$T/pub"
	up "$T/pub/sock" "$CB" nsclone -m nsmount bind "$debian" "$T/debian" /usr/bin/setpriv --reuid 12345 --regid 12345 --clear-groups \
		"$jail" "$T/debian:mine" --user --ro --net --serve "$T/pub/sock" --keep-mount "$T/keep/srv:/srv" -- \
		python3 -m http.server 80 --directory /srv || return 0
	tries=100
	until run /usr/bin/setpriv --reuid 12345 --regid 12345 --clear-groups "$CB" setns-join "$T/pub/sock" python3 -c "
import urllib.request, socket
print(urllib.request.urlopen('http://127.0.0.1/page', timeout=10).read().decode() + socket.gethostname(), *open('/proc/2/uid_map').read().split())" &&
		[ "$rc" = 0 ] || [ $tries = 0 ]; do
		tries=$((tries - 1))
		sleep 0.05
	done
	assert_status 0
	assert_out "a page of $NAME
mine 0 12345 1"
	down
	assert_status 143
	assertFalse "the socket is left" "[ -e $T/pub/sock ]"
}

# What the host has of it, in a few numbers
host()
{
	cat /proc/self/mountinfo
	processes_like "N$nap" | grep -v ' busybox ps '
	grep -F "$T" /proc/net/unix | sed 's/.* //'
	find "$T/keep" | sort
}

testManyTimes()
{
	can_ns || return 0
	has_debian || return 0
	n=0 bad=0
	is_root && nginx "$(free_port)" && down
	rm -rf "$T/keep/run/up"*
	host >"$T/before"
	while [ $n -lt $starts ]; do
		n=$((n + 1))
		if is_root; then
			nginx "$(free_port)" --net --serve "$S" || break
			get --unix-socket "$T/keep/run/http.sock" http://web/page
			expected=0
		else
			httpd --net --serve "$S" --keep-mount "$T/keep/srv:/srv" --keep-mount "$T/keep/run:/tmp" -- \
				sh -c "echo 1 >/tmp/up; exec sleep $nap" || break
			run "$CB" setns-join "$S" cat /srv/page
			expected=143
		fi
		[ "$(cat "$T/out")" = "a page of $NAME" ] || bad=$((bad + 1))
		down
		[ "$rc" = $expected ] && [ ! -e "$S" ] || bad=$((bad + 1))
		rm -f "$T/keep/run/up"*
	done
	assertEquals "of $starts" 0 $bad
	assertEquals $starts $n
	host >"$T/after"
	assertEquals "the host" "$(cat "$T/before")" "$(cat "$T/after")"
}

. shunit2
