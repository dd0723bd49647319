"""The look of every workbook: a font and colours by role, as inert values."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class Look:
    """A font and colours (``#RRGGBB``) by role; ``templates/look.yaml`` says what each role is."""

    font: str
    colours: Mapping[str, str]
