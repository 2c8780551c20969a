# SPDX-License-Identifier: GPL-2.0-or-later
#
# Makefile - builds lapsed and lapse, their tests, and runs both
#
# `make help` lists the targets. A new source file needs no line here: folders
# are read by wildcard, and a folder without sources is simply left out.
#
# Variables:
#   CC=clang          the other compiler           -> build/clang
#   SAN=1             ASan and UBSan               -> build/san, build/clang-san
#   COV=1             gcov counters                -> build/cov
#   ANALYZE=1         gcc's static analyzer        -> build/analyze
#   VALGRIND=1        without zeroed variables     -> build/valgrind
#   CROSS_COMPILE=T-  for another machine          -> build/T
#   WERROR=1          warnings are errors
#   O=DIR             build below DIR in place of build/
#   PREFIX= DESTDIR=  where `make install` puts things

.DEFAULT_GOAL := all
.DELETE_ON_ERROR:
.SECONDARY:
MAKEFLAGS += --no-builtin-rules
SHELL := /bin/bash

O ?= build
V ?=
Q := $(if $(V),,@)

# --- the compiler, and the folder that its variant builds into ---

ifneq ($(filter default undefined,$(origin CC)),)
CC := $(CROSS_COMPILE)gcc
endif
ifneq ($(filter default undefined,$(origin AR)),)
AR := $(CROSS_COMPILE)ar
endif
NM ?= $(CROSS_COMPILE)nm
PKG_CONFIG ?= $(CROSS_COMPILE)pkg-config
PYTHON ?= /usr/bin/python3

# Fuzzing needs libFuzzer, which only clang has.
ifdef FUZZ
CC := clang
endif

CC_VERSION := $(shell $(CC) --version 2>/dev/null | head -n 1)
CC_TARGET := $(shell $(CC) -dumpmachine 2>/dev/null)
IS_CLANG := $(if $(findstring clang,$(CC_VERSION)),1)

# on NAME - is the variant NAME asked for (set, and not 0)?
on = $(filter-out 0,$($1))

variant := $(if $(CROSS_COMPILE),$(patsubst %-,%,$(notdir $(CROSS_COMPILE))))
variant += $(if $(call on,FUZZ),fuzz,$(if $(IS_CLANG),clang))
variant += $(if $(call on,SAN),san) $(if $(call on,COV),cov)
variant += $(if $(call on,ANALYZE),analyze) $(if $(call on,VALGRIND),valgrind)
variant := $(strip $(variant))
empty :=
space := $(empty) $(empty)
B := $(O)$(if $(variant),/$(subst $(space),-,$(variant)))

# --- where things are installed ---

PREFIX ?= /usr/local
DESTDIR ?=
bindir ?= $(PREFIX)/bin
sbindir ?= $(PREFIX)/sbin
datadir ?= $(PREFIX)/share
mandir ?= $(datadir)/man
sysconfdir ?= /etc
unitdir ?= $(PREFIX)/lib/systemd/system
INSTALL ?= install

# --- flags ---

# cc_option FLAG - FLAG, if this compiler takes it without a word
cc_option = $(shell $(CC) -Werror $1 -x c -c /dev/null -o /dev/null \
	>/dev/null 2>&1 && echo $1)

WARN := -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wsign-conversion \
	-Wcast-qual -Wstrict-prototypes -Wmissing-prototypes \
	-Wold-style-definition -Wpointer-arith -Wformat=2 -Wundef -Wvla \
	-Wimplicit-fallthrough -Wnull-dereference -Wswitch-enum \
	-Wwrite-strings -Wredundant-decls
ifeq ($(IS_CLANG),1)
WARN += -Wcast-align
else
WARN += -Wcast-align=strict -Wduplicated-cond -Wduplicated-branches \
	-Wlogical-op
endif
ifneq ($(call on,WERROR),)
WARN += -Werror
endif

