// Answers of HTTP/1.1, as they come: a head, and a body with a length, in chunks, or until the end of the connection.

#ifndef HTTP1_H
#define HTTP1_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { LINE_ROOM = 4096 };

enum http1_state { STATUS_LINE, FIELDS, BODY, CHUNK_LINE, CHUNK_BODY, CHUNK_END, TRAILERS, WHOLE, BAD };

struct http1 {
    enum http1_state state;
    char line[LINE_ROOM];
    size_t line_length;
    /// Of the body or the chunk.
    uint64_t left;
    int status;
    bool is_packed, is_chunked, closes, has_begun;
};

/// For the next answer.
void http1_begin(struct http1 *http1);
/// Takes bytes until the answer is whole or cannot be read; returns how many. Pieces of the body go to `piece`.
size_t http1_take(
    struct http1 *http1, const uint8_t *bytes, size_t length,
    void (*piece)(void *context, const uint8_t *bytes, size_t length), void *context);
/// Whether an answer that came to here is whole now that the connection has ended.
bool http1_may_end(const struct http1 *http1);

#endif
