"""A client that says HTTP/1.1 byte by byte, legal or not.

http1.py PORT SCENARIO: exits 0 when the server did what the scenario expects, otherwise with the
reason. PORT is a TLS port, or a plain one for the scenarios that say so. Scenarios are the
functions below; every wait is for bytes or for the end of the connection.
"""

import socket
import ssl
import struct
import sys
import threading

DEADLINE_S = 20
WINDOW = 256 * 1024


class Response:
    def __init__(self, status, fields, body):
        self.status, self.fields, self.body = status, fields, body


class Client:
    def __init__(self, port, secure=True):
        self.socket = socket.create_connection(("127.0.0.1", port))
        self.socket.settimeout(DEADLINE_S)
        self.pending = b""
        self.bodies_wanted = True
        if secure:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
            context.check_hostname = False
            context.verify_mode = ssl.CERT_NONE
            self.socket = context.wrap_socket(self.socket)

    def send(self, text):
        self.socket.sendall(text.encode() if isinstance(text, str) else text)

    def get(self, path="/hello", *fields, method="GET", version="1.1"):
        self.send("\r\n".join([f"{method} {path} HTTP/{version}", "Host: a", *fields, "", ""]))

    def more(self):
        """False at the end of the connection."""
        try:
            received = self.socket.recv(65536)
        except (ssl.SSLError, ConnectionResetError):
            received = b""
        self.pending += received
        return bool(received)

    def take(self, count):
        while len(self.pending) < count:
            if not self.more():
                fail(f"the connection ended after {self.pending[-200:]!r}")
        taken, self.pending = self.pending[:count], self.pending[count:]
        return taken

    def line(self):
        while b"\r\n" not in self.pending:
            if not self.more():
                fail(f"the connection ended after {self.pending[-200:]!r}")
        line, _, self.pending = self.pending.partition(b"\r\n")
        return line.decode()

    def rest(self):
        """Everything to the end of the connection."""
        while self.more():
            pass
        rest, self.pending = self.pending, b""
        return rest

    def head(self):
        version, status, _ = self.line().split(" ", 2)
        expect(version, "HTTP/1.1", "version")
        fields = {}
        while line := self.line():
            name, _, value = line.partition(": ")
            fields[name] = value
        return int(status), fields

    def response(self, is_head=False):
        status, fields = self.head()
        body = b""
        if is_head or status in (100, 204, 304):
            pass
        elif fields.get("transfer-encoding") == "chunked":
            while size := int(self.line(), 16):
                body += self.take(size)
                expect(self.take(2), b"\r\n", "end of a chunk")
            expect(self.line(), "", "trailers")
        elif "content-length" in fields:
            body = self.take(int(fields["content-length"]))
        else:
            body = self.rest()
        return Response(status, fields, body)

    def end(self):
        """The connection ends, and nothing comes before that."""
        expect(self.rest(), b"", "what came instead of the end")


def fail(reason):
    sys.exit(reason)


def expect(actual, wanted, what):
    if actual != wanted:
        fail(f"{what}: {actual!r} instead of {wanted!r}")


# Requests and responses


def kept_alive(port):
    client = Client(port)
    for _ in range(3):
        client.get()
        response = client.response()
        expect((response.status, response.body), (200, b"hello"), "response")
        expect("connection" in response.fields, False, "a connection field")
        expect("date" in response.fields, True, "a date")


def asked_to_close(port):
    client = Client(port)
    client.get("/hello", "Connection: close")
    response = client.response()
    expect(response.fields.get("connection"), "close", "connection field")
    expect(response.body, b"hello", "body")
    client.end()


def http10_closes(port):
    client = Client(port)
    client.get(version="1.0")
    response = client.response()
    expect(response.fields.get("connection"), "close", "connection field")
    client.end()


def http10_keeps_alive(port):
    client = Client(port)
    for _ in range(2):
        client.get("/hello", "Connection: keep-alive", version="1.0")
        expect(client.response().fields.get("connection"), "keep-alive", "connection field")


