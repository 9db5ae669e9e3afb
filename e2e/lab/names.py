"""A server of the domain name system, which an engine's containers ask for names that the engine itself doesn't know."""

import socketserver
import struct
import threading

NO_SUCH_NAME = 3


class Names:
    """Says at once that there is no such name. RFC 1035."""

    def __init__(self, address):
        self._server = socketserver.ThreadingUDPServer((address, 53), _handler_for(self))
        self._server.daemon_threads = True
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def close(self):
        self._server.shutdown()
        self._server.server_close()

    def answer(self, query):
        """The answer's bytes to a query's."""
        end = 12
        while query[end]:
            end += 1 + query[end]
        question = query[12:end + 5]
        # A response, recursion as wished and to be had.
        flags = 0x8080 | query[2] << 8 & 0x100 | NO_SUCH_NAME
        return query[:2] + struct.pack(">HHHHH", flags, 1, 0, 0, 0) + question


def _handler_for(names):
    class Handler(socketserver.BaseRequestHandler):
        def handle(self):
            query, connection = self.request
            connection.sendto(names.answer(query), self.client_address)

    return Handler
