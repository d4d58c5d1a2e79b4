export { Daemon } from "./api/daemon.ts";
export { proxy } from "./api/proxy.ts";
export { describe as describeRegistration, type ServeOptions, serve } from "./api/serve.ts";
export { type NameServerOptions, type RunningNameServer, startNameServer } from "./api/start-name-server.ts";
export { stopSignal } from "./api/stop-signal.ts";
export {
  AttributeError,
  CommunicationError,
  ConnectionClosedError,
  DaemonError,
  MessageTooLargeError,
  NamingError,
  ProtocolError,
  PyroError,
  SecurityError,
  SerializeError,
  TimeoutError,
} from "./base/errors.ts";
export { DEFAULT_LIMITS, type Limits } from "./base/limits.ts";
export { type Config, configSource, configure } from "./config/config.ts";
export { type Contract, contract, type Exposure } from "./contract/contract.ts";
export { Kwargs, kwargs } from "./contract/kwargs.ts";
export { DaemonObject, type DaemonView } from "./daemon/daemon-object.ts";
export type { DaemonOptions, FailedCall } from "./daemon/daemon-options.ts";
export { type Behavior, expose, exposeAll, type InstanceMode } from "./daemon/expose.ts";
export type { RegisterOptions } from "./daemon/object-table.ts";
export type { LoopOptions } from "./daemon/request-loop.ts";
export {
  type CallContext,
  type Certificate,
  type ConnectionInfo,
  callContext,
  type DistinguishedName,
  type Resource,
  type TlsInfo,
} from "./diagnostics/call-context.ts";
export { correlationText, newCorrelationId } from "./diagnostics/correlation.ts";
export { type LogEntry, type LogLevel, setLogger } from "./diagnostics/log.ts";
export { formatTraceback, installExceptHook } from "./diagnostics/traceback.ts";
export { type KeepOptions, keepRegistered, type RegistrationEvent } from "./naming/keep-registered.ts";
export { type LocateOptions, locateNameServer } from "./naming/locate.ts";
export { NameServerClient, type Registered } from "./naming/name-server-client.ts";
export { type ResolveOptions, resolve } from "./naming/resolve.ts";
export { typeTags } from "./naming/type-tags.ts";
export { type BatchOptions, BatchResults, type Queued, type Queueing } from "./proxy/batch.ts";
export type { CallSettings } from "./proxy/call-settings.ts";
export type { ProxyOptions } from "./proxy/proxy-options.ts";
export { isRemote } from "./proxy/proxy-target.ts";
export { type ReconnectOptions, RemoteHandle, remote } from "./proxy/remote-handle.ts";
export { RemoteStream } from "./proxy/remote-stream.ts";
export type { Remote } from "./proxy/remote-type.ts";
export {
  type ClassConverter,
  type ClassName,
  ClassRegistry,
  type ExceptionConverter,
  registerClass,
  registerException,
} from "./serializers/class-registry.ts";
export { RawReply, type Reply } from "./session/reply.ts";
export { type Location, locationText } from "./transport/location.ts";
export type { ClientTlsOptions, ServerTlsOptions } from "./transport/tls-options.ts";
export { pyRepr } from "./values/py-repr.ts";
export { PyClassDict, PyComplex, type PyDict, PyEllipsis, PyFloat, PyTuple, tuple } from "./values/python-values.ts";
export { RemoteError } from "./values/remote-error.ts";
export { SerializedBlob } from "./values/serialized-blob.ts";
export { URI } from "./values/uri.ts";