def http10_gets_no_chunks(port):
    """What has no length ends with the connection."""
    client = Client(port)
    client.get("/size/100000", "Connection: keep-alive", version="1.0")
    response = client.response()
    expect("transfer-encoding" in response.fields, False, "a transfer coding")
    expect(response.fields.get("connection"), "close", "connection field")
    expect(len(response.body), 100000, "length of the body")


def head(port):
    client = Client(port)
    client.get(method="HEAD")
    response = client.response(is_head=True)
    expect(response.fields["content-length"], "5", "content-length")
    client.get("/size/1000", method="HEAD")
    expect(client.response(is_head=True).status, 200, "status of a HEAD for a stream")
    client.get()
    expect(client.response().body, b"hello", "body of the next response")


def chunked_response(port):
    client = Client(port)
    client.get("/ticks")
    response = client.response()
    expect(response.fields.get("transfer-encoding"), "chunked", "transfer coding")
    expect(response.body, b"tick" * 5, "body")
    client.get("/size/3000000")
    expect(client.response().body, bytes(i % 251 for i in range(3000000)), "large body")
    client.get("/size/0")
    expect(client.response().body, b"", "empty body")


def said_length(port):
    """A source whose length stands in the fields is framed by that length, not in chunks as well."""
    for path in ("/said/30000", "/known/30000"):
        client = Client(port)
        client.get(path)
        response = client.response()
        expect(response.fields.get("content-length"), "30000", "content-length")
        expect("transfer-encoding" in response.fields, False, "a transfer coding")
        expect(response.body, bytes(i % 251 for i in range(30000)), "body")
        client.get()
        expect(client.response().body, b"hello", "body of the next response")


def known_length(port):
    client = Client(port)
    client.get("/known/70000", method="HEAD")
    expect(client.response(is_head=True).fields["content-length"], "70000", "length for HEAD")
    client.get("/known/0")
    expect(client.response().fields["content-length"], "0", "length of nothing")
    client.get("/contradicted/7")
    expect(len(client.response().body), 8, "length of what is there")
    client.get("/long/70000")
    expect(len(client.response().body), 69990, "no more than was promised")
    client.get()
    expect(client.response().body, b"hello", "body of the next response")


def short_of_its_length(port):
    """A response that ends before its length must not look complete, nor may another follow."""
    client = Client(port)
    client.get("/short/70000")
    status, fields = client.head()
    expect((status, fields["content-length"]), (200, "70010"), "answer")
    expect(len(client.rest()) < 70010, True, "fewer bytes than were promised")


def aborted_source(port):
    """A chunked response that cannot be completed must not look complete."""
    client = Client(port)
    client.get("/abort")
    expect(b"0\r\n\r\n" in client.rest(), False, "a last chunk")


def pipelining(port):
    """Answered in order, though the first takes longest."""
    client = Client(port)
    paths = ["/ticks", "/hello", "/echo-fields", "/size/70000", "/hello"]
    client.send("".join(f"GET {path} HTTP/1.1\r\nHost: a\r\nX-N: 1\r\n\r\n" for path in paths))
    bodies = [client.response().body for _ in paths]
    expect(bodies[:3], [b"tick" * 5, b"hello", b"x-n=1"], "first three")
    expect(len(bodies[3]), 70000, "length of the fourth")
    expect(bodies[4], b"hello", "fifth")


def pipelined_bodies(port):
    client = Client(port)
    post = "POST /count HTTP/1.1\r\nHost: a\r\n"
    one = post + "Content-Length: 3\r\n\r\nabc"
    two = post + "Transfer-Encoding: chunked\r\n\r\n5\r\nabcde\r\n0\r\n\r\n"
    for byte in (one + two) * 2:
        client.send(byte)
    bodies = [client.response().body for _ in range(4)]
    expect(bodies, [b"3", b"5", b"3", b"5"], "counts")


def many_pipelined(port):
    client = Client(port)
    client.send("GET /hello HTTP/1.1\r\nHost: a\r\n\r\n" * 3000)
    for number in range(3000):
        expect(client.response().body, b"hello", f"response {number}")


