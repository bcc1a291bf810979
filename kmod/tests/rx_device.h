/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The device's side of the receive ring of a test's port, and what the driver has to make of it.
 */
#ifndef _IGBR_TESTS_RX_DEVICE_H_
#define _IGBR_TESTS_RX_DEVICE_H_

#include <linux/filter.h>

#include "port.h"

/* Rings of a test that wants no others */
#define IGBR_TEST_CONFIG(...)	{ .tx_count = IGBR_RING_MIN, .queues = 1, __VA_ARGS__ }
/* Slots of a ring that are never given to the device */
#define IGBR_TEST_EMPTY		2
/* A frame of this length is good whatever the MTU, and is copied with copybreak. */
#define IGBR_TEST_LEN		300

/* XDP programs, by whether they take frames of several buffers */
enum igbr_test_prog {
	IGBR_TEST_PROG_NONE,
	IGBR_TEST_PROG_LINEAR,
	IGBR_TEST_PROG_FRAGS,
};

void igbr_test_add_prog(struct kunit *test, enum igbr_test_prog kind, const struct bpf_insn *insns,
			unsigned int count);

union igbr_rx_desc *igbr_rx_device_take(struct kunit *test);
void igbr_rx_device_write_back(union igbr_rx_desc *desc, u64 lower, u64 upper);
void igbr_rx_device_lie(struct kunit *test, unsigned int len, u64 status);
void igbr_rx_device_frame(struct kunit *test, unsigned int len, unsigned int seed, u64 lower,
			  u64 upper);

struct sk_buff *igbr_rx_expect_frame(struct kunit *test, unsigned int len, unsigned int seed);
void igbr_rx_expect_works(struct kunit *test);
void igbr_rx_expect_rejected(struct kunit *test, unsigned int lies);
void igbr_rx_expect_consistent(struct kunit *test);

#endif /* _IGBR_TESTS_RX_DEVICE_H_ */
