#!/bin/sh
# SPDX-License-Identifier: 0BSD
#
# The program at the end of a sentence: what it gets, how it is found, and the
# status it leaves.
#
# shellcheck disable=SC2015,SC2016,SC2046,SC2086 # words are words, $ for inner shells
# shellcheck source=tests/lib.sh
. "${LIB:-${0%/*}/lib.sh}"

# One that everybody may search: what cannot be searched may hold the program.
PATH=/usr/local/bin:/usr/bin:/bin:/usr/sbin:/sbin
all=$(sed -n 's/.*bool "\([^ ]*\) - .*/\1/p' "$TOP/Kconfig" | sort)

# prog FILE MODE: a script from stdin
prog()
{
	cat >"$1" && chmod "$2" "$1"
}

testClosedDescriptors()
{
	can_ns -Ur || return 0
	for words in '' 'unshare -r' 'nsclone -r' 'nsclone -rp nsinit'; do
		run "$HELPER/with" --close 0 --close 1 --close 2 "$CB" $words \
			sh -c 'exec "$HELPER/facts" fds >"$T/fds"'
		assert_status 0
		assertEquals "$words" "fds=0:chr 1:file 2:chr" "$(cat "$T/fds")"
		rm "$T/fds"
	done
	run "$HELPER/with" --close 0 "$CB" nsclone -r "$HELPER/facts" fds
	assert_out "fds=0:chr 1:file 2:file"
	# A message has nowhere to go and must not reach a file of the sentence.
	run "$HELPER/with" --close 2 "$CB" unshare -q
	assert_status 125
	assert_err ''
}

# What the caller left open stays open in the program.
testDescriptorsAreInherited()
{
	can_ns -Ur || return 0
	for words in '' 'unshare -rf' 'nsclone -r'; do
		run "$HELPER/with" --open 7 "$CB" $words "$HELPER/facts" fds
		assert_out "fds=0:chr 1:file 2:file 7:dir"
	done
}

# --- the program -------------------------------------------------------------

testStatusIsTheProgramsOwn()
{
	can_ns -Ur || return 0
	for words in '' 'nsclone -r' 'unshare -rpf' 'nsclone -rp nsinit'; do
		for status in 0 1 42 124 125 255; do
			run "$CB" $words sh -c "exit $status"
			assert_status $status
		done
		assert_err ''
	done
	for words in 'nsclone -r' 'unshare -rf' 'nsclone -rp nsinit'; do
		for signal in 1 9 15 34; do
			run "$CB" $words sh -c 'kill -$0 $$; sleep 9' $signal
			assert_status $((128 + signal))
			assert_err ''
		done
	done
}

testStatusOfNoProgram()
{
	can_ns -Ur || return 0
	echo data >"$T/data"
	for words in '' 'nsclone -r' 'nsclone -rp nsinit'; do
		run "$CB" $words nosuchprogram
		assert_status 127
		assert_err "cellbox: run 'nosuchprogram': No such file or directory"
		run "$CB" $words "$T/data/none"
		assert_status 127
		assert_err "cellbox: run '$T/data/none': Not a directory"
		run "$CB" $words "$T/data"
		assert_status 126
		assert_err "cellbox: run '$T/data': Permission denied"
	done
}

testScriptWithoutInterpreter()
{
	can_ns -Ur || return 0
	mkdir "$T/bin"
	echo 'echo "$0 $# $2"; exit 9' | prog "$T/bin/script" 755
	prog "$T/bin/empty" 755 </dev/null
	for words in '' 'nsclone -r'; do
		run "$CB" $words "$T/bin/script" a 'b c'
		assert_status 9
		assert_out "$T/bin/script 2 b c"
		PATH=$T/bin:$PATH run "$CB" $words script a 'b c'
		assert_status 9
		assert_out "$T/bin/script 2 b c"
	done
	run "$CB" "$T/bin/empty"
	assert_status 0
}

testPathSearch()
{
	mkdir "$T/a" "$T/b" "$T/b/dir" "$T/c"
	echo 'echo a' | prog "$T/a/prog" 644
	echo 'echo b' | prog "$T/b/prog" 755
	echo 'echo c' | prog "$T/c/dir" 755
	PATH=$T/none:$T/a:$T/b run "$CB" prog
	assert_status 0
	assert_out b
	PATH=$T/b:$T/c run "$CB" dir # a directory is passed over
	assert_out c
	PATH=$T/a:$T/none run "$CB" prog
	assert_status 126
	assert_err "cellbox: run 'prog': Permission denied"
	cd "$T/b" || return
	for path in "$T/none:" "" ":$T/none" "$T/none::$T/a"; do
		PATH=$path run "$CB" prog
		assertEquals "PATH=$path" b "$(/bin/cat "$T/out")"
	done
	cd "$T" || return
	run env -u PATH "$CB" true
	assert_status 0
}

# A word with a slash is a program, whatever its last part.
testSlashIsAProgram()
{
	can_ns -Ur || return 0
	echo 'echo program' | prog "$T/unshare" 755
	run "$CB" ./unshare -r true
	assert_out program
	run "$CB" unshare -r ./unshare
	assert_out program
}

# A root that nobody trusts, where every name that one could look up is a trap.
testProgramsOfTheNewRootAreNotRun()
{
	can_ns -Ur || return 0
	make_root "$T/trap"
	for name in $all cellbox mount umount hostname id env chroot; do
		rm -f "$T/trap/bin/$name"
		printf '#!/bin/sh\n>/trapped.%s\nexit 0\n' "$name" |
			prog "$T/trap/bin/$name" 755
	done
	PATH=/bin run "$CB" nsclone -rmpiu --hostname web nsmount -R "$T/trap" proc /proc \
		pivotroot "$T/trap" nsmount tmpfs /tmp unshare -u \
		nsclone -mp pivotroot /tmp nsinit /bin/facts pid
	assert_status 127 # an empty tmpfs was the last root
	assert_err "cellbox: run '/bin/facts': No such file or directory"
	PATH=/bin run "$CB" nsclone -rmpiu --hostname web nsmount -R "$T/trap" proc /proc \
		pivotroot "$T/trap" nsmount tmpfs /tmp unshare -u nsclone -p \
		nsinit facts pid hostname
	assert_status 0
	assert_err ''
	assert_out "pid=2
hostname=web"
	assertEquals "trapped" "" "$(find "$T/trap" -name 'trapped.*')"
}

. shunit2
