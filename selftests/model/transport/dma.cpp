// SPDX-License-Identifier: GPL-2.0-only
#include "transport/dma.hpp"

#include <sys/mman.h>
#include <sys/stat.h>

#include <algorithm>
#include <cstring>

#include "util/log.hpp"

namespace igbmodel {

namespace {
constexpr u64 fault_lines_shown = 10;  // a broken driver faults on every frame
}

Status DmaTable::map(const vfu::DmaMap& request, UniqueFd memory) {
    if (request.size == 0) {
        return Error{"DMA map of no bytes"};
    }
    const u64 last = request.address + (request.size - 1);
    if (last < request.address) {
        return Error{"DMA map of " + hex(request.address) + " + " + hex(request.size) +
                     " is beyond the last address"};
    }
    const auto above = ranges_.lower_bound(request.address);
    const bool hits_above = above != ranges_.end() && above->first <= last;
    const bool hits_below =
        above != ranges_.begin() && last_of(*std::prev(above)) >= request.address;
    if (hits_above || hits_below) {
        return Error{"DMA map of " + hex(request.address) + " overlaps an earlier one", EEXIST};
    }
    Range range;
    range.size = request.size;
    range.readable = (request.flags & vfu::DmaMap::readable) != 0;
    range.writable = (request.flags & vfu::DmaMap::writable) != 0;
    if (memory) {
        if (const Status done = reach(range, request, memory); !done) {
            return done.error();
        }
    }
    ranges_.emplace(request.address, range);
    last_ = nullptr;
    return {};
}

Status DmaTable::reach(Range& range, const vfu::DmaMap& request, const UniqueFd& memory) {
    const std::string what = "DMA map of " + hex(request.address);
    struct stat file{};
    if (::fstat(memory.get(), &file) != 0) {
        return system_error(what);
    }
    // Touching what a file does not have ends the process (SIGBUS). Devices tell no size.
    const u64 end = static_cast<u64>(file.st_size);
    if (S_ISREG(file.st_mode) && (request.size > end || request.offset > end - request.size)) {
        return Error{what + " reaches beyond the end of its file"};
    }
    const u64 page = static_cast<u64>(::sysconf(_SC_PAGESIZE));
    const u64 slack = request.offset % page;
    if (request.size + slack < slack) {
        return Error{what + " is longer than memory can be"};
    }
    const int protection = (range.readable || range.writable ? PROT_READ : PROT_NONE) |
                           (range.writable ? PROT_WRITE : 0);
    range.mapping_size = request.size + slack;
    range.mapping = ::mmap(nullptr, range.mapping_size, protection, MAP_SHARED, memory.get(),
                           static_cast<off_t>(request.offset - slack));
    if (range.mapping == MAP_FAILED) {
        return system_error(what);
    }
    range.host = static_cast<u8*>(range.mapping) + slack;
    return {};
}

void DmaTable::release(const Range& range) {
    if (range.mapping != nullptr) {
        ::munmap(range.mapping, range.mapping_size);
    }
}

Status DmaTable::unmap(u64 address, u64 size) {
    if (size == 0) {
        return {};
    }
    const u64 last = size - 1 > ~address ? ~u64{0} : address + (size - 1);
    auto first = ranges_.lower_bound(address);
    if (first != ranges_.begin() && last_of(*std::prev(first)) >= address) {
        --first;
    }
    const auto end = ranges_.upper_bound(last);
    if (first != end && (first->first < address || last_of(*std::prev(end)) > last)) {
        return Error{"DMA unmap of " + hex(address) + " + " + hex(size) + " would cut a map"};
    }
    for (auto at = first; at != end; ++at) {
        release(at->second);
    }
    ranges_.erase(first, end);
    last_ = nullptr;
    return {};
}

void DmaTable::clear() {
    for (const auto& [start, range] : ranges_) {
        release(range);
    }
    ranges_.clear();
    last_ = nullptr;
}

DmaTable::Range* DmaTable::find(u64 address, u64& start) {
    if (last_ != nullptr && address - last_start_ < last_->size) {
        start = last_start_;
        return last_;
    }
    auto above = ranges_.upper_bound(address);
    if (above == ranges_.begin()) {
        return nullptr;
    }
    --above;
    if (address - above->first >= above->second.size) {
        return nullptr;
    }
    last_start_ = above->first;
    last_ = &above->second;
    start = last_start_;
    return last_;
}

Status DmaTable::reachable(bool in_use) const {
    constexpr const char* cure =
        ": start it with -object memory-backend-memfd,id=mem,size=...,share=on and "
        "-machine memory-backend=mem";
    const bool any_shared =
        std::ranges::any_of(ranges_, [](const auto& one) { return one.second.host != nullptr; });
    if (!ranges_.empty() && !any_shared) {
        return Error{std::string("QEMU shares no guest memory with this process") + cure};
    }
    // With share=off QEMU still gives a descriptor, but of a file that the guest never writes to.
    // Firmware and kernel always leave something in the first 640 KiB of a PC. Behind a vIOMMU
    // there is no such map; there, what is mapped must not be all zeros when the device uses it.
    constexpr u64 low_memory = 0xa0000;
    const auto first = ranges_.find(0);
    const bool whole = first != ranges_.end() && first->second.size >= low_memory;
    const auto is_empty = [](const auto& one) {
        const Range& range = one.second;
        return range.host == nullptr || !range.readable ||
               std::all_of(range.host, range.host + std::min(range.size, u64{low_memory}),
                           [](u8 byte) { return byte == 0; });
    };
    const bool empty =
        whole ? is_empty(*first) && first->second.host != nullptr && first->second.readable
              : in_use && any_shared && std::ranges::all_of(ranges_, is_empty);
    if (empty) {
        return Error{std::string("guest memory stays empty: it is not shared with this process") +
                     cure};
    }
    return {};
}

bool DmaTable::check(bool in_use) {
    if (!tell_) {
        return true;
    }
    const Status can = reachable(in_use);
    if (!can) {
        const auto tell = std::exchange(tell_, nullptr);
        tell(can.error());
    }
    return can.ok();
}

void DmaTable::fault(u64& counter, const char* what, bool write, u64 address, std::size_t size) {
    ++counter;
    faults_.last = std::string("DMA fault: ") + (write ? "write" : "read") + " of " +
                   std::to_string(size) + " bytes at " + hex(address) + ": " + what;
    if (faults_.total() <= fault_lines_shown) {
        log_line(faults_.last);
    }
}

template <class Copy>
bool DmaTable::walk(u64 address, std::size_t size, bool write, Copy copy) {
    std::size_t done = 0;
    while (done < size) {
        u64 start = 0;
        Range* range = find(address + done, start);
        if (range == nullptr) {
            fault(faults_.outside, "no memory is mapped there for the device", write,
                  address + done, size - done);
            return false;
        }
        if (write ? !range->writable : !range->readable) {
            fault(faults_.forbidden, "the map does not allow this direction", write, address + done,
                  size - done);
            return false;
        }
        if (range->host == nullptr) {
            fault(faults_.unshared,
                  "QEMU does not share this memory: start it with "
                  "-object memory-backend-memfd,id=mem,size=...,share=on and "
                  "-machine memory-backend=mem",
                  write, address + done, size - done);
            check();
            return false;
        }
        const u64 inside = address + done - start;
        const std::size_t step =
            static_cast<std::size_t>(std::min<u64>(size - done, range->size - inside));
        copy(range->host + inside, done, step);
        done += step;
    }
    return true;
}

bool DmaTable::read(u64 address, ByteSpan to) {
    const bool good = walk(address, to.size(), false, [&](u8* host, std::size_t at, std::size_t n) {
        std::memcpy(to.data() + at, host, n);
    });
    if (!good) {
        std::ranges::fill(to, u8{0});
    }
    return good;
}

bool DmaTable::write(u64 address, ByteView from) {
    return walk(address, from.size(), true, [&](u8* host, std::size_t at, std::size_t n) {
        std::memcpy(host, from.data() + at, n);
    });
}

}  // namespace igbmodel
