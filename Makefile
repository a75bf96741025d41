# Makefile - builds danesmtp and danelab and checks them. `make help` lists the goals, V=1 shows commands.
#
# All output goes to build/VARIANT (release, asan, coverage) and out/. One rule set is instantiated for
# each variant, so that a single make knows the whole graph and any goals may run side by side.

VARIANT ?= release
PREFIX ?= /usr/local
LIBDIR ?= $(PREFIX)/lib
WERROR ?= -Werror
CFLAGS ?= -g
CLANG ?= clang
ifeq ($(origin CC),default)
CC := gcc
endif

# Without a -j on the command line use every core, and keep the messages of one command together; but
# whoever waits for the lab wants to see it work.
MAKEFLAGS += --no-print-directory $(if $(filter check-lab check-mta,$(MAKECMDGOALS)),,--output-sync=target)
ifeq ($(MAKELEVEL)$(filter -j%,$(MAKEFLAGS)),0)
MAKEFLAGS += -j$(shell nproc)
endif
.DELETE_ON_ERROR:
.SUFFIXES:
.DEFAULT_GOAL := all
SHELL := /bin/bash

ifeq ($(firstword $(MAKECMDGOALS)),deps)
# `make deps check`: first the packages, then a make that finds them.
.NOTPARALLEL:
.PHONY: $(MAKECMDGOALS)
deps:
	tests/tools/deps $(filter-out $@,$(MAKECMDGOALS))
$(wordlist 2,$(words $(MAKECMDGOALS)),$(MAKECMDGOALS)):
	$(MAKE) $@
else

# --- sources -----------------------------------------------------------------------------------------

ENGINE := $(wildcard engine/*/*.c)
LAB := $(wildcard lab/*/*.c)
UNIT := $(wildcard tests/unit/*.c tests/fakes/*.c)
PRELOAD := $(wildcard lab/world/preload/*.c)
ORACLE := $(wildcard tests/oracle/*.c)
FUZZ := $(wildcard tests/fuzz/*.c)
TARGETS := $(patsubst tests/fuzz/fuzz_%.c,%,$(wildcard tests/fuzz/fuzz_*.c))
FAULTS := $(wildcard tests/faults/*.c)
LABFAULTS := $(wildcard tests/labfaults/*.c)
BENCH := $(wildcard tests/bench/*.c)
EXAMPLES := $(wildcard tests/examples/*.c)
FAST := $(wildcard tests/fast/*.c)
STARVE := $(wildcard tests/starve/*.c)
STARVE_HELPERS := $(wildcard tests/fakes/*.c) $(addprefix tests/unit/,$(addsuffix .c,main check batch_bench schema tls_certs tls_case dns_server dns_reply))
SOURCES := $(ENGINE) $(LAB) $(UNIT) $(ORACLE) $(FAULTS) $(LABFAULTS) $(FUZZ) $(BENCH) $(EXAMPLES) $(FAST) $(STARVE) $(PRELOAD)
HEADERS := $(wildcard engine/*/*.h lab/*/*.h tests/*/*.h)

# --- flags -------------------------------------------------------------------------------------------

W := -Wall -Wextra -Wpedantic -Wshadow -Wstrict-prototypes -Wmissing-prototypes -Wold-style-definition \
     -Wcast-qual -Wcast-align -Wpointer-arith -Wwrite-strings -Wundef -Wvla -Wformat=2 -Wswitch-enum \
     -Wconversion -Wsign-conversion -Wnull-dereference -Wdouble-promotion -Wimplicit-fallthrough $(WERROR)
W_CLANG := $(W) -Wcomma -Wassign-enum -Wunreachable-code -Wmissing-variable-declarations -Wdocumentation

PACKAGES := libssl libcrypto libevent libevent_openssl libunbound ldns jansson libcyaml yaml-0.1
LIBS = $(eval LIBS := $(shell pkg-config --libs $(PACKAGES)))$(LIBS)
LIBS_UNIT = $(eval LIBS_UNIT := $(shell pkg-config --libs cunit))$(LIBS_UNIT)
INCLUDES = $(eval INCLUDES := $(shell pkg-config --cflags $(PACKAGES)))$(INCLUDES)

