"""An MLflow server's REST API, as much of it as serving needs: versions, aliases, tags and files.

https://mlflow.org/docs/latest/rest-api.html, and `mlflow-artifacts` for files that the server keeps itself or
passes through (S3, MinIO …). MLflow's own library would be 135 MB in a process that only serves.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, quote, unquote, urlsplit

import httpx
from tenacity import Retrying, retry_if_exception_type, stop_after_attempt, wait_random

from mediatheque.kit.errors import Invalid, NotFound, Unavailable
from mediatheque.kit.http import USER_AGENT, redact

#: What a registered model is called where the setting does not say.
MODEL = "mediatheque"
TIMEOUT = httpx.Timeout(10.0, connect=3.0)
_API = "/api/2.0/mlflow"
_FILES = "/api/2.0/mlflow-artifacts/artifacts"
_MOST_VERSIONS = 200  # a page
_ATTEMPTS = 6


class _Failed(Unavailable):
    """The server is there, and did not get done what was asked."""


@dataclass(frozen=True, slots=True)
class Address:
    """Where a server is, who asks, and what the model is called there; safe to show but for `auth`."""

    url: str
    model: str = MODEL
    auth: tuple[str, str] | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class Version:
    """A registered version, as far as we need it."""

    number: int
    source: str
    tags: Mapping[str, str]


def address_of(rest: str, part: str = "") -> Address:
    """The server that `http://user:password@host:5000/path?model=name` names; a part's model is `name-part`.

    Raises Invalid, without the password.
    """
    try:
        parts = urlsplit(rest)
        host, port = parts.hostname, parts.port
    except ValueError:
        host, port, parts = None, None, urlsplit("")
    asked = parse_qs(parts.query)
    model = asked.pop("model", [MODEL])[-1]
    if not host or asked or parts.fragment:
        raise Invalid(
            "MEDIATHEQUE_REGISTRY_URL is no address of an MLflow server: write mlflow+http://host:5000 or "
            "mlflow+https://user:password@host/path?model=name"
        )
    if not re.fullmatch(r"[\w .-]{1,200}", model):
        raise Invalid(
            f"'{model}' is no name for a model: use letters, digits, dots, dashes and spaces in MEDIATHEQUE_REGISTRY_URL"
        )
    where = f"[{host}]" if ":" in host else host
    url = f"{parts.scheme.lower()}://{where}{f':{port}' if port else ''}{parts.path.rstrip('/')}"
    user, password = unquote(parts.username or ""), unquote(parts.password or "")
    return Address(url, f"{model}-{part}" if part else model, (user, password) if user or password else None)


class Server:
    """One MLflow server; any number of threads may ask."""

    def __init__(self, address: Address) -> None:
        self.address = address
        self._http = httpx.Client(
            base_url=address.url,
            auth=address.auth,
            headers={"User-Agent": USER_AGENT},
            timeout=TIMEOUT,
            # A connection kept open is one that the server may close while we ask.
            limits=httpx.Limits(max_keepalive_connections=0),
        )

    def version(self, number: int) -> Version:
        """Raises NotFound."""
        asked = {"name": self.address.model, "version": str(number)}
        return _version(self._ask("GET", "/model-versions/get", asked)["model_version"])

    def version_called(self, alias: str) -> Version | None:
        """The version of that alias, if there is one."""
        try:
            answer = self._ask(
                "GET", "/registered-models/alias", {"name": self.address.model, "alias": alias}
            )
        except NotFound:
            return None
        return _version(answer["model_version"])

    def versions(self) -> list[Version]:
        """Every version, the latest first."""
        found: list[Version] = []
        asked = {"filter": f"name='{self.address.model}'", "max_results": str(_MOST_VERSIONS)}
        while True:
            answer = self._ask("GET", "/model-versions/search", asked)
            found += [_version(one) for one in answer.get("model_versions", ())]
            if not (token := answer.get("next_page_token")):
                return sorted(found, key=lambda version: -version.number)
            asked["page_token"] = token

    def set_tag(self, number: int, key: str, value: str) -> None:
        told = {"name": self.address.model, "version": str(number), "key": key, "value": value}
        self._write("POST", "/model-versions/set-tag", told)

    def set_alias(self, alias: str, number: int) -> None:
        told = {"name": self.address.model, "alias": alias, "version": str(number)}
        self._write("POST", "/registered-models/alias", told)

    def delete_alias(self, alias: str) -> None:
        self._write("DELETE", "/registered-models/alias", {"name": self.address.model, "alias": alias})

    def download(self, version: Version, name: str, to: Path, *, most_bytes: int) -> None:
        """One file of a version. Raises Invalid where it is not there or longer than it may be."""
        path, asked = self._place_of(version, name)
        received = 0
        try:
            with self._http.stream("GET", path, params=asked) as response, to.open("wb") as file:
                if response.status_code == 404:
                    raise Invalid(f"{name} is missing")
                if response.status_code != 200:
                    raise self._complaint(response.status_code, response.read())
                for piece in response.iter_bytes(1 << 20):
                    received += len(piece)
                    if received > most_bytes:
                        raise Invalid(f"{name} is longer than the {most_bytes:,} bytes that were promised")
                    file.write(piece)
        except httpx.HTTPError as error:
            raise self._unreachable(error) from None

    def _place_of(self, version: Version, name: str) -> tuple[str, Mapping[str, str]]:
        source = urlsplit(version.source)
        if source.scheme == "mlflow-artifacts":
            return f"{_FILES}/{quote(source.path.strip('/'))}/{quote(name)}", {}
        # Its clients reach the store themselves; the server does so for its own pages.
        asked = {"name": self.address.model, "version": str(version.number), "path": name}
        return "/model-versions/get-artifact", asked

    def _write(self, method: str, path: str, body: Mapping[str, str]) -> None:
        """Ask for what may be asked for twice. Two machines that write at once collide in the server's database, and one
        of them is answered that it could not; a moment later it can."""
        trying = Retrying(
            retry=retry_if_exception_type(_Failed),
            stop=stop_after_attempt(_ATTEMPTS),
            wait=wait_random(0.05, 0.4),
            reraise=True,
        )
        trying(self._ask, method, path, body=body)

    def _ask(
        self,
        method: str,
        path: str,
        params: Mapping[str, str] | None = None,
        body: Mapping[str, str] | None = None,
    ) -> dict[str, Any]:
        try:
            response = self._http.request(method, _API + path, params=params, json=body)
        except httpx.HTTPError as error:
            raise self._unreachable(error) from None
        if response.status_code != 200:
            raise self._complaint(response.status_code, response.content)
        try:
            answer = response.json()
        except ValueError:
            raise self._stranger() from None
        if not isinstance(answer, dict):
            raise self._stranger()
        return answer

    def _unreachable(self, error: httpx.HTTPError) -> Unavailable:
        why = redact(str(error)) or type(error).__name__
        return Unavailable(
            f"The MLflow server at {self.address.url} cannot be reached ({why}); see whether it runs, "
            "and whether MEDIATHEQUE_REGISTRY_URL is right"
        )

    def _stranger(self) -> Unavailable:
        return Unavailable(
            f"What answers at {self.address.url} is no MLflow server; check MEDIATHEQUE_REGISTRY_URL"
        )

    def _complaint(self, status: int, content: bytes) -> Exception:
        if status in (401, 403):
            return Unavailable(
                f"The MLflow server at {self.address.url} refused the user or the password (HTTP {status}); "
                "check MEDIATHEQUE_REGISTRY_URL"
            )
        try:
            told = json.loads(content)
            code, message = str(told["error_code"]), redact(str(told["message"]))
        except (ValueError, KeyError, TypeError):
            # A proxy's page: nothing that the server says of its models.
            return Unavailable(
                f"{self.address.url} answered HTTP {status}; see whether an MLflow server runs there"
            )
        # What we ask is well formed, so an invalid parameter is an alias that there is not.
        if code in ("RESOURCE_DOES_NOT_EXIST", "INVALID_PARAMETER_VALUE"):
            return NotFound(message)
        return _Failed(f"The MLflow server at {self.address.url} could not answer: {message[:300]}")


def _version(told: Mapping[str, Any]) -> Version:
    tags = {tag["key"]: tag["value"] for tag in told.get("tags", ())}
    return Version(int(told["version"]), str(told.get("source", "")), tags)
