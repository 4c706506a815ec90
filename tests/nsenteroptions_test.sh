#!/bin/sh
# SPDX-License-Identifier: 0BSD
#
# nsenter: ids, directories, environment, cgroup, and namespaces by other ways
# than their files. util-linux is the oracle where it has the option.
#
# shellcheck disable=SC2015,SC2016,SC2046,SC2086 # words are words, $ for inner shells
# shellcheck source=tests/lib.sh
. "${LIB:-${0%/*}/lib.sh}"
# shellcheck source=tests/handover.sh
. "$TOP/tests/handover.sh"

ul=/usr/bin/nsenter
user=$(is_root || echo -U)

oneTimeSetUp()
{
	mkdir "$T/links"
	ln -s "$CB" "$T/links/nsenter"
	ours=$T/links/nsenter
	ul_unshare -Ur true >"$T/can" 2>&1 || return 0
	make_root "$T/root"
	mkdir "$T/root/in"
	env -i ONE=1 TWO='a b' HELPER="$HELPER" PATH="$PATH" nap="$nap" "$CB" nsclone $as -muin --hostname deep \
		unshare --root "$T/root" --wd /in sh -c 'echo $$ >up; exec sleep $nap' &
	wrapper=$!
	tries=200
	until [ -s "$T/root/in/up" ] || [ $tries = 0 ]; do tries=$((tries - 1)); sleep 0.02; done
	pid=$(cat "$T/root/in/up")
}

oneTimeTearDown()
{
	[ "$pid" ] || return 0
	kill -KILL "$pid" 2>/dev/null
	wait $wrapper 2>/dev/null
	pid=
}

# same WORDS...: both do the same with them: stdout and status.
same()
{
	run $ul "$@"
	[ "$rc" = 0 ] || fail "the oracle: status $rc: $(cat "$T/err")"
	cp "$T/out" "$T/theirs"
	run $ours "$@"
	assert_status 0
	assert_err ''
	cmp -s "$T/theirs" "$T/out" && return 0
	fail "nsenter $*"
	diff "$T/theirs" "$T/out"
	return 0
}

testDirectories()
{
	can_ns -Ur || return 0
	p=$(is_root || echo --preserve-credentials)
	same -t "$pid" $user $p -m -r -w /bin/sh -c 'pwd; ls / | xargs'
	assert_out "/in
bin dev etc in proc sys tmp"
	same -t "$pid" $user $p -m -w pwd
	same -t "$pid" $user $p -m --root="$T/root" --wd="$T/root/tmp" /bin/sh -c 'pwd; ls / | xargs'
	same -t "$pid" $user $p -m -r"$T/root" -w"$T/root/tmp" pwd
	same -t "$pid" $user $p -m -r --wdns=/tmp /bin/pwd
	assert_out /tmp
	same -t "$pid" $user $p -u -w hostname
	run $ours -t "$pid" $user $p -m -r /bin/pwd # util-linux leaves it outside
	assert_out /
	refused "nsenter: open '/no/such': No such file or directory" nsenter -t "$pid" $user --root=/no/such true
	refused "nsenter: change to '/no/such': No such file or directory" nsenter -t "$pid" $user -m --wdns=/no/such true
}

