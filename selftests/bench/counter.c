// SPDX-License-Identifier: GPL-2.0-only
/*
 * A TCG plugin: how often each kernel instruction was executed between two marks of the guest's, and
 * what modules accessed of each device's memory.
 *
 * The marks are two addresses in the guest program (MARKS and MARKS + 16, see quantities.py): to
 * execute the first begins a window, to execute the second ends it. Window n is written to the file
 * window-n in the folder of the option folder=, one line per fact:
 *
 *	x ADDRESS COUNT			executions of a kernel instruction
 *	r|w COUNT REGION		reads and writes of a device's memory by module code
 *
 * Instructions are counted where they are translated, by a counter of their own: a sum per block
 * would count a block that an MMIO access cuts short twice. String instructions with a repeat prefix
 * are left out: QEMU executes them once per byte.
 */
#include <inttypes.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/*
 * What is used of QEMU's plugin interface, version 7. Debian has no package with its header.
 */
typedef uint64_t qemu_plugin_id_t;
typedef uint32_t qemu_plugin_meminfo_t;
typedef struct {
	struct qemu_plugin_scoreboard *score;
	size_t offset;
} qemu_plugin_u64;
struct qemu_plugin_tb;
struct qemu_plugin_insn;
struct qemu_plugin_hwaddr;
struct qemu_info_t;

enum { NO_REGISTERS = 0, MEMORY_BOTH = 3, ADD_U64 = 0 };

void qemu_plugin_register_vcpu_tb_trans_cb(qemu_plugin_id_t id,
					   void (*callback)(struct qemu_plugin_tb *, void *), void *data);
size_t qemu_plugin_tb_n_insns(const struct qemu_plugin_tb *block);
struct qemu_plugin_insn *qemu_plugin_tb_get_insn(const struct qemu_plugin_tb *block, size_t index);
uint64_t qemu_plugin_insn_vaddr(const struct qemu_plugin_insn *insn);
size_t qemu_plugin_insn_data(const struct qemu_plugin_insn *insn, void *target, size_t size);
void qemu_plugin_register_vcpu_insn_exec_cb(struct qemu_plugin_insn *insn,
					    void (*callback)(unsigned int, void *), int flags, void *data);
void qemu_plugin_register_vcpu_insn_exec_inline_per_vcpu(struct qemu_plugin_insn *insn, int operation,
							 qemu_plugin_u64 entry, uint64_t value);
void qemu_plugin_register_vcpu_mem_cb(struct qemu_plugin_insn *insn,
				      void (*callback)(unsigned int, qemu_plugin_meminfo_t, uint64_t,
						       void *),
				      int flags, int accesses, void *data);
bool qemu_plugin_mem_is_store(qemu_plugin_meminfo_t info);
struct qemu_plugin_hwaddr *qemu_plugin_get_hwaddr(qemu_plugin_meminfo_t info, uint64_t address);
bool qemu_plugin_hwaddr_is_io(const struct qemu_plugin_hwaddr *address);
const char *qemu_plugin_hwaddr_device_name(const struct qemu_plugin_hwaddr *address);
struct qemu_plugin_scoreboard *qemu_plugin_scoreboard_new(size_t size);
void *qemu_plugin_scoreboard_find(struct qemu_plugin_scoreboard *score, unsigned int vcpu);

__attribute__((visibility("default"))) int qemu_plugin_version = 7;

#define KERNEL 0xffff800000000000ull
#define MODULES 0xffffffffc0000000ull
/* A power of two, several times the instructions of a kernel that are ever executed. */
#define PLACES (1u << 22)
#define REGIONS 64

/* A hash table: addresses[n] belongs to the n-th counter of the only vCPU's scoreboard. */
static uint64_t *addresses;
static struct qemu_plugin_scoreboard *counters;
static unsigned int used;

static struct {
	char name[32];
	uint64_t reads, writes;
} regions[REGIONS];

static const char *folder = ".";
static unsigned int windows;

static void fatal(const char *problem)
{
	fprintf(stderr, "counter: %s\n", problem);
	exit(1);
}

static size_t place_of(uint64_t address)
{
	size_t place = (address * 0x9e3779b97f4a7c15ull >> 20) % PLACES;

	while (addresses[place] && addresses[place] != address)
		place = (place + 1) % PLACES;
	if (!addresses[place]) {
		if (++used > PLACES / 2)
			fatal("too many instructions");
		addresses[place] = address;
	}
	return place;
}

