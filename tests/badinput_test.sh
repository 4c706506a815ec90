#!/bin/sh
# SPDX-License-Identifier: 0BSD
#
# Bad input: one line that names the cause, the right status, nothing left; and
# what can be seen by reading is found before the first step acts.
#
# shellcheck disable=SC2015,SC2016,SC2046,SC2086 # words are words, $ for inner shells
# shellcheck source=tests/lib.sh
. "${LIB:-${0%/*}/lib.sh}"

PATH=/usr/local/bin:/usr/bin:/bin:/usr/sbin:/sbin
# Nobody, from whom nothing is expected but user namespaces.
plain=$(is_root && echo /usr/bin/setpriv --reuid 12345 --regid 12345 --clear-groups)

# bad STATUS LINE WORD...: by an exact line, with no word on stdout.
bad()
{
	status=$1 line=$2
	shift 2
	quiet_host $by "$CB" "$@"
	assert_status $status
	assert_out ''
	assertEquals "$*" "$line" "$(cat "$T/err")"
}

setUp()
{
	by=''
}

tearDown()
{
	no_left "$T/"
}

testUnknownStep()
{
	can_ns -Ur || return 0
	bad 127 "cellbox: run 'nsclon': No such file or directory" nsclon -r true
	bad 127 "cellbox: run 'nsmout': No such file or directory" \
		nsclone -r nsmout tmpfs /x true
	bad 127 "cellbox: run '': No such file or directory" unshare -r ''
	bad 125 "nsmount: 'mnt' is no verb (verbs: $("$CB" nsmount x 2>&1 |
		sed 's/.*verbs: //')" nsmount mnt /x
}

testUnknownOption()
{
	for name in unshare nsclone nsmount pivotroot pivot_root switch_root nsinit; do
		bad 125 "$name: unknown option '-q' (see: $name --help)" $name -q
		bad 125 "$name: unknown option '--queer=1' (see: $name --help)" \
			nsclone -r $name --queer=1 true
	done
	bad 125 "unshare: unknown option '-q' (see: unshare --help)" unshare -rq true
	bad 125 "unshare: option '--map' is ambiguous: --map-root-user or --map-current-user" \
		unshare --map true
	bad 125 "unshare: option '--fork' takes no argument: '1'" unshare --fork=1 true
}

testOptionWhereAStepShouldStand()
{
	bad 125 "cellbox: '--foo' stands where a step or a program should" --foo true
	bad 125 "cellbox: '--' stands where a step or a program should" -- true
	bad 125 "unshare: '-x' stands where a step or a program should" unshare -r -- -x
	bad 125 "nsmount: '-p' stands where a step or a program should" \
		unshare -rm nsmount tmpfs /x -p nsinit true
	bad 125 "cellbox: a sentence is missing behind -n" -n
	bad 125 "cellbox: a sentence is missing behind -x" -x
}

testMissingOperand()
{
	mount_usage='usage: nsmount [-o OPTIONS] [-R ROOT] VERB OPERAND... | -F FILE'
	bad 125 "pivotroot: an operand is missing (usage: pivotroot [--put-old DIR] [--strict] NEW)" \
		nsclone -rm pivotroot
	for words in '' x; do
		bad 125 "pivot_root: an operand is missing (usage: pivot_root NEW OLD)" \
			pivot_root $words
	done
	for words in '' bind 'bind x' 'rbind x' proc tmpfs dev fs 'fs x' 'fs x y' mkdir umount; do
		bad 125 "nsmount: an operand is missing ($mount_usage)" nsmount $words
	done
	bad 125 "cellbox: --install: one directory is wanted (usage: cellbox --install [-s] DIR)" \
		--install -s
}

testMissingArgument()
{
	bad 125 "unshare: option '--propagation' needs an argument: WORD" unshare --propagation
	bad 125 "unshare: option '--ns' needs an argument: LIST" unshare --ns
	bad 125 "nsclone: option '--hostname' needs an argument: NAME" nsclone -u --hostname
	bad 125 "nsmount: option '-o' needs an argument: LIST" nsmount -o
	bad 125 "nsmount: option '-R' needs an argument: ROOT" nsmount -R
	bad 125 "pivotroot: option '--put-old' needs an argument: DIR" pivotroot --put-old
}

testWrongArgument()
{
	bad 125 "unshare: --propagation 'odd': not one of private, shared, slave, unchanged" \
		unshare -m --propagation odd true
	bad 125 "nsclone: --ns 'uts,odd': unknown namespace (known: mount or fs, uts, ipc, net, pid, user, cgroup, time)" \
		nsclone --ns uts,odd true
	bad 125 "unshare: -r and -c exclude each other" unshare -rc true
	bad 125 "nsclone: --hostname '': a hostname has 1 to 64 bytes" nsclone -ru --hostname '' true
	long=$(printf '%065d' 0)
	bad 125 "nsclone: --hostname '$long': a hostname has 1 to 64 bytes" \
		nsclone -ru --hostname $long true
	bad 125 "nsclone: --hostname needs a new uts namespace: add -u" nsclone -r --hostname a true
	bad 125 "nsclone: --lo needs a new net namespace: add -n" nsclone -r --lo true
	bad 125 "nsmount: -o 'size=1m': 'bind' knows no option 'size=1m'" \
		unshare -rm nsmount -o size=1m bind / / true
	bad 125 "nsmount: -o 'ro,,rw': an option is empty" unshare -rm nsmount -o ro,,rw tmpfs / true
}