# The shared library is made of the same objects as the static one; it shows what the public header marks.
VERSION := $(shell sed -n 's/^\#define DSMTP_VERSION "\(.*\)"$$/\1/p' engine/include/danesmtp.h)
SONAME := libdanesmtp.so.$(firstword $(subst ., ,$(VERSION)))
SO := libdanesmtp.so.$(VERSION)
P_engine := -fPIC -fvisibility=hidden
P = $(P_$(firstword $(subst /, ,$<)))

I_engine := -Iengine -Iengine/include
I_lab := -Ilab
I_tests := -Itests $(I_engine) $(I_lab)
I = $(I_$(firstword $(subst /, ,$<)))
STD := -std=c11 -D_GNU_SOURCE

C_release := -O2 -D_FORTIFY_SOURCE=2 -fstack-protector-strong -fPIE
L_release := -pie -Wl,-z,relro,-z,now
C_asan := -O1 -fsanitize=address,undefined -fno-sanitize-recover=undefined -fno-omit-frame-pointer -fPIE
L_asan := -fsanitize=address,undefined -pie
C_coverage := -O0 --coverage
L_coverage := --coverage
LINK = $(if $(V),,@echo LD $$@ &&) $(CC) $(L_$(1)) $(LDFLAGS) -Wl,--as-needed -o $$@ $$(filter %.o %.a,$$^)
WRAPS = $(addprefix -Wl$$(comma)--wrap=,$(shell cat tests/$(1)/wraps))
comma := ,
CPPCHECK := cppcheck --quiet --enable=warning,performance,portability --inline-suppr --error-exitcode=1 \
            --suppress=missingIncludeSystem --library=posix

# --- one variant -------------------------------------------------------------------------------------

objects = $(patsubst %.c,build/$(1)/%.o,$(2))

# flags and sources remember what was built from what: new flags compile again, a lost source links again.
define variant
build/$(1)/flags: made_of = $$(CC) $$(W) $$(INCLUDES) $$(C_$(1)) $$(P_engine) $$(CPPFLAGS) $$(CFLAGS)
build/$(1)/sources: made_of = $$(SOURCES) $$(L_$(1)) $$(LDFLAGS)
build/$(1)/flags build/$(1)/sources: FORCE
	@mkdir -p $$(@D)
	@echo '$$(made_of)' | cmp -s - $$@ || echo '$$(made_of)' >$$@
build/$(1)/%.o: %.c build/$(1)/flags
	@mkdir -p $$(@D)
	$(if $(V),,@echo CC $$@ &&) $$(CC) $$(STD) $$(W) $$(I) $$(INCLUDES) $$(C_$(1)) $$(P) $$(CPPFLAGS) $$(CFLAGS) -MMD -MP -c -o $$@ $$<
build/$(1)/libdanesmtp.a: build/$(1)/sources $(call objects,$(1),$(filter-out engine/cli/%,$(ENGINE)))
	@rm -f $$@
	@$$(AR) rcs $$@ $$(filter %.o,$$^)
build/$(1)/$(SO): build/$(1)/sources $(call objects,$(1),$(filter-out engine/cli/%,$(ENGINE)))
	$(if $(V),,@echo LD $$@ &&) $$(CC) -shared -Wl,-soname,$(SONAME) -Wl,-z,defs $$(filter-out -pie,$$(L_$(1))) $$(LDFLAGS) -Wl,--as-needed -o $$@ $$(filter %.o,$$^) $$(LIBS)
build/$(1)/danesmtp: build/$(1)/sources $(call objects,$(1),$(filter engine/cli/%,$(ENGINE))) build/$(1)/libdanesmtp.a
	$(LINK) $$(LIBS)
build/$(1)/danesmtp-faulty: build/$(1)/sources tests/faults/wraps $(call objects,$(1),$(filter engine/cli/%,$(ENGINE)) $(FAULTS)) build/$(1)/libdanesmtp.a
	$(LINK) $(call WRAPS,faults) $$(LIBS)
build/$(1)/danelab: build/$(1)/sources $(call objects,$(1),$(LAB)) $(PRELOAD:lab/world/preload/%.c=build/$(1)/danelab-%.so)
	$(LINK) $$(LIBS)