def behind_a_close(port):
    """What comes behind the last request is not answered."""
    client = Client(port)
    client.get("/hello", "Connection: close")
    client.get("/hello")
    expect(client.response().status, 200, "status")
    client.end()


def garbage_behind_a_request(port):
    client = Client(port)
    client.send("GET /hello HTTP/1.1\r\nHost: a\r\n\r\nnonsense\r\n\r\n")
    expect(client.response().body, b"hello", "body")
    response = client.response()
    expect((response.status, response.fields.get("connection")), (400, "close"), "second answer")
    expect(response.fields["content-type"], "application/problem+json", "its type")
    client.end()


def chunks(port):
    """Chunk sizes, extensions and trailers, cut at every byte."""
    body = b"3;a=b\r\nabc\r\n0A\r\n0123456789\r\n1\r\n\r\r\n000\r\nX-Sum: 1\r\n\r\n"
    request = b"POST /count HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n" + body
    client = Client(port)
    for cut in range(0, len(request), 7):
        client.send(request[:cut])
        client.send(request[cut:])
        expect(client.response().body, b"14", f"count with the cut at {cut}")


def longer_than_declared(port):
    """The rest is the next request, and none that can be served."""
    client = Client(port)
    client.send("POST /count HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\nabc{}{}{}")
    expect(client.response().body, b"3", "count")
    expect(client.response().status, 400, "status of the rest")
    client.end()


def broken_chunks(port):
    client = Client(port)
    client.send("POST /count HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n")
    client.send("3\r\nabcd\r\n0\r\n\r\nGET /hello HTTP/1.1\r\nHost: a\r\n\r\n")
    response = client.response()
    expect((response.status, response.fields.get("connection")), (400, "close"), "answer")
    client.end()


def answered_before_broken_chunks(port):
    """The answer that was given is sent to its end, and nothing follows it."""
    broken = "3\r\nabcd\r\n0\r\n\r\nGET /hello HTTP/1.1\r\nHost: a\r\n\r\n"
    for path, status, length in (("/early", 409, None), ("/size/3000000", 200, 3_000_000)):
        client = Client(port)
        client.send("GET /hello HTTP/1.1\r\nHost: a\r\n\r\n"
                    f"POST {path} HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n"
                    + broken)
        expect(client.response().body, b"hello", "body of the first answer")
        response = client.response()
        expect(response.status, status, "status of the second")
        expect(length in (None, len(response.body)), True, "all of its body")
        client.end()


def expect_continue(port):
    client = Client(port)
    client.get("/count", "Content-Length: 4", "Expect: 100-continue", method="POST")
    expect(client.response().status, 100, "first status")
    client.send("abcd")
    expect(client.response().body, b"4", "count")
    client.get()
    expect(client.response().status, 200, "status of the next request")


def no_continue_before_an_early_answer(port):
    client = Client(port)
    client.get("/early", "Content-Length: 4", "Expect: 100-continue", method="POST")
    response = client.response()
    expect((response.status, response.fields.get("connection")), (409, "close"), "answer")
    client.end()


def early_answer_to_a_long_body(port):
    """It arrives whole, although we have sent much that nobody has read."""
    client = Client(port)
    client.get("/early", "Content-Length: 10000000", method="POST")
    client.send(b"x" * 300_000)
    response = client.response()
    expect((response.status, response.fields.get("connection")), (409, "close"), "answer")


def body_until_close(port):
    """How Icecast's source clients send."""
    client = Client(port)
    client.get("/count", "Expect: 100-continue", "Connection: close", method="PUT")
    expect(client.response().status, 100, "first status")
    client.send("GET /hello HTTP/1.1\r\nHost: a\r\n\r\n")
    # close_notify, and then we read on.
    try:
        client.socket.settimeout(0)
        client.socket.unwrap()
    except ssl.SSLError:
        pass
    client.socket.settimeout(DEADLINE_S)
    expect(b"HTTP/1.1 200" in raw_rest(client), True, "an answer after the end of the body")


