import { beforeAll, describe, inject } from "vitest";

/**
 * `describe` for tests that need a Docker engine. Without one they are reported as skipped, or, with REQUIRE_ENGINE
 * in the environment, fail.
 */
export function describeWithEngine(name: string, tests: () => void): void {
  const reason = inject("noEngine");
  if (reason === undefined) throw new Error("vitest.config.ts lacks globalSetup: test/containers/global-setup.ts");
  const required = Boolean(process.env["REQUIRE_ENGINE"]);
  describe.skipIf(reason !== null && !required)(name, () => {
    beforeAll(() => {
      if (reason !== null) throw new Error(`REQUIRE_ENGINE is set, but ${reason}`);
    });
    tests();
  });
}