HARDEN := -fstack-protector-strong -fPIE -fno-common -fno-strict-overflow
HARDEN += $(call cc_option,-fstack-clash-protection)
ifneq ($(filter x86_64-% i%86-%,$(CC_TARGET)),)
HARDEN += -fcf-protection
endif
ifneq ($(filter aarch64-%,$(CC_TARGET)),)
HARDEN += -mbranch-protection=standard
endif
# Zeroed variables would hide from valgrind what it is run to find. clang
# before 16 has the flag, but only behind another one.
ifeq ($(call on,VALGRIND),)
HARDEN += $(call cc_option,-ftrivial-auto-var-init=zero)
endif

OPT := -O2 -g
ifneq ($(call on,SAN)$(call on,FUZZ),)
OPT := -O1 -g -fno-omit-frame-pointer
SANITIZE := -fsanitize=address,undefined -fno-sanitize-recover=all
ifneq ($(call on,FUZZ),)
SANITIZE += -fsanitize=fuzzer-no-link
endif
else ifneq ($(call on,COV),)
OPT := -O0 -g
SANITIZE := --coverage
else
# The sanitizers have checks of their own for this, and want the real calls.
FORTIFY := -U_FORTIFY_SOURCE -D_FORTIFY_SOURCE=3
endif
ifneq ($(call on,ANALYZE),)
SANITIZE += -fanalyzer
endif
# No path of the builder's machine in the binaries.
ifeq ($(call on,COV),)
HARDEN += -ffile-prefix-map=$(CURDIR)=.
endif

CFLAGS ?= $(OPT)
BASE_CPPFLAGS := $(CPPFLAGS) -D_GNU_SOURCE -I. -I$(B)/gen
BASE_CFLAGS := $(CFLAGS) -std=c11 $(WARN) $(HARDEN) $(SANITIZE)
BASE_LDFLAGS := $(LDFLAGS) -pie \
	-Wl,-z,relro,-z,now,-z,noexecstack,--as-needed $(SANITIZE)

DAEMON_PKGS := libmnl libnetfilter_queue libevent yaml-0.1 jansson \
	libcap-ng libseccomp
CLI_PKGS := libmnl libevent yaml-0.1 jansson
TEST_PKGS := cmocka
PKGS := $(DAEMON_PKGS) $(TEST_PKGS)

pkg_libs = $(shell $(PKG_CONFIG) --libs $1 2>/dev/null)
PKG_CFLAGS := $(foreach p,$(PKGS),\
	$(shell $(PKG_CONFIG) --cflags $p 2>/dev/null))
DAEMON_LIBS = $(call pkg_libs,$(DAEMON_PKGS))
CLI_LIBS = $(call pkg_libs,$(CLI_PKGS))
TEST_LIBS = $(call pkg_libs,$(TEST_PKGS))

COMPILE = $(CC) $(BASE_CPPFLAGS) $(FORTIFY) $(PKG_CFLAGS) $(BASE_CFLAGS)

# --- sources ---

