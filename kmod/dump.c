// SPDX-License-Identifier: GPL-2.0-only
/*
 * Dumps: registers (ethtool -d; layout in uapi/igbr.h) and the NVM (ethtool -e).
 */
#include <linux/slab.h>

#include "../uapi/igbr.h"
#include "dump.h"
#include "igbr.h"

/**
 * struct igbr_reg_range - registers that follow each other
 * @first: offset of the first
 * @count: how many
 * @step: from one to the next, in bytes
 * @per: there are only as many as the MAC has of these
 */
struct igbr_reg_range {
	u32 first;
	u16 count;
	u16 step;
	enum { IGBR_PER_NOTHING, IGBR_PER_MAC_QUEUE, IGBR_PER_MAC_VECTOR } per;
};

#define IGBR_ONE(reg)		{ reg, 1, 4 }
#define IGBR_ROW(reg, count)	{ reg, count, 4 }
#define IGBR_PER_QUEUE(reg)	{ reg(0), IGBR_MAX_QUEUES, 0x40, IGBR_PER_MAC_QUEUE }
#define IGBR_PER_VECTOR(reg)	{ reg(0), 25, 4, IGBR_PER_MAC_VECTOR }

/*
 * Reading must not change anything: no cause registers, no statistics, no SWSM, which is taken
 * by the one who reads it.
 */
static const struct igbr_reg_range igbr_regs[] = {
	IGBR_ONE(IGBR_CTRL), IGBR_ONE(IGBR_STATUS), IGBR_ONE(IGBR_CTRL_EXT), IGBR_ONE(IGBR_EECD),
	IGBR_ONE(IGBR_MDIC), IGBR_ONE(IGBR_FCAL), IGBR_ONE(IGBR_FCAH), IGBR_ONE(IGBR_FCT),
	IGBR_ONE(IGBR_IMS), IGBR_ONE(IGBR_IAM), IGBR_ONE(IGBR_RCTL), IGBR_ONE(IGBR_FCTTV),
	IGBR_ONE(IGBR_TCTL), IGBR_ONE(IGBR_LEDCTL), IGBR_ONE(IGBR_EEMNGCTL), IGBR_ONE(IGBR_GPIE),
	IGBR_ONE(IGBR_EIMS), IGBR_ONE(IGBR_EIAC), IGBR_ONE(IGBR_EIAM),
	IGBR_PER_VECTOR(IGBR_EITR), IGBR_ROW(IGBR_IVAR(0), 8), IGBR_ONE(IGBR_IVAR_MISC),
	IGBR_ONE(IGBR_FCRTL), IGBR_ONE(IGBR_FCRTH), IGBR_ONE(IGBR_RXPBS), IGBR_ONE(IGBR_FCRTV),
	IGBR_ONE(IGBR_TXPBS), IGBR_ONE(IGBR_RXCSUM), IGBR_ONE(IGBR_RLPML), IGBR_ONE(IGBR_RFCTL),
	IGBR_ROW(IGBR_MTA(0), 128), IGBR_ROW(IGBR_RAL(0), 32), IGBR_ROW(IGBR_RAL_HIGH(16), 16),
	IGBR_ROW(IGBR_VFTA(0), 128), IGBR_ONE(IGBR_WUC), IGBR_ONE(IGBR_WUFC), IGBR_ONE(IGBR_WUS),
	IGBR_ONE(IGBR_MRQC), IGBR_ONE(IGBR_MANC), IGBR_ONE(IGBR_FWSM), IGBR_ONE(IGBR_SW_FW_SYNC),
	IGBR_ROW(IGBR_RETA(0), 32),
	IGBR_PER_QUEUE(IGBR_RDBAL), IGBR_PER_QUEUE(IGBR_RDBAH), IGBR_PER_QUEUE(IGBR_RDLEN),
	IGBR_PER_QUEUE(IGBR_SRRCTL), IGBR_PER_QUEUE(IGBR_RDH), IGBR_PER_QUEUE(IGBR_RDT),
	IGBR_PER_QUEUE(IGBR_RXDCTL), IGBR_PER_QUEUE(IGBR_TDBAL), IGBR_PER_QUEUE(IGBR_TDBAH),
	IGBR_PER_QUEUE(IGBR_TDLEN), IGBR_PER_QUEUE(IGBR_TDH), IGBR_PER_QUEUE(IGBR_TXCTL),
	IGBR_PER_QUEUE(IGBR_TDT), IGBR_PER_QUEUE(IGBR_TXDCTL), IGBR_PER_QUEUE(IGBR_TDWBAL),
	IGBR_PER_QUEUE(IGBR_TDWBAH),
};

