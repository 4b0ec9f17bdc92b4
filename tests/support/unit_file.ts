/** What systemd itself says of a unit file of an example, whose binary is not on this host. */
import fs from "node:fs";
import { basename, join } from "node:path";

const SYSTEMD_ANALYZE = "/usr/bin/systemd-analyze";

/** Whether systemd can be asked here. */
export const HAS_ANALYZE = fs.existsSync(SYSTEMD_ANALYZE);

/** What a command ended with, and all that it said. */
export interface Said {
  readonly code: number;
  readonly text: string;
}

/** `systemd-analyze verify`, with a user and a program that this host has. */
export function verifyUnit(path: string, manager: "system" | "user"): Said {
  const directory = fs.mkdtempSync(join(Deno.env.get("TMPDIR") ?? "/tmp", "unit-"));
  try {
    const here = join(directory, basename(path));
    const text = fs.readFileSync(path, "utf8").replace(/^User=.*$/m, "User=daemon");
    fs.writeFileSync(here, text.replace(/^(Exec\w+=)\S+/gm, "$1/bin/true"));
    return analyze("verify", "--man=no", `--${manager}`, here);
  } finally {
    fs.rmSync(directory, { recursive: true });
  }
}

/** `systemd-analyze security`: 0 when the unit exposes no more than so many tenths. */
export function exposureOf(path: string, tenths: number): Said {
  return analyze("security", "--offline=true", "--no-pager", `--threshold=${tenths}`, path);
}

function analyze(...args: string[]): Said {
  const env = { LC_ALL: "C.UTF-8", XDG_RUNTIME_DIR: Deno.env.get("TMPDIR") ?? "/tmp" }; // Units of a user want one.
  const { code, stdout, stderr } = new Deno.Command(SYSTEMD_ANALYZE, { args, env }).outputSync();
  const [out, err] = [stdout, stderr].map((bytes) => new TextDecoder().decode(bytes));
  return { code, text: `${out}${err}` };
}
