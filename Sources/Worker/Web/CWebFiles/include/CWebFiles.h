// The pages and their assets, as they lie in Pages and Assets, inside the executable.
#pragma once

#include <stddef.h>

struct weir_web_file {
    /// Relative to Sources/Worker/Web: "Pages/home.html", "Assets/base.css".
    const char *path;
    const unsigned char *bytes;
    size_t size;
};

/// Index of a file, from 0; past the last one, all members are zero.
struct weir_web_file weir_web_file_at(size_t index);
