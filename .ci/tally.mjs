// node .ci/tally.mjs RESULTS CODE -- prints `N passed, N failed` from Vitest's JSON report, and what was skipped, on stderr.
// CODE is the exit code of the test command: what fails outside of a test counts as one failure more.
import { readFileSync } from "node:fs";

const [path, code] = process.argv.slice(2);
const report = read(path);
const tests = report.testResults.flatMap((file) => file.assertionResults.map((test) => ({ file: file.name, ...test })));
const passed = tests.filter((test) => test.status === "passed").length;
const skipped = tests.filter((test) => test.status !== "passed" && test.status !== "failed");
for (const test of skipped) console.error(`skipped: ${test.file}: ${test.fullName}`);
// A file that breaks before its first test has none to count.
const broken = report.testResults.filter((file) => file.status === "failed" && !file.assertionResults.some(hasFailed));
for (const file of broken) console.error(`failed: ${file.name}: ${file.message}`);

let failed = tests.filter(hasFailed).length + skipped.length + broken.length;
if (failed === 0 && (code !== "0" || passed === 0)) failed = 1;
console.log(`${passed} passed, ${failed} failed`);
process.exitCode = failed === 0 ? 0 : 1;

function hasFailed(test) {
  return test.status === "failed";
}

function read(path) {
  try {
    return JSON.parse(readFileSync(path, "utf8"));
  } catch (error) {
    console.error(`no test report: ${error.message}`);
    return { testResults: [] };
  }
}
