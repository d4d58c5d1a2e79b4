export { type Config, configSource, configure } from "./config.ts";
export {
  type CallContext,
  type Certificate,
  type ConnectionInfo,
  callContext,
  type DistinguishedName,
  type Resource,
  type TlsInfo,
} from "./context.ts";
export { type Contract, contract, type Exposure } from "./contract.ts";
export { correlationText, newCorrelationId } from "./correlation.ts";
export { Daemon } from "./daemon/daemon.ts";
export { DaemonObject, type DaemonView } from "./daemon/daemon-object.ts";
export { type Behavior, expose, exposeAll, type InstanceMode } from "./daemon/expose.ts";
export type { LoopOptions } from "./daemon/loop.ts";
export type { RegisterOptions } from "./daemon/objects.ts";
export type { DaemonOptions, FailedCall } from "./daemon/options.ts";
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
} from "./errors.ts";
export { formatTraceback, installExceptHook } from "./excepthook.ts";
export { Kwargs, kwargs } from "./kwargs.ts";
export { DEFAULT_LIMITS, type Limits } from "./limits.ts";
export { type LogEntry, type LogLevel, setLogger } from "./log.ts";
export { NameServerClient, type Registered } from "./naming/client.ts";
export { type KeepOptions, keepRegistered, type RegistrationEvent } from "./naming/keep-registered.ts";
export type { LocateOptions } from "./naming/locate.ts";
export { proxy } from "./naming/proxy.ts";
export type { ProxyOptions } from "./naming/remote-options.ts";
export { locateNameServer, type ResolveOptions, resolve } from "./naming/resolve.ts";
export { describe as describeRegistration, type ServeOptions, serve } from "./naming/serve.ts";
export { type NameServerOptions, type RunningNameServer, startNameServer } from "./naming/start.ts";
export { stopSignal } from "./naming/stop-signal.ts";
export { typeTags } from "./naming/type-tags.ts";
export { BatchResults, batch, type Queued, type Queueing } from "./proxy/batch.ts";
export type { CallSettings } from "./proxy/call-settings.ts";
export { contains, deleteItem, itemOf, lengthOf, setItem } from "./proxy/container.ts";
export type { Remote } from "./proxy/remote.ts";
export { RemoteStream } from "./proxy/stream.ts";
export {
  bind,
  connect,
  copyOf,
  getAttribute,
  localAddressOf,
  metadataOf,
  type ReconnectOptions,
  reconnect,
  release,
  sameRemote,
  setAttribute,
  typed,
  uriOf,
  withOptions,
} from "./proxy/using.ts";
export { isRemote } from "./proxy/view.ts";
export { pyRepr } from "./pyrepr.ts";
export { RemoteError } from "./remote-error.ts";
export { SerializedBlob } from "./serialized-blob.ts";
export {
  type ClassConverter,
  type ClassName,
  ClassRegistry,
  type ExceptionConverter,
  registerClass,
  registerException,
} from "./serializers/class-registry.ts";
export { RawReply, type Reply } from "./session/calls.ts";
export { type Location, locationText } from "./transport/location.ts";
export type { ClientTlsOptions, ServerTlsOptions } from "./transport/tls-options.ts";
export { URI } from "./uri.ts";
export { PyClassDict, PyComplex, type PyDict, PyEllipsis, PyFloat, PyTuple, tuple } from "./values.ts";
