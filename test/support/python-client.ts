import { type PythonPyro, startPython } from "./python.ts";

/** What both versions have under names of their own, under one. `show(...)` writes what `runClient` gives back. */
const PRELUDE = `
import sys, json, time, threading
version = int(sys.argv[1])
uris = sys.argv[3:]
if version == 4:
    import Pyro4 as P
    from Pyro4 import errors
    from Pyro4.core import SerializedBlob
    batch = P.batch
else:
    import Pyro5.api as P
    from Pyro5 import errors
    from Pyro5.client import SerializedBlob
    batch = P.BatchProxy
P.config.SERIALIZER = sys.argv[2]
context = P.current_context
def show(value):
    print(json.dumps(value, default=lambda x: x.decode() if isinstance(x, (bytes, bytearray)) else repr(x)), flush=True)
def attempt(method, *args, **kwargs):
    """The result, or the error as text."""
    try:
        return method(*args, **kwargs)
    except Exception as x:
        return "%s: %s" % (type(x).__name__, x)
`;

export interface ClientOptions {
  /** Default serpent. */
  readonly serializer?: string;
  readonly env?: Record<string, string>;
}

/**
 * Runs a Python client to its end and gives what it showed.
 *
 * @param code finds the URIs in `uris`, and what both Pyros have in \`P\`; see PRELUDE.
 * @throws when it fails, with what it wrote to stderr.
 */
export async function runClient(
  version: PythonPyro,
  uris: readonly { toString(): string }[],
  code: string,
  { serializer = "serpent", env = {} }: ClientOptions = {},
): Promise<unknown[]> {
  const args = ["-c", PRELUDE + code, String(version), serializer, ...uris.map(String)];
  await using client = await startPython(version, args, { env });
  const status = await client.ends();
  if (status !== 0)
    throw new Error(`the Python client ended with ${status}\n${client.lines.join("\n")}\n${client.stderr}`);
  return client.lines.map((line): unknown => JSON.parse(line));
}
