/** How long a command takes, beside a compiled hello world. */
import { Instance } from "../tests/support/instance.ts";
import { type Lab, runCommand } from "./lab.ts";
import { compare, type Ratio, type Sample } from "./measure.ts";
import type { Figure, Row } from "./rows.ts";

function timed(lab: Lab, command: readonly string[], env?: Record<string, string>): Sample {
  return async () => Number(await runCommand(lab.tool("timed"), command, env));
}

function figureOf({ ratio, ours, base, pairs }: Ratio): Figure {
  const ms = (us: number) => (us / 1000).toFixed(1);
  return { value: ratio, detail: `${ms(ours)} ms ÷ ${ms(base)} ms, ${pairs} pairs` };
}

export const STATUS: Row = {
  id: "status",
  what: "`appd status` ÷ compiled hello world",
  limit: 1.25,
  unit: "×",
  async measure(lab, { quick }) {
    await using instance = new Instance();
    await instance.start();
    const ours = timed(lab, [lab.appd, "status"], instance.env());
    return figureOf(await compare(quick ? 5 : 40, { ours, base: timed(lab, [lab.hello]) }));
  },
};

export const START: Row = {
  id: "start",
  what: "`appd --daemon` until healthy ÷ compiled hello world",
  limit: 2.6,
  unit: "×",
  async measure(lab, { quick }) {
    await using instance = new Instance();
    const start = timed(lab, [lab.appd, "--daemon"], instance.env());
    const ours = async () => {
      const us = await start();
      const { status } = await instance.get("/health");
      if (status !== 200) throw new Error(`/health answers ${status} after the start`);
      await instance.run(["stop"]);
      return us;
    };
    return figureOf(await compare(quick ? 3 : 20, { ours, base: timed(lab, [lab.hello]) }));
  },
};
