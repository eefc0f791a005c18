vcl 4.1;

# Varnish (7.1 or newer) as a cache in front of Weir: HLS, low-latency HLS and DASH. It speaks neither TLS nor
# HTTP/2 with its origin, so HAProxy (haproxy.cfg) stands on both sides of it, and keeps all else away from it.
#
#     varnishd -a 127.0.0.1:6081 -f /etc/varnish/weir.vcl -s malloc,1g -p timeout_idle=65
#
# By default Varnish closes idle connections after five seconds, while HAProxy writes into them.
# docs/edges.md says what to expect.

backend origin {
    .host = "127.0.0.1";
    .port = "6082";
    .connect_timeout = 2s;
    # Longer than a request is held: three target durations.
    .first_byte_timeout = 50s;
    .between_bytes_timeout = 15s;
}

sub vcl_recv {
    if (req.method != "GET" && req.method != "HEAD") {
        return (pass);
    }
    # No answer depends on these; with them nothing would be kept.
    unset req.http.Cookie;
    unset req.http.Authorization;
    return (hash);
}

# All of the address with its query, and nothing else that a request says.
sub vcl_hash {
    hash_data(req.url);
    return (lookup);
}

sub vcl_backend_response {
    # Nothing is served that has expired: one request fetches the next, and the others wait for it.
    set beresp.grace = 0s;
    set beresp.keep = 0s;
    # HAProxy's own words when the origin does not answer, or a worker ended under the request.
    if (beresp.status == 502 || beresp.status == 504) {
        if (bereq.retries == 0) {
            return (retry);
        }
        set beresp.status = 503;
    }
    if (beresp.status == 503) {
        set beresp.http.Access-Control-Allow-Origin = "*";
        set beresp.http.Access-Control-Expose-Headers = "age, date, retry-after";
        set beresp.http.Retry-After = "1";
        set beresp.http.Cache-Control = "public, max-age=1";
    }
    # For Varnish these have no lifetime, whatever they say themselves, and for two minutes nobody would wait
    # for anybody under their address.
    if (beresp.status == 400 || beresp.status == 404 || beresp.status == 503) {
        set beresp.ttl = 1s;
        return (deliver);
    }
    if (beresp.ttl <= 0s || beresp.status >= 400 || beresp.http.Set-Cookie) {
        set beresp.ttl = 1s;
        set beresp.uncacheable = true;
    }
    return (deliver);
}

# HAProxy itself is away.
sub vcl_backend_error {
    if (bereq.retries == 0) {
        return (retry);
    }
    set beresp.status = 503;
    set beresp.ttl = 1s;
    set beresp.grace = 0s;
    set beresp.keep = 0s;
    set beresp.http.Access-Control-Allow-Origin = "*";
    set beresp.http.Access-Control-Expose-Headers = "age, date, retry-after";
    set beresp.http.Retry-After = "1";
    set beresp.http.Cache-Control = "public, max-age=1";
    set beresp.http.Content-Type = "application/problem+json";
    set beresp.body = {"{"type":"about:blank","title":"The origin does not answer","status":503}"};
    return (deliver);
}