LIBDIRS := base nat dhcpd conf gateway lab probe cli
SRC_base := $(wildcard base/*.c)
SRC_nat := $(wildcard nat/*.c)
SRC_dhcpd := $(wildcard dhcpd/*.c)
SRC_conf := $(wildcard conf/*.c)
SRC_probe := $(wildcard probe/*.c)
SRC_gateway := $(filter-out gateway/main.c,$(wildcard gateway/*.c))
SRC_lab := $(wildcard lab/*.c)
SRC_cli := $(filter-out cli/main.c,$(wildcard cli/*.c))
SRC_testlib := $(wildcard tests/lib/*.c)

objs = $(patsubst %.c,$(B)/%.o,$1)
lib = $(B)/lib$1.a

# Users before what they use: the linker reads the archives once.
LIBS := $(foreach d,cli lab probe gateway conf dhcpd nat base,$(call lib,$d))
DAEMON_ARCHIVES := $(foreach d,gateway conf dhcpd nat base,$(call lib,$d))
CLI_ARCHIVES := $(LIBS)

PROGRAMS := $(if $(wildcard gateway/main.c),$(B)/lapsed) \
	$(if $(wildcard cli/main.c),$(B)/lapse)

UNIT_SRC := $(wildcard tests/unit/test_*.c)
PACKETS_SRC := $(wildcard tests/packets/test_*.c)
REPLAY_SRC := $(wildcard tests/replay/*.c)
MODEL_SRC := $(wildcard tests/model/*.c)
TEST_SRC := $(UNIT_SRC) $(PACKETS_SRC) $(REPLAY_SRC) $(MODEL_SRC)
TESTS := $(patsubst %.c,$(B)/%,$(TEST_SRC))
BENCH_SRC := $(wildcard tests/bench/bench_*.c)
BENCHES := $(patsubst %.c,$(B)/%,$(BENCH_SRC))
# what the measurements run: load generators and the like
BENCH_TOOL_SRC := $(filter-out $(BENCH_SRC),$(wildcard tests/bench/*.c))
BENCH_TOOLS := $(patsubst %.c,$(B)/%,$(BENCH_TOOL_SRC))
FUZZ_SRC := $(wildcard tests/fuzz/fuzz_*.c)
FUZZERS := $(patsubst %.c,$(B)/%,$(FUZZ_SRC))

ALL_SRC := $(foreach d,$(LIBDIRS) testlib,$(SRC_$d)) \
	$(wildcard gateway/main.c cli/main.c) $(TEST_SRC) $(BENCH_SRC) \
	$(BENCH_TOOL_SRC) \
	$(if $(call on,FUZZ),$(FUZZ_SRC))

# --- rules ---

all: libs $(PROGRAMS) ## the programs, into build/ (this is the default)

libs: $(LIBS)

tests: all $(TESTS) ## the test programs, built and not run

fuzzers: $(FUZZERS)

# keep FILE TEXT - FILE holds TEXT; rewritten, and so newer, only on a change.
keep = mkdir -p $(dir $1) && printf '%s\n' $2 | cmp -s - $1 || \
	printf '%s\n' $2 > $1
shquote = '$(subst ','\'',$1)'

FLAGS_STAMP := $(B)/.flags
LINK_STAMP := $(B)/.link
.PHONY: FORCE
FORCE:

# Only this rule needs the packages, so `make help`, `clean` and `check` (which
# installs them) work without.
$(FLAGS_STAMP): FORCE
	$(Q)$(PKG_CONFIG) --exists --print-errors $(DAEMON_PKGS) || { \
		echo "libraries are missing: sudo tools/deps build" >&2; \
		exit 1; }
	$(Q)$(call keep,$@,$(call shquote,$(CC_VERSION) $(COMPILE)))

$(LINK_STAMP): FORCE
	$(Q)$(call keep,$@,$(call shquote,$(CC) $(BASE_LDFLAGS)))

# The version and the installed paths go to the few files that name them, for
# not every object should be built anew after each commit.
VERSION := $(shell tools/version 2>/dev/null || echo unknown)
NAMED_DEFS := -DLAPSE_VERSION='"$(VERSION)"' \
	-DLAPSE_PROFILE_DIR='"$(datadir)/lapse/profiles"' \
	-DLAPSE_SYSCONF_DIR='"$(sysconfdir)/lapse"'
NAMED_STAMP := $(B)/.named
NAMED_SRC := $(if $(ALL_SRC),$(shell grep -lE \
	'LAPSE_(VERSION|PROFILE_DIR|SYSCONF_DIR)' $(ALL_SRC)))
NAMED_OBJS := $(call objs,$(NAMED_SRC))

$(NAMED_STAMP): FORCE
	$(Q)$(call keep,$@,$(call shquote,$(NAMED_DEFS)))

$(NAMED_OBJS): $(NAMED_STAMP)
$(NAMED_OBJS): DEFS := $(NAMED_DEFS)

$(B)/%.o: %.c $(FLAGS_STAMP)
	$(if $(V),,@echo "  CC      $@")
	@mkdir -p $(@D)
	$(Q)$(COMPILE) $(DEFS) -MMD -MP -c $< -o $@

# An archive is made anew, so that no removed file's object stays in it; the
# list of its objects is kept to notice the removal.
define archive_rule
$(B)/.objs-$1: FORCE
	$$(Q)$$(call keep,$$@,$$(call shquote,$$(call objs,$$(SRC_$1))))
$(call lib,$1): $$(call objs,$$(SRC_$1)) $(B)/.objs-$1
	$$(if $$(V),,@echo "  AR      $$@")
	$$(Q)rm -f $$@ && $$(AR) rcs $$@ $$(filter %.o,$$^)
endef
$(foreach d,$(LIBDIRS) testlib,$(eval $(call archive_rule,$d)))

link = $(CC) $(BASE_CFLAGS) $(BASE_LDFLAGS) -o $@ $(filter %.o %.a,$^)

$(B)/lapsed: $(B)/gateway/main.o $(DAEMON_ARCHIVES) $(LINK_STAMP)
	$(if $(V),,@echo "  LD      $@")
	$(Q)$(link) $(DAEMON_LIBS)

$(B)/lapse: $(B)/cli/main.o $(CLI_ARCHIVES) $(LINK_STAMP)
	$(if $(V),,@echo "  LD      $@")
	$(Q)$(link) $(CLI_LIBS)

$(TESTS) $(BENCHES) $(BENCH_TOOLS): $(B)/%: $(B)/%.o $(call lib,testlib) $(LIBS) $(LINK_STAMP)
	$(if $(V),,@echo "  LD      $@")
	$(Q)$(link) $(TEST_LIBS) $(DAEMON_LIBS)

ifneq ($(call on,FUZZ),)
$(FUZZERS): $(B)/%: $(B)/%.o $(call lib,testlib) $(LIBS) $(LINK_STAMP)
	$(if $(V),,@echo "  LD      $@")
	$(Q)$(link) -fsanitize=fuzzer $(DAEMON_LIBS)
else
$(FUZZERS):
	@echo "fuzz targets need FUZZ=1: make fuzz" >&2; exit 1
endif

-include $(patsubst %.c,$(B)/%.d,$(ALL_SRC))

# --- checks ---

# tools/check installs what is missing, except what it runs on itself.
check: ## everything: builds, linters, all rings of tests (needs root)
	$(Q)test -x $(PYTHON) || tools/deps test
	$(Q)tools/check all

check-unit: ## unit, packet, replay and model tests; no root
	$(Q)tools/check unit packets replay model

check-e2e: ## the tests in network namespaces (needs root)
	$(Q)tools/check deps e2e

check-vm: ## the smoke test on a Debian kernel under QEMU
	$(Q)tools/check deps vm

lint: ## the linters
	$(Q)tools/lint

FUZZ_SECONDS ?= 20
fuzz: ## fuzz each parser for FUZZ_SECONDS (20)
	$(Q)$(MAKE) --no-print-directory FUZZ=1 fuzzers
	$(Q)for f in $(basename $(notdir $(FUZZ_SRC))); do \
		tools/fuzz $$f -max_total_time=$(FUZZ_SECONDS) || exit; \
	done

bench-tools: $(BENCH_TOOLS)

# one of them: bench-dhcp, bench-exec, bench-forward
bench-%: all $(BENCH_TOOLS)
	$(Q)tools/deps build demo bench
	$(Q)LAPSE_BUILD=$(abspath $(B)) $(PYTHON) tests/bench/bench_$*.py; \
		code=$$?; tools/unroot $(O); exit $$code

bench: all $(BENCHES) $(BENCH_TOOLS) ## the measurements in tests/bench
	$(Q)for b in $(BENCHES); do echo "== $${b##*/}"; $$b || exit; done
	$(Q)for b in $(wildcard tests/bench/bench_*.py); do \
		echo "== $${b##*/}"; \
		LAPSE_BUILD=$(abspath $(B)) $(PYTHON) $$b || exit; \
	done

