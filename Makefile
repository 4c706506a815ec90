# SPDX-License-Identifier: 0BSD
#
# Yours to set: CC STATIC CFLAGS CPPFLAGS LDFLAGS PREFIX DESTDIR SAN LIBCAP_SRC
# UAPI STRIP READELF V=1. What the build itself needs stands in lower case, because
# `make CFLAGS=...` overrides every CFLAGS += in here.

# What it has, not what it may have: the next one to touch it makes it smaller.
size_limit := 134144
comma := ,

PREFIX ?= /usr/local
STRIP ?= strip
READELF ?= readelf
UAPI ?= /usr/include
MAKEFLAGS += --no-builtin-rules --no-print-directory
.DELETE_ON_ERROR:
.SUFFIXES:

# SAN=1 is a second build beside the first, with glibc: the sanitizers know no
# musl. The helpers of the tests run in bare roots, so they stay static.
libc_cc := $(if $(findstring musl,$(shell cc -dumpmachine 2>/dev/null)),cc,musl-gcc)
ifneq ($(SAN),)
out := build/san
san := -fsanitize=address,undefined -fno-sanitize-recover=undefined -fno-omit-frame-pointer
CFLAGS ?= -O1 -g
ifeq ($(origin CC),default)
CC := gcc
endif
STATIC ?=
helper_cc := $(libc_cc)
else
out := build
ifeq ($(origin CC),default)
CC := $(libc_cc)
endif
ifeq ($(origin CFLAGS),undefined) # -Oz: gcc 12 and clang
CFLAGS := $(if $(shell $(CC) -Oz -E -x c /dev/null 2>/dev/null),-Oz,-Os) -g
endif
STATIC ?= -static
helper_cc = $(CC)
endif

# -fno-pie: musl-gcc makes a dynamic binary of -static-pie without a word, and
# nm could not tell a const table of pointers from a writable one.
warn := -Wall -Wextra -Wshadow -Wstrict-prototypes -Wmissing-prototypes -Wwrite-strings -Wvla -Wformat-security
# -D_GNU_SOURCE= is what `#define _GNU_SOURCE` says, so a file may say it, too.
cppflags := -D_GNU_SOURCE= -Ilibcore -Ibuild -include build/autoconf.h -isystem build/uapi
cflags := -std=gnu11 $(warn) -fno-pie -ffunction-sections -fdata-sections -fstack-protector \
	-fno-asynchronous-unwind-tables -fno-jump-tables $(san)
# No relro, and no page between code and data: either would pad the file by up
# to a page, to protect 48 bytes, or to load a page less.
ldflags := $(STATIC) -no-pie -Wl,--gc-sections -Wl,-z,noseparate-code -Wl,-z,norelro -Wl,-z,common-page-size=16 $(san) -L$(out)/libcap/lib
# What gcc for x86 pads and unrolls for size, too
small := -malign-data=abi -fno-tree-pre -fno-code-hoisting
small := $(shell $(CC) $(small) -fsyntax-only -xc /dev/null 2>/dev/null && echo $(small))
compile = $(CC) $(cppflags) -isystem $(out)/libcap/include $(cflags) $(small) $(CPPFLAGS) $(CFLAGS)
link = $(CC) $(cflags) $(CFLAGS) $(ldflags) $(LDFLAGS)
compile_helper = $(helper_cc) -static -no-pie $(cppflags) $(filter-out $(san),$(cflags)) \
	$(if $(SAN),-Os -g,$(CFLAGS) $(CPPFLAGS) $(LDFLAGS))

# The command in full with V=1, else its target only.
say = $(if $(V),,@printf '  %-5s %s\n' $(1) $@; )

all: $(out)/cellbox ## build the binary (SAN=1: with sanitizers, in build/san)

# --- configuration ------------------------------------------------------------
# config.mk names the applets; make makes it, reads it and starts again. Goals
# that change or remove it stand alone, so that none works with an old list.
alone := menuconfig defconfig allnoconfig clean distclean
aside := $(alone) help uninstall
generated := build/config.mk build/autoconf.h build/applets.def
ifneq ($(filter-out $(aside),$(or $(MAKECMDGOALS),all)),)
ifneq ($(filter $(alone),$(MAKECMDGOALS)),)
$(error $(filter $(alone),$(MAKECMDGOALS)) and other goals in one command: give two)
endif
include build/config.mk
endif

.config:
	@scripts/kconfig.sh defaults Kconfig > $@.new && mv $@.new $@

$(generated) &: .config Kconfig Makefile scripts/kconfig.sh
	@scripts/kconfig.sh generate Kconfig .config build

conf = if command -v kconfig-conf > /dev/null; then kconfig-conf --$(1) Kconfig > /dev/null; \
	else scripts/kconfig.sh $(2) Kconfig > .config.new && mv .config.new .config; fi

menuconfig: ## choose applets in a menu (kconfig-frontends)
	@command -v kconfig-mconf > /dev/null || \
		{ echo "menuconfig: kconfig-mconf is missing: apt-get install kconfig-frontends-nox, or edit .config"; exit 1; }
	@kconfig-mconf Kconfig
