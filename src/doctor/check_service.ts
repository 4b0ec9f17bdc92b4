import type { Check, Finding } from "./doctor.ts";
import type { Scene, UnitSeen } from "./scene.ts";

function findUnit({ path, scope, text, wanted, binary }: UnitSeen): Finding[] {
  const again = `appd install --${scope}`;
  if (binary !== undefined && !binary.exists) {
    return [{
      id: "units.binary-gone",
      severity: "error",
      what: `"${path}" starts "${binary.path}", and there is no such file`,
      why: "the service manager cannot start the daemon, also not at the next boot",
      hint: `install it for this binary: ${again}`,
    }];
  }
  if (binary !== undefined && !binary.isThis) {
    return [{
      id: "units.other-binary",
      severity: "warning",
      what: `"${path}" starts "${binary.path}", which is another binary than this one`,
      why: "what you try here is not what runs as a service",
      hint: `install it for this binary: ${again}; or run the other one: "${binary.path}" doctor`,
    }];
  }
  if (wanted === undefined || wanted === text) return [];
  return [{
    id: "units.differs",
    severity: "warning",
    what: `"${path}" is not what this binary would write`,
    why: "it was made by another version, or edited: what later versions mend does not reach it",
    hint: `see what would change: ${again} --dry-run`,
  }];
}

function findLinger({ program, notLingering: user }: Scene): Finding[] {
  if (user === undefined) return [];
  return [{
    id: "linger.missing",
    severity: "warning",
    what: `${program} is installed as a service of user ${user}, and ${user} does not linger`,
    why: "the daemon ends when the user's last session does, and does not start at boot",
    hint: `loginctl enable-linger ${user}`,
  }];
}

/** Whether a service manager would do the right thing. */
export const SERVICE_CHECKS: readonly Check[] = [
  {
    id: "units",
    looksAt: "installed units start this binary",
    find: ({ units }) => units.flatMap(findUnit),
  },
  { id: "linger", looksAt: "a user's service outlives the session", find: findLinger },
];
