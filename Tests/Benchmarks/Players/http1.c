// See http1.h.

#include "http1.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

void http1_begin(struct http1 *http1) {
    memset(http1, 0, sizeof *http1);
    http1->left = UINT64_MAX;
}

static const char *value_of(const char *line, const char *name) {
    const size_t length = strlen(name);
    if (strncasecmp(line, name, length) != 0 || line[length] != ':') return NULL;
    return line + length + 1 + strspn(line + length + 1, " ");
}

static void take_field(struct http1 *http1, const char *line) {
    const char *value;
    if ((value = value_of(line, "content-length")) != NULL) {
        http1->left = strtoull(value, NULL, 10);
    } else if ((value = value_of(line, "transfer-encoding")) != NULL) {
        http1->is_chunked = strcasecmp(value, "chunked") == 0;
    } else if ((value = value_of(line, "content-encoding")) != NULL) {
        http1->is_packed = strcasecmp(value, "gzip") == 0;
    } else if ((value = value_of(line, "connection")) != NULL) {
        http1->closes = strcasecmp(value, "close") == 0;
    }
}

static enum http1_state after_head(struct http1 *http1) {
    if (http1->status < 200) return STATUS_LINE;
    if (http1->is_chunked) return CHUNK_LINE;
    return http1->status == 204 || http1->status == 304 || http1->left == 0 ? WHOLE : BODY;
}

static enum http1_state after_line(struct http1 *http1) {
    const char *line = http1->line;
    switch (http1->state) {
    case STATUS_LINE:
        // Icecast answers in HTTP/1.0.
        if (strncmp(line, "HTTP/1.1 ", 9) != 0 && strncmp(line, "HTTP/1.0 ", 9) != 0) return BAD;
        http1->status = atoi(line + 9);
        return FIELDS;
    case FIELDS:
        if (line[0] == 0) return after_head(http1);
        take_field(http1, line);
        return FIELDS;
    case CHUNK_LINE:
        http1->left = strtoull(line, NULL, 16);
        return http1->left == 0 ? TRAILERS : CHUNK_BODY;
    case CHUNK_END: return line[0] == 0 ? CHUNK_LINE : BAD;
    case TRAILERS: return line[0] == 0 ? WHOLE : TRAILERS;
    default: return BAD;
    }
}

static void take_byte(struct http1 *http1, uint8_t byte) {
    if (byte != '\n') {
        if (http1->line_length == LINE_ROOM - 1) http1->state = BAD;
        else http1->line[http1->line_length++] = (char)byte;
        return;
    }
    if (http1->line_length > 0 && http1->line[http1->line_length - 1] == '\r') http1->line_length -= 1;
    http1->line[http1->line_length] = 0;
    http1->line_length = 0;
    http1->state = after_line(http1);
}

size_t http1_take(
    struct http1 *http1, const uint8_t *bytes, size_t length,
    void (*piece)(void *context, const uint8_t *bytes, size_t length), void *context) {
    size_t at = 0;
    if (length > 0) http1->has_begun = true;
    while (at < length && http1->state != WHOLE && http1->state != BAD) {
        if (http1->state != BODY && http1->state != CHUNK_BODY) {
            take_byte(http1, bytes[at++]);
            continue;
        }
        const size_t count = length - at < http1->left ? length - at : (size_t)http1->left;
        piece(context, bytes + at, count);
        at += count;
        if (http1->left != UINT64_MAX) http1->left -= count;
        if (http1->left == 0) http1->state = http1->state == BODY ? WHOLE : CHUNK_END;
    }
    return at;
}

bool http1_may_end(const struct http1 *http1) {
    return http1->state == BODY && http1->left == UINT64_MAX;
}
