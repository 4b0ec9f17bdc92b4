/** The locked-in units, started for real: what is promised works in them, and what is forbidden does not. */
import assert from "node:assert/strict";
import fs from "node:fs";
import { program, until } from "../support/instance.ts";
import { LAB_BINARY, type SystemdLab } from "../support/systemd_lab.ts";
import type { LabTest } from "./lab_case.ts";
import { assertCounted, LabService } from "./lab_service.ts";

const NGINX = "/usr/sbin/nginx";
const USER = "tenant";

/** The users and directories of the package's sysusers file, as an installation would make them. */
async function makeUser(lab: SystemdLab, home: string): Promise<void> {
  lab.write("/etc/sysusers.d/appd.conf", await lab.ok([LAB_BINARY, "--home", home, "generate", "sysusers"]));
  await lab.ok(["systemd-sysusers"]);
}

function job(name: string, script: string, extra = ""): string {
  return `[[job]]\nname = "${name}"\nevery = "1d"\ncommand = ["/bin/sh", "-c", ${JSON.stringify(script)}]\n${extra}\n`;
}

/** Runs a job to its end. @returns its code, and all that it wrote */
async function runJob(service: LabService, name: string): Promise<string> {
  const { code, stdout, stderr } = await service.appd("jobs", "run", name, "--wait");
  const said = stdout + stderr;
  assert.equal(code, 0, `${name}: ${said}\n${(await service.journal()).join("\n")}`);
  return said;
}

function nginx(home: string, port: number, more = ""): string {
  return `daemon off; pid ${home}/nginx.pid; error_log stderr; worker_processes 2; ${more}
events {} http { access_log /dev/stdout;
client_body_temp_path ${home}/b; proxy_temp_path ${home}/p; fastcgi_temp_path ${home}/f; uwsgi_temp_path ${home}/u;
scgi_temp_path ${home}/s; server { listen 127.0.0.1:${port}; location / { return 200 "served\\n"; } } }\n`;
}

const NGINX_PROGRAM = (home: string) =>
  `\n[[program]]\nname = "nginx"\nstop_signal = "QUIT"\ncommand = ["${NGINX}", "-c", "${home}/nginx.conf", "-e", "stderr"]\n`;

const answer = (lab: SystemdLab, port: number) =>
  until(
    "nginx answers",
    async () => (await lab.ok(["curl", "-s", "-m", "2", `http://127.0.0.1:${port}/`])) === "served\n",
  );

/** Lines of /proc/PID/status by name. */
function statusOf(lab: SystemdLab, pid: number): Record<string, string> {
  const lines = lab.read(`/proc/${pid}/status`).split("\n");
  return Object.fromEntries(lines.map((line) => [line.split(":")[0], line.slice(line.indexOf(":") + 1).trim()]));
}

/** What any user may do, and a locked-in service may not. */
const WAYS_OUT = [
  `ls /home/${USER}`,
  "touch /var/lib/open/mark",
  "test -e /tmp/outside",
  "ls -d /proc/1/status",
  "cp /bin/true own && chmod u+s own",
  "setarch --addr-no-randomize true",
];
const PROBE = WAYS_OUT.map((line) => `(${line}) >probe.log 2>&1 && echo "${line}" >>outcome`).join("\n") +
  `\nid -un >>outcome`;

/** A file and a directory that all can reach, for the probe. */
async function openDoors(lab: SystemdLab, home: string): Promise<void> {
  await makeUser(lab, home);
  await lab.user(USER);
  await lab.ok(["chmod", "755", `/home/${USER}`]);
  await lab.ok(["mkdir", "-p", "-m", "1777", "/var/lib/open"]);
  await lab.ok(["touch", "/tmp/outside"]);
}

/** Without a profile all ways lead out: what the others are measured by. */
async function unlocked(lab: SystemdLab): Promise<void> {
  const home = "/var/lib/unlocked";
  await openDoors(lab, home);
  await using service = await LabService.install(lab, "unlocked", { config: job("probe", PROBE), runAs: "appd" });
  await lab.ok(["chown", "-R", "appd:", home]);
  await service.start();
  await runJob(service, "probe");
  assert.deepEqual(lab.read(`${home}/outcome`).trim().split("\n"), [...WAYS_OUT, "appd"]);
}

async function dedicated(lab: SystemdLab): Promise<void> {
  const home = "/var/lib/locked";
  await openDoors(lab, home);
  await using service = await LabService.install(lab, "locked", {
    profile: "dedicated",
    config: NGINX_PROGRAM(home) + job("probe", PROBE) + program("worker", "exec sleep 100000"),
  });
  lab.write(`${home}/nginx.conf`, nginx(home, 8080));
  await lab.ok(["chown", "-R", "appd:", home]);
  await service.start();
  await answer(lab, 8080);
  await runJob(service, "probe");
  assert.deepEqual(lab.read(`${home}/outcome`).trim().split("\n"), ["appd"]);
  const status = statusOf(lab, await service.running("worker"));
  assert.deepEqual([status.NoNewPrivs, status.Seccomp, BigInt(`0x${status.CapEff}`)], ["1", "2", 0n]);
  assert.match((await service.show()).StatusText ?? "", /ready/);
  assert.equal((await lab.systemctl("reload", service.unit)).code, 0);
  const worker = await service.running("worker");
  await service.kill("KILL");
  await until("another worker", async () => await service.running("worker") !== worker);
  await answer(lab, 8080);
  assert.equal((await lab.systemctl("stop", service.unit)).code, 0);
}

