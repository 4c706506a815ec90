# shellcheck shell=sh
#
# switch.sh - a stage of init: a second root, by switch_root, which runs the jails
# of boot_test and switched_test

mkdir /new && mount -t tmpfs -o size=256m new /new
(cd / && cp -a bin boot helper cellbox usr etc srv ns /new)
mkdir -p /new/dev /new/proc /new/sys /new/run /new/mnt /new/suites /new/root /new/var/tmp
mkdir -m 1777 /new/tmp
cp /suites/boot_test.sh /suites/seize_test.sh /boot/switched_test.sh /new/suites
echo second >/new/marker
cp /boot/second /new/bin/second
mkdir -p /run && mount -t tmpfs run /run && echo run >/run/marker

# What is wrong is said before anything changes: NAME WORDS, by PID 1's child.
mkdir /new/before
try()
{
	/bin/cellbox switch_root "$@" >>/new/before/out 2>&1 </dev/null
	echo "$?" >>/new/before/out
}
try /new /bin/none
try /new none
try /new /etc/passwd
try /new
try /srv/web /bin/sh
try /none /bin/sh
try -c /dev/none /new /bin/sh
try -c /dev/null /new /bin/sh
try -c /etc/passwd /new /bin/sh
awk '{ print $5 }' /proc/self/mountinfo | sort >/new/before/mounts
awk '$1 == "MemFree:" { print $2 }' /proc/meminfo >/new/before/free
find / -xdev | wc -l >/new/before/files
dd if=/dev/zero of=/ballast bs=1M count=200 2>/dev/null
awk '$1 == "MemFree:" { print $2 }' /proc/meminfo >/new/before/full
exec /bin/cellbox switch_root /new /bin/second
