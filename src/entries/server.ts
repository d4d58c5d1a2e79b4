export { DaemonObject, type DaemonView } from "../daemon/daemon-object.ts";
export type { FailedCall } from "../daemon/daemon-options.ts";
export { type Behavior, exposeAll, type InstanceMode } from "../daemon/expose.ts";
export type { StreamOptions } from "../daemon/item-streams.ts";
export type { RegisterOptions } from "../daemon/object-table.ts";
export type { LoopOptions } from "../daemon/request-loop.ts";
export type {
  Certificate,
  ConnectionInfo,
  DistinguishedName,
  Resource,
  TlsInfo,
} from "../diagnostics/call-context.ts";
export type { ServerTlsOptions } from "../transport/tls-options.ts";