demo: ## the story of this project in a minute (needs root)
	$(Q)tools/deps build demo
	$(Q)$(MAKE) --no-print-directory all
	$(Q)LAPSE_BUILD=$(abspath $(B)) $(PYTHON) tests/e2e/demo.py; \
		code=$$?; tools/unroot $(O); exit $$code

experiments: all ## those of docs/experiments, and one table; no root needed
	$(Q)LAPSE_BUILD=$(abspath $(B)) $(PYTHON) docs/experiments/run

.PHONY: all libs tests fuzzers check check-unit check-e2e check-vm lint fuzz \
	bench bench-tools demo experiments install uninstall deb clean help flags

# --- installation ---

MANPAGES := $(wildcard docs/*.[1-8])
PROFILES := $(wildcard conf/profiles/*.yaml)
DEST_CONF := $(DESTDIR)$(sysconfdir)/lapse
DEST_PROFILES := $(DESTDIR)$(datadir)/lapse/profiles
SCENARIOS := $(wildcard docs/scenarios/*.yaml)
DEST_SCENARIOS := $(DESTDIR)$(datadir)/doc/lapse/scenarios

# The administrator's lapse.yaml is never overwritten.
install: all ## install below PREFIX (/usr/local) and DESTDIR
	$(Q)$(INSTALL) -d $(DESTDIR)$(sbindir) $(DESTDIR)$(bindir) \
		$(DEST_CONF)/profiles $(DEST_PROFILES) $(DESTDIR)$(unitdir)
	$(Q)$(INSTALL) -m 755 $(B)/lapsed $(DESTDIR)$(sbindir)/lapsed
	$(Q)$(INSTALL) -m 755 $(B)/lapse $(DESTDIR)$(bindir)/lapse
	$(Q)test -e $(DEST_CONF)/lapse.yaml || \
		$(INSTALL) -m 644 conf/lapse.yaml $(DEST_CONF)/lapse.yaml
	$(Q)$(if $(PROFILES),$(INSTALL) -m 644 $(PROFILES) $(DEST_PROFILES))
	$(Q)$(INSTALL) -d $(DEST_SCENARIOS)
	$(Q)$(INSTALL) -m 644 $(SCENARIOS) $(DEST_SCENARIOS)
	$(Q)for m in $(MANPAGES); do \
		$(INSTALL) -D -m 644 $$m \
			$(DESTDIR)$(mandir)/man$${m##*.}/$${m##*/} || exit; \
	done
	$(Q)sed 's|@SBINDIR@|$(sbindir)|; s|@SYSCONFDIR@|$(sysconfdir)|' \
		tools/lapse.service.in > $(DESTDIR)$(unitdir)/lapse.service
	$(Q)chmod 644 $(DESTDIR)$(unitdir)/lapse.service
	$(Q)tools/unroot $(O)

