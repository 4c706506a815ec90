# shellcheck shell=sh
#
# console.sh - a stage of init: the shell that switch_root -c starts, behind
# nsinit; tests/boot/run types (console_stage)

mkdir /new && mount -t tmpfs new /new && cp -a /bin /new
mkdir /new/dev /new/proc /new/sys /new/run
export ENV='' PS1='prompt# '
# Of a child of PID 1 the kernel ignores ^Z: so nsinit is PID 1.
exec /bin/cellbox switch_root -c /dev/console /new nsinit /bin/sh -i
