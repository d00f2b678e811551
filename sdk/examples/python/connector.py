"""The Directory connector in Python: the calls to the app, and nothing about SCIM.

Each function of the contract (`wit/resources.wit`) is a method; a fault is raised.
"""

import json
import pathlib
from urllib.parse import quote

from componentize_py_types import Err
from wit_world.imports import app
from wit_world.imports.types import Change, Fault, Page, Query, Stored

# Read when the component is built; it cannot read files when it runs.
DESCRIPTION = pathlib.Path(__file__).with_name("descriptor.json").read_text()


class Descriptor:
    def describe(self) -> str:
        return DESCRIPTION


class Resources:
    def check(self) -> None:
        call("GET", "/people", query=[("limit", "1")])

    def create(self, kind: str, document: str) -> Stored:
        return stored(call("POST", "/people", body=document))

    def read(self, kind: str, id: str, omit: list[str]) -> Stored:
        return stored(call("GET", person(id)))

    def update(self, kind: str, id: str, change: Change) -> Stored:
        fields = {field.path: None if field.value is None else json.loads(field.value) for field in change.fields}
        return stored(call("PATCH", person(id), body=json.dumps(fields)))

    def delete(self, kind: str, id: str) -> None:
        call("DELETE", person(id), expected={404})

    def search(self, kind: str, query: Query) -> Page:
        wanted = [(comparison.field, json.loads(comparison.value)) for comparison in query.comparisons]
        window = [("offset", str(query.page.offset)), ("limit", str(query.page.limit))]
        answer = call("GET", "/people", query=window + wanted)
        people, total = answer["people"], answer["total"]
        more = query.page.offset + len(people) < total
        return Page(resources=[stored(each) for each in people], total=total, limit=None, more=more, next=None)


def person(id: str) -> str:
    return f"/people/{quote(id, safe='')}"


def stored(document: dict) -> Stored:
    return Stored(id=str(document["id"]), document=json.dumps(document), version=None, unresolved=[])


def call(method: str, path: str, query=(), body: str | None = None, expected=frozenset()):
    """Make one call to the app and return its response as JSON, or raise the fault for the client."""
    headers = [] if body is None else [("content-type", "application/json")]
    request = app.Request(method, path, list(query), headers, None if body is None else body.encode())
    try:
        response = app.send(request)
    except Err as error:
        raise fault(504 if error.value.code == "timeout" else 502, f"The app did not respond: {error.value.detail}")
    status, text = response.status, response.body.decode()
    if status < 300 or status in expected:
        return json.loads(text) if text else None
    if status == 404:
        raise fault(404, "The app has no such person.")
    if status == 409:
        raise fault(409, "Another person has this e-mail address.", "uniqueness")
    if status in (401, 403):
        raise fault(502, f"The app rejects the credential ({status}).")
    raise fault(502 if status >= 500 else 400, f"The app returned {status}: {text[:200]}")


def fault(status: int, detail: str, scim_type: str | None = None) -> Err:
    return Err(Fault(status=status, scim_type=scim_type, detail=detail, retry_after_seconds=None))
