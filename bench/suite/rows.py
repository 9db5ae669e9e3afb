"""Figures of several contenders, round by round, and what they come to: medians, and medians of each round's ratios."""

import dataclasses
import statistics

US = "Larder"


@dataclasses.dataclass(frozen=True)
class Target:
    """What is to hold of Larder's figure: at most, or at least, so many times another's; without another, so much."""

    limit: float
    of: str = ""
    least: bool = False

    def ratio(self, row):
        """Larder's figure in terms of the other's."""
        ours = row.figures[US]
        if not self.of:
            return statistics.median(ours)
        return statistics.median(mine / theirs if theirs else float("inf") for mine, theirs in zip(ours, row.figures[self.of]))

    def met(self, row):
        return self.ratio(row) >= self.limit if self.least else self.ratio(row) <= self.limit

    def __str__(self):
        return f"{'≥' if self.least else '≤'} {self.limit:g}{f' × {self.of}' if self.of else ''}"


@dataclasses.dataclass
class Row:
    """One figure, of each contender in each round."""

    measure: str
    what: str
    unit: str
    targets: tuple = ()
    figures: dict = dataclasses.field(default_factory=dict)

    def add(self, contender, figure):
        self.figures.setdefault(contender, []).append(figure)

    def json(self):
        return {
            "measure": self.measure, "what": self.what, "unit": self.unit, "figures": self.figures,
            "medians": {name: statistics.median(figures) for name, figures in self.figures.items()},
            "targets": [{"target": str(target), "is": target.ratio(self), "met": target.met(self)} for target in self.targets],
        }


def rounds(number, contenders, measure):
    """Measures each contender in turn, as often as there are rounds: what disturbs the machine disturbs all."""
    for _ in range(number):
        for contender in contenders:
            measure(contender)


def table(rows):
    """The rows in Markdown: a table for each measure."""
    lines = []
    for measure in dict.fromkeys(row.measure for row in rows):
        own = [row for row in rows if row.measure == measure]
        names = list(dict.fromkeys(name for row in own for name in row.figures))
        lines += ["", f"### {measure}", "", f"| | {' | '.join(names)} | target | |", f"| --- |{' --- |' * (len(names) + 2)}"]
        for row in own:
            figures = [_figure(row.figures.get(name)) for name in names]
            targets = [(str(target), f"{target.ratio(row):.3g}{'' if target.met(row) else ' **missed**'}") for target in row.targets]
            lines.append(f"| {row.what}, {row.unit} | {' | '.join(figures)} | {'; '.join(said for said, _ in targets)} | "
                         f"{'; '.join(came for _, came in targets)} |")
    return "\n".join(lines)


def _figure(values):
    if not values:
        return ""
    middle = f"{statistics.median(values):.3g}"
    return middle if len(values) == 1 else f"{middle} ({min(values):.3g}–{max(values):.3g})"
