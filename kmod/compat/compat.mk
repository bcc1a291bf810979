# SPDX-License-Identifier: GPL-2.0-only
# What the kernel offers, found by looking into its headers: one flag per feature.

ifeq ($(shell [ $$(($(VERSION) * 1000 + $(PATCHLEVEL))) -lt 6012 ] && echo older),older)
$(error igbr needs Linux 6.12 or later, and these are headers of $(KERNELRELEASE))
endif

igbr-has = $(shell grep -qs '$(2)' $(srctree)/include/$(1) && echo -D$(3))

ccflags-y += $(call igbr-has,linux/netdevice.h,netif_napi_add_config,IGBR_HAVE_NAPI_CONFIG)
ccflags-y += $(call igbr-has,linux/workqueue.h,system_percpu_wq,IGBR_HAVE_PERCPU_WQ)
ccflags-y += $(call igbr-has,net/page_pool/types.h,page_pool_enable_direct_recycling,IGBR_HAVE_PP_ENABLE_DIRECT)
ccflags-y += $(call igbr-has,linux/ethtool.h,get_rx_ring_count,IGBR_HAVE_RX_RING_COUNT)
ccflags-y += $(call igbr-has,linux/ethtool.h,ethtool_rxfh_indir_lost,IGBR_HAVE_RXFH_INDIR_LOST)
ccflags-y += $(call igbr-has,net/devlink.h,default_graceful_period,IGBR_HAVE_HEALTH_PERIOD_IN_OPS)
ccflags-y += $(call igbr-has,net/devlink.h,union devlink_param_value \*init_val,IGBR_HAVE_DEVLINK_VALUE_POINTER)
ccflags-y += $(call igbr-has,linux/hrtimer.h,void hrtimer_setup,IGBR_HAVE_HRTIMER_SETUP)
ccflags-y += $(call igbr-has,linux/dim.h,net_dim.*const struct dim_sample,IGBR_HAVE_DIM_POINTER)
ccflags-y += $(call igbr-has,linux/skbuff.h,xdp_frags_truesize,IGBR_HAVE_XDP_FRAGS_TRUESIZE)
