#!/bin/sh
# SPDX-License-Identifier: 0BSD
#
# The sentence: how it is called, read and ended, whatever its steps do.
#
# shellcheck disable=SC2015,SC2016,SC2046,SC2086 # words are words, $ for inner shells
# shellcheck source=tests/lib.sh
. "${LIB:-${0%/*}/lib.sh}"

PATH=/usr/local/bin:/usr/bin:/bin:/usr/sbin:/sbin
all=$(sed -n 's/.*bool "\([^ ]*\) - .*/\1/p' "$TOP/Kconfig" | sort)

# --- reading ---------------------------------------------------------------

testReadPrintsTheSteps()
{
	run "$CB" -n nsclone -mpiun --hostname web -- nsmount -o ro bind /a '/b c' \
		nsmount -R /ns proc /proc pivotroot /ns nsinit -- sh -c "it's" ''
	assert_status 0
	assert_err ''
	cat >"$T/expected" <<-'END'
	nsclone -mpiun --hostname web --
	nsmount -o ro bind /a '/b c'
	nsmount -R /ns proc /proc
	pivotroot /ns
	nsinit --
	sh -c 'it'\''s' ''
	END
	assertEquals "$(cat "$T/expected")" "$(cat "$T/out")"
}

# -n of a sentence that could act (a user namespace needs no rights) and whose
# act would show.
testReadActsNothing()
{
	run strace -f -qq -o "$T/trace" "$CB" -n nsclone -rmu --hostname web \
		nsmount mkdir "$T/made" touch "$T/touched"
	assert_status 0
	assert_err ''
	assertEquals "nsmount mkdir $T/made" "$(sed -n 2p "$T/out")"
	calls=$(sed 's/^[0-9]* *\([a-z0-9_]*\)(.*/\1/' "$T/trace" | sort -u | tr '\n' ' ')
	assertContains "$calls" 'execve '
	assertEquals "one execve" 1 "$(grep -c execve "$T/trace")"
	for call in clone clone3 fork vfork unshare mount mkdir mkdirat sethostname \
		rt_sigprocmask openat open; do
		assertNotContains " $calls" " $call "
	done
	assertFalse "made" "[ -e $T/made -o -e $T/touched ]"
}

testTraceTellsEachStep()
{
	can_ns -Ur || return 0
	run "$CB" -x unshare -r nsclone -u --hostname web sh -c 'hostname >&2; exit 3'
	assert_status 3
	assert_out ''
	cat >"$T/expected" <<-'END'
	+ unshare -r
	+ nsclone -u --hostname web
	+ sh -c 'hostname >&2; exit 3'
	web
	END
	assertEquals "$(cat "$T/expected")" "$(cat "$T/err")"
}

# The step that fails is the last one told.
testTraceStopsWhereItFails()
{
	can_ns -Ur || return 0
	run "$CB" -x unshare -rm pivotroot "$T/none" touch "$T/touched"
	assert_status 125
	assertEquals "+ unshare -rm
+ pivotroot $T/none
pivotroot: pivot_root '$T/none': No such file or directory ('$T/none' does not exist)" \
		"$(cat "$T/err")"
	assertFalse "touched" "[ -e $T/touched ]"
}

# Options end at the first operand; `--` may stand behind the last operand.
testOptionsEndAtTheFirstOperand()
{
	can_ns -Ur || return 0
	run "$CB" unshare -r printf '%s\n' -m --mount -- -x
	assert_status 0
	assert_out "-m
--mount
--
-x"
	run "$CB" unshare -r -- printf '%s' ok
	assert_out ok
	mkdir "$T/target"
	run "$CB" unshare -rm nsmount tmpfs "$T/target" -- printf '%s' ok
	assert_status 0
	assert_out ok
}

# --- calling ---------------------------------------------------------------

testLinkNamedLikeAStep()
{
	can_ns -Ur || return 0
	mkdir "$T/links"
	ln -s "$CB" "$T/links/unshare"
	ln -s "$CB" "$T/links/nsclone"
	run "$T/links/unshare" -r id -u
	assert_status 0
	assert_out 0
	run "$T/links/unshare" -q
	assert_status 125
	assert_err "unshare: unknown option '-q' (see: unshare --help)"
	run "$T/links/nsclone" -r nsclone -u --hostname web hostname
	assert_out web
	run /usr/bin/env "PATH=$T/links:$PATH" unshare -ru sh -c 'hostname a && hostname'
	assert_out a
}

testLinkOfAnyOtherName()
{
	can_ns -Ur || return 0
	ln -s "$CB" "$T/jail"
	run "$T/jail" unshare -r id -u
	assert_status 0
	assert_out 0
	run "$T/jail" --version
	assert_out 'cellbox [0-9]*'
	run "$T/jail" nosuchprogram
	assert_status 127
	assert_err "cellbox: run 'nosuchprogram': No such file or directory"
}

