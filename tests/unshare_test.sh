#!/bin/sh
# SPDX-License-Identifier: 0BSD
#
# unshare: namespaces of its own kinds, maps, the fork and what util-linux's
# does with the same words.
#
# timeout: 120
#
# shellcheck disable=SC2015,SC2016,SC2046,SC2086 # words are words, $ for inner shells
# shellcheck source=tests/lib.sh
. "${LIB:-${0%/*}/lib.sh}"

# What an ordinary user adds to get anything else, and gets with it.
as=$(is_root || echo -r)
user=${as:+"user "}
also=${as:+" user"}
ours=$("$HELPER/facts" ns_cgroup ns_ipc ns_mnt ns_net ns_pid ns_time ns_user ns_uts)

oneTimeSetUp()
{
	make_root "$T/root"
}

# same_as_theirs OPTION... WORD...: as util-linux's, in stdout and status
same_as_theirs()
{
	run ul_unshare "$@"
	theirs=$(cat "$T/out") status=$rc
	run "$CB" unshare "$@"
	assert_status $status
	assertEquals "unshare $*" "$theirs" "$(cat "$T/out")"
}

# made WORDS KINDS: the program stands in new ones of these kinds and no others.
made()
{
	run "$CB" unshare $1 "$HELPER/facts" $(echo "$ours" | sed 's/=.*//')
	assert_status 0
	assert_err ''
	made=$(grep -vxF "$ours" "$T/out" | sed 's/^ns_//; s/=.*//' | tr '\n' ' ')
	assertEquals "unshare $1" "$2" "${made% }"
}

testNothingAsked()
{
	made '' ''
	run "$CB" unshare sh -c 'exit 7'
	assert_status 7
}

testEachKind()
{
	can_ns -Ur || return 0
	made "$as -m" "mnt$also"
	made "$as --mount" "mnt$also"
	made "$as -u" "${user}uts"
	made "$as --uts" "${user}uts"
	made "$as -i" "ipc$also"
	made "$as --ipc" "ipc$also"
	made "$as -n" "net$also"
	made "$as --net" "net$also"
	made "$as -p" "${also# }" # its children alone
	run "$CB" unshare ${as:+"$as"} -p readlink /proc/self/ns/pid_for_children
	assertNotEquals "$(readlink /proc/self/ns/pid)" "$(cat "$T/out")"
	made "$as -pf" "pid$also"
	made "$as --pid --fork" "pid$also"
	made "-U" user
	made "--user" user
	made "$as -C" "cgroup$also"
	made "$as --cgroup" "cgroup$also"
	made "$as -Tf" "time$also"
	made "$as --time -f" "time$also"
}

testClusters()
{
	can_ns -Ur || return 0
	made -Urn 'net user'
	made -mUr 'mnt user'
	made -Ucfpm 'mnt pid user'
	made -rUnpf 'net pid user'
	made '-r -n -m -u' 'mnt net user uts'
}

testListOfKinds()
{
	can_ns -Ur || return 0
	made '--ns uts,user' 'user uts'
	made '--ns=user,net,ipc' 'ipc net user'
	made '-r --ns mount,uts,ipc,net,cgroup' 'cgroup ipc mnt net user uts'
	made '-rf --ns fs,ipc,pid,uts,net,user' 'ipc mnt net pid user uts'
	made '-rf --ns mnt,time' 'mnt time user'
}

testPrefixesOfOptions()
{
	can_ns -Ur || return 0
	run "$CB" unshare --map-root id -u
	assert_out 0
	run "$CB" unshare --map-c id -u
	assert_out "$(id -u)"
	made '--us' user
	made '-r --mount --ut' 'mnt user uts' # exact, though --mount-proc begins so
	run "$CB" unshare -rm --prop=slave true
	assert_status 0
}