defconfig: ## .config: all applets
	@$(call conf,alldefconfig,defaults)
allnoconfig: ## .config: no applet
	@$(call conf,allnoconfig,none)

# --- objects ------------------------------------------------------------------
# What an idle PID 1 runs stands together, first, with its calls of libc: the
# memory of nsinit is that (sys_drop_text). No jump tables: they lie elsewhere.
hot := applets/nsinit libcore/pump libcore/stay libcore/forward libcore/syssig libcore/sys libcore/chain libcore/err \
	libcore/fmt libcore/proc libcore/cap
hot_libc := $(if $(STATIC),$(patsubst %,-Wl$(comma)-u$(comma)%,poll read waitpid recvmsg kill syscall memcpy memset close))
objs := $(patsubst %.c,$(out)/obj/%.o,$(sort $(wildcard libcore/*.c)) applets/main.c $(applets:%=applets/%.c))
helpers := $(patsubst tests/helper/%.c,build/tests/%,$(wildcard tests/helper/*.c))
-include $(objs:.o=.d) $(helpers:=.d)

# A file that changes when the words in it do: who depends on it is made again
# with another CC, CFLAGS or list of objects.
quote = '$(subst ','\'',$(1))'
stamp = mkdir -p $(@D); printf '%s\n' $(call quote,$(1)) | cmp -s - $@ || printf '%s\n' $(call quote,$(1)) > $@
$(out)/compile.stamp: FORCE
	@$(call stamp,$(compile))
$(out)/link.stamp: FORCE
	@$(call stamp,$(link) $(objs))
$(out)/libcap.stamp: FORCE
	@$(call stamp,$(CC) $(STATIC) $(LIBCAP_SRC))
build/tests.stamp: FORCE
	@$(call stamp,$(strip $(compile_helper)))

# musl-gcc brings no kernel headers. These three directories and no more, or
# glibc's would come with them.
multiarch = $(shell $(CC) -print-multiarch 2>/dev/null)
asm = $(firstword $(wildcard $(UAPI)/$(multiarch)/asm $(UAPI)/asm))
build/uapi.stamp: FORCE
	@$(call stamp,$(UAPI) $(asm))
build/uapi/.done: build/uapi.stamp
	@test -d "$(asm)" || { echo "no kernel headers in $(UAPI): package linux-libc-dev"; exit 1; }
	@mkdir -p $(@D) && ln -sfn $(UAPI)/linux $(@D)/linux && ln -sfn $(UAPI)/asm-generic $(@D)/asm-generic && \
		ln -sfn $(asm) $(@D)/asm && touch $@

$(out)/libcap/.done: scripts/libcap.sh $(out)/libcap.stamp | build/uapi/.done
	@LIBCAP_SRC=$(call quote,$(LIBCAP_SRC)) scripts/libcap.sh $(@D) $(CC) $(STATIC) -isystem $(CURDIR)/build/uapi
	@touch $@

$(out)/obj/%.o: %.c $(out)/compile.stamp $(generated) $(out)/libcap/.done
	@mkdir -p $(@D)
	$(call say,CC)$(compile) -MMD -MP -c -o $@ $<

# A PT_INTERP would mean that the jail needs a loader: there is none in it.
$(out)/cellbox.debug: $(objs) $(out)/link.stamp $(out)/libcap/.done
	$(call say,LINK)$(link) -o $@ $(hot_libc) $(filter $(hot:%=$(out)/obj/%.o),$(objs)) -lc \
		$(filter-out $(hot:%=$(out)/obj/%.o),$(objs)) -lcap
ifneq ($(STATIC),)
	@$(READELF) -lW $@ > $@.headers
	@! grep -q INTERP $@.headers || { rm -f $@ $(out)/cellbox; echo "$@: not static: it has a PT_INTERP"; exit 1; }
	@rm -f $@.headers
endif

$(out)/cellbox: $(out)/cellbox.debug
	$(call say,STRIP)$(if $(SAN),cp $< $@,$(STRIP) -s -R .comment -o $@ $<)

build/tests/%: tests/helper/%.c build/tests.stamp $(generated) | build/uapi/.done
	@mkdir -p $(@D)
	$(call say,CC)$(compile_helper) -MMD -MP -MF $@.d -o $@ $<

# The parsers that strangers feed, alone: no system call is in them. What the tests
# replay is compiled by the compiler at hand; libFuzzer wants clang.
fuzzed := request answer
fuzz_core := libcore/wire.c libcore/jailrow.c
build/tests/replay-%: tests/fuzz/%.c tests/fuzz/replay.c tests/fuzz/fuzz.h $(fuzz_core) libcore/wire.h build/tests.stamp $(generated) | build/uapi/.done
	@mkdir -p $(@D)
	$(call say,CC)$(compile_helper) -o $@ $< tests/fuzz/replay.c $(fuzz_core)
build/fuzz/%: tests/fuzz/%.c tests/fuzz/fuzz.h $(fuzz_core) libcore/wire.h $(generated)
	@mkdir -p $(@D)
	$(call say,CC)clang -g -O1 -std=gnu11 -D_GNU_SOURCE= -Ilibcore -fsanitize=fuzzer,address,undefined \
		-fno-sanitize-recover=all -o $@ $< $(fuzz_core)

# --- what one does with it ----------------------------------------------------
test-helpers: $(helpers) $(fuzzed:%=build/tests/replay-%) ## build the helper programs of the tests
check: all test-helpers ## run the tests (TESTS="..." goes to tests/run)
	CELLBOX=$(abspath $(out)/cellbox) $(if $(SAN),ASAN_OPTIONS=detect_leaks=0) tests/run $(TESTS)
check-boot: all test-helpers ## boot kernels in qemu, run the suites in them (KERNELS="5.10 6.1 6.12 newest")
	CELLBOX=$(abspath $(out)/cellbox) tests/boot/run $(KERNELS)
faults: all ## one fault at each system call of whole sentences (FAULTS="--sentence NAME")
	CELLBOX=$(abspath $(out)/cellbox) tests/faults/run $(FAULTS)
escapes: all ## try the ways out of jails (ESCAPES="NAME...")
	CELLBOX=$(abspath $(out)/cellbox) tests/escapes/run $(ESCAPES)
fuzz: $(fuzzed:%=build/fuzz/%) ## feed the parsers of the socket (FUZZ=60 seconds each; clang, libclang-rt)
	@for t in $(fuzzed); do mkdir -p build/fuzz/$$t.new; \
		build/fuzz/$$t -max_total_time=$(or $(FUZZ),60) -max_len=4096 -print_final_stats=1 -artifact_prefix=build/fuzz/$$t- \
		build/fuzz/$$t.new tests/fuzz/$$t 2> build/fuzz/$$t.log || { tail -n 30 build/fuzz/$$t.log; exit 1; }; \
		grep -E 'number_of_executed|average_exec|DONE' build/fuzz/$$t.log | sed "s/^/$$t: /"; done
mutants: all ## break one guard at a time: some test must fail (MUTANTS="NAME...")
	tests/mutants/run $(MUTANTS)
bench: all build/bench-plan ## 1000 binds by a plan beside mount(2) and bwrap (root)
	build/bench-plan $(abspath $(out)/cellbox) $(shell command -v bwrap)
build/bench-plan: tests/bench/plan.c tests/helper/helper.h build/tests.stamp | build/uapi/.done
	$(call say,CC)$(compile_helper) -o $@ $<
lint: $(objs) ## formatters, analysers and the rules of the layout
	@OBJS='$(objs)' CC='$(CC)' FLAGS=$(call quote,$(cppflags) -isystem $(out)/libcap/include $(cflags)) scripts/lint
size: all ## bytes per object and applet; fails above size_limit
	@OBJS='$(objs)' LIMIT=$(size_limit) scripts/size $(out)/cellbox

# The drop-ins of system tools stand apart, with their pages (man finds those
# beside a bin of PATH): PATH decides who wants them.
dropins := unshare nsenter pivot_root switch_root setpriv
bin = $(DESTDIR)$(PREFIX)/bin
man = $(DESTDIR)$(PREFIX)/share/man
lib = $(DESTDIR)$(PREFIX)/lib/cellbox
place = $(if $(filter $(dropins),$(basename $(1))),$(lib)/man,$(man))/man$(patsubst .%,%,$(suffix $(1)))
pages = $(notdir $(wildcard applets/*.[15]))

install: all ## install below DESTDIR and PREFIX
	install -d $(bin) $(lib)/bin $(sort $(foreach p,$(pages),$(call place,$(p))))
	install -m 755 $(out)/cellbox $(bin)/cellbox
	for n in $(filter-out $(dropins),$(applets)); do ln -sf cellbox $(bin)/$$n || exit; done
	for n in $(filter $(dropins),$(applets)); do ln -sf ../../../bin/cellbox $(lib)/bin/$$n || exit; done
	install -m 755 scripts/jail $(bin)/cellbox-jail
	$(foreach p,$(pages),install -m 644 applets/$(p) $(call place,$(p))/ &&) :

uninstall: ## remove what install made
	for l in $(bin)/* $(lib)/bin/*; do case $$(readlink $$l) in cellbox | ../../../bin/cellbox) rm -f $$l ;; esac; done
	rm -f $(bin)/cellbox $(bin)/cellbox-jail $(foreach p,$(pages),$(call place,$(p))/$(p))
	rmdir $(lib)/bin $(lib)/man/man1 $(lib)/man $(lib) 2> /dev/null || :

clean: ## remove build/
	rm -rf build
distclean: clean ## remove .config, too
	rm -f .config .config.old .config.new
help: ## this list
	@awk -F ': .*## ' '/^[a-z-]+:.*## / { sub(/:.*/, "", $$1); printf "  %-14s %s\n", $$1, $$2 }' Makefile
.PHONY: all menuconfig defconfig allnoconfig test-helpers check check-boot faults escapes fuzz mutants bench lint size install uninstall clean distclean help FORCE
