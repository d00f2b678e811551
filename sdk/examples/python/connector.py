"""The Directory connector in Python: the calls to the app, and nothing about SCIM.

Each function of the contract (`wit/resources.wit`) is a method; a fault is raised.
"""

import functools
import json
import pathlib
import traceback
from urllib.parse import quote

from componentize_py_types import Err
from wit_world.imports import app, log
from wit_world.imports.types import Change, Fault, Page, Query, Stored

# Read when the component is built; it cannot read files when it runs.
DESCRIPTION = pathlib.Path(__file__).with_name("descriptor.json").read_text()


class Descriptor:
    def describe(self) -> str:
        return DESCRIPTION


def told(function):
    """Report a mistake in this connector. An exception that is not a fault would end as a bare trap."""

    @functools.wraps(function)
    def wrapped(*args):
        try:
            return function(*args)
        except Err:
            raise
        except Exception as error:
            log.emit("error", f"{function.__name__}: {traceback.format_exc()}")
            raise fault(502, f"The connector failed in `{function.__name__}`: {error!r}")

    return wrapped


class Resources:
    @told
    def check(self) -> None:
        call("GET", "/people", query=[("limit", "1")])

    @told
    def create(self, kind: str, document: str) -> Stored:
        return stored(call("POST", "/people", body=document))

    @told
    def read(self, kind: str, id: str, omit: list[str]) -> Stored:
        return stored(call("GET", person(id)))

    @told
    def update(self, kind: str, id: str, change: Change) -> Stored:
        fields = {field.path: None if field.value is None else json.loads(field.value) for field in change.fields}
        return stored(call("PATCH", person(id), body=json.dumps(fields)))

    @told
    def delete(self, kind: str, id: str) -> None:
        call("DELETE", person(id))

    @told
    def search(self, kind: str, query: Query) -> Page:
        wanted = [(comparison.field, json.loads(comparison.value)) for comparison in query.comparisons]
        window = [("offset", str(query.page.offset)), ("limit", str(query.page.limit))]
        match call("GET", "/people", query=window + wanted):
            case {"people": list(people), "total": int(total)}:
                more = query.page.offset + len(people) < total
                return Page(resources=[stored(each) for each in people], total=total, limit=None, more=more, next=None)
            case _:
                raise fault(502, "The app answered a search without `people` and `total`.")


def person(id: str) -> str:
    return f"/people/{quote(id, safe='')}"


def stored(document) -> Stored:
    """Return a person for the host. Without the check, an id that is null would become the id "None"."""
    match document:
        case {"id": bool()}:
            pass
        case {"id": (int() | str()) as id} if id != "":
            return Stored(id=str(id), document=json.dumps(document), version=None, unresolved=[])
    raise fault(502, "The app answered with a person without an `id`.")


def call(method: str, path: str, query=(), body: str | None = None):
    """Make one call to the app and return its response as JSON, or raise the fault for the client."""
    headers = [] if body is None else [("content-type", "application/json")]
    request = app.Request(method, path, list(query), headers, None if body is None else body.encode())
    try:
        response = app.send(request)
    except Err as error:
        # By the codes of `wit/app.wit`.
        status = {"timeout": 504, "rate-limited": 429, "circuit-open": 503}.get(error.value.code, 502)
        raise fault(status, f"The app did not respond: {error.value.detail}")
    status, text = response.status, response.body.decode(errors="replace")
    if status < 300:
        try:
            return json.loads(text) if text else None
        except ValueError:
            raise fault(502, f"The app returned {status} without valid JSON.")
    # 401 and 403 are about the gateway's credential: the host tells the client 502, and the operator what they need to know.
    if status in (401, 403):
        raise fault(status, f"The app rejects the credential ({status}).")
    if status == 404:
        raise fault(404, "The app has no such person.")
    if status == 409:
        raise fault(409, "Another person has this e-mail address.", scim_type="uniqueness")
    detail = f"The app returned {status}: {text[:200]}"
    # What may succeed later stays what it is, and when: the client asks again then.
    if status in (429, 503):
        raise fault(status, detail, retry_after_seconds=retry_after(response))
    raise fault(502 if status >= 500 or status < 400 else 400, detail)


def retry_after(response) -> int | None:
    """Return the seconds in `Retry-After`; a connector has no use for the date that it may be instead."""
    value = dict(response.headers).get("retry-after", "")
    return int(value) if value.isascii() and value.isdigit() and len(value) < 10 else None


def fault(status: int, detail: str, scim_type: str | None = None, retry_after_seconds: int | None = None) -> Err:
    return Err(Fault(status=status, scim_type=scim_type, detail=detail, retry_after_seconds=retry_after_seconds))
