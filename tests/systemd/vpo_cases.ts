/** vpo as a service: user story 2 of its document. The program is put into the lab when the first case needs it. */
import assert from "node:assert/strict";
import fs from "node:fs";
import { compiled } from "../support/compiled.ts";
import { binaryOf, until } from "../support/instance.ts";
import type { SystemdLab } from "../support/systemd_lab.ts";
import { video } from "../support/vpo_library.ts";
import type { LabTest } from "./lab_case.ts";

const BINARY = "/usr/local/bin/vpo";
const UNIT = "vpo.service";
const HOME = "/var/lib/vpo";

async function bringBinary(lab: SystemdLab): Promise<void> {
  if (!lab.exists(BINARY)) fs.copyFileSync(binaryOf(await compiled("examples/vpo/vpo.ts")), lab.path(BINARY));
}

/** The unit that vpo generates, with its defaults: port 8321, which nobody else has in the lab. */
class VpoService implements AsyncDisposable {
  readonly lab: SystemdLab;

  private constructor(lab: SystemdLab) {
    this.lab = lab;
  }

  static async install(lab: SystemdLab): Promise<VpoService> {
    await bringBinary(lab);
    const service = new VpoService(lab);
    const kind = ["generate", "systemd", "--system", "--profile", "plain", "--run-as", "root"];
    lab.write(`/etc/systemd/system/${UNIT}`, await lab.ok([BINARY, "--home", HOME, ...kind]));
    lab.write(`/etc/systemd/system/${UNIT}.d/test.conf`, "[Service]\nRestartSec=100ms\n");
    lab.write(`${HOME}/config.toml`, `[library]\nsettle = "100ms"\nscan_every = "100ms"\n`, 0o600);
    await lab.ok(["chmod", "700", HOME]);
    await lab.ok(["systemctl", "daemon-reload"]);
    return service;
  }

  async systemctl(verb: string): Promise<void> {
    await this.lab.ok(["systemctl", "--no-pager", verb, UNIT]);
  }

  vpo(...words: string[]) {
    return this.lab.run([BINARY, "--home", HOME, ...words]);
  }

  async health(): Promise<{ readonly status: string; readonly pid: number }> {
    return JSON.parse(await this.lab.ok(["curl", "-s", "http://127.0.0.1:8321/health"]));
  }

  /** Puts a file into the inbox and waits until it is in the library. */
  async file(name: string): Promise<void> {
    this.lab.write(`${HOME}/inbox/${name}`, video(name));
    await until(`${name} is filed`, () => this.lab.exists(`${HOME}/outbox/${name}`));
  }

  show(): Promise<Record<string, string>> {
    return this.lab.show(UNIT);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.lab.systemctl("stop", UNIT);
    await this.lab.ok(["rm", "-rf", `/etc/systemd/system/${UNIT}`, `/etc/systemd/system/${UNIT}.d`, HOME]);
    await this.lab.ok(["systemctl", "daemon-reload"]);
    await this.lab.systemctl("reset-failed", UNIT);
  }
}

async function starts(lab: SystemdLab): Promise<void> {
  await using service = await VpoService.install(lab);
  await service.systemctl("start");
  assert.equal((await service.health()).status, "healthy", "accessible when systemctl comes back");
  await service.file("a.flv");
}

async function stops(lab: SystemdLab): Promise<void> {
  await using service = await VpoService.install(lab);
  const command = ["/bin/sh", "-c", 'sleep 2; cp "$1" "$2"', "sh", "{input}", "{output}"];
  lab.write(`${HOME}/config.toml`, `${lab.read(`${HOME}/config.toml`)}command = ${JSON.stringify(command)}\n`);
  await service.systemctl("start");
  lab.write(`${HOME}/inbox/a.flv`, video("a"));
  await until("it is in work", async () => (await service.vpo("queue")).stdout.startsWith("processing"));
  const began = performance.now();
  await service.systemctl("stop");
  assert.ok(performance.now() - began < 30_000);
  const { Result: result, ExecMainStatus: status, ActiveState: state } = await service.show();
  assert.deepEqual([result, status, state], ["success", "0", "inactive"]);
  assert.ok(lab.exists(`${HOME}/outbox/a.flv`), "what was in work was finished");
}

async function comesBack(lab: SystemdLab): Promise<void> {
  await using service = await VpoService.install(lab);
  await service.systemctl("start");
  const { MainPID: before } = await service.show();
  await lab.ok(["systemctl", "kill", "--kill-who=main", "--signal=KILL", UNIT]);
  const after = await until("the next one", async () => {
    const { ActiveState: state, MainPID: pid, NRestarts: restarts } = await service.show();
    return state === "active" && pid !== before ? restarts : undefined;
  });
  assert.equal(after, "1");
  await service.file("a.flv");
}

