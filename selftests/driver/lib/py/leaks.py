# SPDX-License-Identifier: GPL-2.0-only
"""What the kernel holds, counted, so that two moments in the same state can be compared."""

import contextlib
import glob
import os
import re

from net.lib.py import NetdevFamily

from .shell import read, sh, wait_until, write
from .trace import Trace

SWIOTLB = "/sys/kernel/debug/swiotlb/io_tlb_used"


def vmalloc_areas(driver):
    """Mapped registers, ring bookkeeping and the like, by the function that asked for them."""
    return len(re.findall(rf"\[{driver}\]", read("/proc/vmallocinfo")))


def regions(driver):
    return len(re.findall(rf" : {driver}$", read("/proc/iomem"), re.MULTILINE))


def interrupt_numbers():
    return len(os.listdir("/sys/kernel/irq"))


def page_pools():
    """Pools that exist. One lives on while a packet with its pages does, also a freed one that waits for its CPU's next poll."""
    for cpu in os.sched_getaffinity(0):
        sh(f"taskset -c {cpu} ping -q -c 1 127.0.0.1")
    return len(NetdevFamily().page_pool_get({}, dump=True))


def bounce_slots():
    """DMA mappings alive, where every one goes through a bounce buffer (boot with swiotlb=force); else None."""
    return int(read(SWIOTLB)) if os.path.exists(SWIOTLB) else None


def slab_objects():
    """Objects of the general caches by size; the kernel's random copies of a cache are one."""
    for cache in glob.glob("/sys/kernel/slab/kmalloc-*"):
        with contextlib.suppress(OSError):
            write(f"{cache}/shrink", 1)
    found = {}
    for line in read("/proc/slabinfo").splitlines():
        words = line.split()
        match = re.fullmatch(r"kmalloc-(?:rnd-\d+-|cg-|rcl-|part-\d+-)?(\w+)", words[0])
        if match:
            found[match[1]] = found.get(match[1], 0) + int(words[1])
    return found


def free_pages():
    """Pages that nobody uses, with the caches dropped."""
    sh("sync; echo 3 > /proc/sys/vm/drop_caches")
    return int(re.search(r"^MemFree: +(\d+) kB", read("/proc/meminfo"), re.MULTILINE)[1]) // 4


def holdings(driver):
    """What must be the same whenever the driver is in the same state."""
    return {"vmalloc areas of the driver": vmalloc_areas(driver), "memory regions of the driver": regions(driver),
            "interrupt numbers": interrupt_numbers(), "page pools": page_pools(), "bounce buffer slots": bounce_slots()}


def held_when_closed(card):
    """What the kernel holds while neither the card, which is closed or unbound, nor its peer has buffers."""
    card.peer.ip(f"link set dev {card.peer.name} down")
    wait_until(lambda: not page_pools(), "page pools to be gone", limit=30)
    found = holdings(card.driver), slab_objects(), free_pages()
    card.peer.ip(f"link set dev {card.peer.name} up")
    return found


ALLOCATED, FREED = "kmem:kmalloc", "kmem:kfree"
COHERENT, COHERENT_FREED = "dma:dma_alloc", "dma:dma_free"


def objects_of(driver, device):
    """Traces what this process or the driver's own code gets by kmalloc, and everything that is given back; and the coherent memory of the device."""
    start = int(read(f"/sys/module/{driver}/sections/.text"), 16)
    end = start + int(read(f"/sys/module/{driver}/coresize"))
    wanted = f"common_pid == {os.getpid()} || (call_site >= {start:#x} && call_site < {end:#x})"
    ours = f'device == "{device}"'
    return Trace({ALLOCATED: wanted, FREED: "", COHERENT: ours, COHERENT_FREED: ours}, buffer_kb=16384)


def not_given_back(events):
    """Where the objects and coherent memory come from that were not freed, and how many of each there were at all."""
    objects, coherent, counts = {}, {}, [0, 0]
    for one in events:
        if one["event"] == "kmalloc":
            objects[one["ptr"]] = re.search(r"call_site=(.*?) ptr=", one["text"])[1]
            counts[0] += 1
        elif one["event"] == "dma_alloc":
            coherent[one["dma_addr"]] = f"{one['size']} bytes of coherent memory"
            counts[1] += 1
        elif one["event"] == "dma_free":
            coherent.pop(one["dma_addr"], None)
        else:
            objects.pop(one["ptr"], None)
    return sorted(objects.values()), sorted(coherent.values()), counts
