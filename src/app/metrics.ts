import { jobFamilies, type JobMetricExtras } from "./job_metrics.ts";
import type { ProgramStatus } from "../base/program_reports.ts";
import type { StatusReport } from "../base/status_report.ts";
import type { MetricFamily, MetricSample } from "../http/metrics.ts";
import type { UsageTotals } from "../usage/usage.ts";

/** What the report does not say. */
export interface MetricExtras extends JobMetricExtras {
  /** Resident memory of the daemon, in bytes. */
  readonly rssBytes: number;
  readonly droppedLines: number;
  /** What programs have used since the daemon runs, by name. */
  readonly usage?: ReadonlyMap<string, UsageTotals>;
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
    {
      name: "appd_build_info",
      type: "gauge",
      help: "Name and version of the program that the metrics are of.",
      samples: [{ labels: { name: report.name, version: report.version }, value: 1 }],
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
    {
      name: "appd_program_state",
      type: "gauge",
      help: "1 for the state that a program is in.",
      samples: report.programs.map(({ name, state }) => ({ labels: { program: name, state }, value: 1 })),
    },
    ...PROGRAM_METRICS.map((metric) => programFamily(metric, report.programs)),
    ...USED.map((metric) => usedFamily(metric, extras.usage ?? new Map())),
    ...jobFamilies(report, extras),
  ];
}

/** A metric of every program; one that cannot be told for a program has no sample for it. */
interface ProgramMetric<T> extends Pick<MetricFamily, "name" | "type" | "help"> {
  readonly value: (of: T) => number | null | undefined;
}

const flag = (value: boolean | null | undefined) => value === null || value === undefined ? null : Number(value);

const PROGRAM_METRICS: readonly ProgramMetric<ProgramStatus>[] = [
  { name: "appd_program_ready", type: "gauge", help: "1 while a program is ready.", value: (p) => flag(p.ready) },
  {
    name: "appd_program_live",
    type: "gauge",
    help: "1 while the liveness probe of a program succeeds; absent without a probe.",
    value: (p) => flag(p.live),
  },
  {
    name: "appd_program_waiting",
    type: "gauge",
    help: "1 while a program waits for others that it depends on.",
    value: (p) => flag((p.waiting_for?.length ?? 0) > 0),
  },
  { name: "appd_program_restarts_total", type: "counter", help: "Restarts of a program.", value: (p) => p.restarts },
  {
    name: "appd_program_crash_loop",
    type: "gauge",
    help: "1 while a program fails again and again.",
    value: (p) => flag(p.crash_loop),
  },
  {
    name: "appd_program_resident_memory_bytes",
    type: "gauge",
    help: "Resident memory of a program's processes in bytes; shared pages count for each process.",
    value: (p) => p.rss_bytes,
  },
  { name: "appd_program_processes", type: "gauge", help: "Processes of a program.", value: (p) => p.processes },
  { name: "appd_program_threads", type: "gauge", help: "Threads of a program's processes.", value: (p) => p.threads },
  {
    name: "appd_program_open_fds",
    type: "gauge",
    help: "Open file descriptors of a program's processes.",
    value: (p) => p.fds,
  },
];

/** Counters go on over restarts of a program and begin anew with the daemon. */
const USED: readonly ProgramMetric<UsageTotals>[] = [
  {
    name: "appd_program_cpu_seconds_total",
    type: "counter",
    help: "CPU time of a program's processes in seconds, over all its restarts under this daemon.",
    value: (used) => used.cpuSeconds,
  },
  {
    name: "appd_program_io_read_bytes_total",
    type: "counter",
    help: "Bytes that a program's processes had fetched from storage, over all its restarts under this daemon.",
    value: (used) => used.readBytes,
  },
  {
    name: "appd_program_io_write_bytes_total",
    type: "counter",
    help: "Bytes that a program's processes sent to storage, over all its restarts under this daemon.",
    value: (used) => used.writeBytes,
  },
];

function programFamily({ value, ...head }: ProgramMetric<ProgramStatus>, programs: readonly ProgramStatus[]) {
  return { ...head, samples: programs.flatMap((program) => sample(program.name, value(program))) };
}

function usedFamily({ value, ...head }: ProgramMetric<UsageTotals>, usage: ReadonlyMap<string, UsageTotals>) {
  return { ...head, samples: [...usage].flatMap(([name, used]) => sample(name, value(used))) };
}

function sample(program: string, value: number | null | undefined): MetricSample[] {
  return value === null || value === undefined ? [] : [{ labels: { program }, value }];
}
