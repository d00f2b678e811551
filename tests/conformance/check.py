"""Runs scim2-tester against one SCIM endpoint and prints one JSON object per check.

Usage: check.py URL VALUES < TOKEN

VALUES is a JSON object with values for attributes in which the app accepts less than SCIM: attribute to value. "{uuid}" in a value is
a new UUID each time, and "{User}" the id of a user created for it. The tester chooses all other values.
"""

import json
import random
import sys
import uuid

from httpx2 import Client
from scim2_client.engines.httpx2 import SyncSCIMClient
from scim2_models import ComplexAttribute
from scim2_tester import check_server, filling
from scim2_tester.checkers import patch_add, patch_replace

# The checks send random values: the same ones every time, except for UUIDs.
random.seed(20)


def take_values(values):
    """Makes the tester send these values instead of random ones."""
    random_value = filling.generate_random_value

    def value_of(context, path, mutability=None, required=None):
        drawn = random_value(context, path=path, mutability=mutability, required=required)
        # Attributes that the tester leaves out in this check stay out; and a user created for another one refers to nobody.
        if drawn is None or str(path) not in values or required:
            return drawn if str(path) != "userName" else made(context, path, values["userName"])
        return made(context, path, values[str(path)])

    for module in (filling, patch_add, patch_replace):
        module.generate_random_value = value_of


def made(context, path, value):
    """The value in the form of the tester's own models."""
    text = json.dumps(value).replace("{uuid}", str(uuid.uuid4()))
    if "{User}" in text:
        model = context.client.get_resource_model("User")
        text = text.replace("{User}", context.resource_manager.create_and_register(model).id)
    value, kind = json.loads(text), path.resolve().target_type
    if isinstance(kind, type) and issubclass(kind, ComplexAttribute):
        return [kind.model_validate(item) for item in value] if isinstance(value, list) else kind.model_validate(value)
    return value


def attribute(data):
    """The attribute that a PATCH check is about: the tester makes a result for each."""
    return data.get("urn") if isinstance(data, dict) else None


def told(data):
    """What came back when a check failed, for a person to read."""
    if not isinstance(data, dict):
        return None if data is None else str(data)
    causes = [data.get("error"), getattr(data.get("error"), "source", None)]
    return " ".join(getattr(cause, "text", str(cause)) for cause in causes if cause is not None) or None


def main():
    url, values, token = sys.argv[1], json.loads(sys.argv[2]), sys.stdin.readline().strip()
    take_values(values)
    headers = {"Authorization": f"Bearer {token}"}
    with Client(base_url=url, headers=headers, trust_env=False, timeout=60) as client:
        for result in check_server(SyncSCIMClient(client)):
            failed = result.status.name in ("ERROR", "CRITICAL", "DEVIATION")
            line = {
                "check": result.title,
                "resource-type": result.resource_type,
                "attribute": attribute(result.data),
                "status": result.status.name,
                "reason": result.reason,
                "answer": told(result.data) if failed else None,
            }
            print(json.dumps({key: value for key, value in line.items() if value is not None}))


main()
