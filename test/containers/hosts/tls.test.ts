import { X509Certificate } from "node:crypto";
import { existsSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { HostsCli } from "../../support/hosts-cli.ts";
import { Machines } from "../../support/machines.ts";
import { describeWithEngine } from "../engine.ts";

describeWithEngine("TLS across three hosts, client certificates required", () => {
  let machines: Machines;
  let hosts: HostsCli;
  let certs: string;

  beforeAll(async () => {
    machines = await Machines.start();
    hosts = new HostsCli(machines, { compose: ["compose/tls.yml"] });
    certs = join(hosts.folder, "certs");
    hosts.env["CERTS"] = certs;
  });
  afterAll(async () => {
    hosts?.[Symbol.dispose]();
    await machines?.[Symbol.asyncDispose]();
  });

  const certificate = (name: string): X509Certificate =>
    new X509Certificate(readFileSync(join(certs, name, "cert.pem")));

  test("up without certificates says what makes them", async () => {
    const { code, stderr } = await hosts.run(["up", "--no-build"]);
    expect(code).toBe(2);
    expect(stderr).toContain("services.warehouse.secrets: there is no file ");
    expect(stderr).toContain("certs/ca.pem: npm run hosts -- certs makes it");
  });

  test("certs makes an authority and a certificate for each service, and for others that are named", async () => {
    const { code, stderr } = await hosts.run(["certs", "laptop"]);
    expect(code, stderr).toBe(0);
    const ca = new X509Certificate(readFileSync(join(certs, "ca.pem")));
    expect([ca.ca, ca.subject]).toEqual([true, "CN=pyro-ts authority"]);
    for (const name of ["nameserver", "warehouse", "client", "laptop"]) {
      expect(certificate(name).checkIssued(ca) && certificate(name).verify(ca.publicKey)).toBe(true);
      expect(certificate(name).subject).toBe(`CN=${name}`);
    }
    for (const name of ["nameserver", "localhost"]) expect(certificate("nameserver").checkHost(name)).toBe(name);
    for (const ip of ["127.0.0.1", "10.133.1.221"]) expect(certificate("nameserver").checkIP(ip)).toBe(ip);
    expect(statSync(certs).mode & 0o777).toBe(0o700);
    expect(statSync(join(certs, "ca-key.pem")).mode & 0o777).toBe(0o600);
  });

  test("certs again keeps them, but for one whose host has moved", async () => {
    const before = ["nameserver", "warehouse"].map((name) => certificate(name).fingerprint256);
    const { stderr } = await hosts.run(["certs"]);
    expect(stderr.match(/ kept\b/g)).toHaveLength(4);
    hosts.edit((text) => text.replace("address: 10.133.1.220", "address: 10.133.1.230"));
    expect((await hosts.run(["certs"])).stderr).toMatch(/^certs +warehouse +renewed, for .*10\.133\.1\.230$/m);
    hosts.edit((text) => text.replace("address: 10.133.1.230", "address: 10.133.1.220"));
    await hosts.must("certs");
    const [nameserver, warehouse] = ["nameserver", "warehouse"].map((name) => certificate(name).fingerprint256);
    expect(nameserver).toBe(before[0]);
    expect(warehouse).not.toBe(before[1]);
    expect(existsSync(join(certs, "laptop", "cert.pem"))).toBe(true);
  });

  test("with certificates, the visits are as ever", async () => {
    const { code, stderr } = await hosts.run(["up"]);
    expect(code, stderr).toBe(0);
    expect(stderr).toMatch(/^h224 +client +created, ended with 0/m);
    expect(await hosts.must("nsc", "list")).toMatch(/^example\.warehouse --> PYRO:obj_\w+@10\.133\.1\.220:9100$/m);
    const secret = ["exec", "warehouse", "cat", "/run/secrets/cert.pem"];
    expect(await hosts.must(...secret)).toBe(readFileSync(join(certs, "warehouse", "cert.pem"), "utf8"));
    expect((await hosts.run(["up"])).stderr).toContain("Nothing had to be changed.");
  });

  test.for([
    ["no certificate", "PYRO_SSL_CLIENTCERT= PYRO_SSL_CLIENTKEY=", /client certificate/],
    ["no TLS", "PYRO_SSL=off", /Failed to locate the nameserver: .*TLS/],
  ] as const)("with %s, there is no visit", async ([, settings, reason]) => {
    const { code, stdout, stderr } = await hosts.run([
      ...["exec", "client", "--", "sh", "-c", `${settings} exec node services/client/main.ts`],
    ]);
    expect([code, stdout]).toEqual([1, expect.not.stringContaining("contains: [")]);
    expect(stderr).toMatch(reason);
  });

  test.for(["5", "4"])("a client in Python, Pyro%s: with its certificate a visit, without it none", async (version) => {
    hosts.env["PYRO"] = version;
    hosts.write({ compose: ["compose/tls.yml", "compose/python-client.yml"] });
    await hosts.must("down"); // Python's client leaves when a thing is not there
    const { code, stderr } = await hosts.run(["up"]);
    expect(code, stderr).toBe(0);
    expect(stderr).toMatch(/^h224 +client +created, ended with 0/m);
    expect(await hosts.must("logs", "--no-follow", "client")).toContain("Thank you, come again!");
    const without = "PYRO_SSL_CLIENTCERT= PYRO_SSL_CLIENTKEY= exec python3 play.py";
    const refused = await hosts.run(["exec", "client", "--", "sh", "-c", without]);
    expect([refused.code, refused.stdout]).toEqual([1, expect.not.stringContaining("contains: [")]);
  });

  test.for(["nameserver", "warehouse"])("a %s in Python wants certificates too", async (service) => {
    hosts.env["PYRO"] = "5";
    hosts.write({ compose: ["compose/tls.yml", `compose/python-${service}.yml`] });
    const { code, stderr } = await hosts.run(["up"]);
    expect(code, stderr).toBe(0);
    expect((await hosts.run(["visit"])).stdout).toContain("Thank you, come again!");
    const without = "PYRO_SSL_CLIENTCERT= PYRO_SSL_CLIENTKEY= exec node services/client/main.ts";
    const refused = await hosts.run(["exec", "client", "--", "sh", "-c", without]);
    expect([refused.code, refused.stdout]).toEqual([1, expect.not.stringContaining("contains: [")]);
  });
});
