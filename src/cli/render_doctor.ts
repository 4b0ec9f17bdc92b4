import type { Consultation } from "../app/doctor/doctor.ts";
import type { Mended } from "../app/doctor/mend.ts";
import { type Examined, type Finding, isWrong, type Severity, summaryOf } from "../doctor/doctor.ts";
import type { Style } from "./style.ts";
import { type Cell, free, table } from "./table.ts";

/** How findings are shown. */
export interface RenderDoctor {
  readonly style: Style;
  /** All checks, also those that found nothing. */
  readonly verbose: boolean;
  /** Only findings. */
  readonly quiet: boolean;
  /** Say what `--fix` would do. */
  readonly plan: boolean;
  /** Puts into commands what leads to this very instance. */
  readonly advise: (text: string) => string;
}

/** What was found and not mended. */
export function remaining({ examined, mended }: Consultation): readonly Examined[] {
  const done = new Set(mended.filter((one) => one.done).map(({ finding }) => finding));
  return examined.map((one) => ({ ...one, findings: one.findings.filter((finding) => !done.has(finding)) }));
}

/** For people: each finding with its reason and a command, then one line about everything. */
export function renderDoctor(consultation: Consultation, options: RenderDoctor): string[] {
  const { examined, mended } = consultation;
  const { advise, verbose, quiet, plan, style } = options;
  const findings = examined.flatMap((one) => one.findings);
  const fixable = findings.filter(({ fix }) => fix !== undefined).length;
  const isOffered = fixable > 0 && mended.length === 0 && !plan;
  return [
    ...(verbose && !quiet ? [...allChecks(examined, style), ""] : []),
    ...findings.flatMap((finding) => findingLines(finding, options)),
    ...mended.map(mendedLine),
    ...(quiet ? [] : [
      summaryOf(remaining(consultation)) + (isOffered ? advise(`; appd doctor --fix mends ${fixable} of them`) : ""),
    ]),
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
  return table(["", "CHECK", free("WHAT HAS TO BE")], rows, style);
}

function paintOf(severity: Severity, style: Style): (text: string) => string {
  return { error: style.bad, warning: style.warn, note: style.dim }[severity];
}

function findingLines(
  { id, severity, what, why, hint, fix }: Finding,
  { advise, style, plan }: RenderDoctor,
): string[] {
  return [
    `${paintOf(severity, style)(severity)}: ${what} ${style.dim(`[${id}]`)}`,
    `  why:  ${why}`,
    `  hint: ${advise(hint)}`,
    ...(plan && fix !== undefined ? [`  fix:  would ${fix.what}`] : []),
  ];
}

function mendedLine({ what, done, error }: Mended): string {
  return done ? `mended: ${what}` : `not mended: ${error ?? what}`;
}

/** For scripts. Keys may be added, never renamed. */
export function doctorReport(consultation: Consultation, advise: (text: string) => string) {
  const { examined, mended } = consultation;
  return {
    ok: !remaining(consultation).some(({ findings }) => findings.some(isWrong)),
    checks: examined.map(({ check, findings }) => ({
      id: check.id,
      looks_at: check.looksAt,
      findings: findings.length,
    })),
    findings: examined.flatMap(({ check, findings }) =>
      findings.map((finding) => {
        const { fix, id, hint, ...texts } = finding;
        return {
          id,
          check: check.id,
          ...texts,
          hint: advise(hint),
          fix: fix === undefined ? null : fixReport(finding, mended),
        };
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