# With every fact of the program that can be compared.
facts='uid gid groups uid_map gid_map setgroups CapInh CapPrm CapEff CapBnd
	CapAmb NoNewPrivs SigBlk SigIgn fds cwd umask hostname pdeathsig dumpable'

testMapsAreTheirs()
{
	can_ns -Ur || return 0
	same_as_theirs -r "$HELPER/facts" $facts
	grep -qx "uid_map=0 $(id -u) 1" "$T/out" || fail "uid_map of -r"
	grep -qx "gid_map=0 $(id -g) 1" "$T/out" || fail "gid_map of -r"
	grep -qx "setgroups=deny" "$T/out" || fail "setgroups of -r"
	same_as_theirs -c "$HELPER/facts" $facts
	grep -qx "uid_map=$(id -u) $(id -u) 1" "$T/out" || fail "uid_map of -c"
	same_as_theirs -U "$HELPER/facts" $facts
	grep -qx "uid=65534 65534 65534" "$T/out" || fail "uid of -U"
	same_as_theirs -Ur "$HELPER/facts" $facts
	same_as_theirs -cm "$HELPER/facts" $facts
	same_as_theirs -rf "$HELPER/facts" $facts
	same_as_theirs -rpf "$HELPER/facts" $facts pid ppid
}

# A user who has nothing but a user namespace, one that maps one id.
testMapsInAUserNamespace()
{
	can_ns -Ur || return 0
	for first in -r -c; do
		run ul_unshare $first "$CB" unshare -r \
			"$HELPER/facts" uid uid_map gid_map
		assert_status 0
		inner=$([ $first = -r ] && echo 0 || id -u)
		inner_gid=$([ $first = -r ] && echo 0 || id -g)
		assert_out "uid=0 0 0
uid_map=0 $inner 1
gid_map=0 $inner_gid 1"
		run "$CB" unshare $first unshare -c "$HELPER/facts" uid uid_map
		assert_out "uid=$inner $inner $inner
uid_map=$inner $inner 1"
	done
	run "$CB" unshare -r unshare -c unshare -r unshare -cm id -u
	assert_out 0
}

testForkKeepsStatus()
{
	can_ns -Ur || return 0
	for status in 0 1 42 255; do
		same_as_theirs -rf sh -c "exit $status"
		same_as_theirs -rpf sh -c "exit $status"
	done
	for signal in 1 2 15; do # KILL: theirs ends with 1
		same_as_theirs -rf sh -c 'kill -$0 $$; sleep 9' $signal
		assert_status $((128 + signal))
	done
}

# The program is a child, in its caller's session, and may outlive unshare.
testForkMakesAChild()
{
	can_ns -Ur || return 0
	run sh -c 'echo $$; exec "$@"' sh "$CB" unshare -rf \
		"$HELPER/facts" ppid pdeathsig
	assert_out "$(sed -n 1p "$T/out")
ppid=$(sed -n 1p "$T/out")
pdeathsig=0"
	run sh -c 'echo $$; exec "$@"' sh "$CB" unshare -r "$HELPER/facts" pid
	assert_out "$(sed -n 1p "$T/out")
pid=$(sed -n 1p "$T/out")"
	run "$CB" unshare -rpf "$HELPER/facts" pid ppid
	assert_out "pid=1
ppid=0"
}

testMountProc()
{
	can_ns -Ur || return 0
	same_as_theirs -rpf --mount-proc "$HELPER/facts" pid processes
	assert_out "pid=1
processes=1"
	mkdir "$T/proc"
	same_as_theirs -rpf --mount-proc="$T/proc" sh -c \
		'cd "$0" && echo [0-9]*; read -r pid rest <self/stat; echo $pid' \
		"$T/proc"
	assert_out "1
1"
	same_as_theirs -rpf --mount-proc sh -c 'grep " /proc " /proc/self/mountinfo |
		sed "s/^[0-9 ]*[0-9]*:[0-9]* //; s/ - .*//" | tail -n 1'
	assert_out "/ /proc rw,nosuid,nodev,noexec,relatime"
	# It is ours alone.
	quiet_host "$CB" unshare -rpf --mount-proc true
	assert_status 0
}

