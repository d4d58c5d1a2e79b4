import { lstatSync, unlinkSync } from "node:fs";
import { connect } from "node:net";

/** Whether the path is in Linux's abstract namespace: it starts with NUL and has no file. */
export function isAbstract(path: string): boolean {
  return path.startsWith("\0");
}

/** Why the path is invalid for a Unix socket; undefined if it is valid. */
export function badPath(path: string): string | undefined {
  if (path === "") return "the path is empty";
  if (path.includes(":")) return "the path contains a colon, which is not supported in a URI";
  // Linux allows 108 bytes, macOS 104, including the NUL at the end. Some systems silently truncate longer paths.
  const max = process.platform === "linux" ? 107 : 103;
  return new TextEncoder().encode(path).length > max ? `the path is longer than ${max} bytes` : undefined;
}

/**
 * Removes a stale socket file, which a killed program leaves behind. Python's Pyro does not start until the file is
 * removed by hand. Returns false if a program listens on the socket or the file is not a socket.
 */
export async function removeStale(path: string): Promise<boolean> {
  if (isAbstract(path)) return false;
  const before = lstatSync(path, { throwIfNoEntry: false });
  if (before?.isSocket() !== true || !(await isDead(path))) return false;
  const now = lstatSync(path, { throwIfNoEntry: false });
  // Another program that is starting may have replaced the file.
  if (now?.ino !== before.ino || now.ctimeMs !== before.ctimeMs) return false;
  unlinkSync(path);
  return true;
}

function isDead(path: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(path);
    const finish = (dead: boolean): void => {
      socket.destroy();
      resolve(dead);
    };
    socket.on("connect", () => finish(false));
    socket.on("error", (error: NodeJS.ErrnoException) => finish(error.code === "ECONNREFUSED"));
  });
}
