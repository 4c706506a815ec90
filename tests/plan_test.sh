#!/bin/sh
# SPDX-License-Identifier: 0BSD
#
# nsmount -F: a plan is read whole, applied whole or not at all.
#
# shellcheck disable=SC2015,SC2016,SC2046,SC2086 # words are words, $ for inner shells
# shellcheck source=tests/lib.sh
. "${LIB:-${0%/*}/lib.sh}"

as=$(is_root || echo -r)

setUp()
{
	rm -rf "$T/a" "$T/ns"
	mkdir -p "$T/a/sub" "$T/ns"
	echo file >"$T/a/file"
}

# plan LINE...: in $T/plan
plan()
{
	printf '%s\n' "$@" >"$T/plan"
}

# The points of the mounts below $T/ns, for a shell
# shellcheck disable=SC2089,SC2090
export points='sed -n "s|^[^/]*/[^ ]* $T/ns\([^ ]*\) \([^ ]*\) .*|\1 \2|p" /proc/self/mountinfo | sort'

# bad LINE: the plan in a namespace of its own gives this line, 125, and no
# program runs; nothing is left.
bad()
{
	quiet_host "$CB" unshare $as -m nsmount -R "$T/ns" -F "$T/plan" echo ran
	assert_status 125
	assert_out ''
	assertEquals "nsmount: $T/plan:$1" "$(cat "$T/err")"
	assertEquals "left" "" "$(ls -A "$T/ns")"
}

testPlan()
{
	can_ns -Ur || return 0
	plan '# a root' '' "	-o size=1m tmpfs /" 'mkdir /bin   ' \
		"-o ro,nosuid bind	$T/a /bin" '  # more' "mkdir /a\\040b" \
		"-o mkdir bind $T/a/file /a\\040b/x\\134" 'symlink bin sbin' 'file f'
	run "$CB" unshare $as -m nsmount -R "$T/ns" -F "$T/plan" \
		sh -c "$points; cat $T/ns/sbin/file $T/ns/a*/x*; ls $T/ns"
	assert_status 0
	assert_err ''
	assert_out ' rw,relatime
/a\\040b/x\\134 rw,relatime
/bin ro,nosuid,relatime
file
file
a b
bin
f
sbin'
	# from a pipe, of which the program finds the end; -R in the lines
	run sh -c "cat | $CB unshare $as -m nsmount -F - sh -c 'cat; ls $T/ns/bin'" <<END
-R $T/ns tmpfs /
-R $T/ns -o mkdir bind $T/a bin
mask $T/ns/bin/file $T/ns/bin/sub --
END
	assert_status 0
	assert_out "file
sub"
}

# -n reads a file and prints its lines; it leaves standard input alone.
testReadOnly()
{
	plan "tmpfs /" "bind /a\\040b '/c"
	run "$CB" -n unshare -m nsmount -R "$T/ns" -F "$T/plan" true
	assert_status 0
	assert_out "unshare -m
nsmount -R $T/ns -F $T/plan
    tmpfs /
    bind '/a b' ''\\\\''/c'
true"
	run sh -c "{ $CB -n unshare -m nsmount -F - true; cat; } <$T/plan"
	assert_out "unshare -m
nsmount -F -
true
tmpfs /
bind /a\\\\040b '/c"
	# Without -n no plan is opened before the sentence is known to be right.
	run "$CB" nsmount -F "$T/none" pivotroot "$T/a" -x
	assert_err "*'-x' stands where*"
	plan "tmpfs /" "bind x"
	run "$CB" -n unshare -m nsmount -F "$T/plan" true
	assert_status 125
	assert_err "nsmount: $T/plan:2: an operand is missing (usage: *"
}

# Nothing is mounted if a word in any line is wrong.
testErrorsByLine()
{
	can_ns -Ur || return 0
	for line in "bind /|an operand is missing (usage: nsmount [-o OPTIONS] [-R ROOT] VERB OPERAND... | -F FILE)" \
		"tmpfs /a /b|'/b' is one word too many" "-q|unknown option '-q' (see: nsmount --help)" \
		"-o ro,rw tmpfs /|-o 'ro,rw': 'rw' contradicts a word before it" \
		"--help|'--help' has no place in a plan" "-R /x tmpfs /|-R '/x': it stands before -F already" \
		"mask /x|'mask' wants paths and then --" "tmpfs /a\\000b|'/a\\000b': no word has a NUL byte"; do
		plan '#' "mkdir /x" "" "${line%%|*}"
		bad "4: ${line#*|}"
	done
	plan 'mkdir x' nosuch
	run "$CB" unshare $as -m nsmount -F "$T/plan" true
	assert_err "nsmount: $T/plan:2: 'nosuch' is no verb (verbs: bind *)"
}

