import { expect, test } from "vitest";
import { Fault, faultOf } from "../../scripts/hosts/faults.ts";
import type { Host } from "../../scripts/hosts/inventory.ts";
import { SshError, sshArguments } from "../../scripts/hosts/ssh.ts";

const HOST: Host = {
  name: "lab",
  engine: { kind: "ssh", host: "10.0.0.1", user: "pi", port: 2222 },
  engineText: "ssh://pi@10.0.0.1:2222",
  address: "10.0.0.1",
  bind: "10.0.0.1",
  services: [],
};

const coded = (message: string, code: string): Error => Object.assign(new Error(message), { code });
const api = (status: number, message: string): Error =>
  Object.assign(new Error(`(HTTP code ${status}) server error - ${message} `), { statusCode: status });

// As ssh 9.2 and 10.0, Node 26 and Docker 20.10 to 26.1 say it.
test.for<readonly [Error, string]>([
  [
    new SshError(255, "pi@10.0.0.1: Permission denied (publickey)."),
    "its sshd does not let us in with our key; try ssh -p 2222 pi@10.0.0.1, and ssh-copy-id",
  ],
  [
    new SshError(
      255,
      "No ED25519 host key is known for lab and you have requested strict checking.\r\nHost key verification failed.",
    ),
    "its ssh host key is not the one we know, or not known yet; log in once by hand and compare it: ssh -p 2222 pi@10.0.0.1",
  ],
  [
    new SshError(255, "ssh: connect to host 10.0.0.1 port 2222: No route to host"),
    "it cannot be reached at ssh://pi@10.0.0.1:2222; is it switched on, and does its firewall let us in?",
  ],
  [
    new SshError(255, "ssh: connect to host 10.0.0.1 port 2222: Connection timed out"),
    "it cannot be reached at ssh://pi@10.0.0.1:2222; is it switched on, and does its firewall let us in?",
  ],
  [
    new SshError(127, "bash: line 1: docker: command not found"),
    "it has no docker command; install Docker Engine there",
  ],
  [
    new SshError(
      1,
      "permission denied while trying to connect to the Docker daemon socket at unix:///var/run/docker.sock",
    ),
    "its user may not use Docker; add it to the group docker there (usermod -aG docker), and log in anew: ssh://pi@10.0.0.1:2222",
  ],
  [
    new SshError(
      1,
      "Cannot connect to the Docker daemon at unix:///var/run/docker.sock. Is the docker daemon running?",
    ),
    "its Docker engine does not run; start it there: systemctl start docker",
  ],
  [
    coded("connect ENOENT /var/run/docker.sock", "ENOENT"),
    "its Docker engine does not run; start it there: systemctl start docker",
  ],
  [
    coded("connect EACCES /var/run/docker.sock", "EACCES"),
    "its user may not use Docker; add it to the group docker there (usermod -aG docker), and log in anew: ssh://pi@10.0.0.1:2222",
  ],
  [
    coded("unable to verify the first certificate", "UNABLE_TO_VERIFY_LEAF_SIGNATURE"),
    "its engine's certificate is not signed by our tls.ca; take the ca that signed it",
  ],
  [
    coded(
      "Hostname/IP does not match certificate's altnames: IP: 10.0.0.1 is not in the cert's list: ",
      "ERR_TLS_CERT_ALTNAME_INVALID",
    ),
    "its engine's certificate is for another address than that of ssh://pi@10.0.0.1:2222; issue it anew",
  ],
  [coded("certificate has expired", "CERT_HAS_EXPIRED"), "its engine's certificate has expired; issue it anew"],
  [
    api(
      500,
      "driver failed programming external connectivity on endpoint x: Bind for 10.0.0.1:9100 failed: port is already allocated",
    ),
    "port 9100 is taken there; stop what has it (ss -ltnp on lab), or publish another one",
  ],
  [
    api(500, "failed to bind host port for 10.0.0.1:9100:172.18.0.2:9100/tcp: address already in use"),
    "port 9100 is taken there; stop what has it (ss -ltnp on lab), or publish another one",
  ],
  [
    api(500, "Error starting userland proxy: listen tcp4 10.0.0.1:9100: bind: cannot assign requested address"),
    "10.0.0.1 is none of its own addresses; set bind in hosts.yml to one of those that ip addr shows there",
  ],
  [
    new Error("write /usr/local/bin/node: no space left on device"),
    "its disk is full; make room there (docker system prune), and run up again",
  ],
  [
    coded("socket hang up", "ECONNRESET"),
    "it went away in the middle; when it is back, run up again (ssh://pi@10.0.0.1:2222)",
  ],
  [new SshError(255, "something that nobody has seen\nbefore"), "ssh: before"],
  [new Error("whatever the engine says"), "whatever the engine says"],
])("%s", ([error, line]) => {
  const fault = faultOf(HOST, error);
  expect(fault.message).toBe(`lab: ${line}`);
  expect(fault.cause).toBe(error);
});

test("causes, and the parts of an error that is several, are heard", () => {
  const inner = coded("connect ECONNREFUSED 10.0.0.1:2376", "ECONNREFUSED");
  expect(faultOf(HOST, new Error("fetch failed", { cause: inner })).message).toMatch(/it refuses the connection to/);
  expect(faultOf(HOST, new AggregateError([inner], "")).message).toMatch(/it refuses the connection to/);
});

test("a fault stays what it is", () => {
  const fault = new Fault(HOST, "it is too old");
  expect(faultOf(HOST, fault)).toBe(fault);
});

test("ssh is the user's own, asks nobody, and takes no host for an option", () => {
  const args = sshArguments({ kind: "ssh", host: "lab", identity: "/key" }, "docker", "system", "dial-stdio");
  expect(args.join(" ")).toMatch(/BatchMode=yes .* -i \/key -o IdentitiesOnly=yes -- lab docker system dial-stdio$/);
});
