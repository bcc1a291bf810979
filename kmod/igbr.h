/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * igbr: the structures that several rooms share, and what each room offers to the others.
 */
#ifndef _IGBR_H_
#define _IGBR_H_

#include <linux/cache.h>
#include <linux/if_vlan.h>
#include <linux/mutex.h>
#include <linux/netdevice.h>
#include <linux/pci.h>
#include <linux/u64_stats_sync.h>
#include <linux/workqueue.h>

#include "hw/desc.h"
#include "hw/hw.h"
#include "moderation.h"
#include "rx.h"
#include "tx.h"

#define IGBR_NAME		"igbr"

/* Rings: a multiple of 8 descriptors, so that their length is one of 128 bytes (8.10.7) */
#define IGBR_RING_STEP		8
#define IGBR_RING_MIN		80
#define IGBR_RING_MAX		4096
#define IGBR_RING_DEFAULT	256

#define IGBR_MAX_QUEUES		16
#define IGBR_MTU_MAX		9216
#define IGBR_RETA_SIZE		128
#define IGBR_RSS_KEY_SIZE	40
/* More than there are filter slots of all kinds */
#define IGBR_RULES_MAX		64
#define IGBR_MTA_SIZE		128

/* What a frame has beyond its MTU: header, two VLAN tags, CRC */
#define IGBR_FRAME_OVERHEAD	(ETH_HLEN + 2 * VLAN_HLEN + ETH_FCS_LEN)

struct igbr_adapter;
struct igbr_arfs;
struct igbr_filters;
struct igbr_ntuple;
struct devlink;
struct devlink_health_reporter;

/**
 * enum igbr_fault - kinds of faults that a reset ends
 * @IGBR_FAULT_TX: a transmit queue is stuck, or what the device says of it cannot be
 * @IGBR_FAULT_RX: a receive queue in which the device left out a descriptor
 * @IGBR_FAULT_DEVICE: the device reports a fatal error, or was reset behind our back
 * @IGBR_FAULTS: their number
 */
enum igbr_fault {
	IGBR_FAULT_TX,
	IGBR_FAULT_RX,
	IGBR_FAULT_DEVICE,
	IGBR_FAULTS
};

/**
 * enum igbr_irq_mode - how the device signals
 * @IGBR_IRQ_MSIX: a vector for each queue pair and one for the rest
 * @IGBR_IRQ_MSI: one message for everything
 * @IGBR_IRQ_INTX: one line for everything, perhaps shared with other devices
 */
enum igbr_irq_mode {
	IGBR_IRQ_MSIX,
	IGBR_IRQ_MSI,
	IGBR_IRQ_INTX,
};

/**
 * struct igbr_vector - an interrupt vector, its NAPI instance and its queue pair
 * @napi: polls both rings
 * @rx: receive ring
 * @tx: transmit ring
 * @adapter: the port
 * @arm_reg: register that lets the vector signal again
 * @arm_mask: what to write there
 * @masked: the device does not signal until it is armed: so says the interrupt, or the service
 *	task, which fears that one was lost
 * @eitr_reg: its throttle
 * @irq: Linux interrupt number while requested, else 0
 * @name: its name in /proc/interrupts
 * @mod: its moderation
 *
 * The interrupt and the poll, on one CPU, write to it; who sends does so only within @mod.
 */
struct igbr_vector {
	__cacheline_group_begin_aligned(poll);
	struct napi_struct napi;
	struct igbr_rx_ring *rx;
	struct igbr_tx_ring *tx;
	struct igbr_adapter *adapter;
	u32 arm_reg;
	u32 arm_mask;
	bool masked;
	u32 eitr_reg;
	int irq;
	char name[IFNAMSIZ + 16];
	__cacheline_group_end_aligned(poll);

	struct igbr_moderation mod;
};

