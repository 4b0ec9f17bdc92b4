import type { Config } from "../schema/appd_schema.ts";
import type { LoggingConfig, LogOutput } from "../logging/logging.ts";
import type { RotationPolicy } from "../logging/rotation_policy.ts";

/** How the daemon stands in the world, which decides where its records go when nobody says so. */
export interface Standing {
  /** Started by `appd start`, without a terminal. */
  readonly detached: boolean;
  /** stderr is connected to the journal. */
  readonly journal: boolean;
}

/** The logging that the settings and the standing ask for: files when detached, stderr in the foreground. */
export function loggingConfig(config: Config, standing: Standing, outputsGiven: boolean): LoggingConfig {
  const { log } = config;
  return {
    level: log.level,
    levels: log.levels,
    format: log.format,
    outputs: outputsGiven ? log.outputs : defaultOutputs(standing),
    file: log.file,
    rotation: rotationPolicy(log),
  };
}

function defaultOutputs(standing: Standing): LogOutput[] {
  if (standing.detached) return ["file"];
  return [standing.journal ? "journald" : "stderr"];
}

type RotationSettings = Pick<
  Config["log"],
  "rotateSize" | "rotateEvery" | "maxFiles" | "maxAge" | "maxTotal" | "compress"
>;

/** The part of a log section that the rotating file understands. */
export function rotationPolicy(settings: RotationSettings): RotationPolicy {
  const { rotateSize, rotateEvery, maxFiles, maxAge, maxTotal, compress } = settings;
  return { rotateSize, rotateEvery, maxFiles, maxAge, maxTotal, compress };
}
