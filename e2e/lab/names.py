"""A server of the domain name system, which an engine's containers ask for names that the engine itself doesn't know."""

import socketserver
import struct
import threading

NO_ERROR, NO_SUCH_NAME = 0, 3
ADDRESS, INTERNET = 1, 1
SECONDS = 1


class Names:
    """Says at once that there is no such name, of all but `known`, which is {name: IPv4 address} and may grow. RFC 1035."""

    def __init__(self, address):
        self.known = {}
        self.address = address
        self._server = socketserver.ThreadingUDPServer((address, 53), _handler_for(self))
        self._server.daemon_threads = True
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def close(self):
        self._server.shutdown()
        self._server.server_close()

    def answer(self, query):
        """The answer's bytes to a query's."""
        labels, end = [], 12
        while query[end]:
            labels.append(query[end + 1:end + 1 + query[end]].decode("ascii", "replace").lower())
            end += 1 + query[end]
        question = query[12:end + 5]
        kind, = struct.unpack_from(">H", query, end + 1)
        known = self.known.get(".".join(labels))
        found = [] if known is None or kind != ADDRESS else [bytes(map(int, known.split(".")))]
        # A response, recursion as wished and to be had.
        flags = 0x8080 | query[2] << 8 & 0x100 | (NO_ERROR if known else NO_SUCH_NAME)
        records = b"".join(struct.pack(">HHHIH", 0xC00C, ADDRESS, INTERNET, SECONDS, len(data)) + data for data in found)
        return query[:2] + struct.pack(">HHHHH", flags, 1, len(found), 0, 0) + question + records


def _handler_for(names):
    class Handler(socketserver.BaseRequestHandler):
        def handle(self):
            query, connection = self.request
            connection.sendto(names.answer(query), self.client_address)

    return Handler
