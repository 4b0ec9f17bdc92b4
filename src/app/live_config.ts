import { AppdError, cannot } from "../base/errors.ts";
import type { Logger } from "../base/logger.ts";
import type { ReloadResult } from "../base/reload_reports.ts";
import { ConfigError } from "../config/config_error.ts";
import type { ReloadOptions } from "../http/route.ts";
import type { ApplyResult } from "../programs/reconciler.ts";
import type { Supervisor } from "../programs/supervisor.ts";
import { processesOf, type TaskSpec, type UnitSpec } from "../programs/task_spec.ts";
import { type Command, unfitCommand } from "./command.ts";
import { ConfigTrial } from "./config_trial.ts";
import { type ConfigVersion, versionOf } from "./config_version.ts";
import type { Context } from "./context.ts";
import { loadContextConfig, type Loaded } from "./load.ts";
import { modeWarnings } from "./kit/mode_warnings.ts";
import { modeOf } from "./mode.ts";
import type { Notifications } from "./events/notifications.ts";
import type { Jobs, PreparedJobs } from "./jobs/jobs.ts";
import type { KeepAlive } from "./keep_alive.ts";
import type { LiveToken, TokenFound } from "./live_token.ts";
import type { Logs } from "./logs.ts";
import { needsRestart, reloadChanges } from "./needs_restart.ts";
import { refuseWhatOthersCanWrite, trustWarnings } from "./trust.ts";
import { readScale, type Rescaled, scalable, writeScale } from "./programs/scale.ts";
import type { Programs } from "./programs/programs.ts";
import type { ProgramUsage } from "./programs/usage.ts";

/** What a configuration is applied to. */
export interface LiveParts {
  readonly logs: Logs;
  readonly supervisor: Supervisor;
  readonly usage: ProgramUsage;
  readonly prepare: Programs["prepare"];
  /** The app's services that a configuration wants. */
  readonly services: (loaded: Loaded) => readonly TaskSpec[];
  readonly jobs: Jobs;
  readonly notifications: Notifications;
  readonly keepAlive: KeepAlive | undefined;
  readonly token: LiveToken;
  readonly command: Command | undefined;
}

/** What a version is taken up with. */
interface Prepared {
  /** Why, as events of programs tell it. */
  readonly cause: string;
  readonly jobs: PreparedJobs | undefined;
}

/** The configuration that holds, and the ways in which another one takes its place. */
export class LiveConfig implements Disposable {
  readonly #context: Context;
  readonly #parts: LiveParts;
  readonly #log: Logger;
  readonly #onRevert: (error: string) => void;
  readonly #trial: ConfigTrial<ConfigVersion>;
  /** What the daemon began with: settings that only a restart takes up are still as it says. */
  readonly #began: Loaded;
  #now: ConfigVersion;