uninstall: ## take away what install put there, except the settings
	$(Q)rm -f $(DESTDIR)$(sbindir)/lapsed $(DESTDIR)$(bindir)/lapse \
		$(DESTDIR)$(unitdir)/lapse.service
	$(Q)rm -f $(foreach p,$(notdir $(PROFILES)),$(DEST_PROFILES)/$p) \
		$(foreach s,$(notdir $(SCENARIOS)),$(DEST_SCENARIOS)/$s)
	$(Q)for m in $(MANPAGES); do \
		rm -f $(DESTDIR)$(mandir)/man$${m##*.}/$${m##*/}; \
	done
	$(Q)rmdir --ignore-fail-on-non-empty -p $(DEST_PROFILES) \
		$(DEST_SCENARIOS) 2>/dev/null || :

deb: ## a Debian package, into build/deb/
	$(Q)tools/deb $(O)/deb

clean: ## remove build/
	$(Q)rm -rf $(O)

# tools/lint gives clang-tidy the flags that the compiler gets.
flags:
	@echo '$(BASE_CPPFLAGS) $(PKG_CFLAGS) -std=c11'

help: ## this list
	@sed -n 's/^\([a-z0-9-]*\):.*## \(.*\)/  \1\t\2/p' Makefile | \
		expand -t 16
