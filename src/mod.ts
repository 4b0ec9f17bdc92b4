/**
 * The kit: write an app on appd, and compile it into one binary that has every command, file, signal and endpoint of appd
 * under its own name.
 *
 * @module
 */
export type { App, Check, Mode } from "./app/kit/app.ts";
export type { Job, JobContext, JobRun, JobSettings } from "./app/kit/job.ts";
export type { Kit, KitJobs, KitStore } from "./app/kit/kit.ts";
export type { Service, ServiceContext } from "./app/kit/service.ts";
export type { AskInit } from "./app/patience.ts";
export { aborted } from "./base/aborted.ts";
export { AppdError, type AppdErrorOptions } from "./base/errors.ts";
export { escapeControls } from "./base/escape.ts";
export type { LogFields, Logger } from "./base/logger.ts";
export type { ExitName } from "./base/exit_codes.ts";
export type { JobStatus, RunPage, RunQuery, RunReport, RunState, TriggerKind } from "./base/job_reports.ts";
export type { Product, ServiceNames } from "./base/product.ts";
export type { SchedulerStatus } from "./base/scheduler_status.ts";
export type { ArgumentSpec, Example, Exits, OptionSpec, ValueKind, ValueSpec } from "./cli/command.ts";
export type { OptionValue } from "./cli/invocation.ts";
export { type Cell, type Column, table } from "./cli/table.ts";
export type { Output } from "./cli/output.ts";
export type { OpenPath } from "./http/app_routes.ts";
export type { AppCommand, CommandContext } from "./kit/command.ts";
export { type AppConfig, type AppOptions, defineApp, type DefinedApp } from "./kit/define_app.ts";
export { run } from "./kit/run.ts";
export type { DependencyCondition, OnFailed, Restart } from "./programs/program_spec.ts";
export type { Config } from "./schema/appd_schema.ts";
export type { Flaw, FlawOptions, JsonSchema, Kind, Path, Reading } from "./schema/kind.ts";
export { duration, flag, integer, oneOf, path, size, text, type TextOptions } from "./schema/kinds.ts";
export { address, timezone } from "./schema/kinds_host.ts";
export { argv, list, type ListOptions, mapOf, type MapOptions, variable } from "./schema/kinds_nested.ts";
export { webAddress, type WebAddressOptions } from "./schema/kinds_net.ts";
export {
  type As,
  type Finish,
  listSection,
  type Section,
  section,
  type SectionOptions,
  type Unique,
} from "./schema/section.ts";
export {
  type Fields,
  type Group,
  group,
  type Presence,
  type ReloadBehaviour,
  type Setting,
  setting,
  type SettingOptions,
  type ValuesOf,
} from "./schema/setting.ts";
export type { Migration, Row, SqlValue, Statement, StatementResult } from "./store/store.ts";
export { type Clock, delay, type Timer } from "./system/clock.ts";
