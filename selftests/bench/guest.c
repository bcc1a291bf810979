// SPDX-License-Identifier: GPL-2.0-only
/*
 * The guest's only program: process 1. It loads the driver, opens the port, and does each workload
 * between the two marks that counter.c knows. What the host needs to make sense of the counts it
 * says on the second serial port, one fact per line.
 *
 * Of the environment (the kernel hands on what it does not know of its command line):
 * WORKLOADS=a,b,.. and FRAMES=N.
 */
#define _GNU_SOURCE /* unshare() */
#include <arpa/inet.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/bpf.h>
#include <linux/if_link.h>
#include <net/if.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sched.h>
#include <signal.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/reboot.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <termios.h>
#include <time.h>
#include <unistd.h>

/* Where measure.py puts the two cards. */
#define OURS "0000:00:03.0"
#define OTHER "0000:00:04.0"
#define NOBODY "52:54:00:00:00:77"
#define BUFFER (256 * 1024)

enum port { PORT_STREAM = 5001, PORT_ECHO = 5002 };

/* Placed by the linker at the address that the plugin looks for. */
asm(".section .marks, \"ax\"\n"
    "begin_mark: ret\n"
    ".balign 16\n"
    "end_mark: ret\n"
    ".previous\n");
void begin_mark(void);
void end_mark(void);

static FILE *out;
static long frames;
static char buffer[BUFFER];

static void __attribute__((noreturn, format(printf, 1, 2))) fail(const char *format, ...)
{
	int error = errno;
	va_list list;

	fprintf(out ?: stderr, "failed ");
	va_start(list, format);
	vfprintf(out ?: stderr, format, list);
	va_end(list);
	fprintf(out ?: stderr, ": %s\n", strerror(error));
	fflush(NULL);
	if (out)
		tcdrain(fileno(out));
	if (getpid() == 1)
		reboot(RB_POWER_OFF);
	_exit(1);
}

static void must(bool good, const char *what)
{
	if (!good)
		fail("%s", what);
}

static void pause_ms(long ms)
{
	struct timespec time = { ms / 1000, ms % 1000 * 1000000 };

	while (nanosleep(&time, &time) && errno == EINTR)
		;
}

static void __attribute__((format(printf, 2, 3))) set(const char *path, const char *format, ...)
{
	int file = open(path, O_WRONLY);
	char text[128];
	va_list list;
	int length;

	if (file < 0)
		fail("open %s", path);
	va_start(list, format);
	length = vsnprintf(text, sizeof(text), format, list);
	va_end(list);
	if (write(file, text, length) != length)
		fail("write '%s' to %s", text, path);
	close(file);
}

static unsigned long long number(const char *path)
{
	unsigned long long value = 0;
	FILE *file = fopen(path, "r");

	if (!file || fscanf(file, "%llu", &value) != 1)
		value = 0;
	if (file)
		fclose(file);
	return value;
}

static void shell(const char *command)
{
	pid_t child = fork();
	int status;

	if (!child) {
		execl("/bin/busybox", "sh", "-c", command, NULL);
		_exit(127);
	}
	if (waitpid(child, &status, 0) < 0 || status)
		fail("%s", command);
}

/* -- the window */

struct moment {
	unsigned long long received, sent, interrupts;
	struct timespec time;
};

/* All interrupts of the card's so far. */
static unsigned long long interrupts(void)
{
	DIR *folder = opendir("/sys/bus/pci/devices/" OURS "/msi_irqs");
	unsigned long long sum = 0;
	struct dirent *entry;

	while (folder && (entry = readdir(folder))) {
		char line[256], *rest;
		FILE *file;

		if (entry->d_name[0] == '.')
			continue;
		file = fopen("/proc/interrupts", "r");
		while (file && fgets(line, sizeof(line), file))
			if (strtol(line, &rest, 10) == atol(entry->d_name) && *rest == ':')
				sum += strtoull(rest + 1, NULL, 10);
		if (file)
			fclose(file);
	}
	if (folder)
		closedir(folder);
	return sum;
}