build/$(1)/danelab-faulty: build/$(1)/sources tests/labfaults/wraps $(call objects,$(1),$(LAB) $(LABFAULTS)) $(PRELOAD:lab/world/preload/%.c=build/$(1)/danelab-%.so)
	$(LINK) $(call WRAPS,labfaults) $$(LIBS)
# Loaded into every program of a world, or every one of a sender: never with sanitizers.
build/$(1)/danelab-%.so: lab/world/preload/%.c
	@mkdir -p $$(@D)
	$(if $(V),,@echo CC $$@ &&) $$(CC) $$(STD) $$(W) -O2 -shared -fPIC -o $$@ $$<
# Both halves in one program; connect(2) ends at the fake hosts (tests/fast/net.h).
build/$(1)/danelab-fast: build/$(1)/sources $(call objects,$(1),$(FAST) $(filter-out lab/cli/main.c,$(LAB))) build/$(1)/libdanesmtp.a
	$(LINK) -Wl,--wrap=connect $$(LIBS)
build/$(1)/unit: build/$(1)/sources $(call objects,$(1),$(UNIT) $(filter-out %/cli/main.c,$(LAB) $(filter engine/cli/%,$(ENGINE)))) build/$(1)/libdanesmtp.a
	$(LINK) $$(LIBS) $$(LIBS_UNIT)
build/$(1)/cross: build/$(1)/sources $(call objects,$(1),$(filter-out %/broken.c,$(ORACLE)) tests/fakes/loop.c) build/$(1)/libdanesmtp.a
	$(LINK)
build/$(1)/cross-broken: build/$(1)/sources $(call objects,$(1),$(filter-out %/cross.c,$(ORACLE)) tests/fakes/loop.c tests/faults/rows.c) build/$(1)/libdanesmtp.a
	$(LINK) $(addprefix -Wl$$(comma)--wrap=,dsmtp_dialog_step dsmtp_judge_next dsmtp_policy_host dsmtp_policy_mx)
build/$(1)/fuzz-%: build/$(1)/tests/fuzz/fuzz_%.o build/$(1)/tests/fuzz/replay.o build/$(1)/engine/cli/lines.o build/$(1)/libdanesmtp.a
	$(LINK) $$(LIBS)
# An engine whose allocations are those of tests/starve, and what the tests there need beside it.
build/$(1)/starved.a: build/$(1)/sources tests/starve/symbols $(call objects,$(1),$(ENGINE))
	@rm -f $$@
	@$$(AR) rcs $$@ $$(filter %.o,$$^)
	@objcopy --redefine-syms=tests/starve/symbols $$@
build/$(1)/starve: build/$(1)/sources $(call objects,$(1),$(STARVE) $(STARVE_HELPERS)) build/$(1)/starved.a
	$(LINK) $$(LIBS) $$(LIBS_UNIT)
build/$(1)/example-%: build/$(1)/tests/examples/%.o build/$(1)/libdanesmtp.a
	$(LINK) $$(LIBS)
build/$(1)/bench-%: build/$(1)/tests/bench/bench_%.o build/$(1)/tests/bench/row.o build/$(1)/libdanesmtp.a
	$(LINK) $$(LIBS)
