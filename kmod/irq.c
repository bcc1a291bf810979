// SPDX-License-Identifier: GPL-2.0-only
/*
 * Interrupts: MSI-X with a vector for each queue pair and one for the rest, else one MSI, else
 * one INTx line. Vectors belong to the device from probe to remove, so that what a user set for
 * them outlives down and up; they are requested while the port is open.
 */
#include <linux/bitfield.h>
#include <linux/completion.h>
#include <linux/interrupt.h>

#include "igbr.h"

/* With MSI-X: vector 0 has the other causes, queue pair n has vector n + 1. */
#define IGBR_OTHER_VECTOR	0
#define IGBR_QUEUE_VECTOR(n)	((n) + 1)

/* Causes that the driver acts on; in MSI-X mode those of the queues have vectors of their own. */
/* A fatal error, of the device's memories for one, and a reset that somebody else made */
#define IGBR_ERROR_CAUSES	(IGBR_ICR_FER | IGBR_ICR_DRSTA)
#define IGBR_OTHER_CAUSES	(IGBR_ICR_LSC | IGBR_ERROR_CAUSES)
#define IGBR_RX_CAUSES		(IGBR_ICR_RXDMT0 | IGBR_ICR_RXO | IGBR_ICR_RXDW)
#define IGBR_ALL_CAUSES		(IGBR_OTHER_CAUSES | IGBR_ICR_TXDW | IGBR_RX_CAUSES)

#define IGBR_TX_HEADS_SIZE	(IGBR_MAX_QUEUES * L1_CACHE_BYTES)

static void igbr_free_vector_memory(struct igbr_adapter *adapter)
{
	unsigned int i;

	for (i = 0; i < IGBR_MAX_QUEUES; i++) {
		kfree(adapter->rx_rings[i]);
		kfree(adapter->tx_rings[i]);
		kfree(adapter->vectors[i]);
		adapter->rx_rings[i] = NULL;
		adapter->tx_rings[i] = NULL;
		adapter->vectors[i] = NULL;
	}
	if (adapter->tx_heads)
		dma_free_coherent(&adapter->pdev->dev, IGBR_TX_HEADS_SIZE, adapter->tx_heads,
				  adapter->tx_heads_dma);
	adapter->tx_heads = NULL;
}

/* Make the vector and the rings of a queue pair, near the device. */
static int igbr_alloc_pair(struct igbr_adapter *adapter, unsigned int i)
{
	int node = dev_to_node(&adapter->pdev->dev);
	struct igbr_vector *vector = kzalloc_node(sizeof(*vector), GFP_KERNEL, node);
	struct igbr_rx_ring *rx = kzalloc_node(sizeof(*rx), GFP_KERNEL, node);
	struct igbr_tx_ring *tx = kzalloc_node(sizeof(*tx), GFP_KERNEL, node);

	adapter->vectors[i] = vector;
	adapter->rx_rings[i] = rx;
	adapter->tx_rings[i] = tx;
	if (!vector || !rx || !tx)
		return -ENOMEM;

	vector->adapter = adapter;
	vector->rx = rx;
	vector->tx = tx;
	igbr_moderation_init(vector);
	rx->netdev = adapter->netdev;
	rx->dev = &adapter->pdev->dev;
	rx->napi = &vector->napi;
	rx->queue = i;
	igbr_rx_set_copybreak(rx, 0);
	u64_stats_init(&rx->syncp);
	tx->netdev = adapter->netdev;
	tx->dev = &adapter->pdev->dev;
	tx->txq = netdev_get_tx_queue(adapter->netdev, i);
	tx->vector = vector;
	tx->queue = i;
	igbr_tx_set_copybreak(tx, IGBR_TX_COPY_LEN);
	tx->head = adapter->tx_heads + i * L1_CACHE_BYTES;
	tx->head_dma = adapter->tx_heads_dma + i * L1_CACHE_BYTES;
	u64_stats_init(&tx->xmit_syncp);
	u64_stats_init(&tx->syncp);
	return 0;
}

static int igbr_alloc_vector_memory(struct igbr_adapter *adapter)
{
	unsigned int i;
	int err;

	adapter->tx_heads = dma_alloc_coherent(&adapter->pdev->dev, IGBR_TX_HEADS_SIZE,
					       &adapter->tx_heads_dma, GFP_KERNEL);
	if (!adapter->tx_heads)
		return -ENOMEM;
	for (i = 0; i < IGBR_MAX_QUEUES; i++) {
		err = igbr_alloc_pair(adapter, i);
		if (err) {
			igbr_free_vector_memory(adapter);
			return err;
		}
	}
	return 0;
}