static struct moment now(void)
{
	struct moment moment = {
		number("/sys/class/net/ours/statistics/rx_packets"),
		number("/sys/class/net/ours/statistics/tx_packets"),
		interrupts(),
	};

	clock_gettime(CLOCK_MONOTONIC, &moment.time);
	return moment;
}

static struct moment before;

static void begin(void)
{
	before = now();
	clock_gettime(CLOCK_MONOTONIC, &before.time);
	begin_mark();
}

#define RECEIVED 0
#define SENT (-1)
#define BOTH (-2)

/* `units`: what the counts are divided by: a number, or frames of the port's. */
static void end(const char *name, long units)
{
	struct moment after;
	struct timespec time;

	end_mark();
	clock_gettime(CLOCK_MONOTONIC, &time);
	/* The other driver has its counters by then, wherever it takes them from. */
	pause_ms(1);
	after = now();
	if (units <= 0)
		units = (units != SENT ? after.received - before.received : 0) +
			(units != RECEIVED ? after.sent - before.sent : 0);
	fprintf(out, "window %s %ld %llu %lld\n", name, units, after.interrupts - before.interrupts,
		(time.tv_sec - before.time.tv_sec) * 1000000000ll + time.tv_nsec - before.time.tv_nsec);
	fflush(out);
}

/* -- ports */

static void rename_card(const char *card, const char *name)
{
	char path[96], command[96];
	struct dirent *entry;
	int tries;

	snprintf(path, sizeof(path), "/sys/bus/pci/devices/%s/net", card);
	for (tries = 0; tries < 50; tries++) {
		DIR *folder = opendir(path);

		while (folder && (entry = readdir(folder))) {
			if (entry->d_name[0] == '.')
				continue;
			snprintf(command, sizeof(command), "busybox ip link set %.20s name %s",
				 entry->d_name, name);
			closedir(folder);
			shell(command);
			return;
		}
		if (folder)
			closedir(folder);
		pause_ms(100);
	}
	fail("no interface for %s", card);
}

static void flag(const char *port, short mask, bool on)
{
	int handle = socket(AF_INET, SOCK_DGRAM, 0);
	struct ifreq request = {};

	strcpy(request.ifr_name, port);
	must(!ioctl(handle, SIOCGIFFLAGS, &request), "SIOCGIFFLAGS");
	request.ifr_flags = on ? request.ifr_flags | mask : request.ifr_flags & ~mask;
	must(!ioctl(handle, SIOCSIFFLAGS, &request), "SIOCSIFFLAGS");
	close(handle);
}

static void address(const char *port, const char *text)
{
	int handle = socket(AF_INET, SOCK_DGRAM, 0);
	struct ifreq request = {};
	struct sockaddr_in *where = (void *)&request.ifr_addr;

	strcpy(request.ifr_name, port);
	where->sin_family = AF_INET;
	inet_pton(AF_INET, text, &where->sin_addr);
	must(!ioctl(handle, SIOCSIFADDR, &request), "SIOCSIFADDR");
	inet_pton(AF_INET, "255.255.255.0", &where->sin_addr);
	must(!ioctl(handle, SIOCSIFNETMASK, &request), "SIOCSIFNETMASK");
	close(handle);
}

static void await_carrier(void)
{
	int tries;

	for (tries = 0; number("/sys/class/net/ours/carrier") != 1; tries++) {
		if (tries == 100)
			fail("no carrier");
		pause_ms(100);
	}
	pause_ms(2000);
}

static void load(const char *path)
{
	int file = open(path, O_RDONLY);

	if (file < 0 || syscall(SYS_finit_module, file, "", 0))
		fail("load %s", path);
	close(file);
}

