#!/bin/sh
# SPDX-License-Identifier: 0BSD
#
# setns-serve: what is served and for how long, by whom it may be asked, and the
# socket as a file.
#
# shellcheck disable=SC2015,SC2016,SC2046,SC2086 # words are words, $ for inner shells
# shellcheck source=tests/lib.sh
. "${LIB:-${0%/*}/lib.sh}"
# shellcheck source=tests/handover.sh
. "$TOP/tests/handover.sh"

S=$T/sock

# ended: the server of up ends by TERM, has told nothing and leaves no socket.
ended()
{
	down
	assert_status 143
	assertEquals "stderr of the server" "" "$(cat "$upfile.err")"
	assertFalse "the socket is left" "[ -e $S ]"
}

# joined WORDS: what the hostname is in there
joined()
{
	run "$CB" setns-join "$@"
	assert_status 0
	assert_err ''
	assert_out web
}

# --- how long ------------------------------------------------------------------

testHold()
{
	can_ns -Ur || return 0
	up "$S" "$CB" setns-serve --hold "$S" nsclone $as -mpiunCT --hostname web true || return 0
	sleep 0.2 # and the jail has ended
	joined --only uts,net,mnt,ipc,cgroup,time,user "$S" hostname
	refused "setns-join: fork: *emory (the pid namespace: its init has exited)" setns-join "$S" true
	[ "$as" ] || joined --only uts "$S" hostname
	for signal in 'HUP 129' 'INT 130' 'QUIT 131'; do
		down_by ${signal% *}
		assertEquals "$signal" "${signal#* }" $rc
		assertFalse "the socket is left" "[ -e $S ]"
		up "$S" "$CB" setns-serve --hold "$S" nsclone $as -u --hostname web true || return 0
	done
	ended
	# What never stood is not held.
	run "$CB" setns-serve --hold "$S" nsclone $as -mp pivotroot /no/such true
	assert_status 125
	assertFalse "the socket is left" "[ -e $S ]"
	run "$CB" setns-serve --hold "$S" /no/such
	assert_status 127
	assertFalse "the socket is left" "[ -e $S ]"
}

testHoldWhileItRuns()
{
	can_ns -Ur || return 0
	up "$T/up" "$CB" setns-serve --hold "$S" nsclone $as -mpiu --hostname web sh -c "$sleeper" "$T/up" || return 0
	joined "$S" hostname
	kill -TERM $outer # it is the jail's
	no_left "sleep $nap"
	joined --only uts${as:+,user} "$S" hostname
	ended
}

# What it holds is what can be had: a net namespace in a pool
testPool()
{
	needs_root || return 0
	up "$S" "$CB" setns-serve --hold --only net "$S" nsclone -n --lo true || return 0
	run "$CB" setns-join --keep-privileges "$S" nsclone -mpiu "$HELPER/facts" ns_net
	assert_status 0
	one=$(cat "$T/out")
	run "$CB" setns-join --keep-privileges "$S" "$HELPER/facts" ns_net
	assertEquals "$one" "$(cat "$T/out")"
	assertNotEquals "the host's" "$one" "$("$HELPER/facts" ns_net)"
	ended
}

testPreopen()
{
	can_ns -Ur || return 0
	up "$T/up" "$CB" nsclone $as -uiC --hostname web setns-serve --preopen "$S" nsclone -mpnu --hostname in \
		sh -c "$sleeper" "$T/up" || return 0
	joined --expect uts,ipc,cgroup "$S" hostname
	run "$CB" setns-join "$S" "$HELPER/facts" ns_net ns_mnt
	assertEquals "$("$HELPER/facts" ns_net ns_mnt)" "$(cat "$T/out")"
	down
	assertEquals "setns-serve: warning: --preopen: served as they were, but a later step replaced: mount,uts,net,pid" \
		"$(cat "$T/up.err")"
	up "$T/up" "$CB" nsclone $as -u --hostname web setns-serve --preopen "$S" sh -c "$sleeper" "$T/up" || return 0
	joined "$S" hostname
	ended
}

# --- what ------------------------------------------------------------------------

