import type Docker from "dockerode";
import { ask, type Reached } from "./engine.ts";
import { findImage, fingerprintOfImage } from "./images.ts";

/** Labels of everything that is made on a host. */
export const LABEL = {
  project: "org.pyro-ts.project",
  service: "org.pyro-ts.service",
  /** The short hashes of a container's settings, as JSON. */
  parts: "org.pyro-ts.parts",
  /** Order of start; the end is in the opposite one. */
  rank: "org.pyro-ts.rank",
  /** Of a volume: `files` for copies of this machine's files, `data` for what a service keeps. */
  volume: "org.pyro-ts.volume",
  /** Of a container that a visit or a command was run in. */
  passing: "org.pyro-ts.passing",
} as const;

/** The network that a host's containers are on, which leads to the other hosts by way of this one. */
export const networkOf = (project: string): string => `${project}_hosts`;

/** A container that `up` made. */
export interface Found {
  readonly service: string;
  readonly id: string;
  readonly name: string;
  readonly rank: number;
  readonly parts: Readonly<Record<string, string>>;
  readonly info: Docker.ContainerInspectInfo;
}

/** What a host has of the project. */
export interface Observed extends Reached {
  readonly containers: readonly Found[];
  /** Fingerprints of the images that the host has, by their names. */
  readonly images: ReadonlyMap<string, string>;
}

/** The containers of a project on a host; those of visits only where `passing` is asked for. */
export async function containersOf({ engine }: Reached, project: string, passing = false): Promise<Found[]> {
  const label = [`${LABEL.project}=${project}`];
  const listed = await ask(engine.listContainers({ all: true, filters: { label } }));
  const wanted = listed.filter((one) => passing || one.Labels[LABEL.passing] === undefined);
  const infos: (Docker.ContainerInspectInfo | undefined)[] = [];
  // One after the other, on one connection: an sshd turns away many new ones at once.
  for (const { Id } of wanted) infos.push(await ask(engine.getContainer(Id).inspect()).catch(unlessGone));
  return infos.flatMap((info): Found[] => {
    const labels = info?.Config.Labels;
    if (info === undefined || labels?.[LABEL.service] === undefined) return [];
    return [
      {
        service: labels[LABEL.service] ?? "",
        id: info.Id,
        name: info.Name.replace(/^\//, ""),
        rank: Number(labels[LABEL.rank] ?? 0),
        parts: JSON.parse(labels[LABEL.parts] ?? "{}") as Record<string, string>,
        info,
      },
    ];
  });
}

/** 404: it has gone since. */
function unlessGone(error: { statusCode?: number }): undefined {
  if (error.statusCode !== 404) throw error;
}

/** Looks at a host. */
export async function observe(reached: Reached, project: string, imageNames: readonly string[]): Promise<Observed> {
  const containers = await containersOf(reached, project);
  const images = new Map<string, string>();
  for (const name of imageNames) {
    const found = await findImage(reached.engine, name);
    if (found !== undefined) images.set(name, fingerprintOfImage(found));
  }
  return { ...reached, containers, images };
}

/** A service's health in a word: its check's, or whether it runs, or how it ended. */
export function healthOf(info: Docker.ContainerInspectInfo): string {
  const { Status, ExitCode, Health } = info.State;
  if (Status === "running") return Health?.Status ?? "-";
  return Status === "exited" ? `ended with ${ExitCode}` : "-";
}
