import { defineConfig, type ViteUserConfig } from "vitest/config";

/**
 * Three projects, by what their tests need: `unit` nothing but Node, `interop` Python with Pyro on this machine,
 * `containers` a Docker engine.
 */
const config: ViteUserConfig = defineConfig({
  test: {
    reporters: "default",
    projects: [
      {
        test: {
          name: "unit",
          include: ["test/**/*.test.ts"],
          exclude: ["test/interop/**", "test/containers/**"],
          // Threads start in less time than processes.
          pool: "threads",
          // Default: one less than there are processors, which on two is one.
          maxWorkers: "100%",
          // For machines that are busy: nothing waits so long by itself.
          testTimeout: 30_000,
          hookTimeout: 30_000,
        },
      },
      {
        test: {
          name: "interop",
          include: ["test/interop/**/*.test.ts"],
          testTimeout: 30_000,
          hookTimeout: 30_000,
          sequence: { groupOrder: 1 },
        },
      },
      {
        test: {
          name: "containers",
          include: ["test/containers/**/*.test.ts"],
          globalSetup: ["test/containers/global-setup.ts"],
          // One at a time: each brings up programs of its own, and two cores are soon shared by too many.
          fileParallelism: false,
          testTimeout: 120_000,
          hookTimeout: 300_000,
          sequence: { groupOrder: 2 },
        },
      },
    ],
  },
});

export default config;
