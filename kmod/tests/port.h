/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A port of which the test is the device: its registers are plain memory, its rings those of the
 * driver, made, started and polled by the driver's own functions.
 */
#ifndef _IGBR_TESTS_PORT_H_
#define _IGBR_TESTS_PORT_H_

#include <kunit/test.h>
#include <linux/skbuff.h>
#include <linux/types.h>

#include "../igbr.h"

/**
 * struct igbr_test_port - a port with one queue pair
 * @pdev: a function on no bus
 * @regs: memory in place of BAR 0
 * @adapter: the port, running
 * @vector: its only vector
 * @rx: its receive ring
 * @tx: its transmit ring
 * @received: packets that the driver passed up
 * @device_rx: next descriptor that the device writes back
 * @registered: the stack knows the network device
 * @running: the rings are started
 * @freed: packets of igbr_test_frame() that were freed
 */
struct igbr_test_port {
	struct pci_dev *pdev;
	void *regs;
	struct igbr_adapter *adapter;
	struct igbr_vector *vector;
	struct igbr_rx_ring *rx;
	struct igbr_tx_ring *tx;
	struct sk_buff_head received;
	unsigned int device_rx;
	bool registered;
	bool running;
	atomic_t freed;
};

struct igbr_test_port *igbr_test_open(struct kunit *test, const struct igbr_config *config);
void igbr_test_close(struct kunit *test);
void igbr_test_poll(struct igbr_test_port *port);

/* A register as the driver wrote it last. */
static inline u32 igbr_test_reg(const struct igbr_test_port *port, u32 reg)
{
	return readl(port->adapter->hw.regs + reg);
}

#endif /* _IGBR_TESTS_PORT_H_ */
