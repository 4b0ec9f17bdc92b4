/** Daemons that start commands at their times, all made to do the same: `late`, which writes down when it began. */
import fs from "node:fs";
import { join } from "node:path";
import { Instance, until } from "../tests/support/instance.ts";
import { jobText } from "./jobs.ts";
import { type Lab, runCommand } from "./lab.ts";

/** What is started: `copies` jobs, each second or at this second of each minute. */
export interface Plan {
  readonly copies: number;
  readonly second: number | "*";
}

/** Disposing ends the daemon and everything that it started. */
export interface Timers extends AsyncDisposable {
  /** Wall times in milliseconds at which `late` began. */
  readonly begun: () => number[];
}

/** A daemon that this machine has, or the reason why it has not. */
export type TimersCandidate =
  | { readonly name: string; readonly open: (lab: Lab, plan: Plan) => Promise<Timers> }
  | { readonly name: string; readonly skipped: string };

function readTimes(file: string): number[] {
  if (!fs.existsSync(file)) return [];
  return fs.readFileSync(file, "utf8").trimEnd().split("\n").filter((line) => line !== "").map((ns) =>
    Number(ns) / 1e6
  );
}

export async function openAppdTimers(lab: Lab, { copies, second }: Plan): Promise<Timers> {
  const instance = new Instance();
  const file = join(instance.home, "begun");
  const command = [lab.tool("late"), file];
  const jobs = Array.from({ length: copies }, (_, n) => jobText(`job-${n}`, `cron = "${second} * * * * *"`, command));
  instance.write(["[scheduler]", `concurrency = ${copies}`, ...jobs].join("\n"));
  await instance.start();
  return { begun: () => readTimes(file), [Symbol.asyncDispose]: () => instance[Symbol.asyncDispose]() };
}

/** Makes PID, mounts and IPC private: /run and /tmp are its own, the lab is at /mnt, and /etc can be written to. */
const SANDBOX = `set -e
mount --make-rprivate /
mount --bind "$1" /mnt
mount -t tmpfs tmpfs /run && mount -t tmpfs tmpfs /tmp && mount -t tmpfs tmpfs /var/tmp
mkdir /run/upper /run/work
mount -t overlay overlay -o lowerdir=/etc,upperdir=/run/upper,workdir=/run/work /etc
`;

/** Runs a script as the first of its own processes; what stands in the script after the sandbox was made ends in `exec`. */
function openSandbox(directory: string, script: string): Timers {
  const flags = ["--pid", "--fork", "--mount", "--uts", "--ipc", "--cgroup", "--mount-proc", "--kill-child"];
  const child = new Deno.Command("unshare", {
    args: [...flags, "/bin/sh", "-c", SANDBOX + script, "sh", directory],
    stdin: "null",
    stdout: "null",
    stderr: "null",
  }).spawn();
  return {
    begun: () => readTimes(join(directory, "begun")),
    async [Symbol.asyncDispose]() {
      child.kill("SIGKILL");
      await child.status;
    },
  };
}

function place(lab: Lab, name: string): string {
  const directory = fs.mkdtempSync(join(lab.directory, `${name}-`));
  fs.copyFileSync(lab.tool("late"), join(directory, "late"));
  return directory;
}

/** Debian's cron out of its package; nothing is installed. @throws Error when apt cannot */
async function unpackCron(lab: Lab): Promise<string> {
  const directory = join(lab.directory, "cron-package");
  if (!fs.existsSync(directory)) {
    fs.mkdirSync(directory);
    await runCommand("/bin/sh", [
      "-c",
      'cd "$1" && apt-get -qq download cron && dpkg -x cron_*.deb .',
      "sh",
      directory,
    ]);
  }
  return directory;
}

/** cron(8) knows minutes only. */
async function openCron(lab: Lab, { copies }: Plan): Promise<Timers> {
  const unpacked = await unpackCron(lab);
  const directory = place(lab, "cron");
  fs.copyFileSync(join(unpacked, "usr/sbin/cron"), join(directory, "cron"));
  fs.copyFileSync(join(unpacked, "etc/pam.d/cron"), join(directory, "pam"));
  fs.writeFileSync(join(directory, "table"), "* * * * * root /mnt/late /mnt/begun\n".repeat(copies), { mode: 0o644 });
  return openSandbox(
    directory,
    `mkdir -p /etc/cron.d /var/spool/cron/crontabs
for old in /etc/cron.d/* /etc/crontab; do rm -f "$old"; done
install -m 644 /mnt/pam /etc/pam.d/cron && install -m 644 /mnt/table /etc/cron.d/bench
mount -t tmpfs tmpfs /var/spool/cron/crontabs
exec /mnt/cron -f`,
  );
}

async function openSystemd(lab: Lab, { copies, second }: Plan): Promise<Timers> {
  const directory = place(lab, "systemd");
  fs.mkdirSync(join(directory, "units"));
  const write = (name: string, text: string) => fs.writeFileSync(join(directory, "units", name), text);
  write("late@.service", "[Service]\nType=oneshot\nExecStart=/mnt/late /mnt/begun\n[Unit]\nStartLimitIntervalSec=0\n");
  const when = second === "*" ? "*" : `${second}`.padStart(2, "0");
  for (let n = 0; n < copies; n++) {
    write(`late${n}.timer`, `[Timer]\nOnCalendar=*-*-* *:*:${when}\nAccuracySec=1us\nUnit=late@${n}.service\n`);
  }
  const wants = Array.from({ length: copies }, (_, n) => `late${n}.timer`).join(" ");
  write("ready.service", "[Service]\nType=oneshot\nExecStart=/mnt/late /mnt/ready\n[Unit]\nAfter=basic.target\n");
  write("bench.target", `[Unit]\nRequires=basic.target\nAfter=basic.target\nWants=ready.service ${wants}\n`);
  const timers = openSandbox(
    directory,
    `mkdir -p /run/systemd/system && cp /mnt/units/* /run/systemd/system/
export container=lab
exec /lib/systemd/systemd --system --unit=bench.target`,
  );
  try {
    await until("systemd is up", () => fs.existsSync(join(directory, "ready")), 20_000);
    return timers;
  } catch (error) {
    await timers[Symbol.asyncDispose]();
    throw error;
  }
}

/** Whom appd is compared with. */
export async function timersCandidates(lab: Lab): Promise<TimersCandidate[]> {
  return [await cronCandidate(lab), systemdCandidate()];
}

async function cronCandidate(lab: Lab): Promise<TimersCandidate> {
  if (Deno.uid() !== 0) return { name: "cron", skipped: "it takes root to run it in namespaces of its own" };
  try {
    await unpackCron(lab);
    return { name: "cron", open: openCron };
  } catch (error) {
    return { name: "cron", skipped: `its package cannot be had (${String(error).split("\n")[0]})` };
  }
}

function systemdCandidate(): TimersCandidate {
  const name = "systemd";
  if (Deno.uid() !== 0) return { name, skipped: "it takes root to run it in namespaces of its own" };
  if (!fs.existsSync("/lib/systemd/systemd")) return { name, skipped: "systemd is not installed" };
  return { name, open: openSystemd };
}
