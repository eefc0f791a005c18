// toml++ behind a C function. Everything is collected before the first visit, so that an exception
// (no memory, or an assertion of the parser) never crosses into C or Swift.
//
// toml++ 3.3 asserts what some invalid documents break ("[[[" does). An assertion that fails is
// therefore an error of the document here: neither the end of the process, as by default, nor
// something that the optimiser may assume, as with NDEBUG.

#undef NDEBUG
#define TOML_ASSERT(condition) ((condition) ? (void)0 : throw weir_failed_assertion())
#define TOML_EXCEPTIONS 0
#define TOML_ENABLE_FORMATTERS 0

struct weir_failed_assertion {};

#include "CToml.h"

#include <toml++/toml.h>

#include <charconv>
#include <cstdio>
#include <string>
#include <vector>

namespace {

struct Value {
    std::string key;
    weir_toml_kind kind;
    bool in_array;
    std::string text;
    unsigned line;
};

template <typename Number>
std::string decimal(Number number) {
    char text[64];
    auto result = std::to_chars(text, text + sizeof text, number);
    return std::string(text, result.ec == std::errc() ? result.ptr : text);
}

void add_scalar(std::vector<Value> &values, const std::string &key, const toml::node &node,
                bool in_array) {
    Value value{key, WEIR_TOML_OTHER, in_array, {}, node.source().begin.line};
    if (auto text = node.as_string()) {
        value.kind = WEIR_TOML_TEXT;
        value.text = text->get();
    } else if (auto integer = node.as_integer()) {
        value.kind = WEIR_TOML_NUMBER;
        value.text = decimal(integer->get());
    } else if (auto number = node.as_floating_point()) {
        value.kind = WEIR_TOML_NUMBER;
        value.text = decimal(number->get());
    }
    values.push_back(std::move(value));
}

void flatten(std::vector<Value> &values, const std::string &prefix, const toml::table &table) {
    for (auto &&[name, node] : table) {
        std::string key = prefix;
        key.append(name.str());
        if (auto inner = node.as_table()) {
            // An empty table is still a key that somebody wrote.
            if (inner->empty()) add_scalar(values, key, node, false);
            flatten(values, key + ".", *inner);
        } else if (auto array = node.as_array()) {
            if (array->empty()) {
                values.push_back({key, WEIR_TOML_EMPTY_ARRAY, true, {}, node.source().begin.line});
            }
            for (auto &&element : *array) add_scalar(values, key, element, true);
        } else {
            add_scalar(values, key, node, false);
        }
    }
}

}  // namespace

int weir_toml_parse(const char *document, size_t bytes, weir_toml_visitor visitor, void *context,
                    char *error, size_t error_capacity, unsigned *error_line) {
    std::vector<Value> values;
    try {
        auto result = toml::parse(std::string_view(document, bytes));
        if (!result) {
            auto text = result.error().description();
            snprintf(error, error_capacity, "%.*s", static_cast<int>(text.size()), text.data());
            *error_line = result.error().source().begin.line;
            return -1;
        }
        flatten(values, "", result.table());
    } catch (const weir_failed_assertion &) {
        snprintf(error, error_capacity, "something is out of place");
        *error_line = 0;
        return -1;
    } catch (...) {
        snprintf(error, error_capacity, "not enough memory");
        *error_line = 0;
        return -1;
    }
    for (auto &value : values) {
        visitor(context, value.key.data(), value.key.size(), value.kind, value.in_array,
                value.text.data(), value.text.size(), value.line);
    }
    return 0;
}