static void on_access(unsigned int vcpu, qemu_plugin_meminfo_t info, uint64_t address, void *data)
{
	struct qemu_plugin_hwaddr *where = qemu_plugin_get_hwaddr(info, address);
	const char *name;
	size_t i;

	if (!where || !qemu_plugin_hwaddr_is_io(where))
		return;
	name = qemu_plugin_hwaddr_device_name(where);
	for (i = 0; i < REGIONS && regions[i].name[0]; i++)
		if (!strcmp(regions[i].name, name))
			break;
	if (i == REGIONS)
		fatal("too many regions");
	if (!regions[i].name[0])
		snprintf(regions[i].name, sizeof(regions[i].name), "%s", name);
	if (qemu_plugin_mem_is_store(info))
		regions[i].writes++;
	else
		regions[i].reads++;
}

static void on_begin(unsigned int vcpu, void *data)
{
	memset(qemu_plugin_scoreboard_find(counters, 0), 0, PLACES * sizeof(uint64_t));
	memset(regions, 0, sizeof(regions));
}

static void on_end(unsigned int vcpu, void *data)
{
	uint64_t *counts = qemu_plugin_scoreboard_find(counters, 0);
	char path[512];
	FILE *file;
	size_t i;

	snprintf(path, sizeof(path), "%s/window-%u", folder, windows++);
	file = fopen(path, "w");
	if (!file)
		fatal(path);
	for (i = 0; i < PLACES; i++)
		if (counts[i])
			fprintf(file, "x %" PRIx64 " %" PRIu64 "\n", addresses[i], counts[i]);
	for (i = 0; i < REGIONS && regions[i].name[0]; i++)
		fprintf(file, "r %" PRIu64 " %s\nw %" PRIu64 " %s\n", regions[i].reads, regions[i].name,
			regions[i].writes, regions[i].name);
	if (fclose(file))
		fatal(path);
}

/* movs, cmps, stos, lods, scas, ins and outs with a repeat prefix. */
static bool repeats(const uint8_t *code, size_t size)
{
	bool repeat = false;
	size_t i;

	for (i = 0; i < size; i++) {
		if (code[i] == 0xf2 || code[i] == 0xf3)
			repeat = true;
		else if (code[i] != 0x66 && code[i] != 0x67 && (code[i] & 0xf0) != 0x40)
			break;
	}
	if (!repeat || i == size)
		return false;
	return (code[i] >= 0xa4 && code[i] <= 0xa7) || (code[i] >= 0xaa && code[i] <= 0xaf) ||
	       (code[i] >= 0x6c && code[i] <= 0x6f);
}

static void on_translation(struct qemu_plugin_tb *block, void *data)
{
	size_t number = qemu_plugin_tb_n_insns(block);
	size_t i;

	for (i = 0; i < number; i++) {
		struct qemu_plugin_insn *insn = qemu_plugin_tb_get_insn(block, i);
		uint64_t address = qemu_plugin_insn_vaddr(insn);
		uint8_t code[16];

		if (address == MARKS)
			qemu_plugin_register_vcpu_insn_exec_cb(insn, on_begin, NO_REGISTERS, NULL);
		else if (address == MARKS + 16)
			qemu_plugin_register_vcpu_insn_exec_cb(insn, on_end, NO_REGISTERS, NULL);
		if (address < KERNEL)
			continue;
		if (!repeats(code, qemu_plugin_insn_data(insn, code, sizeof(code)))) {
			qemu_plugin_u64 counter = { counters, place_of(address) * sizeof(uint64_t) };

			qemu_plugin_register_vcpu_insn_exec_inline_per_vcpu(insn, ADD_U64, counter, 1);
		}
		if (address >= MODULES)
			qemu_plugin_register_vcpu_mem_cb(insn, on_access, NO_REGISTERS, MEMORY_BOTH,
							 NULL);
	}
}

__attribute__((visibility("default"))) int
qemu_plugin_install(qemu_plugin_id_t id, const struct qemu_info_t *info, int argc, char **argv)
{
	int i;

	for (i = 0; i < argc; i++)
		if (!strncmp(argv[i], "folder=", 7))
			folder = strdup(argv[i] + 7);
	addresses = calloc(PLACES, sizeof(*addresses));
	counters = qemu_plugin_scoreboard_new(PLACES * sizeof(uint64_t));
	if (!addresses || !counters)
		fatal("no memory");
	qemu_plugin_register_vcpu_tb_trans_cb(id, on_translation, NULL);
	return 0;
}