def source_until_close(port):
    """SOURCE is told 200 before it sends anything, and the end of the connection ends it."""
    client = Client(port)
    client.send("SOURCE /count HTTP/1.0\r\nContent-Length: 0\r\nConnection: Keep-Alive\r\n\r\n")
    status, fields = client.head()
    expect((status, fields.get("connection")), (200, "close"), "answer")
    expect("content-length" in fields, False, "a length")
    client.send("GET /hello HTTP/1.1\r\nHost: a\r\n\r\n" * 2)
    try:
        client.socket.settimeout(0)
        client.socket.unwrap()
    except ssl.SSLError:
        pass
    client.socket.settimeout(DEADLINE_S)
    expect(raw_rest(client), b"", "more than the end of the connection")


def refused_source(port):
    """It is told by the status as long as it was not told 200."""
    client = Client(port)
    client.send("SOURCE /early HTTP/1.0\r\n\r\nGET /hello HTTP/1.1\r\nHost: a\r\n\r\n")
    response = client.response()
    expect((response.status, response.fields.get("connection")), (409, "close"), "answer")
    client.end()


def raw_rest(client):
    """After unwrap began, Python's ssl gives what else comes only piece by piece."""
    received = b""
    while True:
        try:
            data = client.socket.recv(65536)
        except (ssl.SSLError, OSError):
            return received
        if not data:
            return received
        received += data


def credentials(port):
    """They reach the route as they were sent."""
    client = Client(port)
    for value in ("Basic c291cmNlOmhhY2ttZQ==", "Bearer a.b-c_d~+/="):
        client.get("/echo-fields", f"Authorization: {value}")
        expect(client.response().body.decode(), f"authorization={value}", "fields")


def reset_by_route(port):
    client = Client(port)
    client.get("/reset")
    client.end()


# Flow control


def backpressure(port):
    """One window is taken, and what a read has brought, before the handler credits anything."""
    client, other = Client(port), Client(port)
    client.get("/held", f"Content-Length: {1 << 30}", method="POST")

    def flood():
        try:
            while True:
                client.socket.sendall(b"x" * 65536)
        except OSError:
            pass

    threading.Thread(target=flood, daemon=True).start()
    while (taken := number(other, "/held-bytes")) < WINDOW:
        pass
    expect(taken <= WINDOW + 2 * 65536, True, f"reading stopped (after {taken})")
    expect(number(other, "/held-bytes"), taken, "bytes taken a little later")
    other.get("/credit", method="POST")
    expect(other.response().status, 204, "status")
    while number(other, "/held-bytes") < taken + WINDOW:
        pass


def number(client, path):
    client.get(path)
    return int(client.response().body)


def lost_while_input_is_paused(port):
    """Nothing is read, so only the loop can tell that the client has gone."""
    client, other = Client(port), Client(port)
    client.send("GET /never HTTP/1.1\r\nHost: a\r\n\r\nGET /hello HTTP/1.1\r\nHost: a\r\n\r\n")
    while number(other, "/never-begun") == 0:
        pass
    client.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    client.socket.close()


# The end of the connection, without TLS


def half_closed(port):
    """Both requests are answered although nothing more is sent."""
    client = Client(port, secure=False)
    client.get("/after-ticks")
    client.get("/hello")
    client.socket.shutdown(socket.SHUT_WR)
    expect([client.response().body for _ in range(2)], [b"late", b"hello"], "bodies")
    client.end()


def half_closed_in_a_request(port):
    client = Client(port, secure=False)
    client.send("GET /hello HTTP/1.1\r\nHo")
    client.socket.shutdown(socket.SHUT_WR)
    client.end()


def half_closed_behind_an_answer(port):
    """In the middle of a body that nobody waits for."""
    client = Client(port, secure=False)
    client.send("POST /early HTTP/1.1\r\nHost: a\r\nContent-Length: 10\r\n\r\nabc")
    client.socket.shutdown(socket.SHUT_WR)
    expect(client.response().status, 409, "status")
    client.end()


