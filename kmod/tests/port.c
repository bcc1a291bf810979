// SPDX-License-Identifier: GPL-2.0-only
/*
 * The port that the tests share. It is as igbr_probe() and igbr_port_open() make one, but for what
 * asks a device: interrupts, the PHY, the NVM, filters.
 */
#include <linux/device.h>
#include <linux/dma-mapping.h>
#include <linux/etherdevice.h>
#include <linux/rtnetlink.h>
#include <linux/vmalloc.h>

#include "port.h"

static void igbr_test_release_pdev(struct device *dev)
{
	kfree(to_pci_dev(dev));
}

/* A function whose configuration space answers to nothing, and that can do DMA everywhere. */
static void igbr_test_make_pdev(struct kunit *test, struct igbr_test_port *port)
{
	struct pci_dev *pdev = kzalloc(sizeof(*pdev), GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, pdev);
	device_initialize(&pdev->dev);
	pdev->dev.release = igbr_test_release_pdev;
	set_dev_node(&pdev->dev, NUMA_NO_NODE);
	pdev->dev.dma_mask = &pdev->dma_mask;
	pdev->error_state = pci_channel_io_perm_failure;
	pdev->no_msi = 1;
	pdev->irq = 1;
	port->pdev = pdev;
	KUNIT_ASSERT_EQ(test, dev_set_name(&pdev->dev, "igbr-test"), 0);
	KUNIT_ASSERT_EQ(test, dma_set_mask_and_coherent(&pdev->dev, DMA_BIT_MASK(64)), 0);
}

/* No test wants the port to be reset; that it was asked for is seen by adapter->faults. */
static void igbr_test_reset(struct work_struct *work)
{
}

static rx_handler_result_t igbr_test_take(struct sk_buff **skb)
{
	struct igbr_test_port *port = rcu_dereference((*skb)->dev->rx_handler_data);

	skb_queue_tail(&port->received, *skb);
	return RX_HANDLER_CONSUMED;
}

static const struct net_device_ops igbr_test_netdev_ops = {
	.ndo_start_xmit = igbr_xmit_frame,
};

static void igbr_test_make_adapter(struct kunit *test, struct igbr_test_port *port,
				   const struct igbr_config *config)
{
	struct igbr_adapter *adapter;
	struct net_device *netdev;

	port->regs = vzalloc(IGBR_REGS_SIZE);
	KUNIT_ASSERT_NOT_NULL(test, port->regs);
	netdev = alloc_etherdev_mq(sizeof(*adapter), IGBR_MAX_QUEUES);
	KUNIT_ASSERT_NOT_NULL(test, netdev);
	netdev->netdev_ops = &igbr_test_netdev_ops;
	eth_hw_addr_random(netdev);

	adapter = netdev_priv(netdev);
	adapter->netdev = netdev;
	adapter->pdev = port->pdev;
	adapter->config = *config;
	adapter->hw.dev = &port->pdev->dev;
	adapter->hw.mac = &igbr_mac_82576;
	adapter->hw.regs = (u8 __iomem __force *)port->regs;
	spin_lock_init(&adapter->hw.ctrl_lock);
	mutex_init(&adapter->hw.phy_lock);
	spin_lock_init(&adapter->stats_lock);
	INIT_WORK(&adapter->reset_work, igbr_test_reset);
	port->adapter = adapter;
}

/* Make the network device one of the stack's, whose packets come to @port->received. */
static void igbr_test_register(struct kunit *test, struct igbr_test_port *port)
{
	struct net_device *netdev = port->adapter->netdev;
	int err;

	rtnl_lock();
	err = netif_set_real_num_queues(netdev, 1, 1);
	if (!err)
		err = register_netdevice(netdev);
	port->registered = !err;
	if (!err)
		err = netdev_rx_handler_register(netdev, igbr_test_take, port);
	rtnl_unlock();
	KUNIT_ASSERT_EQ(test, err, 0);
}

