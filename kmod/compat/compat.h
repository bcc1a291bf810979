/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The only place that knows that kernels differ. It is included before every source, and gives
 * older kernels the names of newer ones; compat.mk finds out which are needed.
 */
#ifndef _IGBR_COMPAT_H_
#define _IGBR_COMPAT_H_

#include <linux/netdevice.h>
#include <linux/workqueue.h>

#ifndef IGBR_HAVE_PERCPU_WQ
#define system_percpu_wq	system_wq
#endif

/* Without it a NAPI instance has no settings that outlive it. */
#ifndef IGBR_HAVE_NAPI_CONFIG
static inline void netif_napi_add_config(struct net_device *dev, struct napi_struct *napi,
					 int (*poll)(struct napi_struct *, int), int index)
{
	netif_napi_add(dev, napi, poll);
}
#endif

/* The pool's NAPI could only be named when the pool was made. */
#ifndef IGBR_HAVE_PP_ENABLE_DIRECT
#include <net/page_pool/types.h>
static inline void page_pool_enable_direct_recycling(struct page_pool *pool,
						     struct napi_struct *napi)
{
	WRITE_ONCE(pool->user.napi_id, napi->napi_id);	/* what netlink shows */
	WRITE_ONCE(pool->p.napi, napi);
}
#endif

/* A table that the user set was a bit of the device. */
#ifndef IGBR_HAVE_RXFH_INDIR_LOST
static inline void ethtool_rxfh_indir_lost(struct net_device *dev)
{
	dev->priv_flags &= ~IFF_RXFH_CONFIGURED;
}
#endif

/* A timer's function was set apart from the rest. */
#ifndef IGBR_HAVE_HRTIMER_SETUP
#include <linux/hrtimer.h>
static inline void hrtimer_setup(struct hrtimer *timer,
				 enum hrtimer_restart (*function)(struct hrtimer *),
				 clockid_t clock, enum hrtimer_mode mode)
{
	hrtimer_init(timer, clock, mode);
	timer->function = function;
}
#endif

/* DIM took its sample by value. */
#ifndef IGBR_HAVE_DIM_POINTER
#include <linux/dim.h>
#define net_dim(dim, sample)	net_dim(dim, *(sample))
#endif

/* Fragments had no size beyond their length. */
#include <linux/skbuff.h>
static inline void igbr_set_xdp_frags_truesize(struct skb_shared_info *shinfo, u32 size)
{
#ifdef IGBR_HAVE_XDP_FRAGS_TRUESIZE
	shinfo->xdp_frags_truesize = size;
#endif
}

/* The number of receive rings was one of many questions to one operation. */
#ifdef IGBR_HAVE_RX_RING_COUNT
#define IGBR_RXNFC(count, rxnfc)
#define IGBR_RXNFC_FUNCTION(rxnfc)	rxnfc
#define IGBR_RX_RING_COUNT_OP(count)	.get_rx_ring_count = count,
#else
#include <linux/ethtool.h>
#define IGBR_RXNFC(count, rxnfc)							\
static int rxnfc##_or_count(struct net_device *dev, struct ethtool_rxnfc *info,	\
			    u32 *rules)							\
{											\
	if (info->cmd != ETHTOOL_GRXRINGS)						\
		return rxnfc(dev, info, rules);						\
	info->data = count(dev);							\
	return 0;									\
}

#define IGBR_RXNFC_FUNCTION(rxnfc)	rxnfc##_or_count
#define IGBR_RX_RING_COUNT_OP(count)
#endif

/* The shortest time between two recoveries was an argument; igbr has none. */
#ifndef IGBR_HAVE_HEALTH_PERIOD_IN_OPS
#include <net/devlink.h>
#define devl_health_reporter_create(devlink, ops, priv) \
	devl_health_reporter_create(devlink, ops, 0, priv)
#endif

/* devlink parameter values were passed by value once. */
#ifdef IGBR_HAVE_DEVLINK_VALUE_POINTER
#define IGBR_DEVLINK_VALIDATE(function)
#define IGBR_DEVLINK_VALIDATOR(function)	function
#else
#include <net/devlink.h>
#define IGBR_DEVLINK_VALIDATE(function)							\
static int function##_by_value(struct devlink *devlink, u32 id,				\
			       union devlink_param_value value,				\
			       struct netlink_ext_ack *extack)				\
{											\
	return function(devlink, id, &value, extack);					\
}

#define IGBR_DEVLINK_VALIDATOR(function)	function##_by_value
#define devl_param_driverinit_value_set(devlink, id, value) \
	devl_param_driverinit_value_set(devlink, id, *(value))
#endif

#endif /* _IGBR_COMPAT_H_ */