/* Spread the queues over the CPUs near the device; a user may set another affinity later. */
static void igbr_spread_vectors(struct igbr_adapter *adapter)
{
	int node = dev_to_node(&adapter->pdev->dev);
	unsigned int i;

	for (i = 0; i < adapter->max_queues; i++)
		irq_set_affinity(pci_irq_vector(adapter->pdev, IGBR_QUEUE_VECTOR(i)),
				 cpumask_of(cpumask_local_spread(i, node)));
}

static int igbr_get_vectors(struct igbr_adapter *adapter, unsigned int max_vectors)
{
	const struct igbr_mac_info *mac = adapter->hw.mac;
	struct pci_dev *pdev = adapter->pdev;
	int vectors;

	max_vectors = min_t(unsigned int, max_vectors, mac->max_vectors);
	max_vectors = min_t(unsigned int, max_vectors, IGBR_QUEUE_VECTOR(mac->max_queues));
	vectors = max_vectors < 2 ? -ENOSPC :
		  pci_alloc_irq_vectors(pdev, 2, max_vectors, PCI_IRQ_MSIX);
	if (vectors > 0) {
		adapter->irq_mode = IGBR_IRQ_MSIX;
		adapter->max_queues = vectors - 1;
		igbr_spread_vectors(adapter);
		return 0;
	}

	adapter->irq_mode = IGBR_IRQ_INTX;
	adapter->max_queues = 1;
	vectors = pci_alloc_irq_vectors(pdev, 1, 1, PCI_IRQ_MSI | PCI_IRQ_INTX);
	if (vectors < 0) {
		dev_err(&pdev->dev, "no interrupt to be had: %pe\n", ERR_PTR(vectors));
		return vectors;
	}
	if (pdev->msi_enabled)
		adapter->irq_mode = IGBR_IRQ_MSI;
	return 0;
}

/**
 * igbr_irq_init - make rings and vectors, and get interrupts from the PCI core
 * @adapter: the port
 * @max_vectors: MSI-X vectors that may be used; fewer than two: MSI-X is not used
 *
 * Sets irq_mode and max_queues.
 *
 * Context: process.
 * Return: 0 or a negative error.
 */
int igbr_irq_init(struct igbr_adapter *adapter, unsigned int max_vectors)
{
	int err;

	err = igbr_alloc_vector_memory(adapter);
	if (err)
		return err;
	err = igbr_get_vectors(adapter, max_vectors);
	if (err)
		igbr_free_vector_memory(adapter);
	return err;
}

/**
 * igbr_irq_change - give the interrupts back and get others
 * @adapter: the port, closed
 * @max_vectors: as for igbr_irq_init()
 *
 * Context: process.
 * Return: 0 or a negative error: then the port has no interrupt and must not be opened.
 */
int igbr_irq_change(struct igbr_adapter *adapter, unsigned int max_vectors)
{
	pci_free_irq_vectors(adapter->pdev);
	return igbr_get_vectors(adapter, max_vectors);
}

/**
 * igbr_irq_exit - undo igbr_irq_init()
 * @adapter: the port, closed
 */
void igbr_irq_exit(struct igbr_adapter *adapter)
{
	pci_free_irq_vectors(adapter->pdev);
	igbr_free_vector_memory(adapter);
}

static void igbr_other_causes(struct igbr_adapter *adapter, u32 icr)
{
	if (icr & IGBR_ICR_LSC)
		igbr_link_changed(adapter);
	if (icr & IGBR_ERROR_CAUSES)
		igbr_report_fault(adapter, IGBR_FAULT_DEVICE, -1);
}

/**
 * igbr_irq_arm_other - let the vector for other causes signal again, if it is one of its own
 * @adapter: the port, running
 *
 * Context: any.
 */
void igbr_irq_arm_other(struct igbr_adapter *adapter)
{
	if (adapter->irq_mode == IGBR_IRQ_MSIX)
		igbr_wr32(&adapter->hw, IGBR_EIMS, BIT(IGBR_OTHER_VECTOR));
}

