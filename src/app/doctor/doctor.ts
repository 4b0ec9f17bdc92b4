import { CHECKS } from "../../doctor/checks.ts";
import { examine, type Examined } from "../../doctor/doctor.ts";
import type { Context } from "../context.ts";
import { type DoctorPorts, lookAround } from "./look.ts";
import { installedServiceUnits } from "../service/is_installed.ts";
import { mend, type Mended } from "./mend.ts";

/** What a doctor found, and what was mended. */
export interface Consultation {
  readonly examined: readonly Examined[];
  readonly mended: readonly Mended[];
}

export interface ConsultOptions {
  /** Mend what is safe. */
  readonly fix: boolean;
  readonly ports?: DoctorPorts;
}

/** Goes through all checks. Without `fix` nothing is changed. */
export async function consult(context: Context, { fix, ports = HOST }: ConsultOptions): Promise<Consultation> {
  const examined = examine(await lookAround(context, ports), CHECKS);
  const findings = examined.flatMap((one) => one.findings);
  return { examined, mended: fix ? await mend(context, findings) : [] };
}

const HOST: DoctorPorts = { installedUnits: installedServiceUnits };
