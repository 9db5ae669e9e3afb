"""A proxy before an upstream registry that counts what the upstream sends, and breaks on request.

It stands where the network would: what it counts is what Larder has made the upstream send, measured outside of Larder.
"""

import collections
import contextlib
import dataclasses
import http.client
import http.server
import re
import socket
import threading
import time

CHUNK = 1 << 16


@dataclasses.dataclass
class Fault:
    """What is to go wrong with the next `times` requests whose "METHOD /path" matches the pattern (None: with all of them).

    status: answered in place of the upstream's answer, with `headers`; without one, these come with the upstream's own answer.
    delay: seconds before the answer begins.
    cut: bytes of the body after which the connection is closed; what was sent until then arrives.
    stall: bytes of the body after which nothing comes any more, though the connection stays.
    silent: nothing is ever answered.
    corrupt: one byte of the body is another.
    rate: bytes a second at most.
    """

    pattern: str
    times: int | None = None
    status: int | None = None
    headers: dict = dataclasses.field(default_factory=dict)
    delay: float = 0
    cut: int | None = None
    stall: int | None = None
    silent: bool = False
    corrupt: bool = False
    rate: int | None = None
    struck: int = 0


@dataclasses.dataclass
class Exchange:
    """One request that reached the upstream, and what has been sent for it so far."""

    method: str
    path: str
    range: str | None
    faulty: bool
    status: int = 0
    sent: int = 0

    def __str__(self):
        wanted = f" ({self.range})" if self.range else ""
        return f"{self.method} {self.path}{wanted} -> {self.status}, {self.sent} bytes" + (", broken" if self.faulty else "")


class Proxy:
    """Listens on a port of an address and passes every request on to a registry's own port. With `tls`, speaks https."""

    def __init__(self, backend_port, address, tls=None):
        self.backend_port = backend_port
        self._address = address
        self._lock = threading.Lock()
        self._exchanges = []
        self._faults = []
        self._released = threading.Event()
        self._server = _Listener((address, 0), _handler_for(self), tls)
        self.port = self._server.server_address[1]
        self._scheme = "https" if tls else "http"
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    @property
    def url(self):
        return f"{self._scheme}://{self._address}:{self.port}"

    def close(self):
        """Stops listening and cuts every connection: the upstream is gone."""
        self._released.set()
        self._server.shutdown()
        self._server.server_close()
        self._server.cut_all()

    def fault(self, pattern, **what):
        """Breaks requests from now on, beside what is broken already; the first fault that matches a request strikes."""
        fault = Fault(pattern, **what)
        with self._lock:
            self._faults.append(fault)
        return fault

    def heal(self):
        """Ends all faults; requests that hang in one are cut."""
        with self._lock:
            self._faults.clear()
            self._released.set()
            self._released = threading.Event()

    def exchanges(self, pattern=""):
        """The requests so far whose "METHOD /path" matches, in their order."""
        with self._lock:
            return [exchange for exchange in self._exchanges if re.search(pattern, f"{exchange.method} {exchange.path}")]

    def forget(self):
        """Begins the count anew."""
        with self._lock:
            self._exchanges.clear()

    def sent(self, pattern=""):
        """The bytes of the bodies sent for the requests that match."""
        return sum(exchange.sent for exchange in self.exchanges(pattern))

    def requests_by_kind(self):
        """How many requests of each method there were for manifests, blobs and tokens."""
        kinds = ("manifests", "blobs", "token", "tags", "referrers")
        counted = collections.Counter(
            f"{exchange.method} {next((kind for kind in kinds if f'/{kind}' in exchange.path), exchange.path)}"
            for exchange in self.exchanges())
        return ", ".join(f"{count} {kind}" for kind, count in sorted(counted.items())) or "none"

    def _begin(self, method, path, wanted_range):
        """Notes a request; gives the note, the fault that strikes it, and the event that ends a hanging one."""
        fault, released = self._fault_for(f"{method} {path}")
        exchange = Exchange(method, path.split("?")[0], wanted_range, faulty=bool(fault.struck))
        with self._lock:
            self._exchanges.append(exchange)
        return exchange, fault, released

    def _fault_for(self, request):
        with self._lock:
            for fault in self._faults:
                if (fault.times is None or fault.struck < fault.times) and re.search(fault.pattern, request):
                    fault.struck += 1
                    return fault, self._released
        return Fault(""), self._released


class _Listener(http.server.ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 128

    def __init__(self, address, handler, tls):
        super().__init__(address, handler)
        self._tls = tls
        self._connections = set()

    def finish_request(self, request, client_address):
        if self._tls:
            # Here, in the connection's own thread, a slow handshake holds nobody up.
            request = self._tls.wrap_socket(request, server_side=True)
        self._connections.add(request)
        try:
            super().finish_request(request, client_address)
        finally:
            self._connections.discard(request)
            with contextlib.suppress(OSError):
                request.close()

    def handle_error(self, request, client_address):
        """Clients that go, and our own cuts, are what this proxy is for."""

    def cut_all(self):
        for connection in list(self._connections):
            with contextlib.suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)


def _handler_for(proxy):
    class Handler(http.server.BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        disable_nagle_algorithm = True

        def log_message(self, *_):
            """What happened is kept as exchanges."""

        def _pass_on(self):
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            self._exchange, fault, released = proxy._begin(self.command, self.path, self.headers.get("Range"))
            if fault.silent:
                released.wait()
                self.close_connection = True
                return
            time.sleep(fault.delay)
            if fault.status:
                self._refuse(fault)
                return
            with contextlib.closing(http.client.HTTPConnection("127.0.0.1", proxy.backend_port)) as backend:
                headers = {name: value for name, value in self.headers.items() if name.lower() != "connection"}
                backend.request(self.command, self.path, body or None, headers)
                self._answer(backend.getresponse(), fault, released)

        do_GET = do_HEAD = do_PUT = do_POST = do_PATCH = do_DELETE = _pass_on

        def _begin_answer(self, status):
            self._exchange.status = status
            self.send_response(status)

        def _refuse(self, fault):
            body = b'{"errors":[{"code":"UNKNOWN","message":"broken on purpose"}]}'
            self._begin_answer(fault.status)
            for name, value in fault.headers.items():
                self.send_header(name, value)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            if self.command != "HEAD":
                self._send(body)

        def _answer(self, response, fault, released):
            self._begin_answer(response.status)
            for name, value in response.headers.items():
                if name.lower() not in ("connection", "transfer-encoding", "date", "server"):
                    self.send_header(name, value)
            for name, value in fault.headers.items():
                self.send_header(name, value)
            if self.command != "HEAD" and response.headers.get("Content-Length") is None and response.status not in (204, 304):
                self.send_header("Connection", "close")
            self.end_headers()
            self._send_body(response, fault, released)

        def _send_body(self, response, fault, released):
            begun = time.monotonic()
            while chunk := response.read(CHUNK):
                if fault.corrupt and self._exchange.sent == 0:
                    chunk = bytes([chunk[0] ^ 1]) + chunk[1:]
                for limit in fault.cut, fault.stall:
                    if limit is not None and self._exchange.sent + len(chunk) >= limit:
                        self._send(chunk[:limit - self._exchange.sent])
                        if fault.stall is not None:
                            released.wait()
                        self.close_connection = True
                        return
                self._send(chunk)
                if fault.rate:
                    time.sleep(max(0, self._exchange.sent / fault.rate - (time.monotonic() - begun)))

        def _send(self, chunk):
            self.wfile.write(chunk)
            self._exchange.sent += len(chunk)

    return Handler