def half_closed_behind_half_a_request(port):
    client = Client(port, secure=False)
    client.send("GET /after-ticks HTTP/1.1\r\nHost: a\r\n\r\nGET /hello HTTP/1.1\r\nHo")
    client.socket.shutdown(socket.SHUT_WR)
    expect(client.response().body, b"late", "body")
    client.end()


def viewer_says_goodbye(port):
    client = Client(port, secure=False)
    client.get("/endless")
    client.head()
    client.socket.shutdown(socket.SHUT_WR)
    client.rest()


def tls_on_the_plain_port(port):
    try:
        Client(port)
    except ssl.SSLError:
        return
    fail("a handshake succeeded")


def plain_serves(port):
    client = Client(port, secure=False)
    client.get()
    expect(client.response().body, b"hello", "body")


def plaintext(port):
    """On the TLS port: a readable answer that names https."""
    client = Client(port, secure=False)
    client.get()
    response = client.response()
    expect((response.status, response.fields.get("connection")), (400, "close"), "answer")
    expect(b"https" in response.body, True, "a hint at https")
    client.end()


# Who takes too long


def slow_head(port):
    client = Client(port)
    client.send("GET /hello HTTP/1.1\r\n")
    response = client.response()
    expect((response.status, response.fields.get("connection")), (408, "close"), "answer")
    client.end()


def slow_head_behind_a_request(port):
    client = Client(port)
    client.send("GET /ticks HTTP/1.1\r\nHost: a\r\n\r\nGET /hello HTTP/1.1\r\n")
    expect(client.response().status, 200, "first status")
    expect(client.response().status, 408, "second status")
    client.end()


def body_never_comes(port):
    client = Client(port)
    client.get("/count", "Content-Length: 4", method="POST")
    response = client.response()
    expect((response.status, response.fields.get("connection")), (408, "close"), "answer")
    client.end()


def body_stops(port):
    client = Client(port)
    client.get("/count", "Transfer-Encoding: chunked", method="POST")
    client.send("4\r\nab")
    response = client.response()
    expect((response.status, response.fields.get("connection")), (408, "close"), "answer")
    client.end()


def trickled_body(port):
    """Each byte comes soon after the last, and the body never ends."""
    client = Client(port)
    client.get("/count", "Transfer-Encoding: chunked", method="POST")
    client.send("1\r\na\r\n")
    expect(answer_to_trickle(client, "1;a\r\na\r\n").status, 408, "status")


def trickled_trailers(port):
    client = Client(port)
    client.get("/count", "Transfer-Encoding: chunked", method="POST")
    client.send("1\r\na\r\n0\r\nX-Sum: ")
    expect(answer_to_trickle(client, "a").status, 408, "status")


def answer_to_trickle(client, piece):
    """The answer to somebody who sends a little more again and again."""
    client.socket.settimeout(0.01)
    while b"\r\n" not in client.pending:
        try:
            if not client.more():
                fail("the connection ended without an answer")
        except TimeoutError:
            client.send(piece)
    client.socket.settimeout(DEADLINE_S)
    return client.response()


def idle_connection(port):
    client = Client(port)
    client.get()
    client.response()
    client.end()


def silent_connection(port):
    Client(port).end()


# Drain


def drain(port):
    """The request that is open gets its answer, which says that it was the last."""
    client, idle, other = Client(port), Client(port), Client(port)
    idle.get()
    idle.response()
    client.get("/never-until-drained")
    client.get("/hello")
    while True:
        other.get("/waiting-for-drain")
        if other.response().body == b"1":
            break
    other.get("/drain", method="POST")
    expect(other.response().status, 204, "status")
    response = client.response()
    expect((response.status, response.fields.get("connection")), (204, "close"), "answer")
    client.end()
    idle.end()


def drained_port_is_silent(port):
    try:
        client = Client(port)
    except (ssl.SSLError, OSError):
        return
    client.end()


if __name__ == "__main__":
    globals()[sys.argv[2]](int(sys.argv[1]))