# A user may not link to another's file: of a copy of one's own.
testInstall()
{
	can_ns -Ur || return 0
	cp "$CB" "$T/own"
	for how in '' -s; do
		dir=$T/install$how
		mkdir "$dir"
		run "$T/own" --install ${how:+"$how"} "$dir"
		assert_status 0
		assert_out ''
		assert_err ''
		kind=$([ -z "$how" ] && echo f || echo l)
		assertEquals "$all" "$(cd "$dir" && find . -type $kind | sed 's|./||' | sort)"
		assertEquals "$all" "$(cd "$dir" && find -L . -samefile "$T/own" |
			sed 's|./||' | sort)"
		run "$dir/unshare" -r id -u
		assert_out 0
		run "$T/own" --install ${how:+"$how"} "$dir"
		assert_status 0
	done
	rm "$T/install-s/nsinit"
	echo mine >"$T/install-s/nsinit"
	run "$T/own" --install -s "$T/install-s"
	assert_status 125
	assert_err "cellbox: link '$T/own' '$T/install-s/nsinit': File exists"
	assertEquals mine "$(cat "$T/install-s/nsinit")"
	run "$T/own" --install "$T/none"
	assert_status 125
	assert_err "cellbox: link '$T/own' '$T/none/*': No such file or directory"
}

testHelp()
{
	run "$CB" --help
	assert_status 0
	assert_err ''
	for name in $all; do
		assertEquals "$name" 1 "$(grep -c "^  $name  *[a-z]" "$T/out")"
	done
	for n in 1 2 3 4 5; do
		assertEquals "rule $n" 1 "$(grep -c "^$n\. [A-Z]" "$T/out")"
	done
	cp "$T/out" "$T/help"
	run "$CB"
	assert_status 0
	assert_err ''
	cmp "$T/help" "$T/out" || fail "cellbox alone says another thing"
}

testHelpOfEachStep()
{
	for name in $all; do
		run "$CB" $name --help
		assert_status 0
		assert_err ''
		assert_out "Usage: $name *
  -h, --help *
  -V, --version *
Examples:
*"
		# A step of a sentence that is asked for help acts nothing.
		run "$CB" unshare -r $name --help
		assert_status 0
		assert_out "Usage: $name *"
	done
}

testVersion()
{
	run "$CB" --version
	assert_status 0
	assert_err ''
	assertTrue "$(cat "$T/out")" "grep -Eqx 'cellbox [0-9]+\.[0-9]+\.[0-9]+' $T/out"
}

# An empty argv (Linux before 5.18), or one empty word: neither is a crash.
testArgv0Missing()
{
	run "$HELPER/with" --no-argv0 "$CB"
	case $rc in
	125) assert_err "cellbox: argv\[0\] is missing" ;;
	*) assert_status 0 && assert_out "cellbox *Usage: cellbox *" ;;
	esac
}

# Root lends a copy of the binary its uid; an ordinary user one of his
# subordinate ids another's.
testSetuidIsRefused()
{
	can_ns || return 0
	cp "$CB" "$T/suid"
	chmod 755 "$T/suid"
	set -- /usr/bin/setpriv --reuid 12345 --regid 12345 --clear-groups
	if is_root; then
		chmod 4755 "$T/suid"
		run "$@" "$T/suid" id -u
	elif ! ul_unshare -r --map-auto true 2>/dev/null; then
		skip "no subordinate ids, or no newuidmap" || return 0
	else
		run ul_unshare -r --map-auto sh -c 'chmod 4755 "$0" &&
			exec /usr/bin/setpriv --reuid 1 --regid 1 --clear-groups "$@"' \
			"$T/suid" "$T/suid" id -u
	fi
	assert_status 125
	assert_out ''
	assert_err "cellbox: refuses to run with privileges its caller does not have (*)"
}

# --- a word that was left out ----------------------------------------------

# Only one way builds; the others look at what would be built.
testWordLeftOut()
{
	cp -R "$TOP" "$T/tree"
	cd "$T/tree" || return
	scripts/kconfig.sh defaults Kconfig |
		sed 's/^CONFIG_APPLET_NSINIT=y/# CONFIG_APPLET_NSINIT is not set/' >.config
	if [ "$WAY" != root/dash ]; then
		mkdir -p build
		run scripts/kconfig.sh generate Kconfig .config build
		assert_status 0
		assertEquals 'ABSENT(nsinit, "nsinit")' "$(grep nsinit build/applets.def)"
		assertEquals $(($(echo "$all" | wc -l) - 1)) "$(grep -c ^BUILT build/applets.def)"
		cd "$T" || return
		return 0
	fi
	# The libcap that the machine's own build has fetched.
	cache=~root/.cache
	run env XDG_CACHE_HOME="${XDG_CACHE_HOME:-$cache}" make build/cellbox
	cd "$T" || return
	assert_status 0
	run "$T/tree/build/cellbox" nsinit true
	assert_status 125
	assert_err "cellbox: 'nsinit' is not in this cellbox"
	run "$T/tree/build/cellbox" nsclone -p pivotroot / nsinit true
	assert_status 125
	assert_err "*: 'nsinit' is not in this cellbox"
	ln -s "$T/tree/build/cellbox" nsinit
	run ./nsinit true
	assert_status 125
	assert_err "*: 'nsinit' is not in this cellbox"
	run "$T/tree/build/cellbox" nsclone -p ./nsinit # a program, by its slash
	assert_status 125
	run "$T/tree/build/cellbox"
	assert_status 0
	assertEquals 0 "$(grep -c '^  nsinit ' "$T/out")"
	assertEquals 1 "$(grep -c '^  nsclone ' "$T/out")"
}

. shunit2