/**
 * struct igbr_config - what the user asked for
 * @rx_count: descriptors of a receive ring
 * @tx_count: descriptors of a transmit ring
 * @queues: queue pairs
 * @mtu: longest packet without Ethernet header, in bytes
 * @xdp: receive buffers are laid out for XDP
 * @rx_all: receive buffers can take frames of any length
 */
struct igbr_config {
	u16 rx_count;
	u16 tx_count;
	u16 queues;
	u16 mtu;
	bool xdp;
	bool rx_all;
};

/* Longest packet that is received: a smaller MTU binds the sender, its partner may have another. */
static inline unsigned int igbr_mru(const struct igbr_config *config)
{
	return max_t(unsigned int, config->mtu, ETH_DATA_LEN);
}

/**
 * struct igbr_link_config - the link that the user asked for
 * @advertise: speeds, as bits of MII_ADVERTISE
 * @advertise_1000: 1000 Mbit/s, too
 * @autoneg: negotiate; else @speed and @full_duplex are forced
 * @full_duplex: forced duplex
 * @speed: forced speed, 10 or 100 Mbit/s
 * @pause_autoneg: negotiate pause frames; else @rx_pause and @tx_pause are forced
 * @rx_pause: obey the partner's
 * @tx_pause: send our own
 * @loopback: what is sent comes back, and nothing goes to the cable
 * @mdix: ETH_TP_MDI, ETH_TP_MDI_X or ETH_TP_MDI_AUTO
 */
struct igbr_link_config {
	u16 advertise;
	bool advertise_1000;
	bool autoneg;
	bool full_duplex;
	u16 speed;
	bool pause_autoneg;
	bool rx_pause;
	bool tx_pause;
	bool loopback;
	u8 mdix;
};

/* The counters that the MAC keeps, in the order of the table in stats.c */
#define IGBR_HW_STATS_MAX	64

/**
 * struct igbr_adapter - one port
 * @hw: its hardware
 * @netdev: its network device
 * @pdev: its PCI function
 * @devlink: its devlink instance
 * @msg_enable: NETIF_MSG_* bits
 * @flags: IGBR_FLAG_* bits, atomic
 * @wol: WAKE_* bits; guarded by rtnl
 * @irq_mode: how it signals; changes only while the port is closed
 * @max_queues: queue pairs that the vectors allow
 * @other_irq: Linux interrupt number of the vector for other causes, 0 if there is none
 * @other_name: its name
 * @prog: XDP program, or NULL; guarded by rtnl, the rings have it, too
 * @config: in force or to be used by the next open; guarded by rtnl
 * @active_queues: queue pairs that are set up, 0 while closed; guarded by rtnl
 * @vectors: one per queue pair, max_queues of them
 * @rx_rings: the receive rings, as many as vectors; they live as long as the adapter, so that
 *	counters survive every reconfiguration
 * @tx_rings: likewise
 * @tx_heads: a cache line for each transmit ring's head write-back
 * @tx_heads_dma: DMA address of @tx_heads
 * @reporters: devlink's health reporters by kind of fault, NULL where there is none
 * @faults: faults that reset_work has to report, a bit for each kind; atomic
 * @fault_queues: the queue that each is about, or -1; the last one counts
 * @reset_work: resets the port; takes rtnl
 * @service_work: link and ring health; takes no lock that a stop holds
 * @wake_work: opens the port again that was closed to sleep; takes rtnl
 * @link_due: when a link should have come, in jiffies; until then an open port stays awake
 * @rings_due: when service_work will look at the rings again, in jiffies
 * @stats_due: when service_work will read the MAC's counters, lest they wrap, in jiffies
 * @link_config: what the user asked for; guarded by rtnl, written with service_work cancelled
 * @link: link state as last reported; written by service_work and, after that was cancelled, by
 *	a stop
 * @stats_lock: guards hw_stats and the clear-on-read registers
 * @hw_stats: sums of the MAC's counters
 * @queue_drops: frames that the MAC dropped because a queue had no descriptor
 * @resets: times that the port was reset for a fault
 * @tx_timeouts: times that the stack found a transmit queue stuck
 * @vlans: VLANs that are accepted; guarded by rtnl
 * @arfs: flows that the stack wants steered
 * @filters: the owner of the filter slots
 * @ntuples: rules that ethtool set, by location; guarded by rtnl
 * @flowers: rules that tc set; guarded by rtnl
 * @reta: RSS indirection table; guarded by rtnl
 * @rss_key: RSS key; guarded by rtnl
 * @rss_fields: what is hashed, as bits of MRQC; guarded by rtnl
 */
