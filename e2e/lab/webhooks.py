"""Who is notified of events by webhook: takes envelopes, and refuses them for a while where that is asked for."""

import http.server
import json
import threading


class Receiver:
    """Listens on a port of its own, until it is closed."""

    def __init__(self):
        self._lock = threading.Lock()
        self._posts = []
        self.refusals = 0
        self.refused = 0
        self._server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), _handler_for(self))
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}/events"
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def posts(self):
        """Headers and content of what was taken, in its order."""
        with self._lock:
            return list(self._posts)

    def events(self):
        return [event for _, envelope in self.posts() for event in envelope["events"]]

    def forget(self):
        with self._lock:
            self._posts.clear()

    def take(self, headers, content):
        """Whether a post is taken."""
        with self._lock:
            if self.refusals > 0:
                self.refusals -= 1
                self.refused += 1
                return False
            self._posts.append((headers, json.loads(content)))
            return True

    def close(self):
        self._server.shutdown()
        self._server.server_close()


def _handler_for(receiver):
    class Handler(http.server.BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def log_message(self, *_):
            """What came is kept as posts."""

        def do_POST(self):
            content = self.rfile.read(int(self.headers["Content-Length"]))
            self.send_response(200 if receiver.take(dict(self.headers), content) else 503)
            self.send_header("Content-Length", "0")
            self.end_headers()

    return Handler
