"""Which questionnaire a workbook is: what its hidden sheet says, else what its codes and its words tell."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

from dimm_xl import audit, catalogue, layout
from dimm_xl.assessment import FORMS, Form
from dimm_xl.findings import Code, Finding
from dimm_xl.model import Cut, Model, Profile
from dimm_xl.sheet import face, faced
from dimm_xl.workbook.guard import Refused
from dimm_xl.workbook.read import Grids, keyed


@dataclass(frozen=True)
class Identity:
    """Which questionnaire this is, hence which description it was made with; ``place`` is where its model was loaded from."""

    place: str
    model: str
    edition: str
    lang: str
    profile: Profile
    selection: str | None = None
    organisation_id: str = ""
    functions: tuple[str, ...] = ()
    form: Form = "self"

    @property
    def cut(self) -> Cut:
        """Which part of the model was asked."""
        return Cut(self.edition, self.profile, self.selection, self.functions)

    @property
    def facts(self) -> Mapping[str, str]:
        """What a finding says about it."""
        return {"model": self.model, "edition": self.edition, "sector": self.profile.sector, "size": self.profile.size}


FORM: Mapping[str, Form] = {"": "self", **{form: form for form in FORMS}}
"""Forms by what the identity sheet says; one from before there were two says nothing."""
LEAST = 5
"""Known codes from which a workbook without its identity sheet is taken for a questionnaire."""
LONGEST_LABEL = 120


def identify(grids: Grids, models: Sequence[str]) -> tuple[Identity, tuple[Finding, ...]]:
    """Return a workbook's identity, with a warning when its hidden sheet is gone; Refused when it is no questionnaire of ``models``."""
    known = {catalogue.load(place).id: place for place in models}
    said = hidden(grids)
    if said is None:
        return _recognised(grids, known), (Finding(Code.NO_IDENTITY),)
    if said["kind"] != layout.KIND:
        raise Refused(Code.NOT_A_QUESTIONNAIRE, sheets=", ".join(grids.names)[:200])
    profile = Profile(said.get("sector", ""), said.get("size", ""))
    place = known.get(said.get("model", ""), "")
    found = Identity(
        place,
        said.get("model", ""),
        said.get("edition", ""),
        said.get("lang", ""),
        profile,
        said.get("selection") or None,
        said.get("organisation_id", ""),
        tuple(said.get("functions", "").split()),
        FORM.get(said.get("form", ""), "self"),
    )
    if not place or found.lang not in catalogue.load(place).languages or said.get("form", "") not in FORM:
        raise Refused(Code.OTHER_MODEL, **found.facts)
    return found, ()


def hidden(grids: Grids) -> Mapping[str, str] | None:
    """Return what the hidden identity sheet of a workbook of ours says, by key; None without one."""
    for name in _identity_first(grids):
        grid = grids[name]
        if grid and grid[0] and face(grid[0][0]) == layout.IDENTITY:
            said = keyed(grid)
            if said.get("kind") in (layout.KIND, layout.REVIEW):
                return said
    return None


def _identity_first(grids: Grids) -> Iterator[str]:
    """Yield the sheet called as the identity sheet, then the last and the others from the end, where it was put."""
    named = [name for name in grids.names if faced(name) == layout.IDENTITY]
    yield from named
    yield from (name for name in reversed(grids.names) if name not in named)


def _recognised(grids: Grids, known: Mapping[str, str]) -> Identity:
    """Return the identity that a workbook's codes and words tell.

    Model and edition by the indicators, sector and size by what stands beside their labels on the profile sheet, wherever that is.
    """
    rows = [
        [cell for cell in row if isinstance(cell, str) and 0 < len(cell) < LONGEST_LABEL] for name in grids.names for row in grids[name]
    ]
    faces = {face(cell) for row in rows for cell in row}
    best: tuple[int, str] = max(((_codes(catalogue.load(place), faces), place) for place in known.values()), default=(0, ""))
    if best[0] < LEAST:
        raise Refused(Code.NOT_A_QUESTIONNAIRE, sheets=", ".join(grids.names)[:200])
    model = catalogue.load(best[1])
    codes = {code for code in model.indicators if face(code) in faces}
    beside = _beside(model, rows)
    size = _named(model, "size", beside.get("size", set())) or _fitting_size(model, codes)
    profile = Profile(_named(model, "sector", beside.get("sector", set())), size)
    told = " ".join(beside.get("edition", set()))
    edition = next((one.id for one in model.editions if any(face(name) in told for name in one.name.values())), model.edition.id)
    asked = {code for code, one in model.at_edition(edition).indicators.items() if size in one.sizes}
    selection = next((one.id for one in model.selections if codes == {entry.code for entry in one.indicators} & asked), None)
    audited = sum(face(key) in faces for key in audit.keys(model))
    form: Form = "audit" if audited >= LEAST else "self"
    return Identity(best[1], model.id, edition, _language(model, faces), profile, selection, form=form)


def _beside(model: Model, rows: Sequence[Sequence[str]]) -> Mapping[str, set[str]]:
    """Return what stands right of the profile's labels for sector, size and edition, by field."""
    labels = {
        face(catalogue.words(lang).within(model)(f"profile.{field}")): field
        for lang in model.languages
        for field in ("sector", "size", "edition")
    }
    beside: dict[str, set[str]] = {}
    for row in rows:
        for label, cell in pairwise(row):
            if field := labels.get(face(label)):
                beside.setdefault(field, set()).add(face(cell))
    return beside


def _codes(model: Model, faces: set[str]) -> int:
    return sum(face(code) in faces for code in model.indicators)


def _named(model: Model, kind: str, labels: set[str]) -> str:
    """Return the id of the size or sector whose name is among ``labels``, empty when none or several are."""
    found = {one for one, name in model.names[kind].items() if any(face(shown) in labels for shown in name.values())}
    return found.pop() if len(found) == 1 else ""


def _asked(model: Model, size: str) -> set[str]:
    return {code for code, one in model.indicators.items() if size in one.sizes}


def _fitting_size(model: Model, codes: set[str]) -> str:
    """Return the size whose indicators are most like those of the workbook."""

    def likeness(size: str) -> float:
        asked = _asked(model, size)
        return len(asked & codes) / len(asked | codes)

    return max((size.id for size in model.sizes), key=likeness)


def _language(model: Model, faces: set[str]) -> str:
    """Return the language whose headers stand in the workbook most often."""

    def headers(lang: str) -> int:
        words = catalogue.words(lang)
        told = [f"column.{field}" for field in ("indicator", "level", "reason", "evidence", "comment", "state")]
        told += [f"audit.column.{field}" for field in ("demand", "verdict", "reason")]
        return sum(face(words(title)) in faces for title in told)

    return max(model.languages, key=headers)
