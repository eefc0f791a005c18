// HTTP/2 of a wire. nghttp2 keeps the protocol; what it has to send waits in it until the socket takes it. Requests
// that the server says it has not looked at, or that could not be sent any more, are closed by it as refused.

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "wire.h"

enum { STREAM_WINDOW = 4 << 20, CONNECTION_WINDOW = 64 << 20 };

static int on_header(
    nghttp2_session *session, const nghttp2_frame *frame, const uint8_t *name, size_t name_length,
    const uint8_t *value, size_t value_length, uint8_t flags, void *context) {
    (void)flags;
    (void)context;
    struct request *request = nghttp2_session_get_stream_user_data(session, frame->hd.stream_id);
    if (request == NULL) return 0;
    if (name_length == 7 && memcmp(name, ":status", 7) == 0) {
        request->answer.status = atoi((const char *)value);
    } else if (name_length == 16 && memcmp(name, "content-encoding", 16) == 0) {
        request->answer.is_packed = value_length == 4 && memcmp(value, "gzip", 4) == 0;
    }
    return 0;
}

static int on_data(
    nghttp2_session *session, uint8_t flags, int32_t stream, const uint8_t *data, size_t length,
    void *context) {
    (void)flags;
    struct request *request = nghttp2_session_get_stream_user_data(session, stream);
    if (request != NULL) wire_piece(context, request, data, length);
    return 0;
}

static int on_close(nghttp2_session *session, int32_t stream, uint32_t error, void *context) {
    struct wire *wire = context;
    struct request *request = nghttp2_session_get_stream_user_data(session, stream);
    if (request == NULL) return 0;
    wire_forget(wire, request);
    request->answer.at_ns = wire->read_at_ns;
    client_take(
        wire->client, request,
        error == NGHTTP2_REFUSED_STREAM ? REFUSED : error != 0 ? BROKEN : ANSWERED);
    return 0;
}

static int on_frame(nghttp2_session *session, const nghttp2_frame *frame, void *context) {
    (void)session;
    struct wire *wire = context;
    if (frame->hd.type == NGHTTP2_GOAWAY && !wire->is_leaving) {
        wire->is_leaving = true;
        wire->dial->counts.left += 1;
    }
    return 0;
}

nghttp2_session *http2_session(struct wire *wire) {
    nghttp2_session_callbacks *callbacks;
    nghttp2_session *session;
    if (nghttp2_session_callbacks_new(&callbacks) != 0) fail("nghttp2");
    nghttp2_session_callbacks_set_on_header_callback(callbacks, on_header);
    nghttp2_session_callbacks_set_on_data_chunk_recv_callback(callbacks, on_data);
    nghttp2_session_callbacks_set_on_stream_close_callback(callbacks, on_close);
    nghttp2_session_callbacks_set_on_frame_recv_callback(callbacks, on_frame);
    if (nghttp2_session_client_new(&session, callbacks, wire) != 0) fail("nghttp2");
    nghttp2_session_callbacks_del(callbacks);
    const nghttp2_settings_entry settings[] = {
        {NGHTTP2_SETTINGS_ENABLE_PUSH, 0}, {NGHTTP2_SETTINGS_INITIAL_WINDOW_SIZE, STREAM_WINDOW}};
    nghttp2_submit_settings(session, NGHTTP2_FLAG_NONE, settings, 2);
    nghttp2_session_set_local_window_size(session, NGHTTP2_FLAG_NONE, 0, CONNECTION_WINDOW);
    return session;
}

void http2_ask(struct wire *wire, struct request *request) {
    char authority[32];
    snprintf(authority, sizeof authority, "localhost:%u", wire->dial->port);
#define FIELD(name, value) {(uint8_t *)(name), (uint8_t *)(value), strlen(name), strlen(value), 0}
    const nghttp2_nv fields[] = {
        FIELD(":method", "GET"), FIELD(":scheme", "https"), FIELD(":authority", authority),
        FIELD(":path", request->path), FIELD("accept-encoding", "gzip"), FIELD("user-agent", "players")};
#undef FIELD
    if (nghttp2_submit_request(wire->session, NULL, fields, 6, NULL, request) < 0) fail("a request");
}
