/** Milliseconds of processor time that this thread has used. Other programs on a busy machine do not count. */
export function cpuMs(): number {
  const { user, system } = process.threadCpuUsage();
  return (user + system) / 1_000;
}
