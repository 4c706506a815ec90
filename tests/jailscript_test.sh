#!/bin/sh
# SPDX-License-Identifier: 0BSD
#
# scripts/jail: a full jail in one line, and the sentence that it prints. It is
# run by the shell of this way; an ordinary user adds --user.
#
# shellcheck disable=SC2015,SC2016,SC2046,SC2086 # words are words, $ for inner shells
# shellcheck source=tests/lib.sh
. "${LIB:-${0%/*}/lib.sh}"
# shellcheck source=tests/handover.sh
. "$TOP/tests/handover.sh"

S=$T/sock
R=$T/root
user=$(is_root || echo --user)
shell=dash
case $WAY in
*/ash) shell="$BUSYBOX ash" ;;
esac
jail="$shell $TOP/scripts/jail"

oneTimeSetUp()
{
	make_root "$R"
	mkdir "$R/keep" "$R/var"
}

# wrong PATTERN WORDS...: one line, 125, nothing printed
wrong()
{
	pattern=$1
	shift
	quiet_host $jail "$@"
	assert_status 125
	assert_err "$pattern"
	assert_out ''
}

testWhatItIs()
{
	can_ns || return 0
	quiet_host "$HELPER/with" --open 3 --open 9 $jail "$R:web" $user -- facts hostname fds pid processes cwd NoNewPrivs
	assert_status 0
	assert_err ''
	assert_out "pid=2
NoNewPrivs=0
fds=0:chr 1:file 2:file
cwd=/
hostname=web
processes=2"
	run $jail "$R" $user -- sh -c 'cat /proc/1/comm; ls -d "$0" 2>/dev/null; ls /dev | xargs; cut -d " " -f 5 /proc/self/mountinfo |
		grep -v "^/proc/\|^/dev/[^ps]" | xargs' "$T"
	assert_out "cellbox
fd full null ptmx pts random shm stderr stdin stdout tty urandom zero
/ /proc /dev /dev/pts /dev/shm"
	"$HELPER/facts" $(printf 'ns_%s ' $kinds) >"$T/ours"
	run $jail "$R" $user -- facts $(printf 'ns_%s ' $kinds)
	assertEquals "ns_ipc ns_mnt ns_pid ${user:+ns_user }ns_uts" "$(grep -vxFf "$T/ours" "$T/out" | sed 's/=.*//' | xargs)"
	run $jail "$R" $user -- cat /proc/sys/kernel/hostname
	assert_out "$(uname -n)"
}

testProcIsSafe()
{
	can_ns || return 0
	run $jail "$R" $user -- sh -c 'for f in sys/kernel/core_pattern sys/kernel/hostname sysrq-trigger; do
			echo >/proc/$f && echo "$f can be written"; done 2>/dev/null
		for f in kcore keys timer_list; do [ -e /proc/$f ] && wc -c </proc/$f; done | sort -u
		grep " /proc " /proc/self/mountinfo | cut -d " " -f 6'
	assert_out "0
rw,nosuid,nodev,noexec,relatime"
}

testNetwork()
{
	can_ns || return 0
	run $jail "$R" $user --net -- sh -c 'sed -n "s/^ *\([^ :]*\):.*/\1/p" /proc/net/dev; ping -c 1 127.0.0.1 >/dev/null && echo up'
	assert_out "lo
up"
	run $jail "$R" $user -- facts ns_net
	assert_out "$("$HELPER/facts" ns_net)"
}

testReadOnly()
{
	can_ns || return 0
	run $jail "$R" $user -- sh -c 'echo >/var/x && echo >/tmp/x && rm /var/x /tmp/x'
	assert_status 0
	mkdir -p "$T/out.d"
	run $jail "$R" $user --ro --keep-mount "$T/out.d:/keep" -- sh -c 'for d in / /var /tmp /bin; do echo >$d/x; done 2>/dev/null
		echo word >/keep/x; mount -o remount,bind,rw / 2>/dev/null && echo rw; ls /x /var/x 2>/dev/null; echo done'
	assertEquals word "$(cat "$T/out.d/x")"
	assert_out "*done"
	assertFalse "written" "[ -e $R/var/x ]"
}

