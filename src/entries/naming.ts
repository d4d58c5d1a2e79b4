export { describe as describeRegistration } from "../api/serve.ts";
export type { RunningNameServer } from "../api/start-name-server.ts";
export type { KeepOptions, KeptRegistration, RegistrationEvent } from "../naming/keep-registered.ts";
export type { LocateOptions } from "../naming/locate.ts";
export type { NameServer } from "../naming/name-server.ts";
export { type ListFilter, NameServerClient, type Registered } from "../naming/name-server-client.ts";
export { type ResolveOptions, resolve } from "../naming/resolve.ts";
export { type Entry, MemoryStorage, type Storage } from "../naming/storage.ts";
export { typeTags } from "../naming/type-tags.ts";
