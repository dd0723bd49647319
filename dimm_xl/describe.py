"""Findings in words: what was found, and how to repair it, in the language of whoever reads."""

from __future__ import annotations

from dimm_xl.findings import Finding
from dimm_xl.words import Words


class _Facts(dict[str, object]):
    def __missing__(self, key: str) -> str:
        return "?"


def message(finding: Finding, words: Words) -> str:
    """Return what is amiss in one sentence."""
    return _filled(finding, words, "message")


def repair(finding: Finding, words: Words) -> str:
    """Return what to do about it in one sentence."""
    return _filled(finding, words, "repair")


def _filled(finding: Finding, words: Words, part: str) -> str:
    facts = {key: words.figure(value) if isinstance(value, float) else value for key, value in finding.facts.items()}
    facts["limit_id"] = facts.get("limit", "")
    said = {"reason": f"reason.{facts.get('reason')}", "limit": f"limit.{facts.get('limit')}", "found": f"found.{facts.get('found')}"}
    said |= {fact: f"form.{facts.get(fact)}" for fact in ("form", "by")}
    for fact, key in said.items():
        if key in words.labels:  # our own words; what an engine said stands as it is
            facts[fact] = words.filled(words.labels[key], _Facts(facts))
    if "expects" in facts:
        facts["expects"] = words(str(facts["expects"]))
    facts.setdefault("indicator", finding.cell)
    return words.filled(words.labels[f"finding.{finding.code.name}.{part}"], _Facts(facts))
