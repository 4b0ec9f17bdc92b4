import type { SystemdLab } from "../support/systemd_lab.ts";

/** A test in the lab that all share. It leaves the lab as it found it. */
export interface LabTest {
  readonly name: string;
  /** What this machine lacks for it; then it is skipped. */
  readonly missing?: string;
  run(lab: SystemdLab): Promise<void>;
}
