import type { StatusReport } from "../base/reports.ts";
import type { MetricFamily } from "../http/metrics.ts";

/** What the report does not say. */
export interface MetricExtras {
  /** Resident memory of the daemon, in bytes. */
  readonly rssBytes: number;
  readonly droppedLines: number;
}

/** The daemon's metrics, made from its report; base units as Prometheus wants them. */
export function metricFamilies(report: StatusReport, extras: MetricExtras): MetricFamily[] {
  const gauge = (name: string, help: string, value: number): MetricFamily => ({
    name,
    type: "gauge",
    help,
    samples: [{ value }],
  });
  return [
    {
      name: "appd_info",
      type: "gauge",
      help: "Version of the daemon.",
      samples: [{ labels: { version: report.version, instance: report.instance }, value: 1 }],
    },
    gauge("appd_up", "1 while the daemon serves.", report.state === "stopping" ? 0 : 1),
    gauge("appd_uptime_seconds", "Seconds since the daemon started.", report.uptime_s ?? 0),
    gauge("appd_healthy", "1 when no critical check fails.", report.health === "healthy" ? 1 : 0),
    gauge("process_resident_memory_bytes", "Resident memory of the daemon in bytes.", extras.rssBytes),
    {
      name: "appd_log_dropped_lines_total",
      type: "counter",
      help: "Log lines that could not be written.",
      samples: [{ value: extras.droppedLines }],
    },
    ...programFamilies(report),
  ];
}

function programFamilies(report: StatusReport): MetricFamily[] {
  const family = (
    head: Pick<MetricFamily, "name" | "type" | "help">,
    value: (program: StatusReport["programs"][number]) => number | null,
  ): MetricFamily => ({
    ...head,
    samples: report.programs.flatMap((program) => {
      const sample = value(program);
      return sample === null ? [] : [{ labels: { program: program.name }, value: sample }];
    }),
  });
  return [
    {
      name: "appd_program_state",
      type: "gauge",
      help: "1 for the state that a program is in.",
      samples: report.programs.map(({ name, state }) => ({ labels: { program: name, state }, value: 1 })),
    },
    family({ name: "appd_program_ready", type: "gauge", help: "1 while a program is ready." }, (p) => p.ready ? 1 : 0),
    family({ name: "appd_program_restarts_total", type: "counter", help: "Restarts of a program." }, (p) => p.restarts),
    family(
      { name: "appd_program_crash_loop", type: "gauge", help: "1 while a program fails again and again." },
      (p) => p.crash_loop ? 1 : 0,
    ),
    family(
      { name: "appd_program_resident_memory_bytes", type: "gauge", help: "Resident memory of a program in bytes." },
      (p) => p.rss_bytes,
    ),
  ];
}
