// SPDX-License-Identifier: GPL-2.0-only
/*
 * The self-test (ethtool -t). Online it looks at what can be seen while traffic runs; offline it
 * closes the port, tries registers, interrupts and the way of a frame through the PHY and back,
 * and opens the port again as it was.
 *
 * Context of everything here, but for what receives a frame: process, rtnl.
 */
#include <linux/completion.h>
#include <linux/etherdevice.h>
#include <linux/iopoll.h>

#include "igbr.h"
#include "selftest.h"

enum {
	IGBR_TEST_REGISTERS,
	IGBR_TEST_NVM,
	IGBR_TEST_INTERRUPTS,
	IGBR_TEST_LOOPBACK,
	IGBR_TEST_LINK,
	IGBR_TESTS
};

static const char igbr_test_names[IGBR_TESTS][ETH_GSTRING_LEN] = {
	[IGBR_TEST_REGISTERS] = "Registers (offline)",
	[IGBR_TEST_NVM] = "NVM checksum",
	[IGBR_TEST_INTERRUPTS] = "Interrupts (offline)",
	[IGBR_TEST_LOOPBACK] = "Loopback (offline)",
	[IGBR_TEST_LINK] = "Link, if the port is open",
};

const unsigned int igbr_selftest_count = IGBR_TESTS;

/**
 * igbr_selftest_strings - names of the tests
 * @data: igbr_selftest_count strings of ETH_GSTRING_LEN
 */
void igbr_selftest_strings(u8 *data)
{
	memcpy(data, igbr_test_names, sizeof(igbr_test_names));
}

/**
 * struct igbr_reg_test - registers that keep what is written to them
 * @first: offset of the first
 * @count: how many; 0: one for each queue of the MAC
 * @step: from one to the next, in bytes
 * @mask: bits that can be written
 */
struct igbr_reg_test {
	u32 first;
	u16 count;
	u16 step;
	u32 mask;
};

static const struct igbr_reg_test igbr_reg_tests[] = {
	{ IGBR_FCAL, 1, 4, GENMASK(31, 0) },
	{ IGBR_FCAH, 1, 4, GENMASK(15, 0) },
	{ IGBR_FCT, 1, 4, GENMASK(15, 0) },
	{ IGBR_FCTTV, 1, 4, GENMASK(15, 0) },
	{ IGBR_MTA(0), 128, 4, GENMASK(31, 0) },
	{ IGBR_VFTA(0), 128, 4, GENMASK(31, 0) },
	{ IGBR_RAL(1), 15, 8, GENMASK(31, 0) },
	{ IGBR_RDBAL(0), 0, 0x40, GENMASK(31, 7) },
	{ IGBR_RDBAH(0), 0, 0x40, GENMASK(31, 0) },
	{ IGBR_RDLEN(0), 0, 0x40, GENMASK(19, 7) },
	{ IGBR_TDBAL(0), 0, 0x40, GENMASK(31, 7) },
	{ IGBR_TDBAH(0), 0, 0x40, GENMASK(31, 0) },
	{ IGBR_TDLEN(0), 0, 0x40, GENMASK(19, 7) },
};

static bool igbr_test_register(struct igbr_adapter *adapter, u32 reg, u32 mask)
{
	static const u32 patterns[] = { 0x5a5a5a5a, 0xa5a5a5a5, 0xffffffff, 0x00000000 };
	struct igbr_hw *hw = &adapter->hw;
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(patterns); i++) {
		u32 value;

		igbr_wr32(hw, reg, patterns[i] & mask);
		value = igbr_rd32(hw, reg) & mask;
		if (value == (patterns[i] & mask))
			continue;
		netdev_err(adapter->netdev, "self-test: register 0x%05x has 0x%08x, should have 0x%08x\n",
			   reg, value, patterns[i] & mask);
		return false;
	}
	return true;
}

static bool igbr_test_registers(struct igbr_adapter *adapter)
{
	unsigned int i, n;

	for (i = 0; i < ARRAY_SIZE(igbr_reg_tests); i++) {
		const struct igbr_reg_test *test = &igbr_reg_tests[i];

		for (n = 0; n < (test->count ?: adapter->hw.mac->max_queues); n++)
			if (!igbr_test_register(adapter, test->first + n * test->step, test->mask))
				return false;
	}
	return true;
}

/* Frames of the loopback test: so many, of this length without Ethernet header */
#define IGBR_TEST_FRAMES	64
#define IGBR_TEST_PAYLOAD	500
#define IGBR_TEST_LINK_US	(5 * USEC_PER_SEC)
#define IGBR_TEST_FRAMES_MS	2000

/**
 * struct igbr_loop - what came back
 * @type: how the stack hands the frames over
 * @all: completed with the last one
 * @count: whole frames so far
 */
struct igbr_loop {
	struct packet_type type;
	struct completion all;
	atomic_t count;
};

static u8 igbr_test_byte(unsigned int i)
{
	return i * 7 + (i >> 8);
}

/* Context: softirq. */
static int igbr_loop_receive(struct sk_buff *skb, struct net_device *netdev,
			     struct packet_type *type, struct net_device *orig)
{
	struct igbr_loop *loop = container_of(type, struct igbr_loop, type);
	unsigned int i;

	/* Others look at the frame, too. */
	skb = skb_share_check(skb, GFP_ATOMIC);
	if (!skb)
		return NET_RX_DROP;
	if (skb->protocol != htons(ETH_P_LOOPBACK) || skb->len != IGBR_TEST_PAYLOAD ||
	    skb_linearize(skb))
		goto out;
	for (i = 0; i < IGBR_TEST_PAYLOAD; i++)
		if (skb->data[i] != igbr_test_byte(i))
			goto out;
	if (atomic_inc_return(&loop->count) == IGBR_TEST_FRAMES)
		complete(&loop->all);
out:
	kfree_skb(skb);
	return NET_RX_SUCCESS;
}

