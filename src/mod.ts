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
export { AppdError, type AppdErrorOptions } from "./base/errors.ts";
export type { LogFields, Logger } from "./base/logger.ts";
export { type Cell, table } from "./cli/layout.ts";
export type { AppCommand, CommandContext } from "./kit/command.ts";
export { type AppConfig, type AppOptions, defineApp, type DefinedApp } from "./kit/define_app.ts";
export { run } from "./kit/run.ts";
export { duration, flag, integer, oneOf, path, size, text } from "./schema/kinds.ts";
export { address, timezone } from "./schema/kinds_host.ts";
export { argv, list, mapOf, variable } from "./schema/kinds_nested.ts";
export { webAddress } from "./schema/kinds_net.ts";
export { listSection, section } from "./schema/section.ts";
export { group, setting } from "./schema/setting.ts";
export type { Migration, Row, SqlValue, Statement, StatementResult } from "./store/store.ts";