endef
$(foreach v,release asan coverage,$(eval $(call variant,$(v))))
-include $(wildcard build/*/*/*/*.d)

# --- goals -------------------------------------------------------------------------------------------

all: build/$(VARIANT)/danesmtp build/$(VARIANT)/danelab build/$(VARIANT)/danelab-fast build/$(VARIANT)/$(SO) ## the programs and the library, in build/VARIANT (the default)

unit: build/$(VARIANT)/unit ## the unit test program: build/VARIANT/unit [SUITE]...

deps: ## install the Debian packages that are missing (root or sudo); `make deps check` works
	tests/tools/deps

test: test-release test-asan test-cross test-fast test-starve replay ## unit tests, plain and under ASan and UBSan; cross, thinned; scenarios, fast; every allocation made to fail; the fuzzers' corpora
test-release test-asan: test-%: build/%/unit
	$<

test-cross: build/release/cross build/asan/cross
	build/release/cross --states 20000 --thin 101
	build/asan/cross --states 2000 --thin 2003

# Everything that scenarios say, and the states of zones/states, in process: needs no lab.
PROFILES := rfc7672 seed2013 opp2013 draft2014 draft2014b postfix
test-fast: build/release/danelab-fast build/asan/danelab-fast
	@build/asan/danelab-fast states
	@tests/tools/run-fast build/asan/danelab-fast rfc7672
	@tests/tools/run-fast build/release/danelab-fast $(PROFILES)

cross: build/release/cross ## the engine against an oracle made from the rules alone, in half of all combinations of states
	$< --thin 2

cross-broken: build/release/cross-broken ## break each row of the engine's tables in turn: does cross notice?
	$<

replay: $(TARGETS:%=build/asan/fuzz-%)
	@set -e; for t in $(TARGETS); do build/asan/fuzz-$$t tests/fuzz/corpus/$$t/*; done

WATCH := valgrind -q --error-exitcode=99 --leak-check=full --errors-for-leak-kinds=definite --child-silent-after-fork=yes
# Slow as it is then, it may meet time-outs; what counts is that valgrind, whose status the adapter takes for a crash, has nothing to say.
valgrind: build/release/danesmtp build/release/danelab ## danesmtp send under valgrind, in every scenario with hosts
	@rm -rf out/valgrind
	-build/release/danelab run --wrap '$(WATCH)' -j 8 --deadline 900 --no-controls --lean --out out/valgrind \
	    $(notdir $(basename $(wildcard scenarios/0[4-9]-*/*.yaml scenarios/1[0-2]-*/*.yaml)))
	@awk '/"verdict":"(CRASH|HANG|ADAPTER-ERROR|LAB-INVALID)"/ { bad++ } /"type":"footer"/ { n = 1 } /"type":"case"/ { cases++ } END { print cases + 0 " under valgrind, " bad + 0 " with an error"; exit !(n && cases > 500 && !bad) }' out/valgrind/run.jsonl

test-starve: build/asan/starve
	$< starve_job

starve: build/asan/starve ## every allocation of the engine made to fail once, in the whole danesmtp, too
	$<

SECONDS := 10
fuzz: $(TARGETS:%=build/fuzz/%) ## let each fuzzer run for SECONDS (10)
	@set -e; for t in $(TARGETS); do mkdir -p build/fuzz/corpus-$$t; \
	    build/fuzz/$$t -max_total_time=$(SECONDS) -print_final_stats=1 -dict=tests/fuzz/dict/$$t.dict build/fuzz/corpus-$$t tests/fuzz/corpus/$$t; done
# What a target needs beyond base, model and core.
FUZZ_NEEDS_dns := $(wildcard engine/adapt/dns_*.c)
FUZZ_NEEDS_name := engine/adapt/dns_name.c
FUZZ_NEEDS_lines := engine/cli/lines.c
.SECONDARY:
.SECONDEXPANSION:
build/fuzz/%: tests/fuzz/fuzz_%.c $(wildcard engine/base/*.c engine/model/*.c engine/core/*.c) $$(FUZZ_NEEDS_$$*) $(wildcard engine/*/*.h)
	@mkdir -p $(@D)
	$(CLANG) $(STD) -g -O1 -fsanitize=fuzzer,address,undefined -fno-sanitize-recover=undefined $(I_tests) -o $@ $(filter %.c,$^) -Wl,--as-needed -lldns

check: all test gates ## everything that needs no lab: test and gates

check-lab: build/$(VARIANT)/danesmtp build/$(VARIANT)/danesmtp-faulty build/$(VARIANT)/danelab build/$(VARIANT)/danelab-faulty build/$(VARIANT)/danelab-fast build/$(VARIANT)/cross $(EXAMPLES:tests/examples/%.c=build/$(VARIANT)/example-%) ## scenarios against the engine, and the lab against itself
	tests/tools/check-lab build/$(VARIANT)/danelab

check-mta: build/$(VARIANT)/danesmtp build/$(VARIANT)/danelab ## scenarios against every mail server that can be had here: senders by topics
	tests/tools/check-mta build/$(VARIANT)/danelab

check-report-browser: build/$(VARIANT)/danelab ## the HTML report in headless Chromium: phone and desktop, light and dark, time to open (skipped without Chromium)
	tests/tools/check-report-browser build/$(VARIANT)/danelab

