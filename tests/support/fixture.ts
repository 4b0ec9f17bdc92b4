import fs from "node:fs";

const ROOT = fs.realpathSync(new URL("../..", import.meta.url));

/** Compiles tests/fixtures/NAME/NAME.ts to dist/NAME, unless what is there is fresh. @throws Error when it cannot be */
export async function compileFixture(name: string): Promise<void> {
  const { success, stderr } = await new Deno.Command("bash", {
    args: ["scripts/compile.sh", "--if-stale", `tests/fixtures/${name}/${name}.ts`],
    cwd: ROOT,
    stdin: "null",
    stdout: "null",
    stderr: "piped",
  }).output();
  if (!success) throw new Error(`${name} cannot be compiled: ${new TextDecoder().decode(stderr)}`);
}
