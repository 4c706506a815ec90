#!/bin/sh
# SPDX-License-Identifier: 0BSD
#
# The README's sentence, as root and as an ordinary user: what the jail is, seen
# from inside; what the host sees of it; what it costs.
#
# shellcheck disable=SC1003,SC2015,SC2016,SC2046,SC2086 # words are words, $ for inner shells
# shellcheck source=tests/lib.sh
. "${LIB:-${0%/*}/lib.sh}"
# shellcheck source=tests/background.sh
. "$TOP/tests/background.sh"

as=$(is_root || echo -r)
ours=$("$HELPER/facts" ns_cgroup ns_ipc ns_mnt ns_net ns_pid ns_time ns_user ns_uts)

oneTimeSetUp()
{
	make_root "$T/root"
	cp "$HELPER/mountid" "$T/root/bin/"
	mkdir "$T/ns"
}

sentence="nsclone $as -mpiun --hostname web
	nsmount rbind $T/root $T/ns
	nsmount -R $T/ns proc /proc
	pivotroot $T/ns
	nsinit"
jail="$CB $sentence"

testMountsAreItsOwn()
{
	can_ns -Ur || return 0
	quiet_host $jail sh -c 'sed "s/^[0-9]* [0-9]* [^ ]* //" /proc/self/mountinfo'
	assert_status 0
	assert_err ''
	assertEquals 2 "$(wc -l <"$T/out")"
	assert_out "$T/root / rw* - *
/ /proc rw,relatime - proc proc rw"
}

# By mount id: nothing is stacked on "/", nothing lies above it, and whatever a
# process of the jail refers to lies on a mount of the jail.
testOldRootIsGone()
{
	can_ns || return 0
	run $jail sh -c '
		known=$(sed "s/ .*//" /proc/self/mountinfo)
		for path in / /.. /../.. . .. /bin /tmp; do
			mountid $path || exit
		done | while read -r path id; do
			echo "$known" | head -n 1 | grep -qx $id || echo "$path on $id"
		done
		cd / && cd ../../.. && mountid . | grep -vx ". $(echo "$known" | head -n 1)"
		for file in /proc/[0-9]*/root /proc/[0-9]*/cwd; do
			readlink $file
		done | grep -vx /
		for fd in /proc/[0-9]*/fdinfo/*; do
			sed -n "s/mnt_id:[[:space:]]*//p" $fd
		done | grep -qx "$(echo "$known" | head -n 1)" && echo "a descriptor"
		[ -e "$0" ] && echo "$0"; echo done' "$T" </dev/null
	assert_status 0
	assert_out "done"
}

testNamespacesAreItsOwn()
{
	can_ns || return 0
	run $jail facts $(echo "$ours" | sed 's/=.*//')
	assert_status 0
	made=$(grep -vxF "$ours" "$T/out" | sed 's/^ns_//; s/=.*//' | tr '\n' ' ')
	assertEquals "ipc mnt net pid ${as:+user }uts " "$made"
}

