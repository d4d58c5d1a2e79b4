import type { Maker } from "../support/compose.ts";

/** Who made which part of a topology. */
export interface Cell {
  nameserver: Maker;
  warehouse: Maker;
  client: Maker;
}

const MAKERS: readonly Maker[] = ["ours", "pyro4", "pyro5"];

/** The text of docs/compatibility.md: the same for the same cells and versions. */
export function compatibilityPage(played: readonly Cell[], versions: { pyro4: string; pyro5: string }): string {
  const name = { ours: "pyro-ts", pyro4: "Pyro4", pyro5: "Pyro5" };
  const verdict = (nameserver: Maker, warehouse: Maker, client: Maker): string => {
    const makers = [nameserver, warehouse, client];
    if (makers.includes("pyro4") && makers.includes("pyro5")) return "–";
    const is = (cell: Cell): boolean =>
      cell.nameserver === nameserver && cell.warehouse === warehouse && cell.client === client;
    return played.some(is) ? "yes" : "NO";
  };
  const rows = MAKERS.flatMap((nameserver) =>
    MAKERS.map((warehouse) => {
      const cells = MAKERS.map((client) => verdict(nameserver, warehouse, client));
      return `| ${name[nameserver]} | ${name[warehouse]} | ${cells.join(" | ")} |`;
    }),
  );
  return `# Compatibility

Printed by \`test/containers/matrix.test.ts\`, which fails when this page tells something else; do not edit it.

Each **yes** is one run of the tutorial in three containers: Janet's and Henry's visits, where the client's transcript and
the warehouse's log were the tutorial's, line for line. Pyro4 is Python's ${versions.pyro4} with CPython of Debian 12, Pyro5 is
Python's ${versions.pyro5} with CPython of Debian 13. The ${played.length} topologies are all in which Pyro4 and Pyro5 do not meet (**–**): those two
refuse each other, whatever stands between them.

| name server | warehouse | client pyro-ts | client Pyro4 | client Pyro5 |
| --- | --- | --- | --- | --- |
${rows.join("\n")}

The console tools agree as well, byte for byte (\`test/containers/tools.test.ts\`): \`pyro-nsc\` prints against Python's name
servers what Python's own tool of that version prints, and \`pyro4-nsc\` and \`pyro5-nsc\` print against ours what they print
against theirs, for \`ping\`, \`list\`, \`listmatching\`, \`lookup\`, \`register\`, \`setmeta\` and \`remove\`.
`;
}
