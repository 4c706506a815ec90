#!/bin/sh
# SPDX-License-Identifier: 0BSD
#
# A jail's root with CAP_SYS_PTRACE seizes every process it can see, while
# others come in: what it gains at the moment of each attach (helper/seizer.c).
# With setns-join nothing, where the jail has a user namespace of its own; with
# nsenter a lot. In the initial user namespace nothing helps: there it is
# measured, and told in the output.
#
# shellcheck disable=SC2015,SC2016,SC2046,SC2086,SC2154 # words are words, $ for inner shells
# shellcheck source=tests/lib.sh
. "${LIB:-${0%/*}/lib.sh}"
# shellcheck source=tests/handover.sh
. "$TOP/tests/handover.sh"

S=$T/sock
up=/up.$nap # no other suite's seizer says so
full=2000
[ "$WAY" = root/dash ] || full=100
full=$((full * ${CELLBOX_LOAD:-100} / 100))
[ $full -ge 20 ] || full=20

oneTimeSetUp()
{
	make_root "$T/root"
	cp "$HELPER/seizer" "$T/root/bin/"
}

# jail KINDS: the seizer is in it, root of it
jail()
{
	rm -f "$T/root$up"
	up "$T/root$up" "$CB" setns-serve "$S" nsclone "$1" nsmount -R "$T/root" proc /proc \
		pivotroot "$T/root" nsinit /bin/seizer watch $up || return 1
	inside=$(processes_like "/bin/seizer watch $up" | grep -v " nsinit " | sed 's/ .*//')
}

# come TIMES WORDS...: they come in, as often; each with a descriptor of the host
come()
{
	n=0 bad=0 times=$1
	shift
	while [ $n -lt $times ]; do
		"$HELPER/with" --open 9 "$@" /bin/true </dev/null || bad=$((bad + 1))
		n=$((n + 1))
	done
	assertEquals "of $times: $* failed" 0 $bad
}

# counted: the seizer's counts, as attached=N and so on, in variables
counted()
{
	down
	assert_status 0
	without_tracer "$T/root$up.err"
	assertEquals "stderr of the jail" "" "$(cat "$T/root$up.err")"
	eval "$(head -n 1 "$T/root$up.out")"
	echo "# $*: $(xargs <"$T/root$up.out")"
}

testJoinLosesNothing()
{
	can_ns -Ur || return 0
	jail -rmpiu || return 0
	come $full "$CB" setns-join "$S"
	come $((full / 10)) "$CB" setns-join -t "$inside"
	counted "setns-join, a user namespace of its own"
	assertEquals "gained" "0 0 0 0 0 0" "$gained $cap $ns $root $exe $fd"
	assertTrue "it attached to $attached of $full" "[ $attached -ge $((full / 10)) ]"
}

# The control: the same jail, the same seizer. setns-join is there for this.
testEnterLoses()
{
	can_ns -Ur || return 0
	jail -rmpiu || return 0
	come $((full < 1000 ? full : full / 10)) "$CB" nsenter -t "$inside" -U -m -p -i -u
	counted "nsenter, a user namespace of its own"
	assertTrue "it gained of $gained only" "[ $gained -ge 1 ] && [ $fd -ge 1 ]"
}

testKeepPrivileges()
{
	can_ns -Ur || return 0
	jail -rmpiu || return 0
	come $((full / 10)) "$CB" setns-join --keep-privileges "$S"
	counted "setns-join --keep-privileges, a user namespace of its own"
	assertEquals "gained" "0 0 0 0 0 0" "$gained $cap $ns $root $exe $fd"
}

# A jail without a user namespace: numbers, and what holds in any case.
testRootJail()
{
	is_root || return 0
	jail -mpiu || return 0
	come $((full / 4)) "$CB" setns-join "$S"
	counted "setns-join, the initial user namespace"
	assertEquals "what it is" "0 0 0" "$cap $ns $root"
	jail -mpiu || return 0
	come $((full / 10)) "$CB" nsenter -t "$inside" -m -p -i -u
	counted "nsenter, the initial user namespace"
	assertTrue "it gained of $gained only" "[ $gained -ge 1 ] && [ $fd -ge 1 ]"
}

# Without that capability it attaches to nothing but what is a process of its own.
testJailWithoutPtrace()
{
	is_root || return 0
	# Not served: the server, too, would lack it.
	up "$T/root$up" /usr/bin/setpriv --bounding-set -sys_ptrace "$CB" nsclone -mpiu nsmount -R "$T/root" proc /proc \
		pivotroot "$T/root" nsinit /bin/seizer watch $up || return 0
	inside=$(processes_like "/bin/seizer watch $up" | grep -v " nsinit " | sed 's/ .*//')
	come $((full / 10)) "$CB" setns-join -t "$inside"
	counted "setns-join, a root jail without CAP_SYS_PTRACE"
	assertEquals "gained" "0 0 0 0 0 0" "$gained $cap $ns $root $exe $fd"
}

. shunit2
