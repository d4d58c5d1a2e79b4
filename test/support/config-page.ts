import { ITEMS, WITHOUT_EFFECT } from "../../src/config/items.ts";

/** The default of an item, as the text of a variable. */
function defaultText({ kind, defaultValue }: (typeof ITEMS)[keyof typeof ITEMS]): string {
  if (defaultValue === undefined) return "";
  const text = (kind.toText as (value: unknown) => string)(defaultValue);
  return text === "" ? "" : `\`${text}\``;
}

/** The text of docs/config.md. */
export function configPage(): string {
  const rows = Object.entries(ITEMS).map(
    ([field, item]) => `| \`PYRO_${item.name}\` | \`${field}\` | ${defaultText(item)} | ${item.description} |`,
  );
  const withoutEffect = Object.entries(WITHOUT_EFFECT).map(([name, why]) => `| \`PYRO_${name}\` | ${why} |`);
  return `# Configuration

Generated from \`src/config/items.ts\` by \`test/config/config.test.ts\`, which fails if this page is out of date:
\`vitest run --project unit test/config/config.test.ts -u\` updates it.

The options of a proxy or a daemon have priority. Omitted options come from \`configure({ ... })\`, then from environment
variables with Python's names, then from the defaults. Empty variables are ignored. An unknown \`PYRO_\` variable, and an
invalid value, cause an error at start: \`PYRO_CONFIG\`, with the most similar known name or the valid values.

    configure({ commTimeoutMs: 2_000, compression: true });
    configSource("COMMTIMEOUT"); // "option"; else "environment" or "default"

Times are in seconds in environment variables, as in Python, and in milliseconds in the program. Python's Pyro5 does not
start with an unknown \`PYRO_\` variable: do not set items that only Pyro4 has (METADATA, AUTOPROXY and similar) for it.

| variable | \`configure\` | default | description |
| --- | --- | --- | --- |
${rows.join("\n")}

These variables are accepted, but have no effect:

| variable | reason |
| --- | --- |
${withoutEffect.join("\n")}
`;
}