testIds()
{
	can_ns -Ur || return 0
	if is_root; then
		same -t "$pid" -u -S 12345 -G 54321 "$HELPER/facts" uid gid groups CapEff
		same -t "$pid" -u --setuid=12345 "$HELPER/facts" uid gid CapEff
		same -t "$pid" -u -G 7 "$HELPER/facts" uid gid groups
		mkdir -p "$T/pub" && chmod 777 "$T/pub"
		up "$T/pub/drop" "$CB" nsclone -u /usr/bin/setpriv --reuid 12345 --regid 54321 --clear-groups \
			sh -c 'echo $$ >"$0"; exec sleep '$nap "$T/pub/drop" || return 0
		run $ours -t "$(cat "$T/pub/drop")" -u -S follow -G follow "$HELPER/facts" uid gid groups CapEff
		assert_out "uid=12345 12345 12345
gid=54321 54321 54321
groups=
CapEff=0000000000000000"
		down
	fi
	up "$T/two" "$CB" nsclone -r -u sh -c "$sleeper" "$T/two" || return 0
	two=$(cat "$T/two")
	run $ours -t "$two" -U -S follow -G follow "$HELPER/facts" uid gid
	assert_out "uid=0 0 0
gid=0 0 0"
	refused "nsenter: follow: process $two is of another user namespace: add -U" nsenter -t "$two" -S follow true
	down
	refused "nsenter: '-1': neither a number nor follow" -n nsenter -t 1 -S -1
	refused "nsenter: 'root': neither a number nor follow" -n nsenter -t 1 -G root
	refused "nsenter: '4294967295': neither a number nor follow" -n nsenter -t 1 -S 4294967295
}

testKeepCaps()
{
	needs_root || return 0
	up "$T/two" "$CB" nsclone -U --map-users all --map-groups all sh -c "$sleeper" "$T/two" || return 0
	run $ours -t "$(cat "$T/two")" -U -S 1000 "$HELPER/facts" CapEff
	assert_out CapEff=0000000000000000
	run $ours -t "$(cat "$T/two")" -U -S 1000 --keep-caps "$HELPER/facts" uid CapEff CapAmb
	assert_out "uid=1000 1000 1000
$(ul_unshare -r "$HELPER/facts" CapBnd | sed 's/Bnd/Eff/')
$(ul_unshare -r "$HELPER/facts" CapBnd | sed 's/Bnd/Amb/')"
	down
}

testEnvironment()
{
	can_ns -Ur || return 0
	OTHER=1 run $ours -t "$pid" $user -u -e /usr/bin/env
	assertEquals "$(tr '\0' '\n' </proc/$pid/environ | sort)" "$(sort "$T/out")"
	assertContains "$(cat "$T/out")" "TWO=a b"
	OTHER=1 run $ours -t "$pid" $user -u sh -c 'echo $OTHER'
	assert_out 1
}

testInode()
{
	can_ns -Ur || return 0
	inode=$("$HELPER/peer" inode "$pid" 2>/dev/null) || skip "no pidfd in this kernel" || return 0
	refused "nsenter: -t '$pid:4294967290': it is not that process *" nsenter -t $pid:4294967290 $user -u true
	case $(uname -r) in
	[0-5].* | 6.[0-8].*) skip "pidfds have no inodes before Linux 6.9" || return 0 ;;
	esac
	run $ours -t "$pid:$inode" $user -u hostname
	assert_status 0
	assert_out deep
	refused "nsenter: -t '$pid:': not the number of a process" -n nsenter -t $pid: -u
	refused "nsenter: -t '$pid:x': not the number of a process" -n nsenter -t $pid:x -u
	refused "nsenter: -t '0': not the number of a process" -n nsenter -t 0 -u
}

# :NSID, Linux 6.19
testNumber()
{
	needs_root || return 0
	id=$("$HELPER/peer" nsid "/proc/$pid/ns/uts" 2>/dev/null) || skip "no NS_GET_ID in this kernel" || return 0
	refused "nsenter: ':x': not the number of a namespace" nsenter --net=:x true
	case $(uname -r) in
	6.18.*) # it has numbers, but none is enough to open it by
		refused "nsenter: open ':$id': Stale file handle" nsenter --uts=:$id true
		return 0
		;;
	esac
	for form in --uts=:$id -u:$id -u=:$id; do
		run $ours $form hostname
		assert_status 0
		assert_out deep
	done
	refused "nsenter: ':$id' is not a net namespace" nsenter --net=:$id true
}