/* Addresses that the host needs: the driver's sections, and where the kernel only waits. */
static void say_addresses(void)
{
	char name[128], line[256], next[32] = "";
	struct dirent *entry;
	DIR *folder;
	FILE *file;

	file = fopen("/driver", "r");
	must(file, "/driver");
	must(fscanf(file, "%60s", name) == 1, "/driver");
	fclose(file);
	snprintf(line, sizeof(line), "/sys/module/%s/sections", name);
	must(!chdir(line) && (folder = opendir(".")), line);
	while ((entry = readdir(folder))) {
		file = entry->d_type == DT_REG ? fopen(entry->d_name, "r") : NULL;
		if (!file)
			continue;
		if (fscanf(file, "%30s", line) == 1)
			fprintf(out, "section %s %s\n", entry->d_name, line);
		fclose(file);
	}
	closedir(folder);
	must(!chdir("/"), "/");

	file = fopen("/proc/kallsyms", "r");
	must(file, "/proc/kallsyms");
	while (fgets(line, sizeof(line), file)) {
		char start[32];

		if (sscanf(line, "%30s %*s %120s", start, name) != 2)
			continue;
		if (next[0] && strcmp(start, next)) {
			fprintf(out, "wait %s %s\n", next, start);
			next[0] = 0;
		}
		if (!strncmp(name, "delay_", 6) && !next[0])
			strcpy(next, start);
		if (strchr(line, '['))
			break;
	}
	fclose(file);
}

/* -- frames, by pktgen */

struct burst {
	const char *name;
	bool receive; /* ours receives, the other sends */
	int size, burst;
	long delay; /* ns between bursts */
	int divide; /* FRAMES by this */
};

static const struct burst bursts[] = {
	{ "tx64", false, 60, 1, 0, 1 },
	{ "tx64b", false, 60, 32, 0, 1 },
	{ "tx1514", false, 1514, 1, 0, 1 },
	{ "rx64", true, 60, 32, 0, 1 },
	{ "rx64lo", true, 60, 1, 250000, 50 },
	{ "rx1514", true, 1514, 16, 200000, 4 },
	{ "rx64xdp", true, 60, 32, 0, 1 },
};

static void run_burst(const struct burst *what)
{
	const char *port = what->receive ? "other" : "ours";
	char path[64];
	int start;

	set("/proc/net/pktgen/kpktgend_0", "rem_device_all");
	set("/proc/net/pktgen/kpktgend_0", "add_device %s", port);
	snprintf(path, sizeof(path), "/proc/net/pktgen/%s", port);
	set(path, "count %ld", frames / what->divide);
	/* One skb for all: what is left is the driver and the generator's loop. */
	set(path, "clone_skb 1000000");
	set(path, "pkt_size %d", what->size);
	set(path, "burst %d", what->burst);
	set(path, "delay %ld", what->delay);
	set(path, "dst_mac " NOBODY);
	set(path, "dst 10.0.0.9");
	set(path, "src_min 10.0.0.8");
	set(path, "src_max 10.0.0.8");
	flag("ours", IFF_PROMISC, what->receive);
	pause_ms(100);
	must((start = open("/proc/net/pktgen/pgctrl", O_WRONLY)) >= 0, "pgctrl");
	begin();
	must(write(start, "start\n", 6) == 6, "pktgen");
	pause_ms(what->receive ? 50 : 20);
	end(what->name, what->receive ? RECEIVED : SENT);
	close(start);
	flag("ours", IFF_PROMISC, false);
	set("/proc/net/pktgen/kpktgend_0", "rem_device_all");
}