# In a mount namespace of our own, with mounts below ROOT: only what is kept is there.
testKeepMount()
{
	can_ns || return 0
	mkdir -p "$R/keep" "$R/nfs" "$R/lost" "$T/src/sub" "$T/a file"
	touch "$R/etc/motd"
	echo link >"$T/a file/f"
	quiet_host "$CB" nsclone $as -m nsmount tmpfs "$R/nfs" nsmount tmpfs "$R/lost" nsmount tmpfs "$T/src" \
		nsmount mkdir "$T/src/sub" nsmount tmpfs "$T/src/sub" sh -c '
		echo nfs >$0/nfs/f; echo lost >$0/lost/f; echo src >$1/src/f; echo sub >$1/src/sub/f
		shift; exec "$@"' "$R" "$T" $jail "$R:h" --keep-mount "$R/nfs" --keep-mount "$T/src:/keep" \
		--keep-mount "$T/a file/f:/etc/motd" -- sh -c 'cat /nfs/f /keep/f /keep/sub/f /etc/motd; ls /lost; hostname'
	assert_status 0
	assert_out "nfs
src
sub
link
h"
}

testUserWithMountsBelow()
{
	can_ns -Ur || return 0
	mkdir -p "$R/nfs"
	if is_root; then
		wrap="$CB nsclone -m nsmount tmpfs $R/nfs /usr/bin/setpriv --reuid 12345 --regid 12345 --clear-groups"
	else
		wrap="$CB nsclone -rm nsmount tmpfs $R/nfs"
	fi
	run $wrap $jail "$R" --user -- true
	assert_status 125
	assert_err "*'$R/nfs'*"
	assertNotContains "$(cat "$T/err")" "$R/lost"
}

testServe()
{
	can_ns || return 0
	up "$R/up" $jail "$R:web" $user --net --serve "$S" -- sh -c 'echo 1 >/up; exec sleep '$nap || return 0
	assertEquals 600 "$(stat -c %a "$S")"
	run "$CB" setns-join "$S" sh -c 'hostname; cat /proc/2/comm; facts pid fds'
	assert_out "web
sleep
pid=[3-9]*
fds=0:chr 1:file 2:file"
	down
	assert_status 143
	assertFalse "the socket is left" "[ -e $S ]"
	no_left "sleep $nap"
}

testShellAndStatus()
{
	can_ns || return 0
	echo 'echo in $(hostname); exit 5' >"$T/in"
	run $jail "$R:web" $user <"$T/in"
	assert_status 5
	assert_out "in web"
	run $jail "$R:web" $user -- <"$T/in"
	assert_status 5
	run $jail "$R" $user -- sh -c 'kill -TERM $$'
	assert_status 143
	run $jail "$R" $user -- /no/such
	assert_status 127
	assert_err "cellbox: run '/no/such': No such file or directory"
	run $jail --help
	assert_status 0
	assert_err ''
	for word in --keep-mount --net --user --ro --serve -n --help; do
		assertContains "$(cat "$T/out")" " $word"
	done
	run $jail "$R" --net --help
	assert_status 0
}