check-slurm: build/$(VARIANT)/danesmtp build/$(VARIANT)/danelab ## what lab/CI.md says of Slurm, on one node, as root (skipped without the packages slurmctld, slurmd, slurm-client and munge)
	tests/tools/check-slurm build/$(VARIANT)/danelab

# A few seconds for each of some hundred faults.
MATRIX = out/matrix
MUTANTS = $(shell cut -f1 tests/faults/faults.tsv tests/faults/mutants.tsv | grep -v '^\#') $(shell DANESMTP_FAULT=list build/$(VARIANT)/danesmtp-faulty | sort -u)
selftest-matrix: build/$(VARIANT)/danesmtp build/$(VARIANT)/danesmtp-faulty build/$(VARIANT)/danelab ## every faulty sender against every case: who catches whom, and which scenario catches nothing alone (an hour)
	@mkdir -p out && rm -f $(MATRIX).tsv
	build/$(VARIANT)/danelab selftest --matrix $(MATRIX).tsv $(MUTANTS)
	tests/tools/fault-matrix rows $(MATRIX).tsv >$(MATRIX)-rows.tsv
	tests/tools/fault-matrix useless $(MATRIX).tsv >$(MATRIX)-useless
	@echo "$(MATRIX)-rows.tsv: the case to catch each by; $(MATRIX)-useless: scenarios that catch nothing that no other catches"

BENCHES = build/release/danesmtp build/release/danelab $(patsubst tests/bench/bench_%.c,build/release/bench-%,$(wildcard tests/bench/bench_*.c))
bench: $(BENCHES) ## figures: core, TLS, batch against others, DNS rounds, memory, the lab; some minutes, and downloads to compare with
	set -o pipefail; tests/bench/run build/release $(CURDIR)/build/bench/cache | tests/bench/table text

bench-table: $(BENCHES) ## the same as a Markdown table
	@set -o pipefail; tests/bench/run build/release $(CURDIR)/build/bench/cache | tests/bench/table markdown

gates: clang lint headers layers purity symbols complexity banned words rules format-check man docs wrong installed ## every rule that a command can check

clang: $(SOURCES:%.c=build/clang/%.o) ## compile with clang and its extra warnings
build/clang/%.o: %.c Makefile
	@mkdir -p $(@D)
	@$(CLANG) $(STD) $(W_CLANG) $(I) $(INCLUDES) -MMD -MP -c -o $@ $<

lint: $(SOURCES:%.c=build/lint/%.o) cppcheck ## clang-tidy and cppcheck
build/lint/%.o: %.c .clang-tidy build/clang/%.o
	@mkdir -p $(@D)
	@clang-tidy --quiet $< -- $(STD) $(I) $(INCLUDES) >$@.log 2>&1 || { sed 's|^$(CURDIR)/||' $@.log; exit 1; }
	@touch $@

cppcheck:
	@$(CPPCHECK) -Iengine engine
	@$(CPPCHECK) -Ilab lab
	@$(CPPCHECK) -Itests -Iengine -Ilab tests

headers: $(HEADERS:%.h=build/headers/%.o) ## each header compiles alone, and twice
build/headers/%.o: %.h Makefile
	@mkdir -p $(@D)
	@printf '#include "%s"\n' $< $< | $(CC) $(STD) $(W) -I. $(I) $(INCLUDES) -MMD -MP -MF $(@:.o=.d) -MT $@ -x c -c -o $@ -

layers: ## includes point down
	@awk -f tests/tools/layers.awk tests/tools/layers $(ENGINE) $(LAB) $(FAST) $(filter tests/fast/%,$(HEADERS)) $(filter-out tests/%,$(HEADERS))