# --- rule 5: where no program may be missing -------------------------------------

testNoProgram()
{
	missing='a program is missing at the end'
	bad 125 "pivotroot: $missing" pivotroot /
	bad 125 "pivotroot: $missing" nsmount tmpfs "$T" pivotroot "$T"
	bad 125 "nsinit: $missing" nsclone -rp nsinit
	bad 125 "nsinit: $missing" nsclone -rp nsinit --
	for words in 'nsmount tmpfs /x' 'pivot_root /x /y' 'nsmount mkdir /x nsmount umount /x'; do
		bad 125 "${words%% *}: $missing" nsclone -rm $words
		bad 125 "${words%% *}: $missing" unshare -rm $words --
	done
	# Behind the others it is the shell's turn, or there is nothing to run.
	for words in unshare 'unshare -U' nsclone 'nsmount tmpfs /x unshare' 'nsmount tmpfs /x' \
		'pivot_root /x /y' 'nsmount tmpfs /x pivot_root /x /y nsmount umount /y'; do
		run "$CB" -n $words
		assert_status 0
		assert_err ''
	done
}

# --- what only the kernel knows ----------------------------------------------------

testRootThatIsNotThere()
{
	can_ns -Ur || return 0
	gone="No such file or directory ('$T/none' does not exist)"
	bad 125 "pivotroot: pivot_root '$T/none': $gone" nsclone -rm pivotroot "$T/none" true
	bad 125 "pivot_root: pivot_root '$T/none' '/': $gone" nsclone -rm pivot_root "$T/none" / true
	mkdir -p "$T/new"
	bad 125 "pivotroot: make '$T/none/old': No such file or directory" \
		nsclone -rm pivotroot --put-old "$T/none/old" "$T/new" true
	bad 125 "pivotroot: pivot_root '$T/new' '$T/made': '$T/made' does not lie below '$T/new'" \
		nsclone -rm pivotroot --put-old "$T/made" "$T/new" true
	assertFalse "what was made is removed" "[ -e $T/made ]"
	bad 125 "nsmount: open the root '$T/none': No such file or directory" \
		nsclone -rm nsmount -R "$T/none" tmpfs / true
	: >"$T/file"
	bad 125 "pivotroot: pivot_root '$T/file': Not a directory ('$T/file' is not a directory)" \
		nsclone -rm pivotroot "$T/file" true
}

testBindOfWhatIsNotThere()
{
	can_ns -Ur || return 0
	mkdir -p "$T/new"
	: >"$T/file"
	gone="No such file or directory ('$T/none' does not exist"
	bad 125 "nsmount: bind '$T/none' '$T/new': $gone)" unshare -rm nsmount bind "$T/none" "$T/new" true
	bad 125 "nsmount: bind '$T/none' '$T/new': $gone)" \
		unshare -rm nsmount -R "$T" rbind "$T/none" /new true
	bad 125 "nsmount: bind '$T/new' '$T/none': $gone; add: nsmount mkdir $T/none)" \
		unshare -rm nsmount bind "$T/new" "$T/none" true
	bad 125 "nsmount: bind '$T/new' '$T/none': No such file or directory (add: nsmount -R $T mkdir /none)" \
		unshare -rm nsmount -R "$T" bind "$T/new" /none true
	bad 125 "nsmount: bind '$T/new' '$T/file': Not a directory ('$T/new' is a directory, '$T/file' is not)" \
		unshare -rm nsmount bind "$T/new" "$T/file" true
	bad 125 "nsmount: umount '$T/new': Invalid argument ('$T/new' is not a mount point)" \
		unshare -rm nsmount umount "$T/new" true
	bad 125 "nsmount: mount 'x' '$T/new': No such device (this kernel has no file system 'nosuchfs')" \
		unshare -rm nsmount fs nosuchfs x "$T/new" true
}

# What the kernel says with one word for many things.
testCausesOfAPivot()
{
	can_ns -Ur || return 0
	mkdir -p "$T/new/old"
	run "$CB" nsclone -rm pivotroot --put-old /tmp "$T/new" true
	assert_status 125
	assert_err "pivotroot: pivot_root '$T/new' '/tmp': '/tmp' does not lie below '$T/new'"
	run ul_unshare $(is_root || echo -r) -m --propagation shared sh -c '
		mount --bind "$1" "$1" && exec "$0" pivot_root "$1" "$1/old" true' "$CB" "$T/new"
	assert_status 125
	assertEquals "pivot_root: pivot_root '$T/new' '$T/new/old': Invalid argument ('/' has shared propagation; put unshare -m before)" \
		"$(cat "$T/err")"
	for words in 'pivot_root / /' 'pivotroot /'; do
		run "$CB" unshare -rm $words true
		assert_status 125
		assertEquals 1 "$(wc -l <"$T/err")"
		assertNotContains "'/' is one" "$(cat "$T/err")" "not a mount point"
	done
}