struct igbr_adapter {
	struct igbr_hw hw;
	struct net_device *netdev;
	struct pci_dev *pdev;
	struct devlink *devlink;
	u32 msg_enable;
	unsigned long flags;
#define IGBR_FLAG_RUNNING	0	/* started: interrupts and NAPI may be armed */
#define IGBR_FLAG_OFFLINE	1	/* nobody may touch a register; changed under stats_lock */

	u32 wol;
	enum igbr_irq_mode irq_mode;
	unsigned int max_queues;
	int other_irq;
	char other_name[IFNAMSIZ + 16];

	struct bpf_prog *prog;
	struct igbr_config config;
	unsigned int active_queues;
	struct igbr_vector *vectors[IGBR_MAX_QUEUES];
	struct igbr_rx_ring *rx_rings[IGBR_MAX_QUEUES];
	struct igbr_tx_ring *tx_rings[IGBR_MAX_QUEUES];
	void *tx_heads;
	dma_addr_t tx_heads_dma;

	struct devlink_health_reporter *reporters[IGBR_FAULTS];
	unsigned long faults;
	int fault_queues[IGBR_FAULTS];
	struct work_struct reset_work;
	struct delayed_work service_work;
	struct delayed_work wake_work;
	unsigned long link_due;
	unsigned long rings_due;
	unsigned long stats_due;
	struct igbr_link_config link_config;
	struct igbr_link link;

	spinlock_t stats_lock;	/* hw_stats and the clear-on-read registers */
	u64 hw_stats[IGBR_HW_STATS_MAX];
	u64 queue_drops[IGBR_MAX_QUEUES];
	u64 resets;
	u64 tx_timeouts;

	DECLARE_BITMAP(vlans, VLAN_N_VID);
	struct igbr_arfs *arfs;
	struct igbr_filters *filters;
	struct igbr_ntuple *ntuples[IGBR_RULES_MAX];
	struct list_head flowers;
	u8 reta[IGBR_RETA_SIZE];
	u8 rss_key[IGBR_RSS_KEY_SIZE];
	u32 rss_fields;
};

/* netdev.c */
extern const struct net_device_ops igbr_netdev_ops;
void igbr_netdev_init(struct igbr_adapter *adapter);

/* address.c */
void igbr_address_start(struct igbr_adapter *adapter);
void igbr_address_set_features(struct igbr_adapter *adapter, netdev_features_t features);
void igbr_set_rx_mode(struct net_device *netdev);
int igbr_set_mac_address(struct net_device *netdev, void *p);
int igbr_vlan_add(struct net_device *netdev, __be16 proto, u16 vid);
int igbr_vlan_remove(struct net_device *netdev, __be16 proto, u16 vid);

/* port.c */
int igbr_port_open(struct igbr_adapter *adapter);
void igbr_port_close(struct igbr_adapter *adapter);
void igbr_port_set_features(struct igbr_adapter *adapter, netdev_features_t features);
void igbr_port_restart(struct igbr_adapter *adapter);
int igbr_port_set_queues(struct igbr_adapter *adapter, unsigned int queues);
int igbr_port_reconfigure(struct igbr_adapter *adapter, const struct igbr_config *config);

