// SPDX-License-Identifier: GPL-2.0-only
// The settings that igbtune changes. Each is one entry: how to read it, which values are right, how
// to write it, what else it touches. Values are text in one form, so that equal settings are equal
// texts.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "source/ethtool_settings.hpp"
#include "source/sources.hpp"
#include "util/result.hpp"

namespace igbtune::model {

enum class Form {
    number,
    three_numbers,  // "4096 131072 6291456"
    flag,           // on, off
    cpus,           // "0-3,8"; the file takes a list
    cpu_mask,       // the same; the file takes a mask
    queue_mask,     // receive queues, in the same form
    word,           // what the kernel knows by that name
    own,            // it says itself
};

// Later ones are undone by what comes earlier, so they are written after it.
enum class Order {
    channels,
    rings,
    features,
    coalescing,
    queue_coalescing,
    queues,
    rules,
    device,
    system
};

struct Knob {
    std::string name;
    std::string term;  // what `igbtune explain` calls it
    Order order{};
    Form form{};
    std::uint64_t least{};
    std::uint64_t most{};
    // One of the three says where it is,
    std::string path;
    const source::EthtoolParameter* parameter{};
    std::string feature;
    // or it is reached by these; means() where equal settings need not be equal texts.
    std::function<util::Result<std::string>(std::string_view)> canonical;
    std::function<util::Result<std::string>()> get;
    std::function<util::Status(const std::string&)> put;
    std::function<bool(std::string_view now, std::string_view wanted)> means;

    [[nodiscard]] bool has(std::string_view now, std::string_view wanted) const {
        return means ? means(now, wanted) : now == wanted;
    }
};

class Knobs {
public:
    // Those that the device and the machine have at this moment.
    static util::Result<Knobs> of(source::Sources& sources, const std::string& device);

    // Those of the machine alone.
    static Knobs of_machine(source::Sources& sources);

    [[nodiscard]] const std::string& device() const { return name_; }
    [[nodiscard]] int index() const { return device_; }
    [[nodiscard]] const std::vector<Knob>& all() const { return knobs_; }

    // An unknown name is an Error with the one that was likely meant.
    [[nodiscard]] util::Result<const Knob*> find(std::string_view name) const;

    // A value in its one form, or what would be right.
    [[nodiscard]] util::Result<std::string> canonical(const Knob& knob,
                                                      std::string_view value) const;

    [[nodiscard]] util::Result<std::string> read(const Knob& knob) const;

    // Writes and reads back: success means that the value is there.
    [[nodiscard]] util::Status write(const Knob& knob, const std::string& value) const;

private:
    Knobs(source::Sources& sources, int device, std::string name)
        : sources_(&sources), device_(device), name_(std::move(name)) {}

    void add_driver_knobs();
    void add_queue_knobs();
    void add_interrupt_knobs();
    void add_files();
    void add_system_files();
    void add_if_there(Knob knob);

    source::Sources* sources_;
    int device_;
    std::string name_;
    std::vector<Knob> knobs_;
};

}  // namespace igbtune::model
