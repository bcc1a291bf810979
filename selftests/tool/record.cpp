// SPDX-License-Identifier: GPL-2.0-only
// igbtune_record DEV DIRECTORY: records what igbtune reads about a device, for the tests.
#include <filesystem>
#include <iostream>

#include "model/snapshot.hpp"
#include "recorded_sources.hpp"
#include "source/rtnetlink.hpp"

int main(int argc, char** argv) try {
    using namespace igbtune;  // NOLINT(google-build-using-namespace)
    if (argc != 3) {
        std::cerr << "usage: igbtune_record DEV DIRECTORY\n";
        return 2;
    }
    const std::string directory = argv[2];
    if (std::filesystem::exists(directory)) {
        std::cerr << "igbtune_record: " << directory << " exists\n";
        return 1;
    }
    std::filesystem::create_directories(directory);
    source::KernelNetlink kernel_netlink;
    source::KernelEthtoolIoctl kernel_ethtool;
    test::RecordingFiles files(directory);
    test::RecordingNetlink netlink(kernel_netlink, directory);
    test::RecordingEthtool ethtool(kernel_ethtool, directory);
    source::Sources sources(files, netlink, ethtool);
    auto observer = model::Observer::of(sources, argv[1]);
    if (!observer) {
        std::cerr << "igbtune_record: " << observer.error().message << '\n';
        return 1;
    }
    for (const model::Extent extent : {model::Extent::queues, model::Extent::all_layers}) {
        if (const auto snapshot = observer->take(extent); !snapshot) {
            std::cerr << "igbtune_record: " << snapshot.error().message << '\n';
            return 1;
        }
    }
    // What a device that is not there would be compared with.
    if (const auto names = source::link_names(sources.netlink()); !names) {
        std::cerr << "igbtune_record: " << names.error().message << '\n';
        return 1;
    }
    return 0;
} catch (const std::exception& error) {
    std::cerr << "igbtune_record: " << error.what() << '\n';
    return 1;
}