/* A program that drops each frame, on the port until what comes back is closed. */
static int attach_drop(void)
{
	static const struct bpf_insn program[] = {
		{ .code = BPF_ALU64 | BPF_MOV | BPF_K, .dst_reg = 0, .imm = XDP_DROP },
		{ .code = BPF_JMP | BPF_EXIT },
	};
	union bpf_attr attribute = {};
	int handle;

	attribute.prog_type = BPF_PROG_TYPE_XDP;
	attribute.insns = (uintptr_t)program;
	attribute.insn_cnt = 2;
	attribute.license = (uintptr_t) "GPL";
	handle = syscall(SYS_bpf, BPF_PROG_LOAD, &attribute, sizeof(attribute));
	must(handle >= 0, "BPF_PROG_LOAD");
	memset(&attribute, 0, sizeof(attribute));
	attribute.link_create.prog_fd = handle;
	attribute.link_create.target_ifindex = if_nametoindex("ours");
	attribute.link_create.attach_type = BPF_XDP;
	attribute.link_create.flags = XDP_FLAGS_DRV_MODE;
	handle = syscall(SYS_bpf, BPF_LINK_CREATE, &attribute, sizeof(attribute));
	must(handle >= 0, "BPF_LINK_CREATE");
	return handle;
}

/* -- sockets; the other port is in a network namespace of its own */

static struct sockaddr_in at(const char *text, enum port port)
{
	struct sockaddr_in where = { .sin_family = AF_INET, .sin_port = htons(port) };

	inet_pton(AF_INET, text, &where.sin_addr);
	return where;
}

static int open_socket(int type, enum port port, bool serve)
{
	struct sockaddr_in where = at(serve ? "0.0.0.0" : "10.0.0.2", port);
	int handle = socket(AF_INET, type, 0);
	const int one = 1;

	if (serve)
		must(!bind(handle, (void *)&where, sizeof(where)), "bind");
	else
		must(!connect(handle, (void *)&where, sizeof(where)), "connect");
	if (type == SOCK_STREAM && serve)
		must(!listen(handle, 4), "listen");
	if (type == SOCK_STREAM && !serve)
		setsockopt(handle, IPPROTO_TCP, TCP_NODELAY, &one, sizeof(one));
	return handle;
}

static void serve_stream(void)
{
	int listener = open_socket(SOCK_STREAM, PORT_STREAM, true);

	for (;;) {
		int handle = accept(listener, NULL, NULL);
		int64_t left;

		while (read(handle, &left, sizeof(left)) == sizeof(left))
			while (left > 0) {
				ssize_t done = write(handle, buffer, left < 65536 ? left : 65536);

				if (done <= 0)
					break;
				left -= done;
			}
		close(handle);
	}
}

static void serve_echo(void)
{
	int listener = open_socket(SOCK_STREAM, PORT_ECHO, true);
	char byte;

	for (;;) {
		int handle = accept(listener, NULL, NULL);
		const int one = 1;

		setsockopt(handle, IPPROTO_TCP, TCP_NODELAY, &one, sizeof(one));
		while (read(handle, &byte, 1) == 1 && write(handle, &byte, 1) == 1)
			;
		close(handle);
	}
}

static void serve_datagrams(void)
{
	int handle = open_socket(SOCK_DGRAM, PORT_ECHO, true);
	struct sockaddr_in from;
	char byte;

	for (;;) {
		socklen_t size = sizeof(from);

		if (recvfrom(handle, &byte, 1, 0, (void *)&from, &size) == 1)
			sendto(handle, &byte, 1, 0, (void *)&from, size);
	}
}

static void move_other(void)
{
	static void (*const servers[])(void) = { serve_stream, serve_echo, serve_datagrams };
	int ready[2], moved[2];
	char command[64], byte = 0;
	pid_t child;
	size_t i;

	must(!pipe(ready) && !pipe(moved), "pipe");
	child = fork();
	if (!child) {
		must(!unshare(CLONE_NEWNET), "unshare");
		must(write(ready[1], &byte, 1) == 1 && read(moved[0], &byte, 1) == 1, "pipe");
		flag("lo", IFF_UP, true);
		address("other", "10.0.0.2");
		flag("other", IFF_UP, true);
		for (i = 0; i < sizeof(servers) / sizeof(servers[0]); i++)
			if (!fork())
				servers[i]();
		for (;;)
			pause();
	}
	must(read(ready[0], &byte, 1) == 1, "pipe");
	snprintf(command, sizeof(command), "busybox ip link set other netns %d", child);
	shell(command);
	must(write(moved[1], &byte, 1) == 1, "pipe");
	address("ours", "10.0.0.1");
	pause_ms(3000);
}

