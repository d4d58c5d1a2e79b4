"""Sends along what is no argument: an annotation and a correlation id; and reads what comes with the reply."""
import sys
import uuid

try:
    from Pyro5.api import Proxy, current_context
except ImportError:
    from Pyro4 import Proxy, current_context

with Proxy(sys.argv[1]) as mirror:
    bare = mirror.look()
    print(f"without a word: '{bare['word']}', but with an id: {str(len(bare['id']) > 0).lower()}")
    host, port = mirror._pyroConnection.sock.getsockname()[:2]
    print(f"the client's address is ours: {str(bare['client'] == f'{host}:{port}').lower()}")

    current_context.annotations = {"WORD": b"stressed"}
    current_context.correlation_id = uuid.uuid4()
    seen = mirror.look()
    print(f"the word: {seen['word']}")
    print(f"our id over there: {str(seen['id'] == str(current_context.correlation_id)).lower()}")
    print(f"the annotation that came back: {bytes(current_context.response_annotations['BACK']).decode()}")

    current_context.correlation_id = None
    ids = mirror.seen()
    print(f"ids: {len(ids)}, all different: {str(len(set(ids)) == len(ids)).lower()}")