/* As igbr_port_start(), for one queue pair. */
static void igbr_test_start(struct kunit *test, struct igbr_test_port *port)
{
	struct igbr_adapter *adapter = port->adapter;
	struct igbr_vector *vector = port->vector;

	KUNIT_ASSERT_EQ(test, igbr_rx_mem_alloc(adapter, 0, &adapter->config, &port->rx->mem), 0);
	KUNIT_ASSERT_EQ(test, igbr_tx_mem_alloc(adapter, adapter->config.tx_count, &port->tx->mem),
			0);
	vector->arm_reg = IGBR_EIMS;
	vector->arm_mask = BIT(1);
	vector->eitr_reg = IGBR_EITR(1);
	/* No timer polls behind the test's back. */
	vector->mod.tx_usecs = 0;
	netif_napi_add_config(adapter->netdev, &vector->napi, igbr_poll, 0);
	igbr_rx_attach(port->rx);
	adapter->active_queues = 1;
	igbr_tx_start(adapter, port->tx);
	igbr_rx_start(adapter, port->rx);
	igbr_moderation_start(vector);
	set_bit(IGBR_FLAG_RUNNING, &adapter->flags);
	napi_enable(&vector->napi);
	netif_carrier_on(adapter->netdev);
	netif_tx_start_all_queues(adapter->netdev);
	port->running = true;
}

/**
 * igbr_test_open - make a port and start it
 * @test: the test; igbr_test_close() is its suite's exit
 * @config: rings and MTU
 *
 * Return: the port, which is the test's priv.
 */
struct igbr_test_port *igbr_test_open(struct kunit *test, const struct igbr_config *config)
{
	struct igbr_test_port *port = kunit_kzalloc(test, sizeof(*port), GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, port);
	skb_queue_head_init(&port->received);
	test->priv = port;
	igbr_test_make_pdev(test, port);
	igbr_test_make_adapter(test, port, config);
	KUNIT_ASSERT_EQ(test, igbr_irq_init(port->adapter, 0), 0);
	port->vector = port->adapter->vectors[0];
	port->rx = port->vector->rx;
	port->tx = port->vector->tx;
	igbr_test_register(test, port);
	igbr_test_start(test, port);
	return port;
}

/* As igbr_port_stop() and igbr_port_close(). */
static void igbr_test_stop(struct igbr_test_port *port)
{
	struct igbr_adapter *adapter = port->adapter;

	clear_bit(IGBR_FLAG_RUNNING, &adapter->flags);
	napi_disable(&port->vector->napi);
	netif_tx_disable(adapter->netdev);
	igbr_moderation_stop(port->vector);
	igbr_tx_stop(port->tx);
	igbr_rx_stop(port->rx);
	disable_work_sync(&adapter->reset_work);
}

static void igbr_test_unregister(struct igbr_test_port *port)
{
	struct net_device *netdev = port->adapter->netdev;

	if (!port->registered)
		return;
	rtnl_lock();
	netdev_rx_handler_unregister(netdev);
	unregister_netdevice(netdev);
	rtnl_unlock();
}

/**
 * igbr_test_close - stop the port of igbr_test_open(), also a half made one, and free all of it
 * @test: the test; it fails when the driver has lost a page
 */
void igbr_test_close(struct kunit *test)
{
	struct igbr_test_port *port = test->priv;

	if (!port || !port->pdev)
		return;
	if (port->running)
		igbr_test_stop(port);
	skb_queue_purge(&port->received);
	if (port->vector) {
		igbr_rx_mem_free(port->adapter, &port->rx->mem);
		igbr_tx_mem_free(port->adapter, &port->tx->mem);
		if (port->running)
			netif_napi_del(&port->vector->napi);
		igbr_test_unregister(port);
		igbr_irq_exit(port->adapter);
	}
	if (port->adapter)
		free_netdev(port->adapter->netdev);
	vfree(port->regs);
	/* A page pool holds its device until the last page is back. */
	KUNIT_EXPECT_EQ_MSG(test, kref_read(&port->pdev->dev.kobj.kref), 1,
			    "pages of a receive ring were not given back");
	put_device(&port->pdev->dev);
}

/**
 * igbr_test_poll - an interrupt, and the polls that it makes
 * @port: the port; on return all of them are over
 */
void igbr_test_poll(struct igbr_test_port *port)
{
	struct napi_struct *napi = &port->vector->napi;

	local_bh_disable();
	port->vector->masked = true;
	napi_schedule(napi);
	/* The first poll runs here. */
	local_bh_enable();
	napi_synchronize(napi);
}
