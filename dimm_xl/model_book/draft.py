"""Lines of a model's workbook → the tree of keys that the catalogue checks, and where in the workbook each key stands.

What the tree cannot hold (a demand of an indicator that does not exist, two targets for one size) is told here; all else that is
wrong, the catalogue says by key path, and :meth:`Draft.placed` finds the cell.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any

from dimm_xl.model_book.reading import Line, Lines, Told, demanding
from dimm_xl.model_check import Problem

Path = tuple[str | int, ...]
Tree = dict[str, Any]


class Draft:
    """A model being put together: ``tree`` is what was assembled, ``told`` what is wrong so far."""

    def __init__(self, lines: Lines) -> None:
        self._lines = lines
        self.told = dict.fromkeys(lines.told)
        self._known = {one.place for one in lines.told}
        self._places: dict[Path, str] = {}
        self._muted: set[Path] = set()
        self._levels = demanding(lines.facts.values)
        self.tree: Tree = {
            **self._facts(),
            "editions": self._named("editions", "year"),
            **{kind: self._named(kind) for kind in ("sizes", "sectors", "functions")},
            "words": self._words(),
            "glossary": [self._texts(("glossary", n), line, "term", "meaning") for n, line in enumerate(lines.sheets["glossary"])],
            "selections": self._selections(),
            "levers": self._levers(),
        }

    def placed(self, problems: Iterable[Problem]) -> list[Told]:
        """Return everything that is wrong: what was told, and ``problems`` at their cells unless something was told of these already."""
        told = dict(self.told)
        for path, what in problems:
            starts = [tuple(path[:length]) for length in range(len(path), -1, -1)]
            place = next((self._places[start] for start in starts if start in self._places), self._lines.facts.first)
            if self._muted.isdisjoint(starts) and place not in self._known:
                told[Told(place, what)] = None
        return list(told)

    def _tell(self, place: str, what: str) -> None:
        if place not in self._known:
            self._known.add(place)
            self.told[Told(place, what)] = None

    # --- keys and their places

    def _plain(self, path: Path, line: Line, *names: str) -> Tree:
        """Return values by name, each placed."""
        self._places[path] = line.first
        self._places |= {(*path, name): line.at(name) for name in names}
        return {name: line.values[name] for name in names if line.values[name] is not None}

    def _text(self, path: Path, line: Line, name: str) -> dict[str, str]:
        """Return a text in every language, blank where nothing stands, each placed."""
        said = line.parts(name)
        self._places |= {(*path, lang): line.at(f"{name}.{lang}") for lang in said}
        self._muted |= {(*path, lang) for lang in said if f"{name}.{lang}" not in line.cells}
        return {lang: shown or "" for lang, shown in said.items()}

    def _texts(self, path: Path, line: Line, *names: str) -> Tree:
        return {name: self._text((*path, name), line, name) for name in names}

    def _facts(self) -> Tree:
        line = self._lines.facts
        self._places |= {tuple(path.split(".")): place for path, place in line.cells.items()}
        tree: Tree = {"languages": list(line.values["languages"]), "name": self._text(("name",), line, "name"), "id": line.values["id"]}
        for kind in ("scale", "scoring"):
            tree[kind] = {name: value for name, value in line.parts(kind).items() if value is not None}
        about = self._text(("scoring", "published", "about"), line, "scoring.published.about")
        shares = line.values["scoring.published.shares"]
        if shares or any(about.values()):
            tree["scoring"]["published"] = {"shares": shares or (), "about": about}
        group = self._text(("scoring", "ranked", "name"), line, "scoring.ranked.name")
        groups = line.values["scoring.ranked.groups"]
        if groups is not None or any(group.values()):
            tree["scoring"]["ranked"] = {"groups": groups or 0, "name": group}
        return tree

    def _named(self, kind: str, *names: str) -> list[Tree]:
        return [
            {**self._plain((kind, n), line, "id", *names), **self._texts((kind, n), line, "name")}
            for n, line in enumerate(self._lines.sheets[kind])
        ]

    def _words(self) -> Tree:
        """Return the labels that the model says in its own way, by key."""
        found: Tree = {}
        for line in self._lines.sheets["words"]:
            key = line.values["key"]
            self._places[("words", key)] = line.at("key")
            if key in found:
                self._tell(line.at("key"), f"{key} is said already")
            found[key] = self._text(("words", key), line, "said")
        return found

    # --- lines that belong to others

    def _of(self, name: str, key: str, known: Collection[str]) -> Mapping[str, list[Line]]:
        """Return the lines of a sheet by what they belong to; a line that belongs to nothing is told."""
        found: dict[str, list[Line]] = {one: [] for one in known}
        for line in self._lines.sheets[name]:
            if line.values[key] in found:
                found[line.values[key]].append(line)
            else:
                self._tell(line.at(key), f"no {key} {line.values[key]!r} in this workbook")
        return found

    def _under(self, name: str, key: str, parents: Sequence[Line]) -> list[list[Line]]:
        """Return the lines under each parent; without one, it is told, and checked all the same under the first."""
        under: list[list[Line]] = [[] for _ in parents]
        codes = [parent.values["code"] for parent in parents]
        for line in self._lines.sheets[name]:
            if line.values[key] not in codes:
                self._tell(line.at(key), f"no {key} {line.values[key]!r} in this workbook")
            if parents:
                under[codes.index(line.values[key]) if line.values[key] in codes else 0].append(line)
        return under

    def _selections(self) -> list[Tree]:
        held = self._lines.sheets["selections"]
        chosen = self._of("chosen", "selection", [line.values["id"] for line in held])
        found = []
        for n, line in enumerate(held):
            path: Path = ("selections", n)
            several = [self._chosen((*path, "indicators", m), one) for m, one in enumerate(chosen[line.values["id"]])]
            found.append({**self._plain(path, line, "id"), **self._texts(path, line, "name", "description"), "indicators": several})
        return found

    def _chosen(self, path: Path, line: Line) -> Tree:
        self._places |= {path: line.first, (*path, "code"): line.at("indicator")}
        action = self._text((*path, "action"), line, "action")
        return {"code": line.values["indicator"], **({"action": action} if any(action.values()) else {})}

    def _levers(self) -> list[Tree]:
        sheets = self._lines.sheets
        codes = [line.values["code"] for line in sheets["indicators"]]
        bodies = {name: self._of(name, "indicator", codes) for name in ("demands", "targets", "measures", "thresholds")}
        groupings = dict(zip(map(id, sheets["groupings"]), self._under("indicators", "grouping", sheets["groupings"]), strict=True))
        levers = []
        for a, (lever, inner) in enumerate(zip(sheets["levers"], self._under("groupings", "lever", sheets["levers"]), strict=True)):
            path: Path = ("levers", a)
            tree = {**self._plain(path, lever, "code", "weight"), **self._texts(path, lever, "name", "question"), "groupings": []}
            for b, grouping in enumerate(inner):
                at: Path = (*path, "groupings", b)
                self._mute_code(at, grouping, "lever", lever)
                several = [
                    self._indicator((*at, "indicators", c), line, grouping, bodies) for c, line in enumerate(groupings[id(grouping)])
                ]
                tree["groupings"].append({**self._plain(at, grouping, "code"), **self._texts(at, grouping, "name"), "indicators": several})
            levers.append(tree)
        return levers

    def _mute_code(self, path: Path, line: Line, key: str, parent: Line) -> None:
        """Say nothing of the code of what stands under a parent that is not its own."""
        if line.values[key] != parent.values["code"]:
            self._muted.add((*path, "code"))

    # --- one indicator

    def _indicator(self, path: Path, line: Line, grouping: Line, bodies: Mapping[str, Mapping[str, list[Line]]]) -> Tree:
        self._mute_code(path, line, "grouping", grouping)
        own = {name: body[line.values["code"]] for name, body in bodies.items()}
        sizes = [size for size, ticked in line.parts("sizes").items() if ticked]
        tree = {
            **self._plain(path, line, "code", "weight", "functions", "origin", "since", "retouched"),
            **self._texts(path, line, "name", "definition", "evidence", "action"),
            "sizes": sizes,
            "functions": line.values["functions"] or (),
            "target": self._target((*path, "target"), line, own["targets"]),
            **self._demands(path, line, own["demands"]),
        }
        self._places |= {(*path, "sizes", n): self._lines.headers.get(size, line.at(f"sizes.{size}")) for n, size in enumerate(sizes)}
        measure = self._measure((*path, "measure"), own["measures"], own["thresholds"])
        return {**tree, "measure": measure} if measure else tree

    def _demands(self, path: Path, line: Line, held: Sequence[Line]) -> Tree:
        """Return the demands of every level: the general ones, and by sector those that differ."""
        general: dict[int, list[Tree]] = {}
        sectors: dict[str, Tree] = {}
        self._places[(*path, "levels")] = line.first
        for one in sorted(held, key=lambda one: one.values["rank"] if one.values["rank"] is not None else math.inf):
            sector, level = one.values["sector"], one.values["level"]
            key: Path = ("sectors", sector, "levels") if sector else ("levels",)
            if level not in self._levels:
                self._tell(one.at("level"), f"{level} is not a level above the lowest of this model’s scale")
                self._muted.add((*path, *key))
                continue
            levels = sectors.setdefault(sector, {"levels": {}})["levels"] if sector else general
            demands = levels.setdefault(level, [])
            if sector:
                self._places.setdefault((*path, "sectors", sector), one.at("sector"))
            demands.append(self._text((*path, *key, level, len(demands)), one, "text"))
        return {"levels": general, "sectors": sectors}

    def _target(self, path: Path, line: Line, held: Sequence[Line]) -> Tree:
        self._places[(*path, "default")] = line.at("target")
        tree: Tree = {"default": line.values["target"], "sizes": {}, "sectors": {}}
        for one in held:
            size, sector = one.values["size"], one.values["sector"]
            kind, which = ("sizes", size) if size else ("sectors", sector)
            if bool(size) == bool(sector):
                self._tell(one.at("size"), "a target is for a size or for a sector: one of the two")
            elif which in tree[kind]:
                self._tell(one.at("indicator"), f"{one.values['indicator']} has a target for {which} already")
            else:
                tree[kind][which] = one.values["target"]
                self._places[(*path, kind, which)] = one.at("target")
        return tree

    def _measure(self, path: Path, measures: Sequence[Line], thresholds: Sequence[Line]) -> Tree | None:
        for one in measures[1:]:
            self._tell(one.at("indicator"), f"{one.values['indicator']} has a measure already")
        if not measures:
            for one in thresholds:
                self._tell(one.at("indicator"), f"{one.values['indicator']} has thresholds, but no measure")
            return None
        line = measures[0]
        tree = {**self._plain(path, line, "better", "highest"), **self._texts(path, line, "figure", "unit", "period")}
        if not any(tree["period"].values()):
            del tree["period"]
        held: dict[str, list[float]] = {}
        for one in thresholds:
            sector = one.values["sector"] or ""
            if sector in held:
                self._tell(one.at("indicator"), f"{one.values['indicator']} has thresholds for {sector or 'every sector'} already")
            held.setdefault(sector, self._thresholds((*path, "sectors", sector) if sector else (*path, "thresholds"), one))
        if "" not in held:
            self._tell(line.at("indicator"), f"{line.values['indicator']} has no thresholds for every sector (a line without a sector)")
            self._muted.add((*path, "thresholds"))
        return {**tree, "thresholds": held.pop("", []), "sectors": held}

    def _thresholds(self, path: Path, line: Line) -> list[float]:
        several = line.parts("threshold")
        places = [line.at(f"threshold.{level}") for level in several]
        self._places[path] = places[0] if places else line.first
        if not self._known.isdisjoint(places):
            self._muted.add(path)
        return [threshold for threshold in several.values() if threshold is not None]
