/** One value of a family; labels tell it from its siblings. */
export interface MetricSample {
  readonly labels?: Readonly<Record<string, string>>;
  readonly value: number;
}

/** One metric family of the Prometheus text format. Base units: seconds, bytes. */
export interface MetricFamily {
  /** `appd_…`, in every app that is made with the kit: dashboards are shared. A counter's ends in `_total`. */
  readonly name: string;
  readonly help: string;
  readonly type: "counter" | "gauge";
  readonly samples: readonly MetricSample[];
}

/** Media type of {@link formatMetrics}. */
export const METRICS_TYPE = "text/plain; version=0.0.4; charset=utf-8";

/** The families in Prometheus text format 0.0.4. */
export function formatMetrics(families: readonly MetricFamily[]): string {
  return families.map(formatFamily).join("");
}

function formatFamily({ name, help, type, samples }: MetricFamily): string {
  const lines = [`# HELP ${name} ${escape(help, /[\\\n]/g)}`, `# TYPE ${name} ${type}`];
  for (const { labels = {}, value } of samples) lines.push(`${name}${formatLabels(labels)} ${formatValue(value)}`);
  return `${lines.join("\n")}\n`;
}

function formatLabels(labels: Readonly<Record<string, string>>): string {
  const pairs = Object.entries(labels).map(([name, value]) => `${name}="${escape(value, /[\\\n"]/g)}"`);
  return pairs.length === 0 ? "" : `{${pairs.join(",")}}`;
}

function formatValue(value: number): string {
  if (Number.isFinite(value)) return String(value);
  return Number.isNaN(value) ? "NaN" : value > 0 ? "+Inf" : "-Inf";
}

function escape(text: string, what: RegExp): string {
  return text.replace(what, (char) => char === "\n" ? "\\n" : `\\${char}`);
}

/** Counts answered requests; one counter may serve several APIs. */
export class RequestCounter {
  #counts = new Map<string, { readonly labels: Readonly<Record<string, string>>; value: number }>();

  /** Labels must come from small closed sets, never from the client's text. */
  add(labels: { readonly access: string; readonly route: string; readonly code: string }): void {
    const key = `${labels.access} ${labels.route} ${labels.code}`;
    const count = this.#counts.get(key) ?? { labels, value: 0 };
    count.value++;
    this.#counts.set(key, count);
  }

  family(): MetricFamily {
    return {
      name: "appd_http_requests_total",
      help: "HTTP requests answered, by listener, route and status code.",
      type: "counter",
      samples: [...this.#counts.values()],
    };
  }
}