testOnlyAndSkip()
{
	can_ns -Ur || return 0
	for words in '--only uts,user' '--skip fs,ipc,pid,net,cgroup,time' '--only uts,user,net --skip net'; do
		up "$S" "$CB" setns-serve --hold $words "$S" nsclone $as -mpiun --hostname web true || return 0
		run "$HELPER/peer" ask "$S" ask
		assert_out "216 2"
		joined "$S" hostname
		refused "setns-join: there is no net namespace (not served, or not in this kernel: Linux 2.6.24)" \
			setns-join -n "$S" true
		ended
	done
	refused "setns-serve: --skip leaves nothing to be served" -n setns-serve --only net --skip net "$S" true
	refused "setns-serve: --ns 'nat': unknown namespace *" -n setns-serve --only nat "$S" true
	# uWSGI's frame: user is in it if it was asked for.
	for words in ':15 7' '--skip pid,net:15 5' '--only user,uts:15 2'; do
		up "$S" "$CB" setns-serve --uwsgi --hold ${words%:*} "$S" nsclone $as -u --hostname web true || return 0
		run "$HELPER/peer" ask "$S" stream
		assert_out "${words#*:}"
		ended
	done
}

# The root and the working directory of who executed the program
testRootAndDirectory()
{
	can_ns -Ur || return 0
	make_root "$T/root"
	mkdir "$T/root/in"
	up "$T/root/in/up" "$CB" setns-serve "$S" nsclone $as -m unshare --root "$T/root" --wd /in \
		sh -c 'echo $$ >up; exec sleep '$nap || return 0
	for words in "$S" "-t $(cat "$T/root/in/up")"; do
		run "$CB" setns-join $words /bin/sh -c 'pwd; ls /'
		assert_out "/in
bin
dev
etc
in
proc
sys
tmp"
	done
	run "$CB" setns-join --only uts${as:+,user} "$S" sh -c pwd
	assert_out "$T" # without the mount namespace it is ours
	down
}

# --- stand-alone -------------------------------------------------------------------

testFiles()
{
	needs_root || return 0
	up "$T/up" "$CB" nsclone -un --hostname web sh -c "$sleeper" "$T/up" || return 0
	jail=$outer
	ns=/proc/$(cat "$T/up")/ns
	up "$S" "$CB" setns-serve --from $ns/uts $ns/net -- "$S" || return 0
	run "$HELPER/peer" ask "$S" ask
	assert_out "216 2"
	joined --keep-privileges --expect uts,net "$S" hostname
	refused "setns-join: the limits of this jail are not known, *" setns-join "$S" true
	ended
	up "$S" "$CB" setns-serve --fd 7 --fd 8 "$S" 7<$ns/uts 8<$ns/net || return 0
	joined --keep-privileges --expect uts,net "$S" hostname
	ended
	kill $jail
	wait $jail 2>/dev/null
	refused "setns-serve: open '/no/such': No such file or directory" setns-serve --from /no/such -- "$S"
	refused "setns-serve: not a namespace: '/etc/passwd': *" setns-serve --from /etc/passwd -- "$S"
	refused "setns-serve: '/proc/self/ns/uts': a second uts namespace" \
		setns-serve --from /proc/self/ns/uts /proc/self/ns/uts -- "$S"
	refused "setns-serve: open '9': Bad file descriptor" setns-serve --fd 9 "$S"
	assertFalse "a socket is left" "[ -e $S ]"
}

testReady()
{
	can_ns -Ur || return 0
	mkfifo "$T/fifo"
	"$CB" setns-serve --ready-fd 7 --target $$ "$S" 7>"$T/fifo" &
	outer=$!
	assertEquals ready=1 "$(cat "$T/fifo")"
	assertTrue "it is not bound" "[ -S $S ]"
	kill $outer
	wait $outer 2>/dev/null
	refused "setns-serve: --ready-fd '7': Bad file descriptor" setns-serve --ready-fd 7 --target $$ "$S"
	refused "setns-serve: --detach and --ready-fd need --target, --from or --fd" -n setns-serve --ready-fd 1 "$S" true
}

