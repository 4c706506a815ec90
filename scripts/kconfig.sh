#!/bin/sh
# SPDX-License-Identifier: 0BSD
#
# kconfig.sh defaults KCONFIG          prints a .config of the defaults
# kconfig.sh none KCONFIG              prints a .config with all switches off
# kconfig.sh generate KCONFIG CONFIG DIR
#     makes DIR/autoconf.h    #define CONFIG_X 1 or 0, so that if (CONFIG_X) works
#           DIR/applets.def   BUILT(setns_join, "setns-join") or ABSENT(...)
#           DIR/config.mk     the names for make: applets, absent
#
# Knows the part of Kconfig that ours uses, and stops at anything else, in
# KCONFIG and in CONFIG: a switch that is misread in silence is an applet lost.
# A symbol that CONFIG lacks has its default, so an old .config goes on working.
set -eu

me=${0##*/}
usage() { sed -n 's/^# \(kconfig.sh .*\)/usage: \1/p' "$0" >&2; exit 2; }

[ $# -ge 2 ] || usage
mode=$1 kconfig=$2 config=/dev/null dir=
case $mode in
defaults | none) [ $# -eq 2 ] || usage ;;
generate)
	[ $# -eq 4 ] || usage
	config=$3 dir=$4
	mkdir -p "$dir"
	;;
*) usage ;;
esac

# All in new files first: an interrupted run leaves the old ones whole.
new=${dir:+$dir/kconfig.$$}
trap '[ ! "$new" ] || rm -f "$new".*' EXIT
trap 'exit 130' HUP INT TERM

# shellcheck disable=SC2016 # awk's $, not the shell's
${AWK:-awk} -v mode="$mode" -v new="$new" -v me="$me" '
function fail(why) {
	printf "%s: %s:%d: %s\n", me, FILENAME, FNR, why > "/dev/stderr"
	failed = 1
	exit 1
}

function warn(why) {
	printf "%s: %s:%d: warning: %s\n", me, FILENAME, FNR, why > "/dev/stderr"
}

# The symbol that is complete: an applet has the name that its symbol says.
function finish(   want) {
	if (!n)
		return
	if (!(sym[n] in prompt))
		fail("no prompt for " sym[n])
	if (sym[n] !~ /^APPLET_/)
		return
	want = substr(sym[n], 8)
	name[n] = prompt[sym[n]]
	sub(/ .*/, "", name[n])
	mangled = toupper(name[n])
	gsub(/-/, "_", mangled)
	if (mangled != want || name[n] !~ /^[a-z][a-z0-9_-]*$/)
		fail("\"" name[n] "\" is not the name for " sym[n])
}

function kconfig_line() {
	if (help && ($0 ~ /^[ \t]/ || $0 == ""))
		return
	help = 0
	sub(/^[ \t]+/, "")
	sub(/[ \t]+$/, "")
	if ($0 == "" || /^#/ || /^(mainmenu|menu) ".*"$/ || $0 == "endmenu")
		return
	if (/^config [A-Z0-9_]+$/) {
		finish()
		if ($2 in value)
			fail($2 " stands twice")
		sym[++n] = $2
		value[$2] = "n"
	} else if (!n) {
		fail("not understood: " $0)
	} else if (/^bool ".*"$/) {
		prompt[sym[n]] = substr($0, 7, length($0) - 7)
	} else if (/^default [yn]$/) {
		value[sym[n]] = $2
	} else if ($0 == "help") {
		help = 1
	} else {
		fail("not understood: " $0)
	}
}

function config_line(   s, v) {
	sub(/[ \t\r]+$/, "")
	if (/^# CONFIG_[A-Za-z0-9_]+ is not set$/) {
		s = $2
		v = "n"
	} else if ($0 == "" || /^#/) {
		return
	} else if (/^CONFIG_[A-Za-z0-9_]+=[yn]$/) {
		s = substr($0, 1, length($0) - 2)
		v = substr($0, length($0))
	} else {
		fail("neither CONFIG_NAME=y nor \"# CONFIG_NAME is not set\": " $0)
	}
	s = substr(s, 8)
	if (!(s in value)) {
		warn("no CONFIG_" s " in Kconfig, so it switches nothing")
		return
	}
	if (s in seen && v != value[s])
		warn("CONFIG_" s " stands twice, the last one counts")
	seen[s] = 1
	value[s] = v
}

FNR == 1 { part++ }
part == 1 { kconfig_line(); next }
{ if (FNR == 1) finish(); config_line() }

END {
	if (failed)
		exit 1
	if (part == 1)
		finish()
	if (failed)
		exit 1
	if (mode != "generate") {
		for (i = 1; i <= n; i++)
			if (mode == "defaults" && value[sym[i]] == "y")
				print "CONFIG_" sym[i] "=y"
			else
				print "# CONFIG_" sym[i] " is not set"
		exit
	}
	header = new ".autoconf.h"
	table = new ".applets.def"
	makefile = new ".config.mk"
	print "/* Made from .config by scripts/kconfig.sh */" > header
	print "/* Made from Kconfig and .config by scripts/kconfig.sh */" > table
	built = absent = ""
	for (i = 1; i <= n; i++) {
		on = value[sym[i]] == "y"
		print "#define CONFIG_" sym[i] " " (on ? 1 : 0) > header
		if (!(i in name))
			continue
		print (on ? "BUILT(" : "ABSENT(") tolower(substr(sym[i], 8)) ", \"" name[i] "\")" > table
		if (on)
			built = built " " name[i]
		else
			absent = absent " " name[i]
	}
	print "applets :=" built > makefile
	print "absent :=" absent > makefile
}' "$kconfig" "$config"

if [ "$mode" = generate ]; then
	for file in autoconf.h applets.def config.mk; do
		mv "$new.$file" "$dir/$file"
	done
fi
