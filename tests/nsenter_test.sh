#!/bin/sh
# SPDX-License-Identifier: 0BSD
#
# nsenter: as util-linux's, which is the oracle. It keeps privileges and
# descriptors; setns-join is the one that does not (setns-join.1 says so).
#
# shellcheck disable=SC2015,SC2016,SC2046,SC2086 # words are words, $ for inner shells
# shellcheck source=tests/lib.sh
. "${LIB:-${0%/*}/lib.sh}"
# shellcheck source=tests/handover.sh
. "$TOP/tests/handover.sh"

facts=$(printf 'ns_%s ' $kinds)
look="$HELPER/facts $facts uid gid groups CapPrm CapEff CapInh CapBnd CapAmb NoNewPrivs cwd root fds hostname umask"

oneTimeSetUp()
{
	mkdir "$T/links"
	ln -s "$CB" "$T/links/nsenter"
	ours=$T/links/nsenter
	ul=/usr/bin/nsenter
	# Where there can be none, each test says so.
	ul_unshare -Ur true >"$T/can" 2>&1 || return 0
	jailed || return 1
}

# jailed: eight new namespaces (util-linux makes them); $pid is in all of them.
jailed()
{
	up "$T/up" /usr/bin/unshare $as -mpiunCT --fork --kill-child sh -c \
		'hostname deep; '"$sleeper" "$T/up" || return 1
	pid=$(sleeper_pid) first=$outer
}

oneTimeTearDown()
{
	[ "$first" ] || return 0
	kill -KILL "$pid" 2>/dev/null
	wait $first 2>/dev/null
	first=
}

# A user enters the user namespace, too, in order to enter any; and where
# setgroups is denied, util-linux's cannot become root.
user=$(is_root || echo --user --preserve-credentials)

# same WORDS...: both do the same with them: stdout and status.
same()
{
	run "$HELPER/with" --open 5 $ul "$@"
	[ "$rc" = 0 ] || fail "the oracle: status $rc: $(cat "$T/err")"
	cp "$T/out" "$T/theirs"
	theirs=$rc
	[ -s "$T/theirs" ] || fail "the oracle says nothing: $*"
	run "$HELPER/with" --open 5 $ours "$@"
	assert_status "$theirs"
	assert_err ''
	cmp -s "$T/theirs" "$T/out" && return 0
	fail "nsenter $*"
	diff "$T/theirs" "$T/out"
	return 0
}

# entered KINDS: of the last output, these namespaces are the jail's and not ours.
entered()
{
	grep '^ns_' "$T/out" | grep -xFf "$T/up.facts" | sed 's/^ns_//; s/=.*//' >"$T/all"
	"$HELPER/facts" $facts | sed 's/^/x/' >"$T/host"
	while read -r kind; do
		grep -q "^x$(grep "^ns_$kind=" "$T/out")\$" "$T/host" || echo "$kind"
	done <"$T/all" | xargs >"$T/entered"
	assertEquals "$1" "$(cat "$T/entered")"
}