testDetach()
{
	can_ns -Ur || return 0
	up "$T/up" "$CB" nsclone $as -u --hostname web sh -c "$sleeper" "$T/up" || return 0
	run /usr/bin/timeout 5 "$CB" setns-serve --detach --target "$(cat "$T/up")" "$S"
	assert_status 0
	assert_out ready=1
	joined "$S" hostname
	down # and the server with it
	tries=100
	while [ -e "$S" ] && [ $tries -gt 0 ]; do tries=$((tries - 1)); sleep 0.02; done
	assertFalse "the socket is left" "[ -e $S ]"
	refused "setns-serve: bind the socket '/no/such/dir': No such file or directory" \
		setns-serve --detach --target $$ /no/such/dir
}

testBadUsage()
{
	while IFS='|' read -r words why; do
		refused "setns-serve: $why" -n setns-serve $words
	done <<-END
	--target 1 --fd 3 S|one of --target, --from and --fd
	--hold --target 1 S|--hold and --preopen are for a jail that follows
	--preopen --fd 1 S|--hold and --preopen are for a jail that follows
	--from -- S|--from FILE... needs files, and -- behind them
	--from x S|--from FILE... needs files, and -- behind them
	--fd 3 S true|--fd stands alone: 'true' is one word too many
	--from x -- S true|--from stands alone: 'true' is one word too many
	--mode 0888 S true|--mode '0888': not the mode of a file
	--mode 1777 S true|--mode '1777': not the mode of a file
	--mode 600 @x true|'@x': an abstract socket has neither mode nor owner
	--owner 0 @x true|'@x': an abstract socket has neither mode nor owner
	--detach S true|--detach and --ready-fd need --target, --from or --fd
	$(printf -- '--allow-uid 1 %.0s' 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17)S true|--allow-uid is given more than 16 times
	END
	for option in --allow-uid --allow-gid --owner; do
		for name in nobody-of-that-name 4294967296 1x ''; do
			refused "setns-serve: $option '$name': not known" setns-serve $option "$name" "$S" true
		done
	done
	assertFalse "a socket is left" "[ -e $S ]"
}

# --- who, and the file ---------------------------------------------------------------

# as_id UID GROUPS CMD...: an ordinary user has subordinate ids for that
as_id()
{
	id=$1 groups=$2
	shift 2
	[ "$groups" ] && set -- --groups "$groups" "$@" || set -- --clear-groups "$@"
	if is_root; then
		/usr/bin/setpriv --reuid $id --regid $id "$@"
	else
		ul_unshare -r --map-auto /usr/bin/setpriv --reuid $id --regid $id "$@"
	fi
}

# mapped FILE ID: what an id of as_id is outside
mapped()
{
	is_root && echo $2 && return
	ul_unshare -r --map-auto awk -v id=$2 '$1 <= id && id < $1 + $3 { print $2 + id - $1 }' /proc/self/$1
}

testAllow()
{
	can_ns -Ur || return 0
	uid=$(mapped uid_map 5) gid=$(mapped gid_map 6) group=$(mapped gid_map 7)
	chmod 755 "$T"
	up "$S" "$CB" setns-serve --hold --mode 666 --allow-uid $uid --allow-gid $gid --allow-gid $group \
		"$S" nsclone $as -u true || return 0
	assertEquals 666 "$(stat -c %a "$S")"
	for row in '5::216 8' '6::216 8' '9:7:216 8' '9:8,7,10:216 8' '9::closed' '9:5,8:closed'; do
		run as_id ${row%%:*} "$(echo $row | cut -d : -f 2)" "$HELPER/peer" ask "$S" ask
		assertEquals "$row" "${row##*:}" "$(cat "$T/out")"
	done
	assertEquals "told, each once" 2 "$(grep -c "refused to uid $(mapped uid_map 9), process" "$S.err")"
	assertEquals 2 "$(wc -l <"$S.err")"
	down
}

# One line per client that is refused, but not a thousand of them.
testRefusalsAreRare()
{
	can_ns -Ur || return 0
	up "$S" "$CB" setns-serve --hold --mode 666 "$S" nsclone $as -u true || return 0
	run as_id 9 '' "$HELPER/peer" ask "$S" ask 300
	assertEquals "300 closed" "$(uniq -c "$T/out" | xargs)"
	assertEquals 10 "$(wc -l <"$S.err")"
	joined_by=$(run "$CB" setns-join --only user,uts "$S" true; echo $rc)
	assertEquals 0 "$joined_by"
	down
}

