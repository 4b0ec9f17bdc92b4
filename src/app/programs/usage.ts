import { cannot } from "../../base/errors.ts";
import { nearest } from "../../base/nearest.ts";
import type { ProgramStatus, UsageHistory, UsageReport } from "../../base/program_reports.ts";
import type { Clock } from "../../system/clock.ts";
import { openUsageProcesses } from "../../system/process_usage.ts";
import type { Followed, Usage, UsageDeps, UsageTotals } from "../../usage/usage.ts";

/** A program that does not run uses nothing that could be measured. */
const UNKNOWN: UsageReport = {
  cpu_percent: null,
  rss_bytes: null,
  processes: null,
  threads: null,
  fds: null,
  read_bytes: null,
  write_bytes: null,
};

/** The programs with what their process trees use, in the shape of `status --json`. */
export function withUsage(
  programs: readonly ProgramStatus[],
  reports: ReadonlyMap<string, UsageReport>,
): ProgramStatus[] {
  return programs.map((program) => ({ ...program, ...(reports.get(program.name) ?? UNKNOWN) }));
}

/** What the programs of this daemon use. Without programs it costs nothing: not even the room is loaded. */
export class ProgramUsage implements Disposable {
  readonly #deps: UsageDeps;
  #usage: Usage | undefined;

  constructor(deps: Pick<UsageDeps, "roots" | "onExcess"> & { readonly clock: Clock }) {
    this.#deps = { ...deps, processes: openUsageProcesses() };
  }

  /** Follows these programs, and no others, from now on: after the start, each reload and each change of scale. */
  async follow(programs: readonly Followed[]): Promise<void> {
    if (this.#usage === undefined && programs.length === 0) return;
    const { createUsage } = await import("../../usage/usage.ts");
    this.#usage ??= createUsage(this.#deps);
    this.#usage.follow(programs);
  }

  /** @param programs as the supervisor lists them */
  merge(programs: readonly ProgramStatus[]): ProgramStatus[] {
    return programs.length === 0 ? [] : withUsage(programs, this.#usage?.reports() ?? new Map());
  }

  totals(): ReadonlyMap<string, UsageTotals> {
    return this.#usage?.totals() ?? new Map();
  }

  /**
   * @param known names of all programs
   * @throws AppdError (notRunning) when there is no such program
   */
  history(name: string, known: readonly string[]): UsageHistory {
    if (this.#usage !== undefined && known.includes(name)) return this.#usage.history(name);
    const near = nearest(name, known);
    throw cannot(["show the history of", name], "there is no such program", {
      exit: "notRunning",
      hint: near === undefined ? "list them: appd programs" : `did you mean "${near}"?`,
    });
  }

  [Symbol.dispose](): void {
    this.#usage?.[Symbol.dispose]();
  }
}
