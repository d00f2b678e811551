"""Runs scim2-tester against one SCIM endpoint and prints one JSON object a check.

Usage: check.py URL VALUES < TOKEN

VALUES is a JSON object of what the app takes where SCIM takes anything: attribute to value, in which "{uuid}" is another UUID each
time and "{User}" the id of a user made for it. Every other value is the tester's own.
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

# The values that the checks send are drawn at random: the same ones every time, but for UUIDs.
random.seed(20)


def take_values(values):
    """Has the tester send these values and not random ones."""
    random_value = filling.generate_random_value

    def value_of(context, path, mutability=None, required=None):
        drawn = random_value(context, path=path, mutability=mutability, required=required)
        # What the tester would not send for this check, it does not send here either; and who is made for another refers to nobody.
        if drawn is None or str(path) not in values or required:
            return drawn if str(path) != "userName" else made(context, path, values["userName"])
        return made(context, path, values[str(path)])

    for module in (filling, patch_add, patch_replace):
        module.generate_random_value = value_of


def made(context, path, value):
    """The value as the tester's own models hold it."""
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