# optional WORDS: the tags of "/" (shared, master, both, none), where the caller's
# is shared. The peer groups' numbers differ from run to run.
optional()
{
	run ul_unshare ${as:+"$as"} -m --propagation shared sh -c '"$@"; exit $?' sh \
		"$@" sh -c 'sed -n "s|^[0-9]* [0-9]* [^ ]* [^ ]* / [^ ]* \(.*\)- .*|\1|p" \
			/proc/self/mountinfo | tail -n 1 | sed "s/:[0-9]*//g"'
	assert_status 0
	cat "$T/out"
}

testPropagation()
{
	can_ns -Ur || return 0
	assertEquals "default" "" "$(optional "$CB" unshare -m)"
	assertEquals "private" "" "$(optional "$CB" unshare -m --propagation private)"
	assertEquals "slave" "master " "$(optional "$CB" unshare -m --propagation slave)"
	assertEquals "shared" "shared " "$(optional "$CB" unshare -m --propagation shared)"
	assertEquals "unchanged" "shared " \
		"$(optional "$CB" unshare -m --propagation unchanged)"
	# In a user namespace of its own a shared mount becomes a slave first.
	for how in private slave shared unchanged; do
		assertEquals "-r $how" "$(optional /usr/bin/unshare -rm --propagation $how)" \
			"$(optional "$CB" unshare -rm --propagation $how)"
	done
	# Without -m the word changes nothing.
	assertEquals "no -m" "shared " "$(optional "$CB" unshare -u --propagation private)"
}

# No mount of the program comes out to a caller whose "/" is shared.
testMountsStayInside()
{
	can_ns -Ur || return 0
	mkdir "$T/target"
	run ul_unshare ${as:+"$as"} -m --propagation shared sh -c '
		"$0" unshare -m mount -t tmpfs none "$1" && grep -c "$1" /proc/self/mountinfo
		"$0" unshare -m --propagation unchanged mount -t tmpfs none "$1" &&
			grep -c "$1" /proc/self/mountinfo' "$CB" "$T/target"
	assert_out "0
1"
}

testShellAtTheEnd()
{
	can_ns -Ur || return 0
	printf '#!/bin/sh\necho "mine $# $(id -u)"\nexit 5\n' >"$T/shell"
	chmod 755 "$T/shell"
	SHELL=$T/shell run "$CB" unshare -r
	assert_status 5
	assert_out "mine 0 0"
	echo 'id -u; exit 6' >"$T/script"
	for shell in '-u SHELL' SHELL=; do
		run env $shell "$CB" unshare -r <"$T/script"
		assert_status 6
		assert_out 0
	done
	SHELL=$T/shell run "$CB" unshare -r unshare -rf --
	assert_status 5
}

# --- the program's surroundings -----------------------------------------------------

testRootAndWorkingDirectory()
{
	can_ns -Ur || return 0
	mkdir -p "$T/root/tmp/work"
	same_as_theirs -r -R "$T/root" sh -c 'pwd; ls /'
	same_as_theirs -r -R "$T/root" -w /tmp/work pwd
	assert_out /tmp/work
	same_as_theirs -r --root="$T/root" --wd=/tmp facts cwd uid
	same_as_theirs -w / pwd
	same_as_theirs -rpf --root "$T/root" --mount-proc facts pid processes
	assert_out "pid=1
processes=1"
	for words in '-R /none' '-w /none'; do
		run "$CB" unshare -r $words true
		assert_status 125
		assert_err "unshare: ch*'/none': No such file or directory"
	done
}