# A source that is missing is found before the first mount; whatever fails later
# takes the rest with it, also in a namespace that lives on.
testAllOrNothing()
{
	can_ns -Ur || return 0
	plan "mkdir /x" "bind $T/none /x"
	bad "2: bind '$T/none' '$T/ns/x': No such file or directory ('$T/none' does not exist)"
	plan "mkdir /x/y" "bind $T/a /x/y" "bind $T/a /z"
	bad "3: bind '$T/a' '$T/ns/z': No such file or directory (add: nsmount -R $T/ns mkdir /z)"
	plan "mkdir x/y" "bind $T/a x/y" "-o mkdir tmpfs t/u" "mkdir t/u/v" "file f" \
		"symlink f l" "dev x/y" "mask x/y/null --" "fs nosuchfs none x"
	run ul_unshare $as -m sh -c '$CB nsmount -R $T/ns -F $T/plan; echo $?; eval "$points"; ls -A $T/ns'
	assert_out 125
	assert_err "nsmount: $T/plan:9: mount 'none' '$T/ns/x': No such device (this kernel has no file system 'nosuchfs')"
	# what cannot be undone is refused there, before anything is made
	plan "mkdir x" "private x"
	run ul_unshare $as -m sh -c '$CB nsmount -R $T/ns -F $T/plan; echo $?; ls -A $T/ns'
	assert_out 125
	assert_err "nsmount: $T/plan:2: 'private' cannot be undone, and these mounts live on: put nsclone -m before"
	sed '$d' "$T/plan" >"$T/plan2"
	run "$CB" nsmount -R "$T/ns" -F "$T/plan2"
	assert_status 0
	assertTrue "[ -d $T/ns/x ]"
}

# A source is what it was before the plan; below an earlier target in its turn.
testSourcesAreOpenedFirst()
{
	can_ns -Ur || return 0
	mkdir "$T/ns/1" "$T/ns/2" "$T/ns/3"
	plan "bind $T/a /1" "bind $T/ns/1/sub /2" "-o mkdir tmpfs /../1/sub/../../1" \
		"bind in-root:/2/../1 /3" "bind $T//ns/./2 /1"
	echo x >"$T/a/sub/x"
	run "$CB" unshare $as -m nsmount -R "$T/ns" -F "$T/plan" sh -c 'cd $T/ns; echo */*'
	assert_status 0
	assert_out "1/x 2/x"
	# by another name it is what was there before
	ln -s "$T/ns/1" "$T/link"
	plan "bind $T/a /1" "bind $T/link /2"
	run "$CB" unshare $as -m nsmount -R "$T/ns" -F "$T/plan" sh -c 'cd $T/ns; echo */*'
	assert_out "1/file 1/sub"
	# and a missing one is told before a mount is tried
	plan "mkdir /x" "bind $T/a /none" "bind $T/none /none"
	bad_line="3: bind '$T/none' '$T/ns/none': No such file or directory ('$T/none' does not exist)"
	run "$CB" unshare $as -m nsmount -R "$T/ns" -F "$T/plan" true
	assert_err "nsmount: $T/plan:$bad_line"
	# the first target hides the second source, which was opened before
	plan "bind $T/ns $T/a" "-o try bind $T/none/x $T/none"
	run "$CB" unshare $as -m nsmount -F "$T/plan" ls "$T/a"
	assert_status 0
	assert_out "1
2
3"
}

# One that vanishes in between is mounted all the same, or not at all.
testSourcesThatVanish()
{
	can_ns -Ur || return 0
	mkdir "$T/gone" "$T/ns/1"
	i=0
	while [ $i -lt 50 ]; do
		i=$((i + 1))
		rmdir "$T/gone" 2>/dev/null; mkdir -p "$T/gone"
		echo "bind $T/gone /1" >"$T/plan"
		(rmdir "$T/gone") &
		run "$CB" unshare $as -m nsmount -R "$T/ns" -F "$T/plan" echo ran
		wait
		case $rc:$(cat "$T/out") in
		0:ran) assert_err '' ;;
		125:) assert_err "nsmount: $T/plan:1: bind '$T/gone' '$T/ns/1': No such file or directory*" ;;
		*) fail "$rc"; show_run ;;
		esac
	done
}

