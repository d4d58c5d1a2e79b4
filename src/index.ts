export { Daemon } from "./api/daemon.ts";
export { proxy } from "./api/proxy.ts";
export { type ServeOptions, serve } from "./api/serve.ts";
export { type NameServerOptions, startNameServer } from "./api/start-name-server.ts";
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
export { configure } from "./config/config.ts";
export { type Contract, contract, type Exposure } from "./contract/contract.ts";
export { kwargs } from "./contract/kwargs.ts";
export type { DaemonOptions } from "./daemon/daemon-options.ts";
export { expose } from "./daemon/expose.ts";
export { type CallContext, callContext } from "./diagnostics/call-context.ts";
export { keepRegistered } from "./naming/keep-registered.ts";
export { locateNameServer } from "./naming/locate.ts";
export type { CallSettings } from "./proxy/call-settings.ts";
export type { ProxyOptions } from "./proxy/proxy-options.ts";
export { RemoteHandle, remote } from "./proxy/remote-handle.ts";
export { RemoteStream } from "./proxy/remote-stream.ts";
export type { Remote } from "./proxy/remote-type.ts";
export { registerClass, registerException } from "./serializers/class-registry.ts";
export { tuple } from "./values/python-values.ts";
export { RemoteError } from "./values/remote-error.ts";
export { URI } from "./values/uri.ts";