/* Vector 0 of MSI-X: everything but the queues. */
static irqreturn_t igbr_msix_other(int irq, void *data)
{
	struct igbr_adapter *adapter = data;
	u32 icr = igbr_rd32(&adapter->hw, IGBR_ICR);

	if (!adapter->hw.gone)
		igbr_other_causes(adapter, icr);
	if (test_bit(IGBR_FLAG_RUNNING, &adapter->flags))
		igbr_irq_arm_other(adapter);
	return IRQ_HANDLED;
}

/* A queue pair's vector; the device masked it when it signalled. */
static irqreturn_t igbr_msix_ring(int irq, void *data)
{
	struct igbr_vector *vector = data;

	vector->masked = true;
	napi_schedule_irqoff(&vector->napi);
	return IRQ_HANDLED;
}

/* MSI or INTx: one vector for all. Reading ICR clears it and masks every cause (IAM). */
static irqreturn_t igbr_intr_single(int irq, void *data)
{
	struct igbr_vector *vector = data;
	struct igbr_adapter *adapter = vector->adapter;
	u32 icr = igbr_rd32(&adapter->hw, IGBR_ICR);

	if (adapter->hw.gone)
		return IRQ_NONE;
	/* A shared INTx line; yet the read took causes that are masked until a poll ends. */
	if (adapter->irq_mode == IGBR_IRQ_INTX && !(icr & (IGBR_ICR_INTA | IGBR_ALL_CAUSES)))
		return IRQ_NONE;
	igbr_other_causes(adapter, icr);
	vector->masked = true;
	napi_schedule_irqoff(&vector->napi);
	return IRQ_HANDLED;
}

static int igbr_request_vector(struct igbr_adapter *adapter, unsigned int i)
{
	bool msix = adapter->irq_mode == IGBR_IRQ_MSIX;
	struct igbr_vector *vector = adapter->vectors[i];
	int irq = pci_irq_vector(adapter->pdev, msix ? IGBR_QUEUE_VECTOR(i) : 0);
	int err;

	vector->arm_reg = msix ? IGBR_EIMS : IGBR_IMS;
	vector->arm_mask = msix ? BIT(IGBR_QUEUE_VECTOR(i)) : 0;
	vector->eitr_reg = IGBR_EITR(msix ? IGBR_QUEUE_VECTOR(i) : 0);
	snprintf(vector->name, sizeof(vector->name), msix ? "%s-TxRx-%u" : "%s",
		 adapter->netdev->name, i);
	netif_napi_add_config(adapter->netdev, &vector->napi, igbr_poll, i);
	err = request_irq(irq, msix ? igbr_msix_ring : igbr_intr_single,
			  adapter->irq_mode == IGBR_IRQ_INTX ? IRQF_SHARED : 0, vector->name,
			  vector);
	if (err) {
		netdev_err(adapter->netdev, "cannot request interrupt %d for queue %u: %pe\n", irq,
			   i, ERR_PTR(err));
		netif_napi_del(&vector->napi);
		return err;
	}
	vector->irq = irq;
	netif_napi_set_irq(&vector->napi, irq);
	netif_queue_set_napi(adapter->netdev, i, NETDEV_QUEUE_TYPE_RX, &vector->napi);
	netif_queue_set_napi(adapter->netdev, i, NETDEV_QUEUE_TYPE_TX, &vector->napi);
	return 0;
}

/**
 * igbr_free_vectors - undo igbr_request_vectors()
 * @adapter: the port, stopped
 * @first: first queue pair
 * @end: the one after the last
 *
 * Context: process, rtnl.
 */
void igbr_free_vectors(struct igbr_adapter *adapter, unsigned int first, unsigned int end)
{
	while (end-- > first) {
		struct igbr_vector *vector = adapter->vectors[end];

		free_irq(vector->irq, vector);
		vector->irq = 0;
		netif_queue_set_napi(adapter->netdev, end, NETDEV_QUEUE_TYPE_RX, NULL);
		netif_queue_set_napi(adapter->netdev, end, NETDEV_QUEUE_TYPE_TX, NULL);
		netif_napi_del(&vector->napi);
	}
}

/**
 * igbr_request_vectors - request the interrupts of queue pairs and add their NAPI instances
 * @adapter: the port, stopped; the stack knows the queues
 * @first: first queue pair
 * @end: the one after the last
 *
 * Context: process, rtnl.
 * Return: 0 or a negative error: then nothing was requested.
 */
int igbr_request_vectors(struct igbr_adapter *adapter, unsigned int first, unsigned int end)
{
	unsigned int i;
	int err;

	for (i = first; i < end; i++) {
		err = igbr_request_vector(adapter, i);
		if (err) {
			igbr_free_vectors(adapter, first, i);
			return err;
		}
	}
	return 0;
}

