/** Iterating over a remote object (`Pyro5 5.15, client.py`). */
import { AttributeError } from "../base/errors.ts";
import { RemoteError } from "../values/remote-error.ts";
import type { ProxyTarget } from "./proxy-target.ts";
import { Member } from "./remote-connection.ts";

/** Python's `for item in remote`: calls `__iter__` if the object exposes it, else indexes it until an IndexError. */
export async function* iterate(target: ProxyTarget): AsyncGenerator<unknown, undefined> {
  const items = await target.connection.call(new Member("__iter__", false), [], target.settings).catch(ignoreMissing);
  if (items !== undefined) {
    yield* items as AsyncIterable<unknown>;
    return undefined;
  }
  const get = new Member("__getitem__", false);
  for (let index = 0; ; index++) {
    let item: unknown;
    try {
      item = await target.connection.call(get, [index], target.settings);
    } catch (error) {
      if (error instanceof RemoteError && (error.is("IndexError") || error.is("StopIteration"))) return undefined;
      throw error;
    }
    yield item;
  }
}

/** Rethrows the error unless it says that the member does not exist. */
function ignoreMissing(error: unknown): undefined {
  const isMissing = error instanceof AttributeError || (error instanceof RemoteError && error.is("AttributeError"));
  if (!isMissing) throw error;
  return undefined;
}
