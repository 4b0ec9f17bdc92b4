import type { Consultation } from "../app/doctor/doctor.ts";
import type { Mended } from "../app/doctor/mend.ts";
import { type Examined, type Finding, isWrong, type Severity, summaryOf } from "../doctor/doctor.ts";
import { type Cell, table } from "./layout.ts";
import type { Style } from "./style.ts";

/** How findings are shown. */
export interface RenderDoctor {
  readonly style: Style;
  /** All checks, also those that found nothing. */
  readonly verbose: boolean;
  /** Only findings. */
  readonly quiet: boolean;
  /** Say what `--fix` would do. */
  readonly plan: boolean;
}

/** For people: each finding with its reason and a command, then one line about everything. */
export function renderDoctor({ examined, mended }: Consultation, options: RenderDoctor): string[] {
  const { verbose, quiet, plan, style } = options;
  const findings = examined.flatMap((one) => one.findings);
  const fixable = findings.filter(({ fix }) => fix !== undefined).length;
  const isOffered = fixable > 0 && mended.length === 0 && !plan;
  return [
    ...(verbose && !quiet ? [...allChecks(examined, style), ""] : []),
    ...findings.flatMap((finding) => findingLines(finding, options)),
    ...mended.map(mendedLine),
    ...(quiet ? [] : [summaryOf(examined) + (isOffered ? `; appd doctor --fix mends ${fixable} of them` : "")]),
  ];
}

function allChecks(examined: readonly Examined[], style: Style): string[] {
  const rows = examined.map(({ check, findings }): Cell[] => {
    const worst = (["error", "warning", "note"] as const).find((one) =>
      findings.some(({ severity }) => severity === one)
    );
    const mark = worst === undefined
      ? { text: "ok", paint: style.good }
      : { text: worst, paint: paintOf(worst, style) };
    return [mark, { text: check.id }, { text: check.looksAt }];
  });
  return table(["", "CHECK", "WHAT HAS TO BE"], rows);
}

function paintOf(severity: Severity, style: Style): (text: string) => string {
  return { error: style.bad, warning: style.warn, note: style.dim }[severity];
}

function findingLines({ id, severity, what, why, hint, fix }: Finding, { style, plan }: RenderDoctor): string[] {
  return [
    `${paintOf(severity, style)(severity)}: ${what} ${style.dim(`[${id}]`)}`,
    `  why:  ${why}`,
    `  hint: ${hint}`,
    ...(plan && fix !== undefined ? [`  fix:  would ${fix.what}`] : []),
  ];
}

function mendedLine({ what, done, error }: Mended): string {
  return done ? `mended: ${what}` : `not mended: ${error ?? what}`;
}

/** For scripts. Keys may be added, never renamed. */
export function doctorReport({ examined, mended }: Consultation) {
  return {
    ok: !examined.some(({ findings }) => findings.some(isWrong)),
    checks: examined.map(({ check, findings }) => ({
      id: check.id,
      looks_at: check.looksAt,
      findings: findings.length,
    })),
    findings: examined.flatMap(({ check, findings }) =>
      findings.map((finding) => {
        const { fix, id, ...texts } = finding;
        return { id, check: check.id, ...texts, fix: fix === undefined ? null : fixReport(finding, mended) };
      })
    ),
  };
}

function fixReport(finding: Finding, mended: readonly Mended[]) {
  const result = mended.find((one) => one.finding === finding);
  return {
    what: result?.what ?? finding.fix?.what ?? null,
    done: result?.done ?? false,
    error: result?.error ?? null,
  };
}
