/** Where a daemon listens: the part of a URI behind the `@`. */
export type Location =
  | { readonly kind: "tcp"; readonly host: string; readonly port: number }
  | { readonly kind: "unix"; readonly path: string };

/** `host:port`, `[::1]:port` or `./u:PATH`: as it stands in a URI. */
export function locationText(location: Location): string {
  switch (location.kind) {
    case "tcp":
      return `${location.host.includes(":") ? `[${location.host}]` : location.host}:${location.port}`;
    case "unix":
      return `./u:${location.path}`;
    default:
      return location satisfies never;
  }
}
