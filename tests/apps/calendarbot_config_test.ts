/** calendarbot's own configuration file; each test names the places of its document (S0) that it proves. */
import assert from "node:assert/strict";
import fs from "node:fs";
import { dirname, join } from "node:path";
import { Instance } from "../support/instance.ts";

const EXAMPLE = new URL("../../examples/calendarbot/config.toml", import.meta.url).pathname;

Deno.test("S0 DAEMON-005, S0 Success Criteria 5: the example's file is valid and says the defaults, and so it is with all that it leaves out", async () => {
  await using bot = new Instance("", "calendarbot");
  const file = join(dirname(bot.home), "example.toml");
  const check = async (text: string) => {
    fs.writeFileSync(file, text);
    const { code, stdout, stderr } = await bot.run(["config", "check", "--config", file]);
    assert.equal(code, 0, stdout + stderr);
  };
  const text = fs.readFileSync(EXAMPLE, "utf8");
  await check(text);
  const explained = JSON.parse((await bot.run(["config", "list", "--config", file, "--json"])).stdout);
  fs.writeFileSync(file, "");
  const defaults = JSON.parse((await bot.run(["config", "list", "--config", file, "--json"])).stdout);
  const values = (list: { key: string; value: unknown }[]) => list.map(({ key, value }) => [key, value]);
  assert.deepEqual(values(explained), values(defaults));
  const whole = text.replaceAll(/^# (?=\w+ = )/gm, "");
  assert.match(whole, /^timezone = "Europe\/Berlin"/m);
  await check(whole);
});
