# SPDX-License-Identifier: GPL-2.0-only
"""Splats are found in what kernels really print, once each, and nothing else is."""

import pathlib
import unittest

import splat

LOGS = pathlib.Path(__file__).parent / "logs"

ONE_LINERS = {
    "ubsan": "[    9.1] UBSAN: array-index-out-of-bounds in drivers/net/igbr/rx.c:211:24",
    "dma api, at the start": "[    9.1] DMA-API: exceeded 7 overlapping mappings of cacheline",
    "dma api": "[    9.1] DMA-API: igbr 0000:01:00.0: device driver has pending DMA allocations"
    " while released from device [count=4]",
    "dma api gives up": "[    9.1] DMA-API: debugging out of memory - disabling",
    "tx timeout": "[    9.1] igbr 0000:01:00.0 eth0: NETDEV WATCHDOG: CPU: 1: transmit queue 0",
    "tx timeout, older": "[    9.1] NETDEV WATCHDOG: eth0 (igbr): transmit queue 0 timed out",
    "screaming interrupt": '[    9.1] irq 28: nobody cared (try booting with the "irqpoll" option)',
    "rcu stall": "[   99.1] rcu: INFO: rcu_preempt detected stalls on CPUs/tasks:",
    "rcu stall of itself": "[   99.1] rcu: INFO: rcu_preempt self-detected stall on CPU",
    "expedited rcu stall": "[   99.1] rcu: INFO: rcu_preempt detected expedited stalls on CPUs",
    "hung task": "[  243.1] INFO: task ip:512 blocked for more than 120 seconds.",
    "soft lockup": "[   60.1] watchdog: BUG: soft lockup - CPU#1 stuck for 26s! [iperf3:611]",
    "hard lockup": "[   60.1] NMI watchdog: Watchdog detected hard LOCKUP on cpu 0",
    "hard lockup, newer": "[   60.1] watchdog: Watchdog detected hard LOCKUP on cpu 0",
    "kmemleak": "[  600.1] kmemleak: 3 new suspected memory leaks (see /sys/kernel/debug/kmemleak)",
    "kmemleak's report": "unreferenced object 0xffff888004e2a800 (size 512):",
    "page pool": "[   72.1] page_pool_release_retry() stalled pool shutdown: id 3, 1 inflight",
    "netdev reference": "[   30.1] unregister_netdevice: waiting for eth0 to become free.",
    "sleeping": "[    5.1] BUG: sleeping function called from invalid context at mm/slub.c:3120",
    "redzone": "[    5.1] BUG kmalloc-512 (Tainted: G           O     ): Right Redzone overwritten",
    "slab": "[    5.1] BUG igbr_cache (Not tainted): Objects remaining on __kmem_cache_shutdown()",
    "bug on": "[    5.1] kernel BUG at mm/page_alloc.c:1200!",
    "protection fault": "[    5.1] Oops: general protection fault, probably: 0000 [#1]",
    "bad page": "[    5.1] BUG: Bad page state in process iperf3  pfn:0b1c4",
    "suspicious rcu": "[    5.1] WARNING: suspicious RCU usage",
    "old warning": "[    5.1] WARNING: CPU: 1 PID: 5 at net/core/dev.c:6700 napi_disable+0x5a",
    "with a thread id": "[    5.1][  T512] WARNING: CPU: 1 PID: 5 at net/core/dev.c:6700 x+0x5a",
    "with a level": "<4>[    5.1] WARNING: CPU: 1 PID: 5 at net/core/dev.c:6700 x+0x5a",
    "kfence": "[    5.1] BUG: KFENCE: use-after-free read in igbr_poll+0x11/0x20",
    "panic": "[    5.1] Kernel panic - not syncing: Attempted to kill init! exitcode=0x00000100",
}


class Logs(unittest.TestCase):
    def titles(self, name):
        return [
            found.title for found in splat.scan((LOGS / f"{name}.log").read_text(encoding="utf-8"))
        ]

    def test_oops(self):
        titles = self.titles("oops")
        self.assertEqual(
            titles,
            [
                "BUG: kernel NULL pointer dereference, address: 0000000000000028",
                "Kernel panic - not syncing: Fatal exception in interrupt",
            ],
        )

    def test_oops_keeps_its_trace(self):
        found = splat.scan((LOGS / "oops.log").read_text(encoding="utf-8"))[0]
        self.assertEqual(found.line, 3)
        self.assertTrue(any("igbr_clean_rx_irq" in line for line in found.text))

    def test_lockdep(self):
        self.assertEqual(
            self.titles("lockdep"), ["WARNING: possible circular locking dependency detected"]
        )

    def test_kasan(self):
        self.assertEqual(
            self.titles("kasan"),
            ["BUG: KASAN: slab-use-after-free in igbr_clean_tx_irq+0x2f1/0x760 [igbr]"],
        )

    def test_two_reports_are_two(self):
        titles = self.titles("warning-new-format")
        self.assertEqual(len(titles), 2)
        self.assertIn("free_irq", titles[0])
        self.assertIn("refcount_t: underflow", titles[1])

    def test_clean(self):
        self.assertEqual(self.titles("clean"), [])

    def test_one_liners(self):
        for name, line in ONE_LINERS.items():
            with self.subTest(name):
                self.assertEqual(len(splat.scan(f"[    1.0] fine\n{line}\n")), 1)


class Expectations(unittest.TestCase):
    TIMEOUT = "[    9.1] eth0: NETDEV WATCHDOG: CPU: 1: transmit queue 0 timed out 5000 ms\n"

    def test_expected_report_is_none(self):
        log = (
            f"[ 9.0] igbr-lab: expect: NETDEV WATCHDOG\n{self.TIMEOUT}[ 9.2] igbr-lab: expect-end\n"
        )
        self.assertEqual(splat.scan(log), [])

    def test_other_report_still_is_one(self):
        log = "[ 9.0] igbr-lab: expect: NETDEV WATCHDOG\n[ 9.1] BUG: Bad page state in process ip\n"
        self.assertEqual(len(splat.scan(log)), 1)

    def test_what_follows_an_expected_report(self):
        log = f"[ 9.0] igbr-lab: expect: NETDEV WATCHDOG\n{self.TIMEOUT}"
        log += "[    9.2] BUG: KASAN: slab-use-after-free in igbr_port_stop+0x10/0x20\n"
        self.assertEqual(len(splat.scan(log)), 1)

    def test_expectation_ends(self):
        log = "[ 9.0] igbr-lab: expect: NETDEV WATCHDOG\n[ 9.05] igbr-lab: expect-end\n"
        log += self.TIMEOUT
        self.assertEqual(len(splat.scan(log)), 1)


class Separation(unittest.TestCase):
    def test_later_report_is_another(self):
        log = "[    9.1] irq 28: nobody cared\n[   19.1] irq 29: nobody cared\n"
        self.assertEqual(len(splat.scan(log)), 2)


if __name__ == "__main__":
    unittest.main()
