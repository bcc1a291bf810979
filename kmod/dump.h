/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Dumps of the registers and the NVM.
 */
#ifndef _IGBR_DUMP_H_
#define _IGBR_DUMP_H_

#include <linux/ethtool.h>

int igbr_get_regs_len(struct net_device *netdev);
void igbr_get_regs(struct net_device *netdev, struct ethtool_regs *regs, void *data);
int igbr_get_eeprom_len(struct net_device *netdev);
int igbr_get_eeprom(struct net_device *netdev, struct ethtool_eeprom *eeprom, u8 *data);

#endif /* _IGBR_DUMP_H_ */