/**
 * igbr_request_irq - request the interrupt for other causes, if it is one of its own
 * @adapter: the port, stopped
 *
 * Context: process.
 * Return: 0 or a negative error.
 */
int igbr_request_irq(struct igbr_adapter *adapter)
{
	int irq, err;

	if (adapter->irq_mode != IGBR_IRQ_MSIX)
		return 0;
	irq = pci_irq_vector(adapter->pdev, IGBR_OTHER_VECTOR);
	snprintf(adapter->other_name, sizeof(adapter->other_name), "%s", adapter->netdev->name);
	err = request_irq(irq, igbr_msix_other, 0, adapter->other_name, adapter);
	if (err) {
		netdev_err(adapter->netdev, "cannot request interrupt %d: %pe\n", irq,
			   ERR_PTR(err));
		return err;
	}
	adapter->other_irq = irq;
	return 0;
}

/**
 * igbr_free_irq - undo igbr_request_irq()
 * @adapter: the port, stopped
 */
void igbr_free_irq(struct igbr_adapter *adapter)
{
	if (!adapter->other_irq)
		return;
	free_irq(adapter->other_irq, adapter);
	adapter->other_irq = 0;
}

/**
 * igbr_irq_map_tx - let a queue signal sent frames, or not, as its moderation wants
 * @vector: the queue's vector, requested
 *
 * Context: process, rtnl.
 */
void igbr_irq_map_tx(struct igbr_vector *vector)
{
	bool msix = vector->adapter->irq_mode == IGBR_IRQ_MSIX, signal = !vector->mod.tx_usecs;
	unsigned int queue = vector->tx->queue, number = msix ? IGBR_QUEUE_VECTOR(queue) : 0;
	struct igbr_hw *hw = &vector->adapter->hw;

	hw->mac->map_tx_queue(hw, queue, signal ? number : IGBR_NO_VECTOR);
	if (!msix)
		WRITE_ONCE(vector->arm_mask, IGBR_OTHER_CAUSES | IGBR_RX_CAUSES |
					     (signal ? IGBR_ICR_TXDW : 0));
}

/**
 * igbr_irq_configure - tell a device that was reset how to signal
 * @adapter: the port, its active_queues set
 *
 * Context: process, rtnl.
 */
void igbr_irq_configure(struct igbr_adapter *adapter)
{
	bool msix = adapter->irq_mode == IGBR_IRQ_MSIX;
	struct igbr_hw *hw = &adapter->hw;
	u32 queue_vectors = 0;
	unsigned int i;

	/* GPIE goes to MSI-X mode before IVAR is written (7.3.1.2). */
	igbr_wr32(hw, IGBR_GPIE, msix ? IGBR_GPIE_MSIX_MODE | IGBR_GPIE_PBA | IGBR_GPIE_EIAME |
					IGBR_GPIE_NSICR : 0);
	for (i = 0; i < adapter->active_queues; i++) {
		struct igbr_vector *vector = adapter->vectors[i];
		unsigned int number = msix ? IGBR_QUEUE_VECTOR(i) : 0;

		/* Without MSI-X, too: a queue that is mapped nowhere reports nothing in ICR. */
		hw->mac->map_rx_queue(hw, i, number);
		igbr_irq_map_tx(vector);
		queue_vectors |= BIT(number);
		igbr_moderation_start(vector);
	}
	if (!msix) {
		igbr_wr32(hw, IGBR_IAM, IGBR_ALL_CAUSES);
		return;
	}
	igbr_wr32(hw, IGBR_IVAR_MISC, FIELD_PREP(IGBR_IVAR_MISC_OTHER,
						 IGBR_OTHER_VECTOR | IGBR_IVAR_VALID));
	/* A queue's vector clears and masks itself as it signals: its handler reads nothing. */
	igbr_wr32(hw, IGBR_EIAC, queue_vectors | BIT(IGBR_OTHER_VECTOR));
	igbr_wr32(hw, IGBR_EIAM, queue_vectors | BIT(IGBR_OTHER_VECTOR));
}

/**
 * igbr_irq_enable - let the device signal
 * @adapter: the port, running
 *
 * Context: process, rtnl.
 */
