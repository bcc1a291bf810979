// SPDX-License-Identifier: GPL-2.0-only
// Guest memory as the device may reach it: exactly the ranges that QEMU mapped, in the direction it
// allowed. Anything else is a fault of the driver and is kept for the test to see.
#pragma once

#include <functional>
#include <map>
#include <optional>
#include <string>

#include "transport/message.hpp"
#include "util/fd.hpp"
#include "util/result.hpp"
#include "util/types.hpp"

namespace igbmodel {

class DmaTable {
public:
    DmaTable() = default;
    DmaTable(const DmaTable&) = delete;
    DmaTable& operator=(const DmaTable&) = delete;
    DmaTable(DmaTable&&) = delete;
    DmaTable& operator=(DmaTable&&) = delete;
    ~DmaTable() { clear(); }

    // `memory` may be invalid: then the range is known but cannot be reached.
    Status map(const vfu::DmaMap& request, UniqueFd memory);
    // All maps that lie within the range, be there none (QEMU unmaps what it never mapped) or, with
    // a vIOMMU, thousands. A map is never cut: that is an error, and all maps stay.
    Status unmap(u64 address, u64 size);
    void clear();

    // Copies between guest memory and `to` / `from`. False after a fault; `to` is then zeroed.
    bool read(u64 address, ByteSpan to);
    bool write(u64 address, ByteView from);

    // Whether guest memory is in reach, by what is mapped; else why not and what to do about it.
    // `in_use`: the driver has written there by now, if anybody has.
    [[nodiscard]] Status reachable(bool in_use = false) const;
    // Told once, when the device is about to use guest memory and it is out of reach.
    void on_unreachable(std::function<void(const Error&)> tell) { tell_ = std::move(tell); }
    // Tells, if need be; false when it did.
    bool check(bool in_use = false);

    struct Faults {
        u64 outside = 0;    // no map at that address
        u64 forbidden = 0;  // mapped, but not for this direction
        u64 unshared = 0;   // mapped by QEMU without a descriptor: we cannot reach it
        std::string last;   // text of the last one
        [[nodiscard]] u64 total() const { return outside + forbidden + unshared; }
    };
    [[nodiscard]] const Faults& faults() const { return faults_; }
    [[nodiscard]] std::size_t ranges() const { return ranges_.size(); }

private:
    struct Range {
        u64 size = 0;
        u8* host = nullptr;  // null: not reachable
        bool readable = false;
        bool writable = false;
        void* mapping = nullptr;  // what munmap gets back
        std::size_t mapping_size = 0;
    };

    static u64 last_of(const std::pair<const u64, Range>& one) {
        return one.first + (one.second.size - 1);
    }
    static Status reach(Range& range, const vfu::DmaMap& request, const UniqueFd& memory);
    void release(const Range& range);
    Range* find(u64 address, u64& start);
    void fault(u64& counter, const char* what, bool write, u64 address, std::size_t size);
    template <class Copy>
    bool walk(u64 address, std::size_t size, bool write, Copy copy);

    std::map<u64, Range> ranges_;
    u64 last_start_ = 0;  // the range hit last: descriptors and buffers cluster
    Range* last_ = nullptr;
    Faults faults_;
    std::function<void(const Error&)> tell_;
};

}  // namespace igbmodel
