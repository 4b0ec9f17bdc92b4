/** What the rows of fifty programs share. */
import type { Lab } from "./lab.ts";
import { type Manager, openAppd } from "./managers.ts";
import { ratioOf } from "./measure.ts";
import { type Candidate, isInstalled } from "./peers.ts";

export const PROGRAMS = 50;
/** The name of our side in samples. */
export const OURS = "appd";

export type Opener = () => Manager;
/** By name of the side. */
export type Samples = Readonly<Record<string, readonly number[]>>;

export function pause(seconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, seconds * 1000));
}

/** Appd and every peer that is installed, by name. */
export function openers(lab: Lab, peers: readonly Candidate[]): Record<string, Opener> {
  const installed = peers.filter(isInstalled).map(({ name, open }) => [name, open] as const);
  return { [OURS]: () => openAppd(lab), ...Object.fromEntries(installed) };
}

/** Our samples beside those of one other. */
export function beside(
  samples: Samples,
  name: string,
  text: (value: number) => string,
): { readonly ratio: number; readonly detail: string } {
  const { ratio, ours, base, pairs } = ratioOf(samples[OURS] ?? [], samples[name] ?? []);
  return { ratio, detail: `${text(ours)} ÷ ${text(base)}${pairs > 1 ? `, ${pairs} pairs` : ""}` };
}