# What -n prints, pasted into a shell, is the same jail.
testPrintedAndPasted()
{
	can_ns || return 0
	look='facts hostname fds uid gid uid_map CapEff NoNewPrivs cwd processes; ls -a / /dev /keep | xargs
		sed "s/^[0-9]* [0-9]* [^ ]* //; s/ - .*//" /proc/self/mountinfo'
	mkdir -p "$T/it's a \"dir\"" "$T/bin"
	ln -sf "$CB" "$T/bin/cellbox"
	for options in "--net" "--ro" "--serve $S" "--ro --net --serve $S --keep-mount $T/it's^a^\"dir\":/keep"; do
		set --
		for word in $options; do
			set -- "$@" "$(echo "$word" | tr '^' ' ')"
		done
		run $jail "$R:web" $user "$@" -- sh -c "$look" "a  b" "it's" '' '$x'
		assert_status 0
		cp "$T/out" "$T/direct"
		run $jail "$R:web" $user "$@" -n -- sh -c "$look" "a  b" "it's" '' '$x'
		assert_status 0
		assert_err ''
		cp "$T/out" "$T/sentence"
		assertEquals cellbox "$(head -n 1 "$T/sentence" | sed 's/ .*//')"
		(cd / && PATH="$T/bin:$PATH" exec $shell "$T/sentence") >"$T/pasted" 2>"$T/err"
		assertEquals 0 $?
		assertEquals "$options" "$(cat "$T/direct")" "$(cat "$T/pasted")"
	done
	(cd "$T" && $jail root $user -n --keep-mount root/keep) >"$T/out" 2>"$T/err"
	assertEquals "a relative ROOT" "$($jail "$R" $user -n --keep-mount "$R/keep")" "$(cat "$T/out")"
	ln -s root "$T/link"
	run $jail "$T/link" $user --keep-mount "$T/link/keep" -- echo in
	assert_status 0
	assert_out in
}

testBadInput()
{
	can_ns || return 0
	echo word >"$T/file"
	wrong "jail: ROOT is missing (see: jail --help)"
	wrong "jail: ROOT is missing (see: jail --help)" --net --ro
	wrong "jail: unknown option '-x' (see: jail --help)" -x "$R"
	wrong "jail: ROOT '$T/no' is no directory" "$T/no" $user
	wrong "jail: ROOT '$T/file' is no directory" "$T/file" $user
	wrong "jail: ROOT is missing (see: jail --help)" "" $user
	wrong "jail: ROOT '' is no directory" ":web" $user
	for bad in 'a b' a/b 'a!' web:x; do
		wrong "nsclone: --hostname '$bad': a hostname has letters, digits, '-', '.' and '_' only" "$R:$bad" $user
	done
	long=$(printf %065d 0)
	wrong "nsclone: --hostname '$long': a hostname has 1 to 64 bytes" "$R:$long" $user
	wrong "jail: *hostname*" "$R:" $user
	wrong "jail: --keep-mount '$T/no': no such file or directory" "$R" $user --keep-mount "$T/no:/keep"
	wrong "jail: --keep-mount '$R/no': no such file or directory" "$R" $user --keep-mount "$R/no"
	wrong "jail: --keep-mount '$T' does not lie below ROOT: say SRC:DST" "$R" $user --keep-mount "$T"
	wrong "jail: --keep-mount '$R' does not lie below ROOT: say SRC:DST" "$R" $user --keep-mount "$R"
	wrong "nsmount: bind '$T' '$R/no': No such file or directory (add: nsmount -R $R mkdir /no)" "$R" $user --keep-mount "$T:/no"
	wrong "jail: --keep-mount *" "$R" $user --keep-mount ''
	wrong "jail: --keep-mount *" "$R" $user --keep-mount "$T:"
	wrong "jail: --keep-mount *" "$R" $user --keep-mount ":/keep"
	wrong "jail: --keep-mount needs an argument (see: jail --help)" "$R" $user --keep-mount
	wrong "jail: --serve needs an argument (see: jail --help)" "$R" $user --serve
	wrong "jail: --serve *" "$R" $user --serve ''
	wrong "setns-serve: bind the socket '$T/no/s': No such file or directory" "$R" $user --serve "$T/no/s"
	wrong "jail: unknown option '--nett' (see: jail --help)" "$R" $user --nett
	wrong "jail: 'sh' is one word too many (a program stands behind --)" "$R" $user sh
	mkdir -p "$T/bare"
	wrong "nsmount: mount '*$T/bare/proc': No such file or directory (add: nsmount -R $T/bare mkdir /proc)" "$T/bare" $user
	assertEquals word "$(cat "$T/file")"
	assertFalse "a socket is left" "[ -e $S ]"
}

. shunit2