testEachKind()
{
	can_ns -Ur || return 0
	for row in m:mnt u:uts i:ipc n:net C:cgroup T:time p:pid; do
		same -t "$pid" $user -${row%:*} $look
		entered "$(echo "${row#*:} $(is_root || echo user)" | xargs -n 1 | sort | xargs)"
	done
	is_root && return 0
	same -t "$pid" $user $look
	entered user
}

testMany()
{
	can_ns -Ur || return 0
	same -t "$pid" $user -m -u -i -n -p -C -T $look
	cp "$T/out" "$T/apart"
	run "$HELPER/with" --open 5 $ours -t "$pid" $user -muinpCT $look # ours alone knows clusters
	assertEquals "$(cat "$T/apart")" "$(cat "$T/out")"
	entered "cgroup ipc mnt net pid time $(is_root || echo 'user ')uts"
	same -a -t "$pid" ${user#--user} $look
	entered "cgroup ipc mnt net pid time $(is_root || echo 'user ')uts"
	same --target "$pid" --all ${user#--user} -- $look
	same --target="$pid" $user --uts --ipc --net $look
	entered "ipc net $(is_root || echo 'user ')uts"
	same --targ "$pid" $user --ut --ip --net --mo $look
	same -t"$pid" $user -u -i hostname
	assert_out deep
}

# -n/PATH, -n=... does not exist there; --net=PATH, each with and without -t
testFiles()
{
	can_ns -Ur || return 0
	ns=/proc/$pid/ns
	user_file=$(is_root || echo "--user=$ns/user --preserve-credentials")
	same $user_file --net=$ns/net --uts=$ns/uts $look
	entered "net $(is_root || echo 'user ')uts"
	same $user_file -n$ns/net -u$ns/uts -i$ns/ipc $look
	entered "ipc net $(is_root || echo 'user ')uts"
	same $user_file --mount=$ns/mnt --pid=$ns/pid --cgroup=$ns/cgroup --time=$ns/time $look
	# The file goes before the target's own.
	same -t $$ --uts=$ns/uts $user_file hostname
	assert_out deep
	is_root || return 0
	same -t "$pid" -i --uts=/proc/self/ns/uts hostname
	assert_out "$(hostname)"
}

testPidForks()
{
	can_ns -Ur || return 0
	run $ours -t "$pid" $user -p sh -c 'echo $PPID $(($$ > 1))'
	assert_out "0 1"
	same -t "$pid" $user -p -F readlink /proc/self/ns/pid /proc/self/ns/pid_for_children
	assertEquals "the children's alone" 2 "$(sort -u "$T/out" | wc -l)"
	run sh -c 'echo $$; exec "$0" "$@"' $ours -t "$pid" $user -u "$HELPER/facts" pid pdeathsig
	assert_out "$(sed -n 1p "$T/out")
pid=$(sed -n 1p "$T/out")
pdeathsig=0"
}

testStatus()
{
	can_ns -Ur || return 0
	for words in -u -p; do
		run $ours -t "$pid" $user $words sh -c 'exit 7'
		assert_status 7
		run $ours -t "$pid" $user $words /no/such
		assert_status 127
		run $ours -t "$pid" $user $words /etc/passwd
		assert_status 126
	done
	run $ours -t "$pid" $user -p sh -c 'kill -TERM $$'
	assert_status 143
	printf '#!/bin/sh\necho "mine $# $(hostname)"\nexit 5\n' >"$T/shell"
	chmod 755 "$T/shell"
	SHELL=$T/shell run $ours -t "$pid" $user -u
	assert_status 5
	assert_out "mine 0 deep"
}

# With -U root of it, or with --preserve-credentials whoever one was.
testCredentials()
{
	can_ns -Ur || return 0
	up "$T/two" "$CB" nsclone -r -u sh -c "$sleeper" "$T/two" || return 0
	second=$(processes_like "sleep $nap" | sed 's/ .*//' | grep -vx "$pid")
	same -t "$second" -U --preserve-credentials $look
	is_root && same -t "$second" -U -u $look
	run $ours -t "$second" -Uu "$HELPER/facts" uid gid uid_map NoNewPrivs
	assert_out "uid=0 0 0
gid=0 0 0
uid_map=0 $(id -u) 1
NoNewPrivs=0"
	down
	assert_status 143
}

testBadInput()
{
	can_ns -Ur || return 0
	refused "nsenter: no namespace is named (see: nsenter --help)" nsenter -t "$pid" true
	refused "nsenter: --uts needs =FILE or -t PID" nsenter -u true
	refused "nsenter: --net needs =FILE or -t PID" nsenter -u/proc/self/ns/uts -n true
	refused "nsenter: open '/no/such': No such file or directory" nsenter --uts=/no/such true
	refused "nsenter: '/etc/passwd' is not a uts namespace" nsenter --uts=/etc/passwd true
	refused "nsenter: '/proc/self/ns/ipc' is not a uts namespace" nsenter --uts=/proc/self/ns/ipc true
	refused "nsenter: open the namespaces of process 999999999: No such process" nsenter -t 999999999 -u true
	refused "nsenter: -t 'x': not the number of a process" nsenter -t x -u true
	refused "nsenter: option '-t' needs an argument: PID[[]:INODE[]]" nsenter -u -t
	refused "nsenter: unknown option '-z' (see: nsenter --help)" nsenter -z
	refused "nsenter: option '--p' is ambiguous: *" nsenter --p true
	if is_root; then
		run /usr/bin/setpriv --reuid 12345 --regid 12345 --clear-groups "$CB" nsenter -t "$pid" -u true
		assert_status 125
		assert_err "nsenter: open the namespaces of process $pid: *"
	else
		refused "nsenter: open the namespaces of process 1: *" nsenter -t 1 -u true
		refused "nsenter: setns 'uts': Operation not permitted*" nsenter -u/proc/self/ns/../../$pid/ns/uts true
	fi
}

# Words in front of it, behind it, and an act without a program
testInASentence()
{
	can_ns -Ur || return 0
	run "$CB" nsenter -t "$pid" $user -u nsenter -t "$pid" -i nsclone "$HELPER/facts" hostname ns_ipc ppid
	assert_status 0
	assert_out "ppid=*
hostname=deep
$(grep ns_ipc= "$T/up.facts")"
	mkdir -p "$T/here"
	run "$CB" nsenter -t "$pid" $user -m nsmount -o size=4k tmpfs "$T/here"
	assert_status 0
	run $ours -t "$pid" $user -m grep -c " $T/here " /proc/self/mountinfo
	assertFalse "on the host" "grep -q ' $T/here ' /proc/self/mountinfo"
	run $ul -t "$pid" $user -m umount "$T/here"
	assert_status 0
}

. shunit2
