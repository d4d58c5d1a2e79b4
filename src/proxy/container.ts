/** Container operations of remote objects: Python's `len()`, indexing and iteration (`Pyro5 5.15, client.py`). */
import { AttributeError } from "../base/errors.ts";
import { RemoteError } from "../values/remote-error.ts";
import { type ProxyTarget, proxyTargetOf } from "./proxy-target.ts";
import { Member } from "./remote-connection.ts";

function call(remote: object, method: string, ...args: unknown[]): Promise<unknown> {
  const target = proxyTargetOf(remote);
  return target.connection.call(new Member(method, false), args, target.settings);
}

/** Python's `len(remote)`. */
export async function lengthOf(remote: object): Promise<number> {
  return Number(await call(remote, "__len__"));
}

/** Python's `remote[key]`. */
export function itemOf(remote: object, key: unknown): Promise<unknown> {
  return call(remote, "__getitem__", key);
}

/** Python's `remote[key] = value`. */
export async function setItem(remote: object, key: unknown, value: unknown): Promise<void> {
  await call(remote, "__setitem__", key, value);
}

/** Python's `del remote[key]`. */
export async function deleteItem(remote: object, key: unknown): Promise<void> {
  await call(remote, "__delitem__", key);
}

/** Python's `value in remote`, if the object exposes `__contains__`. */
export async function contains(remote: object, value: unknown): Promise<boolean> {
  return Boolean(await call(remote, "__contains__", value));
}

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
