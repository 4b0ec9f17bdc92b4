import assert from "node:assert/strict";
import { LAB_BINARY, type SystemdLab } from "../support/systemd_lab.ts";
import { until } from "../support/instance.ts";

export interface ServiceOptions {
  /** config.toml; without a [server] section there is no TCP port. */
  readonly config?: string;
  /** KillMode=process: programs outlive a crash of the daemon. */
  readonly keepPrograms?: boolean;
  /** How far it is locked in; without one not at all. */
  readonly profile?: "dedicated" | "root" | "jobs";
  /** Whose service it is, where the profile does not say. */
  readonly runAs?: string;
  /** What a test wants otherwise in `[Service]`: short times above all. */
  readonly service?: string;
}

/** The unit under test, as the binary makes it for this home. */
async function unitText(lab: SystemdLab, home: string, options: ServiceOptions): Promise<string> {
  const profile = options.profile === undefined ? ["plain", "--run-as", options.runAs ?? "root"] : [options.profile];
  const keep = options.keepPrograms ? ["--keep-programs"] : [];
  const kind = ["generate", "systemd", "--system", "--profile", ...profile, ...keep];
  return await lab.ok([LAB_BINARY, "--home", home, ...kind]);
}

/** A daemon as a system unit of the lab, in /var/lib/NAME. Disposing stops it and removes its unit and home. */
export class LabService implements AsyncDisposable {
  readonly lab: SystemdLab;
  readonly name: string;
  readonly unit: string;
  readonly home: string;

  private constructor(lab: SystemdLab, name: string) {
    this.lab = lab;
    this.name = name;
    this.unit = `${name}.service`;
    this.home = `/var/lib/${name}`;
  }

  static async install(lab: SystemdLab, name: string, options: ServiceOptions = {}): Promise<LabService> {
    const service = new LabService(lab, name);
    await lab.ok(["mkdir", "-p", "-m", "700", service.home]);
    service.write(options.config ?? "");
    lab.write(`/etc/systemd/system/${service.unit}`, await unitText(lab, service.home, options));
    const { service: more = "" } = options;
    lab.write(`/etc/systemd/system/${service.unit}.d/test.conf`, `[Service]\nRestartSec=100ms\n${more}\n`);
    await lab.ok(["systemctl", "daemon-reload"]);
    return service;
  }

  /** Writes config.toml. */
  write(text: string): void {
    const server = text.includes("[server]") ? "" : "[server]\nport = 0\n";
    this.lab.write(`${this.home}/config.toml`, server + text, 0o600);
  }

  async start(): Promise<void> {
    const { code, stderr } = await this.lab.systemctl("start", this.unit);
    if (code === 0) return;
    throw new Error(`start ended with ${code}: ${stderr}\n${(await this.lab.journal("-u", this.unit)).join("\n")}`);
  }

  appd(...words: string[]) {
    return this.lab.appd("--home", this.home, ...words);
  }

  // deno-lint-ignore no-explicit-any -- the shape under test
  async status(): Promise<any> {
    return JSON.parse((await this.appd("status", "--json")).stdout);
  }

  /** The PID of a program that runs. */
  running(name: string): Promise<number> {
    return until(`${name} runs`, async () => {
      // deno-lint-ignore no-explicit-any -- the shape under test
      const one = (await this.status()).programs.find((program: any) => program.name === name);
      return one?.state === "running" ? one.pid as number : undefined;
    });
  }

  show(): Promise<Record<string, string>> {
    return this.lab.show(this.unit);
  }

  async mainPid(): Promise<number> {
    return Number((await this.show()).MainPID);
  }

  journal(...words: string[]): Promise<string[]> {
    return this.lab.journal("-u", this.unit, ...words);
  }

  /** Sends a signal to the daemon alone. */
  async kill(signal: string): Promise<void> {
    await this.lab.ok(["systemctl", "kill", "--kill-who=main", `--signal=${signal}`, this.unit]);
  }

  /** Waits until systemd has started another daemon, which is ready. @returns its PID */
  restarted(before: number): Promise<number> {
    return until("the next daemon", async () => {
      const { ActiveState: state, MainPID: pid } = await this.show();
      return state === "active" && Number(pid) > 0 && Number(pid) !== before ? Number(pid) : undefined;
    }, 60_000);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.lab.systemctl("kill", "--signal=CONT", this.unit); // One that is stopped could not end.
    await this.lab.systemctl("stop", this.unit);
    await this.lab.systemctl("disable", this.unit);
    await this.lab.ok([
      "rm",
      "-rf",
      `/etc/systemd/system/${this.unit}`,
      `/etc/systemd/system/${this.unit}.d`,
      this.home,
    ]);
    await this.lab.ok(["systemctl", "daemon-reload"]);
    await this.lab.systemctl("reset-failed", this.unit);
  }
}

/**
 * The log of a program that counts from 1 on, while its daemon was killed: each line once and in order. What a killed daemon
 * had taken and not yet written is lost, which has to be rare; how rare is measured in tests/faults/programs_adoption_test.ts.
 */
export function assertCounted(log: string): void {
  const lines = log.trim().split("\n").map(Number);
  const gaps = lines.filter((line, at) => line !== (lines[at - 1] ?? 0) + 1);
  assert.ok(gaps.length <= 1, `before ${gaps}`);
  assert.deepEqual(lines, lines.toSorted((a, b) => a - b), "in order");
  assert.equal(new Set(lines).size, lines.length, "none twice");
}
