"""Debian's Prometheus, which reads a Larder's metrics by the project's own scrape configuration and alerts."""

import json
import pathlib
import re
import urllib.parse

from . import programs, web
from .larder import ROOT
from .report import check_equal

DEPLOY = ROOT / "deploy"
ALERTS = DEPLOY / "prometheus" / "larder-alerts.yaml"
SCRAPE = DEPLOY / "prometheus" / "larder-scrape.yaml"
DASHBOARD = DEPLOY / "grafana" / "larder.json"


class Prometheus:
    """Asks a Larder each second, as a user of it with a password."""

    def __init__(self, folder, larder, user, password):
        self.folder = pathlib.Path(folder)
        self.folder.mkdir(parents=True)
        programs.run("promtool", "check", "rules", ALERTS)
        (self.folder / "password").write_text(password)
        configuration = SCRAPE.read_text().replace("localhost:5000", f"127.0.0.1:{larder.port}").replace("larder-alerts.yaml", str(ALERTS))
        # What is commented out there is for a Larder that has users, as this one.
        configuration = re.sub(r"# (basic_auth:|  username: |  password_file: )", r"\1", configuration)
        configuration = configuration.replace("username: prometheus", f"username: {user}")
        configuration = configuration.replace("/etc/prometheus/larder.password", str(self.folder / "password"))
        file = self.folder / "prometheus.yml"
        file.write_text("global: {scrape_interval: 1s, evaluation_interval: 1s}\n" + configuration)
        programs.run("promtool", "check", "config", file)
        port = programs.free_port()
        self.url = f"http://127.0.0.1:{port}"
        self._server = programs.Server("prometheus", ["prometheus", f"--config.file={file}", f"--storage.tsdb.path={self.folder / 'data'}",
                                                      f"--web.listen-address=127.0.0.1:{port}"], self.folder / "prometheus.log")
        self._server.wait_until(lambda: self._answers(port))

    def _answers(self, port):
        return programs.listens(port) and web.ask("GET", f"{self.url}/-/ready").status == 200

    def query(self, expression):
        """The values of an expression now, as a list of labels and number."""
        answer = web.ask("GET", f"{self.url}/api/v1/query?" + urllib.parse.urlencode({"query": expression}))
        check_equal(answer.status, 200, f"status of the query {expression}: {answer.body[:300]!r}")
        data = answer.json()["data"]
        check_equal(data["resultType"], "vector", f"type of the answer to {expression}")
        return [(sample["metric"], float(sample["value"][1])) for sample in data["result"]]

    def value(self, expression):
        """The one value of an expression; None where it has none, or several."""
        values = self.query(expression)
        return values[0][1] if len(values) == 1 else None

    def alerts(self):
        """The alerts of the rules file, by name: expression, and whether it holds now."""
        groups = json.loads(web.ask("GET", f"{self.url}/api/v1/rules").body)["data"]["groups"]
        return {rule["name"]: (rule["query"], rule["state"] != "inactive") for group in groups for rule in group["rules"]}

    def close(self):
        self._server.stop()


def dashboard_queries():
    """The queries of the dashboard by the titles of their panels, with its variables as they are when nothing is chosen."""
    dashboard = json.loads(DASHBOARD.read_text())
    queries = [(panel["title"], target["expr"]) for panel in dashboard["panels"] for target in panel["targets"]]
    for name, value in ("$__rate_interval", "1m"), ("$__range", "10m"), ("$instance", ".*"), ("$upstream", ".*"):
        queries = [(title, query.replace(name, value)) for title, query in queries]
    return queries
