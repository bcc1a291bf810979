# SPDX-License-Identifier: GPL-2.0-only
#
# The front door. `make` alone says what there is.

KVER ?= $(shell uname -r)
KDIR ?= /lib/modules/$(KVER)/build
PREFIX ?= /usr/local
DESTDIR ?=
KERNEL ?= all
T ?=
FULL ?=
FRAMES ?=
PAIRS ?=
RENEW ?=
W ?=

# The release that KDIR really is of: a module is only good for that one.
RELEASE = $(or $(shell $(MAKE) -s --no-print-directory -C $(KDIR) kernelrelease 2>/dev/null),$(KVER))
MODULE_FOLDER = $(DESTDIR)/lib/modules/$(RELEASE)/updates
TOOL_TREE = build/host-tool
LAB = selftests/lab/lab
# What the tool's install puts below PREFIX, beside share/igbtune; a test of the tool compares.
TOOL_FILES = sbin/igbtune share/man/man8/igbtune.8 share/man/man7/igbtune-counters.7 \
	share/bash-completion/completions/igbtune \
	share/zsh/site-functions/_igbtune share/fish/vendor_completions.d/igbtune.fish \
	$(addprefix lib/systemd/system/,igbtune-metrics.service igbtune-metrics.timer igbtune@.service)
BENCH = selftests/bench/bench

.PHONY: help all kmod tool install uninstall python lab demo check bench shell clean

help:
	@echo 'igbr: a driver for the igb family of NICs; igbtune: what shows and tunes the way of a packet.'
	@echo
	@echo 'In a virtual machine, on any x86-64 Debian 12 or 13, as root:'
	@echo '  make demo              igbr on an emulated NIC with traffic, and what igbtune shows of it'
	@echo '  make check             the tests on both kernels; T=NAME all of one part or one test, KERNEL=lts|newest one kernel,'
	@echo '                         FULL=1 all of clang-tidy, and each thing as often as finds what is rare (hours)'
	@echo '  make bench             what igbr costs beside the kernel'"'"'s igb: instructions, MMIO, interrupts; W=NAME one'
	@echo '                         workload, PAIRS=N the clock too, RENEW=1 makes these the figures that check guards'
	@echo '  make shell             a shell in a machine where igbr drives port 0; KERNEL=lts|newest'
	@echo '  make lab               only make what these need (once, for all checkouts)'
	@echo
	@echo 'On this machine:'
	@echo '  make all               the module for the running kernel (KVER= or KDIR= name another) and igbtune'
	@echo '  make install           module to updates/, igbtune with manual, completion, profiles and systemd units below'
	@echo '                         $$PREFIX ($(PREFIX)); DESTDIR is respected'
	@echo '  make uninstall         take both away again'
	@echo '  make clean             remove what was built here; the lab stays'

all: kmod tool

kmod:
	@test -d '$(KDIR)' || { echo 'there are no kernel headers in $(KDIR):' \
		'install linux-headers-$(KVER), or name their folder by KDIR='; exit 1; }
	$(MAKE) -C '$(KDIR)' M='$(CURDIR)/kmod' modules

tool:
	cmake -S tools/igbtune -B $(TOOL_TREE) -DCMAKE_BUILD_TYPE=RelWithDebInfo -DCMAKE_INSTALL_PREFIX='$(PREFIX)'
	cmake --build $(TOOL_TREE)

install:
	@test -f kmod/igbr.ko && test -f $(TOOL_TREE)/igbtune || { echo 'nothing is built yet: run make all first'; exit 1; }
	@built=$$(grep -a -o 'vermagic=[^ ]*' kmod/igbr.ko | cut -d= -f2) && test "$$built" = '$(RELEASE)' || \
		{ echo "kmod/igbr.ko is for Linux $$built, not for $(RELEASE): name the right one by KVER= or build again"; exit 1; }
	install -D -m 644 kmod/igbr.ko '$(MODULE_FOLDER)/igbr.ko'
	cmake -S tools/igbtune -B $(TOOL_TREE) -DCMAKE_INSTALL_PREFIX='$(PREFIX)' >/dev/null
	cmake --build $(TOOL_TREE)
	DESTDIR='$(DESTDIR)' cmake --install $(TOOL_TREE) --strip
	$(if $(DESTDIR),,depmod '$(RELEASE)')

uninstall:
	rm -f '$(MODULE_FOLDER)/igbr.ko'
	rm -f $(foreach file,$(TOOL_FILES),'$(DESTDIR)$(PREFIX)/$(file)')
	rm -rf '$(DESTDIR)$(PREFIX)/share/igbtune'
	$(if $(DESTDIR),,depmod '$(RELEASE)')

# The lab is a Python program; the other packages that it needs it installs itself.
python:
	@command -v python3 >/dev/null || { apt-get -q update && apt-get -q -y install --no-install-recommends python3; } || \
		{ echo 'there is no python3, and no apt as root to install it with'; exit 1; }

lab: python
	@$(LAB) make

demo: python
	@$(LAB) demo

check: python
	@IGBR_FULL='$(FULL)' $(LAB) check --kernel $(KERNEL) $(T)

bench: python
	@$(BENCH) --kernel $(KERNEL) $(if $(FRAMES),--frames $(FRAMES)) $(if $(PAIRS),--pairs $(PAIRS)) \
		$(if $(RENEW),--renew) $(W)

shell: python
	@$(LAB) shell --kernel $(if $(filter lts newest,$(KERNEL)),$(KERNEL),newest)

clean:
	rm -rf build
	find kmod \( -name '*.o' -o -name '*.ko' -o -name '*.mod' -o -name '*.mod.c' -o -name '.*.cmd' \
		-o -name Module.symvers -o -name modules.order \) -delete
