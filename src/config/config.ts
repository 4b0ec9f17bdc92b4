/**
 * The config room owns the way from the command line, the configuration file and the environment to one checked
 * configuration, and the way back into the file. It never applies anything and never reads the settings' meaning:
 * what a setting is stands in `src/schema`.
 */
import type { Path } from "../schema/kind.ts";
import type { NamedSetting } from "../schema/list_settings.ts";
import type { Schema } from "../schema/section.ts";
import type { Config, ProgramConfig } from "../schema/appd_schema.ts";
import type { Files } from "../system/files.ts";

export type { Config, ProgramConfig };

/** Where a value comes from, strongest first. */
export const LAYERS = ["command line", "file", "environment", "default"] as const;
export type Layer = typeof LAYERS[number];

/** What {@link loadConfig} needs. */
export interface LoadOptions {
  /** Absolute directory of the instance; relative paths are relative to it. */
  readonly home: string;
  /** Absolute path of the configuration file. */
  readonly file: string;
  /** The user named the file, so that it has to exist. Default false. */
  readonly explicit?: boolean;
  /** Texts given as options, by dotted key. */
  readonly flags: Readonly<Record<string, string>>;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly files: Pick<Files, "open" | "close" | "read" | "fstat">;
}

/** One layer's word on a setting. */
export interface LayerValue {
  readonly layer: Layer;
  /** `--port`, `APPD_SERVER_PORT` or the path of the file; empty for the default. */
  readonly source: string;
  /** As the user wrote it, or as it would stand in the file. */
  readonly raw: unknown;
  readonly value: unknown;
}

/** A setting with every layer that has a word on it, the winner first. */
export interface ResolvedSetting {
  readonly named: NamedSetting;
  readonly layers: readonly LayerValue[];
}

/** The file that was read. */
export interface LoadedFile {
  readonly path: string;
  readonly text: string;
  /** What it says, every setting in its long spelling. */
  readonly document: Readonly<Record<string, unknown>>;
  /** The way to a value as the text spells it. */
  spelled(path: Path): Path;
  /** Whether the text says anything where a value would stand, or around it. */
  mentions(path: Path): boolean;
}

/** A checked configuration and where it comes from. */
export interface LoadResult<C = Config> {
  readonly config: C;
  /** By dotted key, for sections that are one table. */
  readonly settings: ReadonlyMap<string, ResolvedSetting>;
  /** Undefined when there is none. */
  readonly file: LoadedFile | undefined;
  /** Things worth saying that are no errors, one text each: variables that nobody reads, what is probably a mistake. */
  readonly warnings: readonly string[];
  readonly schema: Schema;
  readonly home: string;
}

/** Whether the user says something about a setting, or it has its default. `key` is dotted. */
export function isGiven(result: Pick<LoadResult, "settings">, key: string): boolean {
  const winner = result.settings.get(key)?.layers[0];
  return winner !== undefined && winner.layer !== "default";
}
