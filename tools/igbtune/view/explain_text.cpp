// SPDX-License-Identifier: GPL-2.0-only
#include "view/explain_text.hpp"

#include <algorithm>
#include <vector>

#include "util/text.hpp"
#include "version.hpp"
#include "view/roff.hpp"
#include "view/table.hpp"

namespace igbtune::view {

using model::Term;

namespace {

constexpr std::size_t text_width = 100;

// Words in lines of the page's width, each behind the indent.
std::string wrapped(std::string_view text, std::size_t indent) {
    std::string lines;
    std::string line(indent, ' ');
    for (const std::string_view word : util::words(text)) {
        if (line.size() > indent && line.size() + 1 + word.size() > text_width) {
            lines += line + '\n';
            line.assign(indent, ' ');
        }
        line += line.size() > indent ? " " : "";
        line += word;
    }
    return lines + line + '\n';
}

void add_line(std::string& text, std::string_view label, std::string_view value) {
    constexpr std::size_t label_width = 13;
    if (value.empty()) {
        return;
    }
    std::string block = wrapped(value, label_width + 2);
    std::ranges::copy(label, block.begin() + 2);
    text += block;
}

std::string with_capital(std::string_view text) {
    std::string result(text);
    if (!result.empty() && result.front() >= 'a' && result.front() <= 'z') {
        result.front() = static_cast<char>(result.front() - 'a' + 'A');
    }
    return result;
}

constexpr std::string_view manual_title = "What igbtune's counters and knobs mean";

struct Chapter {
    std::string_view layer;
    std::vector<const Term*> terms;
};

// One for each layer, in the order of the table.
std::vector<Chapter> chapters() {
    std::vector<Chapter> found;
    for (const Term& term : model::glossary()) {
        auto chapter = std::ranges::find(found, term.layer, &Chapter::layer);
        if (chapter == found.end()) {
            found.push_back({.layer = term.layer, .terms = {}});
            chapter = found.end() - 1;
        }
        chapter->terms.push_back(&term);
    }
    return found;
}

// All but the meaning, in sentences.
std::string facts_of(const Term& term) {
    const bool knob = term.verdict == model::Verdict::knob;
    std::string facts = with_capital(model::to_string(term.verdict)) + ". ";
    facts += std::string(knob ? "Read by " : "Counted by ") + std::string(term.counter) + ".";
    if (!term.contains.empty()) {
        facts +=
            std::string(knob ? " Touches: " : " Overlaps: ") + std::string(term.contains) + ".";
    }
    if (!term.since.empty()) {
        facts += " Since Linux " + std::string(term.since) + ".";
    }
    if (!term.advice.empty()) {
        facts += " What to do: " + std::string(term.advice);
    }
    return facts;
}

}  // namespace

std::string term_text(const Term& term, const Style& style) {
    const bool knob = term.verdict == model::Verdict::knob;
    std::string text = style.title(term.name) + "\n" + wrapped(term.meaning, 2);
    add_line(text, "layer", term.layer);
    add_line(text, knob ? "read by" : "counted by", term.counter);
    add_line(text, knob ? "touches" : "overlaps", term.contains);
    add_line(text, "since Linux", term.since);
    add_line(text, "verdict", model::to_string(term.verdict));
    add_line(text, "what to do", term.advice);
    return text;
}

std::string term_list(std::span<const Term* const> terms) {
    Table table({{.header = "name", .align = Align::left},
                 {.header = "layer", .align = Align::left},
                 {.header = "verdict", .align = Align::left}});
    for (const Term* const term : terms) {
        table.add({std::string(term->name), std::string(term->layer),
                   std::string(model::to_string(term->verdict))});
    }
    return table.text(0);
}

std::string term_manual() {
    std::string text =
        ".. SPDX-License-Identifier: GPL-2.0-only\n"
        ".. Made by 'igbtune explain --rst' from the table in tools/igbtune/model; a test compares "
        "them.\n\n";
    text += std::string(manual_title.size(), '=') + "\n" + std::string(manual_title) + "\n" +
            std::string(manual_title.size(), '=') + "\n";
    for (const Chapter& chapter : chapters()) {
        const std::string heading = with_capital(chapter.layer);
        text += "\n" + heading + "\n" + std::string(heading.size(), '-') + "\n";
        for (const Term* const term : chapter.terms) {
            text += "\n" + std::string(term->name) + "\n" + wrapped(term->meaning, 4) + "\n" +
                    wrapped(facts_of(*term), 4);
        }
    }
    return text;
}

std::string term_page() {
    std::string text =
        ".\\\" SPDX-License-Identifier: GPL-2.0-only\n"
        ".TH IGBTUNE\\-COUNTERS 7 \"" +
        std::string(version_date) + "\" \"igbtune " + version +
        "\" \"Network tuning\"\n"
        ".SH NAME\n"
        "igbtune\\-counters \\- " +
        roff("what igbtune's counters and knobs mean") + "\n";
    for (const Chapter& chapter : chapters()) {
        text += ".SH " + roff(with_capital(chapter.layer)) + "\n";
        for (const Term* const term : chapter.terms) {
            text += ".TP\n\\fB" + roff(term->name) + "\\fR\n" + roff(term->meaning) + "\n" +
                    roff(facts_of(*term)) + "\n";
        }
    }
    return text + ".SH SEE ALSO\n.BR igbtune (8)\n";
}

}  // namespace igbtune::view
