import { join } from "node:path";
import { type Check, expect, matches, same } from "./check.ts";
import type { Subject } from "./subject.ts";

/** Leaves a PID file that names a process of somebody else, and gives that process. */
async function strangersPid(subject: Subject): Promise<number> {
  const { stdout } = await subject.shell("sleep 600 >/dev/null 2>&1 & echo $!");
  subject.write("daemon.pid", stdout);
  return Number(stdout);
}

export const INSTANCE_CHECKS: readonly Check[] = [
  {
    id: "instance.pid-file",
    says: "the PID file has the bare PID on one line",
    async run(subject) {
      const pid = await subject.startWith("");
      same("daemon.pid", subject.read("daemon.pid"), `${pid}\n`);
      expect(subject.isAlive(pid), "nobody has that PID");
    },
  },
  {
    id: "instance.stale-pid",
    says: "a PID file without a daemon is stale, whatever it says: its process is never signalled",
    async run(subject) {
      subject.configure("");
      const stranger = await strangersPid(subject);
      same("stop", (await subject.run(["stop"])).code, 0);
      expect(subject.isAlive(stranger), "stop killed a stranger");
      await subject.start();
      expect(subject.pid() !== stranger, "start believed the file");
      same("stop", (await subject.run(["stop"])).code, 0);
      expect(subject.isAlive(stranger), "stop killed a stranger");
    },
  },
  {
    id: "instance.broken-pid",
    says: "whatever stands in the PID file, the next start works",
    async run(subject) {
      for (const text of ["", "x\n", "-1\n", "1\n", "99999999999999999999\n", "0\n", `${"9".repeat(70_000)}\n`]) {
        subject.configure("");
        subject.write("daemon.pid", text);
        same(`stop with ${JSON.stringify(text.slice(0, 20))}`, (await subject.run(["stop"])).code, 0);
        await subject.start();
        expect(subject.isAlive(subject.pid()), "no daemon");
        await subject.run(["stop"]);
      }
    },
  },
  {
    id: "instance.own-pid-file",
    says: "--pid-file names another PID file, and status and stop find it",
    async run(subject) {
      subject.configure("");
      const path = join(subject.userHome, "elsewhere.pid");
      await subject.start("--pid-file", path);
      const pid = Number(subject.bench.files.readText(path));
      same("status", (await subject.status()).pid, pid);
      same("stop", (await subject.run(["stop"])).code, 0);
      expect(!subject.isAlive(pid), "the daemon lives");
      same("PID file", subject.bench.files.stat(path), undefined);
    },
  },
  {
    id: "instance.modes",
    says: "home, socket, log and PID file are closed to others",
    async run(subject) {
      await subject.startWith("");
      expect((subject.mode("") & 0o027) === 0, `the home is ${subject.mode("").toString(8)}`);
      same("control.sock", subject.mode("control.sock").toString(8), "600");
      expect((subject.mode("daemon.log") & 0o007) === 0, "others can read the log");
      for (const name of ["daemon.pid", "config.toml"]) {
        expect((subject.mode(name) & 0o022) === 0, `others can write ${name}`);
      }
    },
  },
  {
    id: "instance.names",
    says: "instances with names run side by side, each with files of its own",
    async run(subject) {
      const ports = { one: subject.port, two: subject.bench.freePort() };
      for (const [name, port] of Object.entries(ports)) await subject.start("--name", name, "--port", `${port}`);
      for (const [name, port] of Object.entries(ports)) {
        same(`GET /health of ${name}`, (await subject.http({ path: "/health", port })).status, 200);
        expect(subject.exists(`${name}/daemon.pid`), `${name} has no PID file of its own`);
      }
      same("stop of one", (await subject.run(["stop", "--name", "one"])).code, 0);
      same("status of two", (await subject.run(["status", "--name", "two"])).code, 0);
      await subject.run(["stop", "--name", "two"]);
    },
  },
  {
    id: "instance.bad-name",
    says: "a name that would lead out of the home is 2",
    async run(subject) {
      for (const name of ["../x", "a/b", ".."]) {
        same(`exit code for ${name}`, (await subject.run(["start", "--name", name])).code, 2);
      }
    },
  },
  {
    id: "instance.home",
    says: "--home and NAME_HOME move everything",
    async run(subject) {
      const elsewhere = join(subject.userHome, "elsewhere");
      await subject.start("--home", elsewhere, "--port", `${subject.port}`);
      const env = { [subject.variable("HOME")]: elsewhere };
      same("status by the variable", (await subject.run(["status"], { env })).code, 0);
      same("status without it", (await subject.run(["status"])).code, 3);
      same("stop", (await subject.run(["stop", "--home", elsewhere])).code, 0);
    },
  },
  {
    id: "instance.long-home",
    says: "a home whose path is too long for a socket is told, and ends with 73",
    source: "unix(7), sun_path",
    async run(subject) {
      const { code, stderr } = await subject.run(["start", "--home", join(subject.userHome, "x".repeat(120))]);
      same("exit code", code, 73);
      matches("message", stderr, /hint: .*--home/);
    },
  },
  {
    id: "instance.home-is-a-file",
    says: "a home that cannot be made is told with its path, and ends with 73 or 77",
    async run(subject) {
      const path = join(subject.userHome, "file");
      await subject.shell(`: >'${path}'`);
      const ran = await subject.run(["start", "--home", path]);
      expect([73, 77].includes(ran.code ?? 0), `the exit code is ${ran.code}`);
      expect(ran.stderr.includes(path), "the path is not named");
    },
  },
];