testModeAndOwner()
{
	can_ns || return 0
	for row in '660 660' '0 0' '777 777' '0640 640'; do
		for words in '' --uwsgi; do
			run sh -c 'umask 077; exec "$@"' sh "$CB" setns-serve $words --mode ${row% *} "$S" stat -c %a "$S"
			assert_out "${row#* }"
		done
	done
	is_root || { refused "setns-serve: give away the socket '$S': Operation not permitted" setns-serve --owner 0 "$S" true; return 0; }
	for row in '12345:12345 0' 'daemon:mail:1 8' ':mail:0 8' '12345:mail:12345 8'; do
		run "$CB" setns-serve --owner "${row%:*}" "$S" stat -c '%u %g %a' "$S"
		assert_out "${row##*:} 600"
	done
	assertFalse "a socket is left" "[ -e $S ]"
}

# A name of the abstract space: no file, the same rights
testAbstract()
{
	can_ns -Ur || return 0
	A=@$NAME-$WAY
	up "$T/up" "$CB" setns-serve "$A" nsclone $as -mpiu --hostname web sh -c "$sleeper" "$T/up" || return 0
	joined "$A" hostname
	refused "setns-serve: bind the socket '$A': Address*in use (somebody serves it)" setns-serve "$A" true
	run as_id 9 '' "$CB" setns-join --trust-uid "$(id -u)" "$A" true
	assert_status 125
	assertEquals "told" 1 "$(grep -c "'$A': refused to uid" "$T/up.err")"
	assertFalse "a file" "[ -e $A ]"
	down
	assert_status 143
	refused "setns-join: connect '$A': Connection refused (nobody serves it)" setns-join "$A" true
	refused "setns-join: connect '@': No such file or directory" setns-join @ true
}

# As many as there may be open files that say nothing, and others that ask all the
# while: none of these waits long. In rounds, because the table is small.
testCrowd()
{
	can_ns || return 0
	up "$T/up" "$CB" setns-serve "$S" nsclone $as -mpiu --hostname web sh -c "$sleeper" "$T/up" || return 0
	server=$outer
	crowd=$((100 * ${CELLBOX_LOAD:-100}))
	[ $crowd -lt 15000 ] || crowd=15000
	"$HELPER/peer" ask "$S" none $crowd >"$T/crowd" 2>"$T/crowd.err" &
	peer=$!
	run "$HELPER/peer" ask "$S" worst 200
	assert_status 0
	during=$(cat "$T/out")
	tries=500
	until [ -s "$T/crowd" ] || [ $tries = 0 ]; do tries=$((tries - 1)); sleep 0.02; done
	assertEquals "the crowd is there" up "$(cat "$T/crowd")"
	for _ in 1 2 3; do # the machine may be busy with others
		run "$HELPER/peer" ask "$S" worst 200
		assert_status 0
		worst=$(cat "$T/out")
		[ "$worst" -ge 100000 ] || break
	done
	echo "# $crowd that say nothing: the slowest of 200 answers took $during us while they came, $worst us then"
	assertTrue "$worst us" "[ $worst -lt 100000 ]"
	kill -KILL $peer
	wait $peer 2>/dev/null
	outer=$server
	joined "$S" hostname
	ended
}

# Each client has 10 seconds to ask, also if no other one comes.
testDeadlineOfClients()
{
	[ "$WAY" = root/dash ] || [ "$WAY" = user/ash ] || return 0 # it is long
	can_ns -Ur || return 0
	up "$S" "$CB" setns-serve --hold "$S" nsclone $as -u --hostname web true || return 0
	server=$outer
	"$HELPER/peer" ask "$S" patient >"$T/patient" &
	peer=$!
	sleep 2
	"$HELPER/peer" ask "$S" patient >"$T/later" &
	wait $peer $!
	for file in patient later; do
		took=$(sed 's/closed //' "$T/$file")
		assertTrue "$file: closed after $took us" "[ $took -gt 9000000 ] && [ $took -lt 13000000 ]"
	done
	outer=$server
	ended
}

. shunit2
