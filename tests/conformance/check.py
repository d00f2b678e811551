"""Runs scim2-tester against one SCIM endpoint and prints one JSON object a check.

Usage: check.py URL < TOKEN
"""

import json
import random
import sys

from httpx2 import Client
from scim2_client.engines.httpx2 import SyncSCIMClient
from scim2_tester import check_server

# The values that the checks send are drawn at random: the same ones every time, but for UUIDs.
random.seed(20)


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
    url, token = sys.argv[1], sys.stdin.readline().strip()
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