static unsigned int igbr_reg_count(const struct igbr_adapter *adapter,
				   const struct igbr_reg_range *range)
{
	switch (range->per) {
	case IGBR_PER_MAC_QUEUE:
		return min(range->count, adapter->hw.mac->max_queues);
	case IGBR_PER_MAC_VECTOR:
		return min(range->count, adapter->hw.mac->max_vectors);
	default:
		return range->count;
	}
}

/**
 * igbr_get_regs_len - length of the register dump
 * @netdev: network device
 *
 * Return: bytes.
 */
int igbr_get_regs_len(struct net_device *netdev)
{
	const struct igbr_adapter *adapter = netdev_priv(netdev);
	unsigned int i, count = 0;

	for (i = 0; i < ARRAY_SIZE(igbr_regs); i++)
		count += igbr_reg_count(adapter, &igbr_regs[i]);
	return count * sizeof(struct igbr_reg);
}

/**
 * igbr_get_regs - dump the registers
 * @netdev: network device
 * @regs: its version is set
 * @data: igbr_get_regs_len() bytes
 *
 * Context: process, rtnl.
 */
void igbr_get_regs(struct net_device *netdev, struct ethtool_regs *regs, void *data)
{
	struct igbr_adapter *adapter = netdev_priv(netdev);
	struct igbr_reg *reg = data;
	unsigned int i, n;

	regs->version = IGBR_REGS_VERSION;
	for (i = 0; i < ARRAY_SIZE(igbr_regs); i++)
		for (n = 0; n < igbr_reg_count(adapter, &igbr_regs[i]); n++, reg++) {
			reg->offset = igbr_regs[i].first + n * igbr_regs[i].step;
			reg->value = igbr_rd32(&adapter->hw, reg->offset);
		}
}

/**
 * igbr_get_eeprom_len - size of the NVM
 * @netdev: network device
 *
 * Return: bytes.
 */
int igbr_get_eeprom_len(struct net_device *netdev)
{
	struct igbr_adapter *adapter = netdev_priv(netdev);

	return adapter->hw.nvm_words * sizeof(u16);
}

/**
 * igbr_get_eeprom - read a part of the NVM
 * @netdev: network device
 * @eeprom: which part, checked by the core against the size; its magic is set to the PCI ids
 * @data: where to put it
 *
 * Context: process, rtnl.
 * Return: 0 or a negative error.
 */
int igbr_get_eeprom(struct net_device *netdev, struct ethtool_eeprom *eeprom, u8 *data)
{
	struct igbr_adapter *adapter = netdev_priv(netdev);
	unsigned int first = eeprom->offset / 2, i;
	unsigned int count = DIV_ROUND_UP(eeprom->offset + eeprom->len, 2) - first;
	u16 *words;
	int err;

	words = kmalloc_array(count, sizeof(*words), GFP_KERNEL);
	if (!words)
		return -ENOMEM;
	err = igbr_nvm_read(&adapter->hw, first, count, words);
	if (!err) {
		eeprom->magic = adapter->pdev->vendor | adapter->pdev->device << 16;
		/* The NVM's bytes are little endian. */
		for (i = 0; i < count; i++)
			cpu_to_le16s(&words[i]);
		memcpy(data, (u8 *)words + eeprom->offset % 2, eeprom->len);
	}
	kfree(words);
	return err;
}
