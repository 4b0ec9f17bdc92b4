/** An event that makes a job run. */
export type EventTrigger =
  | { readonly kind: "start" }
  | { readonly kind: "webhook" }
  | { readonly kind: "git"; readonly repository: string }
  | { readonly kind: "program"; readonly program: string; readonly state: string }
  | { readonly kind: "job"; readonly job: string; readonly outcome: string };

/** The text that means a trigger, as a configuration has it: `program:web:failed`. */
export function triggerText(trigger: EventTrigger): string {
  switch (trigger.kind) {
    case "start":
    case "webhook":
      return trigger.kind;
    case "git":
      return `git:${trigger.repository}`;
    case "program":
      return `program:${trigger.program}:${trigger.state}`;
    case "job":
      return `job:${trigger.job}:${trigger.outcome}`;
  }
}
