"""A certificate authority of our own, and a server of registry tokens.

The tokens are those of the distribution project's token authentication: a registry says where they are to be had
(WWW-Authenticate: Bearer), a client fetches one for a scope, anonymously or with a password, and the registry checks its signature.
"""

import base64
import http.server
import json
import pathlib
import secrets
import ssl
import threading
import time
import urllib.parse

from . import programs

SERVICE = "e2e registry"
ISSUER = "e2e token server"
USER = "me"
PASSWORD = "correct horse"
TOKEN_SECONDS = 300
# Repositories that only the user above may pull.
PRIVATE = "private/"
LOOPBACK = "127.0.0.1"


class Authority:
    """Makes certificates for addresses, and a key that signs tokens, in a folder."""

    def __init__(self, folder):
        self.folder = pathlib.Path(folder)
        self.certificate = self.folder / "ca.pem"
        self.signing_key = self.folder / "tokens.key"
        self._certifying = threading.Lock()
        self.signing_certificate = self.folder / "tokens.pem"
        if not self.signing_certificate.exists():
            self.folder.mkdir(parents=True, exist_ok=True)
            self._make()

    def _make(self):
        def certify(name, subject):
            programs.run("openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "3650", "-subj", f"/CN={subject}",
                         "-keyout", self.folder / f"{name}.key", "-out", self.folder / f"{name}.pem")
        certify("ca", "e2e authority")
        certify("tokens", ISSUER)

    def server(self, address=LOOPBACK):
        """Files of a certificate for an address, and its key."""
        certificate, key = (self.folder / f"{address}.{kind}" for kind in ("pem", "key"))
        # Rows of a scenario run side by side.
        with self._certifying:
            if not certificate.exists():
                self.certify_server(certificate, key, address)
        return certificate, key

    def certify_server(self, certificate, key, address=LOOPBACK):
        """Makes a certificate for an address, and its key."""
        programs.run("openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "3650", "-subj", f"/CN={address}",
                     "-keyout", key, "-out", certificate, "-CA", self.certificate, "-CAkey", self.folder / "ca.key",
                     "-addext", f"subjectAltName=IP:{address},DNS:localhost", "-addext", "basicConstraints=critical,CA:FALSE")

    def public_key(self):
        """The key that tokens are verified with, as a JSON Web Key."""
        modulus = programs.run("openssl", "rsa", "-in", self.signing_key, "-noout", "-modulus").strip().removeprefix("Modulus=")
        return {"kty": "RSA", "use": "sig", "alg": "RS256", "n": _base64(bytes.fromhex(modulus)), "e": "AQAB"}

    def tls(self, address=LOOPBACK):
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(*self.server(address))
        return context

    def sign(self, message):
        """The RS256 signature of some text."""
        signature = self.folder / f"signature-{threading.get_ident()}"
        programs.run("openssl", "dgst", "-sha256", "-sign", self.signing_key, "-out", signature, stdin=message)
        try:
            return signature.read_bytes()
        finally:
            signature.unlink()


class TokenServer:
    """Gives tokens over https: to pull from public repositories to everybody, for private ones, and for what else its users may do, to
    the user who knows the password."""

    def __init__(self, authority, actions_of_users=("pull",), address=LOOPBACK):
        self._authority = authority
        self._actions_of_users = list(actions_of_users)
        self.tokens = []
        self.refused = 0
        # How long the tokens that are given from now on are good for.
        self.seconds = TOKEN_SECONDS
        self._server = http.server.ThreadingHTTPServer((address, 0), _handler_for(self))
        self._server.daemon_threads = True
        self._server.socket = authority.tls(address).wrap_socket(self._server.socket, server_side=True)
        self.realm = f"https://{address}:{self._server.server_address[1]}/token"
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def close(self):
        self._server.shutdown()
        self._server.server_close()

    @property
    def given(self):
        """How many tokens it has given."""
        return len(self.tokens)

    def public_key(self):
        """The key that its tokens are verified with, as a JSON Web Key."""
        return self._authority.public_key()

    def token(self, user, scopes):
        """A signed token with as much of the scopes as the user (None: anybody) may have."""
        now = int(time.time())
        pem = self._authority.signing_certificate.read_text()
        header = {"typ": "JWT", "alg": "RS256", "x5c": ["".join(pem.strip().splitlines()[1:-1])]}
        claims = {"iss": ISSUER, "sub": user or "", "aud": SERVICE, "iat": now, "nbf": now - 10, "exp": now + self.seconds,
                  "jti": secrets.token_hex(8), "access": [self._access(user, scope) for scope in scopes]}
        message = ".".join(_base64(json.dumps(part).encode()) for part in (header, claims))
        token = f"{message}.{_base64(self._authority.sign(message))}"
        self.tokens.append(token)
        return token

    def _access(self, user, scope):
        kind, name, _ = scope.split(":")
        if user is not None:
            return {"type": kind, "name": name, "actions": self._actions_of_users}
        return {"type": kind, "name": name, "actions": [] if name.startswith(PRIVATE) else ["pull"]}


def _base64(data):
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def _handler_for(server):
    class Handler(http.server.BaseHTTPRequestHandler):
        def log_message(self, *_):
            """Counted, not logged."""

        def do_GET(self):
            basic = self.headers.get("Authorization")
            known = basic == "Basic " + base64.b64encode(f"{USER}:{PASSWORD}".encode()).decode()
            self._give(urllib.parse.parse_qs(urllib.parse.urlsplit(self.path).query), known, bool(basic))

        def do_POST(self):
            """The OAuth2 form, by which containerd asks where it has a password."""
            form = urllib.parse.parse_qs(self.rfile.read(int(self.headers["Content-Length"])).decode())
            self._give(form, form.get("username") == [USER] and form.get("password") == [PASSWORD], True)

        def _give(self, wanted, known, by_password):
            if by_password and not known:
                server.refused += 1
                self._answer(401, {"errors": [{"code": "UNAUTHORIZED", "message": "wrong password"}]})
                return
            scopes = [scope for joined in wanted.get("scope", []) for scope in joined.split()]
            token = server.token(USER if known else None, scopes)
            self._answer(200, {"token": token, "access_token": token, "expires_in": server.seconds})

        def _answer(self, status, content):
            body = json.dumps(content).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

    return Handler