CORE := $(call objects,release,$(wildcard engine/base/*.c engine/model/*.c engine/core/*.c))
purity: $(CORE) ## the core calls memory and string functions only, and holds no state
	@tests/tools/purity $(CORE)

symbols: build/release/libdanesmtp.a build/release/$(SO) $(call objects,release,$(LAB)) ## global symbols carry their prefix, the shared library shows the public ones
	@tests/tools/exports engine/include/danesmtp.h build/release/$(SO)
	@tests/tools/symbols dsmtp_ build/release/libdanesmtp.a
	@tests/tools/symbols lab_ $(call objects,release,$(LAB))

complexity: ## functions and files stay small
	@tests/tools/complexity $(SOURCES)

banned: ## no strcpy and its like; no clock or environment inside the engine
	@awk -f tests/tools/banned.awk $(SOURCES) $(HEADERS)

words: ## nothing unfinished, no machine's paths
	@tests/tools/words

# test_scenario.c tests the catalogue itself: the rules that it names are examples.
TELLING := $(ENGINE) $(wildcard engine/*/*.h) $(filter-out %/test_scenario.c,$(filter tests/unit/%,$(UNIT))) $(ORACLE) $(FAULTS)
rules: ## every rule for a sending client has a test, a scenario or a reason why not, every one for a publisher a finding or a reason; ALL=1 lists them
	@awk -f tests/tools/rules.awk -v all=$(ALL) scenarios/rules.tsv tests/rules-elsewhere.tsv $(TELLING) $(wildcard scenarios/*/*.yaml)

format: ## reformat all sources
	clang-format -i $(SOURCES) $(HEADERS)

format-check: ## are they formatted?
	@clang-format --dry-run -Werror $(SOURCES) $(HEADERS)

MAN := $(wildcard engine/man/*.[1-8] lab/man/*.[1-8])
man: build/release/danelab ## lint the manual pages; what is printed of the schema stands in them and in scenarios/README.md
	@$(if $(MAN),mandoc -Tlint -Wwarning $(MAN))
	@tests/tools/fields $< check

docs: all ## the command lines of all documents that need no world; check-lab runs the others, too
	@tests/tools/check-docs check build/$(VARIANT)/danelab

wrong: all ## what both programs say to whoever uses them wrongly
	@tests/tools/check-wrong build/$(VARIANT)

installed: all ## install, build the examples against that, uninstall
	@tests/tools/check-install $(VARIANT)

# The lines of the core that the unit tests and exhausted memory reach: all.
core-coverage: build/coverage/unit build/coverage/starve ## every line of base, model and core is run by a test
	@find build/coverage -name '*.gcda' -delete
	build/coverage/unit >build/coverage/unit.log 2>&1 || { cat build/coverage/unit.log; exit 1; }
	build/coverage/starve starve_job >build/coverage/starve.log 2>&1 || { cat build/coverage/starve.log; exit 1; }
	gcovr --root . --filter engine/base/ --filter engine/model/ --filter engine/core/ --fail-under-line 100 build/coverage

# Without tlsrpt.c: gcc does not know that a tree of tsearch keeps what is put into it.
ANALYZED := $(filter-out %/tlsrpt.c,$(wildcard engine/base/*.c engine/model/*.c engine/core/*.c engine/report/*.c engine/run/*.c))
analyzer: $(ANALYZED:%.c=build/analyzer/%.o) ## gcc -fanalyzer finds nothing in what holds no library's objects
build/analyzer/%.o: %.c Makefile
	@mkdir -p $(@D)
	@$(CC) $(STD) $(W) $(I) $(INCLUDES) -O1 -fanalyzer -MMD -MP -c -o $@ $<

coverage: build/coverage/unit ## line and branch coverage of the unit tests, in build/coverage/report
	@find build/coverage -name '*.gcda' -delete
	build/coverage/unit
	@mkdir -p build/coverage/report
	gcovr --root . --filter engine/ --filter lab/ --branches --html-details build/coverage/report/index.html --print-summary build/coverage

PAGES = $(foreach m,$(MAN),share/man/man$(subst .,,$(suffix $m))/$(notdir $m))
# danelab lives among its helpers, with danesmtp as the first sender that it finds; what people call is a link.
HELPERS = $(addprefix libexec/danelab/,danelab danelab-fast danesmtp $(PRELOAD:lab/world/preload/%.c=danelab-%.so))
SCHEMAS = $(wildcard engine/*.schema.json)
install: all ## below DESTDIR and PREFIX (/usr/local); libraries go to LIBDIR (PREFIX/lib)
	install -d $(addprefix $(DESTDIR)$(PREFIX)/,bin include libexec/danelab share/danelab/lab share/danesmtp) $(DESTDIR)$(LIBDIR)/pkgconfig
	install -m 755 build/$(VARIANT)/danesmtp $(DESTDIR)$(PREFIX)/bin
	install -m 755 build/$(VARIANT)/danelab build/$(VARIANT)/danelab-fast $(DESTDIR)$(PREFIX)/libexec/danelab
	ln -sf ../libexec/danelab/danelab $(DESTDIR)$(PREFIX)/bin/danelab
	ln -sf ../../bin/danesmtp $(DESTDIR)$(PREFIX)/libexec/danelab/danesmtp
	install -m 644 $(PRELOAD:lab/world/preload/%.c=build/$(VARIANT)/danelab-%.so) $(DESTDIR)$(PREFIX)/libexec/danelab
	install -m 644 build/$(VARIANT)/libdanesmtp.a build/$(VARIANT)/$(SO) $(DESTDIR)$(LIBDIR)
	ln -sf $(SO) $(DESTDIR)$(LIBDIR)/$(SONAME)
	ln -sf $(SONAME) $(DESTDIR)$(LIBDIR)/libdanesmtp.so
	sed 's|@PREFIX@|$(PREFIX)|; s|@LIBDIR@|$(LIBDIR)|; s|@VERSION@|$(VERSION)|' engine/libdanesmtp.pc.in >$(DESTDIR)$(LIBDIR)/pkgconfig/libdanesmtp.pc
	install -m 644 engine/include/danesmtp.h $(DESTDIR)$(PREFIX)/include
	install -m 644 $(SCHEMAS) $(DESTDIR)$(PREFIX)/share/danesmtp
	cp -R zones certs scenarios $(DESTDIR)$(PREFIX)/share/danelab
	cp -R lab/adapters $(DESTDIR)$(PREFIX)/share/danelab/lab
	install -d $(DESTDIR)$(PREFIX)/share/danelab/lab/report
	install -m 644 $(wildcard lab/report/page.*) $(DESTDIR)$(PREFIX)/share/danelab/lab/report
	install -m 644 $(wildcard lab/*.schema.json) $(DESTDIR)$(PREFIX)/share/danelab/lab
	$(foreach m,$(MAN),install -D -m 644 $m $(DESTDIR)$(PREFIX)/share/man/man$(subst .,,$(suffix $m))/$(notdir $m) &&) true
	install -d $(addprefix $(DESTDIR)$(PREFIX)/share/,bash-completion/completions zsh/site-functions)
	for p in danelab danesmtp; do \
	    sed "s/@PROGRAM@/$$p/g" lab/completion.bash.in >$(DESTDIR)$(PREFIX)/share/bash-completion/completions/$$p && \
	    sed "s/@PROGRAM@/$$p/g" lab/completion.zsh.in >$(DESTDIR)$(PREFIX)/share/zsh/site-functions/_$$p || exit; done

uninstall: ## remove what install has put there, under the same DESTDIR, PREFIX and LIBDIR
	rm -f $(addprefix $(DESTDIR)$(PREFIX)/,bin/danesmtp bin/danelab $(HELPERS) include/danesmtp.h $(PAGES) $(addprefix share/bash-completion/completions/,danelab danesmtp) $(addprefix share/zsh/site-functions/_,danelab danesmtp))
	rm -f $(addprefix $(DESTDIR)$(LIBDIR)/,libdanesmtp.a $(SO) $(SONAME) libdanesmtp.so pkgconfig/libdanesmtp.pc)
	rm -rf $(addprefix $(DESTDIR)$(PREFIX)/,share/danelab share/danesmtp)
	-rmdir $(DESTDIR)$(PREFIX)/libexec/danelab

deb: ## Debian packages: danelab, danesmtp, libdanesmtp1, libdanesmtp-dev, in out/deb
	tests/tools/deb

check-deb: ## build them, install them below a directory of their own, use and purge them
	tests/tools/check-deb

clean: ## remove build/ and out/
	rm -rf build out

help: ## this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "%-14s %s\n", $$1, $$2 }' Makefile

FORCE:
.PHONY: FORCE analyzer core-coverage starve test-starve valgrind all unit deps test test-release test-asan test-cross test-fast cross cross-broken replay fuzz bench bench-table selftest-matrix check check-lab check-mta check-report-browser check-slurm gates clang lint cppcheck headers layers \
        purity symbols complexity banned words rules format format-check man docs wrong installed coverage install uninstall deb check-deb clean help
endif