testFstab()
{
	can_ns -Ur || return 0
	plan "# <file system> <mount point>" "$T/a	/	none	rbind,ro,x-systemd.x	0 0" \
		"tmp /sub tmpfs size=1m,nosuid,auto,_netdev" \
		"/dev/none /x ext4 nofail,noauto 0 2" "/dev/sda2 none swap sw 0 0" \
		"$T/none /y none bind,nofail" "$T/a /sub/n none bind,X-mount.mkdir=0700" "t /sub/m tmpfs x-y,mkdir"
	run "$CB" unshare $as -m nsmount -R "$T/ns" --fstab -F "$T/plan" sh -c "$points"
	assert_status 0
	assert_err ''
	assert_out ' ro,relatime
/sub rw,nosuid,relatime
/sub/m rw,relatime
/sub/n rw,relatime'
	plan "$T/a / none ro"
	run "$CB" unshare $as -m nsmount --fstab -F "$T/plan" true
	assert_err "nsmount: $T/plan:1: '/': of no type, and no bind"
	plan "$T/a /"
	run "$CB" unshare $as -m nsmount --fstab -F "$T/plan" true
	assert_err "nsmount: $T/plan:1: fstab(5) has 3 to 6 fields, not 2"
	run "$CB" nsmount --fstab tmpfs /x
	assert_err "nsmount: --fstab wants -F FILE"
	run "$CB" nsmount -o ro -F "$T/plan"
	assert_err "nsmount: -o 'ro': with -F it stands in the lines of the plan"
}

# Any bytes: one line, 125.
testHostileFiles()
{
	can_ns -Ur || return 0
	printf 'mkdir /x\nmkdir /a\000b\n' >"$T/plan"
	bad "2: a NUL byte in the line"
	: >"$T/plan"
	run "$CB" unshare $as -m nsmount -F "$T/plan" true
	assert_status 125
	assert_err "nsmount: the plan '$T/plan' is empty (a # says so on purpose)"
	run "$CB" unshare $as -m nsmount -F - true <&-
	assert_err "nsmount: the plan '-' is empty (a # says so on purpose)"
	run "$CB" unshare $as -m nsmount -F "$T" true
	assert_err "nsmount: read the plan '$T': Is a directory"
	run "$CB" unshare $as -m nsmount -F "$T/none" true
	assert_err "nsmount: open the plan '$T/none': No such file or directory"
	run "$CB" unshare $as -m nsmount -F - true <"$T"
	assert_err "nsmount: read the plan '-': Is a directory"
	printf '#' >"$T/plan"
	run "$CB" unshare $as -m nsmount -F "$T/plan" true
	assert_status 0
	i=0
	while [ $i -lt 20 ]; do
		i=$((i + 1))
		head -c 5000 /dev/urandom >"$T/plan"
		run "$CB" unshare $as -m nsmount -R "$T/ns" -F "$T/plan" true
		assert_status 125
		assertEquals 1 "$(wc -l <"$T/err")"
	done
	run sh -c "head -c 70000000 /dev/zero | $CB unshare $as -m nsmount -F - true"
	assert_err "nsmount: the plan '-' has 67108864 bytes or more"
}

# A line of 1 MB, of many words; 100,000 lines.
testBigPlans()
{
	can_ns -Ur || return 0
	awk 'BEGIN { printf "mkdir /"; for (i = 0; i < 1000000; i++) printf "x"; print "" }' >"$T/plan"
	run "$CB" unshare $as -m nsmount -R "$T/ns" -F "$T/plan" true
	assert_status 125
	assertEquals "nsmount: $T/plan:1: mkdir '$T/ns/xx" "$(head -c $((${#T} * 2 + 31)) "$T/err")"
	assertEquals ": File name too long" "$(tail -c 21 "$T/err" | sed "s/.*: F/: F/; s/Filename/File name/")"
	awk 'BEGIN { printf "mask"; for (i = 0; i < 300; i++) printf " /x"; print " --" }' >"$T/plan"
	bad "1: more than 252 words"
	lines=$((1000 * ${CELLBOX_LOAD:-100}))
	awk -v n=$lines 'BEGIN { print "tmpfs /"; for (i = 1; i < n; i++) print "mkdir /d" i }' >"$T/plan"
	run "$CB" unshare $as -m nsmount -R "$T/ns" -F "$T/plan" sh -c 'ls $T/ns | wc -l'
	assert_out $((lines - 1))
	echo "mkdir" >>"$T/plan"
	bad "$((lines + 1)): an operand is missing (usage: nsmount [-o OPTIONS] [-R ROOT] VERB OPERAND... | -F FILE)"
	# more mounts than descriptors: nothing
	awk -v t="$T/a" 'BEGIN { for (i = 0; i < 200; i++) print "bind " t " /" }' >"$T/plan"
	run "$HELPER/with" --nofile 100 "$CB" unshare $as -m nsmount -R "$T/ns" -F "$T/plan" true
	assert_status 125
	assert_err "nsmount: $T/plan:*: bind '$T/a' '$T/ns/': * (each mount of a plan holds a descriptor: raise ulimit -n)"
}

. shunit2
