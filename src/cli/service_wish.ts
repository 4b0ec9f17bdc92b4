import type { ServiceWish } from "../app/service_definition.ts";
import { type Kind, PROFILES, type Scope } from "../service/definition.ts";
import { isOn, textOf } from "./invocation.ts";
import { usageError } from "./usage.ts";
import type { VerbInput } from "./verb.ts";

/** What a command line says of a service. @throws AppdError (usage) when it says both scopes */
export function serviceWish(
  { invocation }: Pick<VerbInput, "invocation">,
  kind: Kind,
): ServiceWish {
  return {
    kind,
    scope: scopeOf(invocation),
    profile: PROFILES.find((profile) => profile === textOf(invocation, "profile")),
    runAs: textOf(invocation, "run-as"),
    binary: textOf(invocation, "binary"),
    keepPrograms: isOn(invocation, "keep-programs"),
  };
}

/** @throws AppdError (usage) when both are given */
export function scopeOf(invocation: VerbInput["invocation"]): Scope | undefined {
  const system = isOn(invocation, "system");
  const user = isOn(invocation, "user");
  if (system && user) throw usageError("cannot use --system and --user together", "leave one of them out");
  return system ? "system" : user ? "user" : undefined;
}
