// SPDX-License-Identifier: GPL-2.0-only
/*
 * devlink: the number of MSI-X vectors, which decides how the port signals, and the reload that
 * brings it into force.
 */
#include <linux/rtnetlink.h>
#include <net/devlink.h>

#include "health.h"
#include "igbr.h"
#include "power.h"

static struct igbr_adapter *igbr_from_devlink(struct devlink *devlink)
{
	return *(struct igbr_adapter **)devlink_priv(devlink);
}

static int igbr_validate_vectors(struct devlink *devlink, u32 id,
				 union devlink_param_value *value, struct netlink_ext_ack *extack)
{
	struct igbr_adapter *adapter = igbr_from_devlink(devlink);

	if (value->vu32 <= adapter->hw.mac->max_vectors)
		return 0;
	NL_SET_ERR_MSG_FMT_MOD(extack, "%s has %u MSI-X vectors; 0 or 1: use MSI instead",
			       adapter->hw.mac->name, adapter->hw.mac->max_vectors);
	return -EINVAL;
}

IGBR_DEVLINK_VALIDATE(igbr_validate_vectors)

static const struct devlink_param igbr_params[] = {
	DEVLINK_PARAM_GENERIC(MSIX_VEC_PER_PF_MAX, BIT(DEVLINK_PARAM_CMODE_DRIVERINIT), NULL, NULL,
			      IGBR_DEVLINK_VALIDATOR(igbr_validate_vectors)),
};

static int igbr_reload_down(struct devlink *devlink, bool netns_change,
			    enum devlink_reload_action action, enum devlink_reload_limit limit,
			    struct netlink_ext_ack *extack)
{
	struct igbr_adapter *adapter = igbr_from_devlink(devlink);
	int err;

	if (netns_change) {
		NL_SET_ERR_MSG_MOD(extack, "a reload does not move the port to another namespace");
		return -EOPNOTSUPP;
	}
	/* Until igbr_reload_up() */
	err = igbr_power_get(adapter);
	if (err) {
		NL_SET_ERR_MSG_MOD(extack, "the device does not wake up");
		return err;
	}
	rtnl_lock();
	netif_device_detach(adapter->netdev);
	if (adapter->active_queues)
		igbr_port_close(adapter);
	rtnl_unlock();
	return 0;
}

static int igbr_reload_up(struct devlink *devlink, enum devlink_reload_action action,
			  enum devlink_reload_limit limit, u32 *actions_performed,
			  struct netlink_ext_ack *extack)
{
	struct igbr_adapter *adapter = igbr_from_devlink(devlink);
	union devlink_param_value value;
	int err;

	rtnl_lock();
	err = devl_param_driverinit_value_get(devlink,
					      DEVLINK_PARAM_GENERIC_ID_MSIX_VEC_PER_PF_MAX,
					      &value);
	if (err)
		goto out;
	err = igbr_irq_change(adapter, value.vu32);
	if (err) {
		NL_SET_ERR_MSG_MOD(extack, "no interrupt to be had: unbind and bind the driver");
		goto out;
	}
	adapter->config.queues = min(adapter->max_queues, num_online_cpus());
	err = igbr_port_set_queues(adapter, adapter->config.queues);
	if (!err && netif_running(adapter->netdev))
		err = igbr_port_open(adapter);
	if (err) {
		NL_SET_ERR_MSG_MOD(extack, "the port does not open again");
		goto out;
	}
	igbr_link_attach(adapter);
	*actions_performed = BIT(DEVLINK_RELOAD_ACTION_DRIVER_REINIT);
out:
	rtnl_unlock();
	igbr_power_put(adapter);
	return err;
}

/* What the device is: chip, serial number (made of its address), and the version of its NVM */
static int igbr_info_get(struct devlink *devlink, struct devlink_info_req *req,
			 struct netlink_ext_ack *extack)
{
	struct igbr_adapter *adapter = igbr_from_devlink(devlink);
	char text[IGBR_NVM_VERSION_LEN];
	int err;

	snprintf(text, sizeof(text), "%*phC", ETH_ALEN, adapter->hw.perm_addr);
	err = devlink_info_serial_number_put(req, text);
	if (err)
		return err;
	err = devlink_info_version_fixed_put(req, DEVLINK_INFO_VERSION_GENERIC_ASIC_ID,
					     adapter->hw.mac->name);
	if (err)
		return err;
	snprintf(text, sizeof(text), "%u", adapter->pdev->revision);
	err = devlink_info_version_fixed_put(req, DEVLINK_INFO_VERSION_GENERIC_ASIC_REV, text);
	if (err)
		return err;
	igbr_nvm_version(&adapter->hw, text);
	return devlink_info_version_running_put(req, DEVLINK_INFO_VERSION_GENERIC_FW, text);
}

static const struct devlink_ops igbr_devlink_ops = {
	.info_get = igbr_info_get,
	.reload_actions = BIT(DEVLINK_RELOAD_ACTION_DRIVER_REINIT),
	.reload_down = igbr_reload_down,
	.reload_up = igbr_reload_up,
};

/**
 * igbr_devlink_register - make the port known to devlink
 * @adapter: the port, its interrupts known
 *
 * Context: process.
 * Return: 0 or a negative error.
 */
int igbr_devlink_register(struct igbr_adapter *adapter)
{
	union devlink_param_value value;
	struct devlink *devlink;
	int err;

	devlink = devlink_alloc(&igbr_devlink_ops, sizeof(adapter), &adapter->pdev->dev);
	if (!devlink)
		return -ENOMEM;
	*(struct igbr_adapter **)devlink_priv(devlink) = adapter;
	adapter->devlink = devlink;

	devl_lock(devlink);
	err = devl_params_register(devlink, igbr_params, ARRAY_SIZE(igbr_params));
	if (!err) {
		value.vu32 = adapter->irq_mode == IGBR_IRQ_MSIX ? adapter->max_queues + 1 : 0;
		devl_param_driverinit_value_set(devlink,
						DEVLINK_PARAM_GENERIC_ID_MSIX_VEC_PER_PF_MAX,
						&value);
		igbr_health_register(adapter, devlink);
		devl_register(devlink);
	}
	devl_unlock(devlink);
	if (err)
		devlink_free(devlink);
	return err;
}

/**
 * igbr_devlink_unregister - undo igbr_devlink_register()
 * @adapter: the port
 *
 * Context: process, without rtnl.
 */
void igbr_devlink_unregister(struct igbr_adapter *adapter)
{
	struct devlink *devlink = adapter->devlink;

	devl_lock(devlink);
	devl_unregister(devlink);
	igbr_health_unregister(adapter);
	devl_params_unregister(devlink, igbr_params, ARRAY_SIZE(igbr_params));
	devl_unlock(devlink);
	devlink_free(devlink);
}