testIdentity()
{
	can_ns || return 0
	full=$("$HELPER/facts" CapBnd)
	run $jail facts uid gid uid_map gid_map setgroups CapBnd CapAmb
	assert_status 0
	if is_root; then
		theirs=$("$HELPER/facts" uid gid uid_map gid_map setgroups)
	else
		theirs="uid=0 0 0
gid=0 0 0
uid_map=0 $(id -u) 1
gid_map=0 $(id -g) 1
setgroups=deny"
		full=$(ul_unshare -r "$HELPER/facts" CapBnd)
	fi
	assert_out "$theirs
$full
CapAmb=0000000000000000"
	# As much as its bounding set holds, and no more; no signal blocked.
	run $jail facts CapPrm CapEff CapInh SigBlk SigIgn SigCgt NoNewPrivs
	full=${full#*=}
	assert_out "CapInh=0000000000000000
CapPrm=$full
CapEff=$full
NoNewPrivs=0
SigBlk=0000000000000000
SigIgn=0000000000000000
SigCgt=0000000000000000"
}

testProcesses()
{
	can_ns || return 0
	run $jail sh -c 'echo $$; echo /proc/[0-9]*; facts ppid cwd umask; cat /proc/1/comm'
	assert_out "2
/proc/1 /proc/2
ppid=2
cwd=/
umask=0022
cellbox"
}

testHostname()
{
	can_ns || return 0
	before=$(uname -n)
	run $jail hostname
	assert_out web
	run $jail sh -c 'hostname other && hostname'
	assert_out other
	assertEquals "$before" "$(uname -n)"
}

testNetwork()
{
	can_ns -Ur || return 0
	run $jail sed -n 's/^ *\([^ :]*\):.*/\1/p' /proc/net/dev
	assertEquals lo "$(head -n 1 "$T/out")"
	assertEquals "$(ul_unshare -rn sed -n 's/^ *\([^ :]*\):.*/\1/p' /proc/net/dev)" \
		"$(cat "$T/out")"
}

testDescriptors()
{
	can_ns || return 0
	run "$HELPER/with" --open 3 --open 7 --open 9 --open 300 --open 1000 \
		$jail facts fds
	assert_status 0
	assert_out "fds=0:chr 1:file 2:file"
	run "$HELPER/with" --close 0 --close 2 --open 5 $jail facts fds
	assert_out "fds=0:chr 1:file 2:chr"
	echo word | "$CB" $sentence cat >"$T/out"
	assertEquals word "$(cat "$T/out")"
}

testEnvironment()
{
	can_ns || return 0
	run env -i PATH=/bin A='b c' $jail env
	assertEquals "A=b c
PATH=/bin" "$(sort "$T/out")"
}

# While it runs, the host has no mount of it, and of its processes three.
testHostSeesLittle()
{
	can_ns || return 0
	start_at=$T/root/ready
	cat /proc/self/mountinfo >"$T/before"
	start $jail sh -c 'echo up >/ready; exec sleep $nap'
	assertEquals up "$said"
	cat /proc/self/mountinfo >"$T/after"
	assertTrue "mounts" "cmp $T/before $T/after"
	assertEquals "outside" "" "$(ls "$T/ns")"
	assertEquals "inside" "" "$(ls "$T/root/proc")"
	# PID 1, inside, has wiped its words.
	assertEquals 1 "$(processes_like "pivotroot $T/ns" | wc -l)"
	assertEquals 1 "$(processes_like "sleep $nap" | wc -l)"
	kill $outer
	finish
	assert_status 143
	no_left "$T/ns"
}

# --- the cost ------------------------------------------------------------------

# traced: $T/calls has the calls of all processes up to the program's execve.
traced()
{
	command -v strace >/dev/null || skip "no strace" || return 1
	run strace -f -qq -o "$T/trace" $jail /bin/true
	assert_status 0
	sed '/execve("\/bin\/true"/q' "$T/trace" | grep -v ' <\.\.\. .* resumed>' >"$T/calls"
}

testTwoExecs()
{
	can_ns || return 0
	traced || return 0
	assertEquals 2 "$(grep -c ' execve(' "$T/trace")"
	assertTrue "ours first" "head -n 1 $T/calls | grep -q 'execve(\"$CB\"'"
	assertTrue "then the program's" "tail -n 1 $T/calls | grep -q 'execve(\"/bin/true\"'"
}

testSystemCalls()
{
	can_ns -Ur || return 0
	traced || return 0
	limit=$(is_root && echo 77 || echo 94)
	n=$(wc -l <"$T/calls")
	assertTrue "$n system calls, over $limit" "[ $n -le $limit ]"
	assertTrue "only $n: not all were seen" "[ $n -gt 30 ]"
}

# In the new root nothing is looked up but what says that it is the root; its "/"
# is where PID 1 goes.
testNoPathAfterThePivot()
{
	can_ns -Ur || return 0
	traced || return 0
	assertEquals "one pivot" 1 "$(grep -c 'pivot_root(' "$T/calls")"
	assertEquals "/ / / /.. /bin/true" "$(sed '1,/pivot_root(/d' "$T/calls" |
		sed '/^[0-9]* *umount2("\.", MNT_DETACH/d' |
		grep -o '[(,] *"[^"]*"' | grep -v '"[A-Z]\\' | sed 's/.*"\(.*\)"/\1/' |
		grep -v '^true$' | sort | tr '\n' ' ' | sed 's/ $//')"
	assertEquals "the old root is let go by its stack" 1 \
		"$(sed '1,/pivot_root(/d' "$T/calls" | grep -c 'umount2("\.", MNT_DETACH')"
}

. shunit2
