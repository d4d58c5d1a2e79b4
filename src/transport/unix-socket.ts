import { lstatSync, unlinkSync } from "node:fs";
import { connect } from "node:net";

/** Linux has names of sockets that are no files: they begin with NUL, and go with the process. */
export function isAbstract(path: string): boolean {
  return path.startsWith("\0");
}

/** Why a Unix socket cannot have this path; undefined when it can. */
export function badPath(path: string): string | undefined {
  if (path === "") return "the path is empty";
  if (path.includes(":")) return "a path with a colon does not fit into a URI";
  // Linux 108, macOS 104, with the NUL at the end; some systems cut a longer one without a word.
  const most = process.platform === "linux" ? 107 : 103;
  return new TextEncoder().encode(path).length > most ? `a socket's path has ${most} bytes at most` : undefined;
}

/**
 * Removes the file of a socket that nobody listens on any more: what a program leaves that was killed. Python's Pyro
 * refuses to start until somebody does that by hand. False: somebody listens, or it is no socket.
 */
export async function removeStale(path: string): Promise<boolean> {
  if (isAbstract(path)) return false;
  const before = lstatSync(path, { throwIfNoEntry: false });
  if (before?.isSocket() !== true || !(await isDead(path))) return false;
  const now = lstatSync(path, { throwIfNoEntry: false });
  // Another program that starts now may have made its own there.
  if (now?.ino !== before.ino || now.ctimeMs !== before.ctimeMs) return false;
  unlinkSync(path);
  return true;
}

function isDead(path: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(path);
    const over = (dead: boolean): void => {
      socket.destroy();
      resolve(dead);
    };
    socket.on("connect", () => over(false));
    socket.on("error", (error: NodeJS.ErrnoException) => over(error.code === "ECONNREFUSED"));
  });
}
