// TOML for Swift: a document goes in, its values come out one by one. A thin C face on toml++
// (header-only, C++17), whose types and exceptions stay behind it.
#ifndef WEIR_CTOML_H
#define WEIR_CTOML_H

#include <stddef.h>

#ifdef __cplusplus
extern "C" {
#endif

/// What a value is.
typedef enum {
    WEIR_TOML_TEXT,         ///< A string.
    WEIR_TOML_NUMBER,       ///< An integer or a floating point number, as decimal text.
    WEIR_TOML_OTHER,        ///< Something that no setting is: a boolean, a date, a nested array.
    WEIR_TOML_EMPTY_ARRAY,  ///< An array without elements. The text is empty.
} weir_toml_kind;

/// Receives one value. An array comes as its elements, one call each, with the same key. Keys inside
/// tables are joined with dots. `key` and `text` are UTF-8, not terminated, and valid for the call
/// only. `line` counts from 1.
typedef void (*weir_toml_visitor)(void *context, const char *key, size_t key_bytes,
                                  weir_toml_kind kind, int in_array, const char *text,
                                  size_t text_bytes, unsigned line);

/// Parses a document and visits its values, sorted by key. 0, or -1 when it is not valid TOML (or
/// memory ran out): then nothing was visited, `error` holds a terminated description, cut to
/// `error_capacity` bytes, and `error_line` the line, or 0 when it is not known.
int weir_toml_parse(const char *document, size_t bytes, weir_toml_visitor visitor, void *context,
                    char *error, size_t error_capacity, unsigned *error_line);

#ifdef __cplusplus
}
#endif

#endif
