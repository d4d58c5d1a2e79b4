export {
  type ClassConverter,
  type ClassName,
  type ClassOf,
  ClassRegistry,
  type ExceptionConverter,
} from "../serializers/class-registry.ts";
export type { PythonException } from "../serializers/exceptions.ts";
export { pyRepr } from "../values/py-repr.ts";
export { PyClassDict, PyComplex, type PyDict, PyEllipsis, PyFloat, PyTuple } from "../values/python-values.ts";
export { type ReceivedBlob, SerializedBlob } from "../values/serialized-blob.ts";