testUserParent()
{
	can_ns -Ur || return 0
	up "$T/two" "$CB" nsclone -r -u --hostname one nsclone -r -u --hostname two sh -c "$sleeper" "$T/two" || return 0
	two=$(cat "$T/two")
	first=$(cat /proc/$(cat /proc/$outer/task/$outer/children | xargs)/task/*/children | xargs)
	"$HELPER/facts" ns_user >"$T/host"
	run $ours -t "$two" -U --user-parent "$HELPER/facts" ns_user uid
	assert_status 0
	assertNotContains "$(cat "$T/out")" "$(cat "$T/host")"
	assertNotContains "$(cat "$T/out")" "$(grep ns_user= "$T/two.facts")"
	assertContains "$(cat "$T/out")" "uid=0 0 0"
	down
	[ "$first" ]
}

testNetOfSocket()
{
	needs_root || return 0
	# A socket of the net namespace in which it was made, whoever holds it
	up "$T/two" "$CB" nsclone -n sh -c 'exec busybox nc -l -p 1 &
		echo $! >"$0"; wait' "$T/two" || return 0
	nc=$(cat "$T/two")
	tries=100 fd=
	until [ "$fd" ] || [ $tries = 0 ]; do
		tries=$((tries - 1))
		sleep 0.02
		for link in "/proc/$nc/fd/"*; do
			case $(readlink $link) in
			socket:*) fd=$link ;;
			esac
		done
	done
	run $ours -t "$nc" -N "${fd##*/}" "$HELPER/facts" ns_net
	assert_status 0
	assertEquals "ns_net=$(readlink /proc/$nc/ns/net | tr -cd 0-9)" "$(tr -cd 'a-z_=0-9\n' <"$T/out")"
	assertNotEquals "$("$HELPER/facts" ns_net)" "$(cat "$T/out")"
	refused "nsenter: --net-socket '0': Not a tty*" nsenter -t "$nc" -N 0 true
	refused "nsenter: --net-socket '99': Bad file descriptor" nsenter -t "$nc" -N 99 true
	kill $nc
	down
}

testCgroup()
{
	needs_root || return 0
	top=/sys/fs/cgroup/unified
	[ -e $top ] || top=/sys/fs/cgroup
	grep -q " $top cgroup2 " /proc/mounts || skip "no cgroup v2" || return 0
	mkdir "$top/$NAME-enter" || skip "no cgroup can be made" || return 0
	up "$T/two" sh -c 'echo $$ >"$1/cgroup.procs"; shift; exec "$@"' sh "$top/$NAME-enter" \
		"$CB" nsclone -u sh -c "$sleeper" "$T/two" || return 0
	run $ours -t "$(cat "$T/two")" -u -c grep ^0: /proc/self/cgroup
	assert_out "0::*/$NAME-enter"
	run $ours -t "$(cat "$T/two")" -u grep ^0: /proc/self/cgroup
	assertNotContains "$(cat "$T/out")" "$NAME-enter"
	down
	tries=50
	until rmdir "$top/$NAME-enter" 2>/dev/null || [ $tries = 0 ]; do tries=$((tries - 1)); sleep 0.1; done
	assertFalse "the cgroup is left" "[ -e $top/$NAME-enter ]"
}

testBadUsage()
{
	while IFS='|' read -r words why; do
		refused "nsenter: $why" -n nsenter $words true
	done <<-END
	-t 1 -u -Z|-Z: SELinux contexts are not followed here
	-r|-r, -w, -e, -c, -N and follow need -t PID
	-e|-r, -w, -e, -c, -N and follow need -t PID
	-c|-r, -w, -e, -c, -N and follow need -t PID
	-N 3|-r, -w, -e, -c, -N and follow need -t PID
	-S follow|-r, -w, -e, -c, -N and follow need -t PID
	-t 1 -W|--wdns needs a =DIR, and no --wd
	-t 1 -w/ -W/|--wdns needs a =DIR, and no --wd
	-t 1|no namespace is named (see: nsenter --help)
	END
}

. shunit2
