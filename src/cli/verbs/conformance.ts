import { resolve } from "node:path";
import { cannot, errnoOf, errnoText } from "../../base/errors.ts";
import { type Check } from "../../conformance/check.ts";
import { CHECKS, conformance as tryChecks, type Verdict } from "../../conformance/conformance.ts";
import type { Bench } from "../../conformance/subject.ts";
import { runBounded } from "../../system/bounded_command.ts";
import { type ReservedPorts, reservePorts } from "../../system/reserved_ports.ts";
import { scratchDirectory } from "../../system/scratch.ts";
import { systemConnector } from "../../system/sockets.ts";
import type { System } from "../../system/system.ts";
import { onInterrupt } from "../interrupt.ts";
import { type Invocation, isOn, numberOf, textOf } from "../invocation.ts";
import type { Output } from "../output.ts";
import { usageError } from "../usage.ts";
import type { VerbInput } from "../verb.ts";

const DEFAULT_PARALLEL = 2;
const VERSION_LIMIT_MS = 10_000;

/** Tries on a compiled binary what the family promises; 0 when all of it holds. */
export async function conformance(input: VerbInput): Promise<number> {
  const { invocation, output, system } = input;
  const checks = chosen(textOf(invocation, "only"));
  if (isOn(invocation, "list")) return list(output, checks);
  const binary = resolve(system.host.cwd(), invocation.arguments[0] ?? system.host.self[0] ?? "");
  using ports = reservePorts();
  const bench = benchOf(system, ports);
  const name = await nameOf(bench, binary);
  using scratch = scratchDirectory("conformance");
  using interrupt = onInterrupt(["SIGINT", "SIGTERM", "SIGHUP"]); // Else daemons would stay behind.
  const verdicts = await tryChecks(bench, {
    ...{ binary, name, checks, scratch: scratch.path, signal: interrupt.signal },
    parallel: parallelOf(invocation),
    onVerdict: (verdict) => output.json || output.print(line(verdict, output)),
  });
  return summarize(output, { binary, name, checks, verdicts });
}

/** @throws AppdError (usage) for a number that is out of bounds */
function parallelOf(invocation: Invocation): number {
  const parallel = numberOf(invocation, "parallel") ?? DEFAULT_PARALLEL;
  if (parallel >= 1 && parallel <= CHECKS.length) return parallel;
  throw usageError(
    `cannot use option "--parallel": it is from 1 to ${CHECKS.length}`,
    `for example: --parallel ${DEFAULT_PARALLEL}`,
  );
}

/** @throws AppdError (usage) when no check has this in its name */
function chosen(only: string | undefined): readonly Check[] {
  const found = CHECKS.filter(({ id }) => only === undefined || id.includes(only));
  if (found.length > 0) return found;
  throw cannot(["find a check called", only ?? ""], "no name has this in it", {
    exit: "usage",
    hint: "see them: appd conformance --list",
  });
}

function list(output: Output, checks: readonly Check[]): number {
  if (output.json) output.printJson(checks.map(({ id, says, source }) => ({ id, says, source: source ?? null })));
  else for (const { id, says } of checks) output.print(`${id.padEnd(26)} ${says}`);
  return 0;
}

function benchOf({ clock, files, host, processes }: System, ports: ReservedPorts): Bench {
  const kept = Object.entries(host.env).filter(([name]) => ["PATH", "LANG", "TZ"].includes(name));
  return {
    ...{ clock, files, processes, freePort: () => ports.take() },
    connector: systemConnector,
    run: runBounded,
    env: Object.fromEntries(kept),
  };
}

/** @throws AppdError (generic) when it is no binary of the family */
async function nameOf(bench: Bench, binary: string): Promise<string> {
  const command = [binary, "version", "--json"];
  try {
    const { stdout } = await bench.run({
      ...{ command, cwd: "/", env: bench.env, limitMs: VERSION_LIMIT_MS, maxBytes: VERSION_LIMIT_MS },
    });
    const { name } = JSON.parse(new TextDecoder().decode(stdout));
    if (typeof name === "string" && /^[a-z][a-z0-9-]*$/.test(name)) return name;
  } catch (cause) {
    throw strange(binary, cause);
  }
  throw strange(binary);
}

function strange(binary: string, cause?: unknown) {
  const why = errnoOf(cause) === undefined ? "its version --json does not say a name" : errnoText(cause);
  return cannot(["try", binary], why, {
    exit: "generic",
    hint: "give the path of a binary that was compiled with the kit: appd conformance dist/NAME",
    cause,
  });
}

function line({ ok, id, says, observation, duration_s }: Verdict, { style }: Output): string {
  const head = `${ok ? style.good("ok  ") : style.bad("FAIL")} ${id}: ${says} (${duration_s.toFixed(1)} s)`;
  return ok ? head : `${head}\n     ${observation}`;
}

interface Tried {
  readonly binary: string;
  readonly name: string;
  readonly checks: readonly Check[];
  readonly verdicts: readonly Verdict[];
}

function summarize(output: Output, { binary, name, checks, verdicts }: Tried): number {
  const failed = verdicts.filter(({ ok }) => !ok).length;
  const left = checks.length - verdicts.length;
  const counts = { passed: verdicts.length - failed, failed, not_tried: left };
  if (output.json) output.printJson({ binary, name, ...counts, checks: verdicts });
  else output.print(`${counts.passed} passed, ${failed} failed${left > 0 ? `, ${left} not tried` : ""}`);
  return failed + left > 0 ? 1 : 0;
}
