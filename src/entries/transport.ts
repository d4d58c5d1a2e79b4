export { type Environment, processEnvironment, type Timer } from "../base/environment.ts";
export { MemoryNetwork, type MemoryNetworkOptions } from "../transport/memory-transport.ts";
export type {
  Connection,
  ConnectionHandlers,
  DialOptions,
  Listener,
  ListenHandlers,
  ListenOptions,
  Transport,
} from "../transport/transport.ts";
