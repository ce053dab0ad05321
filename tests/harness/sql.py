"""SQL on a node, from inside its network namespace: the database trusts local clients."""

import http.client
import json


def sql(node, statement, timeout=10):
    """Runs a statement on the node's database: (HTTP status, answer). Raises OSError if nothing answers."""
    with node.link.namespace.entered():
        connection = http.client.HTTPConnection("127.0.0.1", 4200, timeout=timeout)
        connection.connect()
    try:
        connection.request("POST", "/_sql", json.dumps({"stmt": statement}), {"Content-Type": "application/json"})
        answer = connection.getresponse()
        return answer.status, json.loads(answer.read())
    except (http.client.HTTPException, json.JSONDecodeError) as error:
        raise ConnectionError(f"{node.name}: incomplete answer: {error!r}") from error
    finally:
        connection.close()


def query(node, statement):
    """The rows of an answer; None when the node does not answer or answers with an error."""
    try:
        status, answer = sql(node, statement)
    except OSError:
        return None
    return answer["rows"] if status == 200 else None