# The pid namespace begins with the next fork: a proc or an init before it would
# be of the old one.
testPidNamespaceWithoutFork()
{
	bad 125 "nsinit: the new pid namespace begins with the next fork: 'unshare -p' needs -f" \
		unshare -rp nsinit true
	for verb in proc 'fs proc x'; do
		bad 125 "nsmount: proc would show the old pid namespace: 'unshare -p' needs -f" \
			unshare -rmp nsmount $verb /proc true
	done
	bad 125 "unshare: --mount-proc: nobody is in the new pid namespace: -p needs -f" \
		unshare -rp --mount-proc true
	bad 125 "nsinit: -a is for PID 1 (put 'nsclone -p' or 'unshare -pf' before)" nsinit -a true
}

testProcAfterThePivot()
{
	can_ns -Ur || return 0
	make_root "$T/root"
	line="nsmount: mount 'proc' '/proc': Operation not permitted (no whole proc is left to compare with after the pivot: mount it before, nsmount -R NEW proc /proc)"
	bad 125 "$line" nsclone -rmp pivotroot "$T/root" nsmount proc /proc true
	bad 125 "$line" unshare -rmpf pivotroot "$T/root" nsmount fs proc proc /proc true
}

# One who may do nothing is told what lets him.
testNotPermitted()
{
	can_ns -Ur || return 0
	by=$plain
	needs='Operation not permitted (needs CAP_SYS_ADMIN; an ordinary user'
	gets="$needs gets it by nsclone -r or unshare -r)"
	puts="$needs puts nsclone -rm before)"
	bad 125 "unshare: unshare 'mount': $gets" unshare -m true
	bad 125 "unshare: unshare 'uts,net': $gets" unshare -nu true
	bad 125 "nsclone: clone 'mount,pid': $gets" nsclone -mp true
	bad 125 "pivotroot: unshare 'mount': $gets" pivotroot /tmp true
	bad 125 "nsmount: mount 'tmpfs' '/tmp': $puts" nsmount tmpfs /tmp
	bad 125 "nsmount: bind '/tmp' '/mnt': $puts" nsmount bind /tmp /mnt
	bad 125 "pivot_root: pivot_root '/tmp' '/mnt': $puts" pivot_root /tmp /mnt
	bad 125 "nsmount: mount 'tmpfs' '/mnt': Operation not permitted (the new user namespace does not own these mounts: add -m to it)" \
		unshare -r nsmount tmpfs /mnt true
}

# A limit of a user namespace of the test's own is what a sysctl is for the host.
testUserNamespacesForbidden()
{
	can_ns -Ur || return 0
	for name in user uts; do
		run ul_unshare -r sh -c 'echo 0 >/proc/sys/user/max_'$name'_namespaces
			"$0" unshare -ru true; echo $?; "$0" nsclone -ru true; echo $?' "$CB"
		assert_out "125
125"
		assertEquals "unshare: unshare 'uts,user': No space left on device (user.max_${name}_namespaces is 0 here)
nsclone: clone 'uts,user': No space left on device (user.max_${name}_namespaces is 0 here)" \
			"$(cat "$T/err")"
	done
}

# --- read before acted ------------------------------------------------------------

testTypoInTheLastWord()
{
	first="nsclone -rmpiun --hostname web nsmount mkdir $T/made nsmount tmpfs $T/made
		pivotroot / unshare -u"
	for last in '--queer true' nsinit 'nsinit --queer true' 'nsmount -o' 'pivotroot' \
		'nsmount tmpfs /x -q' '-- -x' 'nsmount tmpfs /x'; do
		run strace -f -qq -o "$T/trace" "$CB" $first $last
		assert_status 125
		assertEquals "$last" 1 "$(wc -l <"$T/err")"
		grep -q 'execve(' "$T/trace" || fail "nothing traced"
		for call in unshare clone clone3 fork vfork mount mkdir mkdirat sethostname \
			fsopen open_tree chdir socketpair; do
			grep -q " $call(" "$T/trace" && fail "$last: $call"
		done
		assertFalse "made" "[ -e $T/made ]"
	done
}

# What fails in the child is said once, and a step half done is undone.
testOneLineOnly()
{
	can_ns -Ur || return 0
	bad 125 "nsmount: umount '$T/none': No such file or directory ('$T/none' does not exist)" \
		nsclone -rmp nsclone -p unshare -pf nsmount -o detach umount "$T/none" true
	bad 127 "cellbox: run 'nosuchprogram': No such file or directory" \
		nsclone -rmp nsclone -p unshare -pf nsinit nosuchprogram
}

. shunit2