/** The next daemon stands in other namespaces than the programs that it takes over. */
async function adoptsBehindWalls(lab: SystemdLab, profile: "dedicated" | "root"): Promise<void> {
  const name = `keep-${profile}`;
  const home = `/var/lib/${name}`;
  await openDoors(lab, home);
  await using service = await LabService.install(lab, name, {
    profile,
    keepPrograms: true,
    config: program("counter", "i=0; while :; do echo $((i += 1)); sleep 0.02; done", `stop_timeout = "2s"`) +
      job("long", "sleep 100000"),
  });
  if (profile === "dedicated") await lab.ok(["chown", "-R", "appd:", home]);
  await service.start();
  const [daemon, counter] = [await service.mainPid(), await service.running("counter")];
  await service.kill("KILL");
  await service.restarted(daemon);
  assert.equal(await service.running("counter"), counter, (await service.journal()).join("\n"));
  const [{ rss_bytes: memory }] = await until("its memory", async () => {
    const { programs } = await service.status();
    return programs[0].rss_bytes > 0 ? programs : undefined;
  });
  assert.ok(memory > 0, "it is seen");
  assert.equal((await lab.systemctl("stop", service.unit)).code, 0);
  assert.ok(!lab.alive(counter));
  assertCounted(lab.read(`${home}/programs/counter/output.log`));
}

async function root(lab: SystemdLab): Promise<void> {
  const { uid } = await lab.user(USER);
  const home = "/var/lib/rooted";
  await using service = await LabService.install(lab, "rooted", {
    profile: "root",
    config: NGINX_PROGRAM(home) + program("theirs", "id -un; exec sleep 100000", `user = "${USER}"`) +
      job("hers", `id -un >/home/${USER}/outcome`, `user = "${USER}"\ncwd = "/home/${USER}"`),
  });
  lab.write(`${home}/nginx.conf`, nginx(home, 80, "user www-data;"));
  await service.start();
  await answer(lab, 80);
  const theirs = await service.running("theirs");
  assert.match(statusOf(lab, theirs).Uid ?? "", new RegExp(`^${uid}\\t${uid}\\t`));
  await runJob(service, "hers");
  assert.equal(lab.read(`/home/${USER}/outcome`), `${USER}\n`);
  const nginxPid = await service.running("nginx");
  const workers = lab.read(`/proc/${nginxPid}/task/${nginxPid}/children`).trim().split(" ").map(Number);
  const isRoots = (pid: number) => statusOf(lab, pid).Uid?.startsWith("0\t");
  await until("the workers of nginx are another user's", () => workers.every((pid) => isRoots(pid) === false));
  assert.ok(isRoots(nginxPid));
  assert.equal((await lab.systemctl("stop", service.unit)).code, 0);
  assert.deepEqual([theirs, nginxPid, ...workers].filter((pid) => lab.alive(pid)), []);
}

async function jobs(lab: SystemdLab): Promise<void> {
  const home = "/var/lib/nightly";
  await openDoors(lab, home);
  await using service = await LabService.install(lab, "nightly", {
    profile: "jobs",
    config: job("probe", PROBE) + job("soon", "touch soon", "run_on_start = true"),
  });
  await lab.ok(["chown", "-R", "appd:", home]);
  await service.start();
  await until("the job of the start", () => lab.exists(`${home}/soon`));
  await runJob(service, "probe");
  assert.deepEqual(lab.read(`${home}/outcome`).trim().split("\n"), ["appd"]);
  assert.equal((await lab.systemctl("stop", service.unit)).code, 0);
}

/** One template, two instances beside each other. */
async function template(lab: SystemdLab): Promise<void> {
  const home = "/var/lib/appd";
  await makeUser(lab, home);
  const unit = "/etc/systemd/system/appd@.service";
  lab.write(unit, await lab.ok([LAB_BINARY, "--home", home, "generate", "systemd-template", "--system"]));
  for (const name of ["a", "b"]) {
    const config = "[server]\nport = 0\n" + program("sleeper", "exec sleep 100000");
    lab.write(`${home}/${name}/config.toml`, config, 0o600);
  }
  await lab.ok(["chown", "-R", "appd:", home]);
  await lab.ok(["systemctl", "daemon-reload"]);
  try {
    await lab.ok(["systemctl", "start", "appd@a", "appd@b"]);
    const status = async (name: string) =>
      JSON.parse((await lab.appd("--home", home, "--name", name, "status", "--json")).stdout);
    const [a, b] = [await status("a"), await status("b")];
    assert.deepEqual([a.state, a.instance, b.state, b.instance], ["ready", "a", "ready", "b"]);
    assert.notEqual(a.pid, b.pid);
    assert.equal((await lab.systemctl("reload", "appd@a")).code, 0);
    await lab.ok(["systemctl", "stop", "appd@a"]);
    assert.deepEqual([(await status("a")).state, (await status("b")).pid], ["stopped", b.pid]);
  } finally {
    await lab.systemctl("stop", "appd@a", "appd@b");
    await lab.ok(["rm", "-rf", unit, home]);
    await lab.ok(["systemctl", "daemon-reload"]);
  }
}

const noNginx = fs.existsSync(NGINX) ? {} : { missing: `no ${NGINX}` };

export const HARDENED: readonly LabTest[] = [
  { name: "profile plain: the ways out that the others close are open", run: unlocked },
  { name: "profile dedicated: nginx and a job work, and nothing leads out", run: dedicated, ...noNginx },
  { name: "profile root: nginx on port 80, a program and a job of other users", run: root, ...noNginx },
  { name: "profile jobs: jobs work, and nothing leads out", run: jobs },
  {
    name: "profile dedicated: programs are taken over after a crash",
    run: (lab) => adoptsBehindWalls(lab, "dedicated"),
  },
  { name: "profile root: programs are taken over after a crash", run: (lab) => adoptsBehindWalls(lab, "root") },
  { name: "two instances of one template", run: template },
];
