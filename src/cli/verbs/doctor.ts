import { consult } from "../../app/doctor/doctor.ts";
import { isWrong } from "../../doctor/doctor.ts";
import { contextOf } from "../context_of.ts";
import { isOn } from "../invocation.ts";
import { doctorReport, remaining, renderDoctor } from "../render_doctor.ts";
import type { VerbInput } from "../verb.ts";

/** Finds and explains what is wrong, and mends what is safe; 0 when nothing is wrong, or nothing any more. */
export async function doctor(input: VerbInput): Promise<number> {
  const { output, invocation } = input;
  const plan = isOn(invocation, "dry-run");
  const consultation = await consult(contextOf(input), { fix: isOn(invocation, "fix") && !plan });
  if (output.json) output.printJson(doctorReport(consultation, output.advise));
  else {
    const lines = renderDoctor(consultation, { ...output, plan });
    if (lines.length > 0) output.print(lines.join("\n"));
  }
  return remaining(consultation).some(({ findings }) => findings.some(isWrong)) ? 1 : 0;
}