testIds()
{
	needs_root || return 0
	same_as_theirs -S 5 "$HELPER/facts" $facts
	same_as_theirs -G 6 "$HELPER/facts" $facts
	same_as_theirs -S 5 -G 6 "$HELPER/facts" $facts
	same_as_theirs --setuid 5 --setgid=6 -m "$HELPER/facts" $facts
	same_as_theirs -S 0 "$HELPER/facts" $facts
}

testIdsThatAreNone()
{
	for id in x '' -1 4294967295 4294967296 ' 1' 1x; do
		for option in -S -G; do
			run "$CB" unshare -r $option "$id" true
			assert_status 125
			assert_err "unshare: $option '$id': not the number of a user or group"
		done
	done
	can_ns -Ur || return 0
	run "$CB" unshare -r -S 7 true
	assert_status 125
	assert_err "unshare: -S '7': Invalid argument"
	# Of a map of one's own group alone: setgroups is denied.
	run "$CB" unshare -r -G 0 true
	assert_status 125
	assert_err "unshare: -G '0': Operation not permitted"
}

testKeepCaps()
{
	can_ns -Ur || return 0
	same_as_theirs -c --keep-caps "$HELPER/facts" $facts
	assertNotContains "$(cat "$T/out")" CapAmb=0000000000000000
	same_as_theirs -c "$HELPER/facts" $facts
	same_as_theirs --map-user 5 --map-group 5 --keep-caps -f "$HELPER/facts" $facts
	run "$CB" unshare --keep-caps true
	assert_status 125
	assert_err 'unshare: --keep-caps needs a new user namespace: add -U'
}

testKillChild()
{
	can_ns -Ur || return 0
	for signal in TERM SIGUSR1 USR2 KILL; do
		same_as_theirs -r --kill-child=$signal "$HELPER/facts" pdeathsig
	done
	same_as_theirs -r --kill-child "$HELPER/facts" pdeathsig
	assert_out pdeathsig=9
	same_as_theirs -rpf --kill-child "$HELPER/facts" pid pdeathsig
	run "$CB" unshare -r --kill-child=RTMIN+1 "$HELPER/facts" pdeathsig
	assert_out pdeathsig=35
	for signal in 35 rtmin+1 SIGRTMAX-29; do
		run "$CB" unshare -r --kill-child=$signal "$HELPER/facts" pdeathsig
		assert_out pdeathsig=35
	done
	for signal in usr1 sigusr1 10; do
		run "$CB" unshare -r --kill-child=$signal "$HELPER/facts" pdeathsig
		assert_out pdeathsig=10
	done
	for signal in FOO USR USR12 USR3 0 65 TERM+1 SIG; do
		run "$CB" unshare -r --kill-child="$signal" true
		assert_status 125
		assert_err "unshare: --kill-child '$signal': not a signal"
	done
	# At any moment of the start, also where a change of ids makes the kernel
	# forget it: nothing outlives it.
	for words in '-r' '-rpf' '-r -S 0' '-c --keep-caps'; do
		for delay in 0 0.001 0.002 0.003 0.005 0.01 0.05; do
			"$CB" unshare $words --kill-child sleep 98768 &
			sleep $delay
			kill -KILL $!
			wait $! 2>/dev/null
		done
	done 2>/dev/null
	no_left 'sleep 98768'
}

testForwardSignals()
{
	can_ns -Ur || return 0
	for words in '-r --forward-signals' -rf -rpf; do
		"$CB" unshare $words sh -c 'trap "exit 9" TERM; : >"$0/ready"
			while :; do sleep 0.1; done' "$T" &
		until [ -e "$T/ready" ]; do sleep 0.1; done
		kill -TERM $!
		wait $!
		assertEquals "$words" 9 $?
		rm "$T/ready"
	done
}

