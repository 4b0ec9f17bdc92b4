import { join } from "node:path";
import { AppdError } from "../../base/errors.ts";
import type { StatusReport } from "../../base/status_report.ts";
import type { LoadResult } from "../../config/config.ts";
import { ConfigError, problemText } from "../../config/config_error.ts";
import type { ConfigurationSeen, PortSeen, Sibling } from "../../doctor/scene.ts";
import { DEFAULT_INSTANCE } from "../../instance/paths.ts";
import { readState } from "../../instance/state_file.ts";
import { findPortHolder } from "../../system/port_holder.ts";
import { tryPort } from "../../system/try_port.ts";
import { type Context, createContext } from "../context.ts";
import { jobWarnings } from "../jobs/job_warnings.ts";
import { exposedCommands } from "../exposed_commands.ts";
import { loadContextConfig } from "../load.ts";
import { programWarnings } from "../programs/program_warnings.ts";
import { statOf, unlessRefused } from "./seen.ts";

/** Most other instances that are looked at. */
const MOST_SIBLINGS = 50;

/** The configuration, where it can be read, and what is to be said of it. */
export interface ConfigurationLook {
  readonly loaded: LoadResult | undefined;
  readonly seen: ConfigurationSeen;
}

export async function lookAtConfiguration(context: Context): Promise<ConfigurationLook> {
  const { configFile: path, system } = context;
  try {
    const loaded = await loadContextConfig(context);
    const obstacles = [...await programWarnings(loaded, system), ...await jobWarnings(loaded, system)];
    const exposed = await exposedCommands(loaded, system);
    return { loaded, seen: { path, problems: [], warnings: loaded.warnings, obstacles, exposed } };
  } catch (error) {
    if (!(error instanceof AppdError)) throw error;
    return { loaded: undefined, seen: { path, problems: problemsOf(error), warnings: [], obstacles: [], exposed: [] } };
  }
}

function problemsOf(error: AppdError): ConfigurationSeen["problems"] {
  if (!(error instanceof ConfigError)) return [{ text: error.message, hint: error.hint }];
  return error.problems.map(({ place, message, hint }) => ({ text: problemText({ place, message }), hint }));
}

/** What a daemon of ours would find, or has, at its port. */
export function lookAtPort(
  loaded: LoadResult,
  { report, siblings }: { readonly report: StatusReport | undefined; readonly siblings: readonly Neighbour[] },
): PortSeen | undefined {
  const { bind, port } = loaded.config.server;
  if (port === 0) return undefined;
  const none = { bind, port, holder: undefined, holderInstance: undefined };
  if (report?.url && new URL(report.url).port === `${port}`) return { ...none, state: "ours" };
  const state = tryPort(bind, port);
  if (state !== "taken") return { ...none, state };
  const holder = findPortHolder(port);
  const holderInstance = siblings.find(({ pid }) => pid !== undefined && pid === holder?.pid)?.name;
  return { bind, port, state, holder, holderInstance };
}

/** An instance beside ours, and the daemon that it had last. */
export interface Neighbour extends Sibling {
  readonly pid: number | undefined;
}

/** The other instances of the same directory, with a configuration that can be read. */
export async function lookForSiblings(context: Context): Promise<Neighbour[]> {
  const { paths, system: { files } } = context;
  const below = unlessRefused(() => files.list(paths.root)) ?? [];
  const places = [
    { name: DEFAULT_INSTANCE, home: paths.root },
    ...below.map((name) => ({ name, home: join(paths.root, name) })),
  ];
  const used = places.filter(({ home }) =>
    home !== paths.home && ["daemon.lock", "config.toml"].some((name) => statOf(files, join(home, name)) !== undefined)
  );
  const all = await Promise.all(used.slice(0, MOST_SIBLINGS).map(({ name }) => neighbour(context, name)));
  return all.filter((one) => one !== undefined);
}

async function neighbour(context: Context, name: string): Promise<Neighbour | undefined> {
  const { system, paths: { root } } = context;
  try {
    const other = createContext({ app: context.app, system, home: root, name, flags: {} });
    const { config } = await loadContextConfig({ ...other, configFile: other.paths.config, configFileExplicit: false });
    const { home, state } = other.paths;
    return { name, home, port: config.server.port, pid: unlessRefused(() => readState(system.files, state))?.pid };
  } catch (error) {
    if (!(error instanceof AppdError)) throw error;
    return undefined; // No name of an instance, or a configuration that says nothing; its own doctor tells.
  }
}
