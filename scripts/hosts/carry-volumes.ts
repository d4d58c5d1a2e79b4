import { existsSync, statSync } from "node:fs";
import { isAbsolute, relative } from "node:path";
import type { Carried, CarriedFile, NamedVolume } from "./carried.ts";
import { Refusal, refuseOthers, type Table } from "./carry-values.ts";
import type { Composition } from "./composition.ts";
import { bytes } from "./units.ts";

export function carriedVolume(carried: Carried, volume: Table, composition: Composition): void {
  const { type, source, target, read_only, consistency, ...kinds } = volume as Table & { target: string };
  void consistency; // of macOS's file sharing
  if (type === "bind") return carriedBind(carried, volume, composition);
  if (type === "tmpfs") {
    const { tmpfs = {}, ...others } = kinds as { tmpfs?: Table };
    refuseOthers(others);
    const { size, mode } = tmpfs;
    const TmpfsOptions = { SizeBytes: bytes(size ?? 0), ...(mode === undefined ? {} : { Mode: Number(mode) }) };
    carried.mounts.push({ Type: "tmpfs", Source: "", Target: target, ...(size ? { TmpfsOptions } : {}) } as never);
    return;
  }
  if (type !== "volume") throw new Refusal(`a ${String(type)} at ${target} cannot be carried over to another host`);
  const { volume: options = {}, ...others } = kinds as { volume?: Table };
  refuseOthers(others);
  const { nocopy, subpath, ...more } = options;
  refuseOthers(more);
  const named = source === undefined ? undefined : namedVolume(String(source), composition);
  if (named !== undefined) carried.volumes.push(named);
  carried.mounts.push({
    Type: "volume",
    Source: named?.name ?? "",
    Target: target,
    ReadOnly: read_only === true,
    VolumeOptions: { ...(nocopy ? { NoCopy: true } : {}), ...(subpath === undefined ? {} : { Subpath: subpath }) },
  } as never);
}

function namedVolume(source: string, composition: Composition): NamedVolume {
  const { name, driver, driver_opts, external, labels, ...others } = composition.volumes[source] ?? {};
  void labels;
  refuseOthers(others);
  return {
    name: String(name ?? `${composition.project}_${source}`),
    ...(driver === undefined ? {} : { driver: String(driver) }),
    ...(driver_opts === undefined ? {} : { options: driver_opts as Record<string, string> }),
    external: Boolean(external),
  };
}

/**
 * What lies beside the Compose file is sent along, as the host has no such file; what lies elsewhere, such as
 * /etc/localtime, means the host's own.
 */
function carriedBind(carried: Carried, volume: Table, { folder }: Composition): void {
  const { source, target, read_only, bind = {} } = volume as Table & { source: string; target: string };
  const { create_host_path, propagation, selinux, ...others } = bind as Table;
  void create_host_path;
  void selinux; // a copy in a volume is labelled by the engine
  refuseOthers(others);
  const within = relative(folder, source);
  if (within.startsWith("..") || isAbsolute(within)) {
    carried.mounts.push({
      Type: "bind",
      Source: source,
      Target: target,
      ReadOnly: read_only === true,
      ...(propagation === undefined ? {} : { BindOptions: { Propagation: propagation } }),
    } as never);
    return;
  }
  if (read_only !== true) {
    throw new Refusal(
      `${within} is on this machine, and what is written at ${target} would not come back: mount it with :ro, or take a named volume`,
    );
  }
  if (!existsSync(source)) throw new Refusal(`there is no file or folder ${within}`);
  carried.files.push({ target, source: { path: source } });
}

/** A secret or config that a service is given. */
export function carriedGrant(kind: "secrets" | "configs", grant: Table, composition: Composition): CarriedFile {
  const { source, target, uid, gid, mode, ...others } = grant;
  refuseOthers(others);
  const { file, environment, content, name, external, ...more } = composition[kind][String(source)] ?? {};
  void name;
  if (external === true) throw new Refusal(`${String(source)} is external: name its file`);
  refuseOthers(more);
  const place = String(target ?? source);
  const text = content ?? (environment === undefined ? undefined : process.env[String(environment)]);
  if (file === undefined && text === undefined) throw new Refusal(`${String(source)} has neither a file nor a content`);
  if (file !== undefined && !statSync(String(file), { throwIfNoEntry: false })?.isFile()) {
    const cure = /[/\\]certs[/\\]/.test(String(file)) ? ": npm run hosts -- certs makes it" : "";
    throw new Refusal(`there is no file ${relative(composition.folder, String(file))}${cure}`);
  }
  return {
    target: place.startsWith("/") ? place : `${kind === "secrets" ? "/run/secrets" : ""}/${place}`,
    source: file === undefined ? { text: String(text) } : { path: String(file) },
    mode: mode === undefined ? 0o444 : typeof mode === "number" ? mode : Number.parseInt(String(mode), 8),
    ...(uid === undefined ? {} : { uid: Number(uid) }),
    ...(gid === undefined ? {} : { gid: Number(gid) }),
  };
}