testTimeOffsets()
{
	can_ns -UrT || return 0
	up='cut -d . -f 1 /proc/uptime'
	same_as_theirs -rTf --boottime 0 sh -c 'echo $(($(cut -d . -f 1 /proc/uptime) / 1000))'
	before=$($up)
	run "$CB" unshare -rTf --boottime 1000000 $up
	assert_status 0
	now=$(cat "$T/out")
	assertTrue "$now" "[ $((now - before)) -ge 1000000 ] && [ $((now - before)) -lt 1000100 ]"
	run "$CB" unshare -rT --monotonic=-5 --boottime=7 cat /proc/self/timens_offsets
	assertEquals "monotonic -5 0
boottime 7 0" "$(tr -s ' ' <"$T/out")"
	for word in x '' - 1.5 ' 1' +1 00000000000000000001; do
		for clock in monotonic boottime; do
			run "$CB" unshare -rT --$clock "$word" true
			assert_status 125
			assert_err "unshare: --$clock '$word': not a number of seconds"
		done
	done
	for word in 9223372036854775807 9999999999999999999 -9223372036854775807 9999999999; do
		run "$CB" unshare -rT --monotonic=$word true
		assert_status 125
		assert_err "unshare: set the offset '$word' of the monotonic clock: Result not representable"
	done
	run "$CB" unshare -r --monotonic 1 true
	assert_err 'unshare: --monotonic needs a new time namespace: add -T'
}

testEnvironment()
{
	can_ns -Ur || return 0
	busybox=$(command -v busybox)
	run "$CB" unshare --clear-env $busybox env
	assert_status 0
	assert_out ''
	A=1 AB='2 x' B='' run "$CB" unshare --whitelist-env A,AB,NONE,B $busybox env
	assertEquals "A=1
AB=2 x
B=" "$(sort "$T/out")"
	A=1 AB=2 run "$CB" unshare --whitelist-env=AB -r $busybox env
	assert_out AB=2
	A=1 run "$CB" unshare --clear-env --whitelist-env ,,A, $busybox env
	assert_out A=1
	A=1 run "$CB" unshare --whitelist-env '' $busybox env
	assert_out ''
}

testHostnameAndLoopback()
{
	can_ns -Ur || return 0
	run "$CB" unshare -run --hostname web --domainname dom.ain --lo sh -c \
		'hostname; cat /proc/sys/kernel/domainname; busybox ifconfig lo'
	assert_out 'web
dom.ain
*UP LOOPBACK RUNNING*'
	long=$(printf '%065d' 0)
	for name in "$long" ''; do
		run "$CB" unshare -ru --hostname "$name" true
		assert_status 125
		assert_err "unshare: --hostname '$name': a hostname has 1 to 64 bytes"
		run "$CB" unshare -ru --domainname "$name" true
		assert_err "unshare: --domainname '$name': a domainname has 1 to 64 bytes"
	done
	run "$CB" unshare -ru --hostname 'a b' true
	assert_err "unshare: --hostname 'a b': a hostname has letters, digits, '-', '.' and '_' only"
	run "$CB" unshare -rn --hostname a true
	assert_err 'unshare: --hostname needs a new uts namespace: add -u'
	run "$CB" unshare -ru --lo true
	assert_err 'unshare: --lo needs a new net namespace: add -n'
}

testAll()
{
	can_ns -UrmuinpCT || return 0
	made -af 'cgroup ipc mnt net pid time user uts'
	made '-r --all -f' 'cgroup ipc mnt net pid time user uts'
}

