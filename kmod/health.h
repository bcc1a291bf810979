/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * devlink health: faults with what was seen of them, and recovery.
 */
#ifndef _IGBR_HEALTH_H_
#define _IGBR_HEALTH_H_

struct devlink;
struct igbr_adapter;

void igbr_health_register(struct igbr_adapter *adapter, struct devlink *devlink);
void igbr_health_unregister(struct igbr_adapter *adapter);

#endif /* _IGBR_HEALTH_H_ */