  /** @param onRevert hears why a reload was taken back */
  constructor(context: Context, parts: LiveParts, start: { loaded: Loaded; onRevert: (error: string) => void }) {
    this.#context = context;
    this.#parts = parts;
    this.#log = parts.logs.logging.logger();
    this.#onRevert = start.onRevert;
    this.#trial = new ConfigTrial({
      clock: context.system.clock,
      onExpired: (before, ms) => void this.#revert(before, ms),
    });
    this.#began = start.loaded;
    this.#now = { loaded: start.loaded, scale: new Map(), specs: [] };
  }

  get loaded(): Loaded {
    return this.#now.loaded;
  }

  /** Keys of the settings that wait for a restart. */
  get needsRestart(): readonly string[] {
    return this.loaded === this.#began ? [] : needsRestart(this.#began, this.loaded);
  }

  /** The programs and services of the configuration that holds. */
  get specs(): readonly UnitSpec[] {
    return this.#now.specs;
  }

  /** Wall time in milliseconds until which a reload on trial has to be confirmed; undefined when none is. */
  get trialUntil(): number | undefined {
    return this.#trial.until;
  }

  /**
   * Starts the programs, or takes over those that an earlier daemon left.
   *
   * @param jobs what was made of the jobs of the configuration
   * @throws AppdError as {@link programSpecs}
   */
  async begin(jobs: PreparedJobs | undefined): Promise<void> {
    this.#now = this.#version(this.loaded, readScale(this.#context));
    const [unfit] = this.#parts.command === undefined ? [] : this.#parts.supervisor.unfit(this.#now.specs);
    if (unfit !== undefined) throw unfitCommand(unfit.reason);
    this.#warn();
    await this.#parts.prepare(processesOf(this.#now.specs));
    await this.#takeUp(this.#now, { cause: "the daemon's start", jobs });
  }

  #warn(): void {
    const mode = modeOf(this.#context);
    const { warnings, own: { services } } = this.loaded;
    const ofMode = mode === undefined ? [] : modeWarnings([mode], services); // Of the others nothing runs here.
    for (const warning of [...warnings, ...ofMode, ...trustWarnings(this.#context, this.loaded)]) {
      this.#log.warn("doubtful configuration", { warning });
    }
  }

  #version(loaded: Loaded, scale: Rescaled): ConfigVersion {
    const { command, services } = this.#parts;
    return versionOf(loaded, { files: this.#context.system.files, command, services, scale });
  }

  /**
   * Reads the configuration and applies it. Everything that can be refused is tried before anything is changed, also
   * whether the programs can be started; when one turns out not to after all, the old configuration comes back.
   */
  async reload(options: ReloadOptions): Promise<ReloadResult> {
    try {
      const loaded = await this.#load();
      const token = this.#parts.token.look(loaded.config);
      const next = this.#version(loaded, this.#now.scale);
      const [unfit] = this.#parts.supervisor.unfit(next.specs);
      if (unfit !== undefined) return refused(`program "${unfit.name}" cannot be started: ${unfit.reason}`);
      return options.plan ? this.#planned(next, token) : await this.#replace(next, { ...options, token });
    } catch (error) {
      if (!(error instanceof AppdError)) throw error;
      if (error instanceof ConfigError) return refused(error.summary);
      return refused(error.exit === "noPermission" ? `${error.message}; ${error.hint}` : error.message);
    }
  }

  /** @throws AppdError (config) also when there was a file and is none any more: that is hardly meant to stop everything */
  async #load(): Promise<Loaded> {
    const loaded = await loadContextConfig(this.#context);
    refuseWhatOthersCanWrite(this.#context, loaded);
    if (loaded.file !== undefined || this.loaded.file === undefined) return loaded;
    throw cannot(["read", this.#context.configFile], "the file is gone", {
      exit: "config",
      hint: "to run without any program, leave it there and empty",
    });
  }

  #planned(next: ConfigVersion, token: TokenFound): ReloadResult {
    const programs = this.#parts.supervisor.plan(next.specs);
    const changes = [...reloadChanges(this.#began, { before: this.loaded, next: next.loaded }), ...token.changes];
    return { ok: true, changes, error: null, programs, planned: true };
  }

  async #replace(
    next: ConfigVersion,
    { confirmMs, token }: ReloadOptions & { readonly token: TokenFound },
  ): Promise<ReloadResult> {
    const before = this.#now;
    const applied = await this.#apply(next, "a reload");
    const [failed] = applied.failed.filter(({ name }) => !applied.adopted.includes(name));
    if (failed !== undefined) {
      await this.#apply(before, "a reload that was taken back");
      return refused(`program "${failed.name}" cannot be started: ${failed.reason}; the old configuration is back`);
    }
    token.take();
    this.#warn();
    const { start, stop, restart, update, keep, lingering } = applied;
    const result = {
      ok: true,
      changes: [...reloadChanges(this.#began, { before: before.loaded, next: next.loaded }), ...token.changes],
      error: null,
      programs: { start, stop, restart, update, keep },
      ...(lingering.length === 0 ? {} : { lingering }),
    };
    const first = this.#trial.before ?? before;
    this.confirm();
    if (confirmMs === undefined) return result;
    return { ...result, confirm_until: new Date(this.#trial.begin(first, confirmMs)).toISOString() };
  }

  /** @throws AppdError while nothing has been changed */
  async #apply(version: ConfigVersion, cause: string): Promise<ApplyResult> {
    const { jobs, prepare } = this.#parts;
    await prepare(processesOf(version.specs));
    return await this.#takeUp(version, { cause, jobs: await jobs.prepare(version.loaded) });
  }

  async #takeUp(version: ConfigVersion, prepared: Prepared): Promise<ApplyResult> {
    const { loaded, specs } = version;
    const { jobs, keepAlive, logs, notifications, supervisor, usage } = this.#parts;
    logs.apply(loaded);
    this.#now = version;
    notifications.apply(loaded.config.notifications);
    keepAlive?.apply(loaded.config.daemon.keepAlive);
    const applied = await supervisor.apply(specs, prepared.cause);
    void usage.follow(processesOf(specs)); // Nobody waits for figures.
    await jobs.apply(prepared.jobs);
    return applied;
  }

  async #revert(before: ConfigVersion, confirmMs: number): Promise<void> {
    const error = `not confirmed within ${confirmMs / 1000} s, the configuration of before is back`;
    this.#log.warn("reload taken back", { error });
    try {
      await this.#apply(before, "a reload that nobody confirmed");
    } catch (trouble) {
      if (!(trouble instanceof AppdError)) throw trouble;
      this.#log.error("cannot take the reload back", { error: trouble });
    }
    this.#onRevert(error);
  }

  /** Keeps what a reload on trial did. False when there is none. */
  confirm(): boolean {
    return this.#trial.confirm();
  }

  /**
   * Changes how many instances of a program there are, until the file says another number.
   *
   * @returns their names @throws AppdError as {@link scalable}
   */
  async rescale(name: string, instances: number): Promise<readonly string[]> {
    const { loaded, specs } = this;
    const program = scalable(name, { config: loaded.config, specs, command: this.#parts.command });
    const scale = new Map(this.#now.scale).set(name, { instances, configured: program.instances ?? null });
    const next = this.#version(loaded, scale);
    writeScale(this.#context.system.files, this.#context.paths.programs, next.scale);
    await this.#apply(next, `scaling ${name} to ${instances}`);
    return next.specs.filter((spec) => spec.name === name || spec.family?.name === name).map((spec) => spec.name);
  }

  [Symbol.dispose](): void {
    this.#trial[Symbol.dispose]();
  }
}

function refused(error: string): ReloadResult {
  return { ok: false, changes: [], error };
}
