/** A factory of objects: what it makes stays here, and callers get proxies of it without anybody making them. */
import { Daemon, expose, type Remote, stopSignal } from "#pyro";

export class Robot {
  static {
    expose(this, { methods: { name: "name()", walk: "walk(steps)" } });
  }

  readonly #name: string;
  #position = 0;

  constructor(name: string) {
    this.#name = name;
  }

  name(): string {
    return this.#name;
  }

  walk(steps: number): number {
    this.#position += steps;
    return this.#position;
  }
}

export class Factory {
  static {
    expose(this, { methods: { build: "build(name)", all: "all()", race: "race(robots)", scrap: "scrap(name)" } });
  }

  readonly #robots = new Map<string, Robot>();

  build(name: string): Robot {
    const robot = new Robot(name);
    daemon.register(robot); // from here on it travels as a proxy
    this.#robots.set(name, robot);
    return robot;
  }

  all(): Record<string, Robot> {
    return Object.fromEntries(this.#robots);
  }

  /** Gets proxies back, of robots here or elsewhere. */
  async race(robots: readonly Remote<Robot>[]): Promise<string> {
    const places: [number, string][] = [];
    for (const robot of robots) {
      await using one = robot;
      places.push([await one.walk(1), await one.name()]);
    }
    return places.toSorted(([a], [b]) => b - a)[0]?.[1] ?? "nobody";
  }

  scrap(name: string): void {
    const robot = this.#robots.get(name);
    if (robot !== undefined) daemon.unregister(robot);
    this.#robots.delete(name);
  }
}

const daemon: Daemon = await Daemon.listen();
console.log(String(daemon.register(new Factory(), "example.factory")));
await stopSignal();
await daemon.close();