# In a user namespace of its own (Linux 6.7): the host's is never touched.
testMountBinfmt()
{
	can_ns -Urm || return 0
	ul_unshare -rm mount -t binfmt_misc none /proc/sys/fs/binfmt_misc 2>/dev/null ||
		skip "no binfmt_misc in a user namespace here" || return 0
	run "$CB" unshare -r --mount-binfmt sh -c 'ls /proc/sys/fs/binfmt_misc
		tail -n 1 /proc/self/mountinfo | cut -d " " -f 5,6'
	assert_out "register
status
/proc/sys/fs/binfmt_misc rw,nosuid,nodev,noexec,relatime"
	mkdir "$T/binfmt"
	run "$CB" unshare -r --mount-binfmt="$T/binfmt" ls "$T/binfmt"
	assert_out "register
status"
	printf 'CELLTEST\n' >"$T/celltest"
	chmod 755 "$T/celltest"
	run "$CB" unshare -r --load-interp ":t:M::CELLTEST::/bin/echo:" \
		"$T/celltest" word
	assert_status 0
	assert_out "$T/celltest word"
	run "$CB" unshare -rpf --mount-proc -l ":t:M::CELLTEST::/bin/echo:" \
		"$T/celltest"
	assert_out "$T/celltest"
	# With F the interpreter is the caller's, though the root is another.
	cp "$T/celltest" "$T/root/celltest"
	mkdir -p "$T/root/proc/sys/fs/binfmt_misc"
	run "$CB" unshare -r --root "$T/root" -l ":t:M::CELLTEST::$BUSYBOX:F" ls /proc/sys/fs
	assert_out binfmt_misc
	run "$CB" unshare -r --load-interp 'nonsense' true
	assert_status 125
	assert_err "unshare: register 'nonsense' in '/proc/sys/fs/binfmt_misc': Invalid argument"
}

testMountProcWherever()
{
	can_ns -Urmp || return 0
	mkdir -p "$T/none"
	run "$CB" unshare -rpf --mount-proc="$T/none/none" true
	assert_status 125
	assert_err "unshare: mount 'proc' '$T/none/none': No such file or directory ('$T/none/none' does not exist; *)"
	for how in private shared slave unchanged; do
		quiet_host "$CB" unshare -rpf --propagation $how --mount-proc=$T/none \
			grep -c "$T/none" /proc/self/mountinfo
		assert_status 0
	done
}

testHelpAndVersion()
{
	for word in -h --help; do
		run "$CB" unshare $word
		assert_status 0
		assert_err ''
		assert_out '[Uu]sage: unshare *'
		for option in --mount --kill-child --map-users --owner --whitelist-env; do
			assertContains "$(cat "$T/out")" "$option"
		done
	done
	for word in -V --version; do
		run "$CB" unshare $word
		assert_status 0
		assert_out 'unshare (cellbox) *'
	done
}

# Each kind's own limit is named.
testLimitsAreNamed()
{
	can_ns -UrmuinpCT || return 0
	for kind in mnt uts ipc net pid cgroup time user; do
		run ul_unshare -r sh -c 'echo 0 >/proc/sys/user/max_$1_namespaces
			"$0" unshare -a true' "$CB" $kind
		assert_status 125
		assert_err "unshare: unshare '*': No space left on device (user.max_${kind}_namespaces is 0 here)"
	done
}

# A chroot whose "/" is no mount point, where util-linux fails.
testInAChroot()
{
	needs_root || return 0
	cp "$CB" "$T/root/bin/cellbox"
	run ul_unshare -m chroot "$T/root" /bin/cellbox unshare -mu sh -c 'ls -d /bin; hostname x'
	assert_status 0
	assert_out /bin
}

# Only what is asked for is called.
testAsFewCallsAsCanBe()
{
	can_ns -Ur || return 0
	command -v strace >/dev/null || skip "no strace" || return 0
	calls()
	{
		run strace -qq -o "$T/trace" "$CB" unshare "$@" true
		assert_status 0
		# From the first act on to the program.
		sed -n '/^unshare(/,/^execve(/s/(.*//p' "$T/trace" | tr '\n' ' '
	}
	assertEquals "unshare rt_sigprocmask execve " "$(calls -U)"
	assertEquals "unshare openat write close openat write close openat write close close rt_sigprocmask execve " \
		"$(calls -r)"
	assertEquals "unshare openat write close openat write close openat write close close mount rt_sigprocmask execve " \
		"$(calls -rm)"
}

. shunit2
