import type Docker from "dockerode";
import type { Composition } from "./composition.ts";

/** A file or folder of this machine that a container on a host gets a copy of, read-only. */
export interface CarriedFile {
  readonly target: string;
  /** A path on this machine, or the text itself. */
  readonly source: { readonly path: string } | { readonly text: string };
  /** Permission bits of a single file; without them it keeps its own. */
  readonly mode?: number;
  readonly uid?: number;
  readonly gid?: number;
}

/** A volume of the Compose file, that outlives containers. */
export interface NamedVolume {
  readonly name: string;
  readonly driver?: string;
  readonly options?: Readonly<Record<string, string>>;
  /** Somebody else makes and removes it. */
  readonly external: boolean;
}

/** Where a service goes. */
export interface Place {
  readonly composition: Composition;
  readonly service: string;
  /** The address at which the others find the host. */
  readonly address: string;
  /** The host's address that ports are published at. */
  readonly bind: string;
  /** The addresses of the services that others find by their name. */
  readonly addresses: ReadonlyMap<string, string>;
  /** Their ports, of those that have one. */
  readonly ports: ReadonlyMap<string, string>;
}

/** A service's settings in the words of the engine. Its image comes in when that is known. */
export interface Carried {
  readonly create: Docker.ContainerCreateOptions;
  readonly host: Docker.HostConfig;
  readonly mounts: Docker.MountConfig;
  /** Files of this machine that the container gets copies of. */
  readonly files: CarriedFile[];
  readonly volumes: NamedVolume[];
  /** The Compose file's keys, and what each of them came to: what differs between two is what has changed. */
  readonly parts: Record<string, unknown>;
}
