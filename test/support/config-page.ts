import { ITEMS, WITHOUT_EFFECT } from "../../src/config/items.ts";

/** Values of items, as one writes them into the environment. */
function shown({ kind, defaultValue }: (typeof ITEMS)[keyof typeof ITEMS]): string {
  if (defaultValue === undefined) return "";
  const text = (kind.toText as (value: unknown) => string)(defaultValue);
  return text === "" ? "" : `\`${text}\``;
}

/** The text of docs/config.md: the same for the same items. */
export function configPage(): string {
  const rows = Object.entries(ITEMS).map(
    ([field, item]) => `| \`PYRO_${item.name}\` | \`${field}\` | ${shown(item)} | ${item.description} |`,
  );
  const idle = Object.entries(WITHOUT_EFFECT).map(([name, why]) => `| \`PYRO_${name}\` | ${why} |`);
  return `# Configuration

Made from \`src/config/items.ts\` by \`test/config/config.test.ts\`, which fails when this page tells something else:
\`vitest run --project unit test/config/config.test.ts -u\` writes it anew.

What one proxy or one daemon is to do stands in its options. What is left out there comes from \`configure({ ... })\`, else from
the environment, under Python's names, else it is the default. An empty variable is none. A \`PYRO_\` variable that Pyro does
not know, and a value that is none, are refused at once: \`PYRO_CONFIG\`, with what was probably meant.

    configure({ commTimeoutMs: 2_000, compression: true });
    configSource("COMMTIMEOUT"); // "option"; else "environment" or "default"

Times are seconds in the environment, as in Python, and milliseconds in the program. Python's Pyro5 does not start with a
\`PYRO_\` variable that it does not know: keep Pyro4's own items (METADATA, AUTOPROXY and the like) away from it.

| variable | \`configure\` | default | what it is for |
| --- | --- | --- | --- |
${rows.join("\n")}

These are taken as well, and change nothing:

| variable | why |
| --- | --- |
${idle.join("\n")}
`;
}
