"""Which age a certificate of a film or a show stands for: written down country by country, never guessed."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

#: The BBFC says of PG that it should not unsettle a child of about eight; other boards name no age at all.
_PARENTS_DECIDE = 8

_PG = {"G": 0, "PG": _PARENTS_DECIDE}

#: Certificates that are not just a number, by country (ISO 3166-1), without spaces and hyphens. Where a board has
#: a certificate without an age (exempt, not rated, "accompanied"), it is left out on purpose.
_AGE_BY_CERTIFICATE: Mapping[str, Mapping[str, int]] = {
    "AR": {"ATP": 0, "SAM13": 13, "SAM16": 16, "SAM18": 18, "C": 18},
    "AT": {"UNRESTRICTED": 0},
    "AU": _PG | {"P": 0, "C": 0, "M": 15, "MA15+": 15, "AV15+": 15, "R18+": 18, "X18+": 18},
    "BR": {"L": 0, "AL": 0, **{f"A{age}": age for age in (6, 10, 12, 14, 16, 18)}},
    "CA": _PG | {"C": 0, "C8": 8, "14A": 14, "18A": 18, "R": 18, "A": 18},
    "CZ": {"U": 0},
    "DE": {f"FSK{age}": age for age in (0, 6, 12, 16, 18)},
    "DK": {"A": 0},
    "ES": {"A": 0, "A/I": 0, "AI": 0, "APTA": 0, "ERI": 0, "TP": 0, "7I": 7, "X": 18},
    "FI": {"S": 0, "T": 0, **{f"K{age}": age for age in (7, 11, 12, 13, 15, 16, 18)}},
    "FR": {"U": 0, "TP": 0, "TOUSPUBLICS": 0, "X": 18},
    "GB": {"U": 0, "UC": 0, "PG": _PARENTS_DECIDE, "12A": 12, "R18": 18},
    "GR": {"K": 0, **{f"K{age}": age for age in (8, 12, 13, 15, 16, 17, 18)}},
    "HK": {"I": 0, "III": 18},
    "HU": {"KN": 0, "X": 18},
    "IE": _PG | {"GA": 0, "12A": 12, "15A": 15},
    "IN": {"U": 0, "UA": 12, "U/A": 12, "UA7+": 7, "UA13+": 13, "UA16+": 16, "A": 18}
    | {f"U/A{age}+": age for age in (7, 13, 16)},
    "IT": {"T": 0, "VM12": 12, "VM14": 14, "VM18": 18},
    "JP": {"G": 0, "PG12": 12, "R15+": 15, "R18+": 18},
    "KR": {"ALL": 0, "RESTRICTEDSCREENING": 19},
    "MX": {"AA": 0, "A": 0, "B": 12, "B15": 15, "C": 18, "D": 18},
    "MY": {"U": 0, "P12": 12, "P13": 13},
    "NL": {"AL": 0},
    "NO": {"A": 0},
    "NZ": _PG | {"M": 16} | {f"{letters}{age}": age for letters in ("R", "RP") for age in (13, 15, 16, 18)},
    "PH": _PG | {"R13": 13, "R16": 16, "R18": 18},
    "PT": {"PÚBLICOS": 0, "PARATODOSOSPÚBLICOS": 0, "T": 0, "10AP": 10, "12AP": 12, "P": 18}
    | {f"M/{age}": age for age in (3, 4, 6, 12, 14, 16, 18)},
    "SE": {"BTL": 0},
    "SG": _PG | {"PG13": 13, "NC16": 16, "M18": 18, "R21": 21},
    "TH": {"G": 0, "P": 0},
    "US": _PG
    | {"PG13": 13, "R": 17, "NC17": 18, "X": 18}
    | {"TVY": 0, "TVG": 0, "TVY7": 7, "TVY7FV": 7, "TVPG": _PARENTS_DECIDE, "TV14": 14, "TVMA": 17},
}

#: "12", "12+", "+12", "-12": a bare number is an age, whoever's system it is.
_BARE_NUMBER = re.compile(r"\+?(\d{1,2})\+?", re.ASCII)
_OLDEST = 21


def age_of(certificate: str, country: str) -> int | None:
    """The youngest age that a country's certificate lets see a title by themselves; None: it says none."""
    written = re.sub(r"[\s-]", "", certificate.upper())
    if bare := _BARE_NUMBER.fullmatch(written):
        return int(bare[1]) if int(bare[1]) <= _OLDEST else None
    return _AGE_BY_CERTIFICATE.get(country, {}).get(written)


def minimum_age(certificates: Mapping[str, Iterable[str]], region: str) -> int | None:
    """The age that the region's own certificates ask for, else those of any country; the strictest of several.

    The strictest, since these ages keep children's accounts: what is left out by mistake is missed and asked
    for, what is let in by mistake is not. An uncut version has the film's entry, so its age counts as well.
    """
    own = _strictest((region, certificates.get(region, ())))
    return own if own is not None else _strictest(*certificates.items())


def _strictest(*said: tuple[str, Iterable[str]]) -> int | None:
    ages = (age_of(certificate, country) for country, given in said for certificate in given)
    return max((age for age in ages if age is not None), default=None)