static void receive_all(int handle, int64_t size)
{
	must(write(handle, &size, sizeof(size)) == sizeof(size), "write");
	while (size > 0) {
		ssize_t done = read(handle, buffer, size < 65536 ? size : 65536);

		must(done > 0, "read");
		size -= done;
	}
}

static void run_stream(void)
{
	int handle = open_socket(SOCK_STREAM, PORT_STREAM, false);

	receive_all(handle, 4 << 20); /* windows and buffers find their size */
	pause_ms(300);
	begin();
	receive_all(handle, frames * 640);
	end("tcprx", BOTH);
	close(handle);
}

static void run_echo(const char *name, int type)
{
	int handle = open_socket(type, PORT_ECHO, false);
	struct timeval limit = { .tv_sec = 1 };
	long count = frames / 20, i;
	char byte = 'x';

	setsockopt(handle, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof(limit));
	for (i = -200; i < count; i++) {
		if (!i)
			begin();
		must(write(handle, &byte, 1) == 1 && read(handle, &byte, 1) == 1, name);
	}
	end(name, count);
	close(handle);
}

/* -- all of it */

static bool wanted(const char *name)
{
	const char *list = getenv("WORKLOADS") ?: "";
	size_t length = strlen(name);

	for (; list; list = strchr(list, ',') ? strchr(list, ',') + 1 : NULL)
		if (!strncmp(list, name, length) && (!list[length] || list[length] == ','))
			return true;
	return false;
}

static void prepare(void)
{
	char path[64];
	int i;

	must(!mount("proc", "/proc", "proc", 0, "") && !mount("sys", "/sys", "sysfs", 0, ""), "mount");
	frames = atol(getenv("FRAMES") ?: "0");
	must(frames >= 1000, "FRAMES of at least 1000");
	set("/proc/sys/net/ipv6/conf/default/disable_ipv6", "1");
	set("/proc/sys/net/ipv6/conf/all/disable_ipv6", "1");
	set("/proc/sys/net/ipv4/tcp_slow_start_after_idle", "0");
	for (i = 0;; i++) {
		snprintf(path, sizeof(path), "/need-%02d.ko", i);
		if (access(path, F_OK))
			break;
		load(path);
	}
	rename_card(OTHER, "other");
	flag("other", IFF_UP, true);
	pause_ms(1000);
}

int main(void)
{
	int link = -1;
	size_t i;

	mkdir("/proc", 0755);
	mkdir("/sys", 0755);
	mkdir("/dev", 0755);
	mount("dev", "/dev", "devtmpfs", 0, "");
	out = fopen("/dev/ttyS1", "w");
	prepare();

	begin();
	load("/driver.ko");
	end("load", 1);
	rename_card(OURS, "ours");
	say_addresses();
	begin();
	flag("ours", IFF_UP, true);
	end("open", 1);
	await_carrier();

	for (i = 0; i < sizeof(bursts) / sizeof(bursts[0]); i++) {
		bool xdp = strstr(bursts[i].name, "xdp");

		if (!wanted(bursts[i].name))
			continue;
		if (xdp) {
			link = attach_drop();
			pause_ms(1000);
			await_carrier();
		}
		run_burst(&bursts[i]);
		if (xdp) {
			close(link);
			pause_ms(1000);
			await_carrier();
		}
	}
	move_other();
	if (wanted("tcprx"))
		run_stream();
	if (wanted("tcprr"))
		run_echo("tcprr", SOCK_STREAM);
	if (wanted("udprr"))
		run_echo("udprr", SOCK_DGRAM);
	if (wanted("idle")) {
		begin();
		pause_ms(10000);
		end("idle", 1);
	}
	fprintf(out, "done\n");
	fflush(out);
	tcdrain(fileno(out));
	reboot(RB_POWER_OFF);
}
