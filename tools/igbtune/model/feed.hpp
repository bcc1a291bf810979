// SPDX-License-Identifier: GPL-2.0-only
// Where snapshots come from: the kernel at this moment, or a recording of an earlier one. Views are
// made from either in the same way.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <set>
#include <string>

#include "model/snapshot.hpp"
#include "model/surroundings.hpp"
#include "source/drop_monitor.hpp"
#include "util/result.hpp"

namespace igbtune::model {

// "name (PID)" of the processes that hold sockets, by inode.
using Owners = std::map<std::uint64_t, std::string>;

[[nodiscard]] Owners read_owners(const source::Files& files, const std::set<std::uint64_t>& inodes);

class Feed {
public:
    Feed() = default;
    Feed(const Feed&) = delete;
    Feed& operator=(const Feed&) = delete;
    Feed(Feed&&) = delete;
    Feed& operator=(Feed&&) = delete;
    virtual ~Feed() = default;

    virtual util::Result<Snapshot> take(Extent extent) = 0;

    // Until the next snapshot is due: so long after the one before. The value is false where
    // nothing comes any more.
    virtual util::Result<bool> next(std::chrono::steady_clock::duration interval) = 0;

    // What is over already: an interval of it is all of it, and needs no waiting for.
    [[nodiscard]] virtual bool recorded() const = 0;

    [[nodiscard]] virtual Owners owners(const std::set<std::uint64_t>& inodes) = 0;
    [[nodiscard]] virtual Surroundings surroundings() = 0;
};

// The kernel at this moment.
class LiveFeed final : public Feed {
public:
    // Until then, or until the descriptor has something to read; true: somebody wants to end.
    using Wait = std::function<bool(std::chrono::steady_clock::time_point due, int descriptor)>;

    LiveFeed(source::Sources& sources, Observer observer)
        : sources_(&sources), observer_(std::move(observer)) {}

    // What the drop monitor sees is in the snapshots, too.
    LiveFeed(source::Sources& sources, Observer observer,
             std::unique_ptr<source::DropMonitor> monitor, Wait wait)
        : sources_(&sources),
          observer_(std::move(observer)),
          wait_(std::move(wait)),
          monitor_(std::move(monitor)) {}

    util::Result<Snapshot> take(Extent extent) override;
    util::Result<bool> next(std::chrono::steady_clock::duration interval) override;
    [[nodiscard]] bool recorded() const override { return false; }
    [[nodiscard]] Owners owners(const std::set<std::uint64_t>& inodes) override;
    [[nodiscard]] Surroundings surroundings() override;

private:
    source::Sources* sources_;
    Observer observer_;
    Wait wait_;
    std::unique_ptr<source::DropMonitor> monitor_;
    std::chrono::steady_clock::time_point due_;
};

}  // namespace igbtune::model
