// SPDX-License-Identifier: GPL-2.0-only
// What a recording's key lines say all of: the device, its queues, the names of its counters, the
// sockets. Only the recording's own sources include this: the library is heavy.
#pragma once

#include <nlohmann/json.hpp>

#include "model/recording.hpp"

namespace igbtune::model::recording {

using Json = nlohmann::json;

// All that decides what the numbers of the lines mean; without the numbers.
[[nodiscard]] Json shape_json(const Sample& sample);
[[nodiscard]] Json sockets_json(const Sample& sample);

// The reverse. What is not as it should be throws: the library does so, too.
void take_shape(const Json& json, Sample& sample);
void take_sockets(const Json& json, Sample& sample);

// Whether a key line is due.
[[nodiscard]] bool same_shape(const Sample& left, const Sample& right);
[[nodiscard]] bool same_sockets(const Sample& left, const Sample& right);

}  // namespace igbtune::model::recording