/* irq.c */
int igbr_irq_init(struct igbr_adapter *adapter, unsigned int max_vectors);
void igbr_irq_exit(struct igbr_adapter *adapter);
int igbr_irq_change(struct igbr_adapter *adapter, unsigned int max_vectors);
int igbr_request_irq(struct igbr_adapter *adapter);
void igbr_free_irq(struct igbr_adapter *adapter);
int igbr_request_vectors(struct igbr_adapter *adapter, unsigned int first, unsigned int end);
void igbr_free_vectors(struct igbr_adapter *adapter, unsigned int first, unsigned int end);
void igbr_irq_configure(struct igbr_adapter *adapter);
void igbr_irq_arm_other(struct igbr_adapter *adapter);
void igbr_irq_map_tx(struct igbr_vector *vector);
void igbr_irq_enable(struct igbr_adapter *adapter);
void igbr_irq_disable(struct igbr_adapter *adapter);
int igbr_irq_test(struct igbr_adapter *adapter);

/* Let a vector signal again. */
static inline void igbr_irq_arm(struct igbr_vector *vector)
{
	vector->masked = false;
	igbr_wr32(&vector->adapter->hw, vector->arm_reg, vector->arm_mask);
}

/* poll.c */
int igbr_poll(struct napi_struct *napi, int budget);

/* xdp.c */
int igbr_xdp_register(struct igbr_adapter *adapter, unsigned int queue, struct igbr_rx_mem *mem);
void igbr_xdp_unregister(struct igbr_rx_mem *mem);
void igbr_xdp_stop(struct igbr_rx_ring *ring);
int igbr_xdp_check_mtu(const struct igbr_adapter *adapter, unsigned int mtu);
int igbr_xdp(struct net_device *netdev, struct netdev_bpf *bpf);
int igbr_xdp_xmit(struct net_device *netdev, int count, struct xdp_frame **frames, u32 flags);
int igbr_clean_rx_xdp(struct igbr_rx_ring *ring, int budget);

/* link.c */
void igbr_link_init(struct igbr_adapter *adapter);
void igbr_link_start(struct igbr_adapter *adapter);
void igbr_link_stop(struct igbr_adapter *adapter);
void igbr_link_attach(struct igbr_adapter *adapter);
void igbr_link_changed(struct igbr_adapter *adapter);
int igbr_link_apply(struct igbr_adapter *adapter, const struct igbr_link_config *config);

/* recovery.c */
void igbr_recovery_init(struct igbr_adapter *adapter);
void igbr_recovery_exit(struct igbr_adapter *adapter);
void igbr_detach(struct igbr_adapter *adapter);
int igbr_attach(struct igbr_adapter *adapter);
extern const struct pci_error_handlers igbr_error_handlers;
int igbr_reset_now(struct igbr_adapter *adapter);
void igbr_report_fault(struct igbr_adapter *adapter, enum igbr_fault fault, int queue);
void igbr_request_reset(struct igbr_adapter *adapter);
void igbr_tx_timeout(struct net_device *netdev, unsigned int queue);

/* stats.c */
void igbr_stats_set_offline(struct igbr_adapter *adapter, bool offline);
int igbr_stats_reset_mac(struct igbr_adapter *adapter);
void igbr_stats_update(struct igbr_adapter *adapter);
void igbr_stats_update_queue(struct igbr_adapter *adapter, unsigned int queue);
void igbr_get_stats64(struct net_device *netdev, struct rtnl_link_stats64 *stats);
unsigned int igbr_stats_count(const struct igbr_adapter *adapter);
void igbr_stats_strings(const struct igbr_adapter *adapter, u8 *data);
void igbr_stats_values(struct igbr_adapter *adapter, u64 *data);

/* ethtool.c */
extern const struct ethtool_ops igbr_ethtool_ops;

/* health.c */
void igbr_health_report(struct igbr_adapter *adapter, enum igbr_fault fault, int queue);

/* devlink.c */
int igbr_devlink_register(struct igbr_adapter *adapter);
void igbr_devlink_unregister(struct igbr_adapter *adapter);

#endif /* _IGBR_H_ */
