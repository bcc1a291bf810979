// SPDX-License-Identifier: GPL-2.0-only
/*
 * NVM: words of 16 bits behind EERD (82576 datasheet, section 8.4.2).
 */
#include <linux/bitfield.h>
#include <linux/iopoll.h>
#include <linux/minmax.h>

#include "hw.h"

/* Words 0 to 0x3f sum up to this (6.1.3.1). */
#define IGBR_NVM_CHECKED_WORDS	0x40
#define IGBR_NVM_SUM		0xbaba
/* Version as major.minor.image */
#define IGBR_NVM_VERSION_WORD	0x05
#define  IGBR_NVM_MAJOR		GENMASK(15, 12)
#define  IGBR_NVM_MINOR		GENMASK(11, 4)
#define  IGBR_NVM_IMAGE		GENMASK(3, 0)
/* Initialization control word 3 of port 1 (6.2.21) */
#define IGBR_NVM_INIT3_PORT1	0x14
#define  IGBR_NVM_INIT3_APME	BIT(10)

/* EECD.SIZE n: 2^(n + 6) words; EERD reaches 2^14 of them. */
#define IGBR_NVM_SIZE_BASE	6
#define IGBR_NVM_SIZE_MAX	14

static unsigned int igbr_nvm_words(struct igbr_hw *hw)
{
	unsigned int size = FIELD_GET(IGBR_EECD_SIZE, igbr_rd32(hw, IGBR_EECD));

	return BIT(min_t(unsigned int, size + IGBR_NVM_SIZE_BASE, IGBR_NVM_SIZE_MAX));
}

static int igbr_nvm_read_word(struct igbr_hw *hw, unsigned int word, u16 *data)
{
	u32 eerd;
	int err;

	igbr_wr32(hw, IGBR_EERD, FIELD_PREP(IGBR_EERD_ADDR, word) | IGBR_EERD_START);
	err = read_poll_timeout(igbr_rd32, eerd, eerd & IGBR_EERD_DONE, 5, 5 * USEC_PER_MSEC,
				false, hw, IGBR_EERD);
	if (err || hw->gone)
		return -EIO;
	*data = FIELD_GET(IGBR_EERD_DATA, eerd);
	return 0;
}

/**
 * igbr_nvm_read - read words of the NVM
 * @hw: the port
 * @word: first word
 * @count: how many
 * @data: where to put them
 *
 * Context: process, sleeps.
 * Return: 0, -EBUSY when the firmware holds the NVM, -EIO when it does not answer.
 */
int igbr_nvm_read(struct igbr_hw *hw, unsigned int word, unsigned int count, u16 *data)
{
	unsigned int i;
	int err;

	err = igbr_hw_acquire(hw, IGBR_SYNC_NVM);
	if (err)
		return err;
	for (i = 0; i < count && !err; i++)
		err = igbr_nvm_read_word(hw, word + i, &data[i]);
	igbr_hw_release(hw, IGBR_SYNC_NVM);
	return err;
}

/**
 * igbr_nvm_check - check the sum of the NVM and note what it says
 * @hw: the port
 *
 * Context: process, sleeps.
 * Return: 0, -EBADMSG for a wrong sum, or an error of igbr_nvm_read().
 */
int igbr_nvm_check(struct igbr_hw *hw)
{
	u16 words[IGBR_NVM_CHECKED_WORDS], sum = 0;
	unsigned int i;
	int err;

	err = igbr_nvm_read(hw, 0, ARRAY_SIZE(words), words);
	if (err) {
		dev_err(hw->dev, "cannot read the NVM: %pe\n", ERR_PTR(err));
		return err;
	}
	for (i = 0; i < ARRAY_SIZE(words); i++)
		sum += words[i];
	if (sum != IGBR_NVM_SUM) {
		dev_err(hw->dev, "NVM checksum is 0x%04x, should be 0x%04x\n", sum, IGBR_NVM_SUM);
		return -EBADMSG;
	}
	hw->nvm_version = words[IGBR_NVM_VERSION_WORD];
	/* Port 0 always has the power to wake, port 1 only on boards that say so, others never. */
	hw->wakes = !hw->port ||
		    (hw->port == 1 && words[IGBR_NVM_INIT3_PORT1] & IGBR_NVM_INIT3_APME);
	hw->nvm_words = igbr_nvm_words(hw);
	return 0;
}

/**
 * igbr_nvm_version - version of the NVM's image
 * @hw: the port
 * @text: IGBR_NVM_VERSION_LEN bytes
 */
void igbr_nvm_version(const struct igbr_hw *hw, char *text)
{
	u16 version = hw->nvm_version;

	snprintf(text, IGBR_NVM_VERSION_LEN, "%lu.%lu.%lu", FIELD_GET(IGBR_NVM_MAJOR, version),
		 FIELD_GET(IGBR_NVM_MINOR, version), FIELD_GET(IGBR_NVM_IMAGE, version));
}
