import { type Check, expect, same } from "./check.ts";
import type { Subject } from "./subject.ts";

/** Addresses that a process listens on, as ss(8) would say. */
async function listeners(subject: Subject, pid: number): Promise<string[]> {
  const script = `for f in /proc/${pid}/fd/*; do readlink "$f"; done | sed -n 's/socket:\\[\\(.*\\)\\]/\\1/p'`;
  const inodes = new Set((await subject.shell(script)).stdout.split("\n").filter(Boolean));
  const tables = ["/proc/net/tcp", "/proc/net/tcp6"].flatMap((path) => subject.bench.files.readText(path).split("\n"));
  const rows = tables.map((line) => line.trim().split(/\s+/)).filter((row) => row[3] === "0A");
  return rows.filter((row) => inodes.has(row[9] ?? "")).map((row) => row[1] ?? "").sort();
}

/** Files of the daemon's log, archives included. */
function logFiles(subject: Subject): number {
  return subject.bench.files.list(subject.home).filter((name) => name.startsWith("daemon.log")).length;
}

async function reloaded(subject: Subject, ok: boolean): Promise<void> {
  await subject.until(
    `a reload that went ${ok ? "well" : "wrong"}`,
    async () => (await subject.status()).last_reload?.ok === ok,
  );
}

export const SIGNAL_CHECKS: readonly Check[] = [
  {
    id: "signals.hup",
    says: "HUP applies the configuration; a broken one leaves the old one live",
    async run(subject) {
      const pid = await subject.startWith("");
      subject.configure('[log]\nlevel = "debug"\n');
      subject.signal(pid, "SIGHUP");
      await reloaded(subject, true);
      subject.configure("[log\n");
      subject.signal(pid, "SIGHUP");
      await reloaded(subject, false);
      same("GET /health", (await subject.get("/health")).status, 200);
      same("PID", subject.pid(), pid);
    },
  },
  {
    id: "signals.reload",
    says: "reload answers: 0 with what changed, or 78, and status remembers why",
    async run(subject) {
      const pid = await subject.startWith("");
      subject.configure('[log]\nlevel = "debug"\n');
      const good = await subject.run(["reload"]);
      same("good", good.code, 0);
      expect(/\blog[._]level\b/.test(good.stdout), `reload does not name log.level: ${good.stdout}`);
      subject.configure('[log]\nlevel = "loud"\n');
      same("broken", (await subject.run(["reload"])).code, 78);
      const { last_reload } = await subject.status();
      expect(last_reload?.ok === false && Boolean(last_reload.error), "status does not say why");
      same("PID", subject.pid(), pid);
    },
  },
  {
    id: "signals.usr1",
    says: "USR1 rotates the log, and nothing new listens",
    async run(subject) {
      const pid = await subject.startWith("");
      const [ports, files] = [await listeners(subject, pid), logFiles(subject)];
      same("listeners", ports.length, 1);
      subject.signal(pid, "SIGUSR1");
      await subject.until("an archive", () => logFiles(subject) > files);
      same("listeners", await listeners(subject, pid), ports);
      expect(subject.isAlive(pid), "the daemon died");
    },
  },
  {
    id: "signals.usr2",
    says: "USR2 opens the log anew after logrotate has moved it",
    source: "logrotate(8), postrotate",
    async run(subject) {
      const pid = await subject.startWith("");
      await subject.shell(`cd '${subject.home}' && mv daemon.log moved.log`);
      subject.signal(pid, "SIGUSR2");
      await subject.until("a new log", () => subject.exists("daemon.log") && subject.read("daemon.log").length > 0);
    },
  },
  {
    id: "signals.quit",
    says: "QUIT writes a dump of the state and ends at once",
    async run(subject) {
      const pid = await subject.startWith("");
      subject.signal(pid, "SIGQUIT");
      await subject.untilDead(pid);
      expect("status" in JSON.parse(subject.read("state-dump.json")), "the dump has no status");
    },
  },
  {
    id: "signals.storm",
    says: "a storm of HUP, USR1 and USR2 leaves it alive and healthy",
    async run(subject) {
      const pid = await subject.startWith("");
      for (let round = 0; round < 50; round++) {
        for (const signal of ["SIGHUP", "SIGUSR1", "SIGUSR2"] as const) subject.signal(pid, signal);
      }
      await reloaded(subject, true);
      same("GET /health", (await subject.get("/health")).status, 200);
      same("PID", subject.pid(), pid);
    },
  },
];
