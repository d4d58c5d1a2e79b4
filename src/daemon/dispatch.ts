import { AttributeError } from "../base/errors.ts";
import { isPrivateName } from "../contract/private-names.ts";
import { bindArguments } from "../contract/signature.ts";
import { BatchException } from "../serializers/pyro-classes.ts";
import type { CallData } from "../serializers/serializer.ts";
import { pyText } from "../values/py-repr.ts";
import { isThenable } from "./error-replies.ts";
import type { Registration } from "./object-table.ts";

type Members = Record<string, unknown>;

/**
 * Runs one call on an object and returns the method's result, which may be a promise.
 *
 * The order of the checks is Pyro's (`Pyro5 5.15, server.py`): private, existing, exposed, arguments.
 *
 * @throws {AttributeError} for a name that cannot be called; {TypeError} for arguments that do not match the signature.
 */
export function callMember(registration: Registration, object: object, call: CallData): unknown {
  const method = registration.exposed.methods.get(call.method);
  if (method === undefined) {
    if (call.method === "__getattr__") return readAttribute(registration, object, call.args);
    if (call.method === "__setattr__") return writeAttribute(registration, object, call.args);
    throw notCallable(registration, object, call.method);
  }
  const args = bindArguments(method.signature, call.args, call.kwargs);
  const holder = method.holder ?? object;
  const member = (holder as Members)[method.key];
  if (typeof member !== "function") throw notCallable(registration, object, call.method);
  return Reflect.apply(member, holder, args);
}

function className(object: object): string {
  return typeof object.constructor === "function" && object.constructor.name !== ""
    ? object.constructor.name
    : "object";
}

function notCallable(registration: Registration, object: object, name: string): AttributeError {
  if (isPrivateName(name)) return new AttributeError(`attempt to access private attribute '${name}'`);
  if (registration.exposed.attrs.has(name) || (name in object && !(name in Object.prototype))) {
    return new AttributeError(`attempt to access unexposed attribute '${name}'`);
  }
  return new AttributeError(`'${className(object)}' object has no attribute '${name}'`);
}

function attributeKey(registration: Registration, object: object, name: unknown): string {
  const key = typeof name === "string" ? registration.exposed.attrs.get(name) : undefined;
  if (key === undefined || !(key in object)) {
    throw new AttributeError(`attempt to access unexposed or unknown remote attribute '${pyText(name)}'`);
  }
  return key;
}

function readAttribute(registration: Registration, object: object, args: readonly unknown[]): unknown {
  return (object as Members)[attributeKey(registration, object, args[0])];
}

function writeAttribute(registration: Registration, object: object, args: readonly unknown[]): null {
  const key = attributeKey(registration, object, args[0]);
  if (!Reflect.set(object, key, args[1])) {
    throw new AttributeError(`attempt to access unexposed or unknown remote attribute '${pyText(args[0])}'`);
  }
  return null;
}

/**
 * Runs the calls of a batch one after the other and returns their results. The first failing call ends the batch, and
 * its exception is the last result. A call that is not allowed fails the whole batch, as in Pyro; the calls before it
 * have run.
 *
 * A batch without promises ends before this returns, and so before the connection's next call starts, as in Pyro.
 *
 * @param failed is called with the call that failed.
 */
export function callBatch(
  registration: Registration,
  object: object,
  call: CallData,
  failed: (error: unknown, call: CallData) => void,
): unknown[] | Promise<unknown[]> {
  const results: unknown[] = [];
  const endWith = (error: unknown, one: CallData): unknown[] => {
    failed(error, one);
    results.push(new BatchException(error));
    return results;
  };
  const runFrom = (from: number): unknown[] | Promise<unknown[]> => {
    for (let index = from; index < call.args.length; index++) {
      const one = batchEntry(registration, object, call, call.args[index]);
      let result: unknown;
      try {
        result = callMember(registration, object, one);
      } catch (error) {
        return endWith(error, one);
      }
      if (isThenable(result)) {
        return Promise.resolve(result).then(
          (value) => {
            results.push(value);
            return runFrom(index + 1);
          },
          (error: unknown) => endWith(error, one),
        );
      }
      results.push(result);
    }
    return results;
  };
  return runFrom(0);
}

/** One call of a batch. @throws if it is malformed or not allowed. */
function batchEntry(registration: Registration, object: object, { object: id }: CallData, entry: unknown): CallData {
  const [method, args, kwargs] = Array.isArray(entry) ? (entry as unknown[]) : [];
  if (typeof method !== "string" || !Array.isArray(args) || typeof kwargs !== "object") {
    throw new TypeError("a batch is a list of (method, args, kwargs)");
  }
  if (!registration.exposed.methods.has(method)) throw notCallable(registration, object, method);
  const words = kwargs instanceof Map ? Object.fromEntries(kwargs) : (kwargs as Record<string, unknown> | null);
  return { object: id, method, args, kwargs: words };
}
