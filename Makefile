# A first Makefile, to be replaced: builds danelab and danesmtp.
B := build/release
CC ?= gcc
W := -std=c11 -Wall -Wextra -Wpedantic -Wshadow -Wstrict-prototypes -Wmissing-prototypes -Wold-style-definition -Wcast-qual -Wcast-align -Wpointer-arith -Wwrite-strings -Wundef -Wvla -Wformat=2 -Wswitch-enum -Wconversion -Wsign-conversion -Wnull-dereference -Wdouble-promotion -Wimplicit-fallthrough -Werror
PKGS := libssl libcrypto libevent libevent_openssl libunbound ldns jansson libcyaml yaml-0.1
CFLAGS := -O2 -g $(W) -D_GNU_SOURCE -MMD -MP
LIBS := $(shell pkg-config --libs $(PKGS))
LAB := $(patsubst %.c,$(B)/%.o,$(wildcard lab/*/*.c))
ENG := $(patsubst %.c,$(B)/%.o,$(wildcard engine/*/*.c))
all: $(B)/danelab $(B)/danesmtp
$(B)/danelab: $(LAB)
	$(CC) -o $@ $^ $(LIBS)
$(B)/danesmtp: $(ENG)
	$(CC) -o $@ $^ $(LIBS)
$(B)/lab/%.o: lab/%.c
	@mkdir -p $(@D)
	$(CC) $(CFLAGS) -Ilab -c -o $@ $<
$(B)/engine/%.o: engine/%.c
	@mkdir -p $(@D)
	$(CC) $(CFLAGS) -Iengine -c -o $@ $<
-include $(LAB:.o=.d) $(ENG:.o=.d)
