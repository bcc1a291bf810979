// SPDX-License-Identifier: GPL-2.0-only
#include "control/commands.hpp"

#include <arpa/inet.h>

#include <algorithm>
#include <cctype>

#include "control/keys.hpp"
#include "ports/frame_builder.hpp"
#include "ports/pcap.hpp"

namespace igbmodel {

namespace {

using Json = nlohmann::json;

constexpr u64 millisecond = 1'000'000;

u64 number(const Json& command, const char* key, u64 otherwise) {
    const auto found = command.find(key);
    return found != command.end() && found->is_number_unsigned() ? found->get<u64>() : otherwise;
}

std::string text(const Json& command, const char* key, const std::string& otherwise = {}) {
    const auto found = command.find(key);
    return found != command.end() && found->is_string() ? found->get<std::string>() : otherwise;
}

bool flag(const Json& command, const char* key, bool otherwise) {
    const auto found = command.find(key);
    return found != command.end() && found->is_boolean() ? found->get<bool>() : otherwise;
}

Result<Bytes> bytes_of(const std::string& digits) {
    const auto value = [](char c) {
        constexpr std::string_view all = "0123456789abcdef";
        const std::size_t at = all.find(static_cast<char>(std::tolower(static_cast<u8>(c))));
        return at == std::string_view::npos ? -1 : static_cast<int>(at);
    };
    Bytes out;
    for (std::size_t i = 0; i + 1 < digits.size(); i += 2) {
        const int high = value(digits[i]);
        const int low = value(digits[i + 1]);
        if (high < 0 || low < 0) {
            return Error{"hex: no two hex digits at position " + std::to_string(i) + " of '" +
                         digits + "'"};
        }
        out.push_back(static_cast<u8>((high * 16) + low));
    }
    if (digits.size() % 2 != 0 || out.size() < 14) {
        return Error{"hex: whole bytes are needed, and a frame has at least 14"};
    }
    return out;
}

Status read_addresses(const Json& command, FrameSpec& spec) {
    const std::string source = text(command, "source");
    const std::string destination = text(command, "destination");
    const auto four = [](const std::string& from, u32& to) {
        in_addr address{};
        if (!from.empty() && ::inet_pton(AF_INET, from.c_str(), &address) != 1) {
            return false;
        }
        to = from.empty() ? to : ntohl(address.s_addr);
        return true;
    };
    const auto six = [](const std::string& from, std::array<u8, 16>& to) {
        return from.empty() || ::inet_pton(AF_INET6, from.c_str(), to.data()) == 1;
    };
    const bool good = spec.ipv6
                          ? six(source, spec.source6) && six(destination, spec.destination6)
                          : four(source, spec.source4) && four(destination, spec.destination4);
    if (!good) {
        return Error{"source, destination: an address of the frame's own family is needed"};
    }
    for (const auto& [key, field] : {std::pair{"ether_source", &spec.source},
                                     std::pair{"ether_destination", &spec.destination}}) {
        const std::string given = text(command, key);
        if (!given.empty()) {
            const Result<std::array<u8, 6>> address = parse_address(given, true);
            if (!address) {
                return address.error();
            }
            *field = address.value();
        }
    }
    return {};
}

Result<FrameSpec> frame_of(const Json& command, const Nic& nic) {
    FrameSpec spec;
    spec.destination = nic.address();
    const std::string kind = text(command, "kind", "tcp4");
    struct Kind {
        const char* name;
        u8 protocol;
        bool ipv6;
    };
    constexpr std::array kinds{Kind{"tcp4", protocol_tcp, false},
                               Kind{"tcp6", protocol_tcp, true},
                               Kind{"udp4", protocol_udp, false},
                               Kind{"udp6", protocol_udp, true},
                               Kind{"sctp4", protocol_sctp, false},
                               Kind{"sctp6", protocol_sctp, true},
                               Kind{"ip4", 253, false},
                               Kind{"ip6", 253, true},
                               Kind{"ether", 0, false}};
    const auto* found =
        std::ranges::find_if(kinds, [&kind](const Kind& one) { return kind == one.name; });
    if (found == kinds.end()) {
        return Error{"kind: tcp4, tcp6, udp4, udp6, sctp4, sctp6, ip4, ip6 or ether"};
    }
    spec.protocol = static_cast<u8>(number(command, "protocol", found->protocol));
    spec.ipv6 = found->ipv6;
    spec.source_port = static_cast<u16>(number(command, "source_port", spec.source_port));
    spec.destination_port =
        static_cast<u16>(number(command, "destination_port", spec.destination_port));
    spec.payload = number(command, "payload", spec.payload);
    spec.tcp_flags = static_cast<u8>(number(command, "tcp_flags", spec.tcp_flags));
    spec.tci = command.contains("tci") ? static_cast<int>(number(command, "tci", 0)) : -1;
    spec.ethertype = static_cast<u16>(number(command, "ethertype", kind == "ether" ? 0x88b5 : 0));
    if (const Status done = read_addresses(command, spec); !done) {
        return done.error();
    }
    return spec;
}

Json receiver_statistics(const Nic& nic) {
    Json queues = Json::array();
    for (u32 queue = 0; queue < nic.spec().queues; ++queue) {
        const auto& one = nic.receiver().counters(queue);
        Json by = Json::object();
        for (std::size_t i = 0; i < reason_count; ++i) {
            by[std::string(reason_name(static_cast<Reason>(i)))] = one.by_reason.at(i);
        }
        queues.push_back({{"frames", one.frames},
                          {"octets", one.octets},
                          {"dropped", one.dropped},
                          {"by", std::move(by)}});
    }
    const auto& all = nic.receiver().counters();
    return {{"queues", std::move(queues)},
            {"offered", all.offered},
            {"receiver_off", all.receiver_off},
            {"filtered", all.filtered},
            {"missed", all.missed},
            {"no_buffer", all.no_buffer},
            {"queue_off", all.queue_off},
            {"waiting", nic.receiver().waiting()}};
}

}  // namespace

nlohmann::json Commands::run_line(const std::string& line) {
    const Json command = Json::parse(line, nullptr, false);
    if (!command.is_object()) {
        return {{"ok", false}, {"error", "a JSON object on one line is needed"}};
    }
    return run(command);
}

std::string Commands::answer(const std::string& line) {
    Json said;
    try {
        said = run_line(line);
    } catch (const std::exception& error) {
        said = {{"ok", false}, {"error", error.what()}};
    }
    // An error may quote half a character.
    return said.dump(-1, ' ', false, Json::error_handler_t::replace);
}

Status Commands::check(const Json& command) const {
    if (Status good = check_keys(command); !good) {
        return good;
    }
    const std::string name = text(command, "nic", "nic0");
    const Slot* slot = machine_.find(name);
    if (slot == nullptr) {
        return Error{"nic: there is no " + name};
    }
    const std::string verb = text(command, "do");
    if (verb == "fault" || (verb == "clear" && command.contains("fault"))) {
        return check_fault(slot->nic, command);
    }
    if (verb == "inject") {
        const Result<Bytes> frame = bytes_of(text(command, "hex"));
        return frame ? Status{} : Status{frame.error()};
    }
    if (verb == "generate") {
        const Result<FrameSpec> frame = frame_of(command, slot->nic);
        return frame ? Status{} : Status{frame.error()};
    }
    if (verb == "pin" && !command.contains("pin")) {
        return Error{"pin: 0 to 3, the pins SDP0 to SDP3"};
    }
    if (verb == "register" && number(command, "offset", 1) % 4 != 0) {
        return Error{"offset: a multiple of four is needed"};
    }
    if (verb == "aer") {
        const u32 known = flag(command, "uncorrectable", false) ? ConfigSpace::uncorrectable_errors
                                                                : ConfigSpace::correctable_errors;
        const u64 given = number(command, "bits", 1);
        if (given == 0 || (given & ~u64{known}) != 0) {
            return Error{"bits: only those of " + hex(known) + ", and at least one"};
        }
    }
    return {};
}

Status Commands::check_fault(const Nic& nic, const Json& command) {
    const std::string name = text(command, "fault");
    const auto which = find_fault(name);
    if (!which) {
        return Error{"fault: there is no '" + name + "'"};
    }
    const bool flap = *which == Fault::link_flap;
    if (flap || *which == Fault::aer) {
        const std::string own = flap ? "ms" : "value";
        for (const char* key : {"queue", "skip", "count", "every", "probability", "ms", "value"}) {
            if (command.contains(key) && key != own) {
                std::string why = key;
                why += ": " + name + " is done at once and once; it has ";
                why += own + " alone";
                return Error{std::move(why)};
            }
        }
        const u64 value = number(command, "value", 0);
        if (!flap && (value & ~u64{ConfigSpace::uncorrectable_errors}) != 0) {
            return Error{"value: only bits of " + hex(ConfigSpace::uncorrectable_errors)};
        }
    }
    return text(command, "do") == "fault" ? nic.can(*which) : Status{};
}

nlohmann::json Commands::run(const Json& command) {
    const std::string verb = text(command, "do");
    const std::string name = text(command, "nic", "nic0");
    if (const Status can = check(command); !can) {
        return {{"ok", false}, {"error", can.error().text}};
    }
    Slot* slot = machine_.find(name);
    Result<Json> done = execute(verb, slot->nic, slot->server, command);
    if (!done) {
        return {{"ok", false}, {"error", done.error().text}};
    }
    Json answer = std::move(done.value());
    answer["ok"] = true;
    return answer;
}

Result<Json> Commands::execute(const std::string& verb, Nic& nic, Server& server,
                               const Json& command) {
    if (verb == "statistics") {
        return statistics(nic);
    }
    if (verb == "fault") {
        return fault(nic, command);
    }
    if (verb == "clear") {
        return clear(nic, command);
    }
    if (verb == "random") {
        return random(nic, command);
    }
    if (verb == "inject") {
        return inject(nic, command);
    }
    if (verb == "generate") {
        return generate(nic, command);
    }
    if (verb == "replay") {
        return replay(nic, command);
    }
    if (verb == "capture") {
        if (const Status done = nic.capture(text(command, "file")); !done) {
            return done.error();
        }
        return Json::object();
    }
    if (verb == "cable") {
        nic.set_cable(flag(command, "plugged", true));
        return Json::object();
    }
    if (verb == "pin") {
        nic.pins().set_level(static_cast<u32>(number(command, "pin", 0)),
                             flag(command, "level", true));
        return Json::object();
    }
    if (verb == "aer") {
        nic.record_aer(flag(command, "uncorrectable", false),
                       static_cast<u32>(number(command, "bits", 1)));
        return Json::object();
    }
    if (verb == "cause") {
        nic.cause(static_cast<u32>(number(command, "bits", 0)));
        return Json::object();
    }
    if (verb == "register") {
        const u64 offset = number(command, "offset", 0);
        return Json{{"value", nic.registers()[RegisterFile::fold(static_cast<u32>(offset))]}};
    }
    server.disconnect();  // "remove"; check() knows no other verb
    return Json::object();
}

Result<Json> Commands::fault(Nic& nic, const Json& command) {
    FaultRule rule;
    rule.fault = find_fault(text(command, "fault")).value_or(rule.fault);  // checked
    rule.queue = command.contains("queue") ? static_cast<int>(number(command, "queue", 0)) : -1;
    rule.skip = number(command, "skip", 0);
    rule.count = number(command, "count", 0);
    rule.every = number(command, "every", 1);
    rule.value = number(command, "value", 0);
    const auto probability = command.find("probability");
    if (probability != command.end() && probability->is_number()) {
        rule.probability = probability->get<double>();
    }
    if (command.contains("ms")) {
        rule.until_ns = timers_.now_ns() + (number(command, "ms", 0) * millisecond);
    }
    nic.misbehave(rule);
    return Json::object();
}

Result<Json> Commands::clear(Nic& nic, const Json& command) {
    if (const auto which = find_fault(text(command, "fault"))) {
        nic.behave(*which);
    } else {
        nic.behave();
    }
    return Json::object();
}

Result<Json> Commands::random(Nic& nic, const Json& command) {
    constexpr u64 frames = 1000;
    nic.misbehave_by_chance(number(command, "seed", 1), number(command, "frames", frames));
    return Json::object();
}

Result<Json> Commands::inject(Nic& nic, const Json& command) {
    const Result<Bytes> frame = bytes_of(text(command, "hex"));
    if (!frame) {
        return frame.error();
    }
    const u64 count = number(command, "count", 1);
    for (u64 i = 0; i < count; ++i) {
        nic.frame_arrived(frame.value(), flag(command, "bad_crc", false));
    }
    return Json{{"frames", count}};
}

Result<Json> Commands::replay(Nic& nic, const Json& command) {
    Result<std::vector<Bytes>> frames = read_pcap(text(command, "file"));
    if (!frames) {
        return frames.error();
    }
    for (Bytes& frame : frames.value()) {
        frame.resize(std::max(frame.size(), Port::shortest_frame), 0);
        nic.frame_arrived(std::move(frame), false);
    }
    return Json{{"frames", frames.value().size()}};
}

Result<Json> Commands::generate(Nic& nic, const Json& command) {
    Result<FrameSpec> made = frame_of(command, nic);
    const u64 count = number(command, "count", 1);
    const u64 flows = number(command, "flows", 1);
    if (!made) {
        return made.error();
    }
    FrameSpec spec = made.value();
    const u16 first = spec.source_port;
    for (u64 i = 0; i < count; ++i) {
        spec.source_port = static_cast<u16>(first + (i % flows));
        Bytes frame = make_frame(spec);
        frame.resize(std::max(frame.size(), Port::shortest_frame), 0);
        nic.frame_arrived(std::move(frame), flag(command, "bad_crc", false));
    }
    return Json{{"frames", count}};
}

nlohmann::json Commands::statistics(Nic& nic) {
    Json transmitted = Json::array();
    for (u32 queue = 0; queue < nic.spec().queues; ++queue) {
        const auto& one = nic.transmitter().counters(queue);
        transmitted.push_back(
            {{"frames", one.frames}, {"octets", one.octets}, {"descriptors", one.descriptors}});
    }
    Json faults = Json::object();
    for (std::size_t i = 0; i < fault_count; ++i) {
        const auto fault = static_cast<Fault>(i);
        if (nic.faults().done(fault) != 0) {
            faults[std::string(fault_name(fault))] = nic.faults().done(fault);
        }
    }
    const DmaTable::Faults& dma = nic.dma().faults();
    return {{"nic", nic.name()},
            {"mac", nic.spec().name},
            {"link", nic.link_up()},
            {"rx", receiver_statistics(nic)},
            {"tx", {{"queues", std::move(transmitted)}}},
            {"interrupts", nic.messages_sent()},
            {"faults", std::move(faults)},
            {"frames_left", nic.frames_left()},
            {"dma_faults",
             {{"outside", dma.outside},
              {"forbidden", dma.forbidden},
              {"unshared", dma.unshared},
              {"last", dma.last}}},
            {"driver_faults",
             {{"count", nic.complaints().count()}, {"last", nic.complaints().last()}}}};
}

}  // namespace igbmodel
