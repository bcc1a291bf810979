// SPDX-License-Identifier: GPL-2.0-only
#include "model/counters.hpp"

namespace igbtune::model {

std::string_view to_string(Layer layer) {
    switch (layer) {
        case Layer::mac:
            return "mac";
        case Layer::driver:
            return "driver";
        case Layer::softnet:
            return "softnet";
        case Layer::ip:
            return "ip";
        case Layer::udp:
            return "udp";
        case Layer::tcp:
            return "tcp";
    }
    return "";
}

std::string_view to_string(Scope scope) {
    switch (scope) {
        case Scope::device:
            return "device";
        case Scope::network_namespace:
            return "network namespace";
        case Scope::machine:
            return "machine";
    }
    return "";
}

}  // namespace igbtune::model
