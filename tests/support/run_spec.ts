/** Runs one spec against the compiled binary; ends only what it started. */
import assert from "node:assert/strict";
import fs from "node:fs";
import { get as httpGet } from "node:http";
import { dirname, join } from "node:path";
import { BUILD } from "../../src/base/version.ts";
import { expectSubset, expectText } from "./expected.ts";
import { alive, Instance, signal, until } from "./instance.ts";
import { reservePort } from "./ports.ts";
import { type Spec, type Step, type Text, textOf } from "./spec.ts";

/** The state of a run: the instance, the names to fill in, and the sockets that it holds. */
class Run implements AsyncDisposable {
  readonly instance = new Instance();
  readonly held: Deno.Listener[] = [];
  readonly #second = reservePort();
  readonly names = new Map<string, string>();

  constructor() {
    this.names.set("HOME", this.instance.home).set("PORT", `${this.instance.port}`).set(
      "PORT2",
      `${this.#second.port}`,
    );
    this.names.set("VERSION", BUILD.version);
  }

  fill(text: Text): string {
    return textOf(text).replace(/\[([A-Z0-9_]+)\]/g, (whole, name) => this.names.get(name) ?? whole);
  }

  fillAll(value: unknown): unknown {
    return JSON.parse(JSON.stringify(value), (_, inner) => typeof inner === "string" ? this.fill(inner) : inner);
  }

  path(name: string): string {
    return join(this.instance.home, name);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    using _second = this.#second;
    for (const listener of this.held) listener.close();
    await this.instance[Symbol.asyncDispose]();
  }
}

async function runCommand(run: Run, step: Step): Promise<void> {
  const args = (step.run ?? []).map((arg) => run.fill(arg));
  const env = run.instance.env(run.fillAll(step.env ?? {}) as Record<string, string>);
  const result = await run.instance.run(args, { env });
  const what = `appd ${args.join(" ")}`;
  assert.equal(result.code, step.exit ?? 0, `exit code of ${what}\n${result.stdout}${result.stderr}`);
  if (step.stdout !== undefined) expectText(`stdout of ${what}`, result.stdout, run.fill(step.stdout));
  if (step.stderr !== undefined) expectText(`stderr of ${what}`, result.stderr, run.fill(step.stderr));
  else if (result.code === 0) expectText(`stderr of ${what}`, result.stderr, "");
  if (step.json !== undefined) expectSubset(what, JSON.parse(result.stdout), run.fillAll(step.json));
}

interface Answer {
  readonly status: number | undefined;
  readonly body: string;
}

/** By node's client, because fetch does not let a test choose Host. */
function ask(run: Run, step: Step): Promise<Answer> {
  const { promise, resolve, reject } = Promise.withResolvers<Answer>();
  const headers = run.fillAll(step.headers ?? {}) as Record<string, string>;
  const port = Number(run.fill(step.port ?? "[PORT]"));
  const options = {
    host: "127.0.0.1",
    port,
    path: step.get ?? "/",
    method: step.method ?? "GET",
    headers,
    agent: false,
  };
  const request = httpGet(options, (response) => {
    let body = "";
    response.setEncoding("utf8");
    response.on("data", (chunk) => body += chunk);
    response.on("end", () => resolve({ status: response.statusCode, body }));
  });
  request.on("error", reject);
  return promise;
}

async function request(run: Run, step: Step): Promise<void> {
  const what = `${step.method ?? "GET"} ${step.get}`;
  const { status, body } = await ask(run, step);
  assert.equal(status, step.status ?? 200, `status of ${what}\n${body}`);
  if (step.body !== undefined) expectText(`body of ${what}`, body, run.fill(step.body));
  if (step.json !== undefined) expectSubset(what, JSON.parse(body), run.fillAll(step.json));
}

function changeFiles(run: Run, step: Step): void {
  for (const [name, text] of Object.entries(step.write ?? {})) {
    fs.mkdirSync(dirname(run.path(name)), { recursive: true });
    fs.writeFileSync(run.path(name), run.fill(text));
  }
  for (const name of step.remove ?? []) fs.rmSync(run.path(name), { recursive: true });
  for (const [name, target] of Object.entries(step.link ?? {})) fs.symlinkSync(run.fill(target), run.path(name));
}

function checkFiles(run: Run, step: Step): void {
  for (const [name, mode] of Object.entries(step.mode ?? {})) {
    assert.equal((fs.statSync(run.path(name)).mode & 0o777).toString(8), mode, `mode of ${name}`);
  }
  for (const name of step.present ?? []) assert.ok(fs.existsSync(run.path(name)), `${name} is not there`);
  for (const name of step.missing ?? []) assert.ok(!fs.existsSync(run.path(name)), `${name} is there`);
  for (const [name, text] of Object.entries(step.file ?? {})) {
    expectText(name, fs.readFileSync(run.path(name), "utf8"), run.fill(text));
  }
}

async function runStep(run: Run, step: Step): Promise<void> {
  if (step.run) await runCommand(run, step);
  if (step.get) await request(run, step);
  changeFiles(run, step);
  checkFiles(run, step);
  if (step.hold) run.held.push(Deno.listen({ hostname: "127.0.0.1", port: Number(run.fill(step.hold)) }));
  if (step.signal) assert.ok(signal(run.instance.pid(), step.signal), "the daemon is gone");
  if (step.remember) run.names.set(step.remember, `${run.instance.pid()}`);
  if (step.dead) assert.ok(!alive(Number(run.names.get(step.dead))), `${step.dead} is still alive`);
}

async function repeat(run: Run, step: Step): Promise<void> {
  const attempt = () => runStep(run, step).then(() => true);
  try {
    await until(JSON.stringify(step), attempt);
  } catch (error) {
    throw (error as Error).cause ?? error;
  }
}

/** @throws AssertionError of the first step that does not hold, with its number */
export async function runSpec(spec: Spec): Promise<void> {
  await using run = new Run();
  if (spec.config === false) fs.rmSync(run.path("config.toml"));
  else run.instance.write(run.fill(spec.config ?? ""));
  for (const [index, step] of spec.steps.entries()) {
    try {
      await (step.until ? repeat(run, step) : runStep(run, step));
    } catch (error) {
      throw new Error(`${spec.name}, step ${index + 1}: ${(error as Error).message}`, { cause: error });
    }
  }
}