async function journal(lab: SystemdLab): Promise<void> {
  await using service = await VpoService.install(lab);
  await service.systemctl("start");
  const since = `_PID=${(await service.show()).MainPID}`;
  await service.file("a.flv");
  lab.write(`${HOME}/inbox/bad.txt`, "no video");
  await until("it is refused", () => lab.exists(`${HOME}/quarantine/bad.txt.reason.txt`));
  await service.systemctl("stop");
  const all = await lab.journal("-u", UNIT, since);
  for (const message of ["vpo is ready", "file done .*file_path=a.flv", "file refused", "shutdown complete"]) {
    assert.match(all.join("\n"), new RegExp(message));
  }
  const warnings = await lab.journal("-u", UNIT, since, "-p", "warning");
  assert.ok(warnings.some((line) => /file refused/.test(line)) && !warnings.some((line) => /file done/.test(line)));
  await lab.run(["journalctl", "--sync"]);
  const withTimes = await lab.ok([
    "journalctl",
    "--no-pager",
    "--quiet",
    "--output=short-iso-precise",
    "-u",
    UNIT,
    since,
  ]);
  for (const line of withTimes.trim().split("\n")) {
    assert.match(line, /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d+\S+ \S+ vpo\[\d+\]: /);
  }
  assert.equal(lab.exists(`${HOME}/daemon.log`), false, "and nowhere else");
}

async function standardCommands(lab: SystemdLab): Promise<void> {
  await using service = await VpoService.install(lab);
  await service.systemctl("start");
  const { MainPID: first } = await service.show();
  assert.match(
    await lab.ok(["systemctl", "--no-pager", "status", UNIT]),
    /vpo\.service - .*\n[\s\S]*Active: active \(running\)/,
  );
  await service.systemctl("restart");
  const { MainPID: second, ActiveState: state } = await service.show();
  assert.equal(state, "active");
  assert.notEqual(second, first);
  assert.equal(`${(await service.health()).pid}`, second);
  await service.systemctl("reload");
  assert.equal((await service.show()).MainPID, second);
  await service.systemctl("stop");
  assert.equal((await lab.systemctl("is-active", UNIT)).stdout.trim(), "inactive");
}

/** As an operator has it who takes what is offered: a user of its own, and nothing but its home to write to. */
async function installed(lab: SystemdLab): Promise<void> {
  await bringBinary(lab);
  await lab.ok([BINARY, "install", "--now"]);
  try {
    const { User: user, ActiveState: state } = await lab.show(UNIT);
    assert.deepEqual([user, state], ["vpo", "active"]);
    const film = "/root/film.flv";
    lab.write(film, video("film"));
    await lab.ok(["install", "-o", "vpo", film, `${HOME}/inbox/film.flv`]);
    await until("it is filed", () => lab.exists(`${HOME}/outbox/film.flv`));
    assert.equal(lab.read(`${HOME}/outbox/film.flv`), video("film"));
    assert.match(await lab.ok([BINARY, "status"]), /vpo\.service \(system, enabled, active\)/);
  } finally {
    await lab.run([BINARY, "uninstall"]);
    await lab.ok(["rm", "-rf", HOME, "/var/log/vpo"]);
    await lab.run(["userdel", "vpo"]);
  }
}

/** The unit file that stands beside the example, put there by hand. */
async function exampleUnit(lab: SystemdLab): Promise<void> {
  await bringBinary(lab);
  const example = new URL("../../examples/vpo/deploy/vpo.service", import.meta.url);
  lab.write(`/etc/systemd/system/${UNIT}`, fs.readFileSync(example, "utf8"));
  await lab.ok(["useradd", "--system", "--no-create-home", "--home-dir", HOME, "vpo"]);
  try {
    await lab.ok(["systemctl", "daemon-reload"]);
    await lab.ok(["systemctl", "start", "vpo"]);
    assert.match(await lab.ok(["systemctl", "--no-pager", "status", "vpo"]), /Active: active \(running\)/);
    const { status } = JSON.parse(await lab.ok(["curl", "-s", "http://127.0.0.1:8321/health"]));
    assert.equal(status, "healthy");
    assert.match((await lab.journal("-u", "vpo")).join("\n"), /vpo is ready/);
    await lab.ok(["systemctl", "stop", "vpo"]);
    assert.equal((await lab.show(UNIT)).Result, "success");
  } finally {
    await lab.systemctl("stop", UNIT);
    await lab.ok(["rm", "-rf", `/etc/systemd/system/${UNIT}`, HOME, "/var/log/vpo"]);
    await lab.ok(["systemctl", "daemon-reload"]);
    await lab.run(["userdel", "vpo"]);
  }
}

export const VPO: readonly LabTest[] = [
  { name: "S4 US2.1, S4 US3.4: systemctl start vpo: it serves on its default port when that comes back", run: starts },
  {
    name: "S4 US2.1: vpo install: the service has a user of its own, is locked in, and files what comes",
    run: installed,
  },
  {
    name: "S4 US2.1, S4 US2.2, S4 US2.4, S4 Assumption 3: the example unit file, by hand: start, status, journal, stop",
    run: exampleUnit,
  },
  { name: "S4 US2.2: systemctl stop vpo: work in hand is finished, and the end is a success", run: stops },
  { name: "S4 US2.3: vpo is killed: systemd starts another, which goes on", run: comesBack },
  { name: "S4 US2.4, S4 SC-004: every record of vpo is in the journal with its time and level", run: journal },
  { name: "S4 SC-003: systemctl start, status, restart, reload and stop of vpo", run: standardCommands },
];
