# shellcheck shell=sh
#
# bare.sh - sourced by init before anything is mounted: no /proc, no /dev, no
# tmpfs. What happened is kept in /bare for boot_test: NAME.out, NAME.err, NAME.rc

mkdir -p /bare
cellbox=/bin/cellbox

# bare NAME WORDS...
bare()
{
	name=$1
	shift
	"$@" >"/bare/$name.out" 2>"/bare/$name.err"
	echo $? >"/bare/$name.rc"
}

look='hostname; echo $$; ls /; cut -d " " -f 5 /proc/self/mountinfo; ownroot /etc/name
	unshare -U echo user; ls /.. | wc -l'
sentence="nsclone -mpiun --hostname web nsmount rbind /srv/web /ns nsmount -R /ns proc /proc
	pivotroot /ns nsinit"
# The words of $sentence are words.
# shellcheck disable=SC2086
{
	bare jail $cellbox $sentence /bin/sh -c "$look"
	# One and the same, in the jail: its /bin has cellbox.
	bare nested $cellbox $sentence /bin/cellbox nsclone -mp pivotroot /inner nsinit \
		/bin/sh -c 'cat /etc/name; ownroot /etc/name'
	bare strict $cellbox nsclone -m pivotroot --strict /srv/web /bin/sh -c 'echo ran'
	bare locked $cellbox nsclone -mp nsmount -R /srv/web proc /proc \
		pivotroot --strict /srv/web unshare -Um --map-users all --map-groups all ownroot -u /boot/bare.sh
	bare open $cellbox nsclone -m pivotroot /srv/web ownroot -u /boot/bare.sh
	bare user setpriv --reuid 12345 --regid 12345 --clear-groups $cellbox nsclone -r -mpiun \
		pivotroot /srv/web /bin/sh -c 'echo ran'
	bare switch $cellbox switch_root /srv/web /bin/sh
}
