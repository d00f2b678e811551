"""The Directory connector, whose `check` tries to get out and whose `read` has a mistake."""

import json
import os
import socket

import connector
from connector import Descriptor as Descriptor, fault


class Resources(connector.Resources):
    def check(self) -> None:
        print("printed by the intruder")
        report = {
            "environment": "empty" if not os.environ else f"got {dict(os.environ)}",
            "file": attempt(lambda: open("/etc/passwd").read()),
            "folder": attempt(lambda: os.listdir("/")),
            "written": attempt(lambda: open("/tmp/intruder", "w").write("was here")),
            "network": attempt(lambda: socket.create_connection(("127.0.0.1", 80), 1)),
            "name": attempt(lambda: socket.getaddrinfo("localhost", 80)),
        }
        raise fault(418, json.dumps(report))

    @connector.told
    def read(self, kind: str, id: str, omit: list[str]):
        if id == "mistake":
            [].pop()
        return super().read(kind, id, omit)


def attempt(action) -> str:
    try:
        return f"got {action()}"
    except BaseException as error:
        return f"refused: {error!r}"