static bool igbr_loop_send(struct igbr_adapter *adapter, unsigned int number)
{
	struct net_device *netdev = adapter->netdev;
	struct sk_buff *skb = netdev_alloc_skb(netdev, ETH_HLEN + IGBR_TEST_PAYLOAD);
	unsigned int queue = number % adapter->active_queues, i;
	struct netdev_queue *txq = netdev_get_tx_queue(netdev, queue);
	static const u8 nobody[ETH_ALEN];
	netdev_tx_t result;
	u8 *payload;

	if (!skb)
		return false;
	skb_reserve(skb, ETH_HLEN);
	payload = skb_put(skb, IGBR_TEST_PAYLOAD);
	for (i = 0; i < IGBR_TEST_PAYLOAD; i++)
		payload[i] = igbr_test_byte(i);
	skb->protocol = htons(ETH_P_LOOPBACK);
	/* From nobody: such a frame goes no further, neither into a bridge nor into its table. */
	eth_header(skb, netdev, ETH_P_LOOPBACK, netdev->dev_addr, nobody, skb->len);
	skb_reset_mac_header(skb);
	skb_set_network_header(skb, ETH_HLEN);
	skb_set_queue_mapping(skb, queue);
	/* Not by the stack: it sends nothing on a port that the user has closed. */
	__netif_tx_lock_bh(txq);
	result = netdev_start_xmit(skb, netdev, txq, false);
	__netif_tx_unlock_bh(txq);
	if (result != NETDEV_TX_OK)
		kfree_skb(skb);
	return result == NETDEV_TX_OK;
}

static bool igbr_loop_is_up(struct igbr_adapter *adapter)
{
	struct igbr_link link;

	igbr_mac_read_link(&adapter->hw, &link);
	return link.up && netif_carrier_ok(adapter->netdev);
}

/* The port is open and its PHY sends back what it gets. */
static bool igbr_loop_run(struct igbr_adapter *adapter)
{
	/* Before a bridge, a bond or tc gets them */
	struct igbr_loop loop = {
		.type = {
			.type = htons(ETH_P_ALL),
			.dev = adapter->netdev,
			.func = igbr_loop_receive,
		},
		.all = COMPLETION_INITIALIZER_ONSTACK(loop.all),
	};
	unsigned int sent = 0, count;
	bool up;

	/* The MAC need not report a link that goes nowhere: the frames decide. */
	read_poll_timeout(igbr_loop_is_up, up, up, 10 * USEC_PER_MSEC, IGBR_TEST_LINK_US, false,
			  adapter);
	dev_add_pack(&loop.type);
	while (sent < IGBR_TEST_FRAMES && igbr_loop_send(adapter, sent))
		sent++;
	wait_for_completion_timeout(&loop.all, msecs_to_jiffies(IGBR_TEST_FRAMES_MS));
	dev_remove_pack(&loop.type);
	count = atomic_read(&loop.count);
	if (count == IGBR_TEST_FRAMES)
		return true;
	netdev_err(adapter->netdev, "self-test: sent %u frames into the loop, %u came back\n",
		   sent, count);
	return false;
}

static bool igbr_test_loopback(struct igbr_adapter *adapter)
{
	bool old = adapter->link_config.loopback, good;

	adapter->link_config.loopback = true;
	good = !igbr_port_open(adapter);
	if (good) {
		good = igbr_loop_run(adapter);
		igbr_port_close(adapter);
	}
	adapter->link_config.loopback = old;
	return good;
}

static void igbr_test_offline(struct igbr_adapter *adapter, u64 *results)
{
	struct net_device *netdev = adapter->netdev;
	bool running = adapter->active_queues;

	if (running)
		igbr_port_close(adapter);
	results[IGBR_TEST_REGISTERS] = !igbr_test_registers(adapter);
	/* What the test wrote is gone before anything else starts. */
	igbr_stats_reset_mac(adapter);
	results[IGBR_TEST_INTERRUPTS] = igbr_irq_test(adapter) != 0;
	igbr_stats_reset_mac(adapter);
	results[IGBR_TEST_LOOPBACK] = !igbr_test_loopback(adapter);
	if (running && igbr_port_open(adapter)) {
		netdev_err(netdev, "self-test: the port does not open again\n");
		results[IGBR_TEST_LINK] = 1;
		dev_close(netdev);
	}
}

/**
 * igbr_self_test - ethtool -t
 * @netdev: network device
 * @test: ETH_TEST_FL_OFFLINE: with the tests that stop traffic; ETH_TEST_FL_FAILED is set
 * @results: IGBR_TESTS values, 0: passed or not done
 */
void igbr_self_test(struct net_device *netdev, struct ethtool_test *test, u64 *results)
{
	struct igbr_adapter *adapter = netdev_priv(netdev);
	unsigned int i;
	bool up;

	memset(results, 0, IGBR_TESTS * sizeof(*results));
	/* A port that was just opened is given the time to negotiate. */
	if (netif_running(netdev))
		results[IGBR_TEST_LINK] = read_poll_timeout(netif_carrier_ok, up, up,
							    10 * USEC_PER_MSEC,
							    IGBR_TEST_LINK_US, false,
							    netdev) != 0;
	results[IGBR_TEST_NVM] = igbr_nvm_check(&adapter->hw) != 0;
	if (test->flags & ETH_TEST_FL_OFFLINE)
		igbr_test_offline(adapter, results);
	for (i = 0; i < IGBR_TESTS; i++)
		if (results[i])
			test->flags |= ETH_TEST_FL_FAILED;
}
