// SPDX-License-Identifier: GPL-2.0-only
#include "model/profile_fit.hpp"

#include <algorithm>
#include <set>

#include "util/text.hpp"

namespace igbtune::model {

using util::CpuSet;
using util::Error;
using util::ErrorKind;
using util::Result;

namespace {

// "rx-*.irq_cpus" as "rx-" and ".irq_cpus"; nothing where it has no '*'.
struct Pattern {
    std::string_view before;
    std::string_view after;
};

std::optional<Pattern> pattern_of(std::string_view name) {
    const std::size_t star = name.find('*');
    if (star == std::string_view::npos) {
        return std::nullopt;
    }
    return Pattern{.before = name.substr(0, star), .after = name.substr(star + 1)};
}

// The queue's number, if the knob is one that the pattern means.
std::optional<std::uint32_t> queue_of(const Pattern& pattern, std::string_view knob) {
    if (knob.size() <= pattern.before.size() + pattern.after.size() ||
        !knob.starts_with(pattern.before) || !knob.ends_with(pattern.after)) {
        return std::nullopt;
    }
    return util::number<std::uint32_t>(knob.substr(
        pattern.before.size(), knob.size() - pattern.before.size() - pattern.after.size()));
}

std::string nth_cpu(const CpuSet& online, std::uint32_t number) {
    std::uint32_t place =
        number % static_cast<std::uint32_t>(std::max<std::size_t>(1, online.size()));
    for (unsigned cpu = 0; cpu < CpuSet::limit; ++cpu) {
        if (online.contains(cpu) && place-- == 0) {
            return std::to_string(cpu);
        }
    }
    return "0";
}

std::string value_for(const Knob& knob, const std::string& value, std::uint32_t queue,
                      const CpuSet& online) {
    if (knob.form != Form::cpus && knob.form != Form::cpu_mask) {
        return value;
    }
    if (value == "spread") {
        return nth_cpu(online, queue);
    }
    return value == "all" ? online.list() : value;
}

class Fitting {
public:
    Fitting(const Knobs& knobs, const CpuSet& online) : knobs_(&knobs), online_(&online) {}

    Result<Settings> of(const Profile& profile) {
        for (const bool patterns : {false, true}) {
            for (const auto& [name, value] : profile.settings) {
                if (auto done = take(name, value, patterns, false); !done) {
                    return done.error();
                }
            }
            for (const auto& [name, value] : profile.optional) {
                if (auto done = take(name, value, patterns, true); !done) {
                    return done.error();
                }
            }
        }
        return std::move(settings_);
    }

private:
    util::Status take(const std::string& name, const std::string& value, bool patterns,
                      bool optional) {
        const auto pattern = pattern_of(name);
        if (pattern.has_value() != patterns) {
            return util::Done{};
        }
        if (!pattern) {
            const auto knob = knobs_->find(name);
            if (!knob) {
                return optional ? util::Status(util::Done{}) : util::Status(knob.error());
            }
            named_.insert(name);
            settings_.emplace_back(name, value_for(**knob, value, 0, *online_));
            return util::Done{};
        }
        bool any = false;
        for (const Knob& knob : knobs_->all()) {
            const auto queue = queue_of(*pattern, knob.name);
            if (!queue) {
                continue;
            }
            any = true;
            if (named_.insert(knob.name).second) {
                settings_.emplace_back(knob.name, value_for(knob, value, *queue, *online_));
            }
        }
        if (!any && !optional) {
            return Error{ErrorKind::not_supported,
                         knobs_->device() + " has no knob " + util::printable(name)};
        }
        return util::Done{};
    }

    const Knobs* knobs_;
    const CpuSet* online_;
    Settings settings_;
    std::set<std::string> named_;
};

}  // namespace

CpuSet online_cpus(const source::Files& files) {
    const auto text = files.read("/sys/devices/system/cpu/online");
    const auto cpus = text ? CpuSet::from_list(util::trim(*text)) : Result<CpuSet>(CpuSet{0});
    return cpus && !cpus->empty() ? *cpus : CpuSet{0};
}

Result<Settings> fit(const Profile& profile, const Knobs& knobs, const CpuSet& online) {
    return Fitting(knobs, online).of(profile);
}

}  // namespace igbtune::model