void igbr_irq_enable(struct igbr_adapter *adapter)
{
	struct igbr_hw *hw = &adapter->hw;
	unsigned int i;

	igbr_rd32(hw, IGBR_ICR);
	if (adapter->irq_mode == IGBR_IRQ_MSIX)
		igbr_wr32(hw, IGBR_IMS, IGBR_OTHER_CAUSES);
	igbr_irq_arm_other(adapter);
	for (i = 0; i < adapter->active_queues; i++)
		igbr_irq_arm(adapter->vectors[i]);
}

/**
 * igbr_irq_disable - mask every cause and wait for handlers
 * @adapter: the port, not running any more and its NAPI instances off, so that nobody arms a
 *	vector again
 *
 * Context: process, rtnl.
 */
void igbr_irq_disable(struct igbr_adapter *adapter)
{
	struct igbr_hw *hw = &adapter->hw;
	unsigned int i;

	igbr_wr32(hw, IGBR_IMC, U32_MAX);
	igbr_wr32(hw, IGBR_EIMC, U32_MAX);
	igbr_flush(hw);
	if (adapter->other_irq)
		synchronize_irq(adapter->other_irq);
	for (i = 0; i < adapter->active_queues; i++)
		synchronize_irq(adapter->vectors[i]->irq);
	/* A handler for other causes may have been about to arm its vector. */
	igbr_wr32(hw, IGBR_EIMC, U32_MAX);
	igbr_flush(hw);
}

/* How long a vector may take to signal in the self-test */
#define IGBR_TEST_MS	1000

/**
 * struct igbr_irq_probe - a vector on trial
 * @adapter: the port
 * @seen: it has signalled
 */
struct igbr_irq_probe {
	struct igbr_adapter *adapter;
	struct completion seen;
};

static irqreturn_t igbr_irq_seen(int irq, void *data)
{
	struct igbr_irq_probe *probe = data;
	u32 icr = igbr_rd32(&probe->adapter->hw, IGBR_ICR);

	if (probe->adapter->irq_mode == IGBR_IRQ_INTX && !(icr & IGBR_ICR_INTA))
		return IRQ_NONE;
	complete(&probe->seen);
	return IRQ_HANDLED;
}

static int igbr_irq_test_vector(struct igbr_adapter *adapter, unsigned int number)
{
	bool msix = adapter->irq_mode == IGBR_IRQ_MSIX;
	int irq = pci_irq_vector(adapter->pdev, number);
	struct igbr_irq_probe probe = { .adapter = adapter };
	struct igbr_hw *hw = &adapter->hw;
	int err;

	init_completion(&probe.seen);
	err = request_irq(irq, igbr_irq_seen, adapter->irq_mode == IGBR_IRQ_INTX ? IRQF_SHARED : 0,
			  adapter->netdev->name, &probe);
	if (err)
		return err;
	igbr_rd32(hw, IGBR_ICR);
	igbr_wr32(hw, msix ? IGBR_EIMS : IGBR_IMS, msix ? BIT(number) : IGBR_ICR_LSC);
	igbr_wr32(hw, msix ? IGBR_EICS : IGBR_ICS, msix ? BIT(number) : IGBR_ICR_LSC);
	igbr_flush(hw);
	if (!wait_for_completion_timeout(&probe.seen, msecs_to_jiffies(IGBR_TEST_MS))) {
		netdev_err(adapter->netdev, "interrupt %d (vector %u) does not signal\n", irq,
			   number);
		err = -ETIMEDOUT;
	}
	igbr_wr32(hw, IGBR_IMC, U32_MAX);
	igbr_wr32(hw, IGBR_EIMC, U32_MAX);
	igbr_flush(hw);
	free_irq(irq, &probe);
	return err;
}

/**
 * igbr_irq_test - make each vector signal, and see whether it arrives
 * @adapter: the port, closed and in reset state, in which it has to be brought again afterwards
 *
 * Context: process, rtnl.
 * Return: 0 or a negative error.
 */
int igbr_irq_test(struct igbr_adapter *adapter)
{
	unsigned int vectors = adapter->irq_mode == IGBR_IRQ_MSIX ?
			       IGBR_QUEUE_VECTOR(adapter->max_queues) : 1;
	unsigned int i;
	int err = 0;

	/* There is no queue now: just the mode is set. */
	igbr_irq_configure(adapter);
	igbr_wr32(&adapter->hw, IGBR_IAM, IGBR_ALL_CAUSES);
	for (i = 0; i < vectors && !err; i++)
		err = igbr_irq_test_vector(adapter, i);
	return err;
}
